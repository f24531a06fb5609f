/* piece.c - Content-Range of a photo's piece, and the hash that names it; see piece.h. */
#include "piece.h"
#include "station/text.h"
#include <string.h>
#include <strings.h>

#define NUMBER_MAX UINT64_C(0x7fffffffffffffff) /* so that no sum of two overflows */

/* The digits up to `end` as a number. */
static bool number(const char *at, const char *end, uint64_t *out)
{
	return end > at && text_read_u64(at, (size_t)(end - at), NUMBER_MAX, out);
}

struct piece piece_read(const char *text)
{
	static const char unit[] = "bytes ";
	struct piece p = {.kind = PIECE_WHOLE}, bad = {.kind = PIECE_BAD};
	uint64_t last = 0;

	if (!text)
		return p;
	if (strncasecmp(text, unit, strlen(unit)) != 0)
		return bad;
	text += strlen(unit);
	const char *slash = strchr(text, '/');
	if (!slash || !number(slash + 1, slash + strlen(slash), &p.total) || p.total == 0)
		return bad;
	if (slash == text + 1 && *text == '*') {
		p.kind = PIECE_ASKED;
		return p;
	}
	const char *dash = memchr(text, '-', (size_t)(slash - text));
	if (!dash || !number(text, dash, &p.from) || !number(dash + 1, slash, &last) ||
	    last < p.from || last >= p.total)
		return bad;
	p.kind = PIECE_PART;
	p.len = last - p.from + 1;
	return p;
}

bool piece_is_hash(const char *text)
{
	return strspn(text, "0123456789abcdef") == PIECE_HASH && text[PIECE_HASH] == '\0';
}
