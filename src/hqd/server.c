/* server.c - hqd while it serves: opens certificates, store, socket and the HTTP library
 * (libmicrohttpd, its own threads) in order, keeps watch on the loop, closes in reverse. */
#include "server.h"
#include "conn.h"
#include "front.h"
#include "io/log.h"
#include "io/loop.h"
#include "listen.h"
#include "refusal.h"
#include "request.h"
#include "tls.h"
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS	       4
#define CONNECTIONS    512
#define CONNECTIONS_IP 128   /* benches behind one address translation */
#define HEAD_BYTES     32768 /* of a request's line and headers; beyond it 431 or 414 */
#define SWEEP_MS       250
#define SWEEP_IDLE_MS  5000 /* while nobody is connected */
#define STOP_STEP_MS   20
#define STOP_MS	       10000 /* requests in hand may take so long */

struct server {
	const struct options *options;
	struct tls_files files;
	struct front front;
	struct loop *loop;
	struct loop_source *timer, *on_term, *on_int, *on_hup;
	pthread_mutex_t tls_lock;
	struct tls *tls; /* for new connections */
	int listener;
	struct MHD_Daemon *http;
	uint64_t stop_ms; /* then we no longer wait */
};

/* --- callbacks of the HTTP library, on its threads --- */

static void on_library_log(void *cls, const char *format, va_list args)
{
	char text[256];

	(void)cls;
	(void)vsnprintf(text, sizeof(text), format, args); /* NOLINT: the library's own formats */
	text[strcspn(text, "\n")] = '\0';
	refusal_note(REFUSAL_HTTP, conn_now_ms(), "%s", text);
}

/* What MHD_get_connection_info points to is good until the next call only (libmicrohttpd 1.0). */
static union MHD_ConnectionInfo info_of(struct MHD_Connection *c, enum MHD_ConnectionInfoType what)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, what);

	return info ? *info : (union MHD_ConnectionInfo){0};
}

static void connection_begins(struct server *s, struct MHD_Connection *c, void **own)
{
	int fd = info_of(c, MHD_CONNECTION_INFO_CONNECTION_FD).connect_fd;
	const struct sockaddr *peer = info_of(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS).client_addr;
	gnutls_session_t session = info_of(c, MHD_CONNECTION_INFO_GNUTLS_SESSION).tls_session;

	(void)pthread_mutex_lock(&s->tls_lock);
	struct conn *conn = conn_open(fd, peer, s->tls, conn_now_ms());
	(void)pthread_mutex_unlock(&s->tls_lock);
	*own = conn;
	/* Where this fails the client is never asked for its certificate: it gets 401. */
	if (conn && session)
		(void)tls_adopt(conn->tls, session);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **own,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection_begins(cls, c, own);
		return;
	}
	conn_close(*own);
	*own = NULL;
}

/* --- on the loop --- */

static void arm(struct server *s)
{
	unsigned open = 0, busy = 0;
	uint64_t wait = s->stop_ms ? STOP_STEP_MS : SWEEP_MS;

	conn_count(&open, &busy);
	if (!s->stop_ms && open == 0)
		wait = SWEEP_IDLE_MS;
	if (loop_timer_set(s->timer, loop_moment(s->loop).mono_ms + wait) != 0)
		log_error("can't set a timer");
}

static void on_timer(void *user)
{
	struct server *s = user;
	uint64_t now = conn_now_ms();
	unsigned open = 0, busy = 0;
	unsigned late = conn_sweep(now);

	for (unsigned i = 0; i < late; i++)
		refusal_note(REFUSAL_SLOW, now, "%u connections had not said their request in %u s",
			     late, s->options->patience_s);
	refusal_tick(now);
	conn_count(&open, &busy);
	if (s->stop_ms && (busy == 0 || now >= s->stop_ms))
		loop_quit(s->loop);
	else
		arm(s);
}

/* No new connections; requests in hand get their answer. */
static void on_stop(void *user, int signo)
{
	struct server *s = user;

	(void)signo;
	if (s->stop_ms)
		return;
	loop_notify(s->loop, "STOPPING=1");
	s->stop_ms = conn_now_ms() + STOP_MS;
	s->front.stopping = true;
	(void)MHD_quiesce_daemon(s->http);
	(void)shutdown(s->listener, SHUT_RDWR); /* who comes now is refused, not left waiting */
	conn_renew();
	arm(s);
}

static struct tls *read_tls(const struct server *s)
{
	char why[256] = "";
	struct tls *t = tls_open(&s->files, why, sizeof(why));

	if (!t)
		log_error("%s", why);
	return t;
}

static void on_hangup(void *user, int signo)
{
	struct server *s = user;
	struct tls *fresh = read_tls(s), *old;

	(void)signo;
	if (!fresh) {
		log_error("the certificates stay as they were");
		return;
	}
	(void)pthread_mutex_lock(&s->tls_lock);
	old = s->tls;
	s->tls = fresh;
	(void)pthread_mutex_unlock(&s->tls_lock);
	tls_unref(old);
	conn_renew();
	log_info("certificates read again");
}

/* --- opening and closing --- */

static int open_loop(struct server *s)
{
	int err = loop_open(&s->loop);

	if (err == 0)
		err = loop_timer(s->loop, &s->timer, on_timer, s);
	if (err == 0)
		err = loop_signal(s->loop, &s->on_term, SIGTERM, on_stop, s);
	if (err == 0)
		err = loop_signal(s->loop, &s->on_int, SIGINT, on_stop, s);
	if (err == 0)
		err = loop_signal(s->loop, &s->on_hup, SIGHUP, on_hangup, s);
	if (err < 0)
		log_error("the event loop: %s", strerror(-err));
	return err;
}

static int open_http(struct server *s)
{
	s->http = MHD_start_daemon(
		MHD_USE_TLS | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG |
			MHD_ALLOW_SUSPEND_RESUME,
		0, NULL, NULL, request_handle, &s->front, MHD_OPTION_EXTERNAL_LOGGER,
		on_library_log, NULL, MHD_OPTION_LISTEN_SOCKET, s->listener,
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_IP,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_NOTIFY_COMPLETED, request_done, &s->front, MHD_OPTION_HTTPS_MEM_CERT,
		tls_cert_pem(s->tls), MHD_OPTION_HTTPS_MEM_KEY, tls_key_pem(s->tls),
		MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES, MHD_OPTION_END);
	if (s->http)
		return 0;
	log_error("the HTTP library does not start");
	return -EIO;
}

static void close_all(struct server *s)
{
	if (s->http && !s->stop_ms)
		(void)MHD_quiesce_daemon(s->http); /* so that the socket stays ours */
	desk_shut(s->front.desk); /* or it would wait for a connection that the library ended */
	if (s->http)
		MHD_stop_daemon(s->http);
	desk_free(s->front.desk);
	if (s->listener >= 0)
		(void)close(s->listener);
	if (s->front.store)
		store_close(s->front.store);
	tls_unref(s->tls);
	loop_close(s->loop);
	refusal_tick(UINT64_MAX);
}

static int open_all(struct server *s, char where[LISTEN_TEXT])
{
	const struct options *o = s->options;
	char why[256] = "";
	int err;

	if (open_loop(s) < 0)
		return OPTIONS_WRONG;
	s->tls = read_tls(s);
	if (!s->tls)
		return OPTIONS_GONE;
	err = store_open(&s->front.store, o->db, why, sizeof(why));
	if (err < 0) {
		log_error("%s: %s", o->db, why[0] ? why : strerror(-err));
		return OPTIONS_GONE;
	}
	err = album_open(&s->front.album, o->db);
	if (err == 0)
		err = desk_open(&s->front.desk);
	if (err < 0) {
		log_error("the photos: %s", strerror(-err));
		return OPTIONS_WRONG;
	}
	s->listener = listen_open(o->listen, where, why, sizeof(why));
	if (s->listener < 0) {
		log_error("%s", why);
		return OPTIONS_WRONG;
	}
	return open_http(s) < 0 ? OPTIONS_WRONG : OPTIONS_FINE;
}

int server_run(const struct options *o)
{
	static struct server s = {.listener = -1,
				  .tls_lock = PTHREAD_MUTEX_INITIALIZER,
				  .front.lock = PTHREAD_MUTEX_INITIALIZER};
	char where[LISTEN_TEXT] = "";
	int code;

	s.options = o;
	s.files = (struct tls_files){o->cert, o->key, o->client_ca, o->crl};
	s.front.metrics_open = o->metrics_open;
	conn_patience(o->patience_s * UINT64_C(1000));
	code = open_all(&s, where);
	if (code == OPTIONS_FINE) {
		log_write(LOG_LEVEL_NOTICE, LOG_STARTED, "listening on %s", where);
		loop_notify(s.loop, "READY=1");
		arm(&s);
		if (loop_run(s.loop) < 0)
			code = OPTIONS_WRONG;
	}
	close_all(&s);
	if (code == OPTIONS_FINE)
		log_write(LOG_LEVEL_NOTICE, LOG_STOPPED, "stopped");
	return code;
}
