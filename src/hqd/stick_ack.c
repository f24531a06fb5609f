/* stick_ack.c - writes ack.json (stick_ack.h). The store has made durable what it says; the station
 * believes it by the signature, and by the hash, which only its own journal can confirm. */
#include "stick_ack.h"
#include "front.h"
#include "io/cms.h"
#include "io/stickfile.h"
#include "station/text.h"
#include "store_shelf.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stick_ack_add(struct stick_ack *a, const char *station, const char *journal)
{
	size_t at = 0;

	while (at < a->count && strcmp(a->of[at].journal, journal) != 0)
		at++;
	if (at == SLIP_ACK_MOST) /* the oldest */
		at = 0;
	if (at < a->count) { /* to the end: it is the latest */
		memmove(&a->of[at], &a->of[at + 1], (a->count - at - 1) * sizeof(a->of[0]));
		a->count--;
	}
	(void)text_copy(a->of[a->count].station, sizeof(a->of[0].station), station);
	(void)text_copy(a->of[a->count].journal, sizeof(a->of[0].journal), journal);
	a->count++;
}

/* The lines. 0 or -errno. */
static int lines(const struct stick_ack *a, struct store *s, const char *headquarters,
		 struct text *t)
{
	struct slip_ack ack = {.acked = 0};
	struct text made = text_over(ack.made, sizeof(ack.made));

	(void)text_copy(ack.headquarters, sizeof(ack.headquarters), headquarters);
	text_time(&made, front_wall_ms());
	for (size_t i = 0; i < a->count; i++) {
		int rc = store_shelf_head(s, a->of[i].journal, &ack.acked, ack.hash);

		if (rc)
			return rc;
		if (!ack.acked)
			continue; /* all of it waits */
		(void)text_copy(ack.station, sizeof(ack.station), a->of[i].station);
		(void)text_copy(ack.journal, sizeof(ack.journal), a->of[i].journal);
		slip_ack_write(t, &ack);
	}
	return t->full ? -EMSGSIZE : 0;
}

/* The signature first: pulled out in between, the two do not fit, and that is seen. */
static int both(int folder, const char *text, size_t len, const uint8_t *der, size_t der_len)
{
	int rc = stickfile_put(folder, SLIP_ACK SLIP_SIGNATURE, der, der_len);

	return rc ? rc : stickfile_put(folder, SLIP_ACK, text, len);
}

int stick_ack_write(const struct stick_ack *a, struct store *s, const struct options *o, int folder,
		    char *why, size_t cap)
{
	char text[SLIP_ACK_MAX + 1];
	struct text t = text_over(text, sizeof(text));
	struct cms_signer own;
	struct cms_why words = {.text = ""};
	uint8_t *der = NULL;
	size_t der_len;
	int rc;

	cms_name(o->cert, &own);
	rc = lines(a, s, own.name, &t);
	if (!rc && !t.len)
		return 0;
	if (!rc)
		rc = cms_sign(o->cert, o->key, text, t.len, &der, &der_len, &words);
	if (!rc && der_len > SLIP_SIGNED)
		rc = -EFBIG;
	if (!rc)
		rc = both(folder, text, t.len, der, der_len);
	free(der);
	if (rc)
		(void)snprintf(why, cap, "%s", words.text[0] ? words.text : strerror(-rc));
	return rc;
}
