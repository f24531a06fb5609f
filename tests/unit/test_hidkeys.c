/* test_hidkeys.c - key codes to bytes: the US layout, modifiers, and the ways in which scanners
 * type control characters (F6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "station/hidkeys.h"
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <string.h>

#define KEYS	     48
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
/* In the tables a code is a press, a negative one a release. */
#define TAP(key)     KEY_##key, -KEY_##key
#define HELD(key)    (0x4000 | KEY_##key) /* the kernel's repeat of a key that is held */
#define SHIFTED(key) KEY_LEFTSHIFT, TAP(key), -KEY_LEFTSHIFT

struct typing {
	const char *name;
	int16_t keys[KEYS];
	const char *bytes;
	size_t len;
	uint32_t ignored;
};
#define BYTES(text) text, sizeof(text) - 1

struct typed {
	uint8_t bytes[KEYS];
	size_t len;
};

static void type(struct hidkeys *h, const int16_t *keys, struct typed *t)
{
	for (size_t i = 0; i < KEYS && keys[i]; i++) {
		bool repeat = keys[i] > 0 && keys[i] & 0x4000;
		uint16_t code = (uint16_t)((keys[i] < 0 ? -keys[i] : keys[i]) & 0x3fff);
		uint8_t byte = 0xee;
		uint32_t before = h->ignored;

		switch (hidkeys_feed(h, code, repeat ? 2 : keys[i] > 0, &byte)) {
		case HIDKEYS_BYTE:
			t->bytes[t->len++] = byte;
			break;
		case HIDKEYS_NOTHING:
			assert_int_equal(byte, 0xee);
			break;
		case HIDKEYS_IGNORED:
			assert_int_equal(byte, 0xee);
			assert_int_equal(h->ignored, before + 1);
			break;
		}
	}
}

static void check(const struct typing *table, size_t rows, uint16_t gs_code)
{
	for (size_t i = 0; i < rows; i++) {
		struct hidkeys h;
		struct typed t = {0};

		hidkeys_init(&h, gs_code);
		type(&h, table[i].keys, &t);
		if (t.len != table[i].len || memcmp(t.bytes, table[i].bytes, t.len) != 0 ||
		    h.ignored != table[i].ignored)
			fail_msg("%s: %zu bytes, %u ignored", table[i].name, t.len, h.ignored);
	}
}

/* Every key of the US layout, told by what the kernel's names say. */
static void test_F6_the_us_layout(void **state)
{
	static const struct {
		uint16_t code;
		char plain, shifted;
	} keys[] = {
		{KEY_1, '1', '!'},	     {KEY_2, '2', '@'},		 {KEY_3, '3', '#'},
		{KEY_4, '4', '$'},	     {KEY_5, '5', '%'},		 {KEY_6, '6', '^'},
		{KEY_7, '7', '&'},	     {KEY_8, '8', '*'},		 {KEY_9, '9', '('},
		{KEY_0, '0', ')'},	     {KEY_MINUS, '-', '_'},	 {KEY_EQUAL, '=', '+'},
		{KEY_LEFTBRACE, '[', '{'},   {KEY_RIGHTBRACE, ']', '}'}, {KEY_SEMICOLON, ';', ':'},
		{KEY_APOSTROPHE, '\'', '"'}, {KEY_GRAVE, '`', '~'},	 {KEY_BACKSLASH, '\\', '|'},
		{KEY_COMMA, ',', '<'},	     {KEY_DOT, '.', '>'},	 {KEY_SLASH, '/', '?'},
		{KEY_SPACE, ' ', ' '},	     {KEY_TAB, '\t', '\t'},	 {KEY_ENTER, '\r', '\r'},
		{KEY_KPENTER, '\r', '\r'},   {KEY_ESC, 0x1b, 0x1b},	 {KEY_BACKSPACE, 8, 8},
		{KEY_KPASTERISK, '*', '*'},  {KEY_KPSLASH, '/', '/'},	 {KEY_KPMINUS, '-', '-'},
		{KEY_KPPLUS, '+', '+'},	     {KEY_KPDOT, '.', '.'},	 {KEY_KPCOMMA, ',', ','},
		{KEY_KPEQUAL, '=', '='},     {KEY_Q, 'q', 'Q'},		 {KEY_W, 'w', 'W'},
		{KEY_E, 'e', 'E'},	     {KEY_R, 'r', 'R'},		 {KEY_T, 't', 'T'},
		{KEY_Y, 'y', 'Y'},	     {KEY_U, 'u', 'U'},		 {KEY_I, 'i', 'I'},
		{KEY_O, 'o', 'O'},	     {KEY_P, 'p', 'P'},		 {KEY_A, 'a', 'A'},
		{KEY_S, 's', 'S'},	     {KEY_D, 'd', 'D'},		 {KEY_F, 'f', 'F'},
		{KEY_G, 'g', 'G'},	     {KEY_H, 'h', 'H'},		 {KEY_J, 'j', 'J'},
		{KEY_K, 'k', 'K'},	     {KEY_L, 'l', 'L'},		 {KEY_Z, 'z', 'Z'},
		{KEY_X, 'x', 'X'},	     {KEY_C, 'c', 'C'},		 {KEY_V, 'v', 'V'},
		{KEY_B, 'b', 'B'},	     {KEY_N, 'n', 'N'},		 {KEY_M, 'm', 'M'},
	};
	static const uint16_t pad[] = {KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4,
				       KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9};
	static const uint16_t shifts[] = {0, KEY_LEFTSHIFT, KEY_RIGHTSHIFT};
	struct hidkeys h;
	uint8_t byte;
	(void)state;

	for (size_t s = 0; s < COUNT(shifts); s++) {
		hidkeys_init(&h, 0);
		if (shifts[s])
			assert_int_equal(hidkeys_feed(&h, shifts[s], 1, &byte), HIDKEYS_NOTHING);
		for (size_t i = 0; i < COUNT(keys); i++) {
			assert_int_equal(hidkeys_feed(&h, keys[i].code, 1, &byte), HIDKEYS_BYTE);
			assert_int_equal(byte, s ? keys[i].shifted : keys[i].plain);
			assert_int_equal(hidkeys_feed(&h, keys[i].code, 0, &byte), HIDKEYS_NOTHING);
		}
		for (size_t i = 0; i < COUNT(pad); i++) {
			assert_int_equal(hidkeys_feed(&h, pad[i], 1, &byte), HIDKEYS_BYTE);
			assert_int_equal(byte, '0' + i);
		}
	}
}

static void test_F6_what_scanners_type(void **state)
{
	static const struct typing table[] = {
		{"a label and Enter",
		 {SHIFTED(R), SHIFTED(A), TAP(1), TAP(0), TAP(ENTER)},
		 BYTES("RA10\r"),
		 0},
		{"shift held over several letters",
		 {KEY_LEFTSHIFT, TAP(R), TAP(M), TAP(S), -KEY_LEFTSHIFT, TAP(1)},
		 BYTES("RMS1"),
		 0},
		{"keys that overlap: the next goes down before the last is up",
		 {KEY_A, KEY_B, -KEY_A, KEY_C, -KEY_B, -KEY_C},
		 BYTES("abc"),
		 0},
		{"both shifts, one let go",
		 {KEY_LEFTSHIFT, KEY_RIGHTSHIFT, -KEY_LEFTSHIFT, TAP(A), -KEY_RIGHTSHIFT, TAP(A)},
		 BYTES("Aa"),
		 0},
		{"a tab as the suffix", {TAP(A), TAP(TAB)}, BYTES("a\t"), 0},
		{"Enter on the keypad", {TAP(A), TAP(KPENTER)}, BYTES("a\r"), 0},
		{"the same character twice", {TAP(1), TAP(1)}, BYTES("11"), 0},
		{"the kernel's repeats do nothing",
		 {KEY_A, HELD(A), HELD(A), -KEY_A, KEY_LEFTSHIFT, HELD(LEFTSHIFT), TAP(B)},
		 BYTES("aB"),
		 0},
		{"Caps Lock turns letters, and nothing else",
		 {TAP(CAPSLOCK), TAP(A), TAP(1), TAP(MINUS), SHIFTED(B), TAP(CAPSLOCK), TAP(C)},
		 BYTES("A1-bc"),
		 0},
		{"Num Lock and Scroll Lock mean nothing",
		 {TAP(NUMLOCK), TAP(KP7), TAP(SCROLLLOCK), TAP(KP8), TAP(NUMLOCK)},
		 BYTES("78"),
		 0},
		{"a release without its press", {-KEY_A, -KEY_LEFTSHIFT, TAP(A)}, BYTES("a"), 0},
		{"keys that stand for no character",
		 {TAP(A), TAP(F8), TAP(LEFT), TAP(HOME), TAP(B)},
		 BYTES("ab"),
		 3},
		{"Meta and a letter is a shortcut",
		 {KEY_LEFTMETA, TAP(R), -KEY_LEFTMETA, TAP(A)},
		 BYTES("a"),
		 1},
		{"the key of other keyboards beside the left shift", {TAP(102ND)}, BYTES(""), 1},
	};
	(void)state;

	check(table, COUNT(table), 0);
}

static void test_F6_control_characters_by_ctrl(void **state)
{
	static const struct typing table[] = {
		{"GS is Ctrl+]",
		 {TAP(1), KEY_LEFTCTRL, TAP(RIGHTBRACE), -KEY_LEFTCTRL, TAP(2)},
		 BYTES("1\x1d"
		       "2"),
		 0},
		{"with the right Ctrl",
		 {KEY_RIGHTCTRL, TAP(RIGHTBRACE), -KEY_RIGHTCTRL},
		 BYTES("\x1d"),
		 0},
		{"FS, RS, US, EOT",
		 {KEY_LEFTCTRL, TAP(BACKSLASH), KEY_LEFTSHIFT, TAP(6), TAP(MINUS), -KEY_LEFTSHIFT,
		  TAP(D), -KEY_LEFTCTRL},
		 BYTES("\x1c\x1e\x1f\x04"),
		 0},
		{"without shift as well",
		 {KEY_LEFTCTRL, TAP(6), TAP(MINUS), TAP(2)},
		 BYTES("\x1e\x1f\0"),
		 0},
		{"CR and LF are Ctrl+M and Ctrl+J",
		 {KEY_LEFTCTRL, TAP(M), TAP(J), -KEY_LEFTCTRL},
		 BYTES("\r\n"),
		 0},
		{"STX and ETX", {KEY_LEFTCTRL, TAP(B), TAP(C)}, BYTES("\2\3"), 0},
		{"Caps Lock changes no control character",
		 {TAP(CAPSLOCK), KEY_LEFTCTRL, TAP(D), -KEY_LEFTCTRL},
		 BYTES("\4"),
		 0},
		{"Ctrl and a digit is none",
		 {KEY_LEFTCTRL, TAP(5), -KEY_LEFTCTRL, TAP(5)},
		 BYTES("5"),
		 1},
		{"Enter ends a scan though Ctrl hangs", {KEY_LEFTCTRL, TAP(ENTER)}, BYTES("\r"), 0},
	};
	(void)state;

	check(table, COUNT(table), 0);
}

static void test_F6_control_characters_by_alt(void **state)
{
	static const struct typing table[] = {
		{"GS is Alt+029",
		 {TAP(1), KEY_LEFTALT, TAP(KP0), TAP(KP2), TAP(KP9), -KEY_LEFTALT, TAP(2)},
		 BYTES("1\x1d"
		       "2"),
		 0},
		{"Alt+0029",
		 {KEY_LEFTALT, TAP(KP0), TAP(KP0), TAP(KP2), TAP(KP9), -KEY_LEFTALT},
		 BYTES("\x1d"),
		 0},
		{"Alt+29", {KEY_LEFTALT, TAP(KP2), TAP(KP9), -KEY_LEFTALT}, BYTES("\x1d"), 0},
		{"with the right Alt",
		 {KEY_RIGHTALT, TAP(KP2), TAP(KP9), -KEY_RIGHTALT},
		 BYTES("\x1d"),
		 0},
		{"any character may come so",
		 {KEY_LEFTALT, TAP(KP0), TAP(KP6), TAP(KP5), -KEY_LEFTALT, KEY_LEFTALT, TAP(KP0),
		  TAP(KP6), TAP(KP6), -KEY_LEFTALT},
		 BYTES("AB"),
		 0},
		{"Alt alone is nothing", {TAP(LEFTALT), TAP(A)}, BYTES("a"), 0},
		{"more than a byte",
		 {KEY_LEFTALT, TAP(KP2), TAP(KP5), TAP(KP6), -KEY_LEFTALT},
		 BYTES(""),
		 1},
		{"five digits",
		 {KEY_LEFTALT, TAP(KP0), TAP(KP0), TAP(KP0), TAP(KP2), TAP(KP9), -KEY_LEFTALT},
		 BYTES(""),
		 1},
		{"a letter in between",
		 {KEY_LEFTALT, TAP(KP2), TAP(A), TAP(KP9), -KEY_LEFTALT, TAP(A)},
		 BYTES("a"),
		 2},
		{"digits from above the letters are none",
		 {KEY_LEFTALT, TAP(2), TAP(9), -KEY_LEFTALT},
		 BYTES(""),
		 3},
		{"Enter takes half a number away",
		 {KEY_LEFTALT, TAP(KP2), TAP(ENTER), TAP(KP9), -KEY_LEFTALT},
		 BYTES("\r\x09"),
		 0},
		{"the number is whole when the second Alt is up",
		 {KEY_LEFTALT, KEY_RIGHTALT, TAP(KP6), -KEY_LEFTALT, TAP(KP5), -KEY_RIGHTALT},
		 BYTES("A"),
		 0},
	};
	(void)state;

	check(table, COUNT(table), 0);
}

static void test_F6_gs_by_a_function_key(void **state)
{
	static const struct typing table[] = {
		{"the key of gs_key",
		 {TAP(1), TAP(F8), TAP(2)},
		 BYTES("1\x1d"
		       "2"),
		 0},
		{"also under a modifier", {KEY_LEFTCTRL, TAP(F8), -KEY_LEFTCTRL}, BYTES("\x1d"), 0},
		{"its repeat is none", {KEY_F8, HELD(F8), -KEY_F8}, BYTES("\x1d"), 0},
		{"the other ways stay",
		 {KEY_LEFTCTRL, TAP(RIGHTBRACE), -KEY_LEFTCTRL, KEY_LEFTALT, TAP(KP2), TAP(KP9),
		  -KEY_LEFTALT},
		 BYTES("\x1d\x1d"),
		 0},
		{"another function key is ignored", {TAP(F9)}, BYTES(""), 1},
	};
	(void)state;

	check(table, COUNT(table), hidkeys_function("F8"));
}

static void test_function_keys_by_name(void **state)
{
	static const uint16_t codes[] = {KEY_F1,  KEY_F2,  KEY_F3,  KEY_F4,  KEY_F5,  KEY_F6,
					 KEY_F7,  KEY_F8,  KEY_F9,  KEY_F10, KEY_F11, KEY_F12,
					 KEY_F13, KEY_F14, KEY_F15, KEY_F16, KEY_F17, KEY_F18,
					 KEY_F19, KEY_F20, KEY_F21, KEY_F22, KEY_F23, KEY_F24};
	static const char *const others[] = {"",     "F",   "F0",   "F00", "F25",  "F99",
					     "F100", "F01", "f8",   "F8 ", " F8",  "8",
					     "FF",   "F1x", "none", "F-1", "F012", "F123"};
	char name[8];
	(void)state;

	for (size_t i = 0; i < COUNT(codes); i++) {
		snprintf(name, sizeof(name), "F%zu", i + 1);
		assert_int_equal(hidkeys_function(name), codes[i]);
	}
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(hidkeys_function(others[i]), 0);
}

static void test_the_modifiers(void **state)
{
	static const uint16_t codes[HIDKEYS_MODIFIERS] = {
		KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_LEFTCTRL, KEY_RIGHTCTRL,
		KEY_LEFTALT,   KEY_RIGHTALT,   KEY_LEFTMETA, KEY_RIGHTMETA};
	struct hidkeys h;
	uint8_t byte;
	(void)state;

	hidkeys_init(&h, 0);
	for (unsigned i = 0; i < HIDKEYS_MODIFIERS; i++) {
		assert_int_equal(hidkeys_modifier(i), codes[i]);
		assert_int_equal(hidkeys_feed(&h, codes[i], 1, &byte), HIDKEYS_NOTHING);
		assert_int_equal(h.held, (1u << (i + 1)) - 1);
	}
	assert_int_equal(hidkeys_modifier(HIDKEYS_MODIFIERS), 0);
}

/* The release of shift was lost: what the kernel says is down counts, not what was heard. */
static void test_F6_after_lost_events_the_modifiers_are_as_the_kernel_says(void **state)
{
	static const int16_t before[KEYS] = {TAP(CAPSLOCK), KEY_LEFTSHIFT, KEY_LEFTALT, TAP(KP2)};
	static const int16_t a[KEYS] = {TAP(A)}, none[KEYS] = {-KEY_LEFTALT, TAP(A)};
	struct typed t = {0};
	struct hidkeys h;
	(void)state;

	hidkeys_init(&h, 0);
	type(&h, before, &t);
	h.ignored = 7;
	hidkeys_resync(&h, 0);
	type(&h, a, &t);
	assert_int_equal(t.bytes[0], 'a'); /* no shift, no Caps Lock, no number */
	assert_int_equal(h.ignored, 7);
	hidkeys_resync(&h, 1u << 1 | 1u << 4); /* right shift, left Alt */
	type(&h, none, &t);
	assert_int_equal(t.len, 2);
	assert_int_equal(t.bytes[1], 'A');
}

/* Half of a pair of Caps Locks was lost: the next scan is right again. */
static void test_F6_caps_lock_does_not_outlast_a_pause(void **state)
{
	static const int16_t caps[KEYS] = {TAP(CAPSLOCK), TAP(A)};
	static const int16_t shift[KEYS] = {KEY_LEFTSHIFT}, a[KEYS] = {TAP(A)};
	struct typed t = {0};
	struct hidkeys h;
	(void)state;

	hidkeys_init(&h, 0);
	type(&h, caps, &t);
	hidkeys_rest(&h);
	type(&h, a, &t);
	type(&h, shift, &t);
	hidkeys_rest(&h); /* what is down is down */
	type(&h, a, &t);
	assert_int_equal(t.len, 3);
	assert_memory_equal(t.bytes, "AaA", 3);
}

/* The kernel may send any code and value. */
static void test_no_code_or_value_is_too_strange(void **state)
{
	struct hidkeys h;
	uint8_t byte;
	(void)state;

	hidkeys_init(&h, 0);
	for (unsigned code = 0; code <= UINT16_MAX; code++) {
		enum hidkeys_verdict v = hidkeys_feed(&h, (uint16_t)code, INT32_MIN, &byte);

		assert_int_equal(v, HIDKEYS_NOTHING);
		(void)hidkeys_feed(&h, (uint16_t)code, 1, &byte);
		(void)hidkeys_feed(&h, (uint16_t)code, 0, &byte);
	}
	assert_int_equal(h.held, 0);
	h.ignored = UINT32_MAX;
	assert_int_equal(hidkeys_feed(&h, KEY_F1, 1, &byte), HIDKEYS_IGNORED);
	assert_int_equal(h.ignored, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F6_the_us_layout),
		cmocka_unit_test(test_F6_what_scanners_type),
		cmocka_unit_test(test_F6_control_characters_by_ctrl),
		cmocka_unit_test(test_F6_control_characters_by_alt),
		cmocka_unit_test(test_F6_gs_by_a_function_key),
		cmocka_unit_test(test_function_keys_by_name),
		cmocka_unit_test(test_the_modifiers),
		cmocka_unit_test(test_F6_after_lost_events_the_modifiers_are_as_the_kernel_says),
		cmocka_unit_test(test_F6_caps_lock_does_not_outlast_a_pause),
		cmocka_unit_test(test_no_code_or_value_is_too_strange),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
