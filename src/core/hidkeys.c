/* hidkeys.c - key codes to bytes: US layout, Ctrl chords, Alt and a number (see hidkeys.h). */
#include "station/hidkeys.h"
#include <stddef.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define GS	     0x1d
#define ALT_DIGITS   4 /* Alt+029 and Alt+0029 are both sent */
#define ALT_SPOILT   (ALT_DIGITS + 1)

/* Linux's codes of the keys that are more than a character. */
enum {
	CODE_ENTER = 28,
	CODE_LEFTCTRL = 29,
	CODE_LEFTSHIFT = 42,
	CODE_RIGHTSHIFT = 54,
	CODE_LEFTALT = 56,
	CODE_CAPSLOCK = 58,
	CODE_F1 = 59,
	CODE_NUMLOCK = 69,
	CODE_SCROLLLOCK = 70,
	CODE_KP7 = 71, /* the keypad's rows from here */
	CODE_F11 = 87,
	CODE_KPENTER = 96,
	CODE_RIGHTCTRL = 97,
	CODE_RIGHTALT = 100,
	CODE_LEFTMETA = 125,
	CODE_RIGHTMETA = 126,
	CODE_F13 = 183,
};

/* In the order of the bits of held. */
static const uint8_t modifiers[HIDKEYS_MODIFIERS] = {
	CODE_LEFTSHIFT, CODE_RIGHTSHIFT, CODE_LEFTCTRL, CODE_RIGHTCTRL,
	CODE_LEFTALT,	CODE_RIGHTALT,	 CODE_LEFTMETA, CODE_RIGHTMETA,
};
#define HELD_SHIFT 0x03
#define HELD_CTRL  0x0c
#define HELD_ALT   0x30
#define HELD_META  0xc0

/* By code: without and with shift. */
static const char characters[][2] = {
	[1] = {0x1b, 0x1b}, [2] = {'1', '!'},	 [3] = {'2', '@'},    [4] = {'3', '#'},
	[5] = {'4', '$'},   [6] = {'5', '%'},	 [7] = {'6', '^'},    [8] = {'7', '&'},
	[9] = {'8', '*'},   [10] = {'9', '('},	 [11] = {'0', ')'},   [12] = {'-', '_'},
	[13] = {'=', '+'},  [14] = {'\b', '\b'}, [15] = {'\t', '\t'}, [16] = {'q', 'Q'},
	[17] = {'w', 'W'},  [18] = {'e', 'E'},	 [19] = {'r', 'R'},   [20] = {'t', 'T'},
	[21] = {'y', 'Y'},  [22] = {'u', 'U'},	 [23] = {'i', 'I'},   [24] = {'o', 'O'},
	[25] = {'p', 'P'},  [26] = {'[', '{'},	 [27] = {']', '}'},   [30] = {'a', 'A'},
	[31] = {'s', 'S'},  [32] = {'d', 'D'},	 [33] = {'f', 'F'},   [34] = {'g', 'G'},
	[35] = {'h', 'H'},  [36] = {'j', 'J'},	 [37] = {'k', 'K'},   [38] = {'l', 'L'},
	[39] = {';', ':'},  [40] = {'\'', '"'},	 [41] = {'`', '~'},   [43] = {'\\', '|'},
	[44] = {'z', 'Z'},  [45] = {'x', 'X'},	 [46] = {'c', 'C'},   [47] = {'v', 'V'},
	[48] = {'b', 'B'},  [49] = {'n', 'N'},	 [50] = {'m', 'M'},   [51] = {',', '<'},
	[52] = {'.', '>'},  [53] = {'/', '?'},	 [57] = {' ', ' '},
};

/* The keypad types digits whatever Num Lock says: a scanner has no other use for it. */
static char keypad(uint16_t code)
{
	static const char rows[] = "789-456+1230.";

	if (code >= CODE_KP7 && code < CODE_KP7 + sizeof(rows) - 1)
		return rows[code - CODE_KP7];
	switch (code) {
	case 55:
		return '*';
	case 98:
		return '/';
	case 117:
		return '=';
	case 121:
		return ',';
	default:
		return '\0';
	}
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static uint8_t modifier_bit(uint16_t code)
{
	for (unsigned i = 0; i < HIDKEYS_MODIFIERS; i++)
		if (modifiers[i] == code)
			return (uint8_t)(1u << i);
	return 0;
}

static enum hidkeys_verdict ignore(struct hidkeys *h)
{
	if (h->ignored < UINT32_MAX)
		h->ignored++;
	return HIDKEYS_IGNORED;
}

static void forget_alt(struct hidkeys *h)
{
	h->alt_digits = 0;
	h->alt_number = 0;
}

/* Ctrl and the key of @, A to Z, [, \, ], ^ or _, with shift or without, as terminals have it. */
static enum hidkeys_verdict feed_ctrl(struct hidkeys *h, char plain, uint8_t *byte)
{
	if (is_letter(plain) || plain == '[' || plain == '\\' || plain == ']')
		*byte = plain & 0x1f;
	else if (plain == '2')
		*byte = 0x00;
	else if (plain == '6')
		*byte = 0x1e;
	else if (plain == '-')
		*byte = 0x1f;
	else
		return ignore(h);
	return HIDKEYS_BYTE;
}

static enum hidkeys_verdict feed_alt(struct hidkeys *h, uint16_t code)
{
	char c = keypad(code);

	if (c < '0' || c > '9') {
		h->alt_digits = ALT_SPOILT;
		return ignore(h);
	}
	if (h->alt_digits >= ALT_DIGITS) {
		h->alt_digits = ALT_SPOILT;
		return HIDKEYS_NOTHING;
	}
	h->alt_number = (uint16_t)(h->alt_number * 10 + (c - '0'));
	h->alt_digits++;
	return HIDKEYS_NOTHING;
}

/* Alt came up: the number is whole. Alt alone is nothing. */
static enum hidkeys_verdict end_alt(struct hidkeys *h, uint8_t *byte)
{
	uint8_t digits = h->alt_digits;
	uint16_t number = h->alt_number;

	forget_alt(h);
	if (digits == 0)
		return HIDKEYS_NOTHING;
	if (digits == ALT_SPOILT || number > UINT8_MAX)
		return ignore(h);
	*byte = (uint8_t)number;
	return HIDKEYS_BYTE;
}

static enum hidkeys_verdict feed_modifier(struct hidkeys *h, uint8_t bit, bool down, uint8_t *byte)
{
	uint8_t before = h->held;

	h->held = (uint8_t)(down ? before | bit : before & ~bit);
	if ((before & HELD_ALT) && !(h->held & HELD_ALT))
		return end_alt(h, byte);
	return HIDKEYS_NOTHING;
}

static enum hidkeys_verdict feed_press(struct hidkeys *h, uint16_t code, uint8_t *byte)
{
	bool shift = (h->held & HELD_SHIFT) != 0;
	char plain = code < COUNT(characters) ? characters[code][0] : '\0';

	if (h->gs_code && code == h->gs_code) {
		*byte = GS;
		return HIDKEYS_BYTE;
	}
	/* Enter ends a scan even where a modifier hangs. */
	if (code == CODE_ENTER || code == CODE_KPENTER) {
		forget_alt(h);
		*byte = '\r';
		return HIDKEYS_BYTE;
	}
	if (code == CODE_NUMLOCK || code == CODE_SCROLLLOCK)
		return HIDKEYS_NOTHING;
	if (code == CODE_CAPSLOCK) {
		h->caps = !h->caps;
		return HIDKEYS_NOTHING;
	}
	if (h->held & HELD_ALT)
		return feed_alt(h, code);
	if (h->held & HELD_META)
		return ignore(h);
	if (h->held & HELD_CTRL)
		return feed_ctrl(h, plain, byte);
	if (is_letter(plain) && h->caps)
		shift = !shift;
	char c = plain ? characters[code][shift] : keypad(code);
	if (!c)
		return ignore(h);
	*byte = (uint8_t)c;
	return HIDKEYS_BYTE;
}

void hidkeys_init(struct hidkeys *h, uint16_t gs_code)
{
	*h = (struct hidkeys){.gs_code = gs_code};
}

enum hidkeys_verdict hidkeys_feed(struct hidkeys *h, uint16_t code, int32_t value, uint8_t *byte)
{
	uint8_t bit = modifier_bit(code);

	if (value != 0 && value != 1)
		return HIDKEYS_NOTHING;
	if (bit)
		return feed_modifier(h, bit, value == 1, byte);
	return value == 1 ? feed_press(h, code, byte) : HIDKEYS_NOTHING;
}

void hidkeys_resync(struct hidkeys *h, uint8_t held)
{
	h->held = held;
	h->caps = false;
	forget_alt(h);
}

void hidkeys_rest(struct hidkeys *h)
{
	h->caps = false;
}

uint16_t hidkeys_modifier(unsigned i)
{
	return i < HIDKEYS_MODIFIERS ? modifiers[i] : 0;
}

uint16_t hidkeys_function(const char *name)
{
	unsigned n = 0;
	size_t len = 1;

	if (name[0] != 'F' || name[1] == '0')
		return 0;
	for (; name[len] >= '0' && name[len] <= '9' && len <= 2; len++)
		n = n * 10 + (unsigned)(name[len] - '0');
	if (n == 0 || n > 24 || name[len] != '\0')
		return 0;
	return (uint16_t)(n <= 10   ? CODE_F1 + n - 1
			  : n <= 12 ? CODE_F11 + n - 11
				    : CODE_F13 + n - 13);
}
