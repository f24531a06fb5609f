/* entry.c - the keys of the panel: which are buttons, which go to the line that is scanned with
 * Enter. Small letters are buttons, because labels are printed in capitals. */
#include "entry.h"
#include "station/scan.h"
#include "station/text.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define KEY_TAB	   '\t'
#define KEY_ESCAPE 0x1b
#define KEY_WIPE   0x15 /* ^U */

void entry_clear(struct entry *e)
{
	e->len = 0;
	e->line[0] = '\0';
	e->focus = e->cut = false;
}

static void entry_bytes(struct entry *e, const char *bytes, size_t len)
{
	if (len > ENTRY_LINE - e->len) {
		e->cut = true;
		return;
	}
	memcpy(e->line + e->len, bytes, len);
	e->len += len;
	e->line[e->len] = '\0';
}

static void entry_put(struct entry *e, wchar_t c)
{
	uint32_t u = (uint32_t)c;
	char b[5];

	if (u < 0x20 || u == 0x7f) { /* a GS in a pasted label */
		snprintf(b, sizeof(b), "\\x%02x", u);
		entry_bytes(e, b, 4);
	} else if (u < 0x80) {
		b[0] = (char)u;
		entry_bytes(e, b, 1);
	} else if (u < 0x800) {
		b[0] = (char)(0xc0 | u >> 6);
		b[1] = (char)(0x80 | (u & 0x3f));
		entry_bytes(e, b, 2);
	} else if (u < 0x10000) {
		b[0] = (char)(0xe0 | u >> 12);
		b[1] = (char)(0x80 | (u >> 6 & 0x3f));
		b[2] = (char)(0x80 | (u & 0x3f));
		entry_bytes(e, b, 3);
	} else if (u < 0x110000) {
		b[0] = (char)(0xf0 | u >> 18);
		b[1] = (char)(0x80 | (u >> 12 & 0x3f));
		b[2] = (char)(0x80 | (u >> 6 & 0x3f));
		b[3] = (char)(0x80 | (u & 0x3f));
		entry_bytes(e, b, 4);
	}
}

/* Letters that are buttons while the line has no focus. */
static enum entry_action entry_button(const struct entry *e, wchar_t c)
{
	switch (c) {
	case 'p':
		return ENTRY_PASS;
	case 'f':
		return ENTRY_FAIL;
	case 'b':
		return ENTRY_BACK;
	case 'h':
		return ENTRY_BACK_HELD;
	case 'q':
		return e->len == 0 ? ENTRY_QUIT : ENTRY_NONE;
	}
	return ENTRY_NONE;
}

enum entry_action entry_char(struct entry *e, wchar_t c)
{
	enum entry_action action;

	if (c == '\r' || c == '\n') /* in a paste too: a list of labels, a line each */
		return entry_key(e, ENTRY_KEY_ENTER);
	if (e->paste) {
		entry_put(e, c);
		return ENTRY_NONE;
	}
	if (c == KEY_ESCAPE || c == KEY_WIPE) {
		entry_clear(e);
		return ENTRY_NONE;
	}
	if (c == KEY_TAB) {
		e->focus = !e->focus;
		return ENTRY_NONE;
	}
	if (c == '\b' || c == 0x7f)
		return entry_key(e, ENTRY_KEY_BACKSPACE);
	action = e->focus ? ENTRY_NONE : entry_button(e, c);
	if (action != ENTRY_NONE)
		return action;
	if (c == '\\') /* in an escape a small letter is no button */
		e->focus = true;
	if (c >= 0x20)
		entry_put(e, c);
	return ENTRY_NONE;
}

enum entry_action entry_key(struct entry *e, enum entry_key key)
{
	switch (key) {
	case ENTRY_KEY_NONE:
		break;
	case ENTRY_KEY_BACKSPACE:
		while (e->len > 0 && ((unsigned char)e->line[e->len - 1] & 0xc0) == 0x80)
			e->len--;
		e->len -= e->len > 0;
		e->line[e->len] = '\0';
		break;
	case ENTRY_KEY_ENTER:
		return e->len > 0 ? ENTRY_SCAN : ENTRY_NONE;
	case ENTRY_KEY_PASTE_BEGINS:
		e->paste = true;
		break;
	case ENTRY_KEY_PASTE_ENDS:
		e->paste = false;
		break;
	}
	return ENTRY_NONE;
}

const char *entry_scan(const struct entry *e, char *out, size_t cap)
{
	struct text t = text_over(out, cap);
	uint8_t bytes[ENTRY_LINE];
	size_t len;

	if (!text_unescape(e->line, e->len, bytes, sizeof(bytes), &len))
		return "broken \\ escape";
	if (len == 0)
		return "nothing to scan";
	if (e->cut || len > SCAN_MAX)
		return "over 512 bytes";
	text_put(&t, "scan ");
	text_escape(&t, bytes, len);
	return t.full ? "over 512 bytes" : NULL;
}
