/* fuzz_gs1.c - fuzz target: GS1 element strings, as scanned and as printed. What is read can be
 * written again and reads the same. */
#include "station/gs1.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void check_elements(const struct gs1 *g, enum gs1_fault fault)
{
	bool bad = false;

	check(g->count <= GS1_ELEMENTS && g->used <= GS1_BYTES);
	check(gs1_fault_name(fault) != NULL);
	for (unsigned i = 0; i < g->count; i++) {
		const struct gs1_element *e = &g->element[i];

		check(e->len > 0 && e->at + e->len <= g->used);
		check(e->digits >= 2 && e->digits <= 4 && gs1_is_ai(e->ai, e->digits));
		check(e->checked || !e->bad);
		check(gs1_find(g, e->ai, e->digits) != NULL);
		for (unsigned k = 0; k < e->len; k++)
			check(g->value[e->at + k] > ' ' && g->value[e->at + k] <= 'z');
		bad = bad || e->bad;
	}
	if (fault == GS1_FINE)
		check(g->count > 0 && !bad);
	if (fault == GS1_CHECK)
		check(bad);
}

/* Each value with FNC1 behind it, whether it needs one or not. */
static size_t write_again(const struct gs1 *g, uint8_t out[2048])
{
	size_t n = 0;

	for (unsigned i = 0; i < g->count; i++) {
		const struct gs1_element *e = &g->element[i];
		unsigned ai = e->ai;

		for (unsigned k = e->digits; k > 0; k--, ai /= 10)
			out[n + k - 1] = (uint8_t)('0' + ai % 10);
		n += e->digits;
		memcpy(out + n, g->value + e->at, e->len);
		n += e->len;
		out[n++] = GS1_FNC1;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[2048];
	struct gs1 g, h;
	enum gs1_fault fault;

	memset(&g, 0x55, sizeof(g));
	fault = gs1_read(data, size, &g);
	check_elements(&g, fault);
	if (fault == GS1_FINE || fault == GS1_CHECK) {
		check(gs1_read(again, write_again(&g, again), &h) == fault);
		check(h.count == g.count && h.used == g.used &&
		      memcmp(g.value, h.value, g.used) == 0);
	}
	(void)gs1_probe(data, size);
	fault = gs1_read_printed(data, size, &g);
	check_elements(&g, fault);
	return 0;
}
