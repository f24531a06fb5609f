/* test_roll.c - which photos an export takes, and which it leaves. */
#include "export/roll.h"
#include "io/photos.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define SIZE 1000
#define SLOT (SIZE + (128u << 10)) /* with what a file may waste */

static bool is_here = true;

/* In place of the folder. */
int photos_find(const char *dir, const char *sha256, uint64_t *bytes)
{
	assert_string_equal(dir, "state");
	assert_int_equal(strlen(sha256), 64);
	*bytes = SIZE;
	return is_here ? memfd_create("photo", MFD_CLOEXEC) : -ENOENT;
}

/* The event seq of a photo whose hash begins with `which`. */
static int take(struct roll *r, uint64_t seq, uint32_t which)
{
	char data[128];
	struct event_view e = {.seq = seq, .kind = EVENT_PHOTO_TAKEN, .label = {"RMA 1", 5}};
	int n = snprintf(data, sizeof(data), "{\"sha256\":\"%08x%056d\",\"bytes\":%d}", which, 0,
			 SIZE);

	e.data = (struct event_span){data, (size_t)n};
	return roll_take(r, "state", &e);
}

static void test_each_once_the_newest_first(void **state)
{
	struct roll r = {.photo = NULL};
	char name[ROLL_NAME];

	(void)state;
	roll_begin(&r);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(take(&r, 10 + i, i % 3), 0);
	roll_settle(&r);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.photo[0].seq, 13);
	assert_int_equal(r.photo[1].seq, 12);
	assert_int_equal(r.photo[2].seq, 11);
	roll_name(&r.photo[1], name);
	assert_string_equal(name, "photos/RMA-1_0000000200000000.jpg");
	roll_drop(&r, 1);
	assert_int_equal(r.photo[1].seq, 11);
	assert_int_equal(r.gone, 1);
	roll_end(&r);
	assert_int_equal(r.gone, 1);
}

static void test_the_oldest_are_left(void **state)
{
	struct roll r = {.photo = NULL};

	(void)state;
	roll_begin(&r);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(take(&r, i + 1, i), 0);
	roll_settle(&r);
	roll_fit(&r, 10 * SLOT);
	assert_int_equal(r.count, 10);
	roll_fit(&r, 4 * SLOT - 1);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.photo[2].seq, 8);
	assert_int_equal(r.left, 7);
	roll_fit(&r, 0);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.left, 10);
	roll_end(&r);
}

/* SHA256SUMS has to be read whole by whoever verifies it. */
static void test_more_than_an_export_may_have(void **state)
{
	struct roll r = {.photo = NULL};

	(void)state;
	roll_begin(&r);
	for (uint32_t i = 0; i < ROLL_MOST + 5; i++)
		assert_int_equal(take(&r, i + 1, i), 0);
	roll_settle(&r);
	assert_int_equal(r.count, ROLL_MOST);
	assert_int_equal(r.left, 5);
	assert_int_equal(r.photo[0].seq, ROLL_MOST + 5);
	assert_int_equal(r.photo[ROLL_MOST - 1].seq, 6);
	roll_end(&r);
}

static void test_what_no_event_tells_rightly_is_none(void **state)
{
	static const char *const bad[] = {
		"{}", "{\"sha256\":\"12\"}", "{\"sha256\":null}",
		"{\"sha256\":\"zz00000000000000000000000000000000000000000000000000000000000000\"}"};
	struct roll r = {.photo = NULL};
	struct event_view e = {.kind = EVENT_PHOTO_TAKEN};

	(void)state;
	roll_begin(&r);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		e.data = (struct event_span){bad[i], strlen(bad[i])};
		assert_int_equal(roll_take(&r, "state", &e), 0);
	}
	e.kind = EVENT_REASON_GIVEN;
	assert_int_equal(roll_take(&r, "state", &e), 0);
	is_here = false;
	assert_int_equal(take(&r, 1, 1), 0);
	is_here = true;
	roll_settle(&r);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.gone, 1);
	roll_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once_the_newest_first),
		cmocka_unit_test(test_the_oldest_are_left),
		cmocka_unit_test(test_more_than_an_export_may_have),
		cmocka_unit_test(test_what_no_event_tells_rightly_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
