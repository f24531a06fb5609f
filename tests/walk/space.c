/* space.c - the walk's states, each once, and how each was come to (space.h). */
#include "space.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct space space;

static size_t node_cap, arrow_cap, table_cap;
static uint32_t *table; /* of nodes, by their hash */

static void *grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		(void)fprintf(stderr, "out of memory\n");
		exit(2);
	}
	return p;
}

/* --- moving a state to a common time --- */

static void rebase(uint64_t *t, uint64_t now, uint32_t past, bool future)
{
	if (*t == MOMENT_NEVER || *t == 0)
		return;
	if (*t <= now)
		*t = now - *t > past ? START - past : START - (now - *t);
	else
		*t = future ? START + (*t - now) : START;
}

bool space_is_holding(const struct checklist_situation *s)
{
	return s->at == CHECKLIST_CLOSED ||
	       ((s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN) &&
		s->under == CHECKLIST_CLOSED);
}

bool space_is_mode(enum checklist_at at)
{
	return at == CHECKLIST_IDLE || at == CHECKLIST_WHICH || at == CHECKLIST_RECEIVING;
}

/* Clears what has no meaning in this situation, so that it does not multiply the states. */
void space_forget(struct checklist_situation *s)
{
	bool asking = s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN;
	bool inspecting =
		s->at == CHECKLIST_STEP || s->at == CHECKLIST_REASON || space_is_holding(s);
	bool parcel =
		inspecting || s->at == CHECKLIST_WHICH || (asking && s->under != CHECKLIST_IDLE);

	if (!asking) {
		s->under = CHECKLIST_IDLE;
		if (!s->refused)
			s->offer = (struct checklist_offer){.units = 1, .unit = CHECKLIST_NO_UNIT};
	}
	if (!inspecting) {
		s->step = 0;
		memset(s->answer, 0, sizeof(s->answer));
		s->verdict = PARCEL_NONE;
		s->unit = 0;
	}
	if (!parcel) {
		s->units = 1;
		s->done = 0;
		s->overdue = false;
	}
}

void space_normalise(struct node *n, uint64_t now)
{
	struct checklist *c = &n->c;
	bool timed = c->now.at != CHECKLIST_IDLE || c->now.refused;

	rebase(&c->written_at, now, plan->slow_ms, false);
	rebase(&c->lit_at, now, plan->guard_ms, false);
	rebase(&c->hold_due, now, 0, true);
	rebase(&c->due, now, 0, true);
	rebase(&c->overdue_until, now, 0, true);
	rebase(&c->echo_until, now, 0, true);
	for (int i = 0; i < PANEL_BUTTONS; i++) {
		struct button *b = &c->buttons.of[i];

		rebase(&b->since, now, plan->button.stuck_ms, false);
		rebase(&b->until, now, 0, true);
		rebase(&b->closed, now, plan->button.stuck_ms, false);
		if (!b->raw || !b->locked) /* of no use any more */
			b->closed = b->early = 0;
		if (b->is == BUTTON_UP || b->is == BUTTON_STUCK)
			b->since = b->ticked = 0;
		if (b->until <= START) {
			b->until = 0;
			if (!b->raw)
				b->locked = false;
		}
	}
	if (!c->writing) {
		c->written_at = 0;
		c->tone = PANEL_TONE_NONE;
		c->next = c->now;
		n->flights = 0;
		memset(n->flight, 0, sizeof(n->flight));
	}
	c->clock_by = c->clock_by_in_flight = 0; /* how far it stepped changes nothing */
	for (uint8_t i = 0; i < n->flights; i++)
		n->flight[i].by_ms = 0;
	if (!space_is_holding(&c->now))
		c->hold_due = 0;
	if (!timed)
		c->due = 0;
	/* Echoes last 100 ms and more, hundreds of ticks here: judged when they begin, then
	 * forgotten. */
	c->echo = PANEL_TONE_NONE;
	c->echo_until = 0;
	c->overdue_until = 0;
	memset(c->shown, 0, sizeof(c->shown));
	space_forget(&c->now);
	space_forget(&c->next);
	space_forget(&n->told);
	n->told.alert = CHECKLIST_WHY_NONE; /* judged when it was stored */
	n->told.refused = false;
	if (space_is_mode(n->told.at) && space_is_mode(c->now.at)) {
		n->told = c->now; /* no inspection: nothing more is told of the mode */
		n->told.alert = CHECKLIST_WHY_NONE;
		n->told.refused = false;
	}
	if (c->now.at == CHECKLIST_IDLE || c->now.at == CHECKLIST_RECEIVING)
		n->current = 0;
	if (c->now.at != CHECKLIST_REPEAT && c->now.at != CHECKLIST_UNKNOWN && !c->now.refused &&
	    !c->writing)
		n->offered = 0;
}

/* --- each once --- */

/* By whole words. */
static uint64_t hash(const struct node *n)
{
	const unsigned char *p = (const unsigned char *)n;
	uint64_t h = 14695981039346656037u, word;

	static_assert(sizeof(*n) % sizeof(word) == 0, "a node ends with a whole word");
	for (size_t i = 0; i < sizeof(*n); i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		h = (h ^ word) * 1099511628211u;
		h ^= h >> 32;
	}
	return h;
}

static void table_grow(void)
{
	size_t cap = table_cap ? table_cap * 2 : 1u << 16;

	table = grow(table, cap * sizeof(*table));
	memset(table, 0xff, cap * sizeof(*table));
	table_cap = cap;
	for (size_t i = 0; i < space.count; i++) {
		size_t slot = hash(&space.nodes[i]) & (cap - 1);

		while (table[slot] != UINT32_MAX)
			slot = (slot + 1) & (cap - 1);
		table[slot] = (uint32_t)i;
	}
}

/* The node's index; *fresh if it was not there. */
static uint32_t intern(const struct node *n, bool *fresh)
{
	size_t slot;

	if ((space.count + 1) * 2 > table_cap)
		table_grow();
	slot = hash(n) & (table_cap - 1);
	for (; table[slot] != UINT32_MAX; slot = (slot + 1) & (table_cap - 1)) {
		if (memcmp(&space.nodes[table[slot]], n, sizeof(*n)) == 0) {
			*fresh = false;
			return table[slot];
		}
	}
	if (space.count == node_cap) {
		node_cap = node_cap ? node_cap * 2 : 4096;
		space.nodes = grow(space.nodes, node_cap * sizeof(*space.nodes));
		space.parent = grow(space.parent, node_cap * sizeof(*space.parent));
		space.by_edge = grow(space.by_edge, node_cap);
	}
	space.nodes[space.count] = *n;
	table[slot] = (uint32_t)space.count;
	*fresh = true;
	return (uint32_t)space.count++;
}

static void arrow(uint32_t to, uint32_t from)
{
	if (space.arrows == arrow_cap) {
		arrow_cap = arrow_cap ? arrow_cap * 2 : 1u << 16;
		space.arrow_to = grow(space.arrow_to, arrow_cap * sizeof(*space.arrow_to));
		space.arrow_from = grow(space.arrow_from, arrow_cap * sizeof(*space.arrow_from));
	}
	space.arrow_to[space.arrows] = to;
	space.arrow_from[space.arrows++] = from;
}

void space_begin(const struct node *n)
{
	bool fresh;

	space.count = space.arrows = 0;
	if (table)
		memset(table, 0xff, table_cap * sizeof(*table));
	(void)intern(n, &fresh);
}

void space_follow(const struct node *n, uint32_t from, int edge)
{
	bool fresh;
	uint32_t to = intern(n, &fresh);

	if (fresh) {
		space.parent[to] = from;
		space.by_edge[to] = (uint8_t)edge;
	}
	arrow(to, from);
}

void space_free(void)
{
	free(space.nodes);
	free(space.parent);
	free(space.by_edge);
	free(space.arrow_to);
	free(space.arrow_from);
	free(table);
}
