/* mirror.c - what stationd said last on its socket. Reads the lines of the panel's protocol (see
 * io/panelsock.h). */
#include "mirror.h"
#include "station/moment.h"
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *const mirror_messages[MIRROR_OTHER] = {
	[MIRROR_STARTING] = "starting",
	[MIRROR_IDLE] = "idle",
	[MIRROR_STEP] = "step",
	[MIRROR_REASON] = "reason",
	[MIRROR_CLOSED_PASS] = "closed-pass",
	[MIRROR_CLOSED_FAIL] = "closed-fail",
	[MIRROR_WHICH] = "which",
	[MIRROR_REPEAT] = "repeat",
	[MIRROR_UNKNOWN] = "unknown",
	[MIRROR_RECEIVING] = "receiving",
	[MIRROR_CANNOT_RECORD] = "cannot-record",
};

static const char *const mirror_alerts[MIRROR_OTHER_ALERT] = {
	[MIRROR_NO_ALERT] = "",
	[MIRROR_BUSY] = "busy",
	[MIRROR_SHAPE] = "shape",
	[MIRROR_TOO_LONG] = "too-long",
	[MIRROR_BYTES] = "bytes",
	[MIRROR_CHECK] = "check",
	[MIRROR_KEY] = "key",
	[MIRROR_NO_KEY] = "no-key",
	[MIRROR_COMMAND] = "command",
	[MIRROR_REFUSED] = "refused",
	[MIRROR_CARRIER] = "carrier",
	[MIRROR_PRODUCT] = "product",
	[MIRROR_PLATE] = "plate",
	[MIRROR_ASSET] = "asset",
	[MIRROR_TIE] = "tie",
	[MIRROR_SYMBOLOGY] = "symbology",
	[MIRROR_ALERT_REASON] = "reason",
};

static const char *const mirror_steps[MIRROR_NO_STEP] = {
	[MIRROR_APPEARANCE] = "appearance",
	[MIRROR_ACCESSORIES] = "accessories",
	[MIRROR_USAGE] = "usage",
};

void mirror_reset(struct mirror *m)
{
	m->ready = false;
	memset(&m->lamps, 0, sizeof(m->lamps));
	memset(&m->show, 0, sizeof(m->show));
	m->show.step = MIRROR_NO_STEP;
}

/* The place of name in the table, or count. */
static unsigned mirror_find(const char *const *names, unsigned count, const char *name)
{
	unsigned i = 0;

	while (i < count && strcmp(names[i], name) != 0)
		i++;
	return i;
}

static void mirror_text(const json_t *object, const char *key, char out[MIRROR_TEXT])
{
	const char *text = json_string_value(json_object_get(object, key));
	size_t len = text ? strlen(text) : 0;

	if (len >= MIRROR_TEXT) {
		len = MIRROR_TEXT - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
}

static unsigned mirror_number(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n < 0 || n > INT_MAX ? 0 : (unsigned)n;
}

static void mirror_show(struct mirror_show *s, const json_t *root)
{
	const json_t *item = json_object_get(root, "item"), *last = json_object_get(root, "last");
	const json_t *given = json_object_get(root, "given");
	const char *message = json_string_value(json_object_get(root, "message"));
	const char *alert = json_string_value(json_object_get(root, "alert"));
	const char *step = json_string_value(json_object_get(root, "step"));

	s->message = mirror_find(mirror_messages, MIRROR_OTHER, message ? message : "starting");
	s->alert = mirror_find(mirror_alerts, MIRROR_OTHER_ALERT, alert ? alert : "");
	s->step = mirror_find(mirror_steps, MIRROR_NO_STEP, step ? step : "");
	s->line = mirror_number(item, "line");
	s->unit = mirror_number(item, "unit");
	s->units = mirror_number(root, "units");
	s->left = mirror_number(root, "left");
	s->arrived = mirror_number(root, "arrived");
	mirror_text(root, "label", s->label);
	mirror_text(root, "product", s->product);
	mirror_text(root, "title", s->title);
	mirror_text(root, "accessories", s->accessories);
	mirror_text(root, "reason", s->reason);
	mirror_text(root, "wish", s->wish);
	mirror_text(root, "by", s->by);
	mirror_text(given, "code", s->given[0]);
	mirror_text(given, "en", s->given[1]);
	mirror_text(given, "zh", s->given[2]);
	mirror_text(last, "verdict", s->last_verdict);
	mirror_text(last, "station", s->last_station);
	mirror_text(last, "at", s->last_at);
	mirror_text(last, "by", s->last_by);
}

static void mirror_lamp(struct mirror *m, const char *words, uint64_t now_ms)
{
	char name[32], pattern[32], rest;
	enum panel_lamp lamp;
	enum panel_pattern p;

	if (sscanf(words, "%31s %31s %c", name, pattern, &rest) != 2)
		return;
	lamp = panel_lamp_find(name);
	p = panel_pattern_find(pattern);
	if (lamp == PANEL_LAMPS || p == PANEL_PATTERNS)
		return;
	lamps_set(&m->lamps, lamp, p, now_ms);
}

static struct mirror_note *mirror_add(struct mirror *m, enum mirror_note_kind kind)
{
	struct mirror_note *note = &m->note[m->notes++ % MIRROR_NOTES];

	memset(note, 0, sizeof(*note));
	note->kind = kind;
	note->at = time(NULL);
	return note;
}

void mirror_note(struct mirror *m, enum mirror_note_kind kind, const char *text)
{
	struct mirror_note *note = mirror_add(m, kind);

	snprintf(note->text, sizeof(note->text), "%s", text);
}

static void mirror_tone(struct mirror *m, const char *name)
{
	enum panel_tone tone = panel_tone_find(name);

	if (tone != PANEL_TONES && tone != PANEL_TONE_NONE)
		mirror_add(m, MIRROR_TONE)->tone = tone;
}

void mirror_line(struct mirror *m, const char *line, uint64_t now_ms)
{
	json_t *root;

	if (strcmp(line, "ready") == 0) {
		m->ready = true;
	} else if (strncmp(line, "lamp ", 5) == 0) {
		mirror_lamp(m, line + 5, now_ms);
	} else if (strncmp(line, "tone ", 5) == 0) {
		mirror_tone(m, line + 5);
	} else if (strncmp(line, "error ", 6) == 0) {
		mirror_note(m, MIRROR_ERROR, line + 6);
	} else if (strncmp(line, "show ", 5) == 0) {
		root = json_loads(line + 5, JSON_REJECT_DUPLICATES, NULL);
		if (json_is_object(root))
			mirror_show(&m->show, root);
		json_decref(root);
	}
}

const struct mirror_note *mirror_last(const struct mirror *m, unsigned n)
{
	if (n >= m->notes || n >= MIRROR_NOTES)
		return NULL;
	return &m->note[(m->notes - 1 - n) % MIRROR_NOTES];
}

bool mirror_lit(const struct mirror *m, enum panel_lamp lamp, uint64_t now_ms)
{
	return lamps_lit(&m->lamps, now_ms) & (1u << lamp);
}

int mirror_next_change(const struct mirror *m, uint64_t now_ms)
{
	uint64_t due = lamps_due(&m->lamps, now_ms);

	return due == MOMENT_NEVER ? -1 : (int)(due - now_ms);
}
