/* lines.c - lines through zbar's decoder (lines.h). The edges are found by edges.h, many times
 * faster than by zbar; their distances stay beside the decoder, for bars.h to judge what it says.
 */
#include "lines.h"
#include "station/bars.h"
#include "station/edges.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#define OFF_RETAIL  42 /* 1/64 of a module that the worst width may be off */
#define OFF_CODE128 40
#define OFF_ITF	    40
#define STOP_WAIT   2
#define EDGES_LEAST 24

struct lines {
	zbar_decoder_t *decoder;
	struct reading *reading; /* of the look that is going on */
	unsigned view;
	unsigned waiting; /* edges until a Code 128 is looked at; 0 = none */
	size_t widths;	  /* that the decoder has */
	size_t all;
	uint32_t width[BARS_MAX];
	uint8_t line[COMB_LENGTH];
	uint8_t other[2 * COMB_LENGTH];
	struct bars_code128 code128;
};

static const struct {
	zbar_symbol_type_t type;
	enum reading_symbology symbology;
} symbologies[] = {
	{ZBAR_CODE128, READING_CODE128}, {ZBAR_CODE93, READING_CODE93},
	{ZBAR_CODE39, READING_CODE39},	 {ZBAR_CODABAR, READING_CODABAR},
	{ZBAR_I25, READING_ITF},	 {ZBAR_EAN13, READING_EAN13},
	{ZBAR_EAN8, READING_EAN8},	 {ZBAR_UPCA, READING_UPCA},
	{ZBAR_UPCE, READING_UPCE},
};
#define SYMBOLOGIES (sizeof(symbologies) / sizeof(symbologies[0]))

static void vote(struct lines *l, enum reading_symbology symbology, const char *text, size_t len)
{
	uint32_t off;

	switch (symbology) {
	case READING_EAN13:
	case READING_EAN8:
	case READING_UPCA:
	case READING_UPCE:
		/* the last bar of an upright UPC-E is still to come */
		off = bars_retail(l->width, l->widths + (l->widths < l->all), text, len,
				  symbology == READING_UPCE);
		if (off > OFF_RETAIL)
			return;
		break;
	case READING_ITF:
		if (bars_itf(l->width, l->widths, text, len) > OFF_ITF)
			return;
		break;
	case READING_CODE128: /* the last bar of its stop is still to come */
		l->waiting = STOP_WAIT;
		return;
	case READING_CODE93:
	case READING_CODE39:
	case READING_CODABAR:
	case READING_QR:
	case READING_SYMBOLOGIES:
		break;
	}
	reading_vote(l->reading, symbology, (const uint8_t *)text, len, l->view);
}

/* The Code 128 that was heard of is all there. */
static void vote_code128(struct lines *l)
{
	l->waiting = 0;
	if (!bars_code128_read(l->width, l->widths, &l->code128) || l->code128.off > OFF_CODE128)
		return;
	reading_vote(l->reading, READING_CODE128, l->code128.text, l->code128.len, l->view);
	if (l->code128.gs1)
		reading_gs1(l->reading, READING_CODE128, l->code128.text, l->code128.len);
}

static void on_symbol(zbar_decoder_t *decoder)
{
	struct lines *l = zbar_decoder_get_userdata(decoder);
	zbar_symbol_type_t type = zbar_decoder_get_type(decoder);

	for (size_t i = 0; i < SYMBOLOGIES; i++)
		if (symbologies[i].type == type)
			vote(l, symbologies[i].symbology, zbar_decoder_get_data(decoder),
			     zbar_decoder_get_data_length(decoder));
}

int lines_open(struct lines **out, uint32_t allowed)
{
	struct lines *l = calloc(1, sizeof(*l));

	*out = l;
	if (!l)
		return -ENOMEM;
	l->decoder = zbar_decoder_create();
	if (!l->decoder) {
		lines_close(l);
		*out = NULL;
		return -ENOMEM;
	}
	zbar_decoder_set_userdata(l->decoder, l);
	(void)zbar_decoder_set_handler(l->decoder, on_symbol);
	(void)zbar_decoder_set_config(l->decoder, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	for (size_t i = 0; i < SYMBOLOGIES; i++)
		if (allowed & 1U << symbologies[i].symbology)
			(void)zbar_decoder_set_config(l->decoder, symbologies[i].type,
						      ZBAR_CFG_ENABLE, 1);
	return 0;
}

static void read_line(struct lines *l, const uint8_t *line, uint32_t len, unsigned least)
{
	l->all = edges_find(line, len, least, l->width, BARS_MAX);
	if (l->all < EDGES_LEAST)
		return;
	zbar_decoder_reset(l->decoder);
	for (l->widths = 1; l->widths <= l->all; l->widths++) {
		/* how far it is quiet outside the image is unknown: 0 for the decoder */
		(void)zbar_decode_width(l->decoder, l->widths == 1 ? 0 : l->width[l->widths - 1]);
		if (l->waiting && --l->waiting == 0)
			vote_code128(l);
	}
	l->widths = l->all;
	(void)zbar_decode_width(l->decoder, 0);
	if (l->waiting)
		vote_code128(l);
}

void lines_look(struct lines *l, const struct comb *comb, enum lines_how how, unsigned view,
		struct reading *r)
{
	unsigned least = comb->rows >= 8 ? 4 : comb->rows >= 4 ? 5 : 7; /* noise that is left */

	l->reading = r;
	l->view = view;
	reading_elsewhere(r);
	for (uint32_t n = 0; n < comb->lines; n++) {
		const uint8_t *line = l->line;
		uint32_t len = comb_line(comb, n, l->line);

		if (!comb_is_busy(line, len))
			continue;
		if (how == LINES_DOUBLE) {
			comb_double(line, len, l->other);
			line = l->other;
			len *= 2;
		} else if (how == LINES_SMOOTH) {
			comb_smooth(line, len, l->other);
			line = l->other;
		}
		read_line(l, line, len, least);
	}
}

void lines_close(struct lines *l)
{
	if (!l)
		return;
	if (l->decoder)
		zbar_decoder_destroy(l->decoder);
	free(l);
}
