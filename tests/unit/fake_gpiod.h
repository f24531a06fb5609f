/* fake_gpiod.h - a stand-in for GPIO chips: the calls of libgpiod 1 (fake_gpiod_v1.c) or 2
 * (fake_gpiod_v2.c), as far as the adapter makes them, over chips in memory. Edges travel through
 * pipes, so that real loops wait for them. Where kernel and libgpiod are known to differ from a
 * naive stand-in (EBUSY, logical edges, one queue a line or a request) it does as they do. */
#ifndef TESTS_FAKE_GPIOD_H
#define TESTS_FAKE_GPIOD_H
#include <stdbool.h>
#include <stdint.h>

#define FAKE_CHIPS 4
#define FAKE_LINES 16

struct fake_line {
	const char *name;   /* NULL: nameless */
	const char *holder; /* "" = nameless; NULL: free */
	bool level;	    /* on the wire */
	bool ours, output, active_low;
	char bias;	    /* 'u'p, 'd'own, 'o'ff, 'a's is */
	char consumer[32];  /* what we called ourselves */
	int read_fd, queue; /* of its edges; queue is the writing end, -1: none */
};

struct fake_chip {
	const char *file; /* name in the folder of devices */
	const char *label;
	int open_errno;
	bool gone; /* whatever is asked of it fails with ENODEV */
	int request_errno;
	unsigned opened, closed; /* gpiod_chip_open and _close */
	unsigned sets;		 /* times that values were set */
	struct fake_line line[FAKE_LINES];
	unsigned lines;
};

struct fake_edge { /* through the pipe */
	uint64_t at_ns;
	unsigned line;
	bool active;
};

extern struct fake_chip fake_chip[FAKE_CHIPS];
/* 1 or 2: which libgpiod this stands in for. */
extern const int fake_gpiod_version;

struct fake_chip *fake_find_chip(const char *path);
int fake_find_line(const struct fake_chip *c, const char *name); /* -1: none */
/* Takes the line as a kernel would; 0 or -1 with errno. */
int fake_take(struct fake_chip *c, unsigned line, bool output, bool active_low, char bias,
	      const char *consumer);
void fake_let_go(struct fake_line *l); /* not its pipe */
/* It is unplugged: nothing works any more, and who waits for its edges is woken. */
void fake_vanish(struct fake_chip *c);
/* The user's: outputs of the chip were set. */
void fake_changed(const struct fake_chip *c);
#endif
