/* sjis.c - Shift-JIS to UTF-8 by the C library's iconv (sjis.h). zbar's own conversion guesses the
 * character set of any text, and is off (squares.c). */
#include "sjis.h"
#include <iconv.h>

/* A byte that begins a pair, of the rows that have characters. */
static bool is_lead(uint8_t c)
{
	return (c >= 0x81 && c <= 0x9f) || (c >= 0xe0 && c <= 0xea);
}

static bool is_trail(uint8_t c)
{
	return c >= 0x40 && c <= 0xfc && c != 0x7f;
}

/* Hiragana and katakana. */
static bool is_kana(uint8_t lead, uint8_t trail)
{
	return (lead == 0x82 && trail >= 0x9f && trail <= 0xf1) || (lead == 0x83 && trail <= 0x96);
}

/* In ISO 8859-1 no lead under 0xa0 is a character; in Windows-1252 it is a quote or the like, which
 * has no letter of the upper half behind it and a space or an end at its other end. */
static bool is_proof(uint8_t lead, uint8_t trail)
{
	return lead < 0xa0 && (trail >= 0x80 || is_kana(lead, trail));
}

bool sjis_is_plain(const uint8_t *bytes, size_t len)
{
	bool proof = false;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] < 0x80)
			continue;
		if (!is_lead(bytes[i]) || i + 1 == len || !is_trail(bytes[i + 1]))
			return false;
		proof |= is_proof(bytes[i], bytes[i + 1]);
		i++;
	}
	return proof;
}

bool sjis_to_utf8(const struct reading_label *label, struct reading_label *out)
{
	char *from = (char *)label->text, *to = (char *)out->text;
	size_t left = label->len, room = sizeof(out->text);
	iconv_t how;
	bool done;

	if (!sjis_is_plain(label->text, label->len))
		return false;
	how = iconv_open("UTF-8", "CP932"); /* as Shift-JIS, but a backslash is one */
	if ((intptr_t)how == -1)
		return false;
	done = iconv(how, &from, &left, &to, &room) == 0 && left == 0;
	(void)iconv_close(how);
	out->symbology = label->symbology;
	out->len = (uint16_t)(sizeof(out->text) - room);
	return done;
}
