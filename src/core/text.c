/* text.c - bounded text building and byte coding; see station/text.h. The core has no printf: these
 * few writers and strict readers are all it needs. */
#include "station/text.h"
#include <nettle/base64.h>
#include <string.h>

#define DAY_MS	      INT64_C(86400000)
#define LAST_MS	      INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define TIME_LEN      24
#define BASE64_PIECE  48 /* bytes coded at a time; a multiple of 3, so only the end is padded */
#define BASE64_LETTER 64 /* characters of a coded piece */

static const char hex_digits[] = "0123456789abcdef";

/* How much of len bytes fits into room without cutting a UTF-8 character in two. */
static size_t piece_fit(const char *s, size_t len, size_t room)
{
	if (len <= room)
		return len;
	while (room > 0 && ((unsigned char)s[room] & 0xc0) == 0x80)
		room--;
	return room;
}

struct text text_over(char *buf, size_t cap)
{
	if (cap > 0)
		buf[0] = '\0';
	return (struct text){.buf = buf, .cap = cap, .full = cap == 0};
}

void text_bytes(struct text *t, const void *bytes, size_t len)
{
	/* Once something is missing nothing follows it: the buffer is a prefix of what was meant.
	 */
	if (t->full)
		return;
	size_t take = piece_fit(bytes, len, t->cap - 1 - t->len);
	if (take > 0)
		memcpy(t->buf + t->len, bytes, take);
	t->len += take;
	t->buf[t->len] = '\0';
	t->full = take < len;
}

void text_put(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void text_char(struct text *t, char c)
{
	text_bytes(t, &c, 1);
}

void text_u64(struct text *t, uint64_t n)
{
	text_digits(t, n, 1);
}

void text_i64(struct text *t, int64_t n)
{
	if (n < 0)
		text_char(t, '-');
	text_u64(t, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void text_digits(struct text *t, uint64_t n, unsigned width)
{
	char digits[20]; /* UINT64_MAX has 20 */
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (at > 0 && (n > 0 || sizeof(digits) - at < width));
	text_bytes(t, digits + at, sizeof(digits) - at);
}

void text_hex(struct text *t, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++) {
		char pair[2] = {hex_digits[b[i] >> 4], hex_digits[b[i] & 15]};

		text_bytes(t, pair, sizeof(pair));
	}
}

void text_base64(struct text *t, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	for (size_t at = 0; at < len; at += BASE64_PIECE) {
		size_t take = len - at < BASE64_PIECE ? len - at : BASE64_PIECE;
		char coded[BASE64_LETTER];

		base64_encode_raw(coded, take, b + at);
		text_bytes(t, coded, BASE64_ENCODE_RAW_LENGTH(take));
	}
}

static void json_put(struct text *t, char c)
{
	unsigned char byte = (unsigned char)c;

	if (c == '"' || c == '\\') {
		text_char(t, '\\');
		text_char(t, c);
	} else if (c == '\n') {
		text_put(t, "\\n");
	} else if (c == '\r') {
		text_put(t, "\\r");
	} else if (c == '\t') {
		text_put(t, "\\t");
	} else {
		text_put(t, "\\u00");
		text_hex(t, &byte, 1);
	}
}

void text_json(struct text *t, const char *s, size_t len)
{
	size_t plain = 0; /* start of the run that needs no escape */

	text_char(t, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		text_bytes(t, s + plain, i - plain);
		json_put(t, s[i]);
		plain = i + 1;
	}
	text_bytes(t, s + plain, len - plain);
	text_char(t, '"');
}

static bool year_leaps(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && year_leaps(year) ? 1u : 0u);
}

/* Days from 1970-01-01 to the first of January of a year from 1970 on. */
static unsigned year_start(unsigned year)
{
	unsigned past = year - 1;

	return (year - 1970) * 365 + (past / 4 - 1969 / 4) - (past / 100 - 1969 / 100) +
	       (past / 400 - 1969 / 400);
}

void text_time(struct text *t, int64_t ms)
{
	/* A clock outside the years that the format can say is shown at its edge. */
	ms = ms < 0 ? 0 : ms > LAST_MS ? LAST_MS : ms;
	unsigned day = (unsigned)(ms / DAY_MS);
	unsigned rest = (unsigned)(ms % DAY_MS);
	unsigned year = 1970 + day / 366; /* never too late */
	unsigned month = 1;

	while (year_start(year + 1) <= day)
		year++;
	day -= year_start(year);
	while (day >= month_days(year, month))
		day -= month_days(year, month++);
	text_digits(t, year, 4);
	text_char(t, '-');
	text_digits(t, month, 2);
	text_char(t, '-');
	text_digits(t, day + 1, 2);
	text_char(t, 'T');
	text_digits(t, rest / 3600000, 2);
	text_char(t, ':');
	text_digits(t, rest / 60000 % 60, 2);
	text_char(t, ':');
	text_digits(t, rest / 1000 % 60, 2);
	text_char(t, '.');
	text_digits(t, rest % 1000, 3);
	text_char(t, 'Z');
}

bool text_copy(char *dst, size_t cap, const char *src)
{
	struct text t = text_over(dst, cap);

	text_put(&t, src);
	return !t.full;
}

bool text_read_u64(const char *s, size_t len, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s[i] - '0');

		if (n > max / 10 || digit > max - n * 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

/* Reads width digits at *at and moves behind them. */
static bool number_read(const char **at, size_t width, unsigned max, unsigned *out)
{
	uint64_t n;

	if (!text_read_u64(*at, width, max, &n))
		return false;
	*out = (unsigned)n;
	*at += width;
	return true;
}

bool text_read_time(const char *s, size_t len, int64_t *ms)
{
	unsigned year, month, day, hour, minute, second, milli;
	const char *at = s;

	if (len != TIME_LEN)
		return false;
	if (!number_read(&at, 4, 9999, &year) || *at++ != '-' || !number_read(&at, 2, 12, &month) ||
	    *at++ != '-' || !number_read(&at, 2, 31, &day) || *at++ != 'T' ||
	    !number_read(&at, 2, 23, &hour) || *at++ != ':' || !number_read(&at, 2, 59, &minute) ||
	    *at++ != ':' || !number_read(&at, 2, 59, &second) || *at++ != '.' ||
	    !number_read(&at, 3, 999, &milli) || *at != 'Z')
		return false;
	if (year < 1970 || month < 1 || day < 1 || day > month_days(year, month))
		return false;
	unsigned days = year_start(year) + day - 1;

	for (unsigned m = 1; m < month; m++)
		days += month_days(year, m);
	*ms = days * DAY_MS + (int64_t)((hour * 60 + minute) * 60 + second) * 1000 + milli;
	return true;
}

/* A hexadecimal digit's value plus 1, upper case plus 17; 0 = none. A table, because every event
 * has some hundred of them. */
static const uint8_t hex_values[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 27, ['B'] = 28,
	['C'] = 29, ['D'] = 30, ['E'] = 31, ['F'] = 32,
};

static bool hex_value(char c, uint8_t *out)
{
	uint8_t value = hex_values[(uint8_t)c];

	*out = (uint8_t)((value - 1) & 15);
	return value != 0;
}

bool text_read_hex(const char *s, size_t len, void *out, size_t out_len)
{
	uint8_t *b = out;

	if (len % 2 != 0 || len / 2 != out_len)
		return false;
	for (size_t i = 0; i < out_len; i++) {
		uint8_t high, low;

		if (!hex_value(s[2 * i], &high) || !hex_value(s[2 * i + 1], &low))
			return false;
		b[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool text_read_base64(const char *s, size_t len, void *out, size_t cap, size_t *out_len)
{
	struct base64_decode_ctx ctx;
	size_t pads = 0;

	if (len % 4 != 0)
		return false;
	while (pads < 2 && pads < len && s[len - 1 - pads] == '=')
		pads++;
	size_t want = len / 4 * 3 - pads;

	/* nettle skips white space and so could write less, never more, than want. */
	if (want > cap)
		return false;
	size_t done = cap;

	base64_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &done, out, len, s) || !base64_decode_final(&ctx) ||
	    done != want)
		return false;
	*out_len = done;
	return true;
}

/* Reads the escape behind a backslash at s[*at]; moves behind it. */
static bool escape_read(const char *s, size_t len, size_t *at, uint8_t *out)
{
	static const char letters[] = "\\\"nrt", bytes[] = "\\\"\n\r\t";
	char c = *at < len ? s[*at] : '\0';
	const char *hit = c != '\0' ? strchr(letters, c) : NULL;
	unsigned n = 0, digits = 0;

	if (hit) {
		*out = (uint8_t)bytes[hit - letters];
		++*at;
		return true;
	}
	if (c == 'x') {
		if (len - *at < 3 || !text_read_hex(s + *at + 1, 2, out, 1))
			return false;
		*at += 3;
		return true;
	}
	while (digits < 3 && *at < len && s[*at] >= '0' && s[*at] <= '7') {
		n = n * 8 + (unsigned)(s[(*at)++] - '0');
		digits++;
	}
	*out = (uint8_t)n;
	return digits > 0 && n <= UINT8_MAX;
}

bool text_unescape(const char *s, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
	size_t n = 0;

	for (size_t at = 0; at < len;) {
		uint8_t byte = (uint8_t)s[at++];

		if (byte == '\\' && !escape_read(s, len, &at, &byte))
			return false;
		if (n == cap)
			return false;
		out[n++] = byte;
	}
	*out_len = n;
	return true;
}

void text_escape(struct text *t, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t b = bytes[i];

		if (b >= 0x20 && b <= 0x7e && b != '\\' && b != '"') {
			text_char(t, (char)b);
		} else {
			text_put(t, "\\x");
			text_hex(t, &b, 1);
		}
	}
}

/* Length of the well-formed character at u, which is not ASCII, or 0. The second byte's range is
 * what excludes overlong forms, surrogates and all over U+10FFFF (table 3-7). */
static size_t utf8_char(const unsigned char *u, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t size;

	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		size = 2;
	else if (u[0] >= 0xe0 && u[0] <= 0xef)
		size = 3;
	else if (u[0] >= 0xf0 && u[0] <= 0xf4)
		size = 4;
	else
		return 0;
	if (u[0] == 0xe0)
		low = 0xa0;
	else if (u[0] == 0xed)
		high = 0x9f;
	else if (u[0] == 0xf0)
		low = 0x90;
	else if (u[0] == 0xf4)
		high = 0x8f;
	if (len < size || u[1] < low || u[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++)
		if (u[i] < 0x80 || u[i] > 0xbf)
			return 0;
	return size;
}

/* Eight bytes, none of them NUL or beyond ASCII. */
static bool is_plain(const unsigned char *u)
{
	const uint64_t tops = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
	uint64_t w;

	memcpy(&w, u, sizeof(w));
	return ((w | (w - ones)) & tops) == 0;
}

bool text_is_utf8(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	for (size_t at = 0, size; at < len; at += size) {
		/* Most of what comes is ASCII, and an event is read whenever one is written. */
		if (len - at >= 8 && is_plain(u + at)) {
			size = 8;
			continue;
		}
		size = u[at] >= 0x01 && u[at] <= 0x7f ? 1 : utf8_char(u + at, len - at);
		if (size == 0)
			return false;
	}
	return true;
}

bool text_is_uuid(const char *s, size_t len)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t value = hex_values[(uint8_t)s[i]];

		if (form[i] == 'x' ? value == 0 || value > 16 : s[i] != form[i])
			return false;
	}
	return true;
}
