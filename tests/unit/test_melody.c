/* test_melody.c - the tones on a buzzer: none is silent or endless, and on a buzzer of one pitch no
 * two sound alike (F8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/melody.h"
#include <string.h>

#define TRACE 32

/* The rhythm as lengths: sound, silence, sound ... up to the end. */
static unsigned rhythm(enum panel_tone tone, uint32_t ms[TRACE])
{
	uint32_t left;
	uint64_t at = 0;
	unsigned n = 0;
	bool sounds = false;

	for (;;) {
		uint16_t hz = melody_at(tone, at, &left);

		if (left == 0)
			return n;
		assert_true(n == 0 ? hz > 0 : true); /* begins at once */
		if (n > 0 && (hz > 0) == sounds)
			ms[n - 1] += left; /* another pitch only */
		else
			ms[n++] = left;
		sounds = hz > 0;
		at += left;
		assert_in_range(n, 1, TRACE - 1);
	}
}

static void test_every_tone_sounds_and_ends(void **state)
{
	(void)state;
	for (unsigned i = PANEL_TONE_NONE + 1; i < PANEL_TONES; i++) {
		uint32_t left;
		uint64_t ms = 0;

		for (;; ms++) {
			uint16_t hz = melody_at((enum panel_tone)i, ms, &left);

			if (left == 0)
				break;
			if (hz)
				assert_in_range(hz, 400, 4000);
			assert_in_range(ms, 0, MELODY_MS_MAX);
		}
		assert_true(ms >= 30);
		assert_int_equal(melody_at((enum panel_tone)i, ms + 100000, &left), 0);
		assert_int_equal(left, 0);
	}
}

static void test_left_is_when_it_changes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PANEL_TONES; i++) {
		for (uint64_t ms = 0; ms < MELODY_MS_MAX; ms++) {
			uint32_t left, next;
			uint16_t hz = melody_at((enum panel_tone)i, ms, &left);

			for (uint32_t k = 1; k < left; k++) {
				assert_int_equal(melody_at((enum panel_tone)i, ms + k, &next), hz);
				assert_int_equal(next, left - k);
			}
		}
	}
}

static void test_no_two_tones_share_a_rhythm_F8(void **state)
{
	(void)state;
	for (unsigned a = PANEL_TONE_NONE + 1; a < PANEL_TONES; a++) {
		for (unsigned b = a + 1; b < PANEL_TONES; b++) {
			uint32_t x[TRACE], y[TRACE];
			unsigned n = rhythm((enum panel_tone)a, x);
			bool differs = n != rhythm((enum panel_tone)b, y);

			/* An ear tells lengths apart that differ by half. */
			for (unsigned i = 0; i < n && !differs; i += 2)
				differs = x[i] * 2 >= y[i] * 3 || y[i] * 2 >= x[i] * 3;
			if (!differs)
				fail_msg("%s and %s", panel_tone_name((enum panel_tone)a),
					 panel_tone_name((enum panel_tone)b));
		}
	}
}

static void test_silence(void **state)
{
	uint32_t left = 1;

	(void)state;
	assert_int_equal(melody_at(PANEL_TONE_NONE, 0, &left), 0);
	assert_int_equal(left, 0);
	left = 1;
	assert_int_equal(melody_at(PANEL_TONES, 0, &left), 0);
	assert_int_equal(left, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_tone_sounds_and_ends),
		cmocka_unit_test(test_left_is_when_it_changes),
		cmocka_unit_test(test_no_two_tones_share_a_rhythm_F8),
		cmocka_unit_test(test_silence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
