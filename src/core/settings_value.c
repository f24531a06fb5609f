/* settings_value.c - whether a text is what a key of the settings wants (settings_value.h). */
#include "settings_value.h"
#include "station/label.h"
#include "station/settings.h"
#include <string.h>

/* SCHEME host[:port]; the host a name, an IPv4 address, or an IPv6 address in brackets. */
static bool url_fits(struct words value, const char *scheme)
{
	size_t skip = strlen(scheme);
	struct words host, port = {NULL, 0};
	uint64_t number;

	if (value.len <= skip || memcmp(value.at, scheme, skip) != 0)
		return false;
	host = (struct words){value.at + skip, value.len - skip};
	for (size_t i = host.len; i > 0 && host.at[i - 1] != ']'; i--) {
		if (host.at[i - 1] != ':')
			continue;
		port = (struct words){host.at + i, host.len - i};
		if (!text_read_u64(port.at, port.len, 65535, &number) || number == 0)
			return false;
		host.len = i - 1;
		break;
	}
	if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		return words_of((struct words){host.at + 1, host.len - 2}, 39, ":.");
	return words_of(host, 253, ".-") && host.at[0] != '-' && host.at[0] != '.';
}

/* DEVICE:CHANNEL, several between spaces. The device becomes part of a path: no slash, no dot at
 * its beginning. */
static bool pwm_fits(struct words value)
{
	while (value.len > 0) {
		const char *space = memchr(value.at, ' ', value.len);
		size_t len = space ? (size_t)(space - value.at) : value.len, device = len;
		uint64_t channel;

		while (device > 0 && value.at[device - 1] != ':')
			device--;
		if (len > 0 && (device < 2 || value.at[0] == '.' ||
				!words_of((struct words){value.at, device - 1}, 63, "._-:@") ||
				!text_read_u64(value.at + device, len - device, 63, &channel)))
			return false;
		len += space ? 1 : 0;
		value = (struct words){value.at + len, value.len - len};
	}
	return true;
}

/* Printable ASCII; one that begins with a letter or digit would be found in values. */
static bool fnc1_fits(struct words value)
{
	unsigned texts = 0;

	while (value.len > 0) {
		const char *space = memchr(value.at, ' ', value.len);
		size_t len = space ? (size_t)(space - value.at) : value.len;

		if (len > LABEL_FNC1_MAX ||
		    (len > 0 && words_of((struct words){value.at, 1}, 1, "")))
			return false;
		for (size_t i = 0; i < len; i++)
			if (value.at[i] < '!' || value.at[i] > '~')
				return false;
		texts += len > 0;
		len += space ? 1 : 0;
		value = (struct words){value.at + len, value.len - len};
	}
	return texts <= LABEL_FNC1;
}

static bool badges_fit(struct words value)
{
	size_t len = 0;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i];

		len = c == ' ' ? 0 : len + 1;
		if (len > LABEL_CODE_MAX ||
		    (c != ' ' && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

static bool size_fits(struct words value)
{
	uint32_t width, height;

	return settings_camera_size(value.at, value.len, &width, &height);
}

static bool controls_fit(struct words value)
{
	char list[SETTINGS_PATH];
	const char *at = list;
	struct settings_control control;
	int r = 1;

	memcpy(list, value.at, value.len); /* shorter than the setting's own place */
	list[value.len] = '\0';
	while (r > 0)
		r = settings_camera_control(&at, &control);
	return r == 0;
}

/* What is wrong with a text of this type, or NULL. */
const char *settings_value_wrong(enum settings_value type, size_t cap, struct words value)
{
	bool slash = value.len > 0 && memchr(value.at, '/', value.len) != NULL;

	if (value.len > 0 && value.at[0] == '"' && value.at[value.len - 1] == '"')
		return "a value is written without quotes";
	if (value.len >= cap && type != SETTINGS_VALUE_SITE)
		return "this is too long";
	switch (type) {
	case SETTINGS_VALUE_NAME:
		return words_is_name(value) ? NULL
					    : "a name is 1 to 32 letters, digits, '.', '_' or '-'";
	case SETTINGS_VALUE_SITE:
		if (value.len < 2 || !words_of(value, 8, ""))
			return "a site's name is 2 to 8 capital letters and digits";
		for (size_t i = 0; i < value.len; i++) {
			if (value.at[i] >= 'a')
				return "a site's name is 2 to 8 capital letters and digits";
		}
		return NULL;
	case SETTINGS_VALUE_ZONE:
		return words_of(value, 64, "/_+-") && value.at[0] != '/'
			       ? NULL
			       : "this is an IANA time zone name such as Europe/Berlin or UTC";
	case SETTINGS_VALUE_BOARD:
		return value.len == 0 || slash || words_is_name(value)
			       ? NULL
			       : "this is a board's name, or the path of a board file with a slash";
	case SETTINGS_VALUE_PATH:
		return value.len > 0 ? NULL : "this is a path and can't be empty";
	case SETTINGS_VALUE_URL:
		return value.len == 0 || url_fits(value, "https://")
			       ? NULL
			       : "this is https://host or https://host:port, without a path";
	case SETTINGS_VALUE_PROXY:
		return value.len == 0 || words_is(value, "none") || url_fits(value, "http://")
			       ? NULL
			       : "this is none, http://host or http://host:port";
	case SETTINGS_VALUE_LINE:
		return value.len > 0 ? NULL
				     : "this is the name of a GPIO line, as gpioinfo shows it";
	case SETTINGS_VALUE_PWM:
		return pwm_fits(value)
			       ? NULL
			       : "this is DEVICE:CHANNEL, such as fe20c000.pwm:0; several stand "
				 "between spaces";
	case SETTINGS_VALUE_FNC1:
		return fnc1_fits(value) ? NULL
					: "this is what the scanner sends for FNC1, such as ~ or "
					  "<GS>: at most 4 texts of at most 8 characters between "
					  "spaces, no letters or digits alone";
	case SETTINGS_VALUE_SIZE:
		return size_fits(value)
			       ? NULL
			       : "this is WIDTHxHEIGHT in pixels, such as 1280x720; 16 to 4096 "
				 "on a side, 4 million in all";
	case SETTINGS_VALUE_CONTROLS:
		return controls_fit(value)
			       ? NULL
			       : "this is NAME=NUMBER between spaces, as 'v4l2-ctl -l' names them, "
				 "such as focus_absolute=30";
	case SETTINGS_VALUE_BADGES:
		return badges_fit(value) ? NULL
					 : "these are badges between spaces, each of 1 to 16 "
					   "capital letters and digits";
	case SETTINGS_VALUE_OPTIONAL:
	case SETTINGS_VALUE_SET:
	case SETTINGS_VALUE_SHAPE:
	case SETTINGS_VALUE_NUMBER:
	case SETTINGS_VALUE_CHOICE:
	case SETTINGS_VALUE_WORD:
		return NULL;
	}
	return NULL;
}

bool settings_value_set(const char *choices, struct words value, uint32_t *set,
			struct words *unknown)
{
	*set = 0;
	while (value.len > 0) {
		const char *space = memchr(value.at, ' ', value.len);
		size_t len = space ? (size_t)(space - value.at) : value.len;
		unsigned index;

		*unknown = (struct words){value.at, len};
		if (!words_choice(choices, *unknown, &index))
			return false;
		*set |= UINT32_C(1) << index;
		value = words_trim((struct words){value.at + len, value.len - len});
	}
	return true;
}
