/* uplink_curl.h - one HTTPS request at a time to headquarters by libcurl's multi interface on the
 * station's loop. Private to uplink*.c. */
#ifndef IO_UPLINK_CURL_H
#define IO_UPLINK_CURL_H
#include "uplink.h"

struct uplink_request {
	const char *path; /* behind the url */
	const char *type; /* of the body; NULL: GET */
	const char *body; /* the caller's, until done */
	size_t len;
	bool gzip;	   /* the body is */
	bool put;	   /* PUT instead of POST */
	const char *range; /* Content-Range; NULL = none */
	size_t reply_max;  /* bytes; more is no reply */
};

struct uplink_response {
	bool replied;	     /* there is a status and a body; else what became of it: */
	enum sync_kind kind; /* SYNC_LINE, SYNC_TLS, SYNC_NONSENSE ... */
	char why[160];	     /* ... in words */
	long status;
	char *body; /* uplink_curl_take() makes it the caller's */
	size_t len;
	char retry_after[64]; /* "" = none */
};

struct uplink_curl;

/* done: on the loop's thread, once a request, never from within uplink_curl_start. */
int __attribute__((warn_unused_result))
uplink_curl_open(struct uplink_curl **out, struct loop *loop, const struct uplink_config *config,
		 void (*done)(void *user, struct uplink_response *response), void *user);
/* A request that can't be begun is done soon, as any that fails. */
void uplink_curl_start(struct uplink_curl *c, const struct uplink_request *request);
void uplink_curl_cancel(struct uplink_curl *c); /* done is not called any more */
/* The next request makes a connection of its own and reads the certificates again. */
void uplink_curl_fresh(struct uplink_curl *c);
/* The certificate that the last handshake showed, also one that was refused. */
struct expiry uplink_curl_server(const struct uplink_curl *c);
char *uplink_curl_take(struct uplink_curl *c, struct uplink_response *response);
void uplink_curl_close(struct uplink_curl *c);
/* What a failed transfer means, in words for a person. */
void uplink_curl_why(struct uplink_response *out, int code, const char *said, long verified,
		     long os_error, const char *host, bool trusted);
#endif
