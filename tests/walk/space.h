/* space.h - the walk's states, each once, and how each was come to. */
#ifndef WALK_SPACE_H
#define WALK_SPACE_H
#include "edges.h"

/* A state with what the walk itself remembers of how it came about. */
struct node {
	struct checklist c;
	struct checklist_situation told; /* what the journal tells: every stored event folded in */
	struct checklist_append flight[CHECKLIST_GROUP];
	uint8_t flights;
	uint8_t press_ok; /* bits: this button's press began alone, after the lamp, with nothing in
			     flight */
	uint8_t age[PANEL_BUTTONS]; /* ticks since its press began, capped */
	bool down[PANEL_BUTTONS];
	uint8_t current, offered; /* which label: 0 none, 1..LABELS */
};

struct space {
	struct node *nodes;
	uint32_t *parent; /* from which each was first come to ... */
	uint8_t *by_edge; /* ... and by which edge; not of the first */
	size_t count;
	uint32_t *arrow_to, *arrow_from; /* every transition that was walked */
	size_t arrows;
};
extern struct space space;

/* The first state; what was there is forgotten. */
void space_begin(const struct node *n);
/* A transition to this state. */
void space_follow(const struct node *n, uint32_t from, int edge);
void space_free(void);
/* Moves a state to the common time START, and clears what has no meaning in it, so that equal
 * states compare equal. */
void space_normalise(struct node *n, uint64_t now);
void space_forget(struct checklist_situation *s);
bool space_is_holding(const struct checklist_situation *s);
/* No inspection is open: entering and leaving "which one?" and receiving mode is not recorded by
 * itself. */
bool space_is_mode(enum checklist_at at);
#endif
