/* ctl_panel.c - stationctl panel: the virtual panel in the terminal, or with --view the large
 * screen. A client of stationd's sockets; it waits for stationd and comes back by itself. */
#include "ctl.h"
#include "clean.h"
#include "entry.h"
#include "face.h"
#include "link.h"
#include "mirror.h"
#include "screen.h"
#include "speech.h"
#include "view.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PANEL_RETRY_MS	  500
#define PANEL_SOCKET	  "panel.sock"
#define PANEL_VIEW_SOCKET "view.sock"
#define PANEL_TAP_BACK	  "tap back"
#define PANEL_HOLD_BACK	  "tap back 2500"

enum panel_option { PANEL_VIEW, PANEL_LANG, PANEL_OPTIONS };

static const struct args_option panel_options[PANEL_OPTIONS] = {
	[PANEL_VIEW] = {"view", NULL, "the large screen, read only", 0},
	[PANEL_LANG] = {"lang", "en|zh", "its language", 0},
};

struct panel {
	char path[CTL_PATH];
	bool view;
	bool quit;
	int trouble; /* errno of the last try to connect, 0 = connected */
	struct link link;
	struct mirror mirror;
	struct entry entry;
	struct face face;
};

static volatile sig_atomic_t panel_stopped;

static void panel_stop(int signo)
{
	(void)signo;
	panel_stopped = 1;
}

/* Signals come in only while waiting (*waiting), SIGWINCH too: none is missed between look and
 * wait. */
static void panel_signals(sigset_t *waiting)
{
	static const int stop[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = panel_stop};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(stop) / sizeof(stop[0]); i++) {
		sigaddset(&set, stop[i]);
		sigaction(stop[i], &action, NULL);
	}
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, waiting);
	for (size_t i = 0; i < sizeof(stop) / sizeof(stop[0]); i++)
		sigdelset(waiting, stop[i]);
	sigdelset(waiting, SIGWINCH);
}

static uint64_t panel_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* --- the station's side --- */

static void panel_connect(struct panel *p)
{
	p->trouble = -link_open(&p->link, p->path);
}

static void panel_line(void *user, const char *line)
{
	struct panel *p = user;

	mirror_line(&p->mirror, line, p->face.now_ms);
}

static void panel_lost(struct panel *p)
{
	link_close(&p->link);
	mirror_reset(&p->mirror);
	panel_connect(p);
}

static void panel_socket(struct panel *p, short events)
{
	int err = 0;

	if (events & POLLOUT)
		err = link_flush(&p->link);
	if (!err && (events & (POLLIN | POLLHUP | POLLERR)))
		err = link_read(&p->link, panel_line, p);
	if (err)
		panel_lost(p);
}

static void panel_send(struct panel *p, const char *line)
{
	switch (link_send(&p->link, line)) {
	case 0:
		break;
	case -ENOTCONN:
		mirror_note(&p->mirror, MIRROR_ERROR, "not sent: no station");
		break;
	case -EAGAIN:
		mirror_note(&p->mirror, MIRROR_ERROR, "not sent: the station is busy");
		break;
	default:
		panel_lost(p);
		break;
	}
}

/* --- the person's side --- */

static void panel_scan(struct panel *p)
{
	char line[ENTRY_LINE + 8];
	const char *wrong = entry_scan(&p->entry, line, sizeof(line));

	if (wrong) { /* the line stays, to be put right */
		mirror_note(&p->mirror, MIRROR_ERROR, wrong);
		return;
	}
	mirror_note(&p->mirror, MIRROR_SENT, p->entry.line);
	panel_send(p, line);
	entry_clear(&p->entry);
}

static void panel_act(struct panel *p, enum entry_action action)
{
	switch (action) {
	case ENTRY_NONE:
		break;
	case ENTRY_PASS:
		panel_send(p, "tap pass");
		break;
	case ENTRY_FAIL:
		panel_send(p, "tap fail");
		break;
	case ENTRY_BACK:
		panel_send(p, PANEL_TAP_BACK);
		break;
	case ENTRY_BACK_HELD:
		panel_send(p, PANEL_HOLD_BACK);
		break;
	case ENTRY_SCAN:
		panel_scan(p);
		break;
	case ENTRY_QUIT:
		p->quit = true;
		break;
	}
}

static void panel_key(struct panel *p, enum screen_input input, wchar_t c)
{
	switch (input) {
	case SCREEN_NOTHING:
	case SCREEN_RESIZED: /* it is drawn anew anyway */
	case SCREEN_OTHER:
		break;
	case SCREEN_CHAR:
		if (p->view)
			p->quit = c == 'q';
		else
			panel_act(p, entry_char(&p->entry, c));
		break;
	case SCREEN_BACKSPACE:
		panel_act(p, entry_key(&p->entry, ENTRY_KEY_BACKSPACE));
		break;
	case SCREEN_ENTER:
		panel_act(p, entry_key(&p->entry, ENTRY_KEY_ENTER));
		break;
	case SCREEN_PASTE_BEGINS:
		panel_act(p, entry_key(&p->entry, ENTRY_KEY_PASTE_BEGINS));
		break;
	case SCREEN_PASTE_ENDS:
		panel_act(p, entry_key(&p->entry, ENTRY_KEY_PASTE_ENDS));
		break;
	}
}

static void panel_keys(struct panel *p)
{
	enum screen_input input;
	wchar_t c = 0;

	while (!p->quit && (input = screen_key(&c)) != SCREEN_NOTHING)
		panel_key(p, input, c);
}

/* --- the loop --- */

static void panel_draw(struct panel *p)
{
	p->face.now_ms = panel_now();
	p->face.trouble = p->trouble ? strerror(p->trouble) : NULL;
	if (p->view)
		view_draw(&p->face);
	else
		face_draw(&p->face);
}

static int panel_timeout(const struct panel *p)
{
	if (p->trouble)
		return PANEL_RETRY_MS;
	return mirror_next_change(&p->mirror, p->face.now_ms);
}

static void panel_wait(struct panel *p, const sigset_t *waiting)
{
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
				{.fd = p->link.fd, .events = POLLIN}};
	int timeout = panel_timeout(p);
	struct timespec ts = {.tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000L};
	int n;

	if (p->link.out_len > 0)
		fds[1].events |= POLLOUT;
	n = ppoll(fds, 2, timeout < 0 ? NULL : &ts, waiting);
	p->face.now_ms = panel_now();
	if (n > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
		p->quit = true; /* the terminal is gone */
	if (n > 0 && fds[1].revents)
		panel_socket(p, fds[1].revents);
	if (p->trouble)
		panel_connect(p);
	panel_keys(p);
}

static bool panel_language(const struct ctl *ctl, enum speech_language *language)
{
	const char *lang = ctl->own.value[PANEL_LANG];

	*language = SPEECH_EN;
	if (!lang || strcmp(lang, "en") == 0)
		return true;
	*language = SPEECH_ZH;
	if (strcmp(lang, "zh") == 0)
		return true;
	ctl_error("panel: --lang '%s': known are en and zh", lang);
	return false;
}

static int panel_run(struct ctl *ctl)
{
	static struct panel p;
	sigset_t waiting;

	p.view = ctl->own.value[PANEL_VIEW] != NULL;
	p.face = (struct face){.mirror = &p.mirror, .entry = &p.entry};
	if (!panel_language(ctl, &p.face.language))
		return CTL_USAGE;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		ctl_error("panel: this needs a terminal; programs talk to the socket %s themselves "
			  "(see stationd(8))",
			  p.view ? PANEL_VIEW_SOCKET : PANEL_SOCKET);
		return CTL_USAGE;
	}
	if (!ctl_runtime_path(ctl, p.view ? PANEL_VIEW_SOCKET : PANEL_SOCKET, p.path))
		return CTL_GONE;
	link_init(&p.link);
	mirror_reset(&p.mirror);
	panel_signals(&waiting);
	if (!screen_open())
		return CTL_USAGE;
	panel_connect(&p);
	while (!p.quit && !panel_stopped) {
		panel_draw(&p);
		panel_wait(&p, &waiting);
	}
	screen_close();
	link_close(&p.link);
	return CTL_FINE;
}

const struct ctl_command ctl_panel = {
	.name = "panel",
	.usage = "[--view] [--lang en|zh]",
	.summary = "the panel in the terminal, or the large screen",
	.options = {panel_options, PANEL_OPTIONS},
	.run = panel_run,
};
