/* conn.c - the live connections, in a list of our own beside the HTTP library's, because that one
 * closes only who is silent: a client that says a byte now and then would stay for ever. */
#include "conn.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define IDLE_FACTOR 4	    /* between requests, in patience */
#define LIFE_MS	    3600000 /* then it shakes hands anew: certificates expire and are revoked */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct conn *head;
static uint64_t patience_ms = 30000;

uint64_t conn_now_ms(void)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void conn_patience(uint64_t ms)
{
	patience_ms = ms;
}

static void peer_text(const struct sockaddr *a, char out[INET6_ADDRSTRLEN])
{
	const void *bytes = NULL;

	if (a && a->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
	else if (a && a->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
	if (!bytes || !inet_ntop(a->sa_family, bytes, out, INET6_ADDRSTRLEN))
		memcpy(out, "?", 2);
}

struct conn *conn_open(int fd, const struct sockaddr *peer, struct tls *t, uint64_t now_ms)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->fd = fd;
	c->tls = tls_ref(t);
	c->since_ms = now_ms;
	c->due_ms = now_ms + patience_ms;
	peer_text(peer, c->peer);
	(void)pthread_mutex_lock(&lock);
	c->next = head;
	if (head)
		head->prev = c;
	head = c;
	(void)pthread_mutex_unlock(&lock);
	return c;
}

void conn_close(struct conn *c)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&lock);
	if (c->prev)
		c->prev->next = c->next;
	else
		head = c->next;
	if (c->next)
		c->next->prev = c->prev;
	(void)pthread_mutex_unlock(&lock);
	tls_unref(c->tls);
	free(c);
}

void conn_identify(struct conn *c, gnutls_session_t session)
{
	char name[TLS_NAME] = "";

	if (c->known)
		return;
	enum tls_verdict who = tls_peer(session, name, c->why, sizeof(c->why));
	(void)pthread_mutex_lock(&lock);
	c->known = true;
	c->who = who;
	memcpy(c->station, name, sizeof(name));
	(void)pthread_mutex_unlock(&lock);
}

bool conn_begin(struct conn *c, uint64_t now_ms)
{
	unsigned same = 0;

	(void)pthread_mutex_lock(&lock);
	c->busy = true;
	c->due_ms = now_ms + patience_ms;
	if (now_ms - c->since_ms >= LIFE_MS)
		c->stale = true;
	for (const struct conn *o = head; o && c->who == TLS_STATION; o = o->next)
		same += o->busy && o->who == TLS_STATION && strcmp(o->station, c->station) == 0;
	(void)pthread_mutex_unlock(&lock);
	return same <= CONN_STATION_REQUESTS;
}

/* The library sees the end of the stream and closes; the fd stays open until conn_close. */
static void shut(struct conn *c)
{
	(void)shutdown(c->fd, SHUT_RDWR);
	c->due_ms = UINT64_MAX;
}

void conn_end(struct conn *c, uint64_t now_ms)
{
	(void)pthread_mutex_lock(&lock);
	c->busy = false;
	c->due_ms = now_ms + IDLE_FACTOR * patience_ms;
	if (c->stale && !c->closing)
		shut(c);
	(void)pthread_mutex_unlock(&lock);
}

unsigned conn_sweep(uint64_t now_ms)
{
	unsigned late = 0;

	(void)pthread_mutex_lock(&lock);
	for (struct conn *c = head; c; c = c->next) {
		if (c->due_ms > now_ms)
			continue;
		late += c->busy || !c->known;
		shut(c);
	}
	(void)pthread_mutex_unlock(&lock);
	return late;
}

void conn_renew(void)
{
	(void)pthread_mutex_lock(&lock);
	for (struct conn *c = head; c; c = c->next) {
		c->stale = true;
		if (!c->busy)
			shut(c);
	}
	(void)pthread_mutex_unlock(&lock);
}

void conn_count(unsigned *open, unsigned *busy)
{
	*open = *busy = 0;
	(void)pthread_mutex_lock(&lock);
	for (const struct conn *c = head; c; c = c->next) {
		(*open)++;
		*busy += c->busy;
	}
	(void)pthread_mutex_unlock(&lock);
}
