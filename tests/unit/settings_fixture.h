/* settings_fixture.h - a text as the reader of settings gets it, line after line. */
#ifndef TESTS_SETTINGS_FIXTURE_H
#define TESTS_SETTINGS_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/settings.h"
#include <string.h>

static inline bool settings_read(struct settings_reader *r, const char *text,
				 struct settings_error *error)
{
	memset(error, 0, sizeof(*error));
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t len = end ? (size_t)(end - text) : strlen(text);

		if (!settings_line(r, text, len, error))
			return false;
		assert_string_equal(error->text, "");
		text += len + (end ? 1 : 0);
	}
	return true;
}
#endif
