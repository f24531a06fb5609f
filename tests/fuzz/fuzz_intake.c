/* fuzz_intake.c - reads any bytes as a request's body. What is accepted is a run of events of the
 * journal, as event.h's own chain sees it; what isn't has words of ours for it. */
#include "hqd/intake.h"
#include "station/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define JOURNAL "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d"

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The words tell the line, and hold no byte of the body's. */
static void words_check(const char *why, uint64_t number)
{
	char start[32];
	struct text t = text_over(start, sizeof(start));

	text_put(&t, "line ");
	text_u64(&t, number);
	text_put(&t, ": ");
	must(strncmp(why, start, t.len) == 0);
	must(strlen(why) > t.len && strlen(why) < INTAKE_WHY - 1);
	for (; *why != '\0'; why++)
		must(*why >= ' ' && *why <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *body = (const char *)data, *at = body;
	char why[INTAKE_WHY];
	struct intake in;
	struct intake_line line;
	struct event_chain chain;
	enum event_fault fault;
	enum intake_found found;
	uint64_t lines = 0;

	event_chain_init(&chain);
	intake_begin(&in, JOURNAL, body, size);
	while ((found = intake_next(&in, &line, why)) == INTAKE_LINE) {
		lines++;
		must(line.at == at && line.len <= EVENT_LINE_MAX);
		must(line.at + line.len <= body + size);
		must(event_chain_feed(&chain, line.at, line.len, &fault) == EVENT_LINK_OK);
		must(strcmp(chain.journal, JOURNAL) == 0 && chain.seq <= INTAKE_SEQ_MAX);
		must(line.event.seq == chain.seq);
		must(memcmp(line.hash, chain.head, EVENT_HASH) == 0);
		at = line.at + line.len;
		must(at == body + size || *at == '\n');
		at += at < body + size;
	}
	if (found == INTAKE_BAD)
		words_check(why, lines + 1);
	else
		must(lines > 0 && at == body + size);
	return 0;
}
