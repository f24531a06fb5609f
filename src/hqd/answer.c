/* answer.c - replies: JSON, problems (RFC 9457), texts, with the headers that belong to them. */
#include "answer.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBLEM_TYPE "application/problem+json"

/* When to come again, in seconds. */
static unsigned retry_after(enum refusal r)
{
	if (r == REFUSAL_TOO_MANY)
		return 1;
	if (r == REFUSAL_BUSY)
		return 2;
	if (r == REFUSAL_STOPPING)
		return 5;
	if (r == REFUSAL_DISK_FULL)
		return 60;
	return r == REFUSAL_UNWRITABLE ? 10 : 0;
}

static struct answer problem(enum refusal r, const char *detail, const char *name, uint64_t number)
{
	char type[64];
	struct answer a = {
		.status = refusal_status(r),
		.type = PROBLEM_TYPE,
		.retry_after_s = retry_after(r),
		.accept_gzip = r == REFUSAL_ENCODING,
	};

	(void)snprintf(type, sizeof(type), "urn:station:problem:%s", refusal_name(r));
	json_t *words = json_string(detail);
	json_t *o = json_pack("{s:s, s:s, s:i, s:o}", "type", type, "title", refusal_title(r),
			      "status", (int)a.status, "detail", words ? words : json_string(""));
	if (o && name)
		(void)json_object_set_new(o, name, json_integer((json_int_t)number));
	a.text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	a.len = a.text ? strlen(a.text) : 0;
	json_decref(o);
	return a;
}

struct answer answer_problem(enum refusal r, const char *detail, const uint64_t *acked)
{
	return problem(r, detail, acked ? "acked" : NULL, acked ? *acked : 0);
}

struct answer answer_problem_number(enum refusal r, const char *detail, const char *name,
				    uint64_t number)
{
	return problem(r, detail, name, number);
}

struct answer answer_file(const char *type, int fd, uint64_t len)
{
	return (struct answer){
		.status = 200, .type = type, .file = true, .fd = fd, .len = (size_t)len};
}

void answer_drop(struct answer *a)
{
	free(a->text);
	a->text = NULL;
	if (a->file)
		(void)close(a->fd);
	a->file = false;
}

struct answer answer_text(const char *type, char *text, size_t len)
{
	if (!text)
		return answer_problem(REFUSAL_UNWRITABLE, "the answer could not be made", NULL);
	return (struct answer){.status = 200, .type = type, .text = text, .len = len};
}

static bool headers_add(struct MHD_Response *r, const struct answer *a)
{
	char seconds[16];
	bool ok = MHD_add_response_header(r, "Content-Type", a->type) == MHD_YES &&
		  MHD_add_response_header(r, "Cache-Control", "no-store") == MHD_YES &&
		  MHD_add_response_header(r, "X-Content-Type-Options", "nosniff") == MHD_YES;

	(void)snprintf(seconds, sizeof(seconds), "%u", a->retry_after_s);
	if (a->retry_after_s)
		ok = ok && MHD_add_response_header(r, "Retry-After", seconds) == MHD_YES;
	if (a->allow)
		ok = ok && MHD_add_response_header(r, "Allow", a->allow) == MHD_YES;
	if (a->accept_gzip)
		ok = ok && MHD_add_response_header(r, "Accept-Encoding", "gzip") == MHD_YES;
	if (a->close)
		ok = ok && MHD_add_response_header(r, "Connection", "close") == MHD_YES;
	return ok;
}

enum MHD_Result answer_send(struct MHD_Connection *connection, struct answer *a)
{
	struct MHD_Response *r =
		a->file ? MHD_create_response_from_fd(a->len, a->fd)
			: MHD_create_response_from_buffer(a->len, a->text, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result = MHD_NO;

	if (!r) {
		answer_drop(a);
		return MHD_NO;
	}
	a->text = NULL; /* the library's */
	a->file = false;
	if (headers_add(r, a))
		result = MHD_queue_response(connection, a->status, r);
	MHD_destroy_response(r);
	return result;
}

void answer_now(gnutls_session_t session, struct answer *a)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 %u Refused\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
			 "Connection: close\r\n\r\n",
			 a->status, a->type, a->len);

	/* One try each: a client that takes nothing gets nothing. */
	if (a->text && n > 0 && gnutls_record_send(session, head, (size_t)n) == n)
		(void)gnutls_record_send(session, a->text, a->len);
	free(a->text);
}
