/* tls.h - what headquarters shows and what it believes: its certificate, the authority of the
 * stations' certificates, the revoked ones (GnuTLS). A set is read whole and replaced whole. */
#ifndef HQD_TLS_H
#define HQD_TLS_H
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

/* TLS 1.2 and 1.3 (RFC 5246, RFC 8446), nothing older. */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"
#define TLS_NAME       33 /* a station's name and its NUL */

struct tls; /* one set; counted references, since connections outlive a SIGHUP */

struct tls_files {
	const char *cert, *key, *client_ca, *crl; /* PEM; crl NULL = none */
};

enum tls_verdict {
	TLS_STATION,  /* a good certificate; its name is told */
	TLS_NOBODY,   /* no certificate */
	TLS_UNUSABLE, /* a certificate that isn't believed; why is told */
};

/* NULL: refused, why says which file and what is wrong. */
struct tls *tls_open(const struct tls_files *files, char *why, size_t cap);
struct tls *tls_ref(struct tls *t); /* NULL is fine */
void tls_unref(struct tls *t);	    /* NULL is fine */
/* The bytes of certificate and key, for the HTTP library; live as long as the set. */
const char *tls_cert_pem(const struct tls *t);
const char *tls_key_pem(const struct tls *t);
/* Makes a new session use this set and ask the client for its certificate. 0 or a gnutls error. */
int tls_adopt(struct tls *t, gnutls_session_t session);
/* Chain, dates, purpose, CRL; then the name: the subject's only CN, 1 to 32 of [A-Za-z0-9._-]. */
enum tls_verdict tls_peer(gnutls_session_t session, char name[TLS_NAME], char *why, size_t cap);
#endif
