/* uinput-scan.c - a scanner that types, made by /dev/uinput: a US keyboard that types each line of
 * its standard input and Enter, and says so when it has, until that ends; then it is unplugged.
 * Wants root, or whoever may write /dev/uinput. See usage(). */
#include <errno.h>
#include <fcntl.h>
#include <linux/uinput.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_NAME "BENCH Barcode Scanner"

struct keyboard {
	int fd;
	bool alt;     /* control characters as Alt and their number, else as Ctrl and a key */
	int gs;	      /* the key that types GS, 0 = as the other control characters */
	long wait_us; /* between reports: USB keyboards send one in 1 to 10 ms */
};

static _Noreturn void usage(void)
{
	(void)fputs(
		"usage: uinput-scan [-n NAME] [-i VENDOR:PRODUCT] [-g ctrl|alt|F1...F12] [-w US]\n"
		"Makes a keyboard and types each line of its standard input, and Enter: bytes as\n"
		"they are, \\xHH, \\r, \\n, \\t and \\\\; without Enter when the line ends in \\c;\n"
		"\\sN is N (0 to 9) seconds of silence. Answers each with \"typed\" on a line.\n"
		"-n: its name (" DEFAULT_NAME "), -i: its ids in hex (1234:abcd),\n"
		"-g: how it types control characters, or GS alone (Ctrl and a key),\n"
		"-w: microseconds from one press or release to the next (2000); with 0 the\n"
		"kernel's queue of 64 events overflows within a label\n",
		stderr);
	exit(2);
}

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "uinput-scan: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- keys --- */

static void event(const struct keyboard *k, uint16_t type, uint16_t code, int value)
{
	struct input_event e = {.type = type, .code = code, .value = value};

	if (write(k->fd, &e, sizeof(e)) != (ssize_t)sizeof(e))
		die("writing an event");
}

static void key(const struct keyboard *k, int code, int value)
{
	struct timespec wait = {k->wait_us / 1000000, k->wait_us % 1000000 * 1000};

	event(k, EV_KEY, (uint16_t)code, value);
	event(k, EV_SYN, SYN_REPORT, 0);
	if (k->wait_us)
		(void)nanosleep(&wait, NULL);
}

static void tap(const struct keyboard *k, int modifier, int code)
{
	if (modifier)
		key(k, modifier, 1);
	key(k, code, 1);
	key(k, code, 0);
	if (modifier)
		key(k, modifier, 0);
}

/* The key of a character; *shift: it is the upper one. 0 = there is none. */
static int find(char c, bool *shift)
{
	static const struct {
		int first;
		const char *lower, *upper;
	} rows[] = {
		{KEY_1, "1234567890-=", "!@#$%^&*()_+"},
		{KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"},
		{KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
		{KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
		{KEY_SPACE, " ", " "},
	};

	for (size_t i = 0; c && i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = strchr(rows[i].lower, c);

		*shift = at == NULL;
		if (at)
			return rows[i].first + (int)(at - rows[i].lower);
		at = strchr(rows[i].upper, c);
		if (at)
			return rows[i].first + (int)(at - rows[i].upper);
	}
	return 0;
}

static void type_alt(const struct keyboard *k, unsigned char c)
{
	static const int pad[] = {KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4,
				  KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9};

	key(k, KEY_LEFTALT, 1);
	tap(k, 0, pad[c / 100]);
	tap(k, 0, pad[c / 10 % 10]);
	tap(k, 0, pad[c % 10]);
	key(k, KEY_LEFTALT, 0);
}

static void type(const struct keyboard *k, unsigned char c)
{
	static const char of_control[] = "2abcdefghijklmnopqrstuvwxyz[\\]6-";
	bool shift;
	int code;

	if (c == 0x1d && k->gs) {
		tap(k, 0, k->gs);
		return;
	}
	if (c == '\r' || c == '\t') {
		tap(k, 0, c == '\r' ? KEY_ENTER : KEY_TAB);
		return;
	}
	if (c < 0x20 && !k->alt) {
		tap(k, KEY_LEFTCTRL, find(of_control[c], &shift));
		return;
	}
	code = find((char)c, &shift);
	if (code)
		tap(k, shift ? KEY_LEFTSHIFT : 0, code);
	else
		type_alt(k, c);
}

static void silence(char seconds)
{
	struct timespec wait = {seconds - '0', 0};

	if (seconds < '0' || seconds > '9')
		usage();
	(void)nanosleep(&wait, NULL);
}

static void type_line(const struct keyboard *k, const char *line)
{
	while (*line) {
		char *end;
		char hex[3] = "";

		if (line[0] != '\\') {
			type(k, (unsigned char)*line++);
			continue;
		}
		switch (line[1]) {
		case 'c':
			return;
		case 'r':
		case 'n':
		case 't':
			type(k, line[1] == 'r' ? '\r' : line[1] == 'n' ? '\n' : '\t');
			line += 2;
			continue;
		case '\\':
			type(k, '\\');
			line += 2;
			continue;
		case 's':
			silence(line[2]);
			line += 3;
			continue;
		case 'x':
			(void)snprintf(hex, sizeof(hex), "%.2s", line + 2);
			type(k, (unsigned char)strtoul(hex, &end, 16));
			if (end != hex + 2)
				usage();
			line += 4;
			continue;
		default:
			usage();
		}
	}
	type(k, '\r');
}

/* --- the keyboard --- */

static void plug(struct keyboard *k, const char *name, const char *ids)
{
	struct uinput_setup setup = {.id = {.bustype = BUS_USB, .version = 1}};
	unsigned vendor, product;

	if (sscanf(ids, "%4x:%4x", &vendor, &product) != 2)
		usage();
	setup.id.vendor = (uint16_t)vendor;
	setup.id.product = (uint16_t)product;
	(void)snprintf(setup.name, sizeof(setup.name), "%s", name);
	k->fd = open("/dev/uinput", O_WRONLY | O_CLOEXEC);
	if (k->fd < 0 || ioctl(k->fd, UI_SET_EVBIT, EV_KEY) < 0)
		die("/dev/uinput");
	for (int code = KEY_ESC; code <= KEY_RIGHTMETA; code++)
		if (ioctl(k->fd, UI_SET_KEYBIT, code) < 0)
			die("a key");
	if (ioctl(k->fd, UI_DEV_SETUP, &setup) < 0 || ioctl(k->fd, UI_DEV_CREATE) < 0)
		die("making the keyboard");
}

static void set_gs(struct keyboard *k, const char *how)
{
	int n = how[0] == 'F' ? atoi(how + 1) : 0;

	k->alt = strcmp(how, "alt") == 0;
	if (n >= 1 && n <= 12)
		k->gs = n <= 10 ? KEY_F1 + n - 1 : KEY_F11 + n - 11;
	else if (!k->alt && strcmp(how, "ctrl") != 0)
		usage();
}

int main(int argc, char **argv)
{
	struct keyboard k = {.fd = -1, .wait_us = 2000};
	const char *name = DEFAULT_NAME, *ids = "1234:abcd";
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int option;

	while ((option = getopt(argc, argv, "n:i:g:w:")) != -1) {
		if (option == 'n')
			name = optarg;
		else if (option == 'i')
			ids = optarg;
		else if (option == 'g')
			set_gs(&k, optarg);
		else if (option == 'w')
			k.wait_us = atol(optarg);
		else
			usage();
	}
	if (optind != argc)
		usage();
	plug(&k, name, ids);
	while ((len = getline(&line, &room, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		type_line(&k, line);
		if (puts("typed") < 0 || fflush(stdout) != 0)
			die("standard output");
	}
	free(line);
	if (ioctl(k.fd, UI_DEV_DESTROY) < 0)
		die("unplugging");
	return 0;
}
