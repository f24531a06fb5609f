/* fuzz_expiry.c - reads any bytes as a certificate's date. What is accepted is a time that is
 * written the same way; whatever it is, a state and its days belong together. */
#include "station/expiry.h"
#include "station/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t now = 1795507200000, ms = expiry_read((const char *)data, size);
	struct expiry e = {.from_ms = 1, .until_ms = ms};
	enum expiry_state state = expiry_state(&e, now);
	char again[32];
	struct text t = text_over(again, sizeof(again));

	must((ms == 0) == (state == EXPIRY_UNKNOWN));
	if (ms == 0)
		return 0;
	text_time(&t, ms);
	must(size == 23 && memcmp(again, data, 10) == 0 && memcmp(again + 11, data + 11, 8) == 0);
	must((state == EXPIRY_OVER) == (ms <= now));
	must(expiry_days(&e, now) * EXPIRY_DAY_MS <= ms - now);
	must((expiry_days(&e, now) + 1) * EXPIRY_DAY_MS > ms - now);
	return 0;
}
