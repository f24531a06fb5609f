/* gtin.c - product codes (GTIN) in all their lengths (gtin.h). */
#include "station/gtin.h"
#include <stdint.h>
#include <string.h>

void gtin_shorten(const char **digits, size_t *len)
{
	static const uint8_t lengths[] = {8, 12, 13, 14};
	size_t zeros = 0, want = 0;

	while (zeros < *len && (*digits)[zeros] == '0')
		zeros++;
	while (lengths[want] < *len - zeros)
		want++;
	if (lengths[want] >= *len)
		return;
	*digits += *len - lengths[want];
	*len = lengths[want];
}

bool gtin_is(const char *s, size_t len)
{
	if (len != 8 && len != 12 && len != 13 && len != GTIN_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

bool gtin_same(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b);

	if (!gtin_is(a, len_a) || !gtin_is(b, len_b))
		return false;
	gtin_shorten(&a, &len_a);
	gtin_shorten(&b, &len_b);
	return len_a == len_b && memcmp(a, b, len_a) == 0;
}
