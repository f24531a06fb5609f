/* paper.h - the small files of an export: manifest.json, SHA256SUMS and its signature. */
#ifndef EXPORT_PAPER_H
#define EXPORT_PAPER_H
#include "order.h"
#include "part.h"

struct paper {
	char manifest[MANIFEST_MAX];
	size_t manifest_len;
	char *sums; /* owned */
	size_t sums_len;
	uint8_t *signature; /* NULL: none */
	size_t signature_len;
};

/* Whether the order's certificate can sign; the manifest says if not, and why. */
void paper_look(const struct order *order, struct manifest *m);
/* sum: of the parts, in their order. The manifest is told of the photos. 0, or -errno with why. */
int __attribute__((warn_unused_result))
paper_write(struct paper *p, struct trip *trip, uint8_t sum[PART_MOST][EVENT_HASH], char *why,
	    size_t cap);
/* Bytes that these files need, with so many photos. */
size_t paper_room(size_t photos);
void paper_free(struct paper *p);
#endif
