/* since.c - reads the times a person types: a date, a date with time, or how long ago. */
#include "since.h"
#include <string.h>
#include <time.h>

static bool since_digits(const char **p, unsigned count, int *out)
{
	*out = 0;
	for (unsigned i = 0; i < count; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

static bool since_char(const char **p, const char *any)
{
	if (**p == '\0' || !strchr(any, **p))
		return false;
	(*p)++;
	return true;
}

static bool since_ago(const char *text, int64_t now_ms, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	int64_t n = 0;
	const char *p = text;

	while (*p >= '0' && *p <= '9' && p - text < 7)
		n = n * 10 + (*p++ - '0');
	if (p == text || p[0] == '\0' || p[1] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != *p)
			continue;
		*ms = now_ms - n * units[i].ms;
		return true;
	}
	return false;
}

/* "Z" or "+08:00" */
static bool since_zone(const char **p, int64_t *offset_ms)
{
	int hours, minutes;
	bool west;

	*offset_ms = 0;
	if (since_char(p, "Zz"))
		return true;
	west = **p == '-';
	if (!since_char(p, "+-") || !since_digits(p, 2, &hours) || !since_char(p, ":") ||
	    !since_digits(p, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset_ms = (hours * 60 + minutes) * (west ? -60000 : 60000);
	return true;
}

static bool since_clock(const char **p, struct tm *tm, int64_t *fraction_ms, int64_t *offset_ms)
{
	int64_t weight = 100;

	if (!since_digits(p, 2, &tm->tm_hour) || !since_char(p, ":") ||
	    !since_digits(p, 2, &tm->tm_min))
		return false;
	if (since_char(p, ":") && !since_digits(p, 2, &tm->tm_sec))
		return false;
	if (since_char(p, ".")) {
		if (**p < '0' || **p > '9')
			return false;
		for (; **p >= '0' && **p <= '9'; (*p)++, weight /= 10)
			*fraction_ms += (**p - '0') * weight;
	}
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec < 60 && since_zone(p, offset_ms);
}

bool since_read(const char *text, int64_t now_ms, int64_t *ms)
{
	int64_t fraction_ms = 0, offset_ms = 0;
	struct tm tm = {0};
	const char *p = text;
	int day;

	if (since_ago(text, now_ms, ms))
		return true;
	if (!since_digits(&p, 4, &tm.tm_year) || !since_char(&p, "-") ||
	    !since_digits(&p, 2, &tm.tm_mon) || !since_char(&p, "-") ||
	    !since_digits(&p, 2, &tm.tm_mday))
		return false;
	if (since_char(&p, "Tt ") && !since_clock(&p, &tm, &fraction_ms, &offset_ms))
		return false;
	if (*p != '\0' || tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	day = tm.tm_mday;
	*ms = (int64_t)timegm(&tm) * 1000 + fraction_ms - offset_ms;
	return tm.tm_mday == day; /* a day that does not exist comes out as another */
}
