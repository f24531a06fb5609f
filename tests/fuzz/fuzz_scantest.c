/* fuzz_scantest.c - the doctor of scanners: rubbish is read without harm; a code that is sent with
 * any prefix and suffix of bytes that no code begins or ends with is found. */
#include "station/scantest.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void check_whole(const struct scantest *t)
{
	struct scantest_finding finding[SCANTEST_FINDINGS];
	size_t count = scantest_say(t, 200, finding);

	check(t->code <= SCANTEST_CODES && count <= SCANTEST_FINDINGS);
	check(t->prefix_len <= SCANTEST_MORE && t->suffix_len <= SCANTEST_MORE);
	check(t->substitute_len <= SCANTEST_MORE && strlen(t->aim) <= 2);
	for (size_t i = 0; i < count; i++)
		check(finding[i].text[0] && finding[i].grade != SCANTEST_GOOD);
	check(t->code != SCANTEST_CODES || count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t raw[600];
	struct scantest t;
	size_t n = 0, before, len;
	const char *text;

	scantest_read(data, size, &t);
	check_whole(&t);
	if (size < 3)
		return 0;
	text = scantest_text((enum scantest_code)(data[0] % SCANTEST_CODES));
	before = data[1] % 32 < size - 2 ? data[1] % 32 : size - 2;
	for (size_t i = 0; i < before; i++)
		raw[n++] = data[2 + i] &
			   0x1f; /* controls are in no code but GS, which stands within */
	len = strlen(text);
	memcpy(raw + n, text, len);
	n += len;
	raw[n++] = '\r';
	scantest_read(raw, n, &t);
	check_whole(&t);
	check(t.code == (enum scantest_code)(data[0] % SCANTEST_CODES));
	check(t.end == SCANTEST_END_CR && t.suffix_len == 0 && t.layout == SCANTEST_LAYOUT_US);
	return 0;
}
