/* settings.c - the reader of the settings' and the board's lines (settings.h): one table of keys
 * for both, and errors that name file, line, what is wrong and what was meant. */
#include "station/settings.h"
#include "settings_value.h"
#include "station/symbology.h"
#include "station/text.h"
#include "words.h"
#include <limits.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum section {
	SECTION_NONE, /* before the first section line */
	SECTION_STATION,
	SECTION_SITE,
	SECTION_LABELS,
	SECTION_INSPECTION,
	SECTION_EXPECTED,
	SECTION_HEADQUARTERS,
	SECTION_JOURNAL,
	SECTION_REPORT,
	SECTION_EXPORT,
	SECTION_SCANNER,
	SECTION_BOARD, /* from here on: of a board file */
	SECTION_GPIO,
	SECTION_BUTTONS,
	SECTION_LAMPS,
	SECTION_BUZZER,
};

struct key {
	const char *name;
	enum section section;
	enum settings_value type;
	size_t offset;	     /* in struct settings, settings_scanner or settings_board */
	size_t cap;	     /* bytes of a text, its NUL included */
	uint32_t min, max;   /* of a number */
	const char *choices; /* "a|b|c" */
	size_t place;	     /* in struct settings, of where it stands; 0 = not kept */
};

/* Choices are stored by index through an unsigned. */
_Static_assert(sizeof(enum settings_unknown) == sizeof(unsigned) &&
		       sizeof(enum check_rule) == sizeof(unsigned) &&
		       sizeof(enum settings_kind) == sizeof(unsigned) &&
		       sizeof(enum settings_bias) == sizeof(unsigned) &&
		       sizeof(enum settings_who) == sizeof(unsigned) &&
		       sizeof(enum settings_switch) == sizeof(unsigned),
	       "enums have the size of unsigned");
/* The order in `choices` is the order of the enums. */
_Static_assert(SETTINGS_UNKNOWN_ACCEPT == 0 && SETTINGS_UNKNOWN_CONFIRM == 1 &&
		       SETTINGS_UNKNOWN_REFUSE == 2 && SETTINGS_SERIAL == 0 && SETTINGS_HID == 1 &&
		       SETTINGS_CAMERA == 2 && SETTINGS_PULL_UP == 0 && SETTINGS_PULL_DOWN == 1 &&
		       SETTINGS_BIAS_OFF == 2 && SETTINGS_BIAS_AS_IS == 3 && SETTINGS_NO == 0 &&
		       SETTINGS_YES == 1 && SETTINGS_WHO_OPEN == 0 && SETTINGS_WHO_BADGE == 1 &&
		       SETTINGS_WHO_KEY == 2,
	       "choices are in the enums' order");

#define AT(type, field)	  .offset = offsetof(struct type, field)
#define TEXT(type, field) AT(type, field), .cap = sizeof(((struct type *)0)->field)
#define PLACE(field)	  .place = offsetof(struct settings, field)
#define LINE(name, section, field)                                                                 \
	{                                                                                          \
		name, SECTION_##section, SETTINGS_VALUE_LINE, TEXT(settings_board, gpio.field)     \
	}

static const struct key keys[] = {
	{"name", SECTION_STATION, SETTINGS_VALUE_NAME, TEXT(settings, station)},
	{"board", SECTION_STATION, SETTINGS_VALUE_BOARD, TEXT(settings, board)},
	{"state_dir", SECTION_STATION, SETTINGS_VALUE_PATH, TEXT(settings, state_dir)},
	{"runtime_dir", SECTION_STATION, SETTINGS_VALUE_PATH, TEXT(settings, runtime_dir)},
	{"name", SECTION_SITE, SETTINGS_VALUE_SITE, TEXT(settings, labels.site)},
	{"timezone", SECTION_SITE, SETTINGS_VALUE_ZONE, TEXT(settings, timezone)},
	{"key_file", SECTION_SITE, SETTINGS_VALUE_OPTIONAL, TEXT(settings, key_file)},
	{"reasons_file", SECTION_SITE, SETTINGS_VALUE_OPTIONAL, TEXT(settings, reasons_file)},
	{"rma_shape", SECTION_LABELS, SETTINGS_VALUE_SHAPE, TEXT(settings, rma_shape)},
	{"rma_check", SECTION_LABELS, SETTINGS_VALUE_CHOICE, AT(settings, labels.rma_rule),
	 .choices = check_names},
	{"fnc1", SECTION_LABELS, SETTINGS_VALUE_FNC1, AT(settings, labels.fnc1), .cap = 64},
	{"repeat_ms", SECTION_LABELS, SETTINGS_VALUE_NUMBER, AT(settings, repeat_ms), .max = 10000},
	{"hold_s", SECTION_INSPECTION, SETTINGS_VALUE_NUMBER, AT(settings, hold_s), .min = 1,
	 .max = 3600},
	{"unknown", SECTION_INSPECTION, SETTINGS_VALUE_CHOICE, AT(settings, unknown),
	 .choices = "accept|confirm|refuse"},
	{"question_s", SECTION_INSPECTION, SETTINGS_VALUE_NUMBER, AT(settings, question_s),
	 .min = 5, .max = 3600},
	{"remind_s", SECTION_INSPECTION, SETTINGS_VALUE_NUMBER, AT(settings, remind_s), .min = 10,
	 .max = 86400},
	{"receiving_s", SECTION_INSPECTION, SETTINGS_VALUE_NUMBER, AT(settings, receiving_s),
	 .min = 10, .max = 86400},
	{"deadline_h", SECTION_INSPECTION, SETTINGS_VALUE_NUMBER, AT(settings, deadline_h),
	 .min = 1, .max = 8760},
	{"file", SECTION_EXPECTED, SETTINGS_VALUE_OPTIONAL, TEXT(settings, expected_file)},
	{"url", SECTION_HEADQUARTERS, SETTINGS_VALUE_URL, TEXT(settings, hq.url)},
	{"ca_file", SECTION_HEADQUARTERS, SETTINGS_VALUE_OPTIONAL, TEXT(settings, hq.ca_file)},
	{"cert_file", SECTION_HEADQUARTERS, SETTINGS_VALUE_OPTIONAL, TEXT(settings, hq.cert_file)},
	{"key_file", SECTION_HEADQUARTERS, SETTINGS_VALUE_OPTIONAL, TEXT(settings, hq.key_file)},
	{"crl_file", SECTION_HEADQUARTERS, SETTINGS_VALUE_OPTIONAL, TEXT(settings, hq.crl_file)},
	{"proxy", SECTION_HEADQUARTERS, SETTINGS_VALUE_PROXY, TEXT(settings, hq.proxy)},
	{"ack_file", SECTION_HEADQUARTERS, SETTINGS_VALUE_OPTIONAL, TEXT(settings, hq.ack_file),
	 PLACE(hq.ack_at)},
	{"poll_s", SECTION_HEADQUARTERS, SETTINGS_VALUE_NUMBER, AT(settings, hq.poll_s),
	 .max = 86400},
	{"retain_days", SECTION_JOURNAL, SETTINGS_VALUE_NUMBER, AT(settings, retain_days),
	 .max = 36500},
	{"inspectors", SECTION_REPORT, SETTINGS_VALUE_CHOICE, AT(settings, inspectors),
	 .choices = "no|yes"},
	{"encrypt_to", SECTION_EXPORT, SETTINGS_VALUE_OPTIONAL, TEXT(settings, encrypt_to),
	 PLACE(encrypt_at)},
	{"who", SECTION_EXPORT, SETTINGS_VALUE_CHOICE, AT(settings, who),
	 .choices = "open|badge|key", PLACE(who_at)},
	{"token_file", SECTION_EXPORT, SETTINGS_VALUE_OPTIONAL, TEXT(settings, token_file),
	 PLACE(token_at)},
	{"badges", SECTION_EXPORT, SETTINGS_VALUE_BADGES, TEXT(settings, badges)},
	{"kind", SECTION_SCANNER, SETTINGS_VALUE_CHOICE, AT(settings_scanner, kind),
	 .choices = "serial|hid|camera"},
	{"device", SECTION_SCANNER, SETTINGS_VALUE_PATH, TEXT(settings_scanner, device)},
	{"baud", SECTION_SCANNER, SETTINGS_VALUE_NUMBER, AT(settings_scanner, baud), .min = 300,
	 .max = 921600},
	{"format", SECTION_SCANNER, SETTINGS_VALUE_WORD, TEXT(settings_scanner, format),
	 .choices = "8N1|7E1|7O1|8E1|8O1|7N1|8N2"},
	{"gs_key", SECTION_SCANNER, SETTINGS_VALUE_WORD, TEXT(settings_scanner, gs_key),
	 .choices = "none|F1|F2|F3|F4|F5|F6|F7|F8|F9|F10|F11|F12|"
		    "F13|F14|F15|F16|F17|F18|F19|F20|F21|F22|F23|F24"},
	{"command", SECTION_SCANNER, SETTINGS_VALUE_OPTIONAL, TEXT(settings_scanner, command)},
	{"size", SECTION_SCANNER, SETTINGS_VALUE_SIZE, TEXT(settings_scanner, size)},
	{"pixels", SECTION_SCANNER, SETTINGS_VALUE_WORD, TEXT(settings_scanner, pixels),
	 .choices = "yuv420|grey|yuyv"},
	{"controls", SECTION_SCANNER, SETTINGS_VALUE_CONTROLS, TEXT(settings_scanner, controls)},
	{"itf", SECTION_SCANNER, SETTINGS_VALUE_SET, AT(settings_scanner, itf),
	 .choices = "-|2|4|6|8|10|12|14|16|18|20|22|24|26|28|30"},
	{"photos", SECTION_SCANNER, SETTINGS_VALUE_CHOICE, AT(settings_scanner, photos),
	 .choices = "no|yes"},
	{"photo_side", SECTION_SCANNER, SETTINGS_VALUE_NUMBER, AT(settings_scanner, photo_side),
	 .min = 160, .max = SETTINGS_SIDE},
	{"photo_quality", SECTION_SCANNER, SETTINGS_VALUE_NUMBER,
	 AT(settings_scanner, photo_quality), .min = 1, .max = 100},
	{"photo_space", SECTION_SCANNER, SETTINGS_VALUE_NUMBER, AT(settings_scanner, photo_space),
	 .min = 1, .max = 1048576},
	{"gap_ms", SECTION_SCANNER, SETTINGS_VALUE_NUMBER, AT(settings_scanner, gap_ms),
	 .max = 10000},
	{"symbologies", SECTION_SCANNER, SETTINGS_VALUE_SET, AT(settings_scanner, symbologies),
	 .choices = symbology_names},
	{"name", SECTION_BOARD, SETTINGS_VALUE_NAME, TEXT(settings_board, name)},
	{"driver", SECTION_BOARD, SETTINGS_VALUE_WORD, TEXT(settings_board, driver),
	 .choices = "sim|gpio"},
	{"compatible", SECTION_BOARD, SETTINGS_VALUE_OPTIONAL, TEXT(settings_board, compatible)},
	{"serial", SECTION_BOARD, SETTINGS_VALUE_OPTIONAL, TEXT(settings_board, serial)},
	{"serial_file", SECTION_BOARD, SETTINGS_VALUE_OPTIONAL, TEXT(settings_board, serial_file)},
	{"chip", SECTION_GPIO, SETTINGS_VALUE_OPTIONAL, TEXT(settings_board, gpio.chip)},
	LINE("pass", BUTTONS, button[PANEL_PASS]),
	LINE("fail", BUTTONS, button[PANEL_FAIL]),
	LINE("back", BUTTONS, button[PANEL_BACK]),
	{"bias", SECTION_BUTTONS, SETTINGS_VALUE_CHOICE, AT(settings_board, gpio.bias),
	 .choices = "pull-up|pull-down|off|as-is"},
	{"active_low", SECTION_BUTTONS, SETTINGS_VALUE_CHOICE, AT(settings_board, gpio.buttons_low),
	 .choices = "no|yes"},
	LINE("appearance", LAMPS, lamp[PANEL_LAMP_APPEARANCE]),
	LINE("accessories", LAMPS, lamp[PANEL_LAMP_ACCESSORIES]),
	LINE("usage", LAMPS, lamp[PANEL_LAMP_USAGE]),
	LINE("pass", LAMPS, lamp[PANEL_LAMP_PASS]),
	LINE("fail", LAMPS, lamp[PANEL_LAMP_FAIL]),
	LINE("attention", LAMPS, lamp[PANEL_LAMP_ATTENTION]),
	LINE("link", LAMPS, lamp[PANEL_LAMP_LINK]),
	{"active_low", SECTION_LAMPS, SETTINGS_VALUE_CHOICE, AT(settings_board, gpio.lamps_low),
	 .choices = "no|yes"},
	LINE("line", BUZZER, buzzer),
	{"active_low", SECTION_BUZZER, SETTINGS_VALUE_CHOICE, AT(settings_board, gpio.buzzer_low),
	 .choices = "no|yes"},
	{"pwm", SECTION_BUZZER, SETTINGS_VALUE_PWM, TEXT(settings_board, gpio.pwm)},
};

static const struct {
	const char *name;
	enum section section;
	bool board; /* in a board file; else in the settings */
} sections[] = {
	{"station", SECTION_STATION, false},   {"site", SECTION_SITE, false},
	{"labels", SECTION_LABELS, false},     {"inspection", SECTION_INSPECTION, false},
	{"expected", SECTION_EXPECTED, false}, {"headquarters", SECTION_HEADQUARTERS, false},
	{"journal", SECTION_JOURNAL, false},   {"report", SECTION_REPORT, false},
	{"export", SECTION_EXPORT, false},     {"scanner", SECTION_SCANNER, false},
	{"board", SECTION_BOARD, true},	       {"gpio", SECTION_GPIO, true},
	{"buttons", SECTION_BUTTONS, true},    {"lamps", SECTION_LAMPS, true},
	{"buzzer", SECTION_BUZZER, true},
};

/* --- messages --- */

static struct text error_at(const struct settings_reader *r, struct settings_error *error)
{
	struct text t = words_where(error->text, sizeof(error->text), r->file);

	text_char(&t, ':');
	text_u64(&t, r->line);
	text_put(&t, ": ");
	return t;
}

static bool refuse(const struct settings_reader *r, struct settings_error *error, const char *words)
{
	struct text t = error_at(r, error);

	text_put(&t, words);
	return false;
}

static const char *section_name(uint8_t kind)
{
	for (size_t i = 0; i < COUNT(sections); i++) {
		if (sections[i].section == kind)
			return sections[i].name;
	}
	return "";
}

static bool key_is_elsewhere(const struct settings_reader *r, const struct key *k)
{
	bool board = k->section >= SECTION_BOARD;

	return k->section != r->section_kind && board == (r->board != NULL);
}

/* The keys of a section; one is held back until it is known whether it is the last. */
static void put_keys(struct text *t, uint8_t section)
{
	const char *waiting = NULL;
	bool first = true;

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (keys[i].section != section)
			continue;
		if (waiting) {
			words_list(t, waiting, strlen(waiting), first, false);
			first = false;
		}
		waiting = keys[i].name;
	}
	if (waiting)
		words_list(t, waiting, strlen(waiting), first, true);
}

static bool refuse_key(const struct settings_reader *r, struct words name,
		       struct settings_error *error)
{
	struct text t = error_at(r, error);
	const struct key *near = NULL, *elsewhere = NULL;
	unsigned best = UINT_MAX;

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (keys[i].section == r->section_kind && words_near(name, keys[i].name, &best))
			near = &keys[i];
		if (words_is(name, keys[i].name) && key_is_elsewhere(r, &keys[i]))
			elsewhere = &keys[i];
	}
	text_put(&t, "unknown key ");
	words_quote(&t, name);
	text_put(&t, " in [");
	text_put(&t, r->section);
	text_put(&t, "]; ");
	if (elsewhere) {
		text_put(&t, "it belongs in [");
		text_put(&t, section_name((uint8_t)elsewhere->section));
		text_put(&t, elsewhere->section == SECTION_SCANNER ? " NAME]" : "]");
		return false;
	}
	if (near) {
		text_put(&t, "did you mean '");
		text_put(&t, near->name);
		text_put(&t, "'?");
		return false;
	}
	text_put(&t, "its keys are ");
	put_keys(&t, r->section_kind);
	return false;
}

/* --- section lines --- */

static bool refuse_section(const struct settings_reader *r, struct words all, struct words word,
			   struct settings_error *error)
{
	struct text t = error_at(r, error);
	const char *near = NULL;
	unsigned best = UINT_MAX;
	bool first = true;

	for (size_t i = 0; i < COUNT(sections); i++) {
		if (sections[i].board == (r->board != NULL) &&
		    words_near(word, sections[i].name, &best))
			near = sections[i].name;
	}
	text_put(&t, "unknown section ");
	words_quote(&t, all);
	text_put(&t, near ? "; did you mean '" : "; the sections are ");
	if (near) {
		text_put(&t, near);
		text_put(&t, "'?");
		return false;
	}
	for (size_t i = 0; i < COUNT(sections); i++) {
		if (sections[i].board != (r->board != NULL))
			continue;
		words_list(&t, sections[i].name, strlen(sections[i].name), first, false);
		first = false;
	}
	return false;
}

/* Finds the scanner of this name or begins a new one. */
static bool section_scanner(struct settings_reader *r, struct words name,
			    struct settings_error *error)
{
	struct settings *s = r->settings;
	uint8_t i = 0;

	if (!words_is_name(name))
		return refuse(r, error,
			      "a scanner's section names it: [scanner NAME], NAME being 1 to 32 "
			      "letters, digits, '.', '_' or '-'");
	while (i < s->scanners && !words_is(name, s->scanner[i].name))
		i++;
	if (i == SETTINGS_SCANNERS)
		return refuse(r, error, "there are more than 4 scanners; a station has at most 4");
	if (i == s->scanners) {
		s->scanner[i] = (struct settings_scanner){.baud = 9600,
							  .format = "8N1",
							  .gs_key = "none",
							  .gap_ms = 200,
							  .photos = SETTINGS_YES,
							  .photo_side = SETTINGS_PHOTO_SIDE,
							  .photo_quality = SETTINGS_PHOTO_QUALITY,
							  .photo_space = SETTINGS_PHOTO_SPACE};
		memcpy(s->scanner[i].name, name.at, name.len);
		s->scanners++;
	}
	r->scanner = i;
	return true;
}

static bool read_section(struct settings_reader *r, struct words line, struct settings_error *error)
{
	struct text kept = text_over(r->section, sizeof(r->section));

	r->section_kind = SECTION_NONE;
	if (line.at[line.len - 1] != ']')
		return refuse(r, error, "a section line ends with ]");
	struct words all = words_trim((struct words){line.at + 1, line.len - 2}), name = all, rest;
	while (name.len > 0 && memchr(name.at, ' ', name.len))
		name.len--;
	rest = words_trim((struct words){all.at + name.len, all.len - name.len});
	for (size_t i = 0; i < COUNT(sections); i++) {
		if (sections[i].board != (r->board != NULL) || !words_is(name, sections[i].name))
			continue;
		if (sections[i].section == SECTION_SCANNER) {
			if (!section_scanner(r, rest, error))
				return false;
		} else if (rest.len > 0) {
			break;
		}
		text_bytes(&kept, all.at, all.len);
		r->section_kind = (uint8_t)sections[i].section;
		return true;
	}
	return refuse_section(r, all, name, error);
}

/* --- values --- */

/* "KEY = 'VALUE': " begins every message about a value. */
static struct text value_error(const struct settings_reader *r, const struct key *k,
			       struct words value, struct settings_error *error)
{
	struct text t = error_at(r, error);

	text_put(&t, k->name);
	text_put(&t, " = ");
	words_quote(&t, value);
	text_put(&t, ": ");
	return t;
}

static bool refuse_value(const struct settings_reader *r, const struct key *k, struct words value,
			 const char *words, struct settings_error *error)
{
	struct text t = value_error(r, k, value, error);

	text_put(&t, words);
	return false;
}

static bool refuse_number(const struct settings_reader *r, const struct key *k, struct words value,
			  struct settings_error *error)
{
	struct text t = value_error(r, k, value, error);

	text_put(&t, "this is a whole number from ");
	text_u64(&t, k->min);
	text_put(&t, " to ");
	text_u64(&t, k->max);
	return false;
}

static bool refuse_choice(const struct settings_reader *r, const struct key *k, struct words value,
			  struct settings_error *error)
{
	struct text t = value_error(r, k, value, error);

	text_put(&t, "this is ");
	words_choices(&t, k->choices);
	return false;
}

static void *field_of(const struct settings_reader *r, const struct key *k)
{
	char *base = (char *)r->settings;

	if (k->section >= SECTION_BOARD)
		base = (char *)r->board;
	else if (k->section == SECTION_SCANNER)
		base = (char *)&r->settings->scanner[r->scanner];
	return base + k->offset;
}

static void store_text(const struct settings_reader *r, const struct key *k, struct words value)
{
	char *field = field_of(r, k);

	memset(field, 0, k->cap);
	if (value.len > 0)
		memcpy(field, value.at, value.len);
}

static bool store_shape(const struct settings_reader *r, const struct key *k, struct words value,
			struct settings_error *error)
{
	char text[sizeof(r->settings->rma_shape)] = {0};
	struct shape shape;

	if (value.len > 0)
		memcpy(text, value.at, value.len);
	const char *wrong = shape_read(&shape, text);
	if (wrong)
		return refuse_value(r, k, value, wrong, error);
	store_text(r, k, value);
	r->settings->labels.rma = shape;
	return true;
}

/* Texts between spaces; checked already. */
static void store_fnc1(char out[LABEL_FNC1][LABEL_FNC1_MAX + 1], struct words value)
{
	unsigned n = 0;
	size_t at = 0;

	memset(out, 0, LABEL_FNC1 * (LABEL_FNC1_MAX + 1));
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == ' ') {
			n += at > 0;
			at = 0;
		} else if (n < LABEL_FNC1 && at < LABEL_FNC1_MAX) {
			out[n][at++] = value.at[i];
		}
	}
}

static bool store_set(const struct settings_reader *r, const struct key *k, struct words value,
		      struct settings_error *error)
{
	struct words unknown;
	uint32_t set;

	if (settings_value_set(k->choices, value, &set, &unknown)) {
		memcpy(field_of(r, k), &set, sizeof(set));
		return true;
	}
	struct text t = value_error(r, k, unknown, error);
	text_put(&t, "these are, between spaces, ");
	words_choices(&t, k->choices);
	return false;
}

static bool store_value(const struct settings_reader *r, const struct key *k, struct words value,
			struct settings_error *error)
{
	const char *wrong = k->cap > 0 ? settings_value_wrong(k->type, k->cap, value) : NULL;
	uint64_t number;
	unsigned index;

	switch (k->type) {
	case SETTINGS_VALUE_NUMBER:
		if (!text_read_u64(value.at, value.len, k->max, &number) || number < k->min)
			return refuse_number(r, k, value, error);
		*(uint32_t *)field_of(r, k) = (uint32_t)number;
		return true;
	case SETTINGS_VALUE_CHOICE:
	case SETTINGS_VALUE_WORD:
		if (!words_choice(k->choices, value, &index))
			return refuse_choice(r, k, value, error);
		if (k->type == SETTINGS_VALUE_WORD)
			store_text(r, k, value);
		else
			memcpy(field_of(r, k), &index, sizeof(index));
		return true;
	case SETTINGS_VALUE_SET:
		return store_set(r, k, value, error);
	case SETTINGS_VALUE_SHAPE:
		return wrong ? refuse_value(r, k, value, wrong, error)
			     : store_shape(r, k, value, error);
	case SETTINGS_VALUE_FNC1:
		if (wrong)
			return refuse_value(r, k, value, wrong, error);
		store_fnc1(r->settings->labels.fnc1, value);
		return true;
	case SETTINGS_VALUE_NAME:
	case SETTINGS_VALUE_SITE:
	case SETTINGS_VALUE_ZONE:
	case SETTINGS_VALUE_BOARD:
	case SETTINGS_VALUE_PATH:
	case SETTINGS_VALUE_OPTIONAL:
	case SETTINGS_VALUE_URL:
	case SETTINGS_VALUE_PROXY:
	case SETTINGS_VALUE_LINE:
	case SETTINGS_VALUE_PWM:
	case SETTINGS_VALUE_SIZE:
	case SETTINGS_VALUE_CONTROLS:
	case SETTINGS_VALUE_BADGES:
		if (wrong)
			return refuse_value(r, k, value, wrong, error);
		store_text(r, k, value);
		return true;
	}
	return true;
}

static void note_place(const struct settings_reader *r, const struct key *k)
{
	struct settings_place *at;

	if (!k->place)
		return;
	at = (struct settings_place *)((char *)r->settings + k->place);
	(void)words_where(at->file, sizeof(at->file), r->file);
	at->line = r->line;
}

static bool read_key(const struct settings_reader *r, struct words line,
		     struct settings_error *error)
{
	const char *equals = memchr(line.at, '=', line.len);

	if (!equals || equals == line.at)
		return refuse(r, error, "this is neither [section], key = value, nor a # comment");
	size_t at = (size_t)(equals - line.at);
	struct words name = words_trim((struct words){line.at, at});
	struct words value = words_trim((struct words){equals + 1, line.len - at - 1});
	if (r->section_kind == SECTION_NONE)
		return refuse(r, error,
			      r->board ? "a key before any section; begin with [board]"
				       : "a key before any section; begin with [station]");
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (keys[i].section != r->section_kind || !words_is(name, keys[i].name))
			continue;
		note_place(r, &keys[i]);
		return store_value(r, &keys[i], value, error);
	}
	return refuse_key(r, name, error);
}

/* --- what others call --- */

void settings_defaults(struct settings *s)
{
	*s = (struct settings){
		.state_dir = "/var/lib/station",
		.runtime_dir = "/run/station",
		.timezone = "UTC",
		.labels = {.rma_rule = CHECK_MOD37_36},
		.rma_shape = "R%w{3}%d{7}%c",
		.repeat_ms = 500,
		.hold_s = 10,
		.unknown = SETTINGS_UNKNOWN_CONFIRM,
		.question_s = 60,
		.remind_s = 600,
		.receiving_s = 300,
		.deadline_h = 48,
		.hq = {.poll_s = 60},
		.retain_days = 90,
		.who = SETTINGS_WHO_KEY,
	};
	shape_read(&s->labels.rma, s->rma_shape);
}

void settings_reader_init(struct settings_reader *r, struct settings *s, const char *file)
{
	*r = (struct settings_reader){.settings = s, .file = file};
}

void settings_reader_board(struct settings_reader *r, struct settings_board *b, const char *file)
{
	*b = (struct settings_board){.gpio = {.buttons_low = SETTINGS_YES}};
	*r = (struct settings_reader){.board = b, .file = file};
}

bool settings_line(struct settings_reader *r, const char *line, size_t len,
		   struct settings_error *error)
{
	struct words s;
	const char *wrong = words_line(line, len, ++r->line, &s);

	if (wrong)
		return refuse(r, error, wrong);
	if (s.len == 0)
		return true;
	return s.at[0] == '[' ? read_section(r, s, error) : read_key(r, s, error);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t settings_word(const char **list, const char **word)
{
	const char *at = *list;

	while (is_blank(*at))
		at++;
	*word = at;
	while (*at && !is_blank(*at))
		at++;
	*list = at;
	return (size_t)(at - *word);
}

bool settings_key(const char *text, size_t len, uint8_t key[LABEL_KEY])
{
	while (len > 0 && strchr(" \t\r\n", text[0]) && text[0] != '\0') {
		text++;
		len--;
	}
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) && text[len - 1] != '\0')
		len--;
	return text_read_hex(text, len, key, LABEL_KEY);
}
