/* seen.c - labels that are in the picture (seen.h). */
#include "station/seen.h"
#include <string.h>

void seen_init(struct seen *s)
{
	s->labels = 0;
}

static size_t kept(const struct reading_label *label)
{
	return label->len < SEEN_TEXT ? label->len : SEEN_TEXT;
}

static bool is_same(const struct seen_label *a, const struct reading_label *b)
{
	return a->symbology == b->symbology && a->len == b->len &&
	       memcmp(a->text, b->text, kept(b)) == 0;
}

static bool has_left(const struct seen_label *l, uint64_t now_ms)
{
	return !l->here && !l->found && now_ms - l->since_ms >= SEEN_LEAVES;
}

static void drop_left(struct seen *s, uint64_t now_ms)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < s->labels; i++) {
		if (has_left(&s->label[i], now_ms))
			continue;
		if (n != i)
			s->label[n] = s->label[i];
		n++;
	}
	s->labels = n;
}

/* Room for one more; where all is taken, instead of the one that was missed first. */
static struct seen_label *place(struct seen *s)
{
	struct seen_label *least = &s->label[0];

	if (s->labels < SEEN_LABELS)
		return &s->label[s->labels++];
	for (unsigned i = 1; i < SEEN_LABELS; i++) {
		struct seen_label *l = &s->label[i];

		if (l->here || l->found)
			continue;
		if (least->here || least->found || l->since_ms < least->since_ms)
			least = l;
	}
	return least;
}

bool seen_found(struct seen *s, const struct reading_label *label, uint64_t now_ms)
{
	struct seen_label *l;

	drop_left(s, now_ms);
	for (uint8_t i = 0; i < s->labels; i++) {
		bool second;

		l = &s->label[i];
		if (!is_same(l, label))
			continue;
		second = !l->found && !l->told;
		l->found = true;
		l->told |= second;
		return second;
	}
	l = place(s);
	*l = (struct seen_label){.symbology = label->symbology,
				 .len = label->len,
				 .found = true,
				 .told = !reading_is_weak(label->symbology)};
	memcpy(l->text, label->text, kept(label));
	return l->told;
}

bool seen_waits(const struct seen *s)
{
	for (uint8_t i = 0; i < s->labels; i++)
		if (s->label[i].found && !s->label[i].told)
			return true;
	return false;
}

void seen_end(struct seen *s, bool differs, uint64_t now_ms)
{
	for (uint8_t i = 0; i < s->labels; i++) {
		struct seen_label *l = &s->label[i];

		/* one that was not told has no standing: what is misread now and then is not there
		 */
		if (!l->found && l->here && (differs || !l->told)) {
			l->here = false;
			l->since_ms = now_ms;
		} else if (l->found) {
			l->here = true;
		}
		l->found = false;
	}
	drop_left(s, now_ms);
}
