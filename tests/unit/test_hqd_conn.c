/* test_hqd_conn.c - the list of live connections: who is late, and who has to shake hands anew. */
#include "hqd/conn.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOW 1000000

struct line {
	struct conn *conn;
	int client;
};

static void line_open(struct line *l)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	l->client = fd[0];
	l->conn = conn_open(fd[1], NULL, NULL, NOW);
	assert_non_null(l->conn);
}

static bool line_is_shut(const struct line *l)
{
	char byte;

	return read(l->client, &byte, 1) == 0;
}

static void line_close(struct line *l)
{
	(void)close(l->conn->fd);
	(void)close(l->client);
	conn_close(l->conn);
}

static void test_renewal_shuts_who_is_idle(void **state)
{
	struct line l;

	(void)state;
	line_open(&l);
	assert_false(line_is_shut(&l));
	conn_renew();
	assert_true(line_is_shut(&l));
	line_close(&l);
}

/* Its reply was already on the way when the certificates were read: it says nothing of an end. */
static void test_renewal_behind_a_reply_shuts_when_it_is_sent(void **state)
{
	struct line l;

	(void)state;
	line_open(&l);
	assert_true(conn_begin(l.conn, NOW));
	conn_renew();
	assert_false(line_is_shut(&l));
	conn_end(l.conn, NOW);
	assert_true(line_is_shut(&l));
	line_close(&l);
}

static void test_a_reply_that_tells_the_end_is_left_to_the_library(void **state)
{
	struct line l;

	(void)state;
	line_open(&l);
	assert_true(conn_begin(l.conn, NOW));
	conn_renew();
	l.conn->closing = true;
	conn_end(l.conn, NOW);
	assert_false(line_is_shut(&l));
	line_close(&l);
}

static void test_who_is_late_is_shut_and_counted(void **state)
{
	struct line l[2];
	unsigned open, busy;

	(void)state;
	conn_patience(1000);
	line_open(&l[0]);
	line_open(&l[1]);
	assert_true(conn_begin(l[1].conn, NOW));
	conn_count(&open, &busy);
	assert_int_equal(open, 2);
	assert_int_equal(busy, 1);
	assert_int_equal(conn_sweep(NOW + 999), 0);
	assert_int_equal(conn_sweep(NOW + 1000), 2);
	assert_true(line_is_shut(&l[0]) && line_is_shut(&l[1]));
	assert_int_equal(conn_sweep(NOW + 1001), 0); /* once */
	line_close(&l[0]);
	line_close(&l[1]);
	conn_count(&open, &busy);
	assert_int_equal(open, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renewal_shuts_who_is_idle),
		cmocka_unit_test(test_renewal_behind_a_reply_shuts_when_it_is_sent),
		cmocka_unit_test(test_a_reply_that_tells_the_end_is_left_to_the_library),
		cmocka_unit_test(test_who_is_late_is_shut_and_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
