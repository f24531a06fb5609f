/* formats.c - the table of the other labels (formats.h), and its index: sets of formats as bits, by
 * length and by each of the first characters, so that a label is held against few shapes. */
#include "station/formats.h"
#include "station/text.h"
#include <string.h>

static unsigned class_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A') + 10;
	return FORMATS_CLASSES - 1;
}

static void set_add(struct formats_set *set, unsigned i)
{
	set->bits[i / 64] |= 1ull << i % 64;
}

void formats_init(struct formats *f)
{
	memset(f, 0, sizeof(*f));
	f->hash = 14695981039346656037u;
}

/* Whether one of the characters of a class may stand there. */
static bool class_may_be(const struct shape *s, size_t at, unsigned class)
{
	if (class < FORMATS_CLASSES - 1)
		return shape_may_have(s, at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[class]);
	for (char c = ' '; c < 0x7f; c++)
		if (class_of(c) == class && shape_may_have(s, at, c))
			return true;
	return false;
}

static void index_shape(struct formats *f, unsigned i)
{
	const struct shape *s = &f->format[i].shape;

	for (size_t len = s->shortest; len <= s->longest && len <= LABEL_MAX; len++)
		set_add(&f->by_length[len], i);
	for (size_t at = 0; at < FORMATS_PREFIX; at++)
		for (unsigned class = 0; class < FORMATS_CLASSES; class ++)
			if (at >= s->shortest || class_may_be(s, at, class))
				set_add(&f->by_prefix[at][class], i);
}

void formats_finish(struct formats *f)
{
	struct text t = text_over(f->version, sizeof(f->version));
	uint8_t hash[8];

	memset(f->by_length, 0, sizeof(f->by_length));
	memset(f->by_prefix, 0, sizeof(f->by_prefix));
	for (unsigned i = 0; i < f->count; i++)
		if (f->format[i].ai_digits == 0)
			index_shape(f, i);
	for (unsigned i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(f->hash >> (56 - 8 * i));
	text_u64(&t, f->count);
	text_char(&t, '-');
	text_hex(&t, hash, sizeof(hash));
}

struct formats_set formats_may_be(const struct formats *f, const char *text, size_t len)
{
	struct formats_set set = {{0}};

	if (len > LABEL_MAX)
		return set;
	set = f->by_length[len];
	for (size_t at = 0; at < FORMATS_PREFIX && at < len; at++)
		for (unsigned w = 0; w < FORMATS_WORDS; w++)
			set.bits[w] &= f->by_prefix[at][class_of(text[at])].bits[w];
	return set;
}

bool formats_next(struct formats_set *set, unsigned *index)
{
	for (unsigned w = 0; w < FORMATS_WORDS; w++) {
		if (set->bits[w] == 0)
			continue;
		*index = w * 64 + (unsigned)__builtin_ctzll(set->bits[w]);
		set->bits[w] &= set->bits[w] - 1;
		return true;
	}
	return false;
}

const struct format *formats_by_ai(const struct formats *f, uint16_t ai, unsigned digits)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->format[i].ai_digits == digits && f->format[i].ai == ai && digits)
			return &f->format[i];
	return NULL;
}
