/* test_panelsock.c - the panel's socket: state and changes out, buttons and scans in, pauses, and
 * clients that are hostile, slow or gone. Real sockets on a real loop; waits for conditions. */
#include "io/panelsock.h"
#include "station/scan.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE_MS 5000
#define STATE                                                                                      \
	"lamp appearance off\nlamp accessories off\nlamp usage off\nlamp pass off\n"               \
	"lamp fail off\nlamp attention off\nlamp link off\nshow {}\n"

struct bench;

struct peer { /* a client of the panel, on the same loop */
	struct bench *bench;
	struct loop_source *io;
	int fd;
	size_t len;
	bool eof;
	char got[131072];
};

struct bench {
	struct loop *loop;
	struct loop_source *deadline;
	struct panelsock *panel;
	char dir[32], path[64];
	char trace[4096]; /* what the calls were: "+pass -pass scan:A " */
	uint64_t moved_ms[PANEL_BUTTONS];
	uint64_t held_ms; /* how long the last button was down */
	bool pause_on_scan;
	bool late;
	const struct peer *waits_for; /* NULL: for the trace */
	const char *wanted;	      /* NULL: for the end of the peer's stream */
};

/* --- waiting --- */

static bool reached(const struct bench *b)
{
	if (!b->waits_for)
		return b->wanted && strstr(b->trace, b->wanted);
	return b->wanted ? strstr(b->waits_for->got, b->wanted) != NULL : b->waits_for->eof;
}

static void check(struct bench *b)
{
	if (reached(b))
		loop_quit(b->loop);
}

static void on_deadline(void *user)
{
	struct bench *b = user;
	b->late = true;
	loop_quit(b->loop);
}

static void wait_for(struct bench *b, const struct peer *p, const char *wanted)
{
	b->waits_for = p;
	b->wanted = wanted;
	if (reached(b))
		return;
	assert_int_equal(loop_timer_set(b->deadline, loop_moment(b->loop).mono_ms + DEADLINE_MS),
			 0);
	assert_int_equal(loop_run(b->loop), 0);
	if (b->late)
		fail_msg("waited in vain for '%s'; trace '%s', got '%s'", wanted ? wanted : "EOF",
			 b->trace, p ? p->got : "");
}

static void on_quit(void *user)
{
	struct bench *b = user;
	loop_quit(b->loop);
}

/* Lets the loop run until nothing is left to do. */
static void settle(struct bench *b)
{
	struct loop_source *quiet;
	b->waits_for = NULL;
	b->wanted = NULL;
	for (int i = 0; i < 5; i++) { /* a deferred call may arm another */
		assert_int_equal(loop_defer(b->loop, &quiet, on_quit, b), 0);
		assert_int_equal(loop_defer_arm(quiet), 0);
		assert_int_equal(loop_run(b->loop), 0);
		loop_source_free(quiet);
	}
}

/* --- the calls --- */

static void on_button(void *user, enum panel_button button, bool down)
{
	struct bench *b = user;
	uint64_t now = loop_moment(b->loop).mono_ms;
	size_t len = strlen(b->trace);
	snprintf(b->trace + len, sizeof(b->trace) - len, "%c%s ", down ? '+' : '-',
		 panel_button_name(button));
	if (!down)
		b->held_ms = now - b->moved_ms[button];
	b->moved_ms[button] = now;
	check(b);
}

static void on_scan(void *user, const uint8_t *bytes, size_t len)
{
	struct bench *b = user;
	size_t at = strlen(b->trace);
	at += (size_t)snprintf(b->trace + at, sizeof(b->trace) - at, "scan:");
	for (size_t i = 0; i < len && at + 4 < sizeof(b->trace); i++)
		at += (size_t)snprintf(b->trace + at, sizeof(b->trace) - at,
				       bytes[i] > ' ' && bytes[i] < 0x7f ? "%c" : "<%02x>",
				       bytes[i]);
	snprintf(b->trace + at, sizeof(b->trace) - at, " ");
	if (b->pause_on_scan)
		panelsock_pause(b->panel, true);
	check(b);
}

/* --- peers --- */

static void on_peer(void *user, int fd, uint32_t events)
{
	struct peer *p = user;
	(void)events;
	ssize_t n = recv(fd, p->got + p->len, sizeof(p->got) - 1 - p->len, MSG_DONTWAIT);
	if (n > 0) {
		p->len += (size_t)n;
	} else if (n == 0 || errno != EAGAIN) {
		p->eof = true;
		loop_source_free(p->io);
		p->io = NULL;
	}
	p->got[p->len] = '\0';
	check(p->bench);
}

static int connect_fd(struct bench *b)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", b->path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static struct peer *peer_open(struct bench *b)
{
	struct peer *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	p->bench = b;
	p->fd = connect_fd(b);
	assert_int_equal(loop_io(b->loop, &p->io, p->fd, EPOLLIN, on_peer, p), 0);
	return p;
}

static void peer_close(struct peer *p)
{
	loop_source_free(p->io);
	close(p->fd);
	free(p);
}

/* Sends without ever blocking the loop's thread for good: what the socket doesn't take now is sent
 * after the loop has run. */
static void send_all(struct bench *b, int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	for (unsigned tries = 0; len > 0; tries++) {
		assert_in_range(tries, 0, 100000);
		ssize_t n = send(fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			settle(b);
			continue;
		}
		at += n;
		len -= (size_t)n;
	}
}

static void say(struct peer *p, const char *text)
{
	send_all(p->bench, p->fd, text, strlen(text));
}

/* Says it, and waits until it has been dealt with: an answer to "state" closes what came before. */
static void ask(struct peer *p, const char *text)
{
	wait_for(p->bench, p, "show "); /* its first state has come */
	p->len = 0;
	p->got[0] = '\0';
	say(p, text);
	say(p, "state\n");
	wait_for(p->bench, p, "show ");
}

/* --- setup --- */

static void open_panel(struct bench *b, bool sim)
{
	struct panelsock_calls calls = {.button = on_button, .scan = on_scan, .user = b};
	assert_int_equal(panelsock_open(&b->panel, b->loop, b->path, sim ? &calls : NULL), 0);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	assert_int_equal(loop_open(&b->loop), 0);
	assert_int_equal(loop_timer(b->loop, &b->deadline, on_deadline, b), 0);
	strcpy(b->dir, "/tmp/test_panelsock.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/panel.sock", b->dir);
	*state = b;
	return 0;
}

static int setup_sim(void **state)
{
	setup(state);
	open_panel(*state, true);
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	panelsock_close(b->panel);
	unlink(b->path);
	assert_int_equal(rmdir(b->dir), 0);
	loop_close(b->loop);
	free(b);
	return 0;
}

/* --- out --- */

static void a_client_gets_the_whole_state_then_each_change(void **state)
{
	struct bench *b = *state;
	panelsock_lamp(b->panel, PANEL_LAMP_LINK, PANEL_SLOW);
	panelsock_show(b->panel, "{\"message\":\"idle\"}");
	panelsock_ready(b->panel, true);
	struct peer *p = peer_open(b);
	wait_for(b, p, "ready\n");
	assert_string_equal(p->got, "lamp appearance off\nlamp accessories off\nlamp usage off\n"
				    "lamp pass off\nlamp fail off\nlamp attention off\n"
				    "lamp link slow\nshow {\"message\":\"idle\"}\nready\n");
	p->len = 0;
	panelsock_lamp(b->panel, PANEL_LAMP_APPEARANCE, PANEL_ON);
	panelsock_lamp(b->panel, PANEL_LAMP_APPEARANCE, PANEL_ON); /* no change */
	panelsock_show(b->panel, "{\"message\":\"step\"}");
	panelsock_ready(b->panel, true); /* no change */
	panelsock_tone(b->panel, PANEL_TONE_BEEP);
	wait_for(b, p, "tone beep\n");
	assert_string_equal(p->got, "lamp appearance on\nshow {\"message\":\"step\"}\ntone beep\n");
	peer_close(p);
}

static void every_client_hears_it(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b), *q = peer_open(b);
	wait_for(b, p, STATE);
	wait_for(b, q, STATE);
	panelsock_lamp(b->panel, PANEL_LAMP_PASS, PANEL_FAST);
	wait_for(b, p, "lamp pass fast\n");
	wait_for(b, q, "lamp pass fast\n");
	peer_close(p);
	panelsock_lamp(b->panel, PANEL_LAMP_PASS, PANEL_OFF);
	settle(b);
	panelsock_lamp(b->panel, PANEL_LAMP_PASS, PANEL_TRIPLE);
	wait_for(b, q, "lamp pass off\nlamp pass triple\n");
	peer_close(q);
}

static void a_text_too_long_to_show_is_not_cut(void **state)
{
	struct bench *b = *state;
	static char json[20000];
	struct peer *p = peer_open(b);
	wait_for(b, p, STATE);
	p->len = 0;
	panelsock_show(b->panel, "{\"a\":1}");
	memset(json, 'x', sizeof(json) - 1);
	panelsock_show(b->panel, json);
	panelsock_tone(b->panel, PANEL_TONE_TICK);
	wait_for(b, p, "tone tick\n");
	assert_string_equal(p->got, "show {\"a\":1}\nshow {}\ntone tick\n");
	peer_close(p);
}

/* --- in --- */

static void buttons_are_pressed_and_released(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	say(p, "press pass\nrelease pass\r\npress back\npress fail\nrelease back\nrelease fail\n");
	wait_for(b, NULL, "-fail ");
	assert_string_equal(b->trace, "+pass -pass +back +fail -back -fail ");
	ask(p, "");
	assert_null(strstr(p->got, "error"));
	peer_close(p);
}

static void a_tap_lasts_as_long_as_told(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	say(p, "tap pass 120\n");
	wait_for(b, NULL, "-pass ");
	assert_true(b->held_ms >= 120);
	say(p, "tap fail\n");
	wait_for(b, NULL, "-fail ");
	assert_true(b->held_ms >= 80);
	assert_string_equal(b->trace, "+pass -pass +fail -fail ");
	peer_close(p);
}

static void taps_of_different_buttons_overlap(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	say(p, "tap pass 200\ntap back 50\ntap pass 10\n");
	wait_for(b, NULL, "-pass ");
	assert_string_equal(b->trace, "+pass +back -back -pass ");
	wait_for(b, p, "error this button is already down: 'pass'\n");
	say(p,
	    "tap pass 60000\nrelease pass\ntap pass 1\n"); /* a release ends the tap's time too */
	wait_for(b, NULL, "-pass +pass -pass +pass -pass ");
	peer_close(p);
}

static void a_button_is_let_go_with_its_client_but_a_tap_goes_on(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	say(p, "press fail\n");
	wait_for(b, NULL, "+fail ");
	peer_close(p);
	wait_for(b, NULL, "-fail ");
	p = peer_open(b);
	say(p, "tap back 150\n");
	wait_for(b, NULL, "+back ");
	peer_close(p);
	wait_for(b, NULL, "-back ");
	assert_true(b->held_ms >= 150);
}

static void scans_take_c_escapes(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	say(p, "scan ]C1A\\x1dB\\\\C\\x00 D\r\n");
	wait_for(b, NULL, " ");
	assert_string_equal(b->trace, "scan:]C1A<1d>B\\C<00><20>D ");
	peer_close(p);
}

static void the_longest_scan_passes_and_one_byte_more_is_an_error(void **state)
{
	struct bench *b = *state;
	char line[16 + 4 * (SCAN_MAX + 1)];
	struct peer *p = peer_open(b);
	strcpy(line, "scan ");
	for (int i = 0; i < SCAN_MAX; i++)
		strcat(line, "\\x41");
	strcat(line, "\n");
	say(p, line);
	wait_for(b, NULL, "A ");
	assert_int_equal(strlen(b->trace), strlen("scan: ") + SCAN_MAX);
	line[strlen(line) - 1] = '\0';
	strcat(line, "A\n");
	ask(p, line);
	assert_non_null(strstr(p->got, "error too long a scan: '"));
	assert_non_null(strstr(p->got, "a scan is at most 512 bytes\n"));
	assert_int_equal(strlen(b->trace), strlen("scan: ") + SCAN_MAX);
	peer_close(p);
}

static void wrong_lines_are_answered_in_words(void **state)
{
	static const struct {
		const char *line, *error;
	} cases[] = {
		{"\n", "error unknown command ''; there are: press NAME"},
		{"jump pass\n", "error unknown command 'jump'"},
		{"press\n", "error no button ''; there are: pass, fail, back\n"},
		{"press PASS\n", "error no button 'PASS'"},
		{"press passpasspasspasspass\n", "error no button 'passpasspasspasspass'"},
		{"press pass now\n", "error too many words at 'now'"},
		{"release pass\n", "error this button is not down: 'pass'\n"},
		{"tap\n", "error no button ''"},
		{"tap back 0\n", "error not a time: '0'; tap NAME MS takes 1..60000"},
		{"tap back 60001\n", "error not a time: '60001'"},
		{"tap back -1\n", "error not a time: '-1'"},
		{"tap back 80 80\n", "error not a time: '80 80'"},
		{"scan\n", "error empty scan; say scan TEXT\n"},
		{"scan \n", "error empty scan; say scan TEXT\n"},
		{"scan \\q\n", "error broken escape in '\\x5cq'"},
		{"scan \\x\n", "error broken escape in"},
		{"state now\n", "error too many words at 'now'"},
		{"\xff\xfe\x1b[2J\n", "error unknown command '\\xff\\xfe\\x1b[2J'"},
	};
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(p, cases[i].line);
		if (!strstr(p->got, cases[i].error))
			fail_msg("'%s' gave '%s'", cases[i].line, p->got);
	}
	assert_string_equal(b->trace, "");
	peer_close(p);
}

static void a_nul_byte_is_an_error(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	send_all(b, p->fd, "scan A\0B\n", 9);
	wait_for(b, p, "error NUL byte in the line; write it as \\x00 in scan TEXT\n");
	assert_string_equal(b->trace, "");
	peer_close(p);
}

static unsigned count(const char *text, const char *word)
{
	unsigned n = 0;
	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

static void a_mebibyte_without_line_end_is_one_error(void **state)
{
	static char much[1024 * 1024];
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	memset(much, 'A', sizeof(much));
	send_all(b, p->fd, much, sizeof(much));
	say(p, "\nscan B\nstate\n");
	wait_for(b, p, STATE "error too long a line; a line is at most 2600 bytes\n" STATE);
	assert_int_equal(count(p->got, "error"), 1);
	assert_string_equal(b->trace, "scan:B ");
	peer_close(p);
}

static void a_line_is_as_long_as_promised(void **state)
{
	char line[PANELSOCK_LINE + 3];
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	memset(line, 'A', sizeof(line));
	line[PANELSOCK_LINE] = '\n';
	send_all(b, p->fd, line, PANELSOCK_LINE + 1);
	wait_for(b, p, "error unknown command 'AAAA");
	line[PANELSOCK_LINE] = 'A';
	line[PANELSOCK_LINE + 1] = '\n';
	send_all(b, p->fd, line, PANELSOCK_LINE + 2);
	wait_for(b, p, "error too long a line");
	assert_int_equal(count(p->got, "error"), 2);
	peer_close(p);
}

/* --- many, slow, rude --- */

static void a_hundred_clients_are_bounded(void **state)
{
	struct bench *b = *state;
	struct peer *p[100];
	unsigned served = 0, refused = 0;
	for (size_t i = 0; i < 100; i++) {
		p[i] = peer_open(b);
		settle(b); /* the kernel's queue of connections is bounded too */
	}
	for (size_t i = 0; i < 100; i++) {
		if (strcmp(p[i]->got, STATE) == 0 && !p[i]->eof)
			served++;
		else if (strcmp(p[i]->got, "error too many clients\n") == 0 && p[i]->eof)
			refused++;
	}
	assert_int_equal(served, PANELSOCK_CLIENTS);
	assert_int_equal(refused, 100 - PANELSOCK_CLIENTS);
	for (size_t i = 0; i < 100; i++)
		peer_close(p[i]);
	settle(b);
	p[0] = peer_open(b);
	wait_for(b, p[0], STATE);
	peer_close(p[0]);
}

static void a_slow_reader_is_dropped_and_the_others_go_on(void **state)
{
	static char json[8000];
	struct bench *b = *state;
	int slow = connect_fd(b);
	struct peer *p = peer_open(b);
	wait_for(b, p, STATE);
	memset(json, 'x', sizeof(json) - 1);
	for (int i = 0; i < 200; i++) {
		json[0] = (char)('a' + i % 2);
		p->len = 0;
		p->got[0] = '\0';
		panelsock_show(b->panel, json);
		wait_for(b, p, "\n");
	}
	settle(b);
	size_t total = 0; /* what it finds when it looks at last: some, and then the end */
	ssize_t n;
	while ((n = recv(slow, json, sizeof(json), MSG_DONTWAIT)) > 0)
		total += (size_t)n;
	assert_int_equal(n, 0);
	assert_in_range(total, 1, 200 * sizeof(json) / 2);
	close(slow);
	peer_close(p);
}

static void what_a_client_said_counts_though_it_left_at_once(void **state)
{
	struct bench *b = *state;
	int fd = connect_fd(b);
	assert_int_equal(send(fd, "scan A\nscan B\n", 14, 0), 14);
	close(fd); /* the station's first send to it will fail */
	wait_for(b, NULL, "scan:A scan:B ");
}

static void running_out_of_descriptors_passes(void **state)
{
	struct bench *b = *state;
	struct rlimit was, now;
	struct peer *p = peer_open(b);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	int top = dup(p->fd);
	assert_true(top >= 0);
	now = was;
	now.rlim_cur = (rlim_t)top; /* accept would get this number or a higher one */
	close(top);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	settle(b);
	assert_int_equal(p->len, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	wait_for(b, p, STATE);
	peer_close(p);
}

/* --- pause --- */

static void a_pause_from_within_a_scan_holds_the_next_lines(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b), *q = peer_open(b);
	b->pause_on_scan = true;
	say(p, "scan A\nscan B\nscan C\n");
	wait_for(b, NULL, "scan:A ");
	say(p, "scan D\n");
	say(q, "state\n");
	panelsock_lamp(b->panel, PANEL_LAMP_USAGE, PANEL_ON); /* output goes on */
	wait_for(b, p, "lamp usage on\n");
	wait_for(b, q, "lamp usage on\n");
	settle(b);
	assert_string_equal(b->trace, "scan:A ");
	assert_null(strstr(strstr(q->got, "show {}\n") + 1, "show {}\n"));
	panelsock_pause(b->panel, false);
	wait_for(b, NULL, "scan:B ");
	settle(b);
	assert_string_equal(b->trace, "scan:A scan:B ");
	b->pause_on_scan = false;
	panelsock_pause(b->panel, false);
	wait_for(b, NULL, "scan:D ");
	assert_string_equal(b->trace, "scan:A scan:B scan:C scan:D ");
	wait_for(b, q, "lamp usage on\nlamp pass off\n"); /* the answer to its state */
	peer_close(p);
	peer_close(q);
}

static void a_full_buffer_survives_a_pause(void **state)
{
	struct bench *b = *state;
	char line[PANELSOCK_LINE + 64] = "";
	struct peer *p = peer_open(b);
	for (size_t len = 0; len + 12 < sizeof(line); len += 10)
		strcat(line, "scan 1234\n");
	size_t scans = strlen(line) / 10;
	panelsock_pause(b->panel, true);
	settle(b);
	say(p, line);
	say(p, "scan end\n");
	for (size_t i = 0; i < scans + 1; i++) {
		b->pause_on_scan = true;
		b->trace[0] = '\0';
		panelsock_pause(b->panel, false);
		wait_for(b, NULL, i < scans ? "scan:1234 " : "scan:end ");
		settle(b);
		assert_string_equal(b->trace, i < scans ? "scan:1234 " : "scan:end ");
	}
	peer_close(p);
}

static void a_client_that_left_during_a_pause_is_still_heard(void **state)
{
	struct bench *b = *state;
	struct peer *p = peer_open(b);
	wait_for(b, p, STATE);
	panelsock_pause(b->panel, true);
	say(p, "press pass\nscan A\n");
	peer_close(p);
	panelsock_tone(b->panel, PANEL_TONE_TICK);
	settle(b);
	assert_string_equal(b->trace, "");
	panelsock_pause(b->panel, false);
	wait_for(b, NULL, "-pass ");
	assert_string_equal(b->trace, "+pass scan:A -pass ");
}

/* --- the socket --- */

static void the_view_is_read_only(void **state)
{
	struct bench *b = *state;
	open_panel(b, false);
	struct peer *p = peer_open(b);
	ask(p, "press pass\n");
	wait_for(b, p, "error read-only: can't do 'press pass'; this socket knows only: state\n");
	peer_close(p);
}

static void a_stale_socket_is_replaced_and_the_mode_is_0660(void **state)
{
	struct bench *b = *state;
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct stat st;
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", b->path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd); /* as a killed stationd leaves it */
	mode_t mask = umask(0077);
	open_panel(b, true);
	umask(mask);
	assert_int_equal(stat(b->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	panelsock_close(b->panel);
	b->panel = NULL;
	assert_int_equal(stat(b->path, &st), -1);
}

static void a_live_socket_or_another_file_is_left_alone(void **state)
{
	struct bench *b = *state;
	struct panelsock *second = NULL;
	char long_path[200];
	open_panel(b, true);
	assert_int_equal(panelsock_open(&second, b->loop, b->path, NULL), -EADDRINUSE);
	struct peer *p = peer_open(b);
	wait_for(b, p, STATE);
	peer_close(p);
	panelsock_close(b->panel);
	b->panel = NULL;
	int fd = open(b->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(panelsock_open(&second, b->loop, b->path, NULL), -EEXIST);
	assert_int_equal(access(b->path, F_OK), 0);
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(panelsock_open(&second, b->loop, long_path, NULL), -ENAMETOOLONG);
	assert_null(second);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup_sim, teardown)
		T(a_client_gets_the_whole_state_then_each_change),
		T(every_client_hears_it),
		T(a_text_too_long_to_show_is_not_cut),
		T(buttons_are_pressed_and_released),
		T(a_tap_lasts_as_long_as_told),
		T(taps_of_different_buttons_overlap),
		T(a_button_is_let_go_with_its_client_but_a_tap_goes_on),
		T(scans_take_c_escapes),
		T(the_longest_scan_passes_and_one_byte_more_is_an_error),
		T(wrong_lines_are_answered_in_words),
		T(a_nul_byte_is_an_error),
		T(a_mebibyte_without_line_end_is_one_error),
		T(a_line_is_as_long_as_promised),
		T(a_hundred_clients_are_bounded),
		T(a_slow_reader_is_dropped_and_the_others_go_on),
		T(what_a_client_said_counts_though_it_left_at_once),
		T(running_out_of_descriptors_passes),
		T(a_pause_from_within_a_scan_holds_the_next_lines),
		T(a_full_buffer_survives_a_pause),
		T(a_client_that_left_during_a_pause_is_still_heard),
		cmocka_unit_test_setup_teardown(the_view_is_read_only, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stale_socket_is_replaced_and_the_mode_is_0660,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_live_socket_or_another_file_is_left_alone, setup,
						teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
