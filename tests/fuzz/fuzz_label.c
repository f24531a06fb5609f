/* fuzz_label.c - any scan under any rules: what the readings promise, and that what is printed is
 * read back. Input: the company's shape up to the first LF, then the scan; the scan's text is also
 * tried as a code to print. */
#include "station/formats.h"
#include "station/label.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void check_text(const char *text)
{
	check(memchr(text, '\0', LABEL_MAX + 1) != NULL);
	for (; *text; text++)
		check(*text >= ' ' && *text <= '~');
}

static void check_candidates(const struct label *all, size_t n)
{
	bool failed = false;

	check(n >= 1 && n <= LABEL_CANDIDATES);
	for (size_t i = 0; i < n; i++) {
		check_text(all[i].id);
		check_text(all[i].text);
		check(strlen(all[i].aim) == 0 || strlen(all[i].aim) == 2);
		check(all[i].kind != LABEL_UNKNOWN || i == 0);
		check((all[i].fault == LABEL_FAULT_CHECK) == (all[i].check == LABEL_CHECK_BAD));
		check(label_kind_name(all[i].kind) && label_check_name(all[i].check));
		/* Good ones first. */
		check(!failed || all[i].fault != LABEL_FAULT_NONE);
		failed = all[i].fault != LABEL_FAULT_NONE && all[i].fault != LABEL_FAULT_TIE;
		check(all[i].kind != LABEL_UNKNOWN || all[i].fault != LABEL_FAULT_NONE);
	}
	check((all[0].kind == LABEL_UNKNOWN) == (all[0].fault != LABEL_FAULT_NONE));
	/* A tie names at least two; of different kinds it is nobody's. */
	if (all[0].tie)
		check(n > 1 && all[1].tie &&
		      (all[0].kind == LABEL_UNKNOWN ? all[0].fault == LABEL_FAULT_TIE
						    : all[1].kind == all[0].kind));
}

static void check_scan(const struct label_rules *rules, const struct scan *scan, struct label *out)
{
	struct label all[LABEL_CANDIDATES];

	memset(all, 0x55, sizeof(all));
	size_t n = label_candidates(rules, scan, all);
	check_candidates(all, n);
	label_parse(rules, scan, out);
	check(out->kind == all[0].kind && out->check == all[0].check &&
	      out->fault == all[0].fault && strcmp(out->id, all[0].id) == 0);
}

/* What is printed is read back as that kind, and its id makes the same text again. */
static void check_made(const struct label_rules *rules, enum label_kind kind, const char *code)
{
	char text[LABEL_MAX + 1], cut[8];
	struct label all[LABEL_CANDIDATES];
	struct scan scan = {.len = 0};
	bool found = false;

	if (!label_make(rules, kind, code, text, sizeof(text)))
		return;
	check(kind != LABEL_UNKNOWN);
	check_text(text);
	check(label_make(rules, kind, code, cut, sizeof(cut)) == (strlen(text) < sizeof(cut)));
	memcpy(scan.bytes, text, strlen(text));
	scan.len = (uint16_t)strlen(text);
	scan.total = scan.len;
	size_t n = label_candidates(rules, &scan, all);
	for (size_t i = 0; i < n; i++)
		found = found || (all[i].kind == kind && all[i].fault == LABEL_FAULT_NONE);
	/* A number that begins or ends in a space, or looks like an AIM id, can't be scanned. */
	check(found || text[0] == ' ' || text[0] == ']' || text[strlen(text) - 1] == ' ');
}

/* A few of each sort; the packaged files are fuzz_formats' business. */
static const struct formats *other_labels(void)
{
	static const char *const lines[] = {
		"[label ean]",	 "shape = %d{13}",   "check = gs1-mod10", "kind = product",
		"[label any]",	 "shape = %w{4,20}", "kind = carrier",	  "priority = 9",
		"[label upc]",	 "shape = %d{12}",   "check = gs1-mod10", "kind = product",
		"[label fedex]", "shape = %d{12}",   "check = fedex-12",  "kind = carrier",
		"[label sscc]",	 "ai = 00",	     "kind = plate",	  "symbology = C1",
		"[label grai]",	 "ai = 8003",	     "kind = asset",	  "priority = 80",
	};
	static struct formats f;
	struct formats_reader r;
	struct settings_error error;

	if (f.count > 0)
		return &f;
	formats_init(&f);
	formats_read_init(&r, &f, "fuzz");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check(formats_read_line(&r, lines[i], strlen(lines[i]), &error));
	check(formats_read_end(&r, &error));
	formats_finish(&f);
	return &f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *lf = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t head = lf ? (size_t)(lf - data) : 0;
	struct label_rules rules = {.site = "S1", .rma_rule = CHECK_MOD37_36, .has_key = true};
	struct scan scan = {.len = 0};
	struct label label;
	char shape[130] = "";

	if (head < sizeof(shape))
		memcpy(shape, data, head);
	if (lf) {
		data += head + 1;
		size -= head + 1;
	}
	if (shape_read(&rules.rma, shape) != NULL)
		check(shape_read(&rules.rma, "R%w{3}%d{7}%c") == NULL);
	scan.len = size < SCAN_MAX ? (uint16_t)size : SCAN_MAX;
	scan.total = (uint32_t)size;
	if (size > 0)
		memcpy(scan.bytes, data, scan.len);
	check_scan(&rules, &scan, &label);
	rules.formats = other_labels();
	memcpy(rules.fnc1[0], "~", 2);
	check_scan(&rules, &scan, &label);
	rules.formats = NULL;
	check_scan(&rules, &scan, &label);
	for (int kind = LABEL_UNKNOWN; kind <= LABEL_BADGE; kind++)
		check_made(&rules, (enum label_kind)kind, label.text);
	rules.rma_rule = CHECK_NONE;
	rules.has_key = false;
	rules.site[0] = '\0';
	check_scan(&rules, &scan, &label);
	check(label.kind != LABEL_HOUSE && label.kind != LABEL_COMMAND &&
	      label.kind != LABEL_REASON && label.kind != LABEL_BADGE);
	check_made(&rules, LABEL_RETURN, label.text);
	return 0;
}
