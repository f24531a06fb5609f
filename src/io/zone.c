/* zone.c - the machine's time zones, by libc's own reader of them; see zone.h. A name may come from
 * outside: it is looked at before libc opens the file that it names. */
#include "zone.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ZONE_DIR "/usr/share/zoneinfo/"
#define ZONE_MAX 64

static bool name_is_fine(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > ZONE_MAX || name[0] == '/' || strstr(name, "..") ||
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/.") !=
		    len)
		return false;
	return true;
}

static bool is_zone(const char *path)
{
	char magic[4] = "";
	FILE *f = fopen(path, "re");
	bool is = f && fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
		  memcmp(magic, "TZif", sizeof(magic)) == 0;

	if (f)
		fclose(f);
	return is;
}

bool zone_use(const char *name)
{
	char path[sizeof(ZONE_DIR) + ZONE_MAX], tz[sizeof(path) + 1] = "";
	bool known = false;

	if (name_is_fine(name)) {
		(void)snprintf(path, sizeof(path), "%s%s", ZONE_DIR, name);
		(void)snprintf(tz, sizeof(tz), ":%s", path);
		known = is_zone(path);
	}
	if (setenv("TZ", known ? tz : "UTC0", 1) < 0)
		known = false;
	tzset();
	return known || strcmp(name, "UTC") == 0;
}

int32_t zone_offset(void *unused, int64_t utc_s)
{
	time_t at = (time_t)utc_s;
	struct tm tm;

	(void)unused;
	return localtime_r(&at, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}
