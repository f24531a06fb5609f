/* letters.h - large letters made of half blocks, 5 x 7 points each, to be read across the room. */
#ifndef STATIONCTL_LETTERS_H
#define STATIONCTL_LETTERS_H
#include "screen.h"

#define LETTERS_ROWS	4 /* of a letter at scale 1 */
#define LETTERS_COLUMNS 6 /* with the gap behind it */

/* Signs of ours beside A-Z, 0-9 and - . / : ? ! + and blank. */
#define LETTERS_TICK  '\001'
#define LETTERS_CROSS '\002'

/* Draws text at scale 1 or 2; returns the columns used, or 0 when it does not fit `columns` or
 * holds a character that there is no letter for. */
int letters_put(int row, int column, int columns, int scale, struct screen_style style,
		const char *text);
/* Rows of a letter at a scale. */
int letters_rows(int scale);
#endif
