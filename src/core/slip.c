/* slip.c - the small signed papers that a stick carries (slip.h). */
#include "station/slip.h"
#include "members.h"
#include <string.h>

#define ACK_FORMAT   "station-ack"
#define TOKEN_FORMAT "station-token"
#define VERSION	     1

/* --- writing --- */

static void key(struct text *t, const char *name)
{
	if (t->len && t->buf[t->len - 1] != '{')
		text_char(t, ',');
	text_json(t, name, strlen(name));
	text_char(t, ':');
}

static void put_text(struct text *t, const char *name, const char *value)
{
	key(t, name);
	text_json(t, value, strlen(value));
}

static void put_number(struct text *t, const char *name, uint64_t value)
{
	key(t, name);
	text_u64(t, value);
}

static void begin(struct text *t, const char *format)
{
	text_char(t, '{');
	put_text(t, "format", format);
	put_number(t, "version", VERSION);
}

void slip_ack_write(struct text *t, const struct slip_ack *ack)
{
	begin(t, ACK_FORMAT);
	put_text(t, "station", ack->station);
	put_text(t, "journal", ack->journal);
	put_number(t, "acked", ack->acked);
	key(t, "hash");
	text_char(t, '"');
	text_hex(t, ack->hash, EVENT_HASH);
	text_char(t, '"');
	put_text(t, "headquarters", ack->headquarters);
	put_text(t, "made", ack->made);
	text_put(t, "}\n");
}

void slip_token_write(struct text *t, const struct slip_token *token)
{
	begin(t, TOKEN_FORMAT);
	put_text(t, "site", token->site);
	put_text(t, "until", token->until);
	text_put(t, "}\n");
}

/* --- reading --- */

static bool opened(struct members *m, const char *json, size_t len, const char *format)
{
	return members_read(m, json, len) && members_format(m, format, VERSION) == MEMBERS_OURS;
}

bool slip_ack_read(const char *line, size_t len, struct slip_ack *out)
{
	struct members m;
	int64_t ms;

	memset(out, 0, sizeof(*out));
	if (len > SLIP_ACK_LINE || !opened(&m, line, len, ACK_FORMAT))
		return false;
	members_text(&m, "station", out->station, sizeof(out->station));
	members_text(&m, "journal", out->journal, sizeof(out->journal));
	out->acked = members_number(&m, "acked");
	members_hash(&m, "hash", out->hash);
	members_text(&m, "headquarters", out->headquarters, sizeof(out->headquarters));
	members_text(&m, "made", out->made, sizeof(out->made));
	return !m.wrong && out->acked > 0 && text_is_uuid(out->journal, strlen(out->journal)) &&
	       text_read_time(out->made, strlen(out->made), &ms);
}

bool slip_ack_find(const char *text, size_t len, const char *journal, struct slip_ack *out)
{
	struct slip_ack one;
	bool found = false;

	memset(out, 0, sizeof(*out));
	if (len > SLIP_ACK_MAX)
		return false;
	while (len > 0) {
		const char *lf = memchr(text, '\n', len);
		size_t n = lf ? (size_t)(lf - text) + 1 : len;

		if (!slip_ack_read(text, n, &one))
			return false;
		if (!found && strcmp(one.journal, journal) == 0) {
			*out = one;
			found = true;
		}
		text += n;
		len -= n;
	}
	return found;
}

bool slip_token_read(const char *json, size_t len, struct slip_token *out)
{
	struct members m;

	memset(out, 0, sizeof(*out));
	if (len > SLIP_TOKEN_MAX || !opened(&m, json, len, TOKEN_FORMAT))
		return false;
	members_text(&m, "site", out->site, sizeof(out->site));
	members_text(&m, "until", out->until, sizeof(out->until));
	return !m.wrong && out->site[0] &&
	       text_read_time(out->until, strlen(out->until), &out->until_ms);
}

/* --- handing over --- */

#define PARCEL_WORD "acked "

void slip_parcel_begin(struct text *t, size_t text_len)
{
	text_put(t, PARCEL_WORD);
	text_u64(t, text_len);
	text_char(t, '\n');
}

bool slip_parcel_read(const char *bytes, size_t len, struct slip_parcel *out)
{
	const size_t word = sizeof(PARCEL_WORD) - 1;
	const char *lf = len ? memchr(bytes, '\n', len) : NULL;
	size_t head = lf ? (size_t)(lf - bytes) + 1 : 0;
	uint64_t text;

	*out = (struct slip_parcel){{NULL, 0}, {NULL, 0}};
	if (head < word + 2 || memcmp(bytes, PARCEL_WORD, word) != 0 ||
	    !text_read_u64(bytes + word, head - 1 - word, SLIP_ACK_MAX, &text) || text == 0 ||
	    len - head <= text || len - head - text > SLIP_SIGNED)
		return false;
	out->text = (struct event_span){bytes + head, (size_t)text};
	out->signature = (struct event_span){bytes + head + text, len - head - (size_t)text};
	return true;
}

/* --- how a stick is --- */

static const char how_names[][8] = {
	[CHECKLIST_STICK_NONE] = "gone",
	[CHECKLIST_STICK_COPYING] = "copying",
	[CHECKLIST_STICK_TAKE_OUT] = "out",
	[CHECKLIST_STICK_REFUSED] = "refused",
};

#define HOWS	   (sizeof(how_names) / sizeof(how_names[0]))
#define STICK_WORD "stick "

void slip_stick_write(struct text *t, const struct slip_stick *stick)
{
	text_put(t, STICK_WORD);
	text_put(t, how_names[stick->how]);
	text_char(t, ' ');
	text_put(t, stick->name);
	text_char(t, '\n');
}

static bool is_device(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= '0' && name[i] <= '9'))
			return false;
	return len > 0 && len < SLIP_STICK_NAME;
}

bool slip_stick_name(const char *name)
{
	return is_device(name, strlen(name));
}

bool slip_stick_read(const char *line, size_t len, struct slip_stick *out)
{
	const size_t word = sizeof(STICK_WORD) - 1;

	memset(out, 0, sizeof(*out));
	if (len <= word || len > SLIP_STICK_LINE || line[len - 1] != '\n' ||
	    memcmp(line, STICK_WORD, word) != 0)
		return false;
	line += word;
	len -= word + 1;
	for (size_t i = 0; i < HOWS; i++) {
		size_t n = strlen(how_names[i]);

		if (len <= n || memcmp(line, how_names[i], n) != 0 || line[n] != ' ' ||
		    !is_device(line + n + 1, len - n - 1))
			continue;
		out->how = (enum checklist_stick)i;
		memcpy(out->name, line + n + 1, len - n - 1);
		return true;
	}
	return false;
}
