/* test_log.c - diagnostics on stderr: their form, the level, and that text from outside can't order
 * a terminal about. */
#include "io/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int pipe_fd[2], stderr_was;

/* stderr goes into a pipe for as long as a test runs. */
static int setup(void **state)
{
	(void)state;
	assert_int_equal(pipe2(pipe_fd, O_NONBLOCK), 0);
	stderr_was = dup(STDERR_FILENO);
	assert_true(stderr_was >= 0);
	assert_int_equal(dup2(pipe_fd[1], STDERR_FILENO), STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	log_open("prog", LOG_LEVEL_INFO);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dup2(stderr_was, STDERR_FILENO);
	close(stderr_was);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	return 0;
}

static const char *written(void)
{
	static char buf[4096];
	ssize_t n = read(pipe_fd[0], buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static void a_line_has_program_level_and_text(void **state)
{
	static const char *const fields[] = {"LABEL=x", NULL};
	(void)state;
	log_error("disk %d", 7);
	assert_string_equal(written(), "prog: error: disk 7\n");
	log_warning("w");
	log_write(LOG_LEVEL_NOTICE, LOG_STARTED, "n");
	log_fields(LOG_LEVEL_INFO, LOG_LIST_REFUSED, fields, "f %s", "g");
	assert_string_equal(written(), "prog: warning: w\nprog: notice: n\nprog: info: f g\n");
}

static void what_is_below_the_level_is_not_written(void **state)
{
	(void)state;
	log_write(LOG_LEVEL_DEBUG, LOG_PLAIN, "d");
	assert_string_equal(written(), "");
	log_open("prog", LOG_LEVEL_ERROR);
	log_warning("w");
	log_error("e");
	assert_string_equal(written(), "prog: error: e\n");
}

static void text_from_outside_is_cleaned(void **state)
{
	(void)state;
	log_error("%s", "a\033[2Jb\nc\rd\te\177");
	assert_string_equal(written(), "prog: error: a?[2Jb?c?d?e?\n");
	log_error("%s", "Gr\xc3\xb6\xc3\x9f"
			"e \xe9\x80\x80");
	assert_string_equal(written(), "prog: error: Gr\xc3\xb6\xc3\x9f"
				       "e \xe9\x80\x80\n");
	log_error("%s", "csi \xc2\x9b"
			"2J");
	assert_string_equal(written(), "prog: error: csi ??2J\n");
	log_error("%s", "broken \xff\xc3\xb6");
	assert_string_equal(written(), "prog: error: broken ???\n");
}

static void a_long_text_is_cut_to_one_line(void **state)
{
	char much[3000];
	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	log_error("%s", much);
	const char *line = written();
	assert_in_range(strlen(line), 1000, 1100);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_foreign_journal_stream_is_not_ours(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "1:1", 1);
	log_open("prog", LOG_LEVEL_INFO);
	log_error("e");
	assert_string_equal(written(), "prog: error: e\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(a_line_has_program_level_and_text),	 T(what_is_below_the_level_is_not_written),
		T(text_from_outside_is_cleaned),	 T(a_long_text_is_cut_to_one_line),
		T(a_foreign_journal_stream_is_not_ours),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
