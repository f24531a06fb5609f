/* fuzz_hidkeys.c - any stream of key events: what the decoder promises. Input: the GS key, then
 * four bytes an event (code low, code high, value, whether events were lost or all was quiet); a
 * second decoder gets all but the repeats, and has to say the same. */
#include "station/hidkeys.h"
#include <stddef.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void check_same(const struct hidkeys *a, const struct hidkeys *b)
{
	check(a->held == b->held && a->caps == b->caps && a->alt_digits == b->alt_digits &&
	      a->alt_number == b->alt_number && a->ignored == b->ignored);
	check(a->alt_digits <= 5 && a->alt_number <= 9999);
}

static bool is_modifier(uint16_t code)
{
	for (unsigned i = 0; i < HIDKEYS_MODIFIERS; i++)
		if (hidkeys_modifier(i) == code)
			return true;
	return false;
}

/* The same key alone, under a decoder that remembers nothing but the modifiers. */
static void check_memory(const struct hidkeys *h, uint16_t code, enum hidkeys_verdict verdict,
			 uint8_t byte)
{
	struct hidkeys fresh;
	uint8_t again = 0;

	hidkeys_init(&fresh, h->gs_code);
	hidkeys_resync(&fresh, h->held);
	if (h->caps)
		(void)hidkeys_feed(&fresh, 58, 1, &again);
	check(hidkeys_feed(&fresh, code, 1, &again) == verdict && again == byte);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hidkeys all, some;
	uint16_t gs = size > 0 ? data[0] : 0;

	hidkeys_init(&all, gs);
	hidkeys_init(&some, gs);
	for (size_t i = 1; i + 3 < size; i += 4) {
		uint16_t code = (uint16_t)(data[i] | data[i + 1] << 8);
		int32_t value = (int8_t)data[i + 2];
		uint8_t byte = 0, other = 0;

		if (data[i + 3] >= 0x80) {
			hidkeys_resync(&all, data[i]);
			hidkeys_resync(&some, data[i]);
		} else if (data[i + 3] >= 0x40) {
			hidkeys_rest(&all);
			hidkeys_rest(&some);
		}
		struct hidkeys before = all;
		enum hidkeys_verdict verdict = hidkeys_feed(&all, code, value, &byte);

		check(verdict == HIDKEYS_BYTE || byte == 0);
		check(all.ignored == before.ignored + (verdict == HIDKEYS_IGNORED));
		if (value == 0 || value == 1)
			check(hidkeys_feed(&some, code, value, &other) == verdict && byte == other);
		else
			check(verdict == HIDKEYS_NOTHING &&
			      memcmp(&before, &all, sizeof(all)) == 0);
		check_same(&all, &some);
		if (value == 0 && !is_modifier(code))
			check(verdict == HIDKEYS_NOTHING);
		if (value == 1 && !is_modifier(code) && before.alt_digits == 0)
			check_memory(&before, code, verdict, byte);
	}
	return 0;
}
