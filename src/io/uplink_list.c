/* uplink_list.c - a page of headquarters' list of expected returns (JSON) becomes rows and
 * tombstones. A return that can't be understood is left out and named; the rest counts. Pure but
 * for the memory of the page. */
#include "uplink_list.h"
#include "station/text.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_NUMBER 9999
#define TIME_SHORT	20 /* 2026-11-23T08:00:00Z */
#define ELLIPSIS	"\xe2\x80\xa6"

#define SHOWN_MAX 1024 /* bytes of a text that is cut; more is none */

/* These cost the page, all else a return. */
static const char no_memory[] = "no memory";
static const char no_rma[] = "rma is no return number";
static const char no_gone[] = "gone is not true";

/* --- texts --- */

/* An absent or null member is "". NULL: not a text. */
static const char *text_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return "";
	return json_string_value(value);
}

/* Bytes that a screen may take for an order: C0, DEL, and C1 as UTF-8 writes it. */
static bool has_control(const char *s)
{
	for (const unsigned char *u = (const unsigned char *)s; *u; u++)
		if (*u < 0x20 || *u == 0x7f || (u[0] == 0xc2 && u[1] < 0xa0))
			return true;
	return false;
}

/* What is compared or recorded: whole or refused. */
static bool take_exact(const json_t *object, const char *key, char *out, size_t cap)
{
	const char *s = text_of(object, key);

	return s && !has_control(s) && text_copy(out, cap, s);
}

/* What is only shown is cut, so that a long title does not cost the return. */
static bool take_shown(const json_t *object, const char *key, char *out, size_t cap)
{
	const char *s = text_of(object, key);
	struct text t = text_over(out, cap);
	size_t len;

	if (!s || strlen(s) > SHOWN_MAX || cap <= sizeof(ELLIPSIS) || has_control(s))
		return false;
	if (strlen(s) < cap)
		return text_copy(out, cap, s);
	len = cap - sizeof(ELLIPSIS);
	while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	text_bytes(&t, s, len);
	text_put(&t, ELLIPSIS);
	return true;
}

/* As a scanner reads it, in upper case. */
static bool take_rma(const json_t *object, char out[LABEL_MAX + 1])
{
	if (!take_exact(object, "rma", out, LABEL_MAX + 1) || !out[0])
		return false;
	for (char *c = out; *c; c++) {
		if ((unsigned char)*c > 0x7e || *c == ' ')
			return false;
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	return true;
}

static bool take_number(const json_t *object, const char *key, json_int_t max, uint16_t *out)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < 1 ||
	    json_integer_value(value) > max)
		return false;
	*out = (uint16_t)json_integer_value(value);
	return true;
}

/* RFC 3339 in UTC, with milliseconds or without; kept with them. */
static bool take_time(const json_t *object, const char *key, char out[25])
{
	const char *s = text_of(object, key);
	struct text t = text_over(out, 25);
	size_t len = s ? strlen(s) : 0;
	int64_t ms;

	if (!s)
		return false;
	if (len == TIME_SHORT) {
		text_bytes(&t, s, len - 1);
		text_put(&t, ".000");
		text_put(&t, s + len - 1);
	} else {
		text_put(&t, s);
	}
	return len == 0 || (!t.full && text_read_time(out, t.len, &ms));
}

/* --- one return --- */

static bool take_last(const json_t *object, struct parcel_last *out)
{
	const json_t *last = json_object_get(object, "last");
	const char *verdict;

	if (!last || json_is_null(last))
		return true;
	verdict = text_of(last, "verdict"); /* "" where it is no object */
	if (!verdict || (strcmp(verdict, "pass") != 0 && strcmp(verdict, "fail") != 0))
		return false;
	out->verdict = verdict[0] == 'p' ? PARCEL_PASS : PARCEL_FAIL;
	return take_exact(last, "inspection", out->inspection, sizeof(out->inspection)) &&
	       (!out->inspection[0] || text_is_uuid(out->inspection, strlen(out->inspection))) &&
	       take_exact(last, "station", out->station, sizeof(out->station)) &&
	       take_time(last, "at", out->at) && take_exact(last, "by", out->by, sizeof(out->by));
}

/* What is wrong with a line of a return, or NULL. */
static const char *take_line(const json_t *line, struct parcel_row *row)
{
	struct parcel_unit *unit = &row->unit;

	if (!take_number(line, "line", LINE_MAX_NUMBER, &row->line))
		return "line is no number 1..9999";
	if (!take_number(line, "quantity", PARCEL_UNITS, &row->quantity))
		return "quantity is no number 1..32";
	unit->line = row->line;
	unit->unit = 1;
	if (!take_exact(line, "product", unit->product, sizeof(unit->product)))
		return "product is no code of at most 64 bytes";
	if (!take_shown(line, "title", unit->title, sizeof(unit->title)) ||
	    !take_shown(line, "accessories", unit->accessories, sizeof(unit->accessories)) ||
	    !take_shown(line, "reason", unit->reason, sizeof(unit->reason)))
		return "title, accessories or reason is no plain text";
	return take_last(line, &unit->last) ? NULL : "last is no inspection";
}

static bool row_room(struct uplink_list *out)
{
	size_t cap = out->row_cap ? out->row_cap * 2 : 16;
	struct parcel_row *more;

	if (out->rows < out->row_cap)
		return true;
	more = realloc(out->row, cap * sizeof(*more));
	if (!more)
		return false;
	out->row = more;
	out->row_cap = cap;
	return true;
}

static bool gone_room(struct uplink_list *out)
{
	size_t cap = out->gone_cap ? out->gone_cap * 2 : 16;
	char(*more)[LABEL_MAX + 1];

	if (out->gones < out->gone_cap)
		return true;
	more = realloc(out->gone, cap * sizeof(*more));
	if (!more)
		return false;
	out->gone = more;
	out->gone_cap = cap;
	return true;
}

/* The lines become rows behind those that are there. NULL, or what is wrong. */
static const char *take_lines(struct uplink_list *out, const json_t *lines,
			      const struct parcel_row *base)
{
	size_t first = out->rows, i;
	unsigned units = 0;
	json_t *line;

	if (!json_is_array(lines) || json_array_size(lines) < 1 ||
	    json_array_size(lines) > PARCEL_UNITS)
		return "lines are no list of 1..32";
	json_array_foreach(lines, i, line)
	{
		const char *wrong;

		if (!row_room(out))
			return no_memory;
		out->row[out->rows] = *base;
		wrong = take_line(line, &out->row[out->rows]);
		if (wrong)
			return wrong;
		for (size_t k = first; k < out->rows; k++)
			if (out->row[k].line == out->row[out->rows].line)
				return "a line comes twice";
		units += out->row[out->rows++].quantity;
	}
	return units > PARCEL_UNITS ? "more than 32 units" : NULL;
}

/* NULL, or what is wrong; the list is as before then. seen: the names of this page so far. Each
 * return comes once a page: its rows and its tombstone would contradict each other. */
static const char *take_return(struct uplink_list *out, const json_t *object, json_t *seen)
{
	const json_t *gone = json_object_get(object, "gone");
	struct parcel_row base = {0};
	char tracking[2 * PARCEL_TRACKING];
	size_t before = out->rows;
	const char *state = text_of(object, "state"), *wrong;

	if (!take_rma(object, base.rma))
		return no_rma;
	if (json_object_get(seen, base.rma))
		return "it comes twice";
	if (json_object_set_new(seen, base.rma, json_true()) != 0)
		return no_memory;
	if (gone && !json_is_true(gone))
		return no_gone;
	if (gone) {
		if (!gone_room(out))
			return no_memory;
		memcpy(out->gone[out->gones++], base.rma, sizeof(base.rma));
		return NULL;
	}
	if (!state || !state[0])
		return "it has no state";
	base.approved = strcmp(state, "approved") == 0;
	if (!take_exact(object, "wish", base.wish, sizeof(base.wish)) ||
	    (base.wish[0] && strcmp(base.wish, "refund") != 0 &&
	     strcmp(base.wish, "exchange") != 0))
		return "wish is neither refund nor exchange";
	/* One that no label can have costs the way by it, not the return. */
	if (!take_exact(object, "tracking", tracking, sizeof(tracking)) ||
	    !parcel_tracking(tracking, base.tracking))
		base.tracking[0] = '\0';
	wrong = take_lines(out, json_object_get(object, "lines"), &base);
	if (wrong)
		out->rows = before;
	return wrong;
}

/* --- the page --- */

static void refuse(struct uplink_list *out, const json_t *object, size_t index, const char *wrong)
{
	const char *rma = json_string_value(json_object_get(object, "rma"));
	struct text t;

	if (out->refused++ > 0)
		return; /* the first one is told */
	t = text_over(out->why, sizeof(out->why));
	text_put(&t, "return ");
	if (rma && strlen(rma) <= LABEL_MAX && !has_control(rma))
		text_put(&t, rma);
	else
		text_u64(&t, index + 1);
	text_put(&t, ": ");
	text_put(&t, wrong);
}

/* Empty where headquarters has no list yet; the next page can't be asked for by it. */
static bool take_cursor(const json_t *root, bool more, char out[UPLINK_CURSOR])
{
	if (!take_exact(root, "cursor", out, UPLINK_CURSOR))
		return false;
	for (const char *c = out; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
		    !(*c >= '0' && *c <= '9') && !strchr("._-", *c))
			return false;
	return out[0] || !more;
}

/* False: the page is none, because a return has no name, or nothing of it can be understood. */
static bool take_returns(struct uplink_list *out, const json_t *returns)
{
	json_t *seen = json_object(), *object;
	size_t i;

	json_array_foreach(returns, i, object)
	{
		const char *wrong = take_return(out, object, seen);

		if (wrong)
			refuse(out, object, i, wrong);
		if (wrong == no_memory || wrong == no_rma || wrong == no_gone)
			break;
	}
	json_decref(seen);
	return seen && i == json_array_size(returns) &&
	       (out->rows + out->gones > 0 || out->refused == 0);
}

bool uplink_list_read(struct uplink_list *out, const char *body, size_t len)
{
	const json_t *reset, *more, *returns;
	json_t *root = NULL;
	bool ok;

	*out = (struct uplink_list){0};
	if (len <= UPLINK_LIST_BYTES)
		root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	reset = json_object_get(root, "reset");
	more = json_object_get(root, "more");
	returns = json_object_get(root, "returns");
	ok = json_is_boolean(reset) && json_is_boolean(more) && json_is_array(returns) &&
	     take_cursor(root, json_is_true(more), out->cursor);
	if (ok) {
		out->reset = json_is_true(reset);
		out->more = json_is_true(more);
		ok = take_returns(out, returns);
	} else {
		(void)text_copy(out->why, sizeof(out->why),
				root ? "it is no page of a list" : "it is no JSON");
	}
	json_decref(root);
	if (!ok) {
		struct uplink_list none = {0};

		memcpy(none.why, out->why, sizeof(none.why));
		uplink_list_free(out);
		*out = none;
	}
	return ok;
}

void uplink_list_free(struct uplink_list *list)
{
	free(list->row);
	free(list->gone);
	*list = (struct uplink_list){0};
}
