/* answer.h - replies: JSON, problems (RFC 9457), texts. */
#ifndef HQD_ANSWER_H
#define HQD_ANSWER_H
#include "refusal.h"
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer {
	unsigned status;
	const char *type; /* media type */
	char *text;	  /* malloc'd; goes with the answer */
	size_t len;
	unsigned retry_after_s; /* 0 = not told */
	const char *allow;	/* NULL = not told */
	bool accept_gzip;	/* which encoding would have been taken */
	bool close;		/* the connection ends with it */
	bool file;		/* instead of text: fd, with len bytes; closed with the answer */
	int fd;
};

/* acked NULL: without. */
struct answer answer_problem(enum refusal r, const char *detail, const uint64_t *acked);
/* Takes text (malloc'd); NULL: 503. */
struct answer answer_text(const char *type, char *text, size_t len);
/* A problem with one number more, by this name. */
struct answer answer_problem_number(enum refusal r, const char *detail, const char *name,
				    uint64_t number);
/* Takes fd. */
struct answer answer_file(const char *type, int fd, uint64_t len);
/* Of one that is not sent. */
void answer_drop(struct answer *a);
enum MHD_Result answer_send(struct MHD_Connection *connection, struct answer *a);
/* In the middle of a body the HTTP library takes no answer: this goes straight to the client, and
 * the connection has to be closed behind it. */
void answer_now(gnutls_session_t session, struct answer *a);
#endif
