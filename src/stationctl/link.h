/* link.h - the panel's connection to stationd: a UNIX socket with one message a line. It never
 * waits; a line that stationd does not take yet is kept. */
#ifndef STATIONCTL_LINK_H
#define STATIONCTL_LINK_H
#include <stdbool.h>
#include <stddef.h>

#define LINK_LINE 8192 /* longest line from stationd; what is longer is dropped */
#define LINK_OUT  8192

struct link {
	int fd; /* -1 = not connected */
	char in[LINK_LINE];
	size_t in_len;
	bool overlong; /* dropping the rest of a line that was too long */
	char out[LINK_OUT];
	size_t out_len;
};

void link_init(struct link *l);
/* 0 or -errno; -ENOENT and -ECONNREFUSED: nobody is there. */
int __attribute__((warn_unused_result)) link_open(struct link *l, const char *path);
/* Hands out the whole lines that have come. -EPIPE: stationd is gone; the link is closed then. */
int __attribute__((warn_unused_result))
link_read(struct link *l, void (*fn)(void *user, const char *line), void *user);
/* Sends a line without its LF, which is added. -EAGAIN: too much waits already. */
int __attribute__((warn_unused_result)) link_send(struct link *l, const char *line);
/* Call when the socket can be written. */
int __attribute__((warn_unused_result)) link_flush(struct link *l);
void link_close(struct link *l);
#endif
