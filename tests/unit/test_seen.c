/* test_seen.c - a label is reported once until it has left the picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/seen.h"
#include <stdio.h>
#include <string.h>

static struct seen seen;
static uint64_t now;

static bool found_as(enum reading_symbology symbology, const char *text)
{
	static struct reading_label label;

	label.symbology = symbology;
	label.len = (uint16_t)strlen(text);
	memcpy(label.text, text, label.len);
	return seen_found(&seen, &label, now);
}

static bool found(const char *text)
{
	return found_as(READING_CODE128, text);
}

/* A look at another scene that finds these (NULL: none); how many are new. */
static unsigned look(const char *a, const char *b)
{
	unsigned n = 0;

	now += 100;
	if (a)
		n += found(a);
	if (b)
		n += found(b);
	seen_end(&seen, true, now);
	return n;
}

static int setup(void **state)
{
	(void)state;
	now = 5000;
	seen_init(&seen);
	return 0;
}

/* A look that finds this and nothing else, in a scene that changed. */
static bool look_as(enum reading_symbology symbology, const char *text)
{
	bool new;

	now += 100;
	new = found_as(symbology, text);
	seen_end(&seen, true, now);
	return new;
}

static void test_F9_a_weak_code_is_told_at_the_second_look(void **state)
{
	static const enum reading_symbology weak[] = {READING_CODE39, READING_CODABAR, READING_ITF,
						      READING_EAN8, READING_UPCE};
	static const enum reading_symbology strong[] = {READING_CODE128, READING_CODE93,
							READING_EAN13, READING_UPCA, READING_QR};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		(void)setup(NULL);
		assert_false(look_as(weak[i], "12345670"));
		assert_false(look_as(weak[i], "12345671")); /* another misread */
		assert_true(look_as(weak[i], "12345670"));
		assert_false(look_as(weak[i], "12345670"));
		now += SEEN_LEAVES; /* away, and back: it is told again, and again by two looks */
		seen_end(&seen, true, now);
		now += SEEN_LEAVES;
		seen_end(&seen, true, now);
		assert_false(look_as(weak[i], "12345670"));
		assert_true(look_as(weak[i], "12345670"));
		assert_true(look_as(strong[i], "12345670"));
		assert_false(look_as(strong[i], "12345670"));
	}
	assert_false(look_as(READING_CODE39, "GHOST")); /* misread, and hours later once more */
	for (unsigned i = 0; i < 1000; i++) {
		now += 4000;
		seen_end(&seen, false, now);
	}
	assert_false(look_as(READING_CODE39, "GHOST"));
	now += 100; /* twice in one look is one look */
	assert_false(seen_waits(&seen));
	assert_false(found_as(READING_CODE39, "TWICE"));
	assert_false(found_as(READING_CODE39, "TWICE"));
	assert_true(seen_waits(&seen));
	seen_end(&seen, true, now);
	assert_false(seen_waits(&seen)); /* none of the next look yet */
	assert_true(found_as(READING_CODE39, "TWICE"));
	assert_false(seen_waits(&seen));
}

static void test_once_however_long_it_lies_there(void **state)
{
	(void)state;
	assert_int_equal(look("A", NULL), 1);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(look("A", NULL), 0);
	now += 1000000; /* nothing moved for long */
	assert_int_equal(look("A", NULL), 0);
}

static void test_flicker_of_the_decoder_is_no_leaving(void **state)
{
	(void)state;
	assert_int_equal(look("A", NULL), 1);
	for (unsigned i = 0; i < 200; i++) {
		unsigned n = i % 15 == 0 ? look("A", NULL) : look(NULL, NULL);

		assert_int_equal(n, 0);
	}
}

static void test_what_is_missed_in_an_unchanged_scene_is_still_there(void **state)
{
	(void)state;
	assert_int_equal(look("A", NULL), 1);
	for (unsigned i = 0; i < 10; i++) {
		now += 4000;
		seen_end(&seen, false, now);
	}
	assert_int_equal(look("A", NULL), 0);
}

static void test_two_labels_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(look("A", "B"), 2);
	assert_int_equal(look("B", "A"), 0);
	for (now += 0; now < 5000 + 2 * SEEN_LEAVES;)
		assert_int_equal(look("A", NULL), 0); /* B is taken away */
	assert_int_equal(look("A", "B"), 1);
	assert_true(found_as(READING_QR, "A")); /* another code, the same text */
	assert_true(found("AB"));
}

static void test_twice_in_one_look_is_once(void **state)
{
	(void)state;
	assert_int_equal(look("A", "A"), 1);
}

static void test_covered_for_a_moment(void **state)
{
	(void)state;
	assert_int_equal(look("A", NULL), 1);
	assert_int_equal(look(NULL, NULL), 0); /* a hand, */
	now += SEEN_LEAVES - 200;	       /* which stays */
	assert_int_equal(look("A", NULL), 0);
	assert_int_equal(look(NULL, NULL), 0); /* and once more */
	now += SEEN_LEAVES - 200;
	assert_int_equal(look("A", NULL), 0);
}

static void test_put_back_is_reported_again(void **state)
{
	(void)state;
	assert_int_equal(look("A", NULL), 1);
	assert_int_equal(look(NULL, NULL), 0);
	seen_end(&seen, false, now + SEEN_LEAVES / 2); /* the empty table lies still */
	now += SEEN_LEAVES;
	assert_int_equal(look("A", NULL), 1);
	assert_int_equal(look("A", NULL), 0);
}

static void test_more_labels_than_places_are_bounded(void **state)
{
	char text[8];

	(void)state;
	for (unsigned i = 0; i < 4 * SEEN_LABELS; i++) {
		(void)snprintf(text, sizeof(text), "L%u", i);
		assert_true(found(text));
		assert_true(seen.labels <= SEEN_LABELS);
	}
	seen_end(&seen, true, now);
	assert_int_equal(look(text, NULL), 0);
}

static void test_long_texts_are_told_apart_by_their_length_too(void **state)
{
	static char text[SEEN_TEXT + 3];

	(void)state;
	memset(text, 'x', SEEN_TEXT + 1);
	assert_true(found(text));
	assert_false(found(text));
	text[SEEN_TEXT + 1] = 'x';
	assert_true(found(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_once_however_long_it_lies_there, setup),
		cmocka_unit_test_setup(test_F9_a_weak_code_is_told_at_the_second_look, setup),
		cmocka_unit_test_setup(test_flicker_of_the_decoder_is_no_leaving, setup),
		cmocka_unit_test_setup(test_what_is_missed_in_an_unchanged_scene_is_still_there,
				       setup),
		cmocka_unit_test_setup(test_two_labels_are_told_apart, setup),
		cmocka_unit_test_setup(test_twice_in_one_look_is_once, setup),
		cmocka_unit_test_setup(test_covered_for_a_moment, setup),
		cmocka_unit_test_setup(test_put_back_is_reported_again, setup),
		cmocka_unit_test_setup(test_more_labels_than_places_are_bounded, setup),
		cmocka_unit_test_setup(test_long_texts_are_told_apart_by_their_length_too, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
