/* cms.c - signatures that a plain `openssl cms` opens, made and looked at by libcrypto (cms.h). */
#include "cms.h"
#include "cms_part.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MOST 65536	     /* bytes of a PEM file that are read */
#define CRL_MOST  (16 << 20) /* and of a list of revoked certificates */
#define CHAIN	  8	     /* certificates of one */

/* libcrypto's last words, and what was tried. */
static int failed(struct cms_why *why, const char *what, const char *file)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	(void)snprintf(why->text, sizeof(why->text), "%s%s%.60s%s%s", what, file ? " " : "",
		       file ? file : "", reason ? ": " : "", reason ? reason : "");
	ERR_clear_error();
	return -EBADMSG;
}

/* Of a certificate that is not taken, the reason is in what goes with the error. */
static bool last_error_tells(const char *word)
{
	const char *data = NULL;
	int flags = 0;

	(void)ERR_peek_last_error_data(&data, &flags);
	return data && (flags & ERR_TXT_STRING) && strstr(data, word);
}

/* Opened without waiting: a named pipe must not hang anybody. */
static BIO *file_bio(const char *path, size_t most, struct cms_why *why, int *rc)
{
	static const char what[] = "can't read";
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char bytes[4096];
	size_t all = 0;
	ssize_t n = 1;
	BIO *bio = BIO_new(BIO_s_mem());

	*rc = fd < 0 ? -errno : bio ? 0 : -ENOMEM;
	while (!*rc && n > 0 && all <= most) {
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0)
			*rc = -errno;
		else if (n > 0 && BIO_write(bio, bytes, (int)n) != n)
			*rc = -ENOMEM;
		all += n > 0 ? (size_t)n : 0;
	}
	if (!*rc && all > most)
		*rc = -EFBIG;
	if (fd >= 0)
		(void)close(fd);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	if (!*rc)
		return bio;
	(void)snprintf(why->text, sizeof(why->text), "%s %.80s: %s", what, path, strerror(-*rc));
	BIO_free(bio);
	return NULL;
}

/* The certificates of a PEM file, at most CHAIN; NULL: said why. */
static STACK_OF(X509) * certificates(const char *path, struct cms_why *why)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	int rc;
	BIO *bio = file_bio(path, FILE_MOST, why, &rc);
	X509 *one;

	while (all && bio && sk_X509_num(all) < CHAIN &&
	       (one = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		if (!sk_X509_push(all, one))
			X509_free(one);
	if (bio && sk_X509_num(all) <= 0)
		(void)failed(why, "no certificate in", path);
	ERR_clear_error(); /* the end of the file is one */
	BIO_free(bio);
	if (sk_X509_num(all) > 0)
		return all;
	sk_X509_free(all);
	return NULL;
}

X509 *cms_certificate(const char *path, struct cms_why *why)
{
	STACK_OF(X509) *all = certificates(path, why);
	X509 *first = all ? sk_X509_shift(all) : NULL;

	sk_X509_pop_free(all, X509_free);
	return first;
}

/* Asks nobody for a pass phrase: the bench has no keyboard. */
static int no_phrase(char *buf, int size, int writing, void *user)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)user;
	return -1;
}

static EVP_PKEY *private_key(const char *path, struct cms_why *why, int *rc)
{
	BIO *bio = file_bio(path, FILE_MOST, why, rc);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_phrase, NULL) : NULL;

	if (bio && !key)
		*rc = failed(why, "no private key in", path);
	BIO_free(bio);
	return key;
}

static int give_der(CMS_ContentInfo *cms, uint8_t **der, size_t *der_len)
{
	int len = i2d_CMS_ContentInfo(cms, der);

	*der_len = len > 0 ? (size_t)len : 0;
	return len > 0 ? 0 : -ENOMEM;
}

int cms_sign(const char *cert_file, const char *key_file, const void *bytes, size_t len,
	     uint8_t **der, size_t *der_len, struct cms_why *why)
{
	STACK_OF(X509) *chain = NULL;
	X509 *cert = NULL;
	EVP_PKEY *key = NULL;
	CMS_ContentInfo *cms = NULL;
	BIO *content = len <= INT_MAX ? BIO_new_mem_buf(bytes, (int)len) : NULL;
	int rc = content ? 0 : -ENOMEM;

	*why = (struct cms_why){.text = ""};
	*der = NULL;
	if (!rc)
		chain = certificates(cert_file, why);
	cert = chain ? sk_X509_shift(chain) : NULL;
	if (!rc && !cert)
		rc = -EBADMSG;
	if (!rc)
		key = private_key(key_file, why, &rc);
	if (!rc && X509_check_private_key(cert, key) != 1)
		rc = failed(why, "the certificate does not belong to the key", key_file);
	if (!rc) {
		cms = CMS_sign(cert, key, chain, content, CMS_DETACHED | CMS_BINARY);
		rc = cms ? give_der(cms, der, der_len) : failed(why, "can't sign", NULL);
	}
	CMS_ContentInfo_free(cms);
	EVP_PKEY_free(key);
	X509_free(cert);
	sk_X509_pop_free(chain, X509_free);
	BIO_free(content);
	return rc;
}

/* --- looking --- */

/* A list is wanted of those authorities only that have one. */
static int let_pass(int good, X509_STORE_CTX *ctx)
{
	if (!good && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_UNABLE_TO_GET_CRL) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	return good;
}

static bool is_of(X509_CRL *list, const STACK_OF(X509) * roots)
{
	for (int i = 0; i < sk_X509_num(roots); i++)
		if (X509_CRL_verify(list, X509_get0_pubkey(sk_X509_value(roots, i))) == 1)
			return true;
	return false;
}

/* A list of somebody else would revoke nobody, and nobody would notice. */
static bool add_revoked(X509_STORE *store, const char *path, const STACK_OF(X509) * roots,
			struct cms_why *why)
{
	int rc, found = 0;
	BIO *bio = file_bio(path, CRL_MOST, why, &rc);
	bool good = bio != NULL;
	X509_CRL *one;

	while (good && (one = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL))) {
		good = is_of(one, roots) && X509_STORE_add_crl(store, one) == 1;
		if (!good)
			(void)failed(why, "another authority's list is in", path);
		found++;
		X509_CRL_free(one);
	}
	/* The end of the file is an error, too. */
	if (good && (!found || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)) {
		(void)failed(why,
			     found ? "a damaged list of revoked certificates in"
				   : "no list of revoked certificates in",
			     path);
		good = false;
	}
	ERR_clear_error();
	BIO_free(bio);
	(void)X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
	X509_STORE_set_verify_cb(store, let_pass);
	return good;
}

static X509_STORE *authority(const struct cms_authority *by, struct cms_why *why)
{
	STACK_OF(X509) *roots = certificates(by->ca_file, why);
	X509_STORE *store = roots ? X509_STORE_new() : NULL;

	for (int i = 0; store && i < sk_X509_num(roots); i++)
		(void)X509_STORE_add_cert(store, sk_X509_value(roots, i));
	if (store) {
		(void)X509_STORE_set_flags(store, X509_V_FLAG_NO_CHECK_TIME);
		/* A station's certificate is a client's of HTTPS, and signs all the same. */
		(void)X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	}
	if (store && by->crl_file && !add_revoked(store, by->crl_file, roots, why)) {
		X509_STORE_free(store);
		store = NULL;
	}
	sk_X509_pop_free(roots, X509_free);
	return store;
}

static void name_of(X509 *cert, struct cms_signer *out)
{
	int len = X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, out->name,
					    sizeof(out->name));

	if (len < 0 || strlen(out->name) != (size_t)len) /* a NUL is in it */
		out->name[0] = '\0';
}

/* The name of the one who signed. Two signers are one too many. */
static void name_signer(CMS_ContentInfo *cms, struct cms_signer *signer)
{
	STACK_OF(X509) *all = CMS_get0_signers(cms);

	if (all && sk_X509_num(all) == 1)
		name_of(sk_X509_value(all, 0), signer);
	sk_X509_free(all);
}

/* What is looked at. */
struct subject {
	CMS_ContentInfo *cms;
	BIO *content;
};

/* False: why says so. */
static bool subject_open(struct subject *x, const void *bytes, size_t len, const void *der,
			 size_t der_len, struct cms_signer *signer, struct cms_why *why)
{
	const unsigned char *at = der;

	*signer = (struct cms_signer){.name = ""};
	x->cms = der_len <= LONG_MAX ? d2i_CMS_ContentInfo(NULL, &at, (long)der_len) : NULL;
	x->content = len <= INT_MAX ? BIO_new_mem_buf(bytes, (int)len) : NULL;
	if (x->cms && at == (const unsigned char *)der + der_len)
		return x->content != NULL;
	(void)failed(why, "it is no CMS signature", NULL);
	return false;
}

static void subject_close(struct subject *x, struct cms_signer *signer)
{
	if (x->cms)
		name_signer(x->cms, signer);
	BIO_free(x->content);
	CMS_ContentInfo_free(x->cms);
	ERR_clear_error();
}

static enum cms_verdict look(struct subject *x, X509_STORE *store, struct cms_why *why)
{
	const unsigned alone = CMS_BINARY | CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY;

	if (CMS_verify(x->cms, NULL, NULL, x->content, NULL, alone) != 1) {
		(void)failed(why, "the signature does not fit", NULL);
		return CMS_BROKEN;
	}
	if (!store)
		return CMS_GOOD;
	(void)BIO_reset(x->content);
	/* A list of revoked ones that comes with the signature is the signer's choice. */
	if (CMS_verify(x->cms, NULL, store, x->content, NULL,
		       CMS_BINARY | CMS_DETACHED | CMS_NOCRL) == 1)
		return CMS_GOOD;
	(void)failed(why,
		     last_error_tells("revoked") ? "the signer's certificate is revoked"
						 : "the authority does not know the signer",
		     NULL);
	return CMS_FOREIGN;
}

enum cms_verdict cms_verify(const struct cms_authority *by, const void *bytes, size_t len,
			    const void *der, size_t der_len, struct cms_signer *signer,
			    struct cms_why *why)
{
	X509_STORE *store = NULL;
	struct subject x;
	enum cms_verdict verdict = CMS_BROKEN;

	*why = (struct cms_why){.text = ""};
	*signer = (struct cms_signer){.name = ""};
	if (by && !(store = authority(by, why)))
		return CMS_CANT;
	if (subject_open(&x, bytes, len, der, der_len, signer, why))
		verdict = look(&x, store, why);
	subject_close(&x, signer);
	X509_STORE_free(store);
	return verdict;
}

enum cms_verdict cms_verify_by(const char *by_file, const void *bytes, size_t len, const void *der,
			       size_t der_len, struct cms_signer *signer, struct cms_why *why)
{
	const unsigned only_these =
		CMS_BINARY | CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN;
	STACK_OF(X509) * by;
	struct subject x;
	enum cms_verdict verdict = CMS_BROKEN;

	*why = (struct cms_why){.text = ""};
	*signer = (struct cms_signer){.name = ""};
	by = certificates(by_file, why);
	if (!by)
		return CMS_CANT;
	if (subject_open(&x, bytes, len, der, der_len, signer, why)) {
		if (CMS_verify(x.cms, by, NULL, x.content, NULL, only_these) == 1)
			verdict = CMS_GOOD;
		else
			(void)failed(why, "it is not signed by the certificate in the settings",
				     NULL);
	}
	subject_close(&x, signer);
	sk_X509_pop_free(by, X509_free);
	return verdict;
}

void cms_name(const char *cert_file, struct cms_signer *out)
{
	struct cms_why why;
	X509 *cert = cms_certificate(cert_file, &why);

	*out = (struct cms_signer){.name = ""};
	if (cert)
		name_of(cert, out);
	X509_free(cert);
	ERR_clear_error();
}
