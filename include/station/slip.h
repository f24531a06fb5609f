/* slip.h - the small signed papers that a stick carries: headquarters' acknowledgement (ack.json)
 * and the site's leave to export (station-token.json), each with a CMS signature beside it
 * (NAME.p7s); and what station-export tells a running stationd of a stick. Anybody may have written
 * them: what they say counts for nothing before the signature was looked at. */
#ifndef STATION_SLIP_H
#define STATION_SLIP_H
#include "station/checklist.h"
#include "station/event.h"
#include "station/text.h"

#define SLIP_ACK       "ack.json"
#define SLIP_TOKEN     "station-token.json"
#define SLIP_SIGNATURE ".p7s" /* behind the name of what is signed */
#define SLIP_SIGNED    8192   /* bytes of a signature at most */

/* How far headquarters has a journal. ack.json has a line of JSON for each journal of a station,
 * since a board that was replaced or a card that was copied begins another. */
#define SLIP_ACK_LINE 512 /* bytes, the LF included */
#define SLIP_ACK_MOST 8	  /* lines */
#define SLIP_ACK_MAX  (SLIP_ACK_MOST * SLIP_ACK_LINE)
struct slip_ack {
	char station[33];
	char journal[EVENT_UUID + 1];
	uint64_t acked;		  /* all events up to this one; at least 1 */
	uint8_t hash[EVENT_HASH]; /* of that one */
	char headquarters[65];	  /* who signs: its certificate's common name */
	char made[25];		  /* RFC 3339, UTC, by headquarters' clock */
};
void slip_ack_write(struct text *t, const struct slip_ack *ack); /* with the LF */
/* One line, with or without its LF. */
bool slip_ack_read(const char *line, size_t len, struct slip_ack *out);
/* The line of a journal in a whole ack.json; false: there is none, or something in it is no line.
 */
bool slip_ack_find(const char *text, size_t len, const char *journal, struct slip_ack *out);

/* A datagram: "acked LENGTH\n", so many bytes of ack.json, and its signature. */
#define SLIP_PARCEL (SLIP_ACK_MAX + SLIP_SIGNED + 32)
struct slip_parcel { /* both point into the datagram */
	struct event_span text, signature;
};
bool slip_parcel_read(const char *bytes, size_t len, struct slip_parcel *out);
/* What stands before text and signature. */
void slip_parcel_begin(struct text *t, size_t text_len);

/* A line "stick copying|out|refused NAME\n": how a stick is, by its kernel's name, for the panel.
 * (CHECKLIST_STICK_NONE, "gone": what was shown of it is over.) */
#define SLIP_STICK_NAME 16
#define SLIP_STICK_LINE 48
struct slip_stick {
	enum checklist_stick how;
	char name[SLIP_STICK_NAME]; /* [a-z0-9]+ */
};
bool slip_stick_name(const char *name);
void slip_stick_write(struct text *t, const struct slip_stick *stick);
bool slip_stick_read(const char *line, size_t len, struct slip_stick *out);

/* Leave to export at a site until a day. */
#define SLIP_TOKEN_MAX 1024
struct slip_token {
	char site[9];
	char until[25]; /* RFC 3339, UTC; at that moment it is over */
	int64_t until_ms;
};
void slip_token_write(struct text *t, const struct slip_token *token); /* until_ms is not used */
bool slip_token_read(const char *json, size_t len, struct slip_token *out);
#endif
