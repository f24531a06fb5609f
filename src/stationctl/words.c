/* words.c - what an event's data says, in a few words for a person. Kinds of a newer version show
 * their data as it is. */
#include "words.h"
#include "clean.h"
#include "station/scan.h"
#include "station/text.h"
#include <string.h>

/* A member as text, its JSON escapes decoded; "" when there is none. */
static void words_member(const struct event_view *e, const char *key, char *out, size_t cap)
{
	struct event_span s;

	if (!event_data(&e->data, key, &s) || !event_span_copy(&s, out, cap))
		out[0] = '\0';
	if (strcmp(out, "null") == 0)
		out[0] = '\0';
}

static void words_put(FILE *f, const struct event_view *e, const char *before, const char *key)
{
	char value[512];

	words_member(e, key, value, sizeof(value));
	if (!value[0])
		return;
	fputs(before, f);
	clean_puts(f, value);
}

/* Verdicts and answers stand out. */
static void words_upper(FILE *f, const struct event_view *e, const char *before, const char *key)
{
	char value[512];

	words_member(e, key, value, sizeof(value));
	if (!value[0])
		return;
	for (char *p = value; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	fputs(before, f);
	clean_puts(f, value);
}

static void words_raw(FILE *f, const struct event_view *e)
{
	char base64[4 * (SCAN_MAX / 3 + 1) + 1], escaped[4 * SCAN_MAX + 1];
	struct text t = text_over(escaped, sizeof(escaped));
	uint8_t bytes[SCAN_MAX];
	size_t len;

	words_member(e, "raw", base64, sizeof(base64));
	if (!text_read_base64(base64, strlen(base64), bytes, sizeof(bytes), &len) || len == 0)
		return;
	text_escape(&t, bytes, len);
	fprintf(f, " \"%s\"", escaped);
}

/* [{"line":1,"unit":2},...]: as many units as objects. */
static void words_missing(FILE *f, const struct event_view *e)
{
	struct event_span list;
	unsigned units = 0;

	if (event_data(&e->data, "missing", &list))
		for (size_t i = 0; i < list.len; i++)
			units += list.at[i] == '{';
	if (units == 0)
		fputs(" complete", f);
	else
		fprintf(f, " %u unit%s missing", units, units == 1 ? "" : "s");
}

static void words_started(FILE *f, const struct event_view *e)
{
	words_put(f, e, " site ", "site");
	words_put(f, e, ", software ", "software");
	words_put(f, e, ", time zone ", "timezone");
}

static void words_rejected(FILE *f, const struct event_view *e)
{
	words_put(f, e, " ", "why");
	words_put(f, e, ", bytes ", "bytes");
	words_raw(f, e);
}

void words_event(FILE *f, const struct event_view *e)
{
	switch (e->kind) {
	case EVENT_STATION_STARTED:
		words_started(f, e);
		break;
	case EVENT_STATION_STOPPED:
	case EVENT_JOURNAL_OPENED:
		words_put(f, e, " ", "why");
		break;
	case EVENT_CLOCK_STEPPED:
		words_put(f, e, " by milliseconds ", "by_ms");
		break;
	case EVENT_LABELS_LOADED:
		words_put(f, e, " formats ", "labels");
		break;
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
		words_put(f, e, " ", "badge");
		break;
	case EVENT_PARCEL_ARRIVED:
		words_put(f, e, " list ", "list");
		break;
	case EVENT_PARCEL_CLOSED:
		words_missing(f, e);
		break;
	case EVENT_LABEL_REJECTED:
		words_rejected(f, e);
		break;
	case EVENT_INSPECTION_OPENED:
		words_put(f, e, " list ", "list");
		words_put(f, e, ", again after ", "supersedes");
		break;
	case EVENT_STEP_ANSWERED:
	case EVENT_STEP_WITHDRAWN:
		words_put(f, e, " ", "step");
		words_upper(f, e, " ", "answer");
		break;
	case EVENT_REASON_GIVEN:
		words_put(f, e, " ", "step");
		words_put(f, e, " reason ", "code");
		break;
	case EVENT_PHOTO_TAKEN:
		words_put(f, e, " sha256 ", "sha256");
		break;
	case EVENT_INSPECTION_CLOSED:
	case EVENT_INSPECTION_FINAL:
		words_upper(f, e, " verdict ", "verdict");
		break;
	case EVENT_INSPECTION_REOPENED:
	case EVENT_INSPECTION_ABANDONED:
		words_put(f, e, " at ", "step");
		break;
	case EVENT_EXPORT_DONE:
		words_put(f, e, " seq ", "first");
		words_put(f, e, " to ", "last");
		break;
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
		words_put(f, e, " ", "what");
		break;
	case EVENT_UNKNOWN:
		fputc(' ', f);
		clean_print(f, e->data.at, e->data.len);
		break;
	}
}
