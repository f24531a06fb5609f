/* reply_photo.c - what the calls about photos answer: pieces are taken of photos that an event of
 * the same station told of, and given back to that station. */
#include "reply_photo.h"
#include "station/text.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void refuse(struct reply *r, enum refusal why, const char *detail)
{
	r->refusal = why;
	(void)text_copy(r->detail, sizeof(r->detail), detail);
	r->answer = answer_problem(why, r->detail, NULL);
}

static void refuse_have(struct reply *r, enum refusal why, uint64_t have)
{
	r->refusal = why;
	(void)snprintf(r->detail, sizeof(r->detail), "%" PRIu64 " bytes of it are here", have);
	r->answer = answer_problem_number(why, r->detail, "have", have);
}

enum refusal reply_photo_check(const struct piece *piece, const char **detail)
{
	if (piece->kind == PIECE_BAD) {
		*detail = "Content-Range is bytes FIRST-LAST/TOTAL or bytes */TOTAL";
		return REFUSAL_BAD_PIECE;
	}
	if (piece->kind != PIECE_WHOLE && piece->total > PIECE_PHOTO_MAX) {
		*detail = "a photo may have 16777216 bytes";
		return REFUSAL_TOO_LARGE;
	}
	if (piece->kind == PIECE_PART && piece->len > PIECE_MAX) {
		*detail = "a piece of a photo may have 262144 bytes";
		return REFUSAL_TOO_LARGE;
	}
	return REFUSAL_NONE;
}

/* The body is as long as the headers say. */
static bool fits(const struct piece *p, const struct body *body)
{
	switch (p->kind) {
	case PIECE_WHOLE:
		return body->len > 0;
	case PIECE_PART:
		return body->len == p->len;
	case PIECE_ASKED:
		return body->len == 0;
	case PIECE_BAD:
		break;
	}
	return false;
}

static void answer_have(struct reply *r, uint64_t have)
{
	char buf[64];

	(void)snprintf(buf, sizeof(buf), "{\"have\":%" PRIu64 "}", have);
	r->answer = answer_text("application/json", strdup(buf), strlen(buf));
}

static void failed(struct reply *r, int err)
{
	char detail[120];
	bool full = err == -ENOSPC || err == -EDQUOT || err == -EFBIG;

	(void)snprintf(detail, sizeof(detail), "the photo can't be written: %s", strerror(-err));
	refuse(r, full ? REFUSAL_DISK_FULL : REFUSAL_UNWRITABLE, detail);
}

static void keep(struct reply *r, struct front *f, const char *sha256, uint64_t total)
{
	int err = front_photo_keep(f, sha256, total);

	if (err < 0)
		failed(r, err);
	else
		answer_have(r, total);
}

void reply_photo_put(struct reply *r, struct front *f, const char *station, const char *sha256,
		     const struct piece *piece, const struct body *body)
{
	struct album_piece p = {
		.station = station,
		.sha256 = sha256,
		.total = piece->kind == PIECE_WHOLE ? body->len : piece->total,
		.from = piece->from,
		.bytes = body->bytes,
		.len = body->len,
		.whole = piece->kind == PIECE_WHOLE,
	};
	uint64_t have = 0;
	int err = 0;

	if (!fits(piece, body)) {
		refuse(r, REFUSAL_BAD_PIECE, "the body is not as long as Content-Range says");
		return;
	}
	int told = front_photo_told(f, station, sha256, p.total);
	if (told <= 0) {
		refuse(r, told < 0 ? REFUSAL_UNWRITABLE : REFUSAL_UNKNOWN_PHOTO,
		       told < 0 ? "the store can't be read"
				: "no event of this station tells of a photo with this hash and "
				  "so many bytes; events come first");
		return;
	}
	enum album_verdict v = album_put(&f->album, &p, &have, &err);
	switch (v) {
	case ALBUM_PART:
		answer_have(r, have);
		break;
	case ALBUM_KEPT:
		keep(r, f, sha256, p.total);
		break;
	case ALBUM_GAP:
		refuse_have(r, REFUSAL_PIECE_GAP, have);
		break;
	case ALBUM_HASH:
		refuse(r, REFUSAL_WRONG_HASH, "what came has another hash; it is thrown away");
		break;
	case ALBUM_KIND:
		refuse(r, REFUSAL_MEDIA_TYPE, "it is no JPEG");
		break;
	case ALBUM_FAILED:
		failed(r, err);
		break;
	}
}

void reply_photo_get(struct reply *r, struct front *f, const char *station, const char *sha256)
{
	uint64_t bytes = 0;
	int told = front_photo_told(f, station, sha256, 0);
	int fd = told == 1 ? album_read(&f->album, sha256, &bytes) : -ENOENT;

	if (told < 0 || (fd < 0 && fd != -ENOENT))
		refuse(r, REFUSAL_UNWRITABLE, "the photo can't be read");
	else if (fd < 0)
		refuse(r, REFUSAL_UNKNOWN_PHOTO, "no photo of this station's is here by this hash");
	else
		r->answer = answer_file("image/jpeg", fd, bytes);
}
