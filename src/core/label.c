/* label.c - names a scan (label.h): what of ours a text can be read as, and the texts to print.
 * Every reading is tried; good ones come first, failed ones last, so that nothing is guessed. */
#include "station/label.h"
#include "label_rank.h"
#include "station/check.h"
#include "station/text.h"
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>

#define GS	      0x1d
#define DEL	      0x7f
#define OURS	      100 /* priority: above any format's */
#define SERIAL_DIGITS 8
#define TAG_BYTES     5 /* 40 bits ... */
#define TAG_LEN	      8 /* ... in base 32 */

static const char crockford32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const char *const kind_names[] = {
	[LABEL_UNKNOWN] = "unknown", [LABEL_RETURN] = "return",	  [LABEL_HOUSE] = "house",
	[LABEL_COMMAND] = "command", [LABEL_REASON] = "reason",	  [LABEL_BADGE] = "badge",
	[LABEL_CARRIER] = "carrier", [LABEL_PRODUCT] = "product", [LABEL_PLATE] = "plate",
	[LABEL_ASSET] = "asset",
};
static const char *const check_results[] = {
	[LABEL_CHECK_NONE] = "none",
	[LABEL_CHECK_OK] = "ok",
	[LABEL_CHECK_BAD] = "bad",
};
static const char *const fault_names[] = {
	[LABEL_FAULT_NONE] = "",
	[LABEL_FAULT_SHAPE] = "shape",
	[LABEL_FAULT_TOO_LONG] = "too-long",
	[LABEL_FAULT_BYTES] = "bytes",
	[LABEL_FAULT_CHECK] = "check",
	[LABEL_FAULT_KEY] = "key",
	[LABEL_FAULT_NO_KEY] = "no-key",
	[LABEL_FAULT_TIE] = "tie",
	[LABEL_FAULT_COMMAND] = "command",
};
static const char *const command_names[] = {
	[LABEL_COMMAND_RECEIVING] = "RECEIVING",
	[LABEL_COMMAND_PARCEL_DONE] = "PARCELDONE",
	[LABEL_COMMAND_BADGE_OUT] = "BADGEOUT",
	[LABEL_COMMAND_ACCEPT] = "ACCEPT",
};

/* What is keyed to the site, by the prefix it is printed with. */
static const struct {
	const char *prefix;
	enum label_kind kind;
} keyed[] = {
	{"CMD-", LABEL_COMMAND},
	{"RSN-", LABEL_REASON},
	{"BDG-", LABEL_BADGE},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *label_kind_name(enum label_kind kind)
{
	return kind_names[kind];
}

const char *label_check_name(enum label_check check)
{
	return check_results[check];
}

const char *label_fault_name(enum label_fault fault)
{
	return fault_names[fault];
}

const char *label_command_name(enum label_command command)
{
	return command_names[command];
}

static bool command_find(const char *name, enum label_command *out)
{
	for (unsigned i = 0; i < COUNT(command_names); i++) {
		if (strcmp(name, command_names[i]) != 0)
			continue;
		*out = (enum label_command)i;
		return true;
	}
	return false;
}

static bool is_code(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/* --- the keyed check --- */

static void tag_make(const uint8_t key[LABEL_KEY], const char *text, size_t len, char tag[TAG_LEN])
{
	struct hmac_sha256_ctx ctx;
	uint8_t mac[TAG_BYTES];
	uint64_t bits = 0;

	hmac_sha256_set_key(&ctx, LABEL_KEY, key);
	hmac_sha256_update(&ctx, len, (const uint8_t *)text);
	hmac_sha256_digest(&ctx, sizeof(mac), mac);
	for (unsigned i = 0; i < TAG_BYTES; i++)
		bits = bits << 8 | mac[i];
	for (unsigned i = 0; i < TAG_LEN; i++)
		tag[i] = crockford32[bits >> (5 * (TAG_LEN - 1 - i)) & 31];
}

static bool code_ok(const char *code, size_t len)
{
	if (len < 1 || len > LABEL_CODE_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_code(code[i]))
			return false;
	}
	return true;
}

/* --- from bytes to text --- */

/* A tab counts as a space: scanners can be set to send one as their suffix. */
static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct bytes {
	const uint8_t *at;
	size_t len;
};

static struct bytes bytes_trim(struct bytes b)
{
	while (b.len > 0 && is_blank(b.at[0])) {
		b.at++;
		b.len--;
	}
	while (b.len > 0 && is_blank(b.at[b.len - 1]))
		b.len--;
	return b;
}

/* Cuts off an AIM identifier: ']', a letter, a modifier (a digit; some symbologies go on to C). */
static struct bytes aim_cut(struct bytes b, char aim[4])
{
	if (b.len < 3 || b.at[0] != ']')
		return b;
	uint8_t letter = b.at[1], modifier = b.at[2];
	bool is_letter = (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
	bool is_modifier =
		(modifier >= '0' && modifier <= '9') || (modifier >= 'A' && modifier <= 'C');
	if (!is_letter || !is_modifier)
		return b;
	aim[0] = (char)letter;
	aim[1] = (char)modifier;
	aim[2] = '\0';
	return bytes_trim((struct bytes){b.at + 3, b.len - 3});
}

/* Fills aim and text; GS is a separator between fields, not a character of the text. */
static enum label_fault text_from_scan(const struct scan *scan, struct label *out,
				       struct label_source *from)
{
	struct bytes b = bytes_trim((struct bytes){scan->bytes, scan->len});
	size_t n = 0;

	b = aim_cut(b, out->aim);
	from->bytes = b.at;
	from->bytes_len = b.len;
	if (b.len > LABEL_MAX || scan->total > scan->len)
		return LABEL_FAULT_TOO_LONG;
	for (size_t i = 0; i < b.len; i++) {
		if (b.at[i] != GS && (b.at[i] < ' ' || b.at[i] >= DEL))
			return LABEL_FAULT_BYTES;
	}
	for (size_t i = 0; i < b.len; i++) {
		if (b.at[i] != GS)
			out->text[n++] = (char)b.at[i];
	}
	out->text[n] = '\0';
	return LABEL_FAULT_NONE;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* --- ours; a text that is not of the form at all gives no reading --- */

static void read_return(const struct label_rules *rules, const struct label_source *from,
			struct label_readings *out)
{
	size_t check_at;

	if (!shape_fits(&rules->rma, from->norm, from->len, &check_at))
		return;
	struct label_reading r = {
		.kind = LABEL_RETURN, .id = from->norm, .len = from->len, .priority = OURS + 3};
	if (rules->rma_rule != CHECK_NONE)
		r.check = check_ok(rules->rma_rule, from->norm, from->len) ? LABEL_CHECK_OK
									   : LABEL_CHECK_BAD;
	label_rank_add(out, &r);
}

static void read_house(const struct label_rules *rules, const struct label_source *from,
		       struct label_readings *out)
{
	size_t site = strlen(rules->site), len = from->len;
	const char *norm = from->norm;

	if (site == 0 || len != 1 + site + SERIAL_DIGITS + 1 || norm[0] != 'H' ||
	    memcmp(norm + 1, rules->site, site) != 0 || !is_code(norm[len - 1]))
		return;
	for (size_t i = 1 + site; i < len - 1; i++) {
		if (norm[i] < '0' || norm[i] > '9')
			return;
	}
	struct label_reading r = {
		.kind = LABEL_HOUSE, .id = norm, .len = len, .priority = OURS + 2};
	r.check = check_mod37_36_ok(norm, len) ? LABEL_CHECK_OK : LABEL_CHECK_BAD;
	label_rank_add(out, &r);
}

/* Whether the tag of a keyed text is the site's; the time taken tells nothing about the tag. */
static enum label_fault tag_check(const struct label_rules *rules, const char *norm, size_t dash)
{
	char tag[TAG_LEN];

	if (!rules->has_key)
		return LABEL_FAULT_NO_KEY;
	tag_make(rules->key, norm, dash, tag);
	return memeql_sec(tag, norm + dash + 1, TAG_LEN) ? LABEL_FAULT_NONE : LABEL_FAULT_KEY;
}

static void read_keyed(const struct label_rules *rules, const struct label_source *from,
		       struct label_readings *out)
{
	size_t head = strlen(keyed[0].prefix), tail = 1 + TAG_LEN + 1, i = 0, len = from->len;
	const char *norm = from->norm;

	while (i < COUNT(keyed) && strncmp(norm, keyed[i].prefix, head) != 0)
		i++;
	if (i == COUNT(keyed) || len < head + 1 + tail)
		return;
	size_t dash = len - tail, code = dash - head;
	if (norm[dash] != '-' || !code_ok(norm + head, code) ||
	    !code_ok(norm + dash + 1, TAG_LEN + 1))
		return;
	struct label_reading r = {
		.kind = keyed[i].kind, .id = norm + head, .len = code, .priority = OURS + 1};
	char name[LABEL_CODE_MAX + 1] = "";
	memcpy(name, norm + head, code);
	r.check = check_mod37_36_ok(norm, len) ? LABEL_CHECK_OK : LABEL_CHECK_BAD;
	if (r.check == LABEL_CHECK_OK)
		r.fault = tag_check(rules, norm, dash);
	if (r.check == LABEL_CHECK_OK && r.fault == LABEL_FAULT_NONE && r.kind == LABEL_COMMAND &&
	    !command_find(name, &r.command))
		r.fault = LABEL_FAULT_COMMAND;
	label_rank_add(out, &r);
}

/* --- all readings --- */

static void label_fill(struct label *out, const struct label *base, const struct label_reading *r)
{
	*out = *base;
	out->kind = r->kind;
	out->check = r->check;
	out->fault = r->fault;
	out->command = r->command;
	out->tie = r->tie;
	out->format = r->format;
	memcpy(out->id, r->id, r->len);
	out->id[r->len] = '\0';
}

/* What nothing reads, or several things alike: it carries the reason of the reading that came
 * nearest. */
static void unknown_fill(struct label *out, const struct label *base,
			 const struct label_readings *all)
{
	const struct label_reading *nearest = all->count > 0 ? &all->at[0] : NULL;

	*out = *base;
	memcpy(out->id, base->text, sizeof(out->id));
	if (nearest) {
		out->check = nearest->check;
		out->tie = nearest->tie;
		out->format = nearest->tie ? NULL : nearest->format;
		out->fault = nearest->tie ? LABEL_FAULT_TIE : nearest->fault;
	} else if (base->fault == LABEL_FAULT_NONE) {
		out->fault = LABEL_FAULT_SHAPE;
	}
}

/* Reads the scan in every way, and puts the readings in order. */
static void read_all(const struct label_rules *rules, const struct scan *scan, struct label *base,
		     struct label_source *from, struct label_readings *all)
{
	memset(base, 0, offsetof(struct label, text));
	base->text[0] = '\0';
	from->aim = base->aim;
	from->whole = scan->total <= scan->len;
	base->fault = text_from_scan(scan, base, from);
	from->readable = base->fault == LABEL_FAULT_NONE;
	from->len = from->readable ? strlen(base->text) : 0;
	for (size_t i = 0; i < from->len; i++)
		from->norm[i] = upper(base->text[i]);
	from->norm[from->len] = '\0';
	label_rank_init(all);
	if (from->readable) {
		read_return(rules, from, all);
		read_house(rules, from, all);
		read_keyed(rules, from, all);
	}
	if (rules->formats && base->fault != LABEL_FAULT_BYTES)
		label_foreign(rules, from, all);
	label_rank_sort(rules, from->aim, all);
}

size_t label_candidates(const struct label_rules *rules, const struct scan *scan,
			struct label out[LABEL_CANDIDATES])
{
	struct label_readings all;
	struct label_source from;
	struct label base;
	size_t n = 0;

	read_all(rules, scan, &base, &from, &all);
	if (label_rank_unsure(&all))
		unknown_fill(&out[n++], &base, &all);
	base.fault = LABEL_FAULT_NONE;
	for (size_t i = 0; i < all.count && n < LABEL_CANDIDATES; i++)
		label_fill(&out[n++], &base, &all.at[i]);
	return n;
}

void label_parse(const struct label_rules *rules, const struct scan *scan, struct label *out)
{
	struct label_readings all;
	struct label_source from;
	struct label base;

	read_all(rules, scan, &base, &from, &all);
	if (label_rank_unsure(&all))
		unknown_fill(out, &base, &all);
	else
		label_fill(out, &base, &all.at[0]);
}

/* --- the texts to print --- */

static bool make_return(const struct label_rules *rules, const char *code, struct text *t)
{
	size_t check_at;

	text_put(t, code);
	if (rules->rma_rule != CHECK_NONE)
		text_char(t, check_make(rules->rma_rule, code, strlen(code)));
	return !t->full && shape_fits(&rules->rma, t->buf, t->len, &check_at) &&
	       check_ok(rules->rma_rule, t->buf, t->len);
}

static bool make_house(const struct label_rules *rules, const char *code, struct text *t)
{
	uint64_t serial;

	if (rules->site[0] == '\0' || !text_read_u64(code, strlen(code), 99999999, &serial))
		return false;
	text_char(t, 'H');
	text_put(t, rules->site);
	text_digits(t, serial, SERIAL_DIGITS);
	text_char(t, check_mod37_36(t->buf, t->len));
	return !t->full;
}

static bool make_keyed(const struct label_rules *rules, enum label_kind kind, const char *code,
		       struct text *t)
{
	char tag[TAG_LEN];

	if (!rules->has_key || !code_ok(code, strlen(code)))
		return false;
	for (size_t i = 0; i < COUNT(keyed); i++) {
		if (keyed[i].kind == kind)
			text_put(t, keyed[i].prefix);
	}
	text_put(t, code);
	tag_make(rules->key, t->buf, t->len, tag);
	text_char(t, '-');
	text_bytes(t, tag, TAG_LEN);
	text_char(t, check_mod37_36(t->buf, t->len));
	return !t->full;
}

static bool make_kind(const struct label_rules *rules, enum label_kind kind, const char *code,
		      struct text *t)
{
	enum label_command command;

	switch (kind) {
	case LABEL_UNKNOWN:
	case LABEL_CARRIER:
	case LABEL_PRODUCT:
	case LABEL_PLATE:
	case LABEL_ASSET:
		return false;
	case LABEL_RETURN:
		return make_return(rules, code, t);
	case LABEL_HOUSE:
		return make_house(rules, code, t);
	case LABEL_COMMAND:
		return command_find(code, &command) && make_keyed(rules, kind, code, t);
	case LABEL_REASON:
	case LABEL_BADGE:
		return make_keyed(rules, kind, code, t);
	}
	return false;
}

bool label_make(const struct label_rules *rules, enum label_kind kind, const char *code, char *out,
		size_t cap)
{
	char norm[LABEL_MAX + 1], made[LABEL_MAX + 1];
	struct text t = text_over(made, sizeof(made));

	if (!text_copy(norm, sizeof(norm), code))
		return false;
	for (char *c = norm; *c; c++)
		*c = upper(*c);
	return make_kind(rules, kind, norm, &t) && text_copy(out, cap, made);
}
