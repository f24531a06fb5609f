/* fuzz_piece.c - reads any bytes as a Content-Range of a photo's piece, and as a photo's name in a
 * path. What is taken stays within its photo, and written again it is read as the same. */
#include "hqd/piece.h"
#include "station/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_again(const struct piece *p)
{
	char buf[128];
	struct text t = text_over(buf, sizeof(buf));

	text_put(&t, "bytes ");
	if (p->kind == PIECE_ASKED) {
		text_char(&t, '*');
	} else {
		text_u64(&t, p->from);
		text_char(&t, '-');
		text_u64(&t, p->from + p->len - 1);
	}
	text_char(&t, '/');
	text_u64(&t, p->total);
	struct piece again = piece_read(buf);
	must(again.kind == p->kind && again.from == p->from && again.len == p->len &&
	     again.total == p->total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	struct piece p = piece_read(text);
	must(p.kind != PIECE_WHOLE);
	if (p.kind == PIECE_PART)
		must(p.len > 0 && p.total > 0 && p.from < p.total && p.len <= p.total - p.from);
	if (p.kind == PIECE_ASKED)
		must(p.total > 0 && p.from == 0 && p.len == 0);
	if (p.kind != PIECE_BAD)
		check_again(&p);
	if (piece_is_hash(text))
		must(strlen(text) == PIECE_HASH && !strpbrk(text, "/.\\%"));
	free(text);
	return 0;
}
