/* test_confdir.c - where settings come from: places, drop-ins merged by name, masks, relative
 * paths, the site key, the board; and that a refusal names file, line and what was meant. */
#include "io/confdir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534
#define MAIN   "[station]\nname = bench-1\n[site]\nname = BER1\n"
#define HOLD   "[inspection]\nhold_s = "
#define KEY    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"

struct bench {
	char root[PATH_MAX];
	char path[PATH_MAX + 128];
	struct settings s;
	struct settings_board board;
	char serial[65];
	struct settings_error error;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	char dir[] = "/tmp/test_confdir.XXXXXX";
	assert_non_null(b);
	assert_non_null(mkdtemp(dir));
	assert_non_null(realpath(dir, b->root));
	*state = b;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct bench *b = *state;
	if (getuid() == 0) /* a test may have dropped it */
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(nftw(b->root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(b);
	return 0;
}

/* root/name; makes the folders above it. Valid until the next call. */
static const char *at(struct bench *b, const char *name)
{
	snprintf(b->path, sizeof(b->path), "%s/%s", b->root, name);
	for (char *p = b->path + strlen(b->root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(b->path, 0755);
		*p = '/';
	}
	return b->path;
}

static void put_bytes(struct bench *b, const char *name, const void *bytes, size_t len, mode_t mode)
{
	int fd = open(at(b, name), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void put(struct bench *b, const char *name, const char *text)
{
	put_bytes(b, name, text, strlen(text), 0644);
}

static void accepted(struct bench *b, const char *file)
{
	char path[PATH_MAX + 128];
	if (file)
		snprintf(path, sizeof(path), "%s", at(b, file));
	if (!confdir_settings_under(b->root, file ? path : NULL, &b->s, &b->error))
		fail_msg("refused: %s", b->error.text);
}

/* The message has to hold all of the words (NULL at the end). */
static void __attribute__((sentinel)) refused(struct bench *b, const char *file, ...)
{
	char path[PATH_MAX + 128];
	va_list words;
	if (file)
		snprintf(path, sizeof(path), "%s", at(b, file));
	memset(&b->error, 0, sizeof(b->error));
	assert_false(confdir_settings_under(b->root, file ? path : NULL, &b->s, &b->error));
	va_start(words, file);
	for (const char *w; (w = va_arg(words, const char *));)
		if (!strstr(b->error.text, w))
			fail_msg("'%s' is not in '%s'", w, b->error.text);
	va_end(words);
}

/* --- places and order --- */

static void without_a_main_file_the_places_are_named(void **state)
{
	refused(*state, NULL, "/etc/station/station.conf", "/run/station", "/usr/lib/station",
		NULL);
}

static void etc_beats_run_beats_usr_lib(void **state)
{
	struct bench *b = *state;
	put(b, "usr/lib/station/station.conf", MAIN HOLD "3\n");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 3);
	put(b, "run/station/station.conf", MAIN HOLD "2\n");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 2);
	put(b, "etc/station/station.conf", MAIN HOLD "1\n");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 1);
}

static void drop_ins_come_sorted_by_name_over_all_places(void **state)
{
	struct bench *b = *state;
	put(b, "etc/station/station.conf", MAIN HOLD "1\n");
	put(b, "usr/lib/station/station.conf.d/50-b.conf", HOLD "50\nquestion_s = 50\n");
	put(b, "etc/station/station.conf.d/10-a.conf", HOLD "10\nremind_s = 10\n");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 50); /* the last by name, though its place is the lowest */
	assert_int_equal(b->s.question_s, 50);
	assert_int_equal(b->s.remind_s, 10);
	put(b, "run/station/station.conf.d/90-c.conf", HOLD "90\n");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 90);
}

static void of_one_name_the_highest_place_counts_alone(void **state)
{
	struct bench *b = *state;
	put(b, "etc/station/station.conf", MAIN);
	put(b, "usr/lib/station/station.conf.d/50.conf", HOLD "3\nquestion_s = 33\n");
	put(b, "run/station/station.conf.d/50.conf", HOLD "2\nremind_s = 22\n");
	put(b, "etc/station/station.conf.d/50.conf", HOLD "1\n");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 1);
	assert_int_equal(b->s.question_s, 60); /* the defaults: the others were not read */
	assert_int_equal(b->s.remind_s, 600);
}

static void a_link_to_dev_null_or_an_empty_file_masks(void **state)
{
	struct bench *b = *state;
	put(b, "etc/station/station.conf", MAIN HOLD "1\n");
	put(b, "usr/lib/station/station.conf.d/50.conf", HOLD "50\n");
	put(b, "usr/lib/station/station.conf.d/60.conf", HOLD "60\n");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 60);
	put(b, "etc/station/station.conf.d/50.conf", "");
	assert_int_equal(symlink("/dev/null", at(b, "etc/station/station.conf.d/60.conf")), 0);
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 1);
}

static void only_conf_files_count(void **state)
{
	struct bench *b = *state;
	put(b, "etc/station/station.conf", MAIN HOLD "1\n");
	put(b, "etc/station/station.conf.d/50.conf~", "rubbish");
	put(b, "etc/station/station.conf.d/.50.conf", "rubbish");
	put(b, "etc/station/station.conf.d/README", "rubbish");
	put(b, "etc/station/station.conf.d/.conf", "rubbish");
	accepted(b, NULL);
	assert_int_equal(b->s.hold_s, 1);
}

static void an_explicit_file_has_its_own_drop_ins_only(void **state)
{
	struct bench *b = *state;
	put(b, "etc/station/station.conf", MAIN);
	put(b, "etc/station/station.conf.d/50.conf", HOLD "50\n");
	put(b, "demo/my.conf", MAIN);
	put(b, "demo/my.conf.d/10.conf", "[inspection]\r\nquestion_s = 44\r\n");
	accepted(b, "demo/my.conf");
	assert_int_equal(b->s.hold_s, 10);
	assert_int_equal(b->s.question_s, 44);
	refused(b, "demo/other.conf", "demo/other.conf: No such file", NULL);
}

/* --- refusals --- */

static void an_error_names_file_and_line(void **state)
{
	struct bench *b = *state;
	put(b, "etc/station/station.conf", MAIN HOLD "0\n");
	refused(b, NULL, "etc/station/station.conf:6: ", "hold_s", NULL);
	put(b, "etc/station/station.conf", MAIN);
	put(b, "etc/station/station.conf.d/20.conf", "# fine\n\n[inspection]\nholds = 3");
	refused(b, NULL, "etc/station/station.conf.d/20.conf:4: ", "holds", "hold_s", NULL);
	put(b, "etc/station/station.conf.d/20.conf", "");
	put_bytes(b, "etc/station/station.conf", MAIN "x = \0\n", sizeof(MAIN "x = \0\n") - 1,
		  0644);
	refused(b, NULL, "etc/station/station.conf:5: ", NULL);
}

static void what_is_required_is_asked_for_by_file(void **state)
{
	struct bench *b = *state;
	put(b, "etc/station/station.conf", "[station]\nname = x\n");
	refused(b, NULL, "etc/station/station.conf", "[site] name", NULL);
	put(b, "etc/station/station.conf", "");
	refused(b, NULL, "etc/station/station.conf", "[station] name", NULL);
}

static void what_is_no_file_is_refused(void **state)
{
	struct bench *b = *state;
	char main_file[PATH_MAX + 128];
	snprintf(main_file, sizeof(main_file), "%s", at(b, "etc/station/station.conf"));
	assert_int_equal(mkfifo(main_file, 0600), 0); /* must not wait for a writer */
	refused(b, NULL, "station.conf: not a regular file", NULL);
	unlink(main_file);
	assert_int_equal(symlink("/dev/null", main_file), 0); /* masks drop-ins, not the whole */
	refused(b, NULL, "station.conf: not a regular file", NULL);
	unlink(main_file);
	assert_int_equal(mkdir(main_file, 0755), 0);
	refused(b, NULL, "station.conf: not a regular file", NULL);
	rmdir(main_file);
	put(b, "etc/station/station.conf", MAIN);
	put(b, "run/station/station.conf.d/2.conf", HOLD "2\n");
	assert_int_equal(symlink("nowhere", at(b, "run/station/station.conf.d/1.conf")), 0);
	refused(b, NULL, "station.conf.d/1.conf: No such file", NULL);
}

static void a_huge_file_is_refused(void **state)
{
	struct bench *b = *state;
	size_t len = 1024 * 1024 + 1;
	char *much = malloc(len);
	assert_non_null(much);
	memset(much, '\n', len);
	memcpy(much, MAIN, strlen(MAIN));
	put_bytes(b, "etc/station/station.conf", much, len, 0644);
	refused(b, NULL, "station.conf: too large; at most 1 MiB is read", NULL);
	put_bytes(b, "etc/station/station.conf", much, len - 1, 0644);
	accepted(b, NULL);
	free(much);
}

static void too_many_drop_ins_are_refused(void **state)
{
	struct bench *b = *state;
	char name[64];
	put(b, "etc/station/station.conf", MAIN);
	for (int i = 0; i < 257; i++) {
		snprintf(name, sizeof(name), "etc/station/station.conf.d/%03d.conf", i);
		put(b, name, HOLD "7\n");
		if (i == 255)
			accepted(b, NULL);
	}
	refused(b, NULL, "station.conf.d: too many files", NULL);
}

static void an_unreadable_file_is_named(void **state)
{
	struct bench *b = *state;
	put_bytes(b, "etc/station/station.conf", MAIN, strlen(MAIN), 0000);
	assert_int_equal(chmod(b->root, 0755), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0); /* root may read everything */
	refused(b, NULL, "etc/station/station.conf: Permission denied", NULL);
}

/* --- paths and the key --- */

static void relative_paths_are_taken_from_the_main_files_folder(void **state)
{
	struct bench *b = *state;
	char want[PATH_MAX + 64];
	put(b, "demo/station.conf",
	    "[station]\nname = x\nboard = boards/my.board\nstate_dir = state\n"
	    "runtime_dir = /run/x\n[site]\nname = BER1\n[expected]\nfile = list.csv\n"
	    "[scanner one]\ndevice = tty\n");
	accepted(b, "demo/station.conf");
	snprintf(want, sizeof(want), "%s/demo/state", b->root);
	assert_string_equal(b->s.state_dir, want);
	assert_string_equal(b->s.runtime_dir, "/run/x");
	snprintf(want, sizeof(want), "%s/demo/list.csv", b->root);
	assert_string_equal(b->s.expected_file, want);
	snprintf(want, sizeof(want), "%s/demo/tty", b->root);
	assert_string_equal(b->s.scanner[0].device, want);
	snprintf(want, sizeof(want), "%s/demo/boards/my.board", b->root);
	assert_string_equal(b->s.board, want);
	assert_string_equal(b->s.key_file, "");
	put(b, "demo/station.conf.d/1.conf", "[station]\nboard = sim\n");
	accepted(b, "demo/station.conf");
	assert_string_equal(b->s.board, "sim"); /* a name, not a path */
}

static void a_path_that_grows_too_long_is_refused(void **state)
{
	struct bench *b = *state;
	char text[512];
	snprintf(text, sizeof(text), MAIN "[expected]\nfile = %0250d\n", 1);
	put(b, "demo/station.conf", text);
	refused(b, "demo/station.conf", "too long", NULL);
}

static void one_device_under_two_names_is_seen(void **state)
{
	struct bench *b = *state;
	char text[PATH_MAX + 256];
	snprintf(text, sizeof(text),
		 MAIN "[scanner a]\ndevice = tty\n[scanner b]\ndevice = %s/demo/tty\n", b->root);
	put(b, "demo/station.conf", text);
	refused(b, "demo/station.conf", "same device", NULL);
}

static void the_site_key_is_read(void **state)
{
	struct bench *b = *state;
	put(b, "demo/station.conf", MAIN "key_file = site.key\n");
	put_bytes(b, "demo/site.key", KEY, strlen(KEY), 0640);
	accepted(b, "demo/station.conf");
	assert_true(b->s.labels.has_key);
	for (unsigned i = 0; i < LABEL_KEY; i++)
		assert_int_equal(b->s.labels.key[i], i);
}

static void a_key_that_is_open_or_wrong_is_refused(void **state)
{
	struct bench *b = *state;
	char much[5000];
	memset(much, '0', sizeof(much));
	put(b, "demo/station.conf", MAIN "key_file = site.key\n");
	refused(b, "demo/station.conf", "demo/site.key: No such file", NULL);
	put_bytes(b, "demo/site.key", KEY, strlen(KEY), 0644);
	refused(b, "demo/station.conf", "demo/site.key: ", "chmod 640", NULL);
	put_bytes(b, "demo/site.key", KEY, strlen(KEY), 0642);
	refused(b, "demo/station.conf", "chmod 640", NULL);
	put_bytes(b, "demo/site.key", KEY, strlen(KEY) - 2, 0600);
	refused(b, "demo/station.conf", "site.key: not a site key; it holds 64 hex digits", NULL);
	put_bytes(b, "demo/site.key", "", 0, 0600);
	refused(b, "demo/station.conf", "site.key: not a site key", NULL);
	put_bytes(b, "demo/site.key", much, sizeof(much), 0600);
	refused(b, "demo/station.conf", "site.key: too large; at most 4 KiB is read", NULL);
	unlink(at(b, "demo/site.key"));
	assert_int_equal(symlink("/dev/null", at(b, "demo/site.key")), 0);
	refused(b, "demo/station.conf", "site.key: not a regular file", NULL);
}

/* --- boards --- */

static void board_accepted(struct bench *b, const char *setting)
{
	char boards[PATH_MAX + 16];
	assert_true(strlen(setting) < sizeof(b->s.board));
	strcpy(b->s.board, setting);
	snprintf(boards, sizeof(boards), "%s/boards", b->root);
	if (!confdir_board_under(b->root, &b->s, boards, &b->board, b->serial, &b->error))
		fail_msg("refused: %s", b->error.text);
}

static void __attribute__((sentinel)) board_refused(struct bench *b, const char *setting, ...)
{
	char boards[PATH_MAX + 16];
	va_list words;
	assert_true(strlen(setting) < sizeof(b->s.board));
	strcpy(b->s.board, setting);
	snprintf(boards, sizeof(boards), "%s/boards", b->root);
	assert_false(confdir_board_under(b->root, &b->s, boards, &b->board, b->serial, &b->error));
	va_start(words, setting);
	for (const char *w; (w = va_arg(words, const char *));)
		if (!strstr(b->error.text, w))
			fail_msg("'%s' is not in '%s'", w, b->error.text);
	va_end(words);
}

#define SIM "[board]\nname = sim\ndriver = sim\nserial = simulated\n"

static void a_board_is_found_by_name_or_path(void **state)
{
	struct bench *b = *state;
	char path[PATH_MAX + 128];
	put(b, "boards/sim.board", SIM);
	put(b, "boards/other.board", "[board]\nname = other\ndriver = sim\nserial = 2\n");
	board_accepted(b, "sim");
	assert_string_equal(b->board.name, "sim");
	assert_string_equal(b->serial, "simulated");
	snprintf(path, sizeof(path), "%s", at(b, "boards/other.board"));
	board_accepted(b, path);
	assert_string_equal(b->board.name, "other");
	board_refused(b, "pi", "no board 'pi' in ", "there are: other sim", NULL);
	put(b, "boards/sim.board", SIM "colour = red\n");
	board_refused(b, "sim", "boards/sim.board:5: ", "colour", NULL);
	put(b, "boards/sim.board", "[board]\nname = sim\ndriver = sim\n");
	board_refused(b, "sim", "boards/sim.board", "serial", NULL);
}

static void a_board_is_chosen_by_the_device_tree(void **state)
{
	static const char tree[] = "raspberrypi,4-model-b\0brcm,bcm2711";
	struct bench *b = *state;
	put(b, "boards/sim.board", SIM);
	board_refused(b, "", "no device tree", "board = sim", NULL);
	put_bytes(b, "proc/device-tree/compatible", tree, sizeof(tree), 0444);
	board_refused(b, "", "raspberrypi,4-model-b", "[station]", NULL);
	put(b, "boards/a.board",
	    "[board]\nname = any-2711\ndriver = sim\nserial = 1\ncompatible = brcm,bcm2711\n");
	board_accepted(b, "");
	assert_string_equal(b->board.name, "any-2711");
	put(b, "boards/pi4.board",
	    "[board]\nname = pi4\ndriver = sim\nserial = 1\ncompatible = raspberrypi,4-model-b\n");
	board_accepted(b, ""); /* the more specific one, whatever the files' order */
	assert_string_equal(b->board.name, "pi4");
	put(b, "boards/pi4.board",
	    "[board]\nname = pi4\ndriver = sim\nserial = 1\ncompatible = raspberrypi,4\n");
	board_accepted(b, ""); /* not by a part of the string */
	assert_string_equal(b->board.name, "any-2711");
	put(b, "boards/pi4.board",
	    "[board]\nname = pis\ndriver = sim\nserial = 1\n"
	    "compatible = raspberrypi,5-model-b  raspberrypi,4-model-b\n");
	board_accepted(b, ""); /* one file for several boards */
	assert_string_equal(b->board.name, "pis");
}

static void the_serial_number_is_the_first_line_of_its_file(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *serial; /* NULL: refused */
	} cases[] = {
		{"10000000abcdef01\0", 17, "10000000abcdef01"},
		{"  12 34 \r\nmore\n", 15, "12 34"},
		{"", 0, NULL},
		{"\nlater\n", 7, NULL},
		{"   \n", 4, NULL},
		{"a\033[2Jb\n", 7, NULL},
		{"\xc3\xa4\n", 3, NULL},
		{"0123456789012345678901234567890123456789012345678901234567890123", 64,
		 "0123456789012345678901234567890123456789012345678901234567890123"},
		{"01234567890123456789012345678901234567890123456789012345678901234", 65, NULL},
	};
	struct bench *b = *state;
	put(b, "boards/my.board", "[board]\nname = my\ndriver = sim\nserial_file = number\n");
	board_refused(b, "my", "boards/number: No such file", NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_bytes(b, "boards/number", cases[i].text, cases[i].len, 0644);
		if (cases[i].serial) {
			board_accepted(b, "my");
			assert_string_equal(b->serial, cases[i].serial);
		} else {
			board_refused(b, "my", "boards/number: no serial number", NULL);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(without_a_main_file_the_places_are_named),
		T(etc_beats_run_beats_usr_lib),
		T(drop_ins_come_sorted_by_name_over_all_places),
		T(of_one_name_the_highest_place_counts_alone),
		T(a_link_to_dev_null_or_an_empty_file_masks),
		T(only_conf_files_count),
		T(an_explicit_file_has_its_own_drop_ins_only),
		T(an_error_names_file_and_line),
		T(what_is_required_is_asked_for_by_file),
		T(what_is_no_file_is_refused),
		T(a_huge_file_is_refused),
		T(too_many_drop_ins_are_refused),
		T(an_unreadable_file_is_named),
		T(relative_paths_are_taken_from_the_main_files_folder),
		T(a_path_that_grows_too_long_is_refused),
		T(one_device_under_two_names_is_seen),
		T(the_site_key_is_read),
		T(a_key_that_is_open_or_wrong_is_refused),
		T(a_board_is_found_by_name_or_path),
		T(a_board_is_chosen_by_the_device_tree),
		T(the_serial_number_is_the_first_line_of_its_file),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
