/* sight_line.c - how a camera tells its station what it sees (sight.h). A line is
 * "!MODE\tFOCUS EDGE\tLIGHT BRIGHT BLOWN\tDIRT X Y". */
#include "station/sight.h"
#include <string.h>

static const char *const focus_names[] = {"unknown", "sharp", "blurred", NULL};
static const char *const light_names[] = {"unknown", "fine", "dark", "bright", NULL};
static const char *const dirt_names[] = {"unknown", "none", "spot", "film", NULL};

const char *sight_line_focus(enum sight_focus f)
{
	return focus_names[f];
}

const char *sight_line_light(enum sight_light l)
{
	return light_names[l];
}

const char *sight_line_dirt(enum sight_dirt d)
{
	return dirt_names[d];
}

static void put_number(struct text *t, uint32_t n)
{
	text_char(t, ' ');
	text_u64(t, n);
}

void sight_line_put(const struct sight_line *l, struct text *t)
{
	const struct sight_report *r = &l->report;

	text_char(t, '!');
	text_put(t, l->mode);
	text_char(t, '\t');
	text_put(t, sight_line_focus(r->focus));
	put_number(t, r->edge);
	text_char(t, '\t');
	text_put(t, sight_line_light(r->light));
	put_number(t, r->bright);
	put_number(t, r->blown);
	text_char(t, '\t');
	text_put(t, sight_line_dirt(r->dirt));
	put_number(t, r->spot_x);
	put_number(t, r->spot_y);
}

/* --- reading --- */

struct rest {
	const char *at;
	size_t len;
};

/* What stands before the next `end`, which is passed; the end of all is an end, too. */
static struct rest part(struct rest *r, char end)
{
	struct rest word = {r->at, 0};

	while (word.len < r->len && r->at[word.len] != end)
		word.len++;
	r->at += word.len;
	r->len -= word.len;
	if (r->len > 0) {
		r->at++;
		r->len--;
	}
	return word;
}

static bool read_name(struct rest *r, const char *const *names, unsigned *out)
{
	struct rest word = part(r, ' ');

	for (*out = 0; names[*out]; (*out)++)
		if (strlen(names[*out]) == word.len && memcmp(names[*out], word.at, word.len) == 0)
			return true;
	return false;
}

static bool read_number(struct rest *r, char end, uint64_t max, uint32_t *out)
{
	struct rest word = part(r, end);
	uint64_t n;

	if (!text_read_u64(word.at, word.len, max, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool read_mode(struct rest *r, char mode[SIGHT_MODE])
{
	struct rest word = part(r, '\t');

	if (word.len >= SIGHT_MODE)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] < ' ' || word.at[i] > '~')
			return false;
	memcpy(mode, word.at, word.len);
	mode[word.len] = '\0';
	return true;
}

bool sight_line_read(const char *line, size_t len, struct sight_line *out)
{
	struct rest r = {line, len};
	struct sight_line l;
	unsigned focus, light, dirt;

	if (len == 0 || len > SIGHT_LINE || line[len - 1] < '0' || line[len - 1] > '9' ||
	    part(&r, '!').len > 0 || !read_mode(&r, l.mode) ||
	    !read_name(&r, focus_names, &focus) || !read_number(&r, '\t', 320, &l.report.edge) ||
	    !read_name(&r, light_names, &light) || !read_number(&r, ' ', 255, &l.report.bright) ||
	    !read_number(&r, '\t', 100, &l.report.blown) || !read_name(&r, dirt_names, &dirt) ||
	    !read_number(&r, ' ', 100, &l.report.spot_x) ||
	    !read_number(&r, '\t', 100, &l.report.spot_y) || r.len > 0)
		return false;
	l.report.focus = (enum sight_focus)focus;
	l.report.light = (enum sight_light)light;
	l.report.dirt = (enum sight_dirt)dirt;
	*out = l;
	return true;
}

bool sight_line_same(const struct sight_line *a, const struct sight_line *b)
{
	return strcmp(a->mode, b->mode) == 0 && a->report.focus == b->report.focus &&
	       a->report.light == b->report.light && a->report.dirt == b->report.dirt;
}
