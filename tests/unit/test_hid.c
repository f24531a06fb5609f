/* test_hid.c - a scanner that types as a keyboard does, over a stand-in for libevdev
 * (fake_evdev.h): the grab, lost events, pauses, and losing the device and getting it back. */
#include "io/hid.h"
#include "fake_evdev.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define DEADLINE_MS 10000
#define NOBODY	    65534
#define LOSS	    0xf0 /* in what was got: a loss, and its reason */

struct bench {
	struct loop *loop;
	struct loop_source *deadline;
	struct hid *hid;
	struct settings_scanner settings;
	char dir[32];
	char link[64];
	int master;
	uint8_t got[65536];
	size_t len, wanted, most;
	unsigned presents, losses;
	uint16_t strange;
	bool present, told;
	bool pause_on_bytes;
	bool late;
};

static void on_deadline(void *user)
{
	struct bench *b = user;

	b->late = true;
	loop_quit(b->loop);
}

static void on_quit(void *user)
{
	struct bench *b = user;

	loop_quit(b->loop);
}

static void on_bytes(void *user, const uint8_t *bytes, size_t len)
{
	struct bench *b = user;

	assert_in_range(len, 1, HID_HELD);
	assert_true(b->len + len <= sizeof(b->got));
	memcpy(b->got + b->len, bytes, len);
	b->len += len;
	if (len > b->most)
		b->most = len;
	if (b->pause_on_bytes)
		hid_pause(b->hid, true);
	if (b->wanted && b->len >= b->wanted)
		loop_quit(b->loop);
}

static void on_lost(void *user, enum hid_lost why, uint16_t key)
{
	struct bench *b = user;

	b->got[b->len++] = (uint8_t)(LOSS | why);
	b->strange = key;
	if (b->wanted && b->len >= b->wanted)
		loop_quit(b->loop);
}

static void on_present(void *user, bool present)
{
	struct bench *b = user;

	assert_true(!b->told || present != b->present); /* changes only */
	b->told = true;
	b->present = present;
	if (present)
		b->presents++;
	else
		b->losses++;
	loop_quit(b->loop);
}

static void run(struct bench *b)
{
	assert_int_equal(loop_timer_set(b->deadline, loop_moment(b->loop).mono_ms + DEADLINE_MS),
			 0);
	assert_int_equal(loop_run(b->loop), 0);
	assert_false(b->late);
}

static void wait_present(struct bench *b, bool present)
{
	while (!b->told || b->present != present)
		run(b);
}

static void wait_got(struct bench *b, size_t wanted)
{
	b->wanted = wanted;
	while (b->len < wanted)
		run(b);
	b->wanted = 0;
}

#define GOT(b, text)                                                                               \
	do {                                                                                       \
		wait_got(b, sizeof(text) - 1);                                                     \
		assert_int_equal((b)->len, sizeof(text) - 1);                                      \
		assert_memory_equal((b)->got, text, sizeof(text) - 1);                             \
		(b)->len = 0;                                                                      \
	} while (0)

/* Runs the loop for a while; returns how often this process went to sleep in it. */
static long run_for(struct bench *b, unsigned ms)
{
	struct loop_source *timer;
	struct rusage before, after;

	assert_int_equal(loop_timer(b->loop, &timer, on_quit, b), 0);
	assert_int_equal(loop_timer_set(timer, loop_moment(b->loop).mono_ms + ms), 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	run(b);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	loop_source_free(timer);
	return after.ru_nvcsw - before.ru_nvcsw;
}

/* A new pty in raw mode, linked under the scanner's path in one step as udev does. */
static void plug(struct bench *b)
{
	struct termios raw;
	int slave;
	char name[64], next[80];

	assert_int_equal(openpty(&b->master, &slave, name, NULL, NULL), 0);
	assert_int_equal(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
	assert_int_equal(fcntl(b->master, F_SETFL, O_NONBLOCK), 0);
	snprintf(next, sizeof(next), "%s/next", b->dir);
	assert_int_equal(symlink(name, next), 0);
	assert_int_equal(rename(next, b->link), 0);
	close(slave);
}

static void unplug(struct bench *b)
{
	close(b->master);
	b->master = -1;
}

static void send(struct bench *b, uint16_t type, uint16_t code, int32_t value)
{
	struct input_event e = {.type = type, .code = code, .value = value};
	size_t sent = 0;

	while (sent < sizeof(e)) {
		ssize_t n = write(b->master, (char *)&e + sent, sizeof(e) - sent);

		if (n < 0) { /* the pty is full: the loop reads */
			assert_int_equal(errno, EAGAIN);
			run_for(b, 1);
		} else {
			sent += (size_t)n;
		}
	}
}

/* Whole keys: press and release, each with its report. */
static void tap(struct bench *b, uint16_t code)
{
	for (int32_t value = 1; value >= 0; value--) {
		send(b, EV_KEY, code, value);
		send(b, EV_SYN, SYN_REPORT, 0);
	}
}

static void tap_digits(struct bench *b, const char *digits)
{
	for (; *digits; digits++)
		tap(b, (uint16_t)(*digits == '0' ? KEY_0 : KEY_1 + (*digits - '1')));
}

static void open_hid(struct bench *b)
{
	struct hid_calls calls = {
		.bytes = on_bytes, .lost = on_lost, .present = on_present, .user = b};

	assert_int_equal(hid_open(&b->hid, b->loop, &b->settings, &calls), 0);
	assert_false(b->told); /* it calls from the loop only */
}

/* Plugged, open, and nothing got. */
static void begin(struct bench *b)
{
	plug(b);
	open_hid(b);
	wait_present(b, true);
	assert_int_equal(b->len, 0);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	fake_evdev = (struct fake_evdev){0};
	assert_int_equal(loop_open(&b->loop), 0);
	assert_int_equal(loop_timer(b->loop, &b->deadline, on_deadline, b), 0);
	strcpy(b->dir, "/tmp/test_hid.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->link, sizeof(b->link), "%s/scanner", b->dir);
	b->settings =
		(struct settings_scanner){.name = "one", .kind = SETTINGS_HID, .gs_key = "none"};
	snprintf(b->settings.device, sizeof(b->settings.device), "%s", b->link);
	b->master = -1;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	if (getuid() == 0) /* a test may have dropped it */
		assert_int_equal(seteuid(0), 0);
	hid_close(b->hid);
	assert_int_equal(fake_evdev.made, fake_evdev.freed);
	loop_close(b->loop);
	if (b->master >= 0)
		close(b->master);
	unlink(b->link);
	assert_int_equal(rmdir(b->dir), 0);
	free(b);
	return 0;
}

/* --- typing --- */

static void f6_keys_become_bytes(void **state)
{
	struct bench *b = *state;

	begin(b);
	assert_int_equal(fake_evdev.grabs, 1);
	send(b, EV_MSC, MSC_SCAN, 0x70015); /* from a kernel that can't leave them out */
	send(b, EV_KEY, KEY_LEFTSHIFT, 1);
	tap(b, KEY_R);
	send(b, EV_KEY, KEY_LEFTSHIFT, 0);
	tap_digits(b, "10");
	send(b, EV_KEY, KEY_LEFTCTRL, 1);
	tap(b, KEY_RIGHTBRACE);
	send(b, EV_KEY, KEY_LEFTCTRL, 0);
	tap(b, KEY_ENTER);
	GOT(b, "R10\x1d\r");
	assert_int_equal(b->losses, 0);
}

static void f6_gs_by_the_key_of_the_settings(void **state)
{
	struct bench *b = *state;

	strcpy(b->settings.gs_key, "F8");
	begin(b);
	tap(b, KEY_F8);
	GOT(b, "\x1d");
}

/* A part of a label that stands for nothing is a part that is missing. */
static void f6_a_key_that_is_no_character_is_a_loss(void **state)
{
	struct bench *b = *state;

	begin(b);
	tap_digits(b, "1");
	tap(b, KEY_F8);
	tap_digits(b, "2");
	GOT(b, "1\xf2"
	       "2");
	assert_int_equal(b->strange, KEY_F8);
}

/* The kernel's queue overflowed: what libevdev makes up for it is not typed, the modifiers are what
 * the kernel says. */
static void f6_dropped_events_are_a_loss_and_no_keys_are_invented(void **state)
{
	struct bench *b = *state;

	begin(b);
	send(b, EV_KEY, KEY_LEFTSHIFT, 1);
	tap(b, KEY_A);
	send(b, EV_SYN, SYN_DROPPED, 0); /* the release of shift among them */
	tap(b, KEY_B);
	tap(b, KEY_ENTER);
	GOT(b, "A\xf0"
	       "b\r");
	assert_int_equal(fake_evdev.made_up, 2);
	send(b, EV_SYN, SYN_DROPPED, 1 << 1); /* the right shift is down */
	tap(b, KEY_C);
	GOT(b, "\xf0"
	       "C");
}

static void f6_opened_in_mid_scan(void **state)
{
	struct bench *b = *state;

	fake_evdev.down = KEY_7;
	plug(b);
	open_hid(b);
	wait_present(b, true);
	GOT(b, "\xf0");
	tap_digits(b, "8");
	GOT(b, "8");
}

static void a_shift_that_is_down_at_the_start_counts(void **state)
{
	struct bench *b = *state;

	fake_evdev.down = KEY_RIGHTSHIFT;
	plug(b);
	open_hid(b);
	wait_present(b, true);
	tap(b, KEY_A);
	GOT(b, "\xf0"
	       "A");
}

/* libevdev reads ahead, and the descriptor says nothing of that; a flood leaves turns to others. */
static void what_was_read_ahead_is_not_left_and_others_get_their_turn(void **state)
{
	struct bench *b = *state;
	struct input_event *flood = calloc(2000, sizeof(*flood));
	size_t sent = 0, all = 2000 * sizeof(*flood);

	assert_non_null(flood);
	begin(b);
	for (size_t i = 0; i < 2000; i++)
		flood[i] =
			(struct input_event){.type = EV_KEY, .code = KEY_1, .value = (i & 1) == 0};
	while (b->len < 1000) {
		ssize_t n = write(b->master, (char *)flood + sent, all - sent);

		sent += n > 0 ? (size_t)n : 0;
		wait_got(b, b->len + 1);
	}
	assert_int_equal(b->len, 1000);
	free(flood);
	send(b, FAKE_BURST, KEY_2, 1000); /* nothing of it is in the kernel's queue any more */
	wait_got(b, 2000);
	assert_int_equal(b->got[1999], '2');
	assert_in_range(b->most, 1, 128); /* 256 events a turn */
}

/* --- pauses --- */

static void while_paused_keys_wait_in_order(void **state)
{
	struct bench *b = *state;

	begin(b);
	b->pause_on_bytes = true;
	tap_digits(b, "1");
	GOT(b, "1");
	tap_digits(b, "2");
	send(b, EV_SYN, SYN_DROPPED, 0);
	tap_digits(b, "3");
	run_for(b, 50);
	assert_int_equal(b->len, 0);
	hid_pause(b->hid, false);
	assert_int_equal(b->len, 0); /* not from within hid_pause */
	GOT(b, "2");		     /* paused again by these bytes: what follows waits */
	run_for(b, 50);
	assert_int_equal(b->len, 0);
	b->pause_on_bytes = false;
	hid_pause(b->hid, false);
	GOT(b, "\xf0"
	       "3");
	tap_digits(b, "4");
	GOT(b, "4");
}

static void what_does_not_fit_is_a_loss_and_told_once(void **state)
{
	struct bench *b = *state;

	begin(b);
	hid_pause(b->hid, true);
	for (unsigned i = 0; i < HID_HELD + 100; i++)
		tap_digits(b, "5");
	run_for(b, 50);
	assert_int_equal(b->len, 0);
	hid_pause(b->hid, false);
	wait_got(b, HID_HELD);
	assert_int_equal(b->len, HID_HELD);
	for (unsigned i = 0; i < HID_HELD - 1; i++)
		assert_int_equal(b->got[i], '5');
	assert_int_equal(b->got[HID_HELD - 1], LOSS | HID_LOST_ROOM);
	b->len = 0;
	tap_digits(b, "6");
	GOT(b, "6");
}

/* The loss comes behind what was typed before it, and what comes later behind that. */
static void f10_lost_while_paused(void **state)
{
	struct bench *b = *state;

	begin(b);
	hid_pause(b->hid, true);
	tap_digits(b, "12");
	run_for(b, 50);
	unplug(b);
	wait_present(b, false);
	assert_int_equal(b->len, 0);
	plug(b);
	wait_present(b, true);
	tap_digits(b, "3");
	run_for(b, 50);
	assert_int_equal(b->len, 0);
	hid_pause(b->hid, false);
	GOT(b, "12\xf3"
	       "3");
}

/* --- the device --- */

static void f10_a_lost_scanner_is_told_and_comes_back(void **state)
{
	struct bench *b = *state;

	begin(b);
	for (unsigned i = 1; i <= 3; i++) {
		send(b, EV_KEY, KEY_LEFTSHIFT, 1);
		tap(b, KEY_A);
		GOT(b, "A");
		unplug(b); /* in mid-label, with shift down */
		wait_present(b, false);
		GOT(b, "\xf3");
		assert_int_equal(b->losses, i);
		plug(b);
		wait_present(b, true);
		tap(b, KEY_A); /* of a keyboard whose shift is up */
		GOT(b, "a");
	}
	assert_int_equal(fake_evdev.grabs, 4);
	assert_int_equal(b->presents, 4);
}

static void f6_held_by_another_program_it_is_tried_again(void **state)
{
	struct bench *b = *state;

	fake_evdev.grab_errno = EBUSY;
	plug(b);
	open_hid(b);
	wait_present(b, false);
	tap_digits(b, "1"); /* goes to whoever has it */
	assert_int_equal(fake_evdev.made, fake_evdev.freed);
	fake_evdev.grab_errno = 0;
	wait_present(b, true);
	assert_int_equal(fake_evdev.grabs, 1);
}

static void what_is_no_keyboard_is_not_opened(void **state)
{
	static const char *const others[] = {"/", "/etc/passwd"};
	struct bench *b = *state;

	for (size_t i = 0; i < 5; i++) {
		fake_evdev.mouse = i == 3;
		fake_evdev.new_errno = i == 4 ? ENOTTY : 0;
		if (i < 2)
			assert_int_equal(symlink(others[i], b->link), 0);
		else if (i == 2)
			assert_int_equal(mkfifo(b->link, 0600), 0); /* must not wait for a writer */
		else
			plug(b);
		b->told = b->present = false;
		open_hid(b);
		wait_present(b, false);
		hid_close(b->hid);
		b->hid = NULL;
		if (i > 2)
			unplug(b);
		unlink(b->link);
	}
	assert_int_equal(b->presents, 0);
	assert_int_equal(fake_evdev.grabs, 0);
}

/* Reading is all that it wants: the station's user may not type for a scanner. */
static void f6_a_node_that_may_only_be_read_will_do(void **state)
{
	struct bench *b = *state;
	char name[64] = "";

	if (geteuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0); /* root may open everything */
	int slave;
	assert_int_equal(openpty(&b->master, &slave, name, NULL, NULL), 0);
	assert_int_equal(fchmod(slave, 0), 0);
	close(slave);
	strcpy(b->settings.device, name);
	open_hid(b);
	wait_present(b, false);
	assert_int_equal(chmod(name, 0400), 0);
	wait_present(b, true);
}

static void nothing_wakes_up_while_it_is_there_and_little_while_it_is_not(void **state)
{
	struct bench *b = *state;

	begin(b);
	assert_in_range(run_for(b, 300), 1, 5);
	unplug(b);
	wait_present(b, false);
	run_for(b, 100); /* the watch has settled */
	assert_in_range(run_for(b, 300), 1, 8);
}

static unsigned descriptors(void)
{
	unsigned n = 0;
	DIR *d = opendir("/proc/self/fd");

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void no_descriptor_is_left(void **state)
{
	struct bench *b = *state;
	unsigned before = descriptors();

	for (int i = 0; i < 3; i++) {
		b->told = b->present = false;
		fake_evdev.grab_errno = i == 1 ? EBUSY : 0;
		plug(b);
		open_hid(b);
		wait_present(b, i != 1);
		unplug(b);
		if (i != 1)
			wait_present(b, false);
		hid_close(b->hid);
		b->hid = NULL;
	}
	assert_int_equal(descriptors(), before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(f6_keys_become_bytes),
		T(f6_gs_by_the_key_of_the_settings),
		T(f6_a_key_that_is_no_character_is_a_loss),
		T(f6_dropped_events_are_a_loss_and_no_keys_are_invented),
		T(f6_opened_in_mid_scan),
		T(a_shift_that_is_down_at_the_start_counts),
		T(what_was_read_ahead_is_not_left_and_others_get_their_turn),
		T(while_paused_keys_wait_in_order),
		T(what_does_not_fit_is_a_loss_and_told_once),
		T(f10_lost_while_paused),
		T(f10_a_lost_scanner_is_told_and_comes_back),
		T(f6_held_by_another_program_it_is_tried_again),
		T(what_is_no_keyboard_is_not_opened),
		T(f6_a_node_that_may_only_be_read_will_do),
		T(nothing_wakes_up_while_it_is_there_and_little_while_it_is_not),
		T(no_descriptor_is_left),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
