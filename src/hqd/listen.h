/* listen.h - the socket that hqd serves on. */
#ifndef HQD_LISTEN_H
#define HQD_LISTEN_H
#include <stddef.h>

#define LISTEN_TEXT 96

/* ADDR:PORT, [ADDR]:PORT (IPv6) or *:PORT (all); port 0 = any free one. The socket, and where it
 * really is (text); or -1, why filled. */
int listen_open(const char *where, char text[LISTEN_TEXT], char *why, size_t cap);
#endif
