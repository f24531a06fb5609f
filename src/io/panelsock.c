/* panelsock.c - the panel on a UNIX socket: lamps, tones and texts out to every client; from the
 * simulated board's clients buttons and scans in. A client's memory is taken when it connects. */
#include "panelsock.h"
#include "log.h"
#include "station/scan.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SHOW_MAX	8192
#define OUT_LINE_MAX	(SHOW_MAX + 64)
#define ECHO_MAX	40 /* bytes of a client's words that an error repeats */
#define TAP_MS		80
#define TAP_MS_MAX	60000
#define ACCEPT_AGAIN_MS 1000

struct client {
	struct panelsock *panel;
	int fd;
	struct loop_source *io;
	size_t in_len, out_at, out_len;
	bool skipping; /* the rest of an overlong line */
	bool mute;     /* it reads no more; what it has sent still counts */
	bool gone;     /* to be freed at the end of the turn */
	char in[PANELSOCK_LINE + 1];
	char out[PANELSOCK_BACKLOG];
};

struct finger { /* on one button */
	struct panelsock *panel;
	bool down;
	struct client *client;	   /* who presses it; NULL = a tap, which ends by itself */
	struct loop_source *timer; /* end of a tap */
};

struct panelsock {
	struct loop *loop;
	int fd;
	bool bound;
	struct sockaddr_un address;
	struct loop_source *io, *accept_again, *tidy;
	struct panelsock_calls calls;
	bool has_calls;
	bool paused;
	bool ready;
	enum panel_pattern lamp[PANEL_LAMPS];
	struct finger finger[PANEL_BUTTONS];
	struct client *client[PANELSOCK_CLIENTS];
	char show[SHOW_MAX];
};

/* --- out --- */

/* Frees what is gone and goes on with what a pause held back, when no handler is at work. */
static void tidy_later(struct panelsock *p)
{
	int err = loop_defer_arm(p->tidy);
	if (err)
		log_error("panel socket: %s", strerror(-err));
}

static void client_drop(struct client *c)
{
	if (c->gone)
		return;
	c->gone = true;
	tidy_later(c->panel);
}

static void client_watch(struct client *c)
{
	uint32_t events =
		(c->panel->paused ? 0u : EPOLLIN) | (c->out_len > 0 ? (uint32_t)EPOLLOUT : 0u);
	if (!c->gone && loop_io_events(c->io, events) < 0)
		client_drop(c);
}

static void client_flush(struct client *c)
{
	while (c->out_len > 0) {
		ssize_t n =
			send(c->fd, c->out + c->out_at, c->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN || errno == EWOULDBLOCK)
				return;
			c->mute = true;
			c->out_len = 0;
			break;
		}
		c->out_at += (size_t)n;
		c->out_len -= (size_t)n;
	}
	c->out_at = 0;
}

static void client_send(struct client *c, const struct text *t)
{
	if (c->gone || c->mute || t->full)
		return;
	if (c->out_len + t->len > sizeof(c->out)) {
		client_drop(c); /* a reader so slow gets the whole state when it comes back */
		return;
	}
	bool waiting = c->out_len > 0;
	if (c->out_at > 0 && c->out_at + c->out_len + t->len > sizeof(c->out)) {
		memmove(c->out, c->out + c->out_at, c->out_len);
		c->out_at = 0;
	}
	memcpy(c->out + c->out_at + c->out_len, t->buf, t->len);
	c->out_len += t->len;
	if (waiting)
		return;
	client_flush(c);
	if (c->out_len > 0)
		client_watch(c);
}

static void send_all(struct panelsock *p, const struct text *t)
{
	for (size_t i = 0; i < PANELSOCK_CLIENTS; i++)
		if (p->client[i])
			client_send(p->client[i], t);
}

static void put_lamp(struct text *t, enum panel_lamp lamp, enum panel_pattern pattern)
{
	text_put(t, "lamp ");
	text_put(t, panel_lamp_name(lamp));
	text_char(t, ' ');
	text_put(t, panel_pattern_name(pattern));
	text_char(t, '\n');
}

static void put_show(struct text *t, const char *json)
{
	text_put(t, "show ");
	text_put(t, json);
	text_char(t, '\n');
}

static void client_send_state(struct client *c)
{
	struct panelsock *p = c->panel;
	char buf[OUT_LINE_MAX + 512];
	struct text t = text_over(buf, sizeof(buf));
	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		put_lamp(&t, (enum panel_lamp)i, p->lamp[i]);
	put_show(&t, p->show);
	if (p->ready)
		text_put(&t, "ready\n");
	client_send(c, &t);
}

/* --- in --- */

struct words { /* the rest of a line */
	const char *at;
	size_t len;
};

/* "error WHAT 'THE CLIENT'S WORDS'; MEANT"; the words bounded and escaped. */
static void client_error(struct client *c, const char *what, const struct words *words,
			 const char *meant)
{
	char buf[512];
	struct text t = text_over(buf, sizeof(buf));
	text_put(&t, "error ");
	text_put(&t, what);
	if (words) {
		size_t len = words->len < ECHO_MAX ? words->len : ECHO_MAX;
		text_put(&t, " '");
		text_escape(&t, (const uint8_t *)words->at, len);
		text_put(&t, len < words->len ? "...'" : "'");
	}
	if (meant) {
		text_put(&t, "; ");
		text_put(&t, meant);
	}
	text_char(&t, '\n');
	client_send(c, &t);
}

static void button_error(struct client *c, const char *what, enum panel_button button)
{
	const char *name = panel_button_name(button);
	client_error(c, what, &(struct words){name, strlen(name)}, NULL);
}

static struct words word_take(struct words *line)
{
	const char *space = memchr(line->at, ' ', line->len);
	struct words word = {line->at, space ? (size_t)(space - line->at) : line->len};
	size_t used = space ? word.len + 1 : word.len;
	line->at += used;
	line->len -= used;
	return word;
}

static bool word_is(const struct words *word, const char *text)
{
	return word->len == strlen(text) && memcmp(word->at, text, word->len) == 0;
}

static bool take_button(struct client *c, struct words *line, enum panel_button *out)
{
	char name[16] = "";
	struct words word = word_take(line);
	if (word.len < sizeof(name))
		memcpy(name, word.at, word.len);
	*out = panel_button_find(name);
	if (*out < PANEL_BUTTONS)
		return true;
	client_error(c, "no button", &word, "there are: pass, fail, back");
	return false;
}

static void button_move(struct panelsock *p, enum panel_button button, bool down,
			struct client *holder)
{
	struct finger *f = &p->finger[button];
	f->down = down;
	f->client = down ? holder : NULL;
	if (!down && loop_timer_set(f->timer, MOMENT_NEVER) < 0)
		log_error("panel socket: can't stop a tap's timer");
	p->calls.button(p->calls.user, button, down);
}

static bool line_is_done(struct client *c, const struct words *line)
{
	if (line->len == 0)
		return true;
	client_error(c, "too many words at", line, NULL);
	return false;
}

static void command_press(struct client *c, struct words line)
{
	enum panel_button b;
	if (!take_button(c, &line, &b) || !line_is_done(c, &line))
		return;
	if (c->panel->finger[b].down)
		button_error(c, "this button is already down:", b);
	else
		button_move(c->panel, b, true, c);
}

static void command_release(struct client *c, struct words line)
{
	enum panel_button b;
	if (!take_button(c, &line, &b) || !line_is_done(c, &line))
		return;
	if (!c->panel->finger[b].down)
		button_error(c, "this button is not down:", b);
	else
		button_move(c->panel, b, false, NULL);
}

static void command_tap(struct client *c, struct words line)
{
	struct panelsock *p = c->panel;
	enum panel_button b;
	uint64_t ms = TAP_MS;
	if (!take_button(c, &line, &b))
		return;
	if (line.len > 0 && (!text_read_u64(line.at, line.len, TAP_MS_MAX, &ms) || ms == 0)) {
		client_error(c, "not a time:", &line, "tap NAME MS takes 1..60000 milliseconds");
		return;
	}
	if (p->finger[b].down) {
		button_error(c, "this button is already down:", b);
		return;
	}
	if (loop_timer_set(p->finger[b].timer, loop_moment(p->loop).mono_ms + ms) < 0) {
		client_error(c, "the station can't time this tap", NULL, NULL);
		return;
	}
	button_move(p, b, true, NULL);
}

static void command_scan(struct client *c, struct words line)
{
	uint8_t bytes[PANELSOCK_LINE];
	size_t len;
	if (!text_unescape(line.at, line.len, bytes, sizeof(bytes), &len))
		client_error(c, "broken escape in", &line, "scan TEXT takes C escapes: \\x1d \\\\");
	else if (len == 0)
		client_error(c, "empty scan", NULL, "say scan TEXT");
	else if (len > SCAN_MAX)
		client_error(c, "too long a scan:", &line, "a scan is at most 512 bytes");
	else
		c->panel->calls.scan(c->panel->calls.user, bytes, len);
}

static const struct {
	const char *name;
	void (*run)(struct client *c, struct words line);
} commands[] = {
	{"press", command_press},
	{"release", command_release},
	{"tap", command_tap},
	{"scan", command_scan},
};

static void client_line(struct client *c, struct words line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	struct words whole = line;
	if (memchr(line.at, '\0', line.len)) {
		client_error(c, "NUL byte in the line", NULL, "write it as \\x00 in scan TEXT");
		return;
	}
	struct words word = word_take(&line);
	if (word_is(&word, "state")) {
		if (line_is_done(c, &line))
			client_send_state(c);
		return;
	}
	if (!c->panel->has_calls) {
		client_error(c, "read-only: can't do", &whole, "this socket knows only: state");
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (word_is(&word, commands[i].name)) {
			commands[i].run(c, line);
			return;
		}
	}
	client_error(c, "unknown command", &word,
		     "there are: press NAME, release NAME, tap NAME MS, scan TEXT, state");
}

/* Handles the whole lines that have come, and stops at once when a call pauses the panel. */
static void client_lines(struct client *c)
{
	size_t at = 0;
	char *end;
	while (!c->gone && !c->panel->paused && (end = memchr(c->in + at, '\n', c->in_len - at))) {
		struct words line = {c->in + at, (size_t)(end - c->in) - at};
		at += line.len + 1;
		if (c->skipping)
			c->skipping = false;
		else
			client_line(c, line);
	}
	c->in_len -= at;
	memmove(c->in, c->in + at, c->in_len);
	if (c->in_len < sizeof(c->in) || c->panel->paused)
		return;
	if (!c->skipping)
		client_error(c, "too long a line", NULL, "a line is at most 2600 bytes");
	c->skipping = true;
	c->in_len = 0;
}

static void on_client(void *user, int fd, uint32_t events)
{
	struct client *c = user;
	if (c->gone)
		return;
	if (events & EPOLLOUT) {
		client_flush(c);
		client_watch(c);
	}
	if (c->panel->paused) {
		if (events & (EPOLLHUP | EPOLLERR)) { /* what it still says is read later */
			c->mute = true;
			c->out_len = 0;
			client_watch(c);
		}
		return;
	}
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	if (c->in_len == sizeof(c->in)) /* a pause has just ended */
		client_lines(c);
	if (c->gone || c->panel->paused)
		return;
	ssize_t n = read(fd, c->in + c->in_len, sizeof(c->in) - c->in_len);
	if (n > 0) {
		c->in_len += (size_t)n;
		client_lines(c);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		client_drop(c);
	}
}

/* --- clients come and go --- */

static void client_free(struct panelsock *p, struct client *c)
{
	for (size_t i = 0; i < PANELSOCK_CLIENTS; i++)
		if (p->client[i] == c)
			p->client[i] = NULL;
	loop_source_free(c->io);
	close(c->fd);
	free(c);
}

/* A button that a client held is let go with it. */
static void client_leave(struct panelsock *p, struct client *c)
{
	for (unsigned b = 0; b < PANEL_BUTTONS; b++)
		if (p->finger[b].client == c)
			button_move(p, (enum panel_button)b, false, NULL);
	client_free(p, c);
}

static void on_tidy(void *user)
{
	struct panelsock *p = user;
	for (size_t i = 0; i < PANELSOCK_CLIENTS; i++) {
		struct client *c = p->client[i];
		if (!c)
			continue;
		if (!c->gone && !p->paused) {
			client_lines(c);
			client_watch(c);
		}
		if (c->gone)
			client_leave(p, c);
	}
}

static int client_add(struct panelsock *p, int fd)
{
	size_t slot = 0;
	while (slot < PANELSOCK_CLIENTS && p->client[slot])
		slot++;
	if (slot == PANELSOCK_CLIENTS)
		return -EUSERS;
	struct client *c = malloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	/* not calloc: memory of the long buffers is not touched until it is used */
	memset(c, 0, offsetof(struct client, in));
	c->panel = p;
	c->fd = fd;
	int err = loop_io(p->loop, &c->io, fd, p->paused ? 0 : EPOLLIN, on_client, c);
	if (err) {
		free(c);
		return err;
	}
	p->client[slot] = c;
	client_send_state(c);
	return 0;
}

static void refuse(int fd, int err)
{
	const char *text = err == -EUSERS ? "error too many clients\n" : "error out of memory\n";
	ssize_t n = send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)n; /* it is sent away in any case */
	close(fd);
}

static void on_connect(void *user, int listener, uint32_t events)
{
	struct panelsock *p = user;
	(void)events;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		int err = client_add(p, fd);
		if (err)
			refuse(fd, err);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	/* Out of descriptors or memory: epoll would call again at once, and again. */
	log_warning("panel socket: accept: %s", strerror(errno));
	uint64_t again = loop_moment(p->loop).mono_ms + ACCEPT_AGAIN_MS;
	if (loop_timer_set(p->accept_again, again) == 0 && loop_io_events(p->io, 0) < 0)
		log_error("panel socket: can't wait for better times");
}

static void on_accept_again(void *user)
{
	struct panelsock *p = user;
	int err = loop_io_events(p->io, EPOLLIN);
	if (err)
		log_error("panel socket: takes no more clients: %s", strerror(-err));
}

static void on_tap_end(void *user)
{
	struct finger *f = user;
	if (f->down)
		button_move(f->panel, (enum panel_button)(f - f->panel->finger), false, NULL);
}

/* --- the socket --- */

/* 0 when nothing or only a dead socket was at the address; never removes anything else. */
static int clear_stale(const struct sockaddr_un *address)
{
	struct stat st;
	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	int err = 0;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN)
		err = -EADDRINUSE;
	else if (errno != ECONNREFUSED)
		err = -errno;
	close(fd);
	if (!err && unlink(address->sun_path) < 0)
		err = -errno;
	return err;
}

static int listen_at(struct panelsock *p, const char *path)
{
	p->address.sun_family = AF_UNIX;
	if (!text_copy(p->address.sun_path, sizeof(p->address.sun_path), path))
		return -ENAMETOOLONG;
	int err = clear_stale(&p->address);
	if (err)
		return err;
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return -errno;
	if (bind(p->fd, (const struct sockaddr *)&p->address, sizeof(p->address)) < 0)
		return -errno;
	p->bound = true;
	/* whatever the umask; nobody can connect before it listens */
	if (chmod(path, 0660) < 0 || listen(p->fd, 64) < 0)
		return -errno;
	return 0;
}

static int add_fingers(struct panelsock *p)
{
	int err = 0;
	for (unsigned b = 0; b < PANEL_BUTTONS && !err; b++) {
		struct finger *f = &p->finger[b];
		f->panel = p;
		err = loop_timer(p->loop, &f->timer, on_tap_end, f);
	}
	return err;
}

int panelsock_open(struct panelsock **out, struct loop *loop, const char *path,
		   const struct panelsock_calls *calls)
{
	struct panelsock *p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->loop = loop;
	p->fd = -1;
	(void)text_copy(p->show, sizeof(p->show), "{}");
	if (calls) {
		p->calls = *calls;
		p->has_calls = true;
	}
	int err = listen_at(p, path);
	if (!err)
		err = loop_defer(loop, &p->tidy, on_tidy, p);
	if (!err)
		err = loop_timer(loop, &p->accept_again, on_accept_again, p);
	if (!err && calls)
		err = add_fingers(p);
	if (!err)
		err = loop_io(loop, &p->io, p->fd, EPOLLIN, on_connect, p);
	if (err) {
		panelsock_close(p);
		return err;
	}
	*out = p;
	return 0;
}

void panelsock_lamp(struct panelsock *p, enum panel_lamp lamp, enum panel_pattern pattern)
{
	char buf[64];
	struct text t = text_over(buf, sizeof(buf));
	if (p->lamp[lamp] == pattern)
		return;
	p->lamp[lamp] = pattern;
	put_lamp(&t, lamp, pattern);
	send_all(p, &t);
}

void panelsock_tone(struct panelsock *p, enum panel_tone tone)
{
	char buf[64];
	struct text t = text_over(buf, sizeof(buf));
	text_put(&t, "tone ");
	text_put(&t, panel_tone_name(tone));
	text_char(&t, '\n');
	send_all(p, &t);
}

void panelsock_show(struct panelsock *p, const char *json)
{
	char buf[OUT_LINE_MAX];
	struct text t = text_over(buf, sizeof(buf));
	if (strlen(json) >= sizeof(p->show) || strchr(json, '\n')) {
		log_error("panel socket: a text of %zu bytes can't be shown", strlen(json));
		json = "{}"; /* half a JSON text would be worse than none */
	}
	if (strcmp(json, p->show) == 0)
		return;
	(void)text_copy(p->show, sizeof(p->show), json);
	put_show(&t, json);
	send_all(p, &t);
}

void panelsock_ready(struct panelsock *p, bool ready)
{
	char buf[8];
	struct text t = text_over(buf, sizeof(buf));
	bool became = ready && !p->ready;
	p->ready = ready;
	if (!became)
		return;
	text_put(&t, "ready\n");
	send_all(p, &t);
}

void panelsock_pause(struct panelsock *p, bool paused)
{
	if (p->paused == paused)
		return;
	p->paused = paused;
	if (!paused) {
		tidy_later(p); /* held lines first, then the wire: their order is kept */
		return;
	}
	for (size_t i = 0; i < PANELSOCK_CLIENTS; i++)
		if (p->client[i])
			client_watch(p->client[i]);
}

void panelsock_close(struct panelsock *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PANELSOCK_CLIENTS; i++)
		if (p->client[i])
			client_free(p, p->client[i]);
	for (unsigned b = 0; b < PANEL_BUTTONS; b++)
		loop_source_free(p->finger[b].timer);
	loop_source_free(p->io);
	loop_source_free(p->tidy);
	loop_source_free(p->accept_again);
	if (p->fd >= 0)
		close(p->fd);
	if (p->bound)
		(void)unlink(p->address.sun_path);
	free(p);
}
