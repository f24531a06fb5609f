/* edge.c - the stopwatch beside gpio-sim: presses buttons by their pulls and tells how long after
 * each release a lamp's value was 1. Usage: edge ROUNDS (PULL VALUE)... (sysfs files of gpio-sim);
 * prints a line a round, microseconds for each pair. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A press comes no sooner than 400 ms after a lamp changed, and lasts longer than a bounce. */
#define REST_US	   500000
#define PRESS_US   60000
#define LOOK_US	   50
#define GIVE_UP_US 60000000LL

static long long now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int file_open(const char *path, int how)
{
	int fd = open(path, how | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void button_pull(int fd, const char *how)
{
	if (pwrite(fd, how, strlen(how), 0) < 0) {
		perror(how);
		exit(1);
	}
}

static bool lamp_is(int fd, char want)
{
	char value = '?';

	return pread(fd, &value, 1, 0) == 1 && value == want;
}

static void lamp_wait(int fd, char want, const char *name)
{
	long long end = now_us() + GIVE_UP_US;

	while (!lamp_is(fd, want)) {
		if (now_us() > end) {
			(void)fprintf(stderr, "%s is never %c\n", name, want);
			exit(1);
		}
		(void)usleep(LOOK_US);
	}
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc % 2)
		return 2;
	for (int round = atoi(argv[1]); round > 0; round--) {
		for (int i = 2; i < argc; i += 2) {
			int pull = file_open(argv[i], O_WRONLY);
			int value = file_open(argv[i + 1], O_RDONLY);

			lamp_wait(value, '0', argv[i + 1]);
			(void)usleep(REST_US);
			button_pull(pull, "pull-down");
			(void)usleep(PRESS_US);
			long long begun = now_us();

			button_pull(pull, "pull-up");
			lamp_wait(value, '1', argv[i + 1]);
			(void)printf("%lld%c", now_us() - begun, i + 2 < argc ? ' ' : '\n');
			(void)close(pull);
			(void)close(value);
		}
	}
	return 0;
}
