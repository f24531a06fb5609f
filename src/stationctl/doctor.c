/* doctor.c - how a check of stationctl doctor fills its row (doctor.h). */
#include "doctor.h"
#include "station/expiry.h"
#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

void doctor_say(struct doctor_row *row, enum doctor_result result, const char *format, ...)
{
	char sentence[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, ap);
	va_end(ap);
	if (row->text.len > 0)
		text_put(&row->text, row->buf[row->text.len - 1] == '?' ? " " : "; ");
	text_put(&row->text, sentence);
	if (result > row->result)
		row->result = result;
}

void doctor_number(struct doctor_row *row, const char *key, int64_t value)
{
	(void)json_object_set_new(row->fields, key, json_integer(value));
}

void doctor_word(struct doctor_row *row, const char *key, const char *value)
{
	(void)json_object_set_new(row->fields, key, json_string(value));
}

void doctor_flag(struct doctor_row *row, const char *key, bool value)
{
	(void)json_object_set_new(row->fields, key, json_boolean(value));
}

bool doctor_denied(struct doctor_row *row, int error, const char *path, bool write)
{
	const struct group *group = NULL;
	struct stat st;

	if (error != -EACCES && error != -EPERM)
		return false;
	doctor_word(row, "denied", path);
	if (stat(path, &st) == 0 && st.st_gid != 0 && (st.st_mode & (write ? S_IWGRP : S_IRGRP)))
		group = getgrgid(st.st_gid);
	if (group)
		doctor_say(row, DOCTOR_WARN,
			   "not checked: you have no permission for %s; the group %s has (adduser "
			   "NAME %s, then log in anew), or use sudo",
			   path, group->gr_name, group->gr_name);
	else
		doctor_say(
			row, DOCTOR_WARN,
			"not checked: you have no permission for %s; use sudo, or the %s station",
			path, write ? "user" : "user or group");
	return true;
}

static int64_t wall_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void doctor_expiry(struct doctor_row *row, const char *whose, const char *prefix, int64_t from_ms,
		   int64_t until_ms)
{
	const struct expiry e = {.from_ms = from_ms, .until_ms = until_ms};
	int64_t now = wall_ms(), days = expiry_days(&e, now);
	char until[32], key[48];
	struct text t = text_over(until, sizeof(until));

	text_time(&t, until_ms);
	(void)snprintf(key, sizeof(key), "%sdays_left", prefix);
	doctor_number(row, key, days);
	(void)snprintf(key, sizeof(key), "%suntil", prefix);
	doctor_word(row, key, until);
	if (from_ms > now) {
		doctor_say(row, DOCTOR_FAIL,
			   "%s is not yet valid: look at its dates, and at the clock", whose);
		return;
	}
	switch (expiry_state(&e, now)) {
	case EXPIRY_UNKNOWN:
		break;
	case EXPIRY_GOOD:
		doctor_say(row, DOCTOR_OK, "%s is good for %lld days (until %.10s)", whose,
			   (long long)days, until);
		break;
	case EXPIRY_SOON:
		doctor_say(row, DOCTOR_WARN,
			   "%s is good for %lld days (until %.10s): see that it is renewed", whose,
			   (long long)days, until);
		break;
	case EXPIRY_URGENT:
		doctor_say(row, DOCTOR_WARN, "%s is good for %lld days (until %.10s): RENEW IT NOW",
			   whose, (long long)days, until);
		break;
	case EXPIRY_OVER:
		doctor_say(row, DOCTOR_FAIL, "%s HAS EXPIRED (%.10s): renew it", whose, until);
		break;
	}
}
