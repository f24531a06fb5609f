/* expiry.c - how long a certificate is good for, and when a person has to know (expiry.h). */
#include "station/expiry.h"
#include "station/text.h"
#include <string.h>

/* The span before the end in which it is told; a short life has a shorter one. */
static int64_t within(const struct expiry *e, int64_t days)
{
	int64_t span = days * EXPIRY_DAY_MS, life = e->until_ms - e->from_ms;

	return e->from_ms > 0 && life > 0 && life <= span ? life / 3 : span;
}

enum expiry_state expiry_state(const struct expiry *e, int64_t now_ms)
{
	int64_t left = e->until_ms - now_ms;

	if (e->until_ms == 0)
		return EXPIRY_UNKNOWN;
	if (left <= 0)
		return EXPIRY_OVER;
	if (left <= within(e, EXPIRY_URGENT_DAYS))
		return EXPIRY_URGENT;
	return left <= within(e, EXPIRY_SOON_DAYS) ? EXPIRY_SOON : EXPIRY_GOOD;
}

int64_t expiry_days(const struct expiry *e, int64_t now_ms)
{
	int64_t left = e->until_ms - now_ms, days = left / EXPIRY_DAY_MS;

	return left % EXPIRY_DAY_MS < 0 ? days - 1 : days;
}

const char *expiry_name(enum expiry_state state)
{
	switch (state) {
	case EXPIRY_UNKNOWN:
		return "unknown";
	case EXPIRY_GOOD:
		return "good";
	case EXPIRY_SOON:
		return "soon";
	case EXPIRY_URGENT:
		return "urgent";
	case EXPIRY_OVER:
		return "expired";
	}
	return "";
}

int64_t expiry_read(const char *s, size_t len)
{
	static const char tail[] = ".000Z";
	char iso[25];
	int64_t ms;

	if (len != 23 || s[10] != ' ' || memcmp(s + 19, " GMT", 4) != 0)
		return 0;
	memcpy(iso, s, 19);
	iso[10] = 'T';
	memcpy(iso + 19, tail, sizeof(tail));
	return text_read_time(iso, 24, &ms) ? ms : 0;
}
