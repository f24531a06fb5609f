/* station.h - the running station: the bench, and the adapters it is wired to. */
#ifndef STATIOND_STATION_H
#define STATIOND_STATION_H
#include "io/camerasock.h"
#include "io/cms.h"
#include "io/errand.h"
#include "io/gpio.h"
#include "io/hid.h"
#include "io/journal.h"
#include "io/loop.h"
#include "io/panelsock.h"
#include "io/photos.h"
#include "io/serial.h"
#include "io/uplink.h"
#include "station/bench.h"
#include "station/clock.h"
#include "station/expiry.h"
#include "station/formats.h"
#include "station/reasons.h"
#include "station/settings.h"
#include "station/slip.h"
#include <stdatomic.h>
#include <sys/stat.h>

struct station;

#define STATION_CHUNK 4096 /* bytes a scanner hands over at once (serial.h, hid.h) */

/* Where what a scanner sent breaks off. */
enum station_cut {
	STATION_CUT_NONE,
	STATION_CUT_LOST, /* bytes are missing, and the rest of that scan still comes */
	STATION_CUT_GONE, /* what comes next is another scan */
};

/* A scanner: its framer, and bytes that wait because the queue of scans is full. */
struct station_scanner {
	struct station *station;
	uint8_t index;
	bool present;
	bool was_paused;       /* and the bytes that waited meanwhile are not all fed yet */
	struct serial *serial; /* one of the three, by the kind in the settings */
	struct hid *hid;
	struct camerasock *camera;
	struct sight_line sight; /* of the camera, while it is there ... */
	bool has_sight;		 /* and has told it */
	struct framer framer;
	struct loop_source *idle;
	uint8_t held[STATION_CHUNK];
	size_t held_len;
	enum station_cut held_cut; /* behind what is held */
};

/* What the uplink's thread reads the journal by. */
struct station_photos;

struct station_feed {
	char path[SETTINGS_PATH + 16];
	const char *folder; /* of the journal, and of photos/ */
	struct station_photos *photos;
	atomic_uint journals; /* begun so far: another one means another file */
	unsigned opened;      /* the one that reader reads; the thread's, as reader is */
	struct journal_reader *reader;
};

/* The line to headquarters. */
struct station_line {
	struct uplink *uplink;	      /* NULL: not set up, or it could not be */
	char journal[EVENT_UUID + 1]; /* that was begun, "" = none yet */
	struct uplink_state state;
	char last_ok[25], next_try[25]; /* RFC 3339, "" = none */
	enum checklist_link link;
	struct loop_source *later; /* a seal that failed is tried again; the status is told */
	uint64_t seal_at, tell_at; /* MOMENT_NEVER = not at all */
	struct station_feed feed;
};

enum station_certificate {
	STATION_CERTIFICATE_OWN,
	STATION_CERTIFICATE_SERVER, /* as the last handshake showed it */
	STATION_CERTIFICATES
};

/* How long certificates are good for (F14). */
struct station_certificates {
	struct expiry is[STATION_CERTIFICATES];
	enum expiry_state told[STATION_CERTIFICATES]; /* in the log */
	bool urgent;				      /* LINK asks for a person */
	bool looked;
	struct stat file; /* what was read of our own */
};

/* The label formats and the reasons: one set in force, one to read the files into. */
struct station_labels {
	struct formats formats[2];
	struct formats *used;	   /* one of them; settings.labels.formats, if it has any */
	bool bad;		   /* the files are refused: others are in force */
	struct reasons reasons[2]; /* settings.reasons is one of them, or null */
	bool reasons_bad;
	bool again;	       /* another SIGHUP came while they are read */
	struct errand reading; /* fills: */
	bool good, reasons_good;
	struct settings_error error, reasons_error;
};

struct station_export { /* export.done */
	int64_t at_ms;	/* 0 = none */
	uint64_t first, last;
};

struct station_stick {
	char name[SLIP_STICK_NAME];
	enum checklist_stick how; /* what is still to be said of it; NONE: nothing any more */
};

/* What station-export tells. */
#define STATION_STICKS 8 /* that are told apart */
struct station_exports {
	struct exportsock *sock;
	struct station_stick stick[STATION_STICKS];
	enum checklist_stick shown; /* given to the bench, as long as nobody was seen to clear it */
	bool untold;		    /* a refusal was not sounded yet */
	bool crowded;		    /* that one found no place is in the log */
	struct loop_source *again;  /* looks whether it was cleared */
	uint64_t tone_ms;	    /* monotonic: when a refusal may sound again */
	bool writing;		    /* export.done is in flight ... */
	uint8_t before;		    /* ... behind so many groups of the bench */
	struct station_export next, done; /* the one in flight; the last one in the journal */
	uint64_t due_ms, quiet_ms; /* monotonic: when a note, a line in the log is due again */
};

/* Headquarters' word on a stick, one at a time. */
struct station_ack {
	bool dropped;	       /* one was, since the last that was looked at */
	uint64_t due_ms;       /* monotonic: when the next is */
	struct errand looking; /* reads and fills: */
	char text[SLIP_ACK_MAX], signature[SLIP_SIGNED];
	size_t text_len, signature_len;
	enum cms_verdict verdict;
	struct cms_signer signer;
	struct cms_why why;
};

/* Evidence photos, one at a time. */
struct station_photos {
	bool on; /* there is a camera, and they are wanted */
	struct photos_room room;
	bool recording; /* next, a reason.given, is in flight */
	struct event next;
	bool again;	   /* wants is recorded, and waits for its turn ... */
	uint64_t again_ms; /* ... since */
	struct event wants;
	uint64_t number; /* of questions to the camera */
	bool asked;	 /* the camera is to answer the last one, for reason */
	struct event reason;
	struct loop_source *late;
	int photo; /* its answer, while it is stored; -1 = none */
	uint64_t bytes;
	struct errand storing, showing; /* fill: */
	int result;
	char sha256[PHOTOS_HASH + 1];
	_Atomic uint64_t waiting;   /* photos that headquarters does not have */
	_Atomic uint64_t kept;	    /* bytes of all */
	bool writing;		    /* photo.taken is in flight ... */
	uint8_t before;		    /* ... behind so many groups of others */
	char taken[EVENT_UUID + 1]; /* the last inspection that has one */
	char why[96];		    /* the last one is missing; "" = it is not */
};

struct station {
	struct settings settings;
	struct settings_board board;
	const char *config;   /* the settings' file, NULL = the standard places */
	const char *packaged; /* folder of the packaged label formats */
	struct station_labels labels;
	char serial_number[65];
	char boot[EVENT_UUID + 1];
	char aside[256];
	struct bench bench;
	struct bench_out out;
	struct loop *loop;
	struct loop_source *timer;
	struct loop_source *status_due;
	struct loop_source *signals[3];
	struct clock clock;
	struct moment now; /* of this turn, corrected */
	uint64_t told_ms;  /* monotonic; the latest time that the bench was told */
	struct loop_source *clock_set;
	int clock_fd; /* tells when somebody sets the clock */
	bool stepped; /* the clock, and the bench was not told yet ... */
	int64_t stepped_ms;
	bool started; /* the bench is */
	struct station_line line;
	struct station_certificates certificates;
	struct station_exports exports;
	struct station_ack ack;
	struct station_photos photos;
	struct journal *journal;
	struct panelsock *panel; /* the simulated board; NULL on others */
	struct gpio *gpio;	 /* a board of real lamps and buttons; NULL on others */
	struct panelsock *view;
	struct station_scanner scanner[SETTINGS_SCANNERS];
	bool ready;
	bool resumed;	    /* the journal was read for what is open */
	bool resuming;	    /* the parcel of it is being looked up */
	bool paused;	    /* sources are held back */
	uint64_t held_back; /* how often */
	uint64_t stop_by;   /* monotonic ms: give up waiting for station.stopped */
	bool stopping;
	char show[BENCH_SHOW_MAX];
	char status[8192]; /* as last written */
};

/* Opens everything in order and resumes what was open. 0, or the exit code, with the reason on the
 * log. */
int station_open(struct station *s);
int station_run(struct station *s);
void station_close(struct station *s);

/* Does what the bench asked for in s->out. */
void station_act(struct station *s);
void station_scan(struct station *s, const struct scan *scan, uint8_t source);
void station_status_soon(struct station *s);

/* board.c: the panel of a board with GPIO lines. Does nothing on others. */
int board_open(struct station *s); /* 0, or the exit code */
void board_lamp(struct station *s, enum panel_lamp lamp, enum panel_pattern pattern);
void board_tone(struct station *s, enum panel_tone tone);
void board_close(struct station *s);

/* scanner.c: the scanners. */
int scanner_open(struct station *s); /* 0, or the exit code */
void scanner_close(struct station *s);
void scanner_pause(struct station *s, bool paused);
void scanner_feed_held(struct station *s); /* there is room for scans again */

/* moments.c: the time. Every handler asks at its beginning: a step is told to the bench first. */
int moments_open(struct station *s);   /* 0 or -errno */
void moments_start(struct station *s); /* the bench is started */
struct moment moments_now(struct station *s);
/* Now, for what the kernel says happened at at_ms: the bench's time never runs backwards. */
struct moment moments_at(struct station *s, uint64_t at_ms);
void moments_close(struct station *s);

/* line.c: the journal, the line to headquarters and the bench's LINK. All of it does nothing where
 * no headquarters is set. */
int line_open(struct station *s);    /* 0, or the exit code */
void line_begin(struct station *s);  /* the journal works */
void line_follow(struct station *s); /* it says something new */
void line_sealed(struct station *s, bool ok);
void line_returned(struct station *s, bool ok);
void line_proved(struct station *s, uint64_t seq);
void line_retry(struct station *s);
void line_close(struct station *s);

/* labels.c: the label formats and the site's reasons. */
int labels_open(struct station *s);    /* 0 */
void labels_reload(struct station *s); /* reads the files again, beside the loop */
void labels_close(struct station *s);

/* acks.c: what headquarters says on a stick. user: the station. */
void acks_look(void *user, const struct slip_parcel *parcel);
void acks_close(struct station *s);

/* exports.c: export.done, and sticks. */
int exports_open(struct station *s);		 /* 0, or the exit code */
bool exports_stored(struct station *s, bool ok); /* whether this was its append, not the bench's */
void exports_resume(struct station *s, const struct event_view *event); /* any */
/* The supervisor's badge that was scanned last, at *ms (monotonic), or NULL. */
const char *exports_supervisor(const struct station *s, uint64_t *ms);
void exports_close(struct station *s);

/* photos.c: a photo of what fails. */
struct station_scanner *station_camera(struct station *s); /* the scanner that is one, or NULL */
int photos_begin(struct station *s);			   /* 0, or the exit code */
/* The inspection of the last photo, which gets no second one. */
void photos_resume(struct station *s, const struct event_view *event);
void photos_appended(struct station *s, const struct event *events, size_t count); /* the bench's */
void photos_recorded(struct station *s, bool ok);				   /* those are */
bool photos_stored(struct station *s, bool ok); /* whether this was its append, not the bench's */
/* As camerasock.h has it. */
void photos_came(struct station *s, uint64_t number, int fd, uint64_t bytes, const char *why);
void photos_count(struct station_photos *p, const char *dir); /* anew; on any thread */
void photos_end(struct station *s);

/* certificates.c: looks how long they are good for and logs what changed. Call before LINK is
 * shown. */
void certificates_look(struct station *s);

/* status.c: replaces status.json in the runtime folder if it changed. */
void status_write(struct station *s);
#endif
