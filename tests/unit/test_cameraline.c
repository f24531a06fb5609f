/* test_cameraline.c - what station-camera writes, taken apart: the same whatever pieces it comes
 * in. */
#include "station/cameraline.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* What came, as text: labels' bytes, and lines of its own in brackets. */
static void said(const char *text, size_t len, size_t piece, char *out, size_t cap)
{
	struct cameraline c = {0};
	struct text t = text_over(out, cap);

	for (size_t from = 0; from < len; from += piece) {
		size_t n = len - from < piece ? len - from : piece, at = 0;

		while (at < n) {
			struct cameraline_piece is;
			const char *bytes = text + from + at;
			size_t took = cameraline_take(&c, (const uint8_t *)bytes, n - at, &is);

			assert_in_range(took, 1, n - at);
			at += took;
			switch (is.kind) {
			case CAMERALINE_NOTHING:
				break;
			case CAMERALINE_LABEL:
				for (size_t i = 0; i < took; i++)
					text_char(&t, bytes[i]);
				break;
			case CAMERALINE_SIGHT:
				text_put(&t, "[sight]");
				break;
			case CAMERALINE_PHOTO_COMES:
				text_put(&t, "[photo ");
				text_u64(&t, is.number);
				text_put(&t, " of ");
				text_u64(&t, is.bytes);
				text_char(&t, ']');
				break;
			case CAMERALINE_PHOTO_BAD:
				text_put(&t, "[bad]");
				break;
			}
		}
	}
	assert_false(t.full);
}

static void says(const char *text, const char *want)
{
	char out[512];

	for (size_t piece = 1; piece <= strlen(text); piece++) {
		said(text, strlen(text), piece, out, sizeof(out));
		assert_string_equal(out, want);
	}
}

static void test_labels_go_up_as_they_come(void **state)
{
	(void)state;
	says("\n]C0A#1!2\n\n]Q1B\n", "\n]C0A#1!2\n\n]Q1B\n");
}

static void test_a_photo_is_a_line_of_its_own(void **state)
{
	(void)state;
	says("]C0A\n#3 12345\n]C0B\n", "]C0A\n[photo 3 of 12345]]C0B\n");
	says("#0 0\n#18446744073709551615 8388608\n",
	     "[photo 0 of 0][photo 18446744073709551615 of 8388608]");
	says("\n#1 7\n!640x480 GREY 15/s\tsharp 21\tfine 200 3\tspot 62 31\n#2 8\n",
	     "\n[photo 1 of 7][sight][photo 2 of 8]");
}

static void test_a_claim_that_makes_no_sense_is_told(void **state)
{
	char line[200];

	(void)state;
	says("#1 8388609\n#\n#1\n#1 \n#-1 1\n#1 -1\n#1 2 3\n# 1\n#99999999999999999999 1\n]C0A\n",
	     "[bad][bad][bad][bad][bad][bad][bad][bad][bad]]C0A\n");
	/* longer than any line of its own, however it ends */
	memset(line, '0', sizeof(line));
	line[0] = '#';
	(void)strcpy(line + sizeof(line) - 4, "7\nX");
	says(line, "[bad]X");
}

static void test_a_sight_that_makes_no_sense_is_nothing(void **state)
{
	(void)state;
	says("!\n!!\n!#1\n]C0A\n", "]C0A\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels_go_up_as_they_come),
		cmocka_unit_test(test_a_photo_is_a_line_of_its_own),
		cmocka_unit_test(test_a_claim_that_makes_no_sense_is_told),
		cmocka_unit_test(test_a_sight_that_makes_no_sense_is_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
