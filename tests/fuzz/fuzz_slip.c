/* fuzz_slip.c - reads any bytes as ack.json, as a token and as what station-export hands over. What
 * is taken is within bounds, and comes back the same when it is written and read again. */
#include "station/slip.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void ack_check(const char *line, size_t len)
{
	struct slip_ack ack, again;
	char back[4 * SLIP_ACK_LINE];
	struct text t = text_over(back, sizeof(back));

	if (!slip_ack_read(line, len, &ack))
		return;
	must(ack.acked > 0 && strlen(ack.journal) == EVENT_UUID);
	must(memchr(ack.station, '\0', sizeof(ack.station)) != NULL);
	must(memchr(ack.headquarters, '\0', sizeof(ack.headquarters)) != NULL);
	slip_ack_write(&t, &ack);
	must(!t.full);
	if (t.len > SLIP_ACK_LINE) /* escapes may take more room than they came in */
		return;
	must(slip_ack_read(back, t.len, &again) && ack.acked == again.acked);
	must(strcmp(ack.journal, again.journal) == 0 && strcmp(ack.station, again.station) == 0);
	must(memcmp(ack.hash, again.hash, EVENT_HASH) == 0);
}

static void token_check(const char *json, size_t len)
{
	struct slip_token token, again;
	char back[2 * SLIP_TOKEN_MAX];
	struct text t = text_over(back, sizeof(back));

	if (!slip_token_read(json, len, &token))
		return;
	slip_token_write(&t, &token);
	must(!t.full && slip_token_read(back, t.len, &again));
	must(strcmp(token.site, again.site) == 0 && token.until_ms == again.until_ms);
}

static void stick_check(const char *line, size_t len)
{
	struct slip_stick stick;
	char back[SLIP_STICK_LINE + 1];
	struct text t = text_over(back, sizeof(back));

	if (!slip_stick_read(line, len, &stick))
		return;
	slip_stick_write(&t, &stick);
	must(!t.full && t.len == len && memcmp(back, line, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data;
	struct slip_parcel p;
	struct slip_ack ack;

	ack_check(at, size);
	token_check(at, size);
	stick_check(at, size);
	if (slip_ack_find(at, size, "0190b8a0-0000-4000-8000-000000000001", &ack))
		must(strcmp(ack.journal, "0190b8a0-0000-4000-8000-000000000001") == 0);
	if (slip_parcel_read(at, size, &p)) {
		must(p.text.at > at && p.text.at + p.text.len == p.signature.at);
		must(p.signature.at + p.signature.len == at + size);
		must(p.text.len <= SLIP_ACK_MAX && p.signature.len > 0 &&
		     p.signature.len <= SLIP_SIGNED);
	}
	return 0;
}
