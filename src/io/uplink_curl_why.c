/* uplink_curl_why.c - what curl's errors mean for the line, in words for a person. */
#include "station/text.h"
#include "uplink_curl.h"
#include <curl/curl.h>
#include <string.h>

#define TOO_LARGE 100 /* CURLE_TOO_LARGE, since 8.6 */

/* CURLINFO_SSL_VERIFYRESULT is the TLS library's own word: GnuTLS a set of
 * gnutls_certificate_status_t, OpenSSL one X509_V_ERR_. */
enum verdict { OTHER, NOT_YET, EXPIRED, REVOKED, UNKNOWN_ISSUER, CRL_OLD };

static enum verdict by_gnutls(long bits)
{
	static const struct {
		long bit;
		enum verdict verdict;
	} table[] = {{1L << 5, REVOKED},       {1L << 9, NOT_YET},  {1L << 10, EXPIRED},
		     {1L << 12, CRL_OLD},      {1L << 15, CRL_OLD}, {1L << 6, UNKNOWN_ISSUER},
		     {1L << 7, UNKNOWN_ISSUER}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (bits & table[i].bit)
			return table[i].verdict;
	return OTHER;
}

static enum verdict by_openssl(long code)
{
	switch (code) {
	case 9:
		return NOT_YET;
	case 10:
		return EXPIRED;
	case 11:
	case 12:
		return CRL_OLD;
	case 23:
		return REVOKED;
	case 2:
	case 18:
	case 19:
	case 20:
	case 21:
		return UNKNOWN_ISSUER;
	default:
		return OTHER;
	}
}

static enum verdict verdict_of(long verified)
{
	const char *library = curl_version_info(CURLVERSION_NOW)->ssl_version;

	return library && strncmp(library, "OpenSSL", 7) == 0 ? by_openssl(verified)
							      : by_gnutls(verified);
}

static const char *verdict_words(enum verdict verdict, bool trusted)
{
	switch (verdict) {
	case NOT_YET:
		return trusted ? "headquarters' certificate is not yet valid"
			       : "headquarters' certificate is not yet valid, by a clock that no "
				 "time source has set: it may be this station's clock that is wrong";
	case EXPIRED:
		return trusted ? "headquarters' certificate has expired"
			       : "headquarters' certificate has expired, by a clock that no time "
				 "source has set: it may be this station's clock that is wrong";
	case REVOKED:
		return "headquarters' certificate is revoked";
	case UNKNOWN_ISSUER:
		return "headquarters' certificate is from no authority that this station knows";
	case CRL_OLD:
		return "the list of revoked certificates is out of date (crl_file)";
	case OTHER:
		break;
	}
	return "headquarters' certificate is not for this name, or not good";
}

/* A handshake that was cut is the line's fault, all else of it is TLS's. What curl's socket said of
 * it can be in the place of what TLS did: "Send failure: Broken pipe". */
static bool was_cut(const char *said)
{
	static const char *const words[] = {
		"terminated",	  "ush function",     "ull function", "SSL_ERROR_SYSCALL",
		"unexpected eof", "Connection reset", "Send failure", "Recv failure"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(said, words[i]))
			return true;
	return false;
}

static const char *line_words(CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "headquarters' name is not found";
	case CURLE_COULDNT_RESOLVE_PROXY:
		return "the proxy's name is not found";
	case CURLE_COULDNT_CONNECT:
		return "no connection to headquarters";
	case CURLE_OPERATION_TIMEDOUT:
		return "headquarters does not answer";
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return "the connection to headquarters was cut";
	default:
		return "no line to headquarters";
	}
}

static enum sync_kind kind_of(CURLcode code, const char *said)
{
	switch ((int)code) {
	case CURLE_SSL_CONNECT_ERROR:
		return was_cut(said) ? SYNC_LINE : SYNC_TLS;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR: /* TLS 1.3 tells of a refused certificate behind the handshake */
		return strstr(said, "alert") ? SYNC_TLS : SYNC_LINE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
		return SYNC_TLS;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_OUT_OF_MEMORY: /* what older libcurls say of a header without an end */
	case TOO_LARGE:		  /* and newer ones */
		return SYNC_NONSENSE;
	default:
		return SYNC_LINE;
	}
}

void uplink_curl_why(struct uplink_response *out, int code, const char *said, long verified,
		     long os_error, const char *host, bool trusted)
{
	struct text t = text_over(out->why, sizeof(out->why));
	const char *more = said && said[0] ? said : curl_easy_strerror((CURLcode)code);

	out->replied = false;
	out->kind = kind_of((CURLcode)code, more);
	if (code == CURLE_PEER_FAILED_VERIFICATION) {
		text_put(&t, verdict_words(verdict_of(verified), trusted));
		more = "";
	} else if (out->kind == SYNC_LINE) {
		text_put(&t, line_words((CURLcode)code));
		if (code == CURLE_COULDNT_CONNECT && os_error)
			more = strerror((int)os_error);
		else if (strcmp(line_words((CURLcode)code), line_words(CURLE_OK)) != 0)
			more = "";
	} else {
		text_put(&t, out->kind == SYNC_TLS ? "TLS with headquarters failed"
						   : "headquarters' reply is none");
	}
	text_put(&t, ": ");
	text_put(&t, host);
	if (more[0]) {
		text_put(&t, ": ");
		text_put(&t, more);
	}
}
