/* certificate.h - from when until when a certificate file is good (GnuTLS). */
#ifndef IO_CERTIFICATE_H
#define IO_CERTIFICATE_H
#include "station/expiry.h"
#include "station/settings.h"

#define CERTIFICATE_FILE_MAX 65536 /* bytes; a longer file is refused */

/* The first certificate of a PEM file, the one that is shown to others. 0; -EBADMSG: it holds none;
 * -EFBIG; or another -errno of reading it. *out is zeroed on any error. */
int __attribute__((warn_unused_result)) certificate_read(const char *path, struct expiry *out);
/* The same of all certificates in the file: the one that ends last. */
int __attribute__((warn_unused_result)) certificate_last(const char *path, struct expiry *out);

/* Settings of sticks that are well written, and with which no stick can do what it is for. */
enum certificate_doubt_kind {
	CERTIFICATE_NOTE,  /* as it is meant, perhaps: [export] was left alone */
	CERTIFICATE_OLD,   /* a certificate is over */
	CERTIFICATE_WRONG, /* it can't work */
};

struct certificate_doubt {
	enum certificate_doubt_kind kind;
	const char *key;  /* of the setting */
	const char *path; /* of the file that can't be used, in the settings; or NULL */
	int error;	  /* -errno of reading it, or 0 */
	char text[1024];  /* "FILE:LINE: what is wrong; what was meant" */
};
#define CERTIFICATE_DOUBTS 3
/* How many there are. now_ms: wall time. */
size_t certificate_doubts(const struct settings *s, int64_t now_ms,
			  struct certificate_doubt out[CERTIFICATE_DOUBTS]);
#endif
