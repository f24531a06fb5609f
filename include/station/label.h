/* label.h - names a scan: return label, house label, command, reason, badge, one of the other
 * labels on a box (formats.h), or unknown.
 * Commands, reasons and badges carry a keyed check (HMAC-SHA-256, RFC 2104, cut to 40 bits) under
 * the site's key, so that a customer's label cannot order the station about; all of ours end in an
 * ISO/IEC 7064 MOD 37,36 check character. */
#ifndef STATION_LABEL_H
#define STATION_LABEL_H
#include "station/check.h"
#include "station/scan.h"
#include "station/shape.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABEL_MAX	 128 /* longest text that is looked at as a label, bytes */
#define LABEL_KEY	 32  /* bytes of a site key */
#define LABEL_CODE_MAX	 16  /* longest reason code or badge id, bytes; [A-Z0-9]+ */
#define LABEL_CANDIDATES 8

enum label_kind {
	LABEL_UNKNOWN, /* nothing that is known, or several things alike */
	LABEL_RETURN,  /* a return number (RMA) of this company */
	LABEL_HOUSE,   /* printed by the site for a parcel without a readable label */
	LABEL_COMMAND,
	LABEL_REASON,
	LABEL_BADGE,
	LABEL_CARRIER, /* waybill: a carrier's tracking number */
	LABEL_PRODUCT, /* a product code (GTIN) */
	LABEL_PLATE,   /* licence plate: SSCC, LPN */
	LABEL_ASSET,   /* a returnable or other asset: GRAI, GIAI */
};

enum label_check { LABEL_CHECK_NONE, LABEL_CHECK_OK, LABEL_CHECK_BAD };

enum label_fault {
	LABEL_FAULT_NONE,
	LABEL_FAULT_SHAPE,    /* fits no shape of ours */
	LABEL_FAULT_TOO_LONG, /* over LABEL_MAX bytes */
	LABEL_FAULT_BYTES,    /* NUL, control characters or bytes outside ASCII (GS, 0x1d, is let
				 through) */
	LABEL_FAULT_CHECK,    /* the check character is wrong: a misread or a forgery */
	LABEL_FAULT_KEY,      /* command, reason or badge of another site, or made up */
	LABEL_FAULT_NO_KEY,   /* command, reason or badge, but this station has no site key */
	LABEL_FAULT_TIE,      /* several readings of different kinds are equally good (F18) */
	LABEL_FAULT_COMMAND,  /* rightly signed, but a command this version does not know */
};

enum label_command {
	LABEL_COMMAND_RECEIVING,   /* enters or ends receiving mode */
	LABEL_COMMAND_PARCEL_DONE, /* the rest of the parcel's units are missing */
	LABEL_COMMAND_BADGE_OUT,
	LABEL_COMMAND_ACCEPT, /* supervisor: open the return that was just refused */
};

struct format;
struct formats;

#define LABEL_FNC1     4 /* texts that a scanner may send in place of FNC1 */
#define LABEL_FNC1_MAX 8 /* bytes of one */

struct label_rules {
	char site[9];		  /* [A-Z0-9]{2,8}, in house labels */
	struct shape rma;	  /* the return number's shape */
	enum check_rule rma_rule; /* over the whole number */
	uint8_t key[LABEL_KEY];
	bool has_key;
	char fnc1[LABEL_FNC1][LABEL_FNC1_MAX + 1]; /* "" = none */
	/* The other labels; must live as long as the rules. Null: only ours are known. */
	const struct formats *formats;
	/* Whether the list of expected returns has this id; null: not asked. */
	bool (*expected)(void *user, const char *id);
	void *user;
};

struct label {
	enum label_kind kind;
	enum label_check check;
	enum label_fault fault; /* not NONE only for LABEL_UNKNOWN, or a candidate that failed */
	enum label_command command;  /* for LABEL_COMMAND */
	bool tie;		     /* another reading is as good as this one (F18) */
	const struct format *format; /* of the other labels: which one; as long as the rules */
	char aim[4]; /* AIM symbology identifier without ']' ("C1"), or "" (ISO/IEC 15424) */
	char text[LABEL_MAX + 1]; /* printable text: trimmed, AIM id removed, case as scanned; "" if
				     it is not printable */
	char id[LABEL_MAX + 1];	  /* normalised id: return or house number, reason code, badge id,
				     command name, the number of a waybill without spaces and postal
				     code,   a GTIN as short as it can be written, AI and value of a
				     plate   or asset; else as text */
};

/* Names one scan. *out is always filled; nothing is kept of scan. */
void label_parse(const struct label_rules *rules, const struct scan *scan, struct label *out);
/* All readings of a scan, best first, failed ones (check bad, key wrong) last; at least one
 * (LABEL_UNKNOWN). What ranks is, in this order: the symbology that the scanner named, the list of
 * expected returns, prefix and length (the format's priority), the check. Where the best are alike,
 * each says so in `tie`; if they are of different kinds, LABEL_UNKNOWN stands before them. Returns
 * how many of out[0..LABEL_CANDIDATES-1] were filled. out[0] is what label_parse says. */
size_t label_candidates(const struct label_rules *rules, const struct scan *scan,
			struct label out[LABEL_CANDIDATES]);
/* Makes the text to print for a kind: RETURN wants the number without its check character and
 * appends it where the rule has one; HOUSE a serial 0..99999999 as digits; COMMAND a name of
 * label_command_name(); REASON and BADGE a code. False when the code does not fit, a key is
 * missing, or cap is too small. */
bool label_make(const struct label_rules *rules, enum label_kind kind, const char *code, char *out,
		size_t cap);

const char *label_kind_name(enum label_kind kind); /* "unknown" "return" "house" "command" "reason"
	    "badge" "carrier" "product" "plate" "asset" */
const char *label_check_name(enum label_check check); /* "none" "ok" "bad" */
const char *label_fault_name(enum label_fault fault); /* "shape" "too-long" "bytes" "check" "key"
							 "no-key" "tie" "command"; NONE: "" */
const char *
label_command_name(enum label_command command); /* "RECEIVING" "PARCELDONE" "BADGEOUT" "ACCEPT" */
#endif
