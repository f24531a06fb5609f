/* gpio.c - the panel on GPIO lines: edges become contacts in the order of the kernel's times, lamps
 * and tones follow one timer of the loop, and a chip that fails is looked for again; see gpio.h. */
#include "gpio.h"
#include "gpio_chip.h"
#include "gpio_find.h"
#include "gpio_pwm.h"
#include "log.h"
#include "station/lamps.h"
#include "station/melody.h"
#include "station/text.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define LOOK_EVERY_MS 2000
#define EDGES_MAX     (GPIO_CHIP_LINES * GPIO_CHIP_EVENTS)

struct gpio {
	struct loop *loop;
	struct gpio_config config;
	struct gpio_calls calls;
	struct gpio_find_lines lines;
	struct gpio_pwm pwm;
	bool works, told_works;
	uint64_t look_at;      /* MOMENT_NEVER while it works */
	struct gpio_error why; /* it does not, as last logged */

	struct loop_source *io[GPIO_CHIP_LINES];
	int fd[GPIO_CHIP_LINES];
	unsigned fds;
	struct loop_source *settle; /* tells what is so: levels, and whether it works */
	bool down[PANEL_BUTTONS];   /* as told */

	struct loop_source *timer; /* the next lamp, note, or look */
	struct lamps lamps;
	uint8_t lit; /* as the lines have it */
	enum panel_tone tone;
	uint64_t tone_since;
	uint16_t hz; /* as the buzzer has it */
	bool buzzer_failed;
};

static uint64_t now_of(struct gpio *g)
{
	return loop_moment(g->loop).mono_ms;
}

static void settle_soon(struct gpio *g)
{
	if (loop_defer_arm(g->settle) != 0)
		log_error("panel: cannot defer");
}

/* --- it fails, and is looked for --- */

static void let_go(struct gpio *g)
{
	for (unsigned i = 0; i < g->fds; i++) {
		loop_source_free(g->io[i]);
		g->io[i] = NULL;
	}
	g->fds = 0;
	gpio_find_release(&g->lines);
	g->works = false;
}

/* May be called in the middle of anything, so who uses the panel is told at the end of the turn. */
static void lose(struct gpio *g, const char *what, int err)
{
	if (!g->works)
		return;
	log_write(LOG_LEVEL_ERROR, LOG_PANEL_LOST, "the panel is lost: %s: %s", what,
		  strerror(-err));
	let_go(g);
	g->why.text[0] = '\0';
	g->look_at = now_of(g) + LOOK_EVERY_MS;
	settle_soon(g);
}

static void on_edges(void *user, int fd, uint32_t events);

static int listen_to(struct gpio *g)
{
	unsigned count = gpio_chip_fds(g->lines.buttons, g->fd);
	int r = 0;

	while (r == 0 && g->fds < count) {
		r = loop_io(g->loop, &g->io[g->fds], g->fd[g->fds], EPOLLIN, on_edges, g);
		g->fds += r == 0;
	}
	return r;
}

static int take(struct gpio *g, struct gpio_error *error)
{
	int r = gpio_find(&g->lines, g->config.lines, g->config.dev, error);

	if (r < 0)
		return r;
	g->works = true;
	g->look_at = MOMENT_NEVER;
	g->lit = 0;
	if (!g->pwm.path[0])
		g->hz = 0;
	r = listen_to(g);
	if (r < 0) {
		(void)text_copy(error->text, sizeof(error->text), strerror(-r));
		let_go(g);
	}
	return r;
}

/* --- lamps and tones out --- */

static void show_lamps(struct gpio *g, uint64_t now)
{
	uint8_t lit = lamps_lit(&g->lamps, now);
	int r;

	if (lit == g->lit)
		return;
	r = gpio_chip_set(g->lines.lamps, lit);
	g->lit = lit;
	if (r < 0)
		lose(g, "cannot set the lamps", r);
}

static void sound(struct gpio *g, uint16_t hz)
{
	int r = 0;

	if (hz == g->hz)
		return;
	if (g->pwm.path[0])
		r = gpio_pwm_sound(&g->pwm, hz);
	else if (g->lines.buzzer && (hz > 0) != (g->hz > 0))
		r = gpio_chip_set(g->lines.buzzer, hz > 0);
	g->hz = hz;
	if (r < 0 && !g->buzzer_failed) /* every tone has its lamps */
		log_warning("panel: the buzzer does not sound: %s", strerror(-r));
	g->buzzer_failed = r < 0;
}

/* When the tone changes next; MOMENT_NEVER: it is over. */
static uint64_t play(struct gpio *g, uint64_t now)
{
	uint32_t left;
	uint16_t hz = melody_at(g->tone, now - g->tone_since, &left);

	if (left == 0)
		g->tone = PANEL_TONE_NONE;
	if (g->works || g->pwm.path[0])
		sound(g, hz);
	return left == 0 ? MOMENT_NEVER : now + left;
}

/* Brings lines and timer to what is so now. */
static void show(struct gpio *g)
{
	uint64_t now = now_of(g), due;

	if (g->works)
		show_lamps(g, now);
	due = play(g, now);
	if (g->works) {
		uint64_t lamp_due = lamps_due(&g->lamps, now);

		due = lamp_due < due ? lamp_due : due;
	}
	if (loop_timer_set(g->timer, g->look_at < due ? g->look_at : due) != 0)
		log_error("panel: cannot set a timer");
}

void gpio_lamp(struct gpio *g, enum panel_lamp lamp, enum panel_pattern pattern)
{
	lamps_set(&g->lamps, lamp, pattern, now_of(g));
	show(g);
}

void gpio_tone(struct gpio *g, enum panel_tone tone)
{
	g->tone = tone;
	g->tone_since = now_of(g);
	show(g);
}

static void look(struct gpio *g)
{
	struct gpio_error error = {0};

	if (take(g, &error) == 0) {
		log_write(LOG_LEVEL_NOTICE, LOG_PANEL_BACK, "the panel is back");
		settle_soon(g);
		return;
	}
	g->look_at = now_of(g) + LOOK_EVERY_MS;
	if (strcmp(error.text, g->why.text) != 0)
		log_warning("panel: %s", error.text);
	g->why = error;
}

static void on_timer(void *user)
{
	struct gpio *g = user;

	if (g->look_at <= now_of(g))
		look(g);
	show(g);
}

/* --- contacts in --- */

/* Tells a level that is new. The kernel's time is kept within the turn's. */
static void tell(struct gpio *g, unsigned line, bool down, uint64_t at_ms)
{
	uint64_t now = now_of(g);

	if (line >= PANEL_BUTTONS || g->down[line] == down)
		return;
	g->down[line] = down;
	g->calls.button(g->calls.user, (enum panel_button)line, down, at_ms < now ? at_ms : now);
}

static void tell_found(struct gpio *g, unsigned line)
{
	if (g->down[line])
		return;
	g->down[line] = true;
	g->calls.found(g->calls.user, (enum panel_button)line);
}

/* The levels themselves: those at the start, and those whose edge a bouncing contact pushed out of
 * the kernel's queue. */
static void tell_levels(struct gpio *g, bool first)
{
	uint8_t bits;
	int r;

	if (!g->works)
		return;
	r = gpio_chip_values(g->lines.buttons, &bits);
	if (r < 0) {
		lose(g, "cannot read the buttons", r);
		return;
	}
	for (unsigned i = 0; i < PANEL_BUTTONS; i++) {
		bool down = bits >> i & 1;

		if (first && down)
			tell_found(g, i);
		else
			tell(g, i, down, now_of(g));
	}
}

struct batch {
	struct gpio_edge edge[EDGES_MAX];
	unsigned count;
	bool more; /* a queue may hold further ones */
};

/* Keeps the edges in the order of their times: with libgpiod 1 each line has a queue of its own. */
static void insert(struct batch *b, struct gpio_edge edge)
{
	unsigned at = b->count++;

	for (; at > 0 && b->edge[at - 1].at_ns > edge.at_ns; at--)
		b->edge[at] = b->edge[at - 1];
	b->edge[at] = edge;
}

/* Reads what all queues hold. 0 or -errno. */
static int read_edges(struct gpio *g, struct batch *b)
{
	struct pollfd polled[GPIO_CHIP_LINES] = {0};
	struct gpio_edge some[GPIO_CHIP_EVENTS];

	for (unsigned i = 0; i < g->fds; i++)
		polled[i] = (struct pollfd){.fd = g->fd[i], .events = POLLIN};
	if (poll(polled, g->fds, 0) < 0)
		return errno == EINTR ? 0 : -errno;
	for (unsigned i = 0; i < g->fds; i++) {
		int n;

		if (polled[i].revents == 0)
			continue;
		if (!(polled[i].revents & POLLIN)) /* a read would wait */
			return -ENODEV;
		n = gpio_chip_edges(g->lines.buttons, i, some);
		if (n < 0 && n != -EAGAIN && n != -EINTR)
			return n;
		for (int k = 0; k < n; k++)
			insert(b, some[k]);
		b->more = b->more || n == GPIO_CHIP_EVENTS;
	}
	return 0;
}

static void on_edges(void *user, int fd, uint32_t events)
{
	struct batch b = {.count = 0};
	struct gpio *g = user;
	int r;

	(void)fd;
	(void)events;
	r = read_edges(g, &b);
	for (unsigned i = 0; i < b.count; i++)
		tell(g, b.edge[i].line, b.edge[i].active, b.edge[i].at_ns / 1000000u);
	if (r < 0)
		lose(g, "cannot read the buttons", r);
	else if (!b.more)
		tell_levels(g, false);
}

static void on_settle(void *user)
{
	struct gpio *g = user;

	tell_levels(g, true);
	if (g->works != g->told_works) {
		g->told_works = g->works;
		g->calls.works(g->calls.user, g->works);
	}
	show(g);
}

/* --- from beginning to end --- */

int gpio_open(struct gpio **out, struct loop *loop, const struct gpio_config *config,
	      const struct gpio_calls *calls, struct gpio_error *error)
{
	struct gpio *g = calloc(1, sizeof(*g));
	int r = g ? 0 : -ENOMEM;

	error->text[0] = '\0';
	if (!g)
		goto fail;
	g->loop = loop;
	g->config = *config;
	g->config.dev = config->dev ? config->dev : "/dev";
	g->config.pwm = config->pwm ? config->pwm : "/sys/class/pwm";
	g->calls = *calls;
	g->look_at = MOMENT_NEVER;
	g->told_works = true;
	r = loop_timer(loop, &g->timer, on_timer, g);
	if (r == 0)
		r = loop_defer(loop, &g->settle, on_settle, g);
	if (r == 0 && config->lines->pwm[0])
		r = gpio_pwm_open(&g->pwm, config->lines->pwm, g->config.pwm, error);
	if (r == 0)
		r = take(g, error);
	if (r == 0)
		r = loop_defer_arm(g->settle);
	if (r == 0) {
		*out = g;
		return 0;
	}
fail:
	if (!error->text[0])
		(void)text_copy(error->text, sizeof(error->text), strerror(-r));
	gpio_close(g);
	return r;
}

void gpio_close(struct gpio *g)
{
	if (!g)
		return;
	if (g->works) {
		(void)gpio_chip_set(g->lines.lamps, 0); /* a lamp is a promise of a live station */
		sound(g, 0);
	}
	let_go(g);
	loop_source_free(g->settle);
	loop_source_free(g->timer);
	free(g);
}
