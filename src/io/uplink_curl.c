/* uplink_curl.c - HTTPS requests by libcurl's multi interface (uplink_curl.h): its sockets and its
 * timer are sources of the station's loop. The server is always verified. */
#include "uplink_curl.h"
#include "log.h"
#include "station/text.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#define URL_CAP	    512
#define HEADERS_MAX 65536  /* bytes of a reply's headers, those of a proxy included */
#define CONNECT_MS  15000  /* name, TCP and TLS together */
#define SLOW_BYTES  30	   /* a second, over the time-out: less is no line */
#define WHOLE_MS    900000 /* a request, however steadily it drips */
#define KEEP_BYTES  16384  /* room for a reply that is kept between requests */
#define TIMEOUT_MS  30000

struct uplink_curl {
	struct loop *loop;
	void (*done)(void *user, struct uplink_response *response);
	void *user;
	CURLM *multi;
	CURL *easy;
	struct loop_source *timer, *soon, *failed;
	struct curl_slist *headers;
	char url[URL_CAP], host[URL_CAP], error[CURL_ERROR_SIZE];
	struct {
		char cert[URL_CAP], key[URL_CAP], ca[URL_CAP], crl[URL_CAP];
	} file;
	uint64_t timeout_ms;
	bool under_way, fresh, overlong;
	size_t head_len, body_cap, body_max;
	struct expiry server;
	struct uplink_response response;
};

/* --- curl's sockets and timer on the loop --- */

static void finish(struct uplink_curl *c, CURLcode code);

static void look_done(struct uplink_curl *c)
{
	const CURLMsg *message;
	CURLcode code = CURLE_OK;
	bool done = false;
	int left;

	while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
		done = done || message->msg == CURLMSG_DONE;
		if (message->msg == CURLMSG_DONE)
			code = message->data.result;
	}
	if (done && c->under_way)
		finish(c, code);
}

static void act(struct uplink_curl *c, curl_socket_t fd, int mask)
{
	int running;
	CURLMcode r = curl_multi_socket_action(c->multi, fd, mask, &running);

	if (r != CURLM_OK)
		log_error("curl: %s", curl_multi_strerror(r));
	look_done(c);
}

static void on_socket(void *user, int fd, uint32_t events)
{
	int mask = (events & EPOLLIN ? CURL_CSELECT_IN : 0) |
		   (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		   (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

	act(user, fd, mask);
}

static void on_timer(void *user)
{
	act(user, CURL_SOCKET_TIMEOUT, 0);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *source)
{
	struct uplink_curl *c = user;
	uint32_t events =
		(what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	struct loop_source *s = source;
	int r = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		loop_source_free(s);
		s = NULL;
	} else if (s) {
		r = loop_io_events(s, events);
	} else {
		r = loop_io(c->loop, &s, fd, events, on_socket, c);
	}
	if (r < 0)
		log_error("cannot watch a socket: %s", strerror(-r));
	(void)curl_multi_assign(c->multi, fd, s);
	return r < 0 ? -1 : 0;
}

/* A timer of 0 ms must fire at once; one that is set to the past may be taken for disarmed. */
static int watch_timer(CURLM *multi, long ms, void *user)
{
	struct uplink_curl *c = user;
	int r = 0;

	(void)multi;
	if (ms == 0)
		r = loop_defer_arm(c->soon);
	if (r == 0)
		r = loop_timer_set(c->timer, ms > 0 ? loop_moment(c->loop).mono_ms + (uint64_t)ms
						    : MOMENT_NEVER);
	if (r < 0)
		log_error("cannot set a timer");
	return r < 0 ? -1 : 0;
}

/* --- the reply, bounded while it arrives --- */

static size_t on_header(char *line, size_t size, size_t n, void *user)
{
	static const char name[] = "retry-after:";
	struct uplink_curl *c = user;
	size_t len = size * n, skip = sizeof(name) - 1;

	c->head_len += len;
	if (c->head_len > HEADERS_MAX) {
		c->overlong = true;
		return 0;
	}
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0)
		c->response.retry_after[0] = '\0'; /* of a proxy's or an interim reply */
	if (len > skip && strncasecmp(line, name, skip) == 0) {
		while (skip < len && (line[skip] == ' ' || line[skip] == '\t'))
			skip++;
		while (len > skip && strchr("\r\n\t ", line[len - 1]))
			len--;
		struct text t = text_over(c->response.retry_after, sizeof(c->response.retry_after));
		text_bytes(&t, line + skip, len - skip);
	}
	return size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
	struct uplink_curl *c = user;
	size_t len = size * n, need = c->response.len + len;

	if (need > c->body_max) {
		c->overlong = true;
		return 0;
	}
	if (need > c->body_cap) {
		size_t cap = need > KEEP_BYTES ? need * 2 : KEEP_BYTES;
		char *more = realloc(c->response.body, cap);

		if (!more)
			return 0;
		c->response.body = more;
		c->body_cap = cap;
	}
	memcpy(c->response.body + c->response.len, bytes, len);
	c->response.len = need;
	return len;
}

char *uplink_curl_take(struct uplink_curl *c, struct uplink_response *response)
{
	char *body = response->body;

	response->body = NULL;
	c->body_cap = 0;
	return body;
}

/* --- a request --- */

static void hand_over(struct uplink_curl *c)
{
	c->under_way = false;
	c->done(c->user, &c->response);
	if (!c->under_way && c->body_cap > KEEP_BYTES)
		free(uplink_curl_take(c, &c->response));
}

static void say(struct uplink_response *r, const char *what, const char *where, const char *more)
{
	struct text t = text_over(r->why, sizeof(r->why));

	text_put(&t, what);
	text_put(&t, ": ");
	text_put(&t, where);
	text_put(&t, more[0] ? ": " : "");
	text_put(&t, more);
}

/* A proxy that does not let us through: 403 and 407 are a person's business, the rest passes. */
static void blame_proxy(struct uplink_curl *c, long status)
{
	char number[32];

	(void)snprintf(number, sizeof(number), "HTTP %ld", status);
	c->response.kind = status == 403 || status == 407 ? SYNC_DENIED : SYNC_LINE;
	say(&c->response, "the proxy gives no way to headquarters", c->host, number);
}

/* "Start date:2026-11-23 08:00:00 GMT", a line of curl's about a certificate. */
static void take_date(const char *line, const char *name, int64_t *ms)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) == 0)
		*ms = expiry_read(line + len, strnlen(line + len, 64));
}

/* A connection that is used again has no handshake, and tells of none. */
static void take_server(struct uplink_curl *c)
{
	const struct curl_certinfo *info = NULL;
	struct expiry shown = {0};

	if (curl_easy_getinfo(c->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
	    info->num_of_certs < 1)
		return;
	for (const struct curl_slist *l = info->certinfo[0]; l; l = l->next) {
		take_date(l->data, "Start date:", &shown.from_ms);
		take_date(l->data, "Expire date:", &shown.until_ms);
	}
	if (shown.until_ms)
		c->server = shown;
}

struct expiry uplink_curl_server(const struct uplink_curl *c)
{
	return c->server;
}

static void finish(struct uplink_curl *c, CURLcode code)
{
	struct uplink_response *r = &c->response;
	long verified = 0, os_error = 0, proxy = 0;

	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &r->status);
	(void)curl_easy_getinfo(c->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
	(void)curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os_error);
	(void)curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &proxy);
	take_server(c);
	(void)curl_multi_remove_handle(c->multi, c->easy);
	r->replied = code == CURLE_OK;
	if (c->overlong) {
		r->kind = SYNC_NONSENSE;
		say(r, "headquarters' reply has no end", c->host, "");
	} else if (code != CURLE_OK && proxy >= 300) {
		blame_proxy(c, proxy);
	} else if (code != CURLE_OK) {
		uplink_curl_why(r, (int)code, c->error, verified, os_error, c->host,
				loop_moment(c->loop).trusted);
	}
	hand_over(c);
}

static void on_failed(void *user)
{
	struct uplink_curl *c = user;

	if (c->under_way)
		hand_over(c);
}

/* curl says of a missing file little that helps. */
static bool files_there(struct uplink_curl *c)
{
	const struct {
		const char *path, *what;
	} files[] = {{c->file.cert, "cannot read this station's certificate"},
		     {c->file.key, "cannot read the key of this station's certificate"},
		     {c->file.ca, "cannot read headquarters' authority"},
		     {c->file.crl, "cannot read the list of revoked certificates"}};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!files[i].path[0] || access(files[i].path, R_OK) == 0)
			continue;
		c->response.kind = SYNC_TLS;
		say(&c->response, files[i].what, files[i].path, strerror(errno));
		return false;
	}
	return true;
}

static bool set_headers(struct uplink_curl *c, const struct uplink_request *q)
{
	char type[128], range[128];
	struct curl_slist *more;

	curl_slist_free_all(c->headers);
	c->headers = NULL;
	(void)snprintf(type, sizeof(type), "Content-Type: %s", q->type ? q->type : "");
	(void)snprintf(range, sizeof(range), "Content-Range: %s", q->range ? q->range : "");
	const char *const lines[] = {"Accept: application/json, application/problem+json",
				     q->type ? type : NULL, q->type ? "Expect:" : NULL,
				     q->gzip ? "Content-Encoding: gzip" : NULL,
				     q->range ? range : NULL};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!lines[i])
			continue;
		more = curl_slist_append(c->headers, lines[i]);
		if (!more)
			return false;
		c->headers = more;
	}
	return curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers) == CURLE_OK;
}

static bool set_request(struct uplink_curl *c, const struct uplink_request *q)
{
	char url[2 * URL_CAP];
	CURL *e = c->easy;
	CURLcode r;

	(void)snprintf(url, sizeof(url), "%s%s", c->url, q->path);
	r = curl_easy_setopt(e, CURLOPT_URL, url);
	if (q->type) {
		r = r ? r : curl_easy_setopt(e, CURLOPT_POST, 1L);
		r = r ? r : curl_easy_setopt(e, CURLOPT_POSTFIELDS, q->body);
		r = r ? r : curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->len);
	} else {
		r = r ? r : curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	}
	r = r ? r : curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, q->put ? "PUT" : NULL);
	r = r ? r : curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, c->fresh ? 1L : 0L);
	c->fresh = false;
	return r == CURLE_OK && set_headers(c, q);
}

void uplink_curl_start(struct uplink_curl *c, const struct uplink_request *request)
{
	char *body = c->response.body;

	c->response = (struct uplink_response){.kind = SYNC_LINE, .body = body};
	c->head_len = 0;
	c->body_max = request->reply_max;
	c->overlong = false;
	c->error[0] = '\0';
	c->under_way = true;
	if (files_there(c) && set_request(c, request) &&
	    curl_multi_add_handle(c->multi, c->easy) == CURLM_OK)
		return;
	if (!c->response.why[0])
		(void)snprintf(c->response.why, sizeof(c->response.why), "no memory");
	if (loop_defer_arm(c->failed) != 0)
		log_error("cannot defer");
}

void uplink_curl_cancel(struct uplink_curl *c)
{
	if (c->under_way)
		(void)curl_multi_remove_handle(c->multi, c->easy);
	c->under_way = false;
}

void uplink_curl_fresh(struct uplink_curl *c)
{
	c->fresh = true;
}

/* --- set up once --- */

static CURLcode set_tls(struct uplink_curl *c)
{
	CURL *e = c->easy;
	CURLcode r = curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);

	r = r ? r : curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	r = r ? r : curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	r = r ? r : curl_easy_setopt(e, CURLOPT_CERTINFO, 1L);
	r = r ? r : curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https");
	r = r ? r : curl_easy_setopt(e, CURLOPT_SSLCERT, c->file.cert);
	r = r ? r : curl_easy_setopt(e, CURLOPT_SSLKEY, c->file.key);
	if (c->file.ca[0]) {
		r = r ? r : curl_easy_setopt(e, CURLOPT_CAINFO, c->file.ca);
		r = r ? r : curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	}
	if (c->file.crl[0])
		r = r ? r : curl_easy_setopt(e, CURLOPT_CRLFILE, c->file.crl);
	return r;
}

/* No redirects, no cookies, no .netrc, no signals: curl's defaults but the last. */
static CURLcode set_line(struct uplink_curl *c, const struct uplink_config *config)
{
	char agent[96];
	CURL *e = c->easy;
	CURLcode r = curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);

	(void)snprintf(agent, sizeof(agent), "stationd/%s", config->software);
	r = r ? r : curl_easy_setopt(e, CURLOPT_USERAGENT, agent);
	r = r ? r : curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* waits for no name server */
	r = r ? r : curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	r = r ? r : curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	r = r ? r : curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	r = r ? r : curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	r = r ? r : curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)(c->timeout_ms + 999) / 1000);
	if (strcmp(config->proxy, "none") == 0)
		r = r ? r : curl_easy_setopt(e, CURLOPT_PROXY, "");
	else if (config->proxy[0])
		r = r ? r : curl_easy_setopt(e, CURLOPT_PROXY, config->proxy);
	r = r ? r : curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->error);
	r = r ? r : curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	r = r ? r : curl_easy_setopt(e, CURLOPT_HEADERDATA, c);
	r = r ? r : curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	return r ? r : curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
}

static CURLMcode set_multi(struct uplink_curl *c)
{
	CURLMcode r = curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);

	r = r ? r : curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	r = r ? r : curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, watch_timer);
	r = r ? r : curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	/* One request at a time, and no connection from before a fresh one. */
	return r ? r : curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, 1L);
}

static bool copy_config(struct uplink_curl *c, const struct uplink_config *config)
{
	const char *host = strstr(config->url, "://");

	c->timeout_ms = config->timeout_ms ? config->timeout_ms : TIMEOUT_MS;
	return text_copy(c->url, sizeof(c->url), config->url) &&
	       text_copy(c->host, sizeof(c->host), host ? host + 3 : config->url) &&
	       text_copy(c->file.cert, sizeof(c->file.cert), config->cert_file) &&
	       text_copy(c->file.key, sizeof(c->file.key), config->key_file) &&
	       text_copy(c->file.ca, sizeof(c->file.ca), config->ca_file) &&
	       text_copy(c->file.crl, sizeof(c->file.crl), config->crl_file);
}

int uplink_curl_open(struct uplink_curl **out, struct loop *loop,
		     const struct uplink_config *config,
		     void (*done)(void *user, struct uplink_response *response), void *user)
{
	struct uplink_curl *c;
	int r;

	if (curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK)
		return -ENOTSUP;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->loop = loop;
	c->done = done;
	c->user = user;
	c->multi = curl_multi_init();
	c->easy = curl_easy_init();
	r = !c->multi || !c->easy ? -ENOMEM : copy_config(c, config) ? 0 : -ENAMETOOLONG;
	if (r == 0)
		r = loop_timer(loop, &c->timer, on_timer, c);
	if (r == 0)
		r = loop_defer(loop, &c->soon, on_timer, c);
	if (r == 0)
		r = loop_defer(loop, &c->failed, on_failed, c);
	if (r == 0 &&
	    (set_multi(c) != CURLM_OK || set_line(c, config) != CURLE_OK || set_tls(c) != CURLE_OK))
		r = -ENOTSUP;
	if (r < 0) {
		uplink_curl_close(c);
		return r;
	}
	if (!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS))
		log_warning("this libcurl waits for name servers: the bench may stand still");
	*out = c;
	return 0;
}

void uplink_curl_close(struct uplink_curl *c)
{
	if (!c)
		return;
	uplink_curl_cancel(c);
	if (c->easy)
		curl_easy_cleanup(c->easy);
	if (c->multi)
		(void)curl_multi_cleanup(c->multi);
	curl_slist_free_all(c->headers);
	loop_source_free(c->timer);
	loop_source_free(c->soon);
	loop_source_free(c->failed);
	free(c->response.body);
	free(c);
}
