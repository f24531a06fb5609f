/* certificate.h - from when until when a certificate file is good (GnuTLS). */
#ifndef IO_CERTIFICATE_H
#define IO_CERTIFICATE_H
#include "station/expiry.h"

#define CERTIFICATE_FILE_MAX 65536 /* bytes; a longer file is refused */

/* The first certificate of a PEM file, the one that is shown to others. 0; -EBADMSG: it holds none;
 * -EFBIG; or another -errno of reading it. *out is zeroed on any error. */
int __attribute__((warn_unused_result)) certificate_read(const char *path, struct expiry *out);
#endif
