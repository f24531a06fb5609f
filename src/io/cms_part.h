/* cms_part.h - what signing and encrypting have in common. Private to cms*.c. */
#ifndef IO_CMS_PART_H
#define IO_CMS_PART_H
#include "cms.h"
#include <openssl/x509.h>

/* The first certificate of a PEM file; NULL: *why says why. */
X509 *cms_certificate(const char *path, struct cms_why *why);
#endif
