/* test_reasons.c - the file of the site's reasons: what is taken, what is refused and how, the
 * version, and what the view tells of a reason that was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "io/confdir.h"
#include "station/reasons.h"

static struct reasons all;
static struct settings_error error;

static bool read_text(const char *text)
{
	struct reasons_reader r;

	reasons_read_init(&r, &all, "reasons.csv");
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (!reasons_read_line(&r, text, len, &error))
			return false;
		text += len + (text[len] == '\n');
	}
	return reasons_read_end(&r, &error);
}

static void refused(const char *text, const char *words)
{
	memset(&error, 0, sizeof(error));
	assert_false(read_text(text));
	if (!strstr(error.text, words))
		fail_msg("'%s' is not in '%s'", words, error.text);
}

static void is(unsigned i, const char *code, const char *en, const char *zh)
{
	assert_string_equal(all.reason[i].code, code);
	assert_string_equal(all.reason[i].en, en);
	assert_string_equal(all.reason[i].zh, zh);
}

/* As Excel saves it in Europe: a byte order mark, semicolons, CRLF, quotes, empty rows (F15). */
static void test_as_a_spreadsheet_saves_it_F15(void **state)
{
	(void)state;
	assert_true(read_text(
		"\xef\xbb\xbf"
		"Code;EN;ZH\r\nSCRATCH;Scratched;\xe5\x88\x92\xe7\x97\x95\r\n;;\r\n"
		"# a comment\r\n\r\nbox2;\"Box; \"\"torn\"\"\";\r\nWET;;\xe6\xb9\xbf\r\n"));
	assert_int_equal(all.count, 3);
	is(0, "SCRATCH", "Scratched", "\xe5\x88\x92\xe7\x97\x95");
	is(1, "BOX2", "Box; \"torn\"", "Box; \"torn\"");
	is(2, "WET", "\xe6\xb9\xbf", "\xe6\xb9\xbf");
	assert_ptr_equal(reasons_find(&all, "BOX2"), &all.reason[1]);
	assert_null(reasons_find(&all, "BOX"));
	assert_null(reasons_find(NULL, "BOX2"));
	assert_true(read_text("zh,code\n\xe6\xb9\xbf,WET"));
	is(0, "WET", "\xe6\xb9\xbf", "\xe6\xb9\xbf");
	assert_true(read_text("code,en\n"));
	assert_int_equal(all.count, 0);
}

#define HEAD "code,en,zh\n"

static void test_refusals_name_file_line_and_what_was_meant(void **state)
{
	char longer[128];
	(void)state;

	refused("",
		"reasons.csv:1: there are no reasons; the first line of the file names its columns: code,en,zh");
	refused("code,engl,zh\n", "reasons.csv:1: unknown column 'engl'; the first line");
	refused("kode,en,zh\n", "reasons.csv:1: unknown column 'kode'; did you mean 'code'?");
	refused("code,en,en\n", "reasons.csv:1: column en is there twice");
	refused("en,zh\n", "reasons.csv:1: column code is missing");
	refused("code\n", "reasons.csv:1: a column en or zh is missing");
	refused("SCRATCH,Scratched,x\n", "reasons.csv:1: unknown column 'scratch'");
	refused(HEAD "A-1,x,\n",
		"reasons.csv:2: column code 'A-1': a code is 1 to 16 letters A-Z and digits");
	refused(HEAD ",x,y\n", "reasons.csv:2: column code '': a code is");
	refused(HEAD "ABCDEFGHIJKLMNOPQ,x,\n", "reasons.csv:2: column code is no code of 1 to 16");
	refused(HEAD "\nA,x,\na,y,\n",
		"reasons.csv:4: code A is in line 3 already; a code has one meaning");
	refused(HEAD "A,,\n",
		"reasons.csv:2: column code 'A': has neither an English nor a Chinese text");
	refused(HEAD "A,b\n", "reasons.csv:2: there are fewer fields than columns");
	refused(HEAD "A,b,c,d\n",
		"reasons.csv:2: there are more fields than columns; a text that holds the separator");
	refused(HEAD "A,\"b,c\n", "reasons.csv:2: a quote is not closed");
	refused(HEAD "A,\x1b[2J,c\n",
		"reasons.csv:2: the line holds control characters or is not UTF-8");
	refused(HEAD "A,x,\xbb\xae\xba\xdb\n",
		"is not UTF-8; this is a text file; from a spreadsheet it is saved as CSV UTF-8");
	memset(longer, 'x', sizeof(longer));
	memcpy(longer, HEAD "A,", strlen(HEAD "A,"));
	longer[strlen(HEAD "A,") + REASONS_TEXT + 1] = '\0';
	refused(longer, "reasons.csv:2: column en is too long; at most 96 bytes");
}

static void test_no_more_than_there_is_room_for(void **state)
{
	struct reasons_reader r;
	(void)state;

	reasons_read_init(&r, &all, "reasons.csv");
	assert_true(reasons_read_line(&r, "code,en", 7, &error));
	for (int i = 0; i <= REASONS_MAX; i++) {
		char line[32];
		int len = snprintf(line, sizeof(line), "R%d,text", i);

		assert_int_equal(reasons_read_line(&r, line, (size_t)len, &error), i < REASONS_MAX);
	}
	assert_non_null(strstr(error.text, ":130: more than 128 reasons"));
}

static void test_the_version_follows_what_is_said(void **state)
{
	char version[REASONS_VERSION];
	(void)state;

	assert_true(read_text(HEAD "A,b,c\n"));
	memcpy(version, all.version, sizeof(version));
	assert_memory_equal(version, "1-", 2);
	assert_int_equal(strlen(version), 18);
	assert_true(read_text("# none of it\r\n" HEAD "A,b,c\r\n,,\r\n"));
	assert_string_equal(all.version, version);
	assert_true(read_text(HEAD "A,b,d\n"));
	assert_string_not_equal(all.version, version);
}

static void test_from_a_file(void **state)
{
	char path[] = "/tmp/test_reasons.XXXXXX";
	int fd = mkstemp(path);
	(void)state;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, HEAD "A,b,c", 16), 16);
	close(fd);
	assert_true(confdir_reasons(path, &all, &error));
	is(0, "A", "b", "c");
	unlink(path);
	assert_false(confdir_reasons(path, &all, &error));
	assert_non_null(strstr(error.text, "No such file"));
	assert_int_equal(all.count, 0);
	assert_false(confdir_reasons("/dev/null", &all, &error));
	assert_non_null(strstr(error.text, "/dev/null:1: there are no reasons"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_a_spreadsheet_saves_it_F15),
		cmocka_unit_test(test_refusals_name_file_line_and_what_was_meant),
		cmocka_unit_test(test_no_more_than_there_is_room_for),
		cmocka_unit_test(test_the_version_follows_what_is_said),
		cmocka_unit_test(test_from_a_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("reasons", tests, NULL, NULL);
}
