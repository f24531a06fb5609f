/* fuzz_reply.c - reads any bytes as headquarters' reply to events and to a photo: a line with the
 * status, a line with Retry-After's value, then the body. What comes of it stays within what sync.h
 * and photosync.h may hear. */
#include "io/uplink.h"
#include "station/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_MS INT64_C(1795507200000)

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Takes a line off the front; "" when there is none. */
static void take_line(const char **at, size_t *left, char *out, size_t cap)
{
	const char *lf = memchr(*at, '\n', *left);
	size_t len = lf ? (size_t)(lf - *at) : 0;
	struct text t = text_over(out, cap);

	text_bytes(&t, *at, len);
	if (!lf)
		return;
	*left -= len + 1;
	*at = lf + 1;
}

static void kind_check(const struct sync_answer *a, long status)
{
	switch (a->kind) {
	case SYNC_ACKED:
		must(status == 200 && a->acked <= INT64_MAX);
		break;
	case SYNC_GAP:
		must(status == 409 && a->acked <= INT64_MAX);
		break;
	case SYNC_FORK:
		must(status == 409);
		break;
	case SYNC_TOO_LARGE:
		must(status == 413);
		break;
	case SYNC_BUSY:
		must(status == 429 || status == 503);
		break;
	case SYNC_DENIED:
		must(status == 401 || status == 403);
		break;
	case SYNC_REFUSED:
		must(status >= 400 && status <= 499);
		break;
	case SYNC_SERVER:
		must(status >= 500 && status <= 599);
		break;
	case SYNC_LINE:
		must(status == 408);
		break;
	case SYNC_NONSENSE:
		must(status < 400 || status > 599);
		break;
	case SYNC_TLS:
		must(false);
		break;
	}
	must(a->kind == SYNC_BUSY || a->retry_after_ms == 0);
}

static void photo_check(const struct photosync_answer *a, const struct sync_answer *events,
			long status)
{
	must(a->unknown == (status == 404));
	must(a->have == 0 || (a->kind == SYNC_ACKED && a->have <= INT64_MAX));
	must(a->kind != SYNC_FORK && a->kind != SYNC_TLS);
	must(a->kind == SYNC_BUSY || a->retry_after_ms == 0);
	must((a->kind == SYNC_BUSY) == (status == 429 || status == 503 || status == 507));
	must((a->kind == SYNC_GAP) == (status == 409));
	if (a->kind == SYNC_ACKED)
		must(status == 200 || status == 201);
	else if (status != 200 && status != 409 && status != 507)
		must(a->kind == events->kind && a->retry_after_ms == events->retry_after_ms);
}

/* For a person's terminal: bounded, ended, nothing that orders it about. */
static void detail_check(const char *body, size_t len)
{
	char detail[96];

	memset(detail, 0x1b, sizeof(detail));
	uplink_reply_detail(body, len, detail, sizeof(detail));
	must(memchr(detail, '\0', sizeof(detail)) != NULL);
	for (const unsigned char *c = (const unsigned char *)detail; *c != '\0'; c++) {
		must(*c >= 0x20 && *c != 0x7f);
		must(*c != 0xc2 || c[1] >= 0xa0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data;
	char number[8], wait[64];
	uint64_t status = 0;
	struct sync_answer a;
	struct photosync_answer photo;

	take_line(&at, &size, number, sizeof(number));
	take_line(&at, &size, wait, sizeof(wait));
	if (!text_read_u64(number, strlen(number), 999, &status))
		status = 200;
	a = uplink_reply_events((long)status, at, size, wait, NOW_MS);
	kind_check(&a, (long)status);
	photo = uplink_reply_photo((long)status, at, size, wait, NOW_MS);
	photo_check(&photo, &a, (long)status);
	detail_check(at, size);
	return 0;
}
