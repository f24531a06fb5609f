/* cms_stream.c - encrypts a stream for a certificate's holder (cms.h): RSA or elliptic curves, as
 * the certificate has it. */
#include "cms_part.h"
#include <errno.h>
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

struct cms_stream {
	BIO *file;  /* the end of the chain */
	BIO *sum;   /* before it: hashes what passes */
	BIO *chain; /* what is written to */
	CMS_ContentInfo *cms;
};

static int opened(struct cms_stream *s, const char *cert_file, int fd, struct cms_why *why)
{
	X509 *cert = cms_certificate(cert_file, why);
	STACK_OF(X509) *to = sk_X509_new_null();
	BIO *filter = NULL;

	if (!cert || !to || !sk_X509_push(to, cert)) {
		X509_free(cert);
		sk_X509_free(to);
		return cert ? -ENOMEM : -EBADMSG;
	}
	s->cms = CMS_encrypt(to, NULL, EVP_aes_256_cbc(), CMS_BINARY | CMS_STREAM);
	s->file = BIO_new_fd(fd, BIO_NOCLOSE);
	s->sum = BIO_new(BIO_f_md());
	s->chain = s->sum; /* so that it is freed, whatever fails */
	if (s->cms && s->file && s->sum && BIO_set_md(s->sum, EVP_sha256()) == 1)
		filter = BIO_new_CMS(BIO_push(s->sum, s->file), s->cms);
	if (filter)
		s->chain = filter;
	sk_X509_pop_free(to, X509_free);
	if (filter)
		return 0;
	(void)snprintf(why->text, sizeof(why->text), "can't encrypt for %.80s: %s", cert_file,
		       ERR_reason_error_string(ERR_peek_last_error())
			       ? ERR_reason_error_string(ERR_peek_last_error())
			       : "no memory");
	ERR_clear_error();
	return -EBADMSG;
}

int cms_stream_open(struct cms_stream **out, const char *cert_file, int fd, struct cms_why *why)
{
	struct cms_stream *s = calloc(1, sizeof(*s));
	int rc = s ? 0 : -ENOMEM;

	*out = NULL;
	*why = (struct cms_why){.text = ""};
	if (!rc)
		rc = opened(s, cert_file, fd, why);
	if (rc)
		cms_stream_close(s);
	else
		*out = s;
	return rc;
}

int cms_stream_write(struct cms_stream *s, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		int n, most = len > INT_MAX ? INT_MAX : (int)len;

		errno = 0;
		n = BIO_write(s->chain, at, most);
		if (n <= 0)
			return errno ? -errno : -EIO;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int cms_stream_end(struct cms_stream *s, uint8_t sum[32])
{
	EVP_MD_CTX *ctx = NULL;

	errno = 0;
	if (BIO_flush(s->chain) != 1)
		return errno ? -errno : -EIO;
	if (BIO_get_md_ctx(s->sum, &ctx) != 1 || EVP_DigestFinal_ex(ctx, sum, NULL) != 1)
		return -EIO;
	return 0;
}

void cms_stream_close(struct cms_stream *s)
{
	if (!s)
		return;
	while (s->chain && s->chain != s->file) {
		BIO *next = BIO_pop(s->chain);

		BIO_free(s->chain);
		s->chain = next;
	}
	BIO_free(s->file);
	CMS_ContentInfo_free(s->cms);
	ERR_clear_error();
	free(s);
}
