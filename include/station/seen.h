/* seen.h - labels in front of a camera: each is reported once, until it has left the picture. A
 * label that one look misses has not left: hands cover it, and decoders miss now and then. A weak
 * one (reading.h) is reported when a second look finds it, too (F9). */
#ifndef STATION_SEEN_H
#define STATION_SEEN_H
#include "station/reading.h"

#define SEEN_LABELS READING_LABELS
#define SEEN_TEXT   512	 /* bytes by which texts are told apart, besides their length */
#define SEEN_LEAVES 2000 /* ms that a label is missed before it has left */

struct seen_label {
	enum reading_symbology symbology;
	uint16_t len;
	bool here;	   /* the last look found it */
	bool found;	   /* the look that goes on has */
	bool told;	   /* it was reported */
	uint64_t since_ms; /* when it was found missing; if not here */
	uint8_t text[SEEN_TEXT];
};

struct seen {
	uint8_t labels;
	struct seen_label label[SEEN_LABELS];
};

void seen_init(struct seen *s);
/* A look found this label. True: it is to be reported, now and not again. */
bool seen_found(struct seen *s, const struct reading_label *label, uint64_t now_ms);
/* Whether the look that goes on found a weak one that a second look has to find, too. */
bool seen_waits(const struct seen *s);
/* The look is over. differs: the scene was another than at the look before; what is missed in an
 * unchanged scene was missed by the decoder, and is still there. */
void seen_end(struct seen *s, bool differs, uint64_t now_ms);
#endif
