/* screen.h - the terminal (ncurses): opening and closing it, and writing text that can't break it,
 * whatever it holds. */
#ifndef STATIONCTL_SCREEN_H
#define STATIONCTL_SCREEN_H
#include <stdbool.h>
#include <wchar.h>

enum screen_colour {
	SCREEN_PLAIN,
	SCREEN_BLUE,
	SCREEN_GREEN,
	SCREEN_AMBER,
	SCREEN_RED,
	SCREEN_WHITE,
	SCREEN_COLOURS
};

struct screen_style {
	enum screen_colour colour;
	bool bold, reverse, dim;
};

enum screen_input {
	SCREEN_NOTHING, /* no more keys for now */
	SCREEN_CHAR,
	SCREEN_BACKSPACE,
	SCREEN_ENTER,
	SCREEN_PASTE_BEGINS,
	SCREEN_PASTE_ENDS,
	SCREEN_RESIZED,
	SCREEN_OTHER, /* a key that means nothing to us */
};

/* False: said why on stderr. The terminal is put right again by screen_close. */
bool __attribute__((warn_unused_result)) screen_open(void);
void screen_close(void);
enum screen_input screen_key(wchar_t *c); /* never waits */
int screen_rows(void);
int screen_columns(void);
void screen_begin(void); /* a new picture */
void screen_end(void);	 /* shows it */
/* Where the cursor stands after screen_end; row -1 hides it. */
void screen_cursor(int row, int column);

/* One line, at most `columns` wide, cut at the screen's edge. Returns the columns used. Control
 * characters and what is not UTF-8 come out as '?'. */
int screen_put(int row, int column, int columns, struct screen_style style, const char *text);
int screen_put_centred(int row, int column, int columns, struct screen_style style,
		       const char *text);
/* Broken into at most `rows` lines at blanks, or between wide characters. Returns the rows used. */
int screen_wrap(int row, int column, int columns, int rows, struct screen_style style,
		const char *text);
int screen_width(const char *text);
/* The longest end of text that is at most `columns` wide. */
const char *screen_tail(const char *text, int columns);
void screen_rule(int row);
#endif
