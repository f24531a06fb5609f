/* clean.c - prints text from outside so that it can't order the terminal about. Works on the bytes,
 * whatever the locale is. */
#include "clean.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "station/text.h"

/* Length of the sequence that this byte begins, 1 for what begins none. */
static size_t clean_length(uint8_t byte)
{
	if (byte >= 0xf0)
		return 4;
	if (byte >= 0xe0)
		return 3;
	if (byte >= 0xc2)
		return 2;
	return 1;
}

static bool clean_harmless(const char *s, size_t len)
{
	const uint8_t *b = (const uint8_t *)s;

	if (len == 1)
		return b[0] >= 0x20 && b[0] < 0x7f;
	if (!text_is_utf8(s, len))
		return false;
	if (len == 2 && b[0] == 0xc2 && b[1] < 0xa0) /* C1 controls, U+0080 to U+009F */
		return false;
	if (len == 3 && b[0] == 0xe2 && b[1] == 0x80) /* marks, separators, U+200B to U+202E */
		return !((b[2] >= 0x8b && b[2] <= 0x8f) || (b[2] >= 0xa8 && b[2] <= 0xae));
	if (len == 3 && b[0] == 0xe2 && b[1] == 0x81) /* direction isolates, U+2060 to U+206F */
		return b[2] < 0xa0 || b[2] > 0xaf;
	return true;
}

void clean_print(FILE *f, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = clean_length((uint8_t)s[i]);

		if (n <= len - i && clean_harmless(s + i, n)) {
			fwrite(s + i, 1, n, f);
			i += n;
		} else {
			fputc('?', f);
			i++;
		}
	}
}

void clean_puts(FILE *f, const char *s)
{
	if (s)
		clean_print(f, s, strlen(s));
}
