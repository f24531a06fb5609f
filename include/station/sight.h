/* sight.h - how well the camera sees: whether its pictures are sharp, lit and free of dirt. Judged
 * by frames of a scene at rest (still.h), since what moves is blurred anyway; a judgement counts
 * from the third in a row on. No table can be told from a wrong one by one empty picture: what has
 * no edges is not judged.
 *
 * Focus: windows of 32 pixels along rows and columns in which levels differ by SIGHT_CONTRAST. The
 * difference divided by the steepest step from a pixel to the next is how many pixels black needs
 * to become white; of all windows the median. Light: the level that one pixel in 100 reaches, and
 * the share of pixels that are white without any drawing. Dirt: a soft dark spot which stays where
 * it is over SIGHT_SCENES scenes and more, while what is around it changes otherwise than the whole
 * picture in SIGHT_CHANGES of them. What lies on the table is in focus, or is covered now and then;
 * what is on the lens is neither. Or a film over all of it: in SIGHT_SCENES scenes in a row whose
 * edges are sharp, the darkest tenth of the windows is no darker than SIGHT_GREY percent of what is
 * bright in them. Ink on paper is; a veil of stray light lifts it. */
#ifndef STATION_SIGHT_H
#define STATION_SIGHT_H
#include "station/image.h"
#include "station/text.h"

#define SIGHT_CONTRAST 50
#define SIGHT_WINDOWS  40 /* with fewer the focus is not judged */
#define SIGHT_EDGE     50 /* tenths of a pixel: a wider edge is blurred */
#define SIGHT_DARK     70 /* levels: less is dark */
#define SIGHT_BLOWN    20 /* percent: more is blown out */
#define SIGHT_GREY     55 /* percent: ink that is brighter is behind a veil */
#define SIGHT_SCENES   8
#define SIGHT_CHANGES  3
#define SIGHT_COLUMNS  32 /* of the places for dirt */
#define SIGHT_ROWS     24
#define SIGHT_MODE     32 /* bytes of a mode's words */
#define SIGHT_LINE     96 /* bytes of a line, at most */

enum sight_focus { SIGHT_FOCUS_UNKNOWN, SIGHT_SHARP, SIGHT_BLURRED };
enum sight_light { SIGHT_LIGHT_UNKNOWN, SIGHT_FINE, SIGHT_TOO_DARK, SIGHT_TOO_BRIGHT };
enum sight_dirt { SIGHT_DIRT_UNKNOWN, SIGHT_CLEAN, SIGHT_SPOT, SIGHT_FILM };

struct sight_report {
	enum sight_focus focus;
	enum sight_light light;
	enum sight_dirt dirt;
	uint32_t edge;		 /* tenths of a pixel, 0..320; 0: not known */
	uint32_t bright;	 /* 0..255 */
	uint32_t blown;		 /* percent */
	uint32_t spot_x, spot_y; /* where its middle is, in percent of width and height */
};

struct sight_place {
	uint8_t ring;	 /* level around it in the scene before; 0: none yet */
	uint8_t scenes;	 /* in which it was a spot, less twice those in which it was none */
	uint8_t changes; /* of them those whose surroundings had changed */
	uint8_t soft;	 /* and those that showed it without sharp edges */
};

struct sight {
	struct sight_report report;	  /* what holds */
	struct sight_report last;	  /* what was seen last ... */
	uint8_t focus_times, light_times; /* ... in a row */
	uint32_t width, height;
	uint32_t scenes; /* whose places were looked at */
	uint8_t grey;	 /* sharp ones in a row in which nothing was black */
	struct sight_place place[SIGHT_ROWS * SIGHT_COLUMNS];
	uint8_t mean[SIGHT_ROWS * SIGHT_COLUMNS], steep[SIGHT_ROWS * SIGHT_COLUMNS];
	uint8_t ring[SIGHT_ROWS * SIGHT_COLUMNS];
};

void sight_init(struct sight *s);
/* A sound frame of a scene at rest; fresh: something has moved since the one before. */
void sight_look(struct sight *s, const struct image *frame, bool fresh);

/* As a camera tells it to its station, a line without its end: '!', the words for its mode, then
 * what it sees. */
struct sight_line {
	char mode[SIGHT_MODE]; /* printable ASCII: "1280x720 MJPEG 30/s" */
	struct sight_report report;
};

void sight_line_put(const struct sight_line *l, struct text *t);
/* False: it is none, and *out is not touched. */
bool sight_line_read(const char *line, size_t len, struct sight_line *out);
/* Whether both are the same for a person; numbers may differ. */
bool sight_line_same(const struct sight_line *a, const struct sight_line *b);
/* "unknown", "sharp", "blurred"; "unknown", "fine", "dark", "bright"; "unknown", "none", "spot",
 * "film".
 */
const char *sight_line_focus(enum sight_focus f);
const char *sight_line_light(enum sight_light l);
const char *sight_line_dirt(enum sight_dirt d);
#endif
