/* report_table.c - things that are found again by a key and leave in the order in which they came:
 * chains of hashed buckets, and one list by age through all of them. Keys are hashes, so that
 * nobody can choose labels that all fall into one bucket. */
#include "report_part.h"
#include <string.h>

void report_table_init(struct report_table *t, struct report_node *node, uint32_t *head,
		       uint32_t most)
{
	*t = (struct report_table){.node = node,
				   .head = head,
				   .most = most,
				   .oldest = REPORT_NONE,
				   .newest = REPORT_NONE};
	for (uint32_t i = 0; i < most; i++) {
		head[i] = REPORT_NONE;
		node[i] = (struct report_node){.next = i + 1 < most ? i + 1 : REPORT_NONE};
	}
}

void report_table_key(const char *text, size_t len, uint8_t key[REPORT_KEY])
{
	uint8_t hash[EVENT_HASH];

	event_hash(text, len, hash);
	memcpy(key, hash, REPORT_KEY);
}

static uint32_t *bucket(const struct report_table *t, const uint8_t key[REPORT_KEY])
{
	uint32_t n;

	memcpy(&n, key, sizeof(n));
	return &t->head[n % t->most];
}

uint32_t report_table_find(const struct report_table *t, const uint8_t key[REPORT_KEY])
{
	uint32_t at = *bucket(t, key);

	while (at != REPORT_NONE && memcmp(t->node[at].key, key, REPORT_KEY) != 0)
		at = t->node[at].next;
	return at;
}

void report_table_remove(struct report_table *t, uint32_t at)
{
	struct report_node *n = &t->node[at];
	uint32_t *link = bucket(t, n->key);

	while (*link != at)
		link = &t->node[*link].next;
	*link = n->next;
	if (n->older != REPORT_NONE)
		t->node[n->older].newer = n->newer;
	else
		t->oldest = n->newer;
	if (n->newer != REPORT_NONE)
		t->node[n->newer].older = n->older;
	else
		t->newest = n->older;
	*n = (struct report_node){.next = t->free};
	t->free = at;
	t->used--;
}

uint32_t report_table_add(struct report_table *t, const uint8_t key[REPORT_KEY], bool *evicted)
{
	uint32_t at, *link = bucket(t, key);

	*evicted = t->used == t->most;
	if (*evicted)
		report_table_remove(t, t->oldest);
	at = t->free;
	t->free = t->node[at].next;
	t->node[at] = (struct report_node){
		.next = *link, .older = t->newest, .newer = REPORT_NONE, .used = true};
	memcpy(t->node[at].key, key, REPORT_KEY);
	*link = at;
	if (t->newest != REPORT_NONE)
		t->node[t->newest].newer = at;
	else
		t->oldest = at;
	t->newest = at;
	t->used++;
	return at;
}
