/* bars_code128.c - Code 128 from widths: each character is the nearest pattern with the stop's own
 * spreading taken out, then the whole is held against its ideal. */
#include "bars_fit.h"
#include <string.h>

#define CHARACTERS 106 /* values 0..105; the stop is by itself */
#define START_A	   103
#define START_C	   105
#define MOST	   120 /* characters of a code, start and check included */
#define STOP	   7   /* widths */
#define LATE	   4   /* widths that may follow before the decoder has spoken */
#define QUIET	   5   /* modules before and behind */
#define STOP_OFF   40  /* 1/64 modules that a stop may be off, to be looked at */

static const char patterns[CHARACTERS][7] = {
	"212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
	"221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
	"223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
	"312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
	"112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
	"113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
	"311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
	"111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
	"122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
	"121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
	"214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
	"113141", "114131", "311141", "411131", "211412", "211214", "211232",
};
static const uint8_t stop[STOP] = {2, 3, 3, 1, 1, 1, 2};

/* The widths as they are read, from the code's own beginning to its end. */
struct widths {
	const uint32_t *w;
	size_t n;
	bool backwards;
};

/* Width i counted from the end of the code backwards. */
static uint32_t width(const struct widths *s, size_t i)
{
	return s->w[s->backwards ? i : s->n - 1 - i];
}

/* The value whose pattern is nearest to the six widths that end `at` before the end. The
 * character's own width is its module's measure; spread is in 1/64 of a module. */
static int nearest(const struct widths *s, size_t at, int64_t spread)
{
	int64_t sum = 0, is[6], best = INT64_MAX;
	int value = -1;

	for (size_t i = 0; i < 6; i++)
		sum += width(s, at + i);
	if (sum < 11)
		return -1;
	for (size_t i = 0; i < 6; i++) /* the last of a character is a space */
		is[5 - i] = 64 * 11 * (int64_t)width(s, at + i) / sum + (i & 1 ? -spread : spread);
	for (int v = 0; v < CHARACTERS; v++) {
		int64_t off = 0;

		for (size_t i = 0; i < 6; i++) {
			int64_t d = is[i] - 64 * (patterns[v][i] - '0');

			off += d * d;
		}
		if (off < best) {
			best = off;
			value = v;
		}
	}
	return value;
}

/* The ink's spreading in 1/64 of a module, by the stop. */
static bool measure(const struct widths *s, int64_t *spread, int64_t *module)
{
	int64_t bars = 0, all = 0;

	for (size_t i = 0; i < STOP; i++) {
		all += width(s, i);
		bars += i & 1 ? 0 : width(s, i);
	}
	if (all < 13)
		return false;
	*module = all / 13;
	/* seven widths: four bars of eight modules, three spaces of five */
	*spread = (64 * 13 * bars / all - 64 * 8) * 2 / 7;
	return *spread > -48 && *spread < 48;
}

/* All values from the start to the check, in their order. 0 when there is no start. */
static size_t values_of(const struct widths *s, uint8_t value[MOST])
{
	int64_t spread, module;
	size_t n = 0, at = STOP;

	if (s->n < STOP + 18 || !measure(s, &spread, &module))
		return 0;
	for (; at + 6 <= s->n && n < MOST; at += 6) {
		int v = nearest(s, at, spread);

		if (v < 0)
			return 0;
		value[n++] = (uint8_t)v;
		if (v >= START_A)
			break;
	}
	if (n < 3 || value[n - 1] < START_A)
		return 0;
	/* what lies before is quiet, or the edge of the image */
	if (at + 7 < s->n && (int64_t)width(s, at + 6) < QUIET * module)
		return 0;
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t v = value[i];

		value[i] = value[n - 1 - i];
		value[n - 1 - i] = v;
	}
	return n;
}

static bool check_holds(const uint8_t *value, size_t n)
{
	uint32_t sum = value[0];

	for (size_t i = 1; i + 1 < n; i++)
		sum += (uint32_t)i * value[i];
	return sum % 103 == value[n - 1];
}

static uint32_t fit(const struct widths *s, const uint8_t *value, size_t n)
{
	uint8_t ideal[MOST * 6 + STOP];
	size_t all = n * 6 + STOP;

	for (size_t i = 0; i < n * 6; i++)
		ideal[i] = (uint8_t)(patterns[value[i / 6]][i % 6] - '0');
	memcpy(ideal + n * 6, stop, STOP);
	return bars_fit(&(struct bars_run){s->backwards ? s->w : s->w + s->n - all, ideal, all,
					   s->backwards},
			1);
}

/* --- values become text --- */

struct writer {
	struct bars_code128 *out;
	unsigned set;  /* 0 A, 1 B, 2 C */
	int shifted;   /* set of the next character alone; -1 = none */
	bool latched;  /* FNC4 twice: all that follows is of the upper half */
	unsigned fnc4; /* before this character */
	bool ok;
};

static void put(struct writer *w, unsigned byte)
{
	struct bars_code128 *o = w->out;

	if (w->set != 2 && byte != 0x1d && w->latched != (w->fnc4 == 1))
		byte += 128;
	w->fnc4 = 0;
	if (o->len + 2U > BARS_TEXT) {
		w->ok = false;
	} else if (byte < 128) {
		o->text[o->len++] = (uint8_t)byte;
	} else {
		o->text[o->len++] = (uint8_t)(0xc0 | byte >> 6);
		o->text[o->len++] = (uint8_t)(0x80 | (byte & 0x3f));
	}
}

static void put_fnc4(struct writer *w)
{
	if (++w->fnc4 == 2) {
		w->latched = !w->latched;
		w->fnc4 = 0;
	}
}

/* Values 96..102 of sets A and B: shifts, sets, functions. FNC2 and FNC3 are for the reader, not
 * for the text: such a label is none of ours. */
static void function(struct writer *w, unsigned v, unsigned set, bool first)
{
	switch (v) {
	case 98:
		w->shifted = set == 0 ? 1 : 0;
		break;
	case 99:
		w->set = 2;
		break;
	case 100:
		if (set == 1)
			put_fnc4(w);
		else
			w->set = 1;
		break;
	case 101:
		if (set == 0)
			put_fnc4(w);
		else
			w->set = 0;
		break;
	case 102:
		if (!first)
			put(w, 0x1d);
		break;
	default:
		w->ok = false;
	}
}

static void take(struct writer *w, unsigned v, bool first)
{
	unsigned set = w->shifted >= 0 ? (unsigned)w->shifted : w->set;

	w->shifted = -1;
	if (set == 2 && v < 100) {
		put(w, '0' + v / 10);
		put(w, '0' + v % 10);
	} else if (set == 2) {
		if (v == 102)
			function(w, v, set, first);
		else
			w->set = v == 100 ? 1 : 0;
	} else if (v < 96) {
		put(w, set == 0 && v >= 64 ? v - 64 : v + 32);
	} else {
		function(w, v, set, first);
	}
}

static bool spell(const uint8_t *value, size_t n, struct bars_code128 *out)
{
	struct writer w = {.out = out, .set = value[0] - START_A, .shifted = -1, .ok = true};

	out->len = 0;
	out->gs1 = value[1] == 102;
	for (size_t i = 1; i + 1 < n; i++)
		if (value[i] >= START_A)
			return false;
		else
			take(&w, value[i], i == 1);
	return w.ok && out->len > 0;
}

static bool read_one(const struct widths *s, struct bars_code128 *out)
{
	uint8_t value[MOST];
	size_t n = values_of(s, value);

	if (n == 0 || !check_holds(value, n) || !spell(value, n, out))
		return false;
	out->characters = (uint8_t)n;
	out->off = fit(s, value, n);
	return out->off != BARS_NO;
}

/* Whether it is quiet before the stop that begins with w[at], seen backwards. */
static bool stop_is_quiet(const uint32_t *w, size_t at)
{
	uint64_t all = 0;

	for (size_t i = 0; i < STOP; i++)
		all += w[at + i];
	return at <= 1 || w[at - 1] * UINT64_C(13) >= QUIET * all;
}

bool bars_code128_read(const uint32_t *w, size_t n, struct bars_code128 *out)
{
	for (size_t late = 0; late <= LATE && late < n; late++) {
		struct widths ahead = {w, n - late, false};

		if (read_one(&ahead, out))
			return true;
	}
	/* backwards the stop lies before, and the start is what came last */
	for (size_t all = STOP + 18; all <= MOST * 6 + STOP && all <= n; all += 6)
		for (size_t late = 0; late <= LATE && all + late <= n; late++) {
			struct widths back = {w + n - late - all, all, true};

			if (bars_fit(&(struct bars_run){back.w, stop, STOP, true}, 1) <= STOP_OFF &&
			    stop_is_quiet(w, n - late - all) && read_one(&back, out) &&
			    out->characters * 6U + STOP == all)
				return true;
		}
	return false;
}
