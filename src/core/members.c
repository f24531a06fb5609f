/* members.c - the members of a small flat JSON object (members.h). */
#include "members.h"
#include "json.h"
#include "station/text.h"
#include <string.h>

#define DEPTH 4

bool members_read(struct members *m, const char *json, size_t len)
{
	struct json_top top = {m->key, m->value, MEMBERS_MOST, 0};

	m->count = 0;
	m->wrong = false;
	if (json_check(json, len, DEPTH, &top) != JSON_OK)
		return false;
	m->count = top.members < MEMBERS_MOST ? top.members : MEMBERS_MOST;
	return true;
}

/* The value as raw JSON. */
static const struct event_span *find(struct members *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (event_span_is(&m->key[i], name))
			return &m->value[i];
	m->wrong = true;
	return NULL;
}

void members_text(struct members *m, const char *name, char *out, size_t cap)
{
	const struct event_span *v = find(m, name);
	struct event_span inside;

	out[0] = '\0';
	if (v && (!json_unquote(v, &inside) || !event_span_copy(&inside, out, cap)))
		m->wrong = true;
}

uint64_t members_number(struct members *m, const char *name)
{
	const struct event_span *v = find(m, name);
	uint64_t n = 0;

	if (v && !text_read_u64(v->at, v->len, INT64_MAX, &n))
		m->wrong = true;
	return n;
}

void members_hash(struct members *m, const char *name, uint8_t hash[EVENT_HASH])
{
	const struct event_span *v = find(m, name);
	struct event_span inside;

	if (v &&
	    (!json_unquote(v, &inside) || !text_read_hex(inside.at, inside.len, hash, EVENT_HASH)))
		m->wrong = true;
}

bool members_switch(struct members *m, const char *name, const char *on, const char *off)
{
	const struct event_span *v = find(m, name);

	if (v && !event_span_is(v, on) && !event_span_is(v, off))
		m->wrong = true;
	return v && event_span_is(v, on);
}

enum members_format members_format(struct members *m, const char *format, uint64_t version)
{
	char told[33];
	uint64_t n;

	members_text(m, "format", told, sizeof(told));
	if (m->wrong || strcmp(told, format) != 0)
		return MEMBERS_FOREIGN;
	n = members_number(m, "version");
	return !m->wrong && n > version ? MEMBERS_NEWER : MEMBERS_OURS;
}
