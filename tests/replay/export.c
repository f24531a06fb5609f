/* export.c - replays a journal's own export (export.h): reads it, has every event's cause done
 * again, compares what comes out. */
#include "export.h"
#include <stdlib.h>
#include <string.h>

void export_data(const struct event_view *e, const char *key, char *out, size_t cap)
{
	struct event_span s;

	out[0] = '\0';
	if (event_data(&e->data, key, &s))
		(void)event_span_copy(&s, out, cap);
}

size_t export_raw(const struct event_view *e, uint8_t raw[SCAN_MAX])
{
	struct event_span s;
	size_t len = 0;

	if (!event_data(&e->data, "raw", &s) || !text_read_base64(s.at, s.len, raw, SCAN_MAX, &len))
		return 0;
	return len;
}

bool export_is_made(const struct export *x)
{
	return x->made < x->w.count;
}

/* --- reading --- */

static void *grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		world_die("out of memory");
	return p;
}

static void read_file(struct export *x, const char *path)
{
	static char text[EVENT_LINE_MAX + 2];
	FILE *f = fopen(path, "re");

	if (!f)
		world_die("the export cannot be read");
	while (fgets(text, sizeof(text), f)) {
		struct export_line *r;

		x->of = grow(x->of, (x->count + 1) * sizeof(*x->of));
		r = &x->of[x->count++];
		r->len = strcspn(text, "\n");
		r->line = grow(NULL, r->len + 1);
		memcpy(r->line, text, r->len);
		r->line[r->len] = '\0';
		if (event_read(r->line, r->len, &r->e) != EVENT_OK)
			world_die("a line of the export is not an event");
	}
	(void)fclose(f);
}

/* What was recorded before the first start is the journal that the bench resumes from, to the
 * byte. Returns the index of that start. */
static size_t seed(struct export *x)
{
	size_t i = 0;

	while (i < x->count && x->of[i].e.kind != EVENT_STATION_STARTED)
		world_seed(&x->w, x->of[i++].line);
	if (i == x->count)
		world_die("the export holds no start of the station");
	export_data(&x->of[i].e, "site", x->w.settings.labels.site,
		    sizeof(x->w.settings.labels.site));
	x->made = x->w.count;
	return i;
}

/* --- comparing --- */

/* What the world around the bench did: not told by labels and buttons. */
static bool is_outside(enum event_kind kind)
{
	return kind == EVENT_CLOCK_STEPPED || kind == EVENT_LABELS_LOADED ||
	       kind == EVENT_PHOTO_TAKEN || kind == EVENT_EXPORT_DONE ||
	       kind == EVENT_FAULT_RAISED || kind == EVENT_FAULT_CLEARED ||
	       kind == EVENT_JOURNAL_OPENED || kind == EVENT_UNKNOWN;
}

static bool same_span(const struct event_span *a, const struct event_span *b)
{
	return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

/* A command of a newer version is signed with the site's key, which an export does not hold. */
static bool is_lost_key(const char *key, const struct event_span *recorded,
			const struct event_span *replayed)
{
	return strcmp(key, "why") == 0 && event_span_is(recorded, "command") &&
	       event_span_is(replayed, "key");
}

/* The members of data that the bench decides; the others (scanner, software, ids) are its
 * surroundings. */
static bool same_data(const struct event_view *recorded, const struct event_view *replayed)
{
	static const char *const keys[] = {"step", "answer", "code", "verdict", "raw",
					   "why",  "badge",  "list", "bytes",	"missing"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct event_span a, b;
		bool has = event_data(&recorded->data, keys[i], &a);

		if (has != event_data(&replayed->data, keys[i], &b))
			return false;
		if (has && !same_span(&a, &b) && !is_lost_key(keys[i], &a, &b))
			return false;
	}
	return true;
}

static bool same_event(const struct event_view *a, const struct event_view *b)
{
	return a->kind == b->kind && same_span(&a->label, &b->label) && a->line == b->line &&
	       a->unit == b->unit && same_span(&a->by, &b->by) &&
	       (a->inspection.len == 0) == (b->inspection.len == 0) && same_data(a, b);
}

static void compare(struct export *x, const struct export_line *r)
{
	const char *line = export_is_made(x) ? x->w.lines[x->made] : NULL;
	struct event_view e;

	x->same = line && event_read(line, strlen(line), &e) == EVENT_OK && same_event(&r->e, &e);
	if (!x->same)
		(void)fprintf(x->out, "# recorded: %s\n# replayed: %s\n", r->line,
			      line ? line : "nothing");
	x->made++;
}

/* Events that came out and are in no record. */
static void compare_rest(struct export *x)
{
	if (!x->same || !export_is_made(x))
		return;
	x->same = false;
	(void)fprintf(x->out, "# recorded: nothing more\n# replayed: %s\n", x->w.lines[x->made]);
}

bool export_replay(const char *path, FILE *out)
{
	static struct export x;

	memset(&x, 0, sizeof(x));
	world_init(&x.w, NULL);
	x.w.known = export_known;
	x.w.user = &x;
	x.w.settings.repeat_ms = 0; /* double reads are not in the journal */
	x.out = out;
	x.same = true;
	read_file(&x, path);
	for (size_t i = seed(&x); i < x.count && x.same; i++) {
		if (is_outside(x.of[i].e.kind))
			continue;
		if (!export_is_made(&x))
			export_cause(&x, i);
		compare(&x, &x.of[i]);
	}
	compare_rest(&x);
	for (size_t i = 0; i < x.count; i++)
		free(x.of[i].line);
	free(x.of);
	world_free(&x.w);
	return x.same;
}
