/* settings.h - what a person may set, and the reader of its lines. Files are found and ordered by
 * an adapter (io/confdir.h); this reads one line at a time, so that every error names file, line
 * and what was meant. */
#ifndef STATION_SETTINGS_H
#define STATION_SETTINGS_H
#include "station/label.h"
#include "station/panel.h"
#include "station/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SETTINGS_LINE_MAX      1023
#define SETTINGS_PATH	       256
#define SETTINGS_SCANNERS      4
#define SETTINGS_SIDE_LEAST    16
#define SETTINGS_SIDE	       4096	  /* pixels of a camera's frame on a side, at most ... */
#define SETTINGS_PIXELS	       4000000	  /* ... and in all */
#define SETTINGS_CAMERA_SIZE   "1280x720" /* of a device's frames, where none is set */
#define SETTINGS_PHOTO_SIDE    1600
#define SETTINGS_PHOTO_QUALITY 80
#define SETTINGS_PHOTO_SPACE   1024
#define SETTINGS_LINE	       32 /* bytes of a GPIO line's name, NUL included, as in the kernel */

struct reasons;

enum settings_unknown {
	SETTINGS_UNKNOWN_ACCEPT,
	SETTINGS_UNKNOWN_CONFIRM,
	SETTINGS_UNKNOWN_REFUSE
};

enum settings_kind { SETTINGS_SERIAL, SETTINGS_HID, SETTINGS_CAMERA };

enum settings_switch { SETTINGS_NO, SETTINGS_YES };

struct settings_scanner {
	char name[33];		    /* from the section: [scanner NAME] */
	enum settings_kind kind;    /* serial (default); hid: one that types as a keyboard does;
				       camera:    read by station-camera */
	char device[SETTINGS_PATH]; /* path, best one of /dev/serial/by-id, /dev/input/by-id or
				       /dev/v4l/by-id (F10); a camera has one or a command */
	uint32_t baud;		    /* 300..921600, default 9600; serial only */
	char format[4];		    /* "8N1" (default), "7E1", "7O1", "8E1", "8O1", "7N1", "8N2";
				       serial only */
	char gs_key[5];	      /* "none" (default), "F1" to "F24": types GS; hid only (hidkeys.h) */
	uint32_t gap_ms;      /* silence that ends a scan, 0..10000, default 200 */
	uint32_t symbologies; /* what it may read (symbology.h), by AIM id; 0 = all (F9) */
	/* camera only: */
	char command[SETTINGS_PATH];  /* for /bin/sh; raw frames on its output */
	char size[10];		      /* of a frame: "640x480"; required with a command; of a
					 device's, at least; default 1280x720 */
	char pixels[7];		      /* "yuv420" (default), "grey", "yuyv"; with a command */
	char controls[SETTINGS_PATH]; /* NAME=NUMBER between spaces; of a device */
	uint32_t itf; /* digits that an interleaved 2 of 5 may have, bits 1 << digits / 2; 0: not
			 set, which is 14 (F9) */
	enum settings_switch photos; /* of what fails (photos.h); default yes */
	uint32_t photo_side;	     /* pixels, the longer side at most: 160..4096, default 1600 */
	uint32_t photo_quality;	     /* of a JPEG: 1..100, default 80 */
	uint32_t photo_space;	     /* MiB for all: 1..1048576, default 1024 */
};

/* Who may take an export by plugging in a stick. */
enum settings_who {
	SETTINGS_WHO_OPEN,  /* anybody */
	SETTINGS_WHO_BADGE, /* after a supervisor's badge was scanned */
	SETTINGS_WHO_KEY,   /* a token lies on the stick (slip.h) */
};
#define SETTINGS_BADGES 257

/* Where a setting stands, for messages about files that are looked at later. */
struct settings_place {
	char file[SETTINGS_PATH]; /* a longer name is cut at its front */
	unsigned line;		  /* 0 = nowhere: it is the default */
};

struct settings_headquarters {
	char url[SETTINGS_PATH];     /* https://host[:port]; "" = no headquarters */
	char ca_file[SETTINGS_PATH]; /* PEM; "" = the system's authorities */
	char cert_file[SETTINGS_PATH], key_file[SETTINGS_PATH]; /* PEM; required with a url */
	char crl_file[SETTINGS_PATH];				/* PEM; "" = none */
	char proxy[SETTINGS_PATH]; /* http://host[:port]; "none"; "" = as the environment says */
	uint32_t poll_s; /* 0..86400, default 60: how often the list is asked for; 0 = never */
	char ack_file[SETTINGS_PATH]; /* PEM: whose ack.json on a stick counts; "" = nobody's */
	struct settings_place ack_at;
};

struct settings {
	/* [station] */
	char station[33];	       /* name: [A-Za-z0-9._-]{1,32}, required */
	char board[SETTINGS_PATH];     /* a board's name, or a path with a slash; "" = by the device
					  tree */
	char state_dir[SETTINGS_PATH]; /* default /var/lib/station */
	char runtime_dir[SETTINGS_PATH]; /* default /run/station */
	/* [site] */
	char timezone[65];		  /* IANA name, default "UTC"; only recorded */
	char key_file[SETTINGS_PATH];	  /* 64 hex digits; "" = no commands, reasons, badges */
	char reasons_file[SETTINGS_PATH]; /* CSV (reasons.h); "" = codes without texts */
	const struct reasons *reasons;	  /* not filled here; null: codes without texts */
	/* [labels] */
	struct label_rules labels; /* site = [site] name (required); rma_shape, rma_check =
				      mod37-36|none; key not filled here */
	char rma_shape[129];
	uint32_t repeat_ms; /* the same code within it is a double read (F3); 0..10000, default 500
			     */
	/* [inspection] */
	uint32_t hold_s;	       /* 1..3600, default 10 */
	enum settings_unknown unknown; /* accept|confirm|refuse, default confirm */
	uint32_t question_s;	       /* 5..3600, default 60 */
	uint32_t remind_s;	       /* 10..86400, default 600 */
	uint32_t receiving_s;	       /* 10..86400, default 300 */
	uint32_t deadline_h;	       /* 1..8760, default 48 */
	/* [expected] */
	char expected_file[SETTINGS_PATH]; /* CSV; "" = no list; not together with hq.url */
	/* [headquarters] */
	struct settings_headquarters hq;
	/* [journal] */
	uint32_t retain_days; /* 0..36500, default 90; 0 = for ever */
	/* [report] */
	enum settings_switch inspectors; /* figures per badge; default no */
	/* [export] */
	char encrypt_to[SETTINGS_PATH]; /* PEM of who may read an export; "" = anybody */
	enum settings_who who;		/* may take an export on a stick, default key */
	char token_file[SETTINGS_PATH]; /* PEM: who signs tokens; "" = nobody */
	char badges[SETTINGS_BADGES];	/* of supervisors, between spaces */
	struct settings_place encrypt_at, who_at, token_at;
	/* [scanner NAME] */
	struct settings_scanner scanner[SETTINGS_SCANNERS];
	uint8_t scanners;
};

enum settings_bias { SETTINGS_PULL_UP, SETTINGS_PULL_DOWN, SETTINGS_BIAS_OFF, SETTINGS_BIAS_AS_IS };

/* The lines of a board with driver = gpio, by name; the chip by label, never by number (F13). */
struct settings_gpio {
	char chip[129]; /* [gpio] chip: labels between spaces, the first that exists */
	/* [buttons] */
	char button[PANEL_BUTTONS][SETTINGS_LINE];
	enum settings_bias bias;	  /* default pull-up */
	enum settings_switch buttons_low; /* active_low: a contact to ground; default yes */
	/* [lamps] */
	char lamp[PANEL_LAMPS][SETTINGS_LINE];
	enum settings_switch lamps_low; /* default no */
	/* [buzzer]: a line, or a channel of a PWM, or neither */
	char buzzer[SETTINGS_LINE];
	enum settings_switch buzzer_low; /* default no */
	char pwm[129]; /* DEVICE:CHANNEL between spaces, the first that exists; DEVICE as in
			  /sys/class/pwm/pwmchipN/device */
};

/* A board file, boards/NAME.board, in the same syntax. */
struct settings_board {
	char name[33];	      /* [board] name, required */
	char driver[17];      /* [board] driver = sim or gpio */
	char compatible[257]; /* [board] compatible: device-tree strings between spaces, or "" */
	char serial[65];      /* [board] serial: fixed text ... */
	char serial_file[SETTINGS_PATH]; /* ... or serial_file: first line of a file. One of the two
					    is required */
	struct settings_gpio gpio;	 /* with driver = gpio */
};

struct settings_error {
	char text[512]; /* "FILE:LINE: what is wrong; what was meant" */
};

/* Where the reader is. file is a name for messages and must live as long as the reader is used. */
struct settings_reader {
	struct settings *settings; /* one of these two is set */
	struct settings_board *board;
	const char *file;
	unsigned line;
	char section[65];
	uint8_t section_kind;
	uint8_t scanner; /* index while in [scanner NAME] */
};

void settings_defaults(struct settings *s);
/* One reader a file; several files fill the same settings. A board has one file: its reader begins
 * with an empty board. */
void settings_reader_init(struct settings_reader *r, struct settings *s, const char *file);
void settings_reader_board(struct settings_reader *r, struct settings_board *b, const char *file);
/* One line without its LF (a trailing CR is dropped); up to SETTINGS_LINE_MAX bytes, longer ones
 * are refused. Comments begin with # or ; at the line's start. False: error is filled, with a
 * nearest known key suggested for an unknown one. A later line overrides an earlier. */
bool settings_line(struct settings_reader *r, const char *line, size_t len,
		   struct settings_error *error);
/* Whether all that is required is there and fits together; where = what to name in the message (a
 * file or folder). */
bool settings_finish(struct settings *s, const char *where, struct settings_error *error);
bool settings_board_finish(struct settings_board *b, const char *where,
			   struct settings_error *error);
/* Takes the next word of a list whose words stand between spaces, and moves *list behind it. Its
 * length; 0 = there is no more. */
size_t settings_word(const char **list, const char **word);
/* "640x480", 16 to SETTINGS_SIDE on a side; false: it is not such. */
bool settings_camera_size(const char *text, size_t len, uint32_t *width, uint32_t *height);
/* One of a camera's controls. */
struct settings_control {
	char name[32]; /* [a-z0-9_] */
	int32_t value;
};

/* Takes the next control of a camera's list, and moves *list behind it. 1; 0 = there is no more; -1
 * = that is none, and *list stands before it. */
int settings_camera_control(const char **list, struct settings_control *out);
/* What is wrong with the settings of a camera, or with those of another scanner that only a camera
 * has; NULL: nothing. */
const char *settings_camera_wrong(const struct settings_scanner *s);
/* Where station-camera finds stationd. */
void settings_camera_socket(const struct settings *s, struct text *t);
/* 64 hex digits, white space around allowed. */
bool settings_key(const char *text, size_t len, uint8_t key[LABEL_KEY]);
#endif
