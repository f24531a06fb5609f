/* view.c - the large screen across the room. What there are large letters for (signs, English,
 * numbers) is drawn with them; Chinese stands beside a large sign, spaced out. */
#include "view.h"
#include "letters.h"
#include "screen.h"
#include <stdio.h>
#include <string.h>

#define VIEW_FIELD 14

/* A sign that is read before any word. */
static char view_sign(const struct mirror_show *s)
{
	switch (s->message) {
	case MIRROR_STEP:
	case MIRROR_REASON:
		return s->step == MIRROR_NO_STEP ? ' ' : (char)('1' + s->step);
	case MIRROR_CLOSED_PASS:
		return LETTERS_TICK;
	case MIRROR_CLOSED_FAIL:
		return LETTERS_CROSS;
	case MIRROR_WHICH:
	case MIRROR_REPEAT:
	case MIRROR_UNKNOWN:
		return '?';
	case MIRROR_CANNOT_RECORD:
		return '!';
	case MIRROR_RECEIVING:
		return '+';
	case MIRROR_STARTING:
	case MIRROR_IDLE:
	case MIRROR_OTHER:
	case MIRROR_MESSAGES:
		break;
	}
	return ' ';
}

static struct screen_style view_style(const struct mirror_show *s)
{
	enum screen_colour colour = SCREEN_WHITE;

	switch (s->message) {
	case MIRROR_STEP:
		colour = SCREEN_BLUE;
		break;
	case MIRROR_CLOSED_PASS:
		colour = SCREEN_GREEN;
		break;
	case MIRROR_REASON:
	case MIRROR_CLOSED_FAIL:
		colour = SCREEN_AMBER;
		break;
	case MIRROR_WHICH:
	case MIRROR_REPEAT:
	case MIRROR_UNKNOWN:
	case MIRROR_CANNOT_RECORD:
		colour = SCREEN_RED;
		break;
	case MIRROR_STARTING:
	case MIRROR_IDLE:
	case MIRROR_RECEIVING:
	case MIRROR_OTHER:
	case MIRROR_MESSAGES:
		break;
	}
	return (struct screen_style){.colour = colour, .bold = true};
}

/* Large letters if they fit, else the text itself, as wide as words get. Returns the row below. */
static int view_large(int row, int column, int scale, struct screen_style style, const char *text)
{
	int columns = screen_columns() - column;

	while (scale > 0 && !letters_put(row, column, columns, scale, style, text))
		scale--;
	if (scale > 0)
		return row + letters_rows(scale);
	style.reverse = true;
	screen_put(row + 1, column, columns, style, text);
	return row + LETTERS_ROWS;
}

static int view_headline(int row, const struct face *f, int scale)
{
	const struct mirror_show *s = &f->mirror->show;
	struct screen_style style = view_style(s);
	const char *words = speech_headline(f->language, s);
	char sign[2] = {view_sign(s), '\0'}, spaced[128];
	int column = 1, below;

	if (sign[0] != ' ')
		column += letters_put(row, column, screen_columns(), scale, style, sign);
	column += sign[0] != ' ' ? scale : 0;
	if ((unsigned char)words[0] < 0x80)
		return view_large(row, column, scale, style, words);
	snprintf(spaced, sizeof(spaced), "  %s  ", words);
	style.reverse = true;
	below = row + letters_rows(scale);
	for (int r = row; r < below - 1; r++)
		screen_put_centred(r, column + 2, screen_width(spaced), style,
				   r == row + (below - 1 - row) / 2 ? spaced
								    : "                    ");
	return below;
}

static int view_field(int row, const struct face *f, int rows, enum speech_word name,
		      const char *text)
{
	int columns = screen_columns();

	if (!text[0])
		return row;
	screen_put(row, 1, VIEW_FIELD - 1, (struct screen_style){.dim = true},
		   speech_word(f->language, name));
	return row + screen_wrap(row, 1 + VIEW_FIELD, columns - VIEW_FIELD - 2, rows,
				 (struct screen_style){.bold = true}, text);
}

/* All that is known of the thing in hand. */
static int view_thing(int row, const struct face *f, int scale)
{
	const struct mirror_show *s = &f->mirror->show;
	char text[256];

	if (s->label[0])
		row = view_large(row, 1, scale, (struct screen_style){.bold = true}, s->label);
	speech_item(f->language, s, text, sizeof(text));
	row = view_field(row, f, 1, SPEECH_ITEM, text);
	row = view_field(row, f, 1, SPEECH_PRODUCT, s->product);
	row = view_field(row, f, 2, SPEECH_TITLE, s->title);
	row = view_field(row, f, 3, SPEECH_ACCESSORIES, s->accessories);
	row = view_field(row, f, 2, SPEECH_REASON, s->reason);
	row = view_field(row, f, 2, SPEECH_GIVEN, speech_given(f->language, s));
	row = view_field(row, f, 1, SPEECH_WISH, speech_wish(f->language, s));
	return view_field(row, f, 1, SPEECH_BADGE, s->by);
}

void view_draw(const struct face *f)
{
	const struct mirror_show *s = &f->mirror->show;
	int rows = screen_rows(), columns = screen_columns();
	int scale = rows >= 40 && columns >= 160 ? 2 : 1;
	char text[1024];
	int row;

	screen_begin();
	if (f->trouble) {
		snprintf(text, sizeof(text), "%s (%s)", speech_word(f->language, SPEECH_WAITING),
			 f->trouble);
		screen_wrap(rows / 2, 1, columns - 2, 2, (struct screen_style){.bold = true}, text);
		screen_end();
		return;
	}
	row = view_headline(0, f, scale);
	speech_say(f->language, s, text, sizeof(text));
	row += screen_wrap(row, 1, columns - 2, 3, (struct screen_style){.bold = true}, text);
	row += screen_wrap(
		row, 1, columns - 2, 2,
		(struct screen_style){.colour = SCREEN_RED, .bold = true, .reverse = true},
		speech_alert(f->language, s->alert));
	row = view_thing(row + 1, f, scale);
	if (row < rows - 1)
		screen_rule(rows - 2);
	face_lamps_small(rows - 1, f);
	screen_end();
}
