/* button.c - contact edges to presses: bounces, chords, stuck buttons (see button.h). */
#include "station/button.h"
#include "station/moment.h"

static struct button_news news(enum button_news_kind kind, enum panel_button button, uint64_t held)
{
	return (struct button_news){.kind = kind, .button = button, .held_ms = held};
}

static bool is_pressed(const struct button *b)
{
	return b->is == BUTTON_DOWN || b->is == BUTTON_SPOILT;
}

/* Two contacts closed together: none of them counts, and one tick says so. */
static bool spoil_chord(struct button_set *set, enum panel_button button)
{
	bool chord = false;

	for (int i = 0; i < PANEL_BUTTONS; i++) {
		struct button *b = &set->of[i];

		if (i == (int)button || b->is == BUTTON_STUCK || b->found ||
		    (!b->raw && !is_pressed(b)))
			continue;
		chord = true;
		b->early = true;
		if (is_pressed(b)) {
			b->is = BUTTON_SPOILT;
			b->ticked = true;
		}
	}
	return chord;
}

/* A contact that closed while locked, and stays so, is a press from when it closed. */
static struct button_news press(struct button_set *set, enum panel_button button)
{
	struct button *b = &set->of[button];

	b->since = b->closed;
	b->is = b->early ? BUTTON_SPOILT : BUTTON_DOWN;
	b->ticked = false;
	if (!spoil_chord(set, button))
		return news(BUTTON_NOTHING, button, 0);
	b->is = BUTTON_SPOILT;
	b->ticked = true;
	return news(BUTTON_IGNORED, button, 0);
}

static struct button_news release(struct button *b, const struct button_rules *rules,
				  enum panel_button button, uint64_t now)
{
	enum button_is was = b->is;

	b->is = BUTTON_UP;
	b->found = false;
	b->locked = true;
	b->until = now + rules->bounce_ms;
	switch (was) {
	case BUTTON_DOWN:
		return news(BUTTON_PRESSED, button, now - b->since);
	case BUTTON_SPOILT:
		return news(b->ticked ? BUTTON_NOTHING : BUTTON_IGNORED, button, 0);
	case BUTTON_STUCK:
		return news(BUTTON_FREED, button, 0);
	case BUTTON_UP:
		break;
	}
	return news(BUTTON_NOTHING, button, 0);
}

struct button_news button_edge(struct button_set *set, const struct button_rules *rules,
			       enum panel_button button, bool down, bool early, uint64_t now)
{
	struct button *b = &set->of[button];

	if (down && !b->raw) {
		b->closed = now;
		b->early = early;
	}
	b->raw = down;
	if (b->locked && now < b->until) {
		bool chord = down && spoil_chord(set, button);

		b->early = b->early || chord;
		return news(chord ? BUTTON_IGNORED : BUTTON_NOTHING, button, 0);
	}
	b->locked = false;
	if (down)
		return b->is == BUTTON_UP ? press(set, button) : news(BUTTON_NOTHING, button, 0);
	if (b->is == BUTTON_UP || (is_pressed(b) && now - b->since < rules->bounce_ms))
		return news(BUTTON_NOTHING, button, 0); /* perhaps a bounce: button_tick tells */
	return release(b, rules, button, now);
}

void button_found(struct button_set *set, enum panel_button button, uint64_t now)
{
	struct button *b = &set->of[button];

	if (b->is != BUTTON_UP)
		return;
	*b = (struct button){.is = BUTTON_SPOILT,
			     .raw = true,
			     .early = true,
			     .found = true,
			     .closed = now,
			     .since = now};
}

void button_spoil(struct button_set *set)
{
	for (int i = 0; i < PANEL_BUTTONS; i++) {
		set->of[i].early = true;
		if (set->of[i].is == BUTTON_DOWN)
			set->of[i].is = BUTTON_SPOILT;
	}
}

static struct button_news tick_one(struct button_set *set, const struct button_rules *rules,
				   enum panel_button button, uint64_t now)
{
	struct button *b = &set->of[button];

	if (b->locked && now >= b->until) {
		b->locked = false;
		if (b->raw && b->is == BUTTON_UP)
			return press(set, button);
	}
	if (!is_pressed(b))
		return news(BUTTON_NOTHING, button, 0);
	if (!b->raw && now - b->since >= rules->bounce_ms) {
		bool ticked = b->ticked;

		b->is = BUTTON_UP;
		b->found = false;
		return news(ticked ? BUTTON_NOTHING : BUTTON_IGNORED, button, 0);
	}
	if (b->raw && now - b->since >= rules->stuck_ms) {
		b->is = BUTTON_STUCK;
		return news(BUTTON_JAMMED, button, 0);
	}
	return news(BUTTON_NOTHING, button, 0);
}

struct button_news button_tick(struct button_set *set, const struct button_rules *rules,
			       uint64_t now)
{
	for (int i = 0; i < PANEL_BUTTONS; i++) {
		struct button_news n = tick_one(set, rules, (enum panel_button)i, now);

		if (n.kind != BUTTON_NOTHING)
			return n;
	}
	return news(BUTTON_NOTHING, PANEL_PASS, 0);
}

uint64_t button_deadline(const struct button_set *set, const struct button_rules *rules)
{
	uint64_t due = MOMENT_NEVER;

	for (int i = 0; i < PANEL_BUTTONS; i++) {
		const struct button *b = &set->of[i];
		uint64_t at = MOMENT_NEVER;

		if (b->locked && b->raw && b->is == BUTTON_UP)
			at = b->until;
		else if (is_pressed(b))
			at = b->since + (b->raw ? rules->stuck_ms : rules->bounce_ms);
		if (at < due)
			due = at;
	}
	return due;
}
