/* test_serial.c - a scanner on a serial line: real pseudo-terminals (which libserialport refuses),
 * and for the lines that it takes a stand-in of its calls over a pty. Losing the device and
 * getting it back (F10). */
#include "io/serial.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
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

struct bench {
	struct loop *loop;
	struct loop_source *deadline;
	struct serial *serial;
	struct settings_scanner settings;
	char dir[32];
	char link[64];
	int master;
	uint8_t got[65536];
	size_t len, wanted;
	unsigned presents, losses;
	bool present, told;
	bool pause_on_bytes;
	bool late;
};

/* --- the stand-in: off unless a test turns it on, then it takes any pty --- */

static struct {
	bool takes;
	int open_errno; /* sp_open fails with it */
	int fd;
	unsigned opened, closed, freed;
	int baud, bits, stop_bits;
	enum sp_parity parity;
	char path[64];
} sp;

/* sysfs, as far as the adapter asks it: with the stand-in on it knows every tty. */
int access(const char *path, int mode)
{
	if (sp.takes && strncmp(path, "/sys/class/tty/", 15) == 0)
		return 0;
	return faccessat(AT_FDCWD, path, mode, 0);
}

enum sp_return sp_get_port_by_name(const char *name, struct sp_port **port)
{
	assert_true(sp.takes); /* it is never asked for a pty: it would lose memory */
	snprintf(sp.path, sizeof(sp.path), "%s", name);
	*port = (struct sp_port *)&sp;
	return SP_OK;
}

enum sp_return sp_open(struct sp_port *port, enum sp_mode mode)
{
	assert_ptr_equal(port, &sp);
	assert_true(mode & SP_MODE_READ);
	errno = sp.open_errno;
	if (sp.open_errno)
		return SP_ERR_FAIL;
	sp.fd = open(sp.path, O_RDWR | O_NONBLOCK | O_NOCTTY); /* it does not close on exec */
	sp.opened++;
	struct termios t; /* as it sets the line */
	assert_int_equal(tcgetattr(sp.fd, &t), 0);
	cfmakeraw(&t);
	t.c_cc[VMIN] = 0;
	assert_int_equal(tcsetattr(sp.fd, TCSANOW, &t), 0);
	return SP_OK;
}

enum sp_return sp_get_port_handle(const struct sp_port *port, void *handle)
{
	(void)port;
	memcpy(handle, &sp.fd, sizeof(sp.fd));
	return SP_OK;
}

enum sp_return sp_set_config(struct sp_port *port, const struct sp_port_config *config)
{
	(void)port;
	sp_get_config_baudrate(config, &sp.baud);
	sp_get_config_bits(config, &sp.bits);
	sp_get_config_stopbits(config, &sp.stop_bits);
	sp_get_config_parity(config, &sp.parity);
	return SP_OK;
}

enum sp_return sp_close(struct sp_port *port)
{
	(void)port;
	sp.closed++;
	close(sp.fd);
	return SP_OK;
}

void sp_free_port(struct sp_port *port)
{
	(void)port;
	sp.freed++;
}

/* --- the bench --- */

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
	assert_in_range(len, 1, 4096);
	assert_true(b->len + len <= sizeof(b->got));
	assert_true(b->present); /* never before it is said to be there */
	memcpy(b->got + b->len, bytes, len);
	b->len += len;
	if (b->pause_on_bytes)
		serial_pause(b->serial, true);
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
	uint64_t at = loop_moment(b->loop).mono_ms + DEADLINE_MS;
	assert_int_equal(loop_timer_set(b->deadline, at), 0);
	assert_int_equal(loop_run(b->loop), 0);
	assert_false(b->late);
}

static void wait_present(struct bench *b, bool present)
{
	while (!b->told || b->present != present)
		run(b);
}

static void wait_bytes(struct bench *b, size_t wanted)
{
	b->wanted = wanted;
	while (b->len < wanted)
		run(b);
	b->wanted = 0;
}

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

/* A new pty, linked under the scanner's path in one step as udev does. Only the master is kept. */
static void plug(struct bench *b)
{
	int slave;
	char name[64], next[80];
	assert_int_equal(openpty(&b->master, &slave, name, NULL, NULL), 0);
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

static void type(struct bench *b, const void *bytes, size_t len)
{
	assert_int_equal(write(b->master, bytes, len), len);
}

static void open_serial(struct bench *b)
{
	struct serial_calls calls = {.bytes = on_bytes, .present = on_present, .user = b};
	assert_int_equal(serial_open(&b->serial, b->loop, &b->settings, &calls), 0);
	assert_false(b->told); /* it calls from the loop only */
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	memset(&sp, 0, sizeof(sp));
	assert_int_equal(loop_open(&b->loop), 0);
	assert_int_equal(loop_timer(b->loop, &b->deadline, on_deadline, b), 0);
	strcpy(b->dir, "/tmp/test_serial.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->link, sizeof(b->link), "%s/scanner", b->dir);
	b->settings = (struct settings_scanner){.name = "one", .baud = 9600, .format = "8N1"};
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
	serial_close(b->serial);
	loop_close(b->loop);
	if (b->master >= 0)
		close(b->master);
	unlink(b->link);
	assert_int_equal(rmdir(b->dir), 0);
	free(b);
	return 0;
}

/* --- a plain tty --- */

static void every_byte_comes_through_a_pty_unchanged(void **state)
{
	struct bench *b = *state;
	uint8_t all[256];
	for (unsigned i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	plug(b);
	open_serial(b);
	wait_present(b, true);
	type(b, all, sizeof(all));
	wait_bytes(b, sizeof(all));
	assert_memory_equal(b->got, all, sizeof(all));
	assert_int_equal(b->losses, 0);
}

static void the_line_is_raw_and_has_its_speed(void **state)
{
	struct bench *b = *state;
	struct termios t;
	b->settings.baud = 115200;
	strcpy(b->settings.format, "8N2");
	plug(b);
	open_serial(b);
	wait_present(b, true);
	assert_int_equal(tcgetattr(b->master, &t), 0);
	assert_int_equal(cfgetispeed(&t), B115200);
	assert_int_equal(t.c_lflag & (ICANON | ECHO | ISIG), 0);
	assert_int_equal(t.c_iflag & (ICRNL | IXON | ISTRIP), 0);
	assert_true(t.c_cflag & CSTOPB);
	assert_true(t.c_cflag & CLOCAL);
}

static void f10_a_lost_scanner_is_told_and_comes_back(void **state)
{
	struct bench *b = *state;
	plug(b);
	open_serial(b);
	wait_present(b, true);
	for (unsigned i = 1; i <= 3; i++) {
		type(b, "half a la", 9);
		wait_bytes(b, 9);
		unplug(b); /* in mid-label; the link now leads nowhere */
		wait_present(b, false);
		assert_int_equal(b->losses, i);
		plug(b);
		wait_present(b, true);
		b->len = 0;
		type(b, "whole\r", 6);
		wait_bytes(b, 6);
		assert_memory_equal(b->got, "whole\r", 6);
		b->len = 0;
	}
	assert_int_equal(b->presents, 4);
}

/* By inotify, well before the next look by the clock. */
static void f10_a_scanner_that_appears_is_noticed_at_once(void **state)
{
	struct bench *b = *state;
	open_serial(b);
	wait_present(b, false);
	uint64_t start = loop_moment(b->loop).mono_ms;
	plug(b);
	wait_present(b, true);
	assert_in_range(loop_moment(b->loop).mono_ms - start, 0, 1800);
	assert_int_equal(b->losses, 1);
}

static void f10_the_folder_may_appear_later_too(void **state)
{
	struct bench *b = *state;
	char deep[48];
	snprintf(deep, sizeof(deep), "%s/by-id", b->dir);
	snprintf(b->link, sizeof(b->link), "%s/scanner", deep);
	strcpy(b->settings.device, b->link);
	open_serial(b);
	wait_present(b, false);
	assert_int_equal(mkdir(deep, 0700), 0);
	run_for(b, 100);
	plug(b);
	uint64_t start = loop_moment(b->loop).mono_ms;
	wait_present(b, true);
	assert_in_range(loop_moment(b->loop).mono_ms - start, 0, 1800);
	unlink(b->link);
	assert_int_equal(rmdir(deep), 0);
}

static void what_is_no_line_is_not_opened(void **state)
{
	static const char *const others[] = {"/dev/null", "/", "/etc/passwd"};
	struct bench *b = *state;
	for (size_t i = 0; i < 4; i++) {
		if (i < 3)
			assert_int_equal(symlink(others[i], b->link), 0);
		else
			assert_int_equal(mkfifo(b->link, 0600), 0); /* must not wait for a writer */
		b->told = b->present = false;
		open_serial(b);
		wait_present(b, false);
		serial_close(b->serial);
		b->serial = NULL;
		unlink(b->link);
	}
	assert_int_equal(b->presents, 0);
}

static void while_paused_the_bytes_wait_in_the_kernel(void **state)
{
	struct bench *b = *state;
	plug(b);
	open_serial(b);
	wait_present(b, true);
	b->pause_on_bytes = true;
	type(b, "A", 1);
	wait_bytes(b, 1);
	type(b, "BCD", 3);
	run_for(b, 30);
	assert_int_equal(b->len, 1);
	b->pause_on_bytes = false;
	serial_pause(b->serial, false);
	wait_bytes(b, 4);
	assert_memory_equal(b->got, "ABCD", 4);
}

static void a_pause_holds_over_a_loss(void **state)
{
	struct bench *b = *state;
	open_serial(b);
	wait_present(b, false);
	serial_pause(b->serial, true);
	plug(b);
	wait_present(b, true);
	type(b, "X", 1);
	run_for(b, 30);
	assert_int_equal(b->len, 0);
	serial_pause(b->serial, false);
	wait_bytes(b, 1);
}

static void nothing_wakes_up_while_it_is_there_and_little_while_it_is_not(void **state)
{
	struct bench *b = *state;
	plug(b);
	open_serial(b);
	wait_present(b, true);
	assert_in_range(run_for(b, 300), 1, 5);
	unplug(b);
	wait_present(b, false);
	run_for(b, 100); /* the watch has settled */
	assert_in_range(run_for(b, 300), 1, 8);
}

static void a_device_without_permission_is_tried_again(void **state)
{
	struct bench *b = *state;
	int slave;
	char name[64];
	if (geteuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0); /* root may open everything */
	assert_int_equal(openpty(&b->master, &slave, name, NULL, NULL), 0);
	assert_int_equal(fchmod(slave, 0), 0);
	close(slave);
	strcpy(b->settings.device, name); /* as /dev/ttyACM0 before udev's rules have run */
	open_serial(b);
	wait_present(b, false);
	assert_int_equal(chmod(name, 0600), 0);
	wait_present(b, true);
	type(b, "ok", 2);
	wait_bytes(b, 2);
}

/* --- through libserialport --- */

static void a_port_gets_its_settings(void **state)
{
	static const struct {
		char format[4];
		int bits;
		enum sp_parity parity;
		int stop_bits;
	} cases[] = {
		{"8N1", 8, SP_PARITY_NONE, 1}, {"7E1", 7, SP_PARITY_EVEN, 1},
		{"7O1", 7, SP_PARITY_ODD, 1},  {"8E1", 8, SP_PARITY_EVEN, 1},
		{"8N2", 8, SP_PARITY_NONE, 2},
	};
	struct bench *b = *state;
	sp.takes = true;
	plug(b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b->settings.baud = 1200 + (uint32_t)i;
		strcpy(b->settings.format, cases[i].format);
		b->told = b->present = false;
		open_serial(b);
		wait_present(b, true);
		assert_int_equal(sp.baud, b->settings.baud);
		assert_int_equal(sp.bits, cases[i].bits);
		assert_int_equal(sp.parity, cases[i].parity);
		assert_int_equal(sp.stop_bits, cases[i].stop_bits);
		assert_true(fcntl(sp.fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(strncmp(sp.path, "/dev/pts/", 9), 0); /* not the link */
		serial_close(b->serial);
		b->serial = NULL;
		assert_int_equal(sp.closed, i + 1);
		assert_int_equal(sp.freed, i + 1);
	}
}

static void f10_a_port_is_lost_and_comes_back(void **state)
{
	struct bench *b = *state;
	sp.takes = true;
	plug(b);
	open_serial(b);
	wait_present(b, true);
	type(b, "A\r", 2);
	wait_bytes(b, 2);
	assert_in_range(run_for(b, 200), 1,
			5); /* "nothing yet" is not taken for bytes or for gone */
	assert_int_equal(b->losses, 0);
	unplug(b);
	wait_present(b, false);
	assert_int_equal(sp.closed, 1);
	plug(b);
	wait_present(b, true);
	type(b, "B\r", 2);
	wait_bytes(b, 4);
	assert_memory_equal(b->got, "A\rB\r", 4);
}

static void a_tty_without_modem_lines_is_opened_plainly(void **state)
{
	struct bench *b = *state;
	sp.takes = true;
	sp.open_errno = ENOTTY;
	plug(b);
	open_serial(b);
	wait_present(b, true);
	type(b, "A", 1);
	wait_bytes(b, 1);
	assert_int_equal(sp.freed, 1);
	assert_int_equal(sp.closed, 0);
}

static void a_port_that_may_not_be_opened_is_tried_again(void **state)
{
	struct bench *b = *state;
	sp.takes = true;
	sp.open_errno = EACCES;
	plug(b);
	open_serial(b);
	wait_present(b, false);
	assert_int_equal(sp.freed, 1);
	sp.open_errno = 0;
	wait_present(b, true);
	assert_int_equal(sp.opened, 1);
}

/* --- */

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
		sp.takes = i == 1;
		b->told = b->present = false;
		plug(b);
		open_serial(b);
		wait_present(b, true);
		unplug(b);
		wait_present(b, false);
		serial_close(b->serial);
		b->serial = NULL;
	}
	assert_int_equal(descriptors(), before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(every_byte_comes_through_a_pty_unchanged),
		T(the_line_is_raw_and_has_its_speed),
		T(f10_a_lost_scanner_is_told_and_comes_back),
		T(f10_a_scanner_that_appears_is_noticed_at_once),
		T(f10_the_folder_may_appear_later_too),
		T(what_is_no_line_is_not_opened),
		T(while_paused_the_bytes_wait_in_the_kernel),
		T(a_pause_holds_over_a_loss),
		T(nothing_wakes_up_while_it_is_there_and_little_while_it_is_not),
		T(a_device_without_permission_is_tried_again),
		T(a_port_gets_its_settings),
		T(f10_a_port_is_lost_and_comes_back),
		T(a_tty_without_modem_lines_is_opened_plainly),
		T(a_port_that_may_not_be_opened_is_tried_again),
		T(no_descriptor_is_left),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
