/* tls.c - headquarters' certificate, the authority of the stations' certificates and the list of
 * revoked ones (GnuTLS); who the client of a session is. */
#include "tls.h"
#include "io/log.h"
#include <errno.h>
#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (4U << 20) /* a CRL may be long; more than this is no such file */

struct tls {
	atomic_uint refs;
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t cert, key;
};

/* The whole file, with a NUL behind it. */
static int read_pem(const char *path, gnutls_datum_t *out, char *why, size_t cap)
{
	FILE *f = fopen(path, "re");
	unsigned char *buf = f ? malloc(FILE_MAX + 1) : NULL;
	int err = 0;

	if (!f || !buf) {
		err = f ? ENOMEM : errno;
	} else {
		size_t n = fread(buf, 1, FILE_MAX, f);

		if (ferror(f) || !feof(f))
			err = ferror(f) ? EIO : EFBIG;
		buf[n] = '\0';
		*out = (gnutls_datum_t){buf, (unsigned)n};
		buf = NULL;
	}
	if (f)
		(void)fclose(f);
	free(buf);
	if (err)
		(void)snprintf(why, cap, "%s: %s", path, strerror(err));
	return -err;
}

/* A list that its authority did not sign would revoke nobody, unnoticed. One that is out of date
 * still revokes whom it names: that is complained of, but benches go on. */
static int crl_check(const char *path, gnutls_x509_crl_t crl, const gnutls_x509_crt_t *authorities,
		     unsigned count, char *why, size_t cap)
{
	const unsigned dated = GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED |
			       GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;
	unsigned status = 0;
	int n = gnutls_x509_crl_verify(crl, authorities, count, 0, &status);

	if (n < 0 || status == GNUTLS_CERT_INVALID || status & ~(dated | GNUTLS_CERT_INVALID)) {
		(void)snprintf(why, cap, "%s: not signed by an authority of --client-ca", path);
		return -1;
	}
	if (status & dated)
		log_warning("%s: this list of revoked certificates is out of date", path);
	return 0;
}

static int add_crls(struct tls *t, const char *path, const gnutls_datum_t *pem,
		    const gnutls_x509_crt_t *authorities, unsigned count, char *why, size_t cap)
{
	gnutls_x509_crl_t *crls = NULL;
	unsigned found = 0;
	int n = gnutls_x509_crl_list_import2(&crls, &found, pem, GNUTLS_X509_FMT_PEM, 0);
	int err = n < 0 ? -1 : 0;

	if (n < 0)
		(void)snprintf(why, cap, "%s: %s", path, gnutls_strerror(n));
	for (unsigned i = 0; i < found && !err; i++)
		err = crl_check(path, crls[i], authorities, count, why, cap);
	if (!err && gnutls_certificate_set_x509_crl(t->credentials, crls, (int)found) < 0)
		err = -1;
	for (unsigned i = 0; n >= 0 && i < found; i++)
		gnutls_x509_crl_deinit(crls[i]);
	gnutls_free(crls);
	return err;
}

/* The authorities, and the CRL that one of them signed. */
static int add_trust(struct tls *t, const struct tls_files *files, char *why, size_t cap)
{
	gnutls_datum_t ca = {0}, crl = {0};
	gnutls_x509_crt_t *authorities = NULL;
	unsigned count = 0;
	int err = read_pem(files->client_ca, &ca, why, cap);

	if (!err && files->crl)
		err = read_pem(files->crl, &crl, why, cap);
	if (!err) {
		int n = gnutls_x509_crt_list_import2(&authorities, &count, &ca, GNUTLS_X509_FMT_PEM,
						     0);

		if (n >= 0)
			n = gnutls_certificate_set_x509_trust(t->credentials, authorities,
							      (int)count);
		err = n < 0 ? -1 : 0;
		if (err)
			(void)snprintf(why, cap, "%s: %s", files->client_ca, gnutls_strerror(n));
	}
	if (!err && files->crl)
		err = add_crls(t, files->crl, &crl, authorities, count, why, cap);
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(authorities[i]);
	gnutls_free(authorities);
	free(ca.data);
	free(crl.data);
	return err;
}

/* Puts the files in; on failure which one and why. */
static int tls_fill(struct tls *t, const struct tls_files *files, char *why, size_t cap)
{
	if (read_pem(files->cert, &t->cert, why, cap) < 0 ||
	    read_pem(files->key, &t->key, why, cap) < 0)
		return -1;
	int n = gnutls_certificate_set_x509_key_mem(t->credentials, &t->cert, &t->key,
						    GNUTLS_X509_FMT_PEM);
	if (n < 0) {
		(void)snprintf(why, cap, "%s, %s: %s", files->cert, files->key, gnutls_strerror(n));
		return -1;
	}
	return add_trust(t, files, why, cap);
}

struct tls *tls_open(const struct tls_files *files, char *why, size_t cap)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (!t || gnutls_certificate_allocate_credentials(&t->credentials) < 0) {
		(void)snprintf(why, cap, "%s", strerror(ENOMEM));
		free(t);
		return NULL;
	}
	t->refs = 1;
	if (tls_fill(t, files, why, cap) == 0)
		return t;
	tls_unref(t);
	return NULL;
}

struct tls *tls_ref(struct tls *t)
{
	if (t)
		atomic_fetch_add(&t->refs, 1);
	return t;
}

void tls_unref(struct tls *t)
{
	if (!t || atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	gnutls_certificate_free_credentials(t->credentials);
	if (t->key.data)
		explicit_bzero(t->key.data, t->key.size);
	free(t->cert.data);
	free(t->key.data);
	free(t);
}

const char *tls_cert_pem(const struct tls *t)
{
	return (const char *)t->cert.data;
}

const char *tls_key_pem(const struct tls *t)
{
	return (const char *)t->key.data;
}

int tls_adopt(struct tls *t, gnutls_session_t session)
{
	int n = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, t->credentials);

	/* Asked for, not required: /healthz is for everybody, and a refusal in words is better
	 * than an alert that nobody understands. */
	if (n == 0)
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
	return n;
}

/* The first reason that a person can act on. */
static const char *status_text(unsigned status)
{
	static const struct {
		unsigned bit;
		const char *text;
	} reasons[] = {
		{GNUTLS_CERT_REVOKED, "it is revoked"},
		{GNUTLS_CERT_EXPIRED, "it has expired"},
		{GNUTLS_CERT_NOT_ACTIVATED, "it is not yet valid"},
		{GNUTLS_CERT_SIGNER_NOT_FOUND, "its issuer is not known here"},
		{GNUTLS_CERT_PURPOSE_MISMATCH, "it is not a client's"},
		{GNUTLS_CERT_INSECURE_ALGORITHM, "its algorithm is too weak"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (status & reasons[i].bit)
			return reasons[i].text;
	return "it can't be verified";
}

static bool name_is_good(const char *name, size_t len)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return len >= 1 && len < TLS_NAME && strlen(name) == len && strspn(name, allowed) == len;
}

/* The subject's CN; two of them are one too many. */
static bool subject_name(const gnutls_datum_t *der, char name[TLS_NAME])
{
	gnutls_x509_crt_t crt;
	char buf[256], other[256];
	size_t len = sizeof(buf), other_len = sizeof(other);
	bool good = false;

	if (gnutls_x509_crt_init(&crt) < 0)
		return false;
	if (gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER) == 0 &&
	    gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, buf, &len) == 0 &&
	    gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 1, 0, other,
					  &other_len) == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		good = name_is_good(buf, len);
	if (good)
		memcpy(name, buf, len + 1);
	gnutls_x509_crt_deinit(crt);
	return good;
}

/* Why the certificate isn't believed, with the name it bears: who looks for an expired one has to
 * know whose it is. */
static enum tls_verdict unusable(const char *name, const char *reason, char *why, size_t cap)
{
	(void)snprintf(why, cap, "the certificate%s%s: %s", name[0] ? " of " : "", name, reason);
	return TLS_UNUSABLE;
}

enum tls_verdict tls_peer(gnutls_session_t session, char name[TLS_NAME], char *why, size_t cap)
{
	unsigned char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st wanted = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = purpose, .size = 0};
	unsigned count = 0, status = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);

	name[0] = '\0';
	if (!chain || count == 0)
		return TLS_NOBODY;
	bool named = subject_name(&chain[0], name);
	int n = gnutls_certificate_verify_peers(session, &wanted, 1, &status);
	if (n < 0)
		return unusable(name, gnutls_strerror(n), why, cap);
	if (status != 0)
		return unusable(name, status_text(status), why, cap);
	if (!named)
		return unusable(name,
				"its subject has not one common name (CN) of 1 to 32 of A-Z a-z "
				"0-9 '.' '_' '-'",
				why, cap);
	return TLS_STATION;
}
