/* gpio_fixture.h - a panel on GPIO lines, over a stand-in for libgpiod (fake_gpiod.h) on a real
 * loop, for its tests: chips with lines, edges, what the wires say, and what the panel told. */
#ifndef TEST_GPIO_FIXTURE_H
#define TEST_GPIO_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "fake_gpiod.h"
#include "io/gpio.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_MS 10000

struct bench {
	struct loop *loop;
	struct loop_source *deadline, *again;
	struct settings_gpio set;
	struct gpio_config config;
	struct gpio *gpio;
	struct gpio_error error;
	char dir[32], pwm[64];
	char trace[1024]; /* what the calls were: "+pass -pass lost back " */
	uint64_t at_ms[64];
	unsigned told;
	bool (*until)(struct bench *b);
	bool late;
	int fds; /* open before the test */
};

/* --- the stand-in's chips --- */

void fake_changed(const struct fake_chip *c)
{
	(void)c; /* tests look at the lines themselves */
}

/* A chip with the panel's lines behind some others; the contacts are open: pulled up. */
static inline struct fake_chip *add_chip(struct bench *b, unsigned i, const char *file,
					 const char *label)
{
	static const char *const names[] = {NULL, "SDA", "B1", "B2", "B3", "L1",  "L2",
					    "L3", "L4",	 "L5", "L6", "L7", "BUZZ"};
	struct fake_chip *c = &fake_chip[i];
	char path[64];
	int fd;

	*c = (struct fake_chip){.file = file, .label = label};
	for (; c->lines < sizeof(names) / sizeof(names[0]); c->lines++)
		c->line[c->lines] =
			(struct fake_line){.name = names[c->lines], .level = true, .queue = -1};
	(void)snprintf(path, sizeof(path), "%s/%s", b->dir, file);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	return c;
}

static inline struct fake_line *line(const char *name)
{
	for (unsigned i = 0; i < FAKE_CHIPS; i++) {
		int at = fake_chip[i].file ? fake_find_line(&fake_chip[i], name) : -1;

		if (at >= 0 && fake_chip[i].line[at].ours)
			return &fake_chip[i].line[at];
	}
	fail_msg("line %s is not taken", name);
	return NULL;
}

/* An edge as the kernel queues it. */
static inline void queue_edge(const char *name, bool active, uint64_t at_ns)
{
	struct fake_line *l = line(name);
	struct fake_edge edge = {.at_ns = at_ns, .active = active};

	for (unsigned i = 0; i < FAKE_CHIPS; i++)
		if (l >= fake_chip[i].line && l < fake_chip[i].line + FAKE_LINES)
			edge.line = (unsigned)(l - fake_chip[i].line);
	l->level = active ^ l->active_low;
	assert_int_equal(write(l->queue, &edge, sizeof(edge)), sizeof(edge));
}

/* Bit per lamp: what the wires say. */
static inline unsigned lit(void)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < PANEL_LAMPS; i++) {
		const char name[] = {'L', (char)('1' + i), '\0'};

		bits |= (unsigned)line(name)->level << i;
	}
	return bits;
}

/* --- the bench --- */

static inline int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static inline void trace(struct bench *b, const char *what)
{
	size_t len = strlen(b->trace);

	(void)snprintf(b->trace + len, sizeof(b->trace) - len, "%s ", what);
}

static inline void check(struct bench *b)
{
	if (b->until && b->until(b))
		loop_quit(b->loop);
}

static inline void on_button(void *user, enum panel_button button, bool down, uint64_t at_ms)
{
	struct bench *b = user;
	char what[16];

	assert_true(at_ms <= loop_moment(b->loop).mono_ms);
	(void)snprintf(what, sizeof(what), "%c%s", down ? '+' : '-', panel_button_name(button));
	trace(b, what);
	if (b->told < 64)
		b->at_ms[b->told++] = at_ms;
	check(b);
}

static inline void on_found(void *user, enum panel_button button)
{
	struct bench *b = user;
	char what[16];

	(void)snprintf(what, sizeof(what), "=%s", panel_button_name(button));
	trace(b, what);
	check(b);
}

static inline void on_works(void *user, bool works)
{
	trace(user, works ? "back" : "lost");
	check(user);
}

static inline void on_deadline(void *user)
{
	struct bench *b = user;

	b->late = true;
	loop_quit(b->loop);
}

/* Looks every millisecond: the stand-in's wires wake nobody. */
static inline void on_again(void *user)
{
	struct bench *b = user;

	check(b);
	assert_int_equal(loop_timer_set(b->again, loop_moment(b->loop).mono_ms + 1), 0);
}

static inline void wait_until(struct bench *b, bool (*until)(struct bench *b))
{
	uint64_t now = loop_moment(b->loop).mono_ms;

	b->until = until;
	assert_int_equal(loop_timer_set(b->deadline, now + DEADLINE_MS), 0);
	assert_int_equal(loop_timer_set(b->again, now), 0);
	assert_int_equal(loop_run(b->loop), 0);
	assert_int_equal(loop_timer_set(b->again, MOMENT_NEVER), 0);
	b->until = NULL;
	assert_false(b->late);
}

static const char *wanted;

static inline bool is_traced(struct bench *b)
{
	return strstr(b->trace, wanted) != NULL;
}

static inline void wait_for(struct bench *b, const char *trace_part)
{
	wanted = trace_part;
	wait_until(b, is_traced);
}

static inline int panel_open(struct bench *b)
{
	struct gpio_calls calls = {
		.button = on_button, .found = on_found, .works = on_works, .user = b};

	return gpio_open(&b->gpio, b->loop, &b->config, &calls, &b->error);
}

static inline int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	memset(fake_chip, 0, sizeof(fake_chip));
	b->fds = open_fds();
	(void)snprintf(b->dir, sizeof(b->dir), "/tmp/test_gpio.XXXXXX");
	if (!mkdtemp(b->dir) || loop_open(&b->loop) != 0 ||
	    loop_timer(b->loop, &b->deadline, on_deadline, b) != 0 ||
	    loop_timer(b->loop, &b->again, on_again, b) != 0)
		return -1;
	(void)snprintf(b->pwm, sizeof(b->pwm), "%s/pwm", b->dir);
	b->set = (struct settings_gpio){
		.chip = "rp1 panel",
		.button = {"B1", "B2", "B3"},
		.lamp = {"L1", "L2", "L3", "L4", "L5", "L6", "L7"},
		.buttons_low = SETTINGS_YES,
		.buzzer = "BUZZ",
	};
	b->config = (struct gpio_config){.lines = &b->set, .dev = b->dir, .pwm = b->pwm};
	*state = b;
	return 0;
}

/* Whatever happened: nothing is left open, taken, or lit. */
static inline int teardown(void **state)
{
	struct bench *b = *state;
	char command[64];

	gpio_close(b->gpio);
	loop_close(b->loop);
	for (unsigned i = 0; i < FAKE_CHIPS; i++) {
		assert_int_equal(fake_chip[i].opened, fake_chip[i].closed);
		for (unsigned k = 0; k < fake_chip[i].lines; k++)
			assert_false(fake_chip[i].line[k].ours);
	}
	assert_int_equal(open_fds(), b->fds);
	(void)snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#endif
