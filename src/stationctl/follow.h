/* follow.h - waits until there may be more in a journal: its folder is watched, and looked at once
 * a second where watching does not tell (another machine's disk). */
#ifndef STATIONCTL_FOLLOW_H
#define STATIONCTL_FOLLOW_H
#include <sys/types.h>

struct follow {
	const char *path;
	int fd; /* inotify, -1 = none */
	dev_t dev;
	ino_t ino;
};

enum follow_news {
	FOLLOW_MORE,	   /* there may be more */
	FOLLOW_OTHER_FILE, /* another file has the name now */
	FOLLOW_STOP,	   /* SIGINT, SIGTERM, or nobody reads our output */
};

/* path must live as long as it is used. From here on SIGINT and SIGTERM end follow_wait. 0 or
 * -errno. */
int __attribute__((warn_unused_result)) follow_open(struct follow *f, const char *path);
enum follow_news follow_wait(struct follow *f);
void follow_close(struct follow *f);
#endif
