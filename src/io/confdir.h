/* confdir.h - finds and orders the settings files: station.conf and its drop-ins
 * station.conf.d/NAME.conf, merged by name, /etc over /run over /usr/lib, sorted by name, last one
 * wins (as systemd does; a link to /dev/null or an empty file masks the name). Also reads the board
 * file, the site key, the label formats and the site's reasons. Relative paths in the settings are
 * taken from the main file's folder, those in a board file from the board file's, so that a folder
 * with everything in it can be moved.
 */
#ifndef IO_CONFDIR_H
#define IO_CONFDIR_H
#include "station/formats.h"
#include "station/reasons.h"
#include "station/settings.h"

/* path NULL: the standard places (a missing main file is an error naming it). Else: that file and
 * its drop-ins in path.d/ only. Fills s from defaults, then the files, then the site key (last:
 * when that fails, error begins with its name and all else of s is filled). False: error says what
 * and where. */
bool __attribute__((warn_unused_result))
confdir_settings(const char *path, struct settings *s, struct settings_error *error);
/* Whether there are settings to be read, good or not: path is given, or a standard place has some.
 */
bool confdir_there(const char *path);
/* boards: folder of .board files. Chosen by s->board (name, or path with a slash), else by the
 * device tree's compatible. The board's serial number goes to serial[65]. */
bool __attribute__((warn_unused_result))
confdir_board(const struct settings *s, const char *boards, struct settings_board *board,
	      char serial[65], struct settings_error *error);
/* The label formats: NAME.conf of the site's folders labels.d (/etc/station over /run/station), and
 * of packaged; a file of a higher folder replaces one of the same name, /dev/null or an empty one
 * masks it. config NULL: the standard places; else only labels.d beside that file, and packaged.
 * site false: only packaged. False: error says what and where, and f is of no use. */
bool __attribute__((warn_unused_result))
confdir_labels(const char *config, const char *packaged, bool site, struct formats *f,
	       struct settings_error *error);
/* The folder of the packaged label formats: installed, or, of a program that is not installed,
 * labels.d beside it. Valid as long as both. */
#define CONFDIR_PATH 4096
const char *confdir_labels_packaged(const char *installed, char beside[CONFDIR_PATH]);
/* The site's reasons, of the file that the settings name. False: error says what and where, and out
 * is of no use. */
bool __attribute__((warn_unused_result))
confdir_reasons(const char *path, struct reasons *out, struct settings_error *error);
/* The same with another root for the standard places and the device tree ("" = /): for tests. */
bool __attribute__((warn_unused_result))
confdir_labels_under(const char *root, const char *config, const char *packaged, bool site,
		     struct formats *f, struct settings_error *error);
bool __attribute__((warn_unused_result))
confdir_settings_under(const char *root, const char *path, struct settings *s,
		       struct settings_error *error);
bool __attribute__((warn_unused_result))
confdir_board_under(const char *root, const struct settings *s, const char *boards,
		    struct settings_board *board, char serial[65], struct settings_error *error);
#endif
