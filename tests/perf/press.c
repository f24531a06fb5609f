/* press.c - an inspector for `make perf`: scans, presses, and times from the release of a button to
 * the lamp, each press beside the same bytes put on disk by bare programs (baseline.c).
 *
 * Usage: press BYTES PANEL SOCKET... <SCANS   (a line to scan for each inspection)
 * Prints a line for each press: seconds of the station, then of each bare program. In C, because on
 * a quick disk what an interpreter needs for a line of the panel is as long as the commit. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SETTLE_MS 330 /* an answer counts 250 ms after the lamp */
#define HOLD_MS	  60
#define LAMP_MS	  20000
#define BARE_MOST 4

static char heard[65536]; /* what the panel said since the last look */
static size_t heard_len;

static void die(const char *what)
{
	fprintf(stderr, "press: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int join(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		die(path);
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(path);
	return fd;
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("write");
}

/* Hears what the panel says for so long, or until it says `word`. Returns when it was heard, 0: it
 * was not. */
static double listen_for(int fd, const char *word, int ms)
{
	double end = now() + ms / 1e3, at;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while ((at = now()) < end) {
		if (word && strstr(heard, word))
			return at;
		if (poll(&p, 1, (int)((end - at) * 1e3) + 1) <= 0)
			continue;
		if (heard_len > sizeof(heard) / 2)
			heard_len = 0;
		ssize_t got = read(fd, heard + heard_len, sizeof(heard) - heard_len - 1);
		if (got <= 0)
			die("the panel is gone");
		heard_len += (size_t)got;
		heard[heard_len] = '\0';
	}
	return 0;
}

static void forget(void)
{
	heard_len = 0;
	heard[0] = '\0';
}

static double await(int fd, const char *word)
{
	double at = listen_for(fd, word, LAMP_MS);

	if (at == 0) {
		errno = ETIME;
		die(word);
	}
	forget();
	return at;
}

static double bare(int fd, unsigned long bytes)
{
	char text[256];
	double begun = now();

	snprintf(text, sizeof(text), "%lu\n", bytes);
	say(fd, text);
	if (read(fd, text, sizeof(text)) < 4 || memcmp(text, "lamp", 4) != 0)
		die("a bare program failed");
	return now() - begun;
}

static double station(int fd, const char *lamp)
{
	double begun;

	say(fd, "press pass\n");
	(void)listen_for(fd, NULL, HOLD_MS);
	forget();
	begun = now();
	say(fd, "release pass\n");
	return await(fd, lamp) - begun;
}

/* The turn of one: the disk has been quiet for HOLD_MS before it, whoever was before. */
static double turn(int panel, int other, unsigned long bytes, const char *lamp)
{
	if (other == panel)
		return station(panel, lamp);
	(void)listen_for(panel, NULL, HOLD_MS);
	return bare(other, bytes);
}

/* All meet the same disk in the same moment, each of them first, second and last in its turn: who
 * comes right after another finds the disk and its thread awake. all[0] is the station. The third
 * answer is two events in one commit. */
static void inspect(const int *all, int count, unsigned long bytes)
{
	static const char *const lamps[] = {"lamp accessories on", "lamp usage on", "lamp pass on"};
	static int inspections;

	for (int step = 0; step < 3; step++) {
		double took[BARE_MOST + 1];

		(void)listen_for(all[0], NULL, SETTLE_MS);
		forget();
		for (int i = 0; i < count; i++) {
			int who = (inspections + step + i) % count;
			took[who] =
				turn(all[0], all[who], step == 2 ? 2 * bytes : bytes, lamps[step]);
		}
		for (int i = 0; i < count; i++)
			printf("%s%.6f", i ? " " : "", took[i]);
		putchar('\n');
	}
	inspections++; /* the next label ends its hold window */
}

int main(int argc, char **argv)
{
	int all[BARE_MOST + 1], count = argc - 2;
	char line[256], scan[300];

	if (argc < 3 || count > BARE_MOST + 1) {
		fprintf(stderr, "usage: press BYTES PANEL SOCKET... <SCANS\n");
		return 2;
	}
	for (int i = 0; i < count; i++)
		all[i] = join(argv[2 + i]);
	await(all[0], "\nready\n");
	while (fgets(line, sizeof(line), stdin)) {
		snprintf(scan, sizeof(scan), "scan %s", line);
		say(all[0], scan);
		await(all[0], "lamp appearance on");
		inspect(all, count, strtoul(argv[1], NULL, 10));
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
