/* face.c - the panel as a person sees it, in 80 x 24 or more. A lamp tells by place, shape (filled
 * or hollow) and word, so that it reads without colour (F12). */
#include "face.h"
#include "screen.h"
#include <stdio.h>
#include <string.h>

#define FACE_ROWS    18
#define FACE_COLUMNS 60
#define FACE_NOTES   30 /* columns of the list of tones */
#define FACE_FIELD   12 /* columns of a field's name */

#define LAMP_LIT  "\u25cf"
#define LAMP_DARK "\u25cb"

static const enum screen_colour face_colours[PANEL_LAMPS] = {
	[PANEL_LAMP_APPEARANCE] = SCREEN_BLUE, [PANEL_LAMP_ACCESSORIES] = SCREEN_BLUE,
	[PANEL_LAMP_USAGE] = SCREEN_BLUE,      [PANEL_LAMP_PASS] = SCREEN_GREEN,
	[PANEL_LAMP_FAIL] = SCREEN_AMBER,      [PANEL_LAMP_ATTENTION] = SCREEN_RED,
	[PANEL_LAMP_LINK] = SCREEN_WHITE,
};

static const struct screen_style face_plain = {.colour = SCREEN_PLAIN};
static const struct screen_style face_bold = {.bold = true};
static const struct screen_style face_dim = {.dim = true};

static void face_title(const struct face *f)
{
	int columns = screen_columns();
	char right[160];

	if (f->trouble)
		snprintf(right, sizeof(right), "%s (%s)", speech_word(f->language, SPEECH_WAITING),
			 f->trouble);
	else
		snprintf(right, sizeof(right), "%s", speech_word(f->language, SPEECH_CONNECTED));
	screen_put(0, 1, columns, face_bold, speech_word(f->language, SPEECH_TITLE_PANEL));
	screen_put(0, columns - screen_width(right) - 1, columns,
		   (struct screen_style){.reverse = f->trouble != NULL}, right);
}

static void face_lamp(int column, int width, const struct face *f, enum panel_lamp lamp, bool lit)
{
	struct screen_style style = {.colour = face_colours[lamp], .bold = lit, .dim = !lit};
	struct screen_style fill = {.colour = face_colours[lamp], .bold = lit, .reverse = lit};
	int left = column + (width - 7) / 2;

	screen_put_centred(2, column, width, lit ? face_bold : face_plain,
			   speech_lamp(f->language, lamp));
	screen_put(3, left, 7, style, "\u256d\u2500\u2500\u2500\u2500\u2500\u256e");
	screen_put(4, left, 1, style, "\u2502");
	screen_put(4, left + 1, 5, fill, lit ? "  " LAMP_LIT "  " : "  " LAMP_DARK "  ");
	screen_put(4, left + 6, 1, style, "\u2502");
	screen_put(5, left, 7, style, "\u2570\u2500\u2500\u2500\u2500\u2500\u256f");
	screen_put_centred(6, column, width, face_plain,
			   speech_pattern(f->language, f->mirror->lamps.pattern[lamp]));
}

static void face_lamps(const struct face *f)
{
	int width = screen_columns() / PANEL_LAMPS;

	if (width > 16)
		width = 16;
	for (enum panel_lamp lamp = 0; lamp < PANEL_LAMPS; lamp++)
		face_lamp((int)lamp * width, width, f, lamp,
			  mirror_lit(f->mirror, lamp, f->now_ms));
}

void face_lamps_small(int row, const struct face *f)
{
	int column = 0, gap = screen_columns() - PANEL_LAMPS;

	for (enum panel_lamp lamp = 0; lamp < PANEL_LAMPS; lamp++)
		gap -= screen_width(speech_lamp(f->language, lamp)) + 1;
	gap = gap > 0 ? gap / PANEL_LAMPS : 0;
	for (enum panel_lamp lamp = 0; lamp < PANEL_LAMPS; lamp++) {
		bool lit = mirror_lit(f->mirror, lamp, f->now_ms);
		struct screen_style style = {
			.colour = face_colours[lamp], .bold = lit, .reverse = lit, .dim = !lit};

		column += screen_put(row, column, 1, style, lit ? LAMP_LIT : LAMP_DARK) + 1;
		column += screen_put(row, column, screen_columns(), face_plain,
				     speech_lamp(f->language, lamp));
		column += 1 + gap;
	}
}

/* Returns the row below; a field that is not told takes none. */
static int face_field(int row, int columns, int rows, const struct face *f, enum speech_word name,
		      const char *text)
{
	if (!text[0] || rows < 1)
		return row;
	screen_put(row, 1, FACE_FIELD - 1, face_dim, speech_word(f->language, name));
	return row +
	       screen_wrap(row, 1 + FACE_FIELD, columns - FACE_FIELD - 1, rows, face_plain, text);
}

/* What to do, over the whole width. Returns the row below. */
static int face_sentence(const struct face *f, int row)
{
	const struct mirror_show *s = &f->mirror->show;
	struct screen_style alert = {.colour = SCREEN_RED, .bold = true, .reverse = true};
	int columns = screen_columns() - 2;
	char text[1024];

	speech_say(f->language, s, text, sizeof(text));
	row += screen_wrap(row, 1, columns, 3, face_bold, text);
	row += screen_wrap(row, 1, columns, 2, alert, speech_alert(f->language, s->alert));
	return row;
}

/* What is known of the thing in hand, beside the tones. */
static void face_show(const struct face *f, int row, int bottom, int columns)
{
	const struct mirror_show *s = &f->mirror->show;
	char text[256];

	row = face_field(row, columns, bottom - row, f, SPEECH_LABEL, s->label);
	speech_item(f->language, s, text, sizeof(text));
	row = face_field(row, columns, bottom - row, f, SPEECH_ITEM, text);
	row = face_field(row, columns, bottom - row, f, SPEECH_PRODUCT, s->product);
	row = face_field(row, columns, bottom - row < 2 ? bottom - row : 2, f, SPEECH_TITLE,
			 s->title);
	row = face_field(row, columns, bottom - row < 3 ? bottom - row : 3, f, SPEECH_ACCESSORIES,
			 s->accessories);
	row = face_field(row, columns, bottom - row < 2 ? bottom - row : 2, f, SPEECH_REASON,
			 s->reason);
	row = face_field(row, columns, bottom - row < 2 ? bottom - row : 2, f, SPEECH_GIVEN,
			 speech_given(f->language, s));
	row = face_field(row, columns, bottom - row, f, SPEECH_WISH, speech_wish(f->language, s));
	(void)face_field(row, columns, bottom - row, f, SPEECH_BADGE, s->by);
}

static void face_note(const struct face *f, const struct mirror_note *note, char *out, size_t cap)
{
	switch (note->kind) {
	case MIRROR_TONE:
		snprintf(out, cap, "%s", speech_tone(f->language, note->tone));
		break;
	case MIRROR_ERROR:
		snprintf(out, cap, "! %s", note->text);
		break;
	case MIRROR_SENT:
		snprintf(out, cap, "%s %s", speech_word(f->language, SPEECH_SENT), note->text);
		break;
	}
}

/* The newest first, with its time. */
static void face_notes(const struct face *f, int row, int bottom, int column)
{
	const struct mirror_note *note;
	int columns = screen_columns() - column;

	screen_put(row++, column, columns, face_dim, speech_word(f->language, SPEECH_TONES));
	for (unsigned n = 0; row < bottom && (note = mirror_last(f->mirror, n)) != NULL; n++) {
		char at[16], text[160];
		struct tm tm;
		int used;

		localtime_r(&note->at, &tm);
		strftime(at, sizeof(at), "%H:%M:%S ", &tm);
		face_note(f, note, text, sizeof(text));
		used = screen_put(row, column, columns, face_dim, at);
		row += screen_wrap(row, column + used, columns - used,
				   bottom - row < 3 ? bottom - row : 3,
				   n == 0 ? face_bold : face_plain, text);
	}
}

static void face_entry(const struct face *f, int row)
{
	const struct entry *e = f->entry;
	struct screen_style style = {.bold = e->focus, .reverse = e->focus};
	int column = 1 + screen_put(row, 1, 12, style, speech_word(f->language, SPEECH_SCAN));
	const char *tail;

	column += screen_put(row, column, 2, style, "> ");
	tail = screen_tail(e->line, screen_columns() - column - 1);
	column += screen_put(row, column, screen_columns() - column - 1, face_bold, tail);
	screen_cursor(row, column);
	screen_put(row + 1, 1, screen_columns(), face_dim,
		   speech_word(f->language, e->focus ? SPEECH_KEYS_LINE : SPEECH_KEYS));
}

void face_draw(const struct face *f)
{
	int rows = screen_rows(), columns = screen_columns();
	int notes = columns - FACE_NOTES, row;

	screen_begin();
	if (rows < FACE_ROWS || columns < FACE_COLUMNS) {
		face_lamps_small(0, f);
		screen_put(1, 0, columns, face_plain, speech_word(f->language, SPEECH_TOO_SMALL));
		screen_end();
		return;
	}
	face_title(f);
	face_lamps(f);
	screen_rule(7);
	row = 8;
	if (!f->trouble) {
		row = face_sentence(f, row);
		face_show(f, row, rows - 3, notes - 2);
	}
	face_notes(f, row, rows - 3, notes);
	screen_rule(rows - 3);
	face_entry(f, rows - 2);
	screen_end();
}
