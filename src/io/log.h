/* log.h - diagnostics: journald with fields and stable message ids where stderr is journald's, else
 * lines on stderr. Business events are not logged here; they go to the journal of the station. */
#ifndef IO_LOG_H
#define IO_LOG_H
#include <stdarg.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Stable ids (MESSAGE_ID=), one a situation that a person may want to filter or document; LOG_PLAIN
 * has none. */
enum log_id {
	LOG_PLAIN,
	LOG_STARTED,
	LOG_STOPPED,
	LOG_SCANNER_LOST,
	LOG_SCANNER_BACK,
	LOG_JOURNAL_FAULT,   /* can't record */
	LOG_JOURNAL_WORKS,   /* can record again */
	LOG_JOURNAL_ASIDE,   /* damaged or of another board: set aside */
	LOG_LIST_REFUSED,    /* the list of expected returns, or a row of it */
	LOG_SCANS_HELD_BACK, /* the queue of scans is full */
	LOG_SCAN_LOST,	     /* a part of a scan never arrived: it is dropped */
	LOG_BUTTON_STUCK,
	LOG_REFUSED,	    /* hqd: a client's request or connection, once a minute a kind */
	LOG_STORE_FAULT,    /* hqd: the store can't be written */
	LOG_STORE_WORKS,    /* hqd: it can again */
	LOG_LINE_GOOD,	    /* the line to headquarters works */
	LOG_LINE_OFFLINE,   /* it does not, for a passing reason */
	LOG_LINE_PERSON,    /* it needs a person */
	LOG_JOURNAL_SEALED, /* two histories under one journal: a child is begun */
	LOG_CLOCK_STEPPED,
	LOG_PANEL_LOST, /* the board's buttons and lamps are out of reach */
	LOG_PANEL_BACK,
	LOG_CERTIFICATE,     /* one ends soon, or has; or is good again */
	LOG_LABELS_REFUSED,  /* a file of label formats */
	LOG_REASONS_REFUSED, /* the file of the site's reasons */
	LOG_ACK_TAKEN,	     /* headquarters' word came on a stick, and the cursor moved */
	LOG_ACK_REFUSED,     /* it came, and does not count */
	LOG_STICK_REFUSED,   /* a stick gets no export, or not all of it */
	LOG_PHOTO_MISSED,    /* a FAIL has no photo */
	LOG_IDS
};

void log_open(const char *program, enum log_level most); /* call once at start */
void log_write(enum log_level level, enum log_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Extra fields: a NULL-terminated list of "KEY=value" strings (keys upper case) before the text. */
void log_fields(enum log_level level, enum log_id id, const char *const *fields, const char *format,
		...) __attribute__((format(printf, 4, 5)));
#define log_error(...)	 log_write(LOG_LEVEL_ERROR, LOG_PLAIN, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, LOG_PLAIN, __VA_ARGS__)
#define log_info(...)	 log_write(LOG_LEVEL_INFO, LOG_PLAIN, __VA_ARGS__)
#endif
