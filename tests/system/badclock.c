/* badclock.c - preloaded into a program: its wall clock is wrong, and trusted or not, at a test's
 * word. $BADCLOCK_CONTROL is a file: "OFFSET trusted" or "OFFSET untrusted", OFFSET in seconds. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

/* The seconds that are added to the time; *trusted: what a time source would say. */
static long long asked(int *trusted)
{
	const char *control = getenv("BADCLOCK_CONTROL");
	char text[64] = "", word[16] = "";
	long long offset = 0;
	int saved = errno;
	int fd = control == NULL ? -1 : open(control, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0)
			(void)sscanf(text, "%lld %15s", &offset, word);
		close(fd);
	}
	*trusted = strcmp(word, "trusted") == 0;
	errno = saved;
	return offset;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int trusted, r;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	r = real(clock, t);
	if (r == 0 && clock == CLOCK_REALTIME)
		t->tv_sec += (time_t)asked(&trusted);
	return r;
}

time_t time(time_t *out)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now = {0};

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

int adjtimex(struct timex *t)
{
	int trusted;

	memset(t, 0, sizeof(*t));
	(void)asked(&trusted);
	t->status = trusted ? STA_PLL : STA_UNSYNC;
	return trusted ? TIME_OK : TIME_ERROR;
}
