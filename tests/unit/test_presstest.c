/* test_presstest.c - what a button turns out to be when it is asked for, a row a story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/presstest.h"

/* A story: capitals close a contact, small letters open it; PASS, FAIL, BACK. */
struct row {
	const char *rest; /* contacts that are closed before */
	enum panel_button asked;
	const char *edges;
	enum presstest_verdict verdict;
	enum panel_button other;
};

static const struct row rows[] = {
	{"", PANEL_PASS, "Pp", PRESSTEST_GOOD, PANEL_BUTTONS},
	{"", PANEL_BACK, "Bb", PRESSTEST_GOOD, PANEL_BUTTONS},
	{"", PANEL_PASS, "PPpp", PRESSTEST_GOOD, PANEL_BUTTONS},
	{"", PANEL_PASS, "Ff", PRESSTEST_OTHER, PANEL_FAIL},
	{"", PANEL_FAIL, "Bb", PRESSTEST_OTHER, PANEL_BACK},
	{"", PANEL_PASS, "PFpf", PRESSTEST_BRIDGED, PANEL_FAIL},
	{"", PANEL_PASS, "FPfp", PRESSTEST_BRIDGED, PANEL_FAIL},
	{"", PANEL_PASS, "", PRESSTEST_SILENT, PANEL_BUTTONS},
	{"", PANEL_PASS, "p", PRESSTEST_SILENT, PANEL_BUTTONS},
	{"", PANEL_PASS, "P", PRESSTEST_STUCK, PANEL_BUTTONS},
	{"P", PANEL_PASS, "", PRESSTEST_STUCK, PANEL_BUTTONS},
	{"P", PANEL_PASS, "p", PRESSTEST_FREED, PANEL_BUTTONS},
	{"P", PANEL_PASS, "pP", PRESSTEST_INVERTED, PANEL_BUTTONS},
	{"PFB", PANEL_FAIL, "fF", PRESSTEST_INVERTED, PANEL_BUTTONS},
	{"B", PANEL_PASS, "Pp", PRESSTEST_GOOD, PANEL_BUTTONS},
	{"PFB", PANEL_PASS, "bB", PRESSTEST_OTHER, PANEL_BACK},
};

static void test_every_story(void **state)
{
	static const char letters[] = "PFB", small[] = "pfb";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		enum presstest_verdict got = PRESSTEST_WAITS;
		bool down[PANEL_BUTTONS];
		struct presstest t;

		for (unsigned b = 0; b < PANEL_BUTTONS; b++)
			down[b] = strchr(r->rest, letters[b]) != NULL;
		presstest_begin(&t, r->asked, down);
		for (const char *e = r->edges; *e && got == PRESSTEST_WAITS; e++) {
			const char *closes = strchr(letters, *e), *opens = strchr(small, *e);

			got = presstest_edge(
				&t, (enum panel_button)(closes ? closes - letters : opens - small),
				closes != NULL);
		}
		if (got == PRESSTEST_WAITS)
			got = presstest_end(&t);
		assert_string_equal(presstest_name(got), presstest_name(r->verdict));
		assert_int_equal(t.other, r->other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_story)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
