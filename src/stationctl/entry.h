/* entry.h - the keys of the panel: which are buttons, which go to the line that is scanned with
 * Enter. Knows nothing of the screen. */
#ifndef STATIONCTL_ENTRY_H
#define STATIONCTL_ENTRY_H
#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#define ENTRY_LINE 2048 /* bytes typed; a scan of SCAN_MAX bytes, all escaped, fits */

struct entry {
	char line[ENTRY_LINE + 1]; /* UTF-8, C escapes as typed */
	size_t len;
	bool focus; /* all that is typed goes to the line */
	bool paste; /* within a bracketed paste */
	bool cut;   /* something did not fit and the line can't be sent */
};

enum entry_key { /* keys that are no characters */
		 ENTRY_KEY_NONE,
		 ENTRY_KEY_BACKSPACE,
		 ENTRY_KEY_ENTER,
		 ENTRY_KEY_PASTE_BEGINS,
		 ENTRY_KEY_PASTE_ENDS,
};

enum entry_action {
	ENTRY_NONE, /* the line may have changed */
	ENTRY_PASS,
	ENTRY_FAIL,
	ENTRY_BACK,
	ENTRY_BACK_HELD,
	ENTRY_SCAN, /* the line is to be sent: entry_scan, then entry_clear */
	ENTRY_QUIT,
};

enum entry_action entry_char(struct entry *e, wchar_t c);
enum entry_action entry_key(struct entry *e, enum entry_key key);
/* The line as a command of the panel's protocol: "scan TEXT". Null, or what is wrong with the line
 * (static text). */
const char *entry_scan(const struct entry *e, char *out, size_t cap);
void entry_clear(struct entry *e);
#endif
