/* settings_value.h - what kinds of values the settings have. Private to the settings. */
#ifndef CORE_SETTINGS_VALUE_H
#define CORE_SETTINGS_VALUE_H
#include "words.h"
#include <stdint.h>

enum settings_value {
	SETTINGS_VALUE_NAME,	 /* [A-Za-z0-9._-], required */
	SETTINGS_VALUE_SITE,	 /* [A-Z0-9]{2,8} */
	SETTINGS_VALUE_ZONE,	 /* IANA time zone name */
	SETTINGS_VALUE_BOARD,	 /* a name, or a path with a slash; may be empty */
	SETTINGS_VALUE_PATH,	 /* not empty */
	SETTINGS_VALUE_OPTIONAL, /* text that may be empty */
	SETTINGS_VALUE_URL,	 /* https://host[:port]; may be empty */
	SETTINGS_VALUE_PROXY,	 /* none, or http://host:port; may be empty */
	SETTINGS_VALUE_LINE,	 /* a GPIO line's name, not empty */
	SETTINGS_VALUE_PWM,	 /* DEVICE:CHANNEL, several between spaces; may be empty */
	SETTINGS_VALUE_FNC1,	 /* texts between spaces; may be empty */
	SETTINGS_VALUE_SIZE,	 /* WIDTHxHEIGHT */
	SETTINGS_VALUE_CONTROLS, /* NAME=NUMBER, several between spaces; may be empty */
	SETTINGS_VALUE_BADGES,	 /* badge ids between spaces; may be empty */
	SETTINGS_VALUE_SET,	 /* some of the choices, between spaces, kept as bits; none = 0 */
	SETTINGS_VALUE_SHAPE,	 /* a return number's shape, kept as text and read */
	SETTINGS_VALUE_NUMBER,	 /* uint32_t from min to max */
	SETTINGS_VALUE_CHOICE,	 /* one of the choices, kept as its index */
	SETTINGS_VALUE_WORD,	 /* one of the choices, kept as text */
};

/* What is wrong with a text of this type that has to fit cap bytes, its NUL included; or NULL. */
const char *settings_value_wrong(enum settings_value type, size_t cap, struct words value);
/* Names between spaces as bits, by their place among the choices; else which one is unknown. */
bool settings_value_set(const char *choices, struct words value, uint32_t *set,
			struct words *unknown);
#endif
