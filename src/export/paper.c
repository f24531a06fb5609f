/* paper.c - the small files of an export (paper.h). */
#include "paper.h"
#include "folder.h"
#include "io/cms.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE_ROOM 65536 /* bytes; it has a chain of certificates */

/* A trial, because the manifest is under the signature. */
void paper_look(const struct order *order, struct manifest *m)
{
	struct cms_why why = {.text = "no certificate is set up ([headquarters] cert_file)"};
	uint8_t *der = NULL;
	size_t len;

	m->is_signed = order->cert[0] && order->key[0] &&
		       cms_sign(order->cert, order->key, "", 0, &der, &len, &why) == 0;
	free(der);
	m->why_unsigned[0] = '\0';
	if (!m->is_signed && !text_copy(m->why_unsigned, sizeof(m->why_unsigned),
					why.text[0] ? why.text : "it can't be signed"))
		m->why_unsigned[sizeof(m->why_unsigned) - 1] = '\0';
	/* The words may be of any bytes: paths are in them. */
	if (!text_is_utf8(m->why_unsigned, strlen(m->why_unsigned)))
		text_copy(m->why_unsigned, sizeof(m->why_unsigned),
			  "the certificate or its key can't be read");
}

static void add_sum(struct text *t, const char *name, const uint8_t sum[EVENT_HASH])
{
	struct manifest_sum s;

	memcpy(s.sum, sum, EVENT_HASH);
	(void)text_copy(s.name, sizeof(s.name), name);
	manifest_sum_write(t, &s);
}

static void add_photo(struct text *t, const struct roll_photo *photo)
{
	char name[ROLL_NAME];

	roll_name(photo, name);
	add_sum(t, name, photo->sum);
}

static size_t sums_room(size_t photos)
{
	return (PART_MOST + 1 + photos) * (2 * EVENT_HASH + ROLL_NAME + 4);
}

size_t paper_room(size_t photos)
{
	return MANIFEST_MAX + sums_room(photos) + SIGNATURE_ROOM + 3 * FOLDER_CLUSTER;
}

static int sign(struct paper *p, const struct order *order, char *why, size_t cap)
{
	struct cms_why words = {.text = ""};
	int rc = cms_sign(order->cert, order->key, p->sums, p->sums_len, &p->signature,
			  &p->signature_len, &words);

	(void)snprintf(why, cap, "%s", words.text);
	return rc;
}

int paper_write(struct paper *p, struct trip *trip, uint8_t sum[PART_MOST][EVENT_HASH], char *why,
		size_t cap)
{
	const struct roll *roll = &trip->roll;
	size_t room = sums_room(roll->count);
	struct text manifest = text_over(p->manifest, sizeof(p->manifest)), sums;
	uint8_t own[EVENT_HASH];

	*p = (struct paper){.sums = malloc(room)};
	if (!p->sums)
		return -ENOMEM;
	sums = text_over(p->sums, room);
	trip->manifest.photos = roll->count;
	trip->manifest.photos_missing = roll->gone + roll->left;
	manifest_write(&manifest, &trip->manifest);
	event_hash(p->manifest, manifest.len, own);
	for (size_t i = 0; i < PART_MOST && part_all[i]; i++)
		add_sum(&sums, part_all[i]->name, sum[i]);
	for (size_t i = 0; i < roll->count; i++)
		add_photo(&sums, &roll->photo[i]);
	add_sum(&sums, MANIFEST_FILE, own);
	p->manifest_len = manifest.len;
	p->sums_len = sums.len;
	if (manifest.full || sums.full)
		return -EMSGSIZE;
	return trip->manifest.is_signed ? sign(p, trip->order, why, cap) : 0;
}

void paper_free(struct paper *p)
{
	free(p->sums);
	free(p->signature); /* OPENSSL_malloc is malloc, unless a program says otherwise */
	p->sums = NULL;
	p->signature = NULL;
}
