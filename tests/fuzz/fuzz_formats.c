/* fuzz_formats.c - fuzz target: files of label formats (labels.d). What is refused says file and
 * line; what is taken is whole, and its index misses nothing that fits. Input: lines of a file; the
 * last line is also a label. */
#include "station/formats.h"
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
	check(memcmp(error->text, "x.conf:", 7) == 0);
	check(error->text[7] >= '1' && error->text[7] <= '9');
}

static void check_format(const struct format *f)
{
	check(f->name[0] && strlen(f->name) <= 32);
	check(f->carrier[0] && f->carrier_zh[0]);
	check(text_is_utf8(f->carrier, strlen(f->carrier)));
	check(f->priority >= 1 && f->priority <= 99);
	check(f->kind == LABEL_RETURN || f->kind >= LABEL_CARRIER);
	check(f->rule < CHECK_RULES && f->symbologies <= FORMATS_SYMBOLS);
	check((f->ai_digits == 0) == (f->shape.parts > 0));
	check(f->shape.before + f->shape.behind <= f->shape.shortest);
}

/* What a shape fits is in the set that the index gives. */
static void check_index(const struct formats *f, const char *text, size_t len)
{
	struct formats_set set = formats_may_be(f, text, len), left = set;
	size_t check_at;
	unsigned i, n = 0;

	while (formats_next(&left, &i)) {
		check(i < f->count);
		n++;
	}
	check(n <= f->count);
	for (i = 0; i < f->count; i++)
		if (f->format[i].ai_digits == 0 &&
		    shape_fits(&f->format[i].shape, text, len, &check_at))
			check(set.bits[i / 64] >> i % 64 & 1);
}

static void check_label(const struct formats *f, const char *text, size_t len)
{
	struct label_rules rules = {.formats = f};
	struct label all[LABEL_CANDIDATES];
	struct scan scan = {.len = (uint16_t)len, .total = (uint32_t)len};

	memcpy(scan.bytes, text, len);
	size_t n = label_candidates(&rules, &scan, all);
	check(n >= 1 && n <= LABEL_CANDIDATES);
	for (size_t i = 0; i < n; i++)
		check(all[i].kind == LABEL_UNKNOWN || all[i].format);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct formats f;
	struct settings_error error = {{0}};
	struct formats_reader r;
	const char *at = (const char *)data, *end = at + size;
	char text[LABEL_MAX];
	size_t len = 0;
	bool ok = true;

	formats_init(&f);
	formats_read_init(&r, &f, "x.conf");
	while (ok && at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		len = (size_t)((lf ? lf : end) - at);
		len = len < sizeof(text) ? len : 0;
		memcpy(text, at, len);
		ok = formats_read_line(&r, at, (size_t)((lf ? lf : end) - at), &error);
		at = lf ? lf + 1 : end;
	}
	ok = ok && formats_read_end(&r, &error);
	if (!ok) {
		check_refusal(&error);
		return 0;
	}
	formats_finish(&f);
	check(f.count <= FORMATS_MAX && f.version[0]);
	for (unsigned i = 0; i < f.count; i++)
		check_format(&f.format[i]);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '#' || text[i] == ';')
			text[i] = 'A';
	check_index(&f, text, len);
	if (len > 0)
		check_label(&f, text, len);
	return 0;
}
