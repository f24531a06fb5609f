/* bars.c - widths against ideals: the fit, with the spreading of ink taken out, and the ideals of
 * retail codes (EAN, UPC). */
#include "station/bars.h"
#include "bars_fit.h"

#define RETAIL_MAX 59 /* widths of an EAN-13 */
#define AROUND	   8  /* widths on either side that tell the size of a module */
#define LATE	   8  /* widths that may follow before the decoder has spoken */

/* Left-hand digits of odd parity; even parity is the same backwards, right-hand as odd with colours
 * swapped. */
static const uint8_t digit[10][4] = {
	{3, 2, 1, 1}, {2, 2, 2, 1}, {2, 1, 2, 2}, {1, 4, 1, 1}, {1, 1, 3, 2},
	{1, 2, 3, 1}, {1, 1, 1, 4}, {1, 3, 1, 2}, {1, 2, 1, 3}, {3, 1, 1, 2},
};
/* Bit 5 - i: digit i is of even parity. By an EAN-13's first digit; by a UPC-E's check digit. */
static const uint8_t parity13[10] = {0x00, 0x0b, 0x0d, 0x0e, 0x13, 0x19, 0x1c, 0x15, 0x16, 0x1a};
static const uint8_t parity_e[10] = {0x38, 0x34, 0x32, 0x31, 0x2c, 0x26, 0x23, 0x2a, 0x29, 0x25};

static uint64_t distance(int64_t a, int64_t b)
{
	return (uint64_t)(a < b ? b - a : a - b);
}

/* The module's size around each width, in 1/64 of w's unit: a code that is tilted away gets smaller
 * along its way. */
static int64_t module_at(const struct bars_run *r, size_t i)
{
	size_t from = i < AROUND ? 0 : i - AROUND;
	size_t to = i + AROUND + 1 < r->n ? i + AROUND + 1 : r->n;
	int64_t sum = 0, want = 0;

	if ((to - from) % 2) /* as many bars as spaces, so that ink's spreading is no matter */
		to - from > 1 && from > 0 ? from-- : to--;
	for (size_t k = from; k < to; k++) {
		sum += r->w[r->backwards ? r->n - 1 - k : k];
		want += r->ideal[k];
	}
	return want > 0 ? 64 * sum / want : 0;
}

uint32_t bars_fit(const struct bars_run *r, unsigned unit)
{
	int64_t off[BARS_RUN], module[BARS_RUN], sum[2] = {0, 0}, count[2] = {0, 0}, spread;
	uint64_t worst = 0;

	if (r->n < 2 || r->n > BARS_RUN)
		return BARS_NO;
	for (size_t i = 0; i < r->n; i++) {
		module[i] = module_at(r, i) * unit;
		if (module[i] < 64)
			return BARS_NO;
		off[i] = 64 * (64 * (int64_t)r->w[r->backwards ? r->n - 1 - i : i]) / module[i] -
			 64 * (int64_t)r->ideal[i] / (int64_t)unit;
		sum[i & 1] += off[i];
		count[i & 1]++;
	}
	spread = (sum[0] / count[0] - sum[1] / count[1]) / 2; /* what bars gain, spaces lose */
	if (spread > 48 || spread < -48)		      /* that is no spreading any more */
		return BARS_NO;
	for (size_t i = 0; i < r->n; i++) {
		uint64_t is = distance(off[i], i & 1 ? -spread : spread);

		if (is > worst)
			worst = is;
	}
	return worst < BARS_NO ? (uint32_t)worst : BARS_NO;
}

static size_t put(uint8_t *to, size_t at, const uint8_t *widths, size_t n, bool mirrored)
{
	for (size_t i = 0; i < n; i++)
		to[at + i] = widths[mirrored ? n - 1 - i : i];
	return at + n;
}

static size_t put_digits(uint8_t *to, size_t at, const char *digits, size_t n, unsigned parity)
{
	for (size_t i = 0; i < n; i++)
		at = put(to, at, digit[digits[i] - '0'], 4, parity >> (n - 1 - i) & 1);
	return at;
}

/* The ideal widths; 0 when it is no retail code. */
static size_t ideal_of(const char *d, size_t len, bool upce, uint8_t to[RETAIL_MAX])
{
	static const uint8_t guard[6] = {1, 1, 1, 1, 1, 1};
	size_t at = put(to, 0, guard, 3, false);

	for (size_t i = 0; i < len; i++)
		if (d[i] < '0' || d[i] > '9')
			return 0;
	if (upce) {
		unsigned parity = len == 8 ? parity_e[d[7] - '0'] : 0;

		if (len != 8 || d[0] > '1')
			return 0;
		at = put_digits(to, at, d + 1, 6, d[0] == '1' ? parity ^ 0x3f : parity);
		return put(to, at, guard, 6, false);
	}
	if (len == 8) {
		at = put_digits(to, at, d, 4, 0);
		at = put(to, at, guard, 5, false);
		at = put_digits(to, at, d + 4, 4, 0);
	} else if (len == 12 || len == 13) {
		at = put_digits(to, at, d + len - 12, 6, len == 13 ? parity13[d[0] - '0'] : 0);
		at = put(to, at, guard, 5, false);
		at = put_digits(to, at, d + len - 6, 6, 0);
	} else {
		return 0;
	}
	return put(to, at, guard, 3, false);
}

uint32_t bars_retail(const uint32_t *w, size_t n, const char *digits, size_t len, bool upce)
{
	uint8_t ideal[RETAIL_MAX];
	size_t size = len >= 8 ? ideal_of(digits, len, upce, ideal) : 0;
	uint32_t best = BARS_NO;

	if (size == 0)
		return BARS_NO;
	for (size_t late = 0; late < LATE && size + late <= n; late++) {
		const uint32_t *from = w + n - late - size;
		uint32_t ahead = bars_fit(&(struct bars_run){from, ideal, size, false}, 1);
		uint32_t back = bars_fit(&(struct bars_run){from, ideal, size, true}, 1);

		if (ahead < best)
			best = ahead;
		if (back < best)
			best = back;
	}
	return best;
}

/* --- interleaved 2 of 5 --- */

#define ITF_MAX	    30		  /* digits */
#define NARROW	    8		  /* units */
#define ITF_SIZE(n) (7 + 5 * (n)) /* widths of n digits */

/* Bit i: the i-th of five is wide. */
static const uint8_t two_of_five[10] = {0x0c, 0x11, 0x12, 0x03, 0x14, 0x05, 0x06, 0x18, 0x09, 0x0a};

/* Which widths are wide, from start to stop. */
static void itf_wide(const char *d, size_t len, bool wide[ITF_SIZE(ITF_MAX)])
{
	size_t at = 4;

	for (size_t i = 0; i < 4; i++)
		wide[i] = false;
	for (size_t i = 0; i < len; i += 2, at += 10)
		for (size_t k = 0; k < 5; k++) {
			wide[at + 2 * k] = two_of_five[d[i] - '0'] >> k & 1;
			wide[at + 2 * k + 1] = two_of_five[d[i + 1] - '0'] >> k & 1;
		}
	wide[at] = true;
	wide[at + 1] = wide[at + 2] = false;
}

static uint32_t itf_fit(const uint32_t *w, const bool *wide, size_t n, bool backwards)
{
	uint64_t sum[2] = {0, 0}, count[2] = {0, 0}, ratio;
	uint8_t ideal[ITF_SIZE(ITF_MAX)];

	for (size_t i = 0; i < n; i++) {
		sum[wide[i]] += w[backwards ? n - 1 - i : i];
		count[wide[i]]++;
	}
	if (sum[0] < count[0])
		return BARS_NO;
	ratio = NARROW * sum[1] * count[0] / (sum[0] * count[1]); /* of the means */
	if (ratio < NARROW * 7 / 4 || ratio > NARROW * 7 / 2)	  /* 2 to 3 is printed */
		return BARS_NO;
	for (size_t i = 0; i < n; i++)
		ideal[i] = (uint8_t)(wide[i] ? ratio : NARROW);
	return bars_fit(&(struct bars_run){w, ideal, n, backwards}, NARROW);
}

/* Whether it is quiet on both sides of n widths that begin with w[at]: nothing else tells a code
 * from a part of it. */
static bool itf_is_quiet(const uint32_t *w, size_t at, size_t n, size_t all)
{
	uint64_t sum = 0;

	if (at < 1 || at + n >= all)
		return false;
	for (size_t i = 0; i < n; i++)
		sum += w[at + i];
	/* five narrow ones; on average a width is 1.6 of them or more */
	return w[at - 1] * (uint64_t)n >= 3 * sum && w[at + n] * (uint64_t)n >= 3 * sum;
}

uint32_t bars_itf(const uint32_t *w, size_t n, const char *digits, size_t len)
{
	bool wide[ITF_SIZE(ITF_MAX)];
	size_t size = ITF_SIZE(len);
	uint32_t best = BARS_NO;

	if (len < 2 || len > ITF_MAX || len % 2)
		return BARS_NO;
	for (size_t i = 0; i < len; i++)
		if (digits[i] < '0' || digits[i] > '9')
			return BARS_NO;
	itf_wide(digits, len, wide);
	for (size_t late = 1; late < LATE && size + late <= n; late++) {
		size_t at = n - late - size;

		for (int back = 0; back < 2; back++)
			if (itf_is_quiet(w, at, size, n)) {
				uint32_t off = itf_fit(w + at, wide, size, back);

				if (off < best)
					best = off;
			}
	}
	return best;
}
