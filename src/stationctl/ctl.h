/* ctl.h - what the commands of stationctl share: exit codes, the settings, the shape of a command.
 */
#ifndef STATIONCTL_CTL_H
#define STATIONCTL_CTL_H
#include "args.h"
#include "station/settings.h"

#define CTL_PATH 4096

enum ctl_exit {
	CTL_FINE = 0,
	CTL_WRONG = 1, /* the thing asked about is not well, not found, broken */
	CTL_USAGE = 2,
	CTL_GONE = 3, /* the station does not run, a file can't be read */
};

enum ctl_option { CTL_CONFIG, CTL_STATE, CTL_RUNTIME, CTL_HELP, CTL_VERSION, CTL_OPTIONS };

struct ctl {
	struct args global; /* by enum ctl_option */
	struct args own;    /* of the command, by its own table */
	struct args_words words;
	struct settings settings; /* after ctl_settings */
};

struct ctl_command {
	const char *name;
	const char *usage;   /* what stands behind the name */
	const char *summary; /* one line */
	const char *more;    /* lines for its help, or NULL */
	struct args_table options;
	unsigned words_least, words_most; /* how many words it takes */
	int (*run)(struct ctl *ctl);	  /* returns an enum ctl_exit, or a code of its own */
	int usage_exit;			  /* of wrong usage, 0 = CTL_USAGE */
};

extern const struct ctl_command ctl_status;
extern const struct ctl_command ctl_watch;
extern const struct ctl_command ctl_log;
extern const struct ctl_command ctl_label;
extern const struct ctl_command ctl_verify;
extern const struct ctl_command ctl_panel;
extern const struct ctl_command ctl_doctor;
extern const struct ctl_command ctl_sheet;
extern const struct ctl_command ctl_export;
extern const struct ctl_command ctl_report;
extern const struct ctl_command ctl_token;

/* "stationctl: ..." on stderr. */
void ctl_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether a file begins as a database does; a pipe is none. 0 or -errno. */
int __attribute__((warn_unused_result)) ctl_is_database(int fd, bool *yes);
/* Reads --config, or the standard places, or takes the defaults where there is neither. False: said
 * why. */
bool __attribute__((warn_unused_result)) ctl_settings(struct ctl *ctl);
/* The path of a file in the state or runtime folder; --state and --runtime make settings needless.
 */
bool __attribute__((warn_unused_result))
ctl_state_path(struct ctl *ctl, const char *file, char path[CTL_PATH]);
bool __attribute__((warn_unused_result))
ctl_runtime_path(struct ctl *ctl, const char *file, char path[CTL_PATH]);
/* Flushes stdout. A reader that went away is fine; a full disk is not. */
int ctl_flush(int code);
#endif
