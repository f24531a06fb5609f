/* paper.c - the small files of an export (paper.h). */
#include "paper.h"
#include "io/cms.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int paper_write(struct paper *p, const struct order *order, const struct manifest *m,
		uint8_t sum[PART_MOST][EVENT_HASH], char *why, size_t cap)
{
	struct text manifest = text_over(p->manifest, sizeof(p->manifest));
	struct text sums = text_over(p->sums, sizeof(p->sums));
	uint8_t own[EVENT_HASH];
	struct cms_why words = {.text = ""};
	int rc;

	manifest_write(&manifest, m);
	event_hash(p->manifest, manifest.len, own);
	for (size_t i = 0; i < PART_MOST && part_all[i]; i++)
		add_sum(&sums, part_all[i]->name, sum[i]);
	add_sum(&sums, MANIFEST_FILE, own);
	p->manifest_len = manifest.len;
	p->sums_len = sums.len;
	p->signature = NULL;
	p->signature_len = 0;
	if (manifest.full || sums.full)
		return -EMSGSIZE;
	if (!m->is_signed)
		return 0;
	rc = cms_sign(order->cert, order->key, p->sums, p->sums_len, &p->signature,
		      &p->signature_len, &words);
	(void)snprintf(why, cap, "%s", words.text);
	return rc;
}

void paper_free(struct paper *p)
{
	free(p->signature); /* OPENSSL_malloc is malloc, unless a program says otherwise */
	p->signature = NULL;
}
