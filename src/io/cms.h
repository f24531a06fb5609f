/* cms.h - signatures and encryption that a plain `openssl cms` opens (RFC 5652), by libcrypto. */
#ifndef IO_CMS_H
#define IO_CMS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CMS_WORDS 160 /* bytes of what went wrong, for a person */

struct cms_why {
	char text[CMS_WORDS]; /* "" = nothing went wrong */
};

/* A detached signature of bytes by a certificate and its key (PEM files), with the certificates
 * that stand behind the first one. *der is freed by the caller. 0 or -errno. */
int __attribute__((warn_unused_result))
cms_sign(const char *cert_file, const char *key_file, const void *bytes, size_t len, uint8_t **der,
	 size_t *der_len, struct cms_why *why);

enum cms_verdict {
	CMS_GOOD,
	CMS_BROKEN,  /* no signature, or not of these bytes */
	CMS_FOREIGN, /* whole, but by somebody whom the authority does not know, or not any more */
	CMS_CANT,    /* a file of the authority can't be read */
};

struct cms_signer {
	char name[65]; /* common name, or "" */
};

struct cms_authority {	     /* PEM files */
	const char *ca_file; /* who may have issued the signer's certificate */
	const char
		*crl_file; /* which of them are revoked, be the list as old as it may; NULL: none */
};

/* Looks at a detached signature. by NULL: only that it fits these bytes. When the certificate was
 * good is not asked: a station's clock may be wrong (F1), and an export is kept for longer than a
 * certificate. So a revoked one is good for nothing, whenever it signed. */
enum cms_verdict __attribute__((warn_unused_result))
cms_verify(const struct cms_authority *by, const void *bytes, size_t len, const void *der,
	   size_t der_len, struct cms_signer *signer, struct cms_why *why);

/* The same by one of the certificates of by_file (PEM) itself: what its authority has issued to
 * others counts for nothing, and neither do certificates that come with the signature. */
enum cms_verdict __attribute__((warn_unused_result))
cms_verify_by(const char *by_file, const void *bytes, size_t len, const void *der, size_t der_len,
	      struct cms_signer *signer, struct cms_why *why);
/* The common name of a PEM file's first certificate, or "". */
void cms_name(const char *cert_file, struct cms_signer *out);

/* Encrypts a stream for the holder of a certificate's key, AES-256, into a file that is open for
 * writing. Bounded memory. */
struct cms_stream;
int __attribute__((warn_unused_result))
cms_stream_open(struct cms_stream **out, const char *cert_file, int fd, struct cms_why *why);
int __attribute__((warn_unused_result))
cms_stream_write(struct cms_stream *s, const void *bytes, size_t len);
/* All is written; sum: SHA-256 of what the file holds. */
int __attribute__((warn_unused_result)) cms_stream_end(struct cms_stream *s, uint8_t sum[32]);
void cms_stream_close(struct cms_stream *s); /* NULL is fine */
#endif
