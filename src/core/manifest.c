/* manifest.c - manifest.json and the lines of SHA256SUMS (manifest.h). */
#include "station/manifest.h"
#include "members.h"
#include <string.h>

const char *manifest_fault_text(enum manifest_fault fault)
{
	switch (fault) {
	case MANIFEST_OK:
		break;
	case MANIFEST_NOT_JSON:
		return "it is not one object of JSON";
	case MANIFEST_FOREIGN:
		return "it is of something else than a station's export";
	case MANIFEST_NEWER:
		return "it was written by a newer version";
	case MANIFEST_VALUE:
		return "a member is missing, or its value is none";
	}
	return "";
}

/* --- writing --- */

static void key(struct text *t, const char *name)
{
	text_put(t, t->len > 2 ? ",\n \"" : " \"");
	text_put(t, name);
	text_put(t, "\": ");
}

static void put_text(struct text *t, const char *name, const char *value)
{
	key(t, name);
	text_json(t, value, strlen(value));
}

static void put_number(struct text *t, const char *name, uint64_t value)
{
	key(t, name);
	text_u64(t, value);
}

static void put_hash(struct text *t, const char *name, const uint8_t hash[EVENT_HASH])
{
	key(t, name);
	text_char(t, '"');
	text_hex(t, hash, EVENT_HASH);
	text_char(t, '"');
}

void manifest_write(struct text *t, const struct manifest *m)
{
	text_put(t, "{\n");
	put_text(t, "format", MANIFEST_FORMAT);
	put_number(t, "version", MANIFEST_VERSION);
	put_text(t, "station", m->station);
	put_text(t, "journal", m->journal);
	put_text(t, "software", m->software);
	put_text(t, "made", m->made);
	put_text(t, "asked", m->all ? "all" : "unacknowledged");
	put_number(t, "acked", m->acked);
	put_number(t, "anchor", m->anchor);
	put_number(t, "first", m->first);
	put_number(t, "last", m->last);
	put_hash(t, "prev", m->prev);
	put_hash(t, "head", m->head);
	put_number(t, "inspections", m->inspections);
	put_number(t, "photos", m->photos);
	put_number(t, "photos_missing", m->photos_missing);
	key(t, "signed");
	text_put(t, m->is_signed ? "true" : "false");
	if (m->why_unsigned[0])
		put_text(t, "unsigned", m->why_unsigned);
	text_put(t, "\n}\n");
}

/* --- reading --- */

static void take_all(struct members *m, struct manifest *out)
{
	members_text(m, "station", out->station, sizeof(out->station));
	members_text(m, "journal", out->journal, sizeof(out->journal));
	members_text(m, "software", out->software, sizeof(out->software));
	members_text(m, "made", out->made, sizeof(out->made));
	out->all = members_switch(m, "asked", "\"all\"", "\"unacknowledged\"");
	out->acked = members_number(m, "acked");
	out->anchor = members_number(m, "anchor");
	out->first = members_number(m, "first");
	out->last = members_number(m, "last");
	members_hash(m, "prev", out->prev);
	members_hash(m, "head", out->head);
	out->inspections = members_number(m, "inspections");
	out->is_signed = members_switch(m, "signed", "true", "false");
}

static bool makes_sense(const struct manifest *m)
{
	int64_t ms;

	return m->first > 0 && m->last >= m->first - 1 && m->station[0] &&
	       text_is_uuid(m->journal, strlen(m->journal)) &&
	       text_read_time(m->made, strlen(m->made), &ms);
}

enum manifest_fault manifest_read(const char *json, size_t len, struct manifest *out)
{
	struct members m;

	memset(out, 0, sizeof(*out));
	if (len > MANIFEST_MAX || !members_read(&m, json, len))
		return MANIFEST_NOT_JSON;
	switch (members_format(&m, MANIFEST_FORMAT, MANIFEST_VERSION)) {
	case MEMBERS_FOREIGN:
		return MANIFEST_FOREIGN;
	case MEMBERS_NEWER:
		return MANIFEST_NEWER;
	case MEMBERS_OURS:
		break;
	}
	take_all(&m, out);
	return m.wrong || !makes_sense(out) ? MANIFEST_VALUE : MANIFEST_OK;
}

/* --- the note: "exported JOURNAL FIRST LAST HEAD" --- */

void manifest_note_write(struct text *t, const struct manifest_note *note)
{
	text_put(t, "exported ");
	text_put(t, note->journal);
	text_char(t, ' ');
	text_u64(t, note->first);
	text_char(t, ' ');
	text_u64(t, note->last);
	text_char(t, ' ');
	text_hex(t, note->head, EVENT_HASH);
	text_char(t, '\n');
}

/* The next word behind one space, or of the line; false: there is none. */
static bool word_take(struct event_span *line, struct event_span *word)
{
	const char *space = line->len ? memchr(line->at, ' ', line->len) : NULL;

	word->at = line->at;
	word->len = space ? (size_t)(space - line->at) : line->len;
	line->at += word->len + (space != NULL);
	line->len -= word->len + (space != NULL);
	return word->len > 0;
}

bool manifest_note_read(const char *line, size_t len, struct manifest_note *out)
{
	struct event_span rest = {line, len}, word, journal, first, last, head;

	memset(out, 0, sizeof(*out));
	if (len == 0 || len > MANIFEST_NOTE || line[len - 1] != '\n')
		return false;
	rest.len--;
	if (!word_take(&rest, &word) || !event_span_is(&word, "exported") ||
	    !word_take(&rest, &journal) || !text_is_uuid(journal.at, journal.len) ||
	    !word_take(&rest, &first) || !word_take(&rest, &last) || !word_take(&rest, &head) ||
	    rest.len)
		return false;
	memcpy(out->journal, journal.at, EVENT_UUID);
	return text_read_u64(first.at, first.len, INT64_MAX, &out->first) && out->first > 0 &&
	       text_read_u64(last.at, last.len, INT64_MAX, &out->last) && out->last >= out->first &&
	       text_read_hex(head.at, head.len, out->head, EVENT_HASH);
}

/* --- SHA256SUMS --- */

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

bool manifest_name(const char *name, size_t len)
{
	unsigned slashes = 0;
	bool first = true; /* byte of a part */

	if (len > MANIFEST_NAMES)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '/') {
			if (first || slashes++)
				return false;
			first = true;
			continue;
		}
		if (!is_name_byte(name[i]) || (first && name[i] == '.'))
			return false;
		first = false;
	}
	return !first;
}

bool manifest_sum_read(const char *line, size_t len, struct manifest_sum *out)
{
	size_t hex = 2 * sizeof(out->sum), at = hex + 2;

	memset(out, 0, sizeof(*out));
	if (len <= at || line[hex] != ' ' || (line[hex + 1] != ' ' && line[hex + 1] != '*') ||
	    !text_read_hex(line, hex, out->sum, sizeof(out->sum)) ||
	    !manifest_name(line + at, len - at))
		return false;
	memcpy(out->name, line + at, len - at);
	return true;
}

void manifest_sum_write(struct text *t, const struct manifest_sum *sum)
{
	text_hex(t, sum->sum, sizeof(sum->sum));
	text_put(t, "  ");
	text_put(t, sum->name);
	text_char(t, '\n');
}
