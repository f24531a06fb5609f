/* verify_journal.c - a chain as rows of a journal's database, which has to hang on its anchor; a
 * stored hash must agree. */
#include "verify.h"
#include "ctl.h"
#include "io/journal.h"
#include <stdio.h>
#include <string.h>

#define PAGE 256

/* The first row, and any behind a piece that was removed meanwhile, has to hang on the anchor. */
static bool front_holds(struct verify *v, uint64_t seq, const char *line, size_t len)
{
	struct event_view view;

	v->gap = seq != v->anchor + 1;
	if (v->gap || event_read(line, len, &view) != EVENT_OK)
		return !v->gap; /* what is no event, verify_line tells */
	if (memcmp(view.prev, v->anchor_hash, EVENT_HASH) == 0)
		return true;
	v->line++;
	verify_broken(v, seq, event_link_text(EVENT_LINK_PREV), NULL);
	return false;
}

static bool row_take(void *user, uint64_t seq, const char *line, size_t len,
		     const uint8_t hash[EVENT_HASH])
{
	struct verify *v = user;

	if (len > EVENT_LINE_MAX) {
		verify_too_long(v);
		return false;
	}
	if (seq > v->chain.seq + 1 || !v->chain.begun) {
		if (!front_holds(v, seq, line, len))
			return false;
		v->chain.begun = false;
	}
	if (!verify_line(v, line, len))
		return false;
	if (v->chain.seq != seq) {
		verify_broken(v, v->chain.seq, "the row's number is not the event's", NULL);
		return false;
	}
	if (memcmp(hash, v->chain.head, EVENT_HASH) != 0) {
		verify_broken(v, seq, "the stored hash is not the event's", NULL);
		return false;
	}
	return true;
}

static int anchor_read(struct verify *v, struct journal_reader *reader)
{
	return journal_reader_anchor(reader, &v->anchor, v->anchor_hash);
}

/* Events are missing at the front of what was not read yet: removed in the meantime, if the anchor
 * has moved beyond them; then it goes on behind it. */
static int gap_pass(struct verify *v, struct journal_reader *reader)
{
	uint64_t before = v->anchor;
	int err = anchor_read(v, reader);

	v->gap = false;
	if (err)
		return err;
	if (v->anchor > before && v->anchor > v->chain.seq) {
		v->chain.seq = v->anchor;
		return 0;
	}
	v->line++;
	verify_broken(v, (v->chain.begun ? v->chain.seq : v->anchor) + 1,
		      event_link_text(EVENT_LINK_SEQ), NULL);
	return 0;
}

int verify_journal(struct verify *v, const char *path)
{
	struct journal_report report = {0};
	struct journal_reader *reader;
	int n = journal_reader_open(&reader, path, &report);

	if (n < 0) {
		ctl_error("%s", report.text[0] ? report.text : strerror(-n));
		return CTL_GONE;
	}
	v->in_journal = true;
	n = anchor_read(v, reader);
	while (n == 0 && !v->broken) {
		do {
			n = journal_reader_lines(reader, v->chain.seq, PAGE, row_take, v);
		} while (n == PAGE && !v->broken && !v->gap);
		if (n < 0 || !v->gap)
			break;
		n = gap_pass(v, reader);
	}
	if (n < 0) {
		v->line++;
		verify_broken(v, v->chain.seq + 1, "the database can't be read here", strerror(-n));
	}
	journal_reader_close(reader);
	return CTL_FINE;
}
