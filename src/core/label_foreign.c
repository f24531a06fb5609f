/* label_foreign.c - reads a scan as one of the other labels on a box: by the shapes of the formats,
 * and as GS1 element string or Digital Link by their application identifiers (F7). */
#include "label_rank.h"
#include "station/check.h"
#include "station/dlink.h"
#include "station/formats.h"
#include "station/gs1.h"
#include "station/gtin.h"
#include <string.h>

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* --- shapes --- */

static void take_shape(const struct format *f, const char *text, size_t len,
		       struct label_readings *all)
{
	struct label_reading r = {.kind = f->kind,
				  .format = f,
				  .id = text + f->shape.before,
				  .len = len - f->shape.before - f->shape.behind,
				  .priority = f->priority};
	char upc_a[12];
	size_t check_at;

	if (!shape_fits(&f->shape, text, len, &check_at))
		return;
	if (f->rule != CHECK_NONE)
		r.check = check_ok(f->rule, text, len) ? LABEL_CHECK_OK : LABEL_CHECK_BAD;
	if (f->rule == CHECK_UPC_E && check_upc_e(text, upc_a)) {
		r.id = label_rank_keep(all, upc_a, sizeof(upc_a));
		r.len = sizeof(upc_a);
	} else if (f->kind == LABEL_PRODUCT && gtin_is(r.id, r.len)) {
		gtin_shorten(&r.id, &r.len);
	}
	if (r.id)
		label_rank_add(all, &r);
}

static void read_shapes(const struct label_rules *rules, struct label_source *from,
			struct label_readings *all)
{
	const char *text = from->norm;
	size_t len = from->len;
	struct formats_set set;
	unsigned i;

	if (len > 0 && memchr(from->norm, ' ', len)) { /* as it is printed for people */
		len = 0;
		for (size_t k = 0; k < from->len; k++)
			if (from->norm[k] != ' ')
				from->dense[len++] = from->norm[k];
		text = from->dense;
	}
	set = formats_may_be(rules->formats, text, len);
	while (formats_next(&set, &i))
		take_shape(&rules->formats->format[i], text, len, all);
}

/* --- GS1 --- */

static void take_element(const struct format *f, const struct gs1 *g, const struct gs1_element *e,
			 bool sure, struct label_readings *all)
{
	struct label_reading r = {
		.kind = f->kind, .format = f, .priority = f->priority, .sure = sure};
	char id[4 + LABEL_MAX];
	unsigned ai = e->ai;
	size_t head = 0;

	if (f->kind == LABEL_PRODUCT) {
		r.id = label_rank_keep(all, g->value + e->at, GTIN_MAX);
		r.len = GTIN_MAX;
		if (r.id)
			gtin_shorten(&r.id, &r.len);
	} else {
		for (head = e->digits; head > 0; head--, ai /= 10)
			id[head - 1] = (char)('0' + ai % 10);
		head = e->digits;
		for (size_t i = 0; i < e->len; i++)
			id[head + i] = upper(g->value[e->at + i]);
		r.id = label_rank_keep(all, id, head + e->len);
		r.len = head + e->len;
	}
	if (e->checked)
		r.check = e->bad ? LABEL_CHECK_BAD : LABEL_CHECK_OK;
	if (r.id)
		label_rank_add(all, &r);
}

static bool is_broken(enum gs1_fault fault)
{
	return fault != GS1_FINE && fault != GS1_CHECK;
}

/* broken: the string goes wrong somewhere; then only a right check digit vouches for a value. */
static void take_elements(const struct label_rules *rules, const struct gs1 *g, bool sure,
			  bool broken, struct label_readings *all)
{
	for (unsigned i = 0; i < g->count; i++) {
		const struct gs1_element *e = &g->element[i];
		const struct format *f = formats_by_ai(rules->formats, e->ai, e->digits);

		if (broken && !e->checked)
			continue;
		if (f && (f->kind != LABEL_PRODUCT || e->len >= GTIN_MAX))
			take_element(f, g, e, sure, all);
	}
}

static bool is_gs1_symbol(const char *aim)
{
	static const char symbols[][3] = {"C1", "d2", "Q3", "e0", "e1", "e2", "J1"};

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
		if (strcmp(aim, symbols[i]) == 0)
			return true;
	return false;
}

/* The length of what stands for FNC1 at s; 0 = nothing does. */
static size_t fnc1_at(const struct label_rules *rules, const uint8_t *s, size_t len)
{
	for (unsigned i = 0; i < LABEL_FNC1 && rules->fnc1[i][0]; i++) {
		size_t n = strlen(rules->fnc1[i]);

		if (n <= len && memcmp(s, rules->fnc1[i], n) == 0)
			return n;
	}
	return 0;
}

/* Puts FNC1 in the place of what a scanner sends for it (F7). Returns the length. */
static size_t fnc1_restore(const struct label_rules *rules, const struct label_source *from,
			   uint8_t out[SCAN_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < from->bytes_len;) {
		size_t skip = fnc1_at(rules, from->bytes + i, from->bytes_len - i);

		out[n++] = skip ? GS1_FNC1 : from->bytes[i];
		i += skip ? skip : 1;
	}
	return n;
}

static void read_elements(const struct label_rules *rules, const struct label_source *from,
			  struct label_readings *all)
{
	bool symbol = is_gs1_symbol(from->aim), has_fnc1;
	uint8_t restored[SCAN_MAX];
	const uint8_t *s = from->bytes;
	size_t len = from->bytes_len;
	enum gs1_fault fault;
	struct gs1 g;

	if (rules->fnc1[0][0]) {
		len = fnc1_restore(rules, from, restored);
		s = restored;
	}
	has_fnc1 = memchr(s, GS1_FNC1, len) != NULL;
	if (!symbol && (from->aim[0] || (!has_fnc1 && !gs1_probe(s, len))))
		return;
	fault = gs1_read(s, len, &g);
	/* Without a sign that it is GS1 it has to begin with a key whose check digit is right. */
	if (symbol || has_fnc1 || (fault == GS1_FINE && g.element[0].checked))
		take_elements(rules, &g, false, is_broken(fault), all);
}

void label_foreign(const struct label_rules *rules, struct label_source *from,
		   struct label_readings *all)
{
	enum gs1_fault fault;
	struct gs1 g;

	if (from->readable)
		read_shapes(rules, from, all);
	if (!from->whole || from->bytes_len == 0)
		return;
	if (from->bytes[0] == 'h' || from->bytes[0] == 'H') {
		if (dlink_read(from->bytes, from->bytes_len, &g, &fault) >= DLINK_WRONG)
			take_elements(rules, &g, true, is_broken(fault), all);
	} else if (from->bytes[0] == '(') {
		fault = gs1_read_printed(from->bytes, from->bytes_len, &g);
		take_elements(rules, &g, true, is_broken(fault), all);
	} else {
		read_elements(rules, from, all);
	}
}
