/* stick_photos.c - the photos of an export that was proved, into the album (stick_photos.h). */
#include "stick_photos.h"
#include "front.h"
#include "io/stickfile.h"
#include "piece.h"
#include "station/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "photos/"
#define OWNER                                                                                      \
	"+" /* of what is unfinished: no station's name, whose own hqd may take at this moment */

struct taking {
	struct stick_photos *out;
	const struct stick_proof *proof;
	struct store *store;
	const struct album *album;
	int folder;
};

static void refuse(struct taking *t, const char *name, const char *why, bool again)
{
	struct stick_photos *out = t->out;

	out->again |= again;
	out->refused++;
	(void)snprintf(out->why, sizeof(out->why), "%s: %s", name, why);
}

static const char *verdict_text(enum album_verdict v, int err)
{
	switch (v) {
	case ALBUM_PART:
	case ALBUM_GAP:
	case ALBUM_KEPT:
		break;
	case ALBUM_HASH:
		return "it was changed";
	case ALBUM_KIND:
		return "it is no JPEG";
	case ALBUM_FAILED:
		return strerror(-err);
	}
	return "it can't be read";
}

/* Whether an event tells of one of so many bytes (0: of any size). */
static bool is_told(struct taking *t, const char *name, const char *sha256, uint64_t bytes)
{
	int rc = store_photo_told(t->store, t->proof->manifest.station, sha256, bytes);

	if (rc == 0 && bytes)
		refuse(t, name, "an event tells of another size", false);
	if (rc < 0)
		refuse(t, name, strerror(-rc), true);
	return rc == 1;
}

/* True: it is in the album. */
static bool copy(struct taking *t, const char *name, const char *sha256, uint64_t *len)
{
	struct album_piece p = {.station = OWNER, .sha256 = sha256, .whole = true};
	enum album_verdict v = ALBUM_KIND;
	uint8_t *bytes;
	uint64_t have;
	size_t n;
	int err = 0, rc = stickfile_whole(t->folder, name, PIECE_PHOTO_MAX, &bytes, &n);

	if (rc) {
		refuse(t, name, strerror(-rc), true);
		return false;
	}
	p.bytes = bytes;
	p.total = p.len = *len = n;
	if (n && is_told(t, name, sha256, n))
		v = album_put(t->album, &p, &have, &err);
	else if (n)
		v = ALBUM_PART; /* said why */
	free(bytes);
	if (v != ALBUM_KEPT && v != ALBUM_PART)
		refuse(t, name, verdict_text(v, err), v != ALBUM_KIND);
	return v == ALBUM_KEPT;
}

static bool is_there(struct taking *t, const char *sha256, uint64_t *len)
{
	int fd = album_read(t->album, sha256, len);

	if (fd < 0)
		return false;
	(void)close(fd);
	return store_photo_told(t->store, t->proof->manifest.station, sha256, *len) == 1;
}

static void take(struct taking *t, const struct manifest_sum *s)
{
	char sha256[STORE_PHOTO_HASH + 1];
	struct text hex = text_over(sha256, sizeof(sha256));
	uint64_t len = 0, refused = t->out->refused;
	int rc;

	text_hex(&hex, s->sum, sizeof(s->sum));
	if (!is_told(t, s->name, sha256, 0)) {
		t->out->waiting += t->out->refused == refused;
		return;
	}
	if (!is_there(t, sha256, &len) && !copy(t, s->name, sha256, &len))
		return;
	rc = store_photo_keep(t->store, sha256, len, front_wall_ms());
	if (rc)
		refuse(t, s->name, strerror(-rc), true);
	else
		t->out->kept++;
}

void stick_photos_take(struct stick_photos *out, const struct stick_proof *proof, int folder,
		       struct store *store, const struct album *album)
{
	struct taking t = {out, proof, store, album, folder};
	struct manifest_sum s;

	*out = (struct stick_photos){.kept = 0};
	for (size_t at = 0; stick_proof_sum(proof, &at, &s);)
		if (strncmp(s.name, PREFIX, strlen(PREFIX)) == 0)
			take(&t, &s);
}
