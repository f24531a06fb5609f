/* badgpio.c - preloaded into stationd: a GPIO chip (tests/unit/fake_gpiod.h) at a test's word, on
 * machines without one. $BADGPIO_DIR holds gpiochip0 (empty), the fifo control and the file levels:
 * a line "NAME 0" or "NAME 1" each, of a fixed width. Commands, one a line: "edge NAME ACTIVE
 * NANOSECONDS" (what the kernel would tell), "gone", "here". $BADGPIO_HELD: a line that
 * $BADGPIO_HOLDER (gpio-keys) holds; $BADGPIO_DOWN: a button that is down from the start. */
#include "../unit/fake_gpiod.h"
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {
	"PASS",	      "FAIL",	   "BACK",	"LAMP_APPEARANCE", "LAMP_ACCESSORIES",
	"LAMP_USAGE", "LAMP_PASS", "LAMP_FAIL", "LAMP_ATTENTION",  "LAMP_LINK",
	"BUZZER"};

static const char *folder(void)
{
	return getenv("BADGPIO_DIR");
}

/* --- /dev as stationd sees it --- */

DIR *opendir(const char *path)
{
	static DIR *(*real)(const char *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "opendir");
	return real(folder() && strcmp(path, "/dev") == 0 ? folder() : path);
}

int lstat(const char *path, struct stat *st)
{
	char here[256];

	if (folder() && strncmp(path, "/dev/gpiochip", 13) == 0) {
		(void)snprintf(here, sizeof(here), "%s/%s", folder(), path + 5);
		path = here;
	}
	return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

/* --- the chip --- */

void fake_changed(const struct fake_chip *c)
{
	char path[256], text[FAKE_LINES * 32];
	size_t len = 0;
	int fd;

	for (unsigned i = 0; i < c->lines; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%-20s %d\n",
					c->line[i].name, c->line[i].level);
	(void)snprintf(path, sizeof(path), "%s/levels", folder());
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		abort();
	(void)close(fd);
}

static void edge(const char *name, int active, uint64_t at_ns)
{
	int at = fake_find_line(&fake_chip[0], name);
	struct fake_edge e = {.at_ns = at_ns, .line = (unsigned)at, .active = active};
	struct fake_line *l = at < 0 ? NULL : &fake_chip[0].line[at];

	if (l == NULL)
		abort();
	l->level = !active; /* contacts to ground */
	if (l->queue >= 0 && write(l->queue, &e, sizeof(e)) != (ssize_t)sizeof(e))
		abort();
}

/* Without stdio: since glibc 2.41 a program that ends waits for a stream that another thread reads.
 */
static bool line_read(int fd, char *line, size_t cap)
{
	size_t len = 0;

	while (len + 1 < cap && read(fd, line + len, 1) == 1)
		if (line[len++] == '\n') {
			line[len] = '\0';
			return true;
		}
	return false;
}

static void *obey(void *user)
{
	const int *fd = user;
	char line[128], name[32];
	unsigned long long at_ns;
	int active;

	while (line_read(*fd, line, sizeof(line))) {
		if (sscanf(line, "edge %31s %d %llu", name, &active, &at_ns) == 3)
			edge(name, active, at_ns);
		else if (strcmp(line, "gone\n") == 0)
			fake_vanish(&fake_chip[0]);
		else if (strcmp(line, "here\n") == 0)
			fake_chip[0].gone = false;
		else
			abort();
	}
	return NULL;
}

static void set_up(struct fake_chip *c)
{
	const char *held = getenv("BADGPIO_HELD"), *holder = getenv("BADGPIO_HOLDER"),
		   *down = getenv("BADGPIO_DOWN");

	*c = (struct fake_chip){.file = "gpiochip0", .label = "station"};
	for (; c->lines < sizeof(names) / sizeof(names[0]); c->lines++) {
		struct fake_line *l = &c->line[c->lines];

		*l = (struct fake_line){.name = names[c->lines], .queue = -1};
		l->level = c->lines < 3 && !(down && strcmp(down, l->name) == 0);
		if (held && strcmp(held, l->name) == 0)
			l->holder = holder ? holder : "gpio-keys";
	}
}

__attribute__((constructor)) static void begin(void)
{
	char path[256];
	sigset_t all, before;
	pthread_t thread;
	static int fd;

	if (folder() == NULL)
		return;
	set_up(&fake_chip[0]);
	(void)snprintf(path, sizeof(path), "%s/control", folder());
	fd = open(path, O_RDWR | O_CLOEXEC); /* both ends: no end of file between two writers */
	if (fd < 0)
		abort();
	(void)sigfillset(&all); /* signals are the program's */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, obey, &fd) != 0)
		abort();
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}
