/* request.c - one HTTP request: what it wants and whether it may is settled with its headers; a
 * refused body is read to its end without being kept, so that the client hears the answer. */
#include "request.h"
#include "answer.h"
#include "body.h"
#include "conn.h"
#include "front.h"
#include "metrics.h"
#include "reply.h"
#include "reply_photo.h"
#include "route.h"
#include "station/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct request {
	struct conn *conn;
	struct route route;
	enum refusal refusal;
	const char *detail; /* of the refusal; static, or the connection's */
	struct body body;
	struct piece piece; /* of a photo */
	struct front *front;
	struct desk_job job;
	bool asked; /* the desk has made reply */
	struct reply reply;
};

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static void refuse(struct request *r, enum refusal why, const char *detail)
{
	if (r->refusal != REFUSAL_NONE || why == REFUSAL_NONE)
		return;
	r->refusal = why;
	r->detail = detail;
}

/* Whether the client may ask this at all. */
static void check_client(struct request *r, const struct front *f)
{
	if (r->route.call == METRICS_HEALTH ||
	    (r->route.call == METRICS_METRICS && f->metrics_open))
		return;
	if (r->conn->who == TLS_NOBODY)
		refuse(r, REFUSAL_NO_CERTIFICATE, "the station's certificate names the station");
	else if (r->conn->who == TLS_UNUSABLE)
		refuse(r, REFUSAL_CERTIFICATE, r->conn->why);
}

/* True: gzip. */
static bool check_encoding(struct request *r, const char *encoding)
{
	if (!encoding || strcasecmp(encoding, "identity") == 0)
		return false;
	if (strcasecmp(encoding, "gzip") != 0)
		refuse(r, REFUSAL_ENCODING, "Content-Encoding may be gzip or identity");
	return true;
}

/* Pieces of a photo: what they are, and that they come as they are. */
static void check_photo(struct request *r, struct MHD_Connection *c)
{
	const char *detail = NULL;

	if (header(c, "Content-Encoding"))
		refuse(r, REFUSAL_MEDIA_TYPE, "a photo comes without Content-Encoding");
	r->piece = piece_read(header(c, "Content-Range"));
	refuse(r, reply_photo_check(&r->piece, &detail), detail);
}

/* Everything that the headers tell. */
static void check_headers(struct request *r, const struct front *f, struct MHD_Connection *c,
			  const char *method)
{
	bool gzip = false;

	check_client(r, f);
	if (r->route.call == METRICS_OTHER)
		refuse(r, REFUSAL_NOT_FOUND, "no such path");
	if (!route_allows(&r->route, method))
		refuse(r, REFUSAL_METHOD, "see Allow");
	if (r->route.media) {
		if (!route_media_is(header(c, "Content-Type"), r->route.media))
			refuse(r, REFUSAL_MEDIA_TYPE, r->route.media);
		if (r->route.call == METRICS_PHOTO)
			check_photo(r, c);
		else
			gzip = check_encoding(r, header(c, "Content-Encoding"));
	}
	if (f->stopping)
		refuse(r, REFUSAL_STOPPING, "come again");
	body_open(&r->body, r->route.most, gzip, r->refusal != REFUSAL_NONE || !r->route.media);
}

/* More than we would ever read: answered without reading. */
static bool declared_large(struct MHD_Connection *c)
{
	const char *length = header(c, "Content-Length");
	uint64_t n = 0;

	return length && !text_read_u64(length, strlen(length), BODY_MAX, &n);
}

static void note(struct request *r, enum refusal why, const char *detail)
{
	refusal_note(why, conn_now_ms(), "%s%s%s: %s",
		     r->conn->who == TLS_STATION ? r->conn->station : "",
		     r->conn->who == TLS_STATION ? " at " : "", r->conn->peer, detail);
}

static enum MHD_Result send_answer(struct request *r, struct MHD_Connection *c, struct answer *a)
{
	metrics_request(r->route.call, a->status);
	a->close = a->close || r->conn->stale;
	r->conn->closing = a->close;
	return answer_send(c, a);
}

static enum MHD_Result send_refusal(struct request *r, struct MHD_Connection *c)
{
	struct answer a = answer_problem(r->refusal, r->detail, NULL);

	note(r, r->refusal, r->detail);
	if (r->refusal == REFUSAL_METHOD)
		a.allow = r->route.allow;
	return send_answer(r, c, &a);
}

static void close_body(struct request *r)
{
	body_close(&r->body);
	r->body = (struct body){0};
}

/* What MHD_get_connection_info points to is good until the next call only (libmicrohttpd 1.0). */
static struct conn *conn_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static gnutls_session_t session_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return info ? info->tls_session : NULL;
}

static enum MHD_Result request_begin(struct front *f, struct MHD_Connection *c, const char *url,
				     const char *method, void **own)
{
	struct conn *conn = conn_of(c);
	gnutls_session_t session = session_of(c);
	struct request *r = calloc(1, sizeof(*r));

	if (!r || !conn || !session) {
		free(r);
		return MHD_NO;
	}
	*own = r;
	r->refusal = REFUSAL_NONE;
	r->conn = conn;
	r->front = f;
	conn_identify(conn, session);
	bool few = conn_begin(r->conn, conn_now_ms());
	route_find(url, method, &r->route);
	if (!few)
		refuse(r, REFUSAL_TOO_MANY, "wait for the answers that are under way");
	check_headers(r, f, c, method);
	if (declared_large(c)) {
		refuse(r, REFUSAL_TOO_LARGE, "a body may have 1048576 bytes");
		return send_refusal(r, c);
	}
	/* It waits for our word before it sends: here it is. */
	if (r->refusal != REFUSAL_NONE && header(c, "Expect"))
		return send_refusal(r, c);
	return MHD_YES;
}

static void check_body(struct request *r)
{
	switch (body_end(&r->body)) {
	case BODY_OK:
		break;
	case BODY_LARGE:
		refuse(r, REFUSAL_TOO_LARGE, "the body, unpacked, is over its bound");
		break;
	case BODY_BROKEN:
		refuse(r, r->route.call == METRICS_ANCHOR ? REFUSAL_BAD_ANCHOR : REFUSAL_BAD_EVENTS,
		       "the body is not one whole gzip member");
		break;
	case BODY_BUSY:
		refuse(r, REFUSAL_BUSY, "no room for the body now");
		break;
	}
}

/* On the desk's thread. */
static void put_photo(void *user)
{
	struct request *r = user;

	reply_photo_put(&r->reply, r->front, r->conn->station, r->route.photo, &r->piece, &r->body);
}

static enum MHD_Result send_reply(struct request *r, struct MHD_Connection *c)
{
	close_body(r); /* what the answer needs no longer */
	if (r->reply.refusal != REFUSAL_NONE)
		note(r, r->reply.refusal, r->reply.detail);
	return send_answer(r, c, &r->reply.answer);
}

/* The desk makes the answer; the connection comes back here with it. */
static enum MHD_Result ask_desk(struct request *r, struct MHD_Connection *c)
{
	r->job = (struct desk_job){.connection = c, .work = put_photo, .user = r};
	r->reply = (struct reply){.refusal = REFUSAL_NONE};
	r->asked = true;
	if (desk_ask(r->front->desk, &r->job))
		return MHD_YES;
	r->asked = false;
	refuse(r, REFUSAL_BUSY, "too many photos are under way");
	return send_refusal(r, c);
}

static enum MHD_Result request_answer(struct front *f, struct request *r, struct MHD_Connection *c)
{
	struct reply *reply = &r->reply;

	if (r->asked)
		return send_reply(r, c);
	check_body(r);
	if (r->refusal != REFUSAL_NONE)
		return send_refusal(r, c);
	if (r->route.call == METRICS_PHOTO && r->route.media)
		return ask_desk(r, c);
	reply->refusal = REFUSAL_NONE;
	switch (r->route.call) {
	case METRICS_PHOTO:
		reply_photo_get(reply, f, r->conn->station, r->route.photo);
		break;
	case METRICS_EVENTS:
		reply_events(reply, f, r->conn->station, r->route.journal, &r->body);
		break;
	case METRICS_ANCHOR:
		reply_anchor(reply, f, r->conn->station, r->route.journal, &r->body);
		break;
	case METRICS_EXPECTED:
		reply_expected(reply, f, c);
		break;
	case METRICS_HEALTH:
		reply_health(reply, f);
		break;
	case METRICS_METRICS:
		reply_metrics(reply, f);
		break;
	case METRICS_OTHER:
	case METRICS_CALLS:
		break;
	}
	return send_reply(r, c);
}

/* Too much came, and the end is not in sight. */
static enum MHD_Result cut_off(struct request *r, struct MHD_Connection *c)
{
	refuse(r, REFUSAL_TOO_LARGE, "a body may have 1048576 bytes");
	struct answer a = answer_problem(r->refusal, r->detail, NULL);
	note(r, r->refusal, r->detail);
	metrics_request(r->route.call, a.status);
	answer_now(session_of(c), &a);
	return MHD_NO;
}

enum MHD_Result request_handle(void *cls, struct MHD_Connection *connection, const char *url,
			       const char *method, const char *version, const char *data,
			       size_t *len, void **own)
{
	struct front *f = cls;
	struct request *r = *own;
	size_t n = *len;

	(void)version;
	if (!r)
		return request_begin(f, connection, url, method, own);
	if (n == 0)
		return request_answer(f, r, connection);
	*len = 0;
	return body_feed(&r->body, data, n) ? MHD_YES : cut_off(r, connection);
}

void request_done(void *cls, struct MHD_Connection *connection, void **own,
		  enum MHD_RequestTerminationCode code)
{
	struct request *r = *own;

	(void)cls;
	(void)connection;
	(void)code;
	if (!r)
		return;
	close_body(r);
	answer_drop(&r->reply.answer); /* of a client that went before it was sent */
	conn_end(r->conn, conn_now_ms());
	free(r);
	*own = NULL;
}
