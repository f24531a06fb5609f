/* listen.c - the socket that hqd serves on, made here so that a port 0 can be told and a restart
 * gets its port again. */
#include "listen.h"
#include "station/text.h"
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128

/* Splits at the last colon; brackets go. */
static bool split(const char *where, char host[64], char port[8])
{
	const char *colon = strrchr(where, ':');
	size_t len = colon ? (size_t)(colon - where) : 0;
	uint64_t n = 0;

	if (!colon || len == 0 || len >= 64 ||
	    !text_read_u64(colon + 1, strlen(colon + 1), 65535, &n))
		return false;
	if (where[0] == '[' && where[len - 1] == ']') {
		where++;
		len -= 2;
	} else if (memchr(where, ':', len)) {
		return false; /* IPv6 without brackets: where would the port begin? */
	}
	memcpy(host, where, len);
	host[len] = '\0';
	return len > 0 && text_copy(port, 8, colon + 1);
}

static int bound(const struct addrinfo *a)
{
	int on = 1;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int err = errno;
	(void)close(fd);
	errno = err;
	return -1;
}

static bool told(int fd, char text[LISTEN_TEXT])
{
	struct sockaddr_storage a = {0};
	socklen_t len = sizeof(a);
	char host[64], port[8];

	if (getsockname(fd, (struct sockaddr *)&a, &len) < 0 ||
	    getnameinfo((struct sockaddr *)&a, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return false;
	(void)snprintf(text, LISTEN_TEXT, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
	return true;
}

int listen_open(const char *where, char text[LISTEN_TEXT], char *why, size_t cap)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
				 .ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	char host[64], port[8];
	int fd = -1, n;

	if (!split(where, host, port)) {
		(void)snprintf(why, cap, "--listen takes ADDR:PORT or [ADDR]:PORT, not '%s'",
			       where);
		return -1;
	}
	n = getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hints, &found);
	if (n != 0) {
		(void)snprintf(why, cap, "%s: %s", where, gai_strerror(n));
		return -1;
	}
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = bound(a);
	if (fd < 0 || !told(fd, text))
		(void)snprintf(why, cap, "can't listen on %s: %s", where, strerror(errno));
	freeaddrinfo(found);
	return fd;
}
