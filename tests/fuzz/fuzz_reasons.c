/* fuzz_reasons.c - fuzz target: the file of the site's reasons. What is refused says file and line;
 * what is taken has codes that a barcode can hold, each once, and texts that a screen can show.
 * Input: the file. */
#include "station/reasons.h"
#include "station/text.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void check_refusal(const struct settings_error *error)
{
	size_t len = strnlen(error->text, sizeof(error->text));

	check(len > 8 && len < sizeof(error->text));
	check(memcmp(error->text, "x.csv:", 6) == 0);
	check(error->text[6] >= '1' && error->text[6] <= '9');
	check(text_is_utf8(error->text, len));
}

static void check_text(const char *text)
{
	size_t len = strlen(text);

	check(len > 0 && len <= REASONS_TEXT && text_is_utf8(text, len));
	for (size_t i = 0; i < len; i++)
		check((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
}

static void check_reason(const struct reasons *all, const struct reason *r)
{
	struct label_rules rules = {.has_key = true};
	char barcode[LABEL_MAX + 1];

	check(reasons_find(all, r->code) == r);
	check(label_make(&rules, LABEL_REASON, r->code, barcode, sizeof(barcode)));
	check(memcmp(barcode + 4, r->code, strlen(r->code)) == 0);
	check_text(r->en);
	check_text(r->zh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reasons all;
	struct settings_error error = {{0}};
	struct reasons_reader r;
	const char *at = (const char *)data, *end = at + size;
	bool ok = true;

	reasons_read_init(&r, &all, "x.csv");
	while (ok && at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		ok = reasons_read_line(&r, at, (size_t)((lf ? lf : end) - at), &error);
		at = lf ? lf + 1 : end;
	}
	ok = ok && reasons_read_end(&r, &error);
	if (!ok) {
		check_refusal(&error);
		return 0;
	}
	check(all.count <= REASONS_MAX && all.version[0]);
	for (unsigned i = 0; i < all.count; i++)
		check_reason(&all, &all.reason[i]);
	return 0;
}
