/* conn.h - the live connections: who the client is, until when it must have said or taken what it
 * wants. Those that are late are shut from outside, since the HTTP library only knows silence. */
#ifndef HQD_CONN_H
#define HQD_CONN_H
#include "tls.h"
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CONN_STATION_REQUESTS 4 /* of one station at once */

struct conn {
	struct conn *prev, *next;
	int fd;
	struct tls *tls;
	uint64_t since_ms, due_ms;
	bool busy;	   /* a request is in hand */
	bool known;	   /* who the client is was found out */
	bool closing;	   /* its reply says that it is the last one */
	atomic_bool stale; /* certificates were read again since: no further request */
	enum tls_verdict who;
	char station[TLS_NAME];
	char why[160]; /* of a certificate that isn't usable */
	char peer[INET6_ADDRSTRLEN];
};

uint64_t conn_now_ms(void); /* monotonic; any thread */
void conn_patience(uint64_t ms);
/* NULL: no memory. */
struct conn *conn_open(int fd, const struct sockaddr *peer, struct tls *t, uint64_t now_ms);
void conn_close(struct conn *c); /* NULL is fine */
/* Finds out who the client is, once a connection, when its first request is there. */
void conn_identify(struct conn *c, gnutls_session_t session);
/* A request begins. False: its station has too many under way already. */
bool conn_begin(struct conn *c, uint64_t now_ms);
/* The reply is sent. It ends here if the certificates were read again while it was under way. */
void conn_end(struct conn *c, uint64_t now_ms);
/* Shuts what is late; how many of them had not said or taken all of a request. */
unsigned conn_sweep(uint64_t now_ms);
/* Every client has to shake hands anew: idle connections are shut, the others end with their
 * reply. */
void conn_renew(void);
void conn_count(unsigned *open, unsigned *busy);
#endif
