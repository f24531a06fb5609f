/* fuzz_settings.c - any file, line by line, into both readers: every refusal says where and why,
 * and whatever was accepted keeps to its bounds. */
#include "station/settings.h"
#include "station/text.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void check_text(const char *text, size_t cap)
{
	check(memchr(text, '\0', cap) != NULL);
	check(text_is_utf8(text, strlen(text)));
}
#define CHECK_TEXT(field) check_text(field, sizeof(field))

static void check_range(uint32_t value, uint32_t min, uint32_t max)
{
	check(value >= min && value <= max);
}

static void check_settings(const struct settings *s)
{
	size_t at;

	CHECK_TEXT(s->station);
	CHECK_TEXT(s->board);
	CHECK_TEXT(s->state_dir);
	CHECK_TEXT(s->runtime_dir);
	CHECK_TEXT(s->timezone);
	CHECK_TEXT(s->key_file);
	CHECK_TEXT(s->labels.site);
	CHECK_TEXT(s->rma_shape);
	CHECK_TEXT(s->expected_file);
	check(s->state_dir[0] && s->runtime_dir[0] && s->timezone[0]);
	check(s->labels.rma.parts >= 1 && s->labels.rma.parts <= SHAPE_PARTS);
	shape_fits(&s->labels.rma, "R0010000001X", 12, &at);
	check_range(s->labels.rma_rule, CHECK_NONE, CHECK_RULES - 1);
	check_range(s->unknown, SETTINGS_UNKNOWN_ACCEPT, SETTINGS_UNKNOWN_REFUSE);
	check_range(s->repeat_ms, 0, 10000);
	check_range(s->hold_s, 1, 3600);
	check_range(s->question_s, 5, 3600);
	check_range(s->remind_s, 10, 86400);
	check_range(s->receiving_s, 10, 86400);
	check_range(s->deadline_h, 1, 8760);
	check_range(s->scanners, 0, SETTINGS_SCANNERS);
	for (unsigned i = 0; i < s->scanners; i++) {
		CHECK_TEXT(s->scanner[i].name);
		CHECK_TEXT(s->scanner[i].device);
		check(s->scanner[i].name[0] && strlen(s->scanner[i].format) == 3);
		check_range(s->scanner[i].baud, 300, 921600);
		check_range(s->scanner[i].gap_ms, 0, 10000);
		check_range(s->scanner[i].symbologies, 0, (1u << 18) - 1);
	}
}

static void check_board(const struct settings_board *b)
{
	CHECK_TEXT(b->name);
	CHECK_TEXT(b->driver);
	CHECK_TEXT(b->compatible);
	CHECK_TEXT(b->serial);
	CHECK_TEXT(b->serial_file);
	CHECK_TEXT(b->gpio.chip);
	CHECK_TEXT(b->gpio.pwm);
	CHECK_TEXT(b->gpio.buzzer);
	for (unsigned i = 0; i < PANEL_BUTTONS; i++)
		CHECK_TEXT(b->gpio.button[i]);
	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		CHECK_TEXT(b->gpio.lamp[i]);
	check_range(b->gpio.bias, SETTINGS_PULL_UP, SETTINGS_BIAS_AS_IS);
	check_range(b->gpio.lamps_low, SETTINGS_NO, SETTINGS_YES);
}

static void read_lines(struct settings_reader *r, const char *text, size_t size)
{
	struct settings_error error;

	while (size > 0) {
		const char *lf = memchr(text, '\n', size);
		size_t len = lf ? (size_t)(lf - text) : size;

		memset(&error, 0x55, sizeof(error));
		if (!settings_line(r, text, len, &error)) {
			check_text(error.text, sizeof(error.text));
			check(strncmp(error.text, "f:", 2) == 0);
			check(strlen(error.text) > 10);
		}
		text += lf ? len + 1 : len;
		size -= lf ? len + 1 : len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s;
	struct settings_board b;
	struct settings_reader r;
	struct settings_error error;
	uint8_t key[LABEL_KEY];

	settings_defaults(&s);
	settings_reader_init(&r, &s, "f");
	read_lines(&r, (const char *)data, size);
	check_settings(&s);
	if (settings_finish(&s, "f", &error))
		check(s.station[0] && strlen(s.labels.site) >= 2);
	else
		check_text(error.text, sizeof(error.text));
	settings_reader_board(&r, &b, "f");
	read_lines(&r, (const char *)data, size);
	check_board(&b);
	if (settings_board_finish(&b, "f", &error))
		check(b.name[0] && b.driver[0] &&
		      (strcmp(b.driver, "gpio") != 0 ||
		       (b.gpio.chip[0] && b.gpio.lamp[PANEL_LAMPS - 1][0])));
	else
		check_text(error.text, sizeof(error.text));
	settings_key((const char *)data, size, key);
	return 0;
}
