/* fuzz_dlink.c - fuzz target: GS1 Digital Link URIs. The elements are good ones, and a link that is
 * none leaves none. */
#include "station/dlink.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum gs1_fault fault = GS1_MANY;
	struct gs1 g;
	bool bad = false;

	memset(&g, 0x55, sizeof(g));
	enum dlink_verdict verdict = dlink_read(data, size, &g, &fault);
	check(g.count <= GS1_ELEMENTS && g.used <= GS1_BYTES);
	for (unsigned i = 0; i < g.count; i++) {
		const struct gs1_element *e = &g.element[i];

		check(e->len > 0 && e->at + e->len <= g.used);
		check(gs1_is_ai(e->ai, e->digits));
		check(!(e->ai == 1 && e->digits == 2) || e->len == 14);
		bad = bad || e->bad;
	}
	switch (verdict) {
	case DLINK_NONE:
	case DLINK_PLAIN:
		check(g.count == 0 && fault == GS1_FINE);
		break;
	case DLINK_WRONG:
		check(fault != GS1_FINE);
		break;
	case DLINK_OK:
		check(g.count > 0 && fault == GS1_FINE && !bad);
		break;
	}
	return 0;
}
