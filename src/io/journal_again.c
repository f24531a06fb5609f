/* journal_again.c - an event written again in a child journal: its line is spliced, not made anew,
 * so that kinds and members of a newer version go with it. */
#include "journal_again.h"
#include "station/text.h"
#include <string.h>

/* Where the values stand that event_view only has as numbers. NULL: not there. */
static const char *value_after(const char *from, const char *end)
{
	const char *colon = from < end ? memchr(from, ':', (size_t)(end - from)) : NULL;

	while (colon && ++colon < end && (*colon == ' ' || *colon == '\t'))
		;
	return colon && colon < end ? colon : NULL;
}

static void put_until(struct text *t, const char *from, const char *to)
{
	text_bytes(t, from, (size_t)(to - from));
}

/* The members of data with the origin in front. An origin that is there already is the first id. */
static void put_data(struct text *t, const struct event_view *e, bool whole)
{
	const char *inside = e->data.at + 1, *end = e->data.at + e->data.len;
	struct event_span origin;

	if (event_data(&e->data, "origin", &origin)) {
		text_bytes(t, e->data.at, e->data.len);
		return;
	}
	text_put(t, "{\"origin\":\"");
	text_bytes(t, e->id.at, e->id.len);
	text_char(t, '"');
	while (inside < end && (*inside == ' ' || *inside == '\t'))
		inside++;
	if (!whole || *inside == '}') {
		text_char(t, '}');
		return;
	}
	text_char(t, ',');
	put_until(t, inside, end);
}

static size_t splice(const struct journal_db *child, const char *line, size_t len,
		     const struct event_view *e, const char *id, bool whole, char *out)
{
	struct text t = text_over(out, EVENT_LINE_MAX + 1);
	const char *end = line + len, *data_end = e->data.at + e->data.len;
	const char *seq = value_after(e->journal.at + e->journal.len, end);
	const char *prev = value_after(data_end, end), *behind = seq;

	while (behind && behind < end && *behind >= '0' && *behind <= '9')
		behind++;
	if (!seq || !prev || end - prev < 2 * EVENT_HASH + 2)
		return 0;
	put_until(&t, line, e->journal.at);
	text_put(&t, child->journal);
	put_until(&t, e->journal.at + e->journal.len, seq);
	text_u64(&t, child->seq + 1);
	put_until(&t, behind, e->id.at);
	text_put(&t, id);
	put_until(&t, e->id.at + e->id.len, e->data.at);
	put_data(&t, e, whole);
	put_until(&t, data_end, prev + 1);
	text_hex(&t, child->head, EVENT_HASH);
	put_until(&t, prev + 1 + 2 * EVENT_HASH, end);
	return t.full ? 0 : t.len;
}

size_t journal_again_line(const struct journal_db *child, const char *line, size_t len,
			  const char *id, char out[EVENT_LINE_MAX + 1])
{
	struct event_view e;
	size_t n;

	if (event_read(line, len, &e) != EVENT_OK)
		return 0;
	n = splice(child, line, len, &e, id, true, out);
	/* None that we write is that long; of a newer version's the rest is in the sealed file. */
	if (!n)
		n = splice(child, line, len, &e, id, false, out);
	return n && event_read(out, n, &e) == EVENT_OK ? n : 0;
}
