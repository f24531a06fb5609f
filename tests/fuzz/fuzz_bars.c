/* fuzz_bars.c - any line of pixels through edges and codes: nothing is read outside, widths add up
 * to the line, and what is read as a code fits it. */
#include "station/bars.h"
#include "station/comb.h"
#include "station/edges.h"
#include "station/text.h"
#include <stdlib.h>

#define STEP 17 /* widths, between those where a code may end */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint32_t width[BARS_MAX];
	uint32_t len = size < COMB_LENGTH ? (uint32_t)size : COMB_LENGTH;
	struct bars_code128 code;
	uint64_t sum = 0;
	size_t n;

	if (len < 2)
		return 0;
	n = edges_find(data + 1, len - 1, data[0] % 20 + 1U, width, BARS_MAX);
	must(n >= 1 && n <= BARS_MAX);
	for (size_t i = 0; i < n; i++)
		sum += width[i];
	must(n == BARS_MAX || sum == (uint64_t)(len - 1) * EDGES_ONE);
	for (size_t i = 1 + n % STEP; i <= n; i += STEP) {
		if (bars_code128_read(width, i, &code)) {
			must(code.len > 0 && code.len <= BARS_TEXT && code.off != BARS_NO);
			must(text_is_utf8((const char *)code.text, code.len) ||
			     code.text[0] < 0x20 || code.len > 1);
		}
		(void)bars_retail(width, i, "4006381333931", 13, false);
		(void)bars_retail(width, i, "01234565", 8, true);
		(void)bars_itf(width, i, "1234567890", 10);
	}
	/* data as widths, too */
	n = len / 2 < BARS_MAX ? len / 2 : BARS_MAX;
	for (size_t i = 0; i < n; i++)
		width[i] = (uint32_t)data[2 * i] << 8 | data[2 * i + 1];
	for (size_t i = 1 + n % STEP; i <= n; i += STEP)
		(void)bars_code128_read(width, i, &code);
	return 0;
}
