/* screen.c - the terminal (ncurses): opening and closing it, and writing text that can't break it,
 * whatever it holds. */
#include "screen.h"
#include "ctl.h"
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wctype.h>
#include <ncurses.h>

#define KEY_PASTE_ON  (KEY_MAX + 1)
#define KEY_PASTE_OFF (KEY_MAX + 2)
#define ESCAPE_MS     25

static SCREEN *screen_terminal;
static int screen_cursor_row = -1, screen_cursor_column;

/* Bracketed paste: a pasted label must not press buttons. Terminals without it ignore this. */
static void screen_paste(bool on)
{
	fputs(on ? "\033[?2004h" : "\033[?2004l", stdout);
	fflush(stdout);
}

static void screen_colours(void)
{
	static const short colours[SCREEN_COLOURS] = {
		[SCREEN_PLAIN] = -1,	      [SCREEN_BLUE] = COLOR_CYAN,
		[SCREEN_GREEN] = COLOR_GREEN, [SCREEN_AMBER] = COLOR_YELLOW,
		[SCREEN_RED] = COLOR_RED,     [SCREEN_WHITE] = COLOR_WHITE,
	};

	if (!has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	for (int i = 1; i < SCREEN_COLOURS; i++)
		init_pair((short)i, colours[i], -1);
}

bool screen_open(void)
{
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8"); /* lamps and Chinese need it */
	screen_terminal = newterm(NULL, stdout, stdin);
	if (!screen_terminal) {
		const char *term = getenv("TERM");

		ctl_error("panel: the terminal type TERM=%s is not known", term ? term : "");
		return false;
	}
	set_term(screen_terminal);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	screen_colours();
	define_key("\033[200~", KEY_PASTE_ON);
	define_key("\033[201~", KEY_PASTE_OFF);
	screen_paste(true);
	return true;
}

void screen_close(void)
{
	if (!screen_terminal)
		return;
	screen_paste(false);
	endwin();
	delscreen(screen_terminal);
	screen_terminal = NULL;
}

enum screen_input screen_key(wchar_t *c)
{
	wint_t key;
	int kind = get_wch(&key);

	if (kind == ERR)
		return SCREEN_NOTHING;
	*c = (wchar_t)key;
	if (kind == OK)
		return SCREEN_CHAR;
	switch (key) {
	case KEY_BACKSPACE:
	case KEY_DC:
		return SCREEN_BACKSPACE;
	case KEY_ENTER:
		return SCREEN_ENTER;
	case KEY_PASTE_ON:
		return SCREEN_PASTE_BEGINS;
	case KEY_PASTE_OFF:
		return SCREEN_PASTE_ENDS;
	case KEY_RESIZE:
		return SCREEN_RESIZED;
	}
	return SCREEN_OTHER;
}

int screen_rows(void)
{
	return LINES;
}

int screen_columns(void)
{
	return COLS;
}

void screen_begin(void)
{
	erase();
	screen_cursor_row = -1;
}

void screen_end(void)
{
	curs_set(screen_cursor_row >= 0);
	if (screen_cursor_row >= 0)
		move(screen_cursor_row, screen_cursor_column);
	refresh();
}

void screen_cursor(int row, int column)
{
	screen_cursor_row = row;
	screen_cursor_column = column;
}

/* The next character that may be shown; 0 at the end. */
static wchar_t screen_next(const char **text)
{
	wchar_t c;
	mbstate_t state = {0};
	size_t n;

	if (!**text)
		return 0;
	n = mbrtowc(&c, *text, strlen(*text), &state);
	if (n == (size_t)-1 || n == (size_t)-2) {
		(*text)++;
		return L'?';
	}
	*text += n;
	/* A width of 0 is a mark that joins or turns around what stands beside it. */
	return iswprint((wint_t)c) && wcwidth(c) > 0 ? c : L'?';
}

int screen_width(const char *text)
{
	int width = 0;

	for (wchar_t c; (c = screen_next(&text)) != 0;)
		width += wcwidth(c);
	return width;
}

const char *screen_tail(const char *text, int columns)
{
	while (screen_width(text) > columns)
		(void)screen_next(&text);
	return text;
}

static attr_t screen_attributes(struct screen_style style)
{
	attr_t a = A_NORMAL;

	if (style.bold)
		a |= A_BOLD;
	if (style.reverse)
		a |= A_REVERSE;
	if (style.dim)
		a |= A_DIM;
	return a;
}

/* From text to end, or to its end when end is NULL. */
static int screen_write(int row, int column, int columns, struct screen_style style,
			const char *text, const char *end)
{
	int used = 0;

	if (row < 0 || row >= LINES || column < 0)
		return 0;
	if (columns > COLS - column)
		columns = COLS - column;
	attr_set(screen_attributes(style), (short)style.colour, NULL);
	while (!end || text < end) {
		wchar_t c = screen_next(&text);
		int width = c ? wcwidth(c) : 0;

		if (c == 0 || used + width > columns)
			break;
		mvaddnwstr(row, column + used, &c, 1);
		used += width;
	}
	attr_set(A_NORMAL, 0, NULL);
	return used;
}

int screen_put(int row, int column, int columns, struct screen_style style, const char *text)
{
	return screen_write(row, column, columns, style, text, NULL);
}

int screen_put_centred(int row, int column, int columns, struct screen_style style,
		       const char *text)
{
	int width = screen_width(text);
	int indent = width < columns ? (columns - width) / 2 : 0;

	return screen_write(row, column + indent, columns - indent, style, text, NULL);
}

/* Where the line that begins at text ends, and where the next begins. */
static const char *screen_break(const char *text, int columns, const char **next)
{
	const char *p = text, *cut = NULL, *after = NULL;
	int width = 0;

	for (;;) {
		const char *at = p;
		wchar_t c = screen_next(&p);
		int w = c ? wcwidth(c) : 0;

		if (c == 0) {
			*next = at;
			return at;
		}
		if (c == L' ') {
			cut = at;
			after = p;
		}
		if (width + w > columns && at > text) {
			*next = cut ? after : at;
			return cut ? cut : at;
		}
		width += w;
		if (w == 2) { /* Chinese may be broken anywhere */
			cut = p;
			after = p;
		}
	}
}

int screen_wrap(int row, int column, int columns, int rows, struct screen_style style,
		const char *text)
{
	int used = 0;

	while (*text && used < rows && columns > 1) {
		const char *next, *end = screen_break(text, columns, &next);

		screen_write(row + used, column, columns, style, text, end);
		text = next;
		used++;
	}
	return used;
}

void screen_rule(int row)
{
	if (row >= 0 && row < LINES)
		mvhline(row, 0, 0, COLS);
}
