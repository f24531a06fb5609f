/* button.h - from contact edges to presses: a button counts on release, alone since its press;
 * bounces, chords and stuck buttons count nothing. Release is taken at once (no waiting out of
 * bounces), so it costs no latency. */
#ifndef STATION_BUTTON_H
#define STATION_BUTTON_H
#include "station/panel.h"
#include <stdbool.h>
#include <stdint.h>

struct button_rules {
	uint32_t bounce_ms; /* shorter contact is a bounce; edges this soon after a release are
			       ignored */
	uint32_t stuck_ms;  /* down this long: stuck */
};

enum button_is {
	BUTTON_UP,
	BUTTON_DOWN,
	BUTTON_SPOILT, /* down, but its release will not count */
	BUTTON_STUCK,  /* down too long: out of use until it is released; the others work */
};

struct button {
	enum button_is is;
	bool raw;	       /* the contact, as last told */
	bool locked;	       /* just released: edges are bounces until `until` */
	bool ticked;	       /* spoilt, and the error tick was given already */
	bool early;	       /* the contact closed too early to count */
	bool found;	       /* it was down when it was first looked at */
	uint64_t closed;       /* when the contact closed */
	uint64_t since, until; /* of the press; of the lock */
};

struct button_set {
	struct button of[PANEL_BUTTONS];
};

enum button_news_kind {
	BUTTON_NOTHING,
	BUTTON_PRESSED, /* released after held_ms: counts */
	BUTTON_IGNORED, /* a bounce, a chord, or a press that came too early: error tick */
	BUTTON_JAMMED,
	BUTTON_FREED,
};

struct button_news {
	enum button_news_kind kind;
	enum panel_button button;
	uint64_t held_ms;
};

/* One edge. early: presses that begin now don't count (an append is in flight, the lamp has only
 * just come on). */
struct button_news button_edge(struct button_set *set, const struct button_rules *rules,
			       enum panel_button button, bool down, bool early, uint64_t now);
/* It is down already, and nobody saw since when: stuck, perhaps. Its release does not count, and it
 * makes no chord with the others, which work; after stuck_ms it is told as stuck. */
void button_found(struct button_set *set, enum panel_button button, uint64_t now);
/* The lamps changed: presses that began before are no answer to them. */
void button_spoil(struct button_set *set);
/* What time alone brings; call again until BUTTON_NOTHING. */
struct button_news button_tick(struct button_set *set, const struct button_rules *rules,
			       uint64_t now);
/* Monotonic ms at which button_tick() is due, or MOMENT_NEVER. */
uint64_t button_deadline(const struct button_set *set, const struct button_rules *rules);
#endif
