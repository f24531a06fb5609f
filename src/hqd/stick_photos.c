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

static void refuse(struct stick_photos *out, const char *name, const char *why)
{
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

/* True: it is in the album. */
static bool copy(struct stick_photos *out, const char *name, const char *sha256, int folder,
		 const struct album *album, uint64_t *len)
{
	struct album_piece p = {.station = OWNER, .sha256 = sha256, .whole = true};
	enum album_verdict v;
	uint8_t *bytes;
	uint64_t have;
	size_t n;
	int err, rc = stickfile_whole(folder, name, PIECE_PHOTO_MAX, &bytes, &n);

	if (rc) {
		refuse(out, name, strerror(-rc));
		return false;
	}
	p.bytes = bytes;
	p.total = p.len = *len = n;
	v = n ? album_put(album, &p, &have, &err) : ALBUM_KIND;
	free(bytes);
	if (v != ALBUM_KEPT)
		refuse(out, name, verdict_text(v, err));
	return v == ALBUM_KEPT;
}

static void take(struct stick_photos *out, const struct manifest_sum *s,
		 const struct stick_proof *proof, int folder, struct store *store,
		 const struct album *album)
{
	char sha256[STORE_PHOTO_HASH + 1];
	struct text t = text_over(sha256, sizeof(sha256));
	uint64_t len = 0;
	int fd, rc;

	text_hex(&t, s->sum, sizeof(s->sum));
	rc = store_photo_told(store, proof->manifest.station, sha256, 0);
	if (rc == 0)
		out->waiting++;
	if (rc < 0)
		refuse(out, s->name, strerror(-rc));
	if (rc <= 0)
		return;
	fd = album_read(album, sha256, &len);
	if (fd >= 0)
		(void)close(fd);
	else if (!copy(out, s->name, sha256, folder, album, &len))
		return;
	rc = store_photo_told(store, proof->manifest.station, sha256, len);
	if (rc == 1)
		rc = store_photo_keep(store, sha256, len, front_wall_ms());
	else if (rc == 0)
		rc = -EBADMSG; /* an event tells of another size */
	if (rc)
		refuse(out, s->name, strerror(-rc));
	else
		out->kept++;
}

void stick_photos_take(struct stick_photos *out, const struct stick_proof *proof, int folder,
		       struct store *store, const struct album *album)
{
	struct manifest_sum s;

	*out = (struct stick_photos){.kept = 0};
	for (size_t at = 0; stick_proof_sum(proof, &at, &s);)
		if (strncmp(s.name, PREFIX, strlen(PREFIX)) == 0)
			take(out, &s, proof, folder, store, album);
}
