/* verify.c - walks a chain line by line and names the first broken link. Hashes are computed anew.
 */
#include "verify.h"
#include "clean.h"
#include <stdio.h>
#include <string.h>

void verify_begin(struct verify *v)
{
	*v = (struct verify){.link = EVENT_LINK_OK};
	event_chain_init(&v->chain);
}

/* Where the chain should go on; of its very first line, what that line says of itself. */
static uint64_t wanted(const struct verify *v, uint64_t found)
{
	return v->chain.begun ? v->chain.seq + 1 : found;
}

void verify_broken(struct verify *v, uint64_t seq, const char *what, const char *detail)
{
	v->broken = true;
	if (seq > 0)
		printf("broken at seq %llu (line %llu): ", (unsigned long long)seq,
		       (unsigned long long)v->line);
	else
		printf("broken at line %llu: ", (unsigned long long)v->line);
	clean_puts(stdout, what);
	if (detail)
		printf(": %s", detail);
	putchar('\n');
}

static void note_first(struct verify *v, const struct event_view *view)
{
	v->first = view->seq;
	memcpy(v->prev, view->prev, EVENT_HASH);
}

/* The chain behind an event is as its hash says; so two exports that agree in one agree in all that
 * both have before it. */
static void hold_against_marks(struct verify *v, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	for (; v->marks && v->mark->seq <= seq; v->mark++, v->marks--)
		if (!v->parted && v->mark->seq == seq &&
		    memcmp(v->mark->hash, hash, EVENT_HASH) != 0)
			v->parted = v->mark;
}

bool verify_line(struct verify *v, const char *line, size_t len)
{
	enum event_fault fault = EVENT_OK;
	struct event_view view = {0};
	char detail[96] = "";
	bool read = event_read(line, len, &view) == EVENT_OK;

	v->line++;
	v->want = wanted(v, view.seq);
	v->found = read ? view.seq : 0;
	v->link = event_chain_feed(&v->chain, line, len, &fault);
	if (v->link == EVENT_LINK_OK) {
		if (v->events++ == 0) {
			note_first(v, &view);
			hold_against_marks(v, v->first - 1, v->prev);
		}
		hold_against_marks(v, v->chain.seq, v->chain.head);
		return true;
	}
	if (v->link == EVENT_LINK_LINE)
		snprintf(detail, sizeof(detail), "%s", event_fault_text(fault));
	else if (v->link == EVENT_LINK_SEQ && read)
		snprintf(detail, sizeof(detail), "found seq %llu", (unsigned long long)view.seq);
	verify_broken(v, v->want, event_link_text(v->link), *detail ? detail : NULL);
	return false;
}

void verify_too_long(struct verify *v)
{
	v->line++;
	v->link = EVENT_LINK_LINE;
	v->found = 0;
	v->want = wanted(v, 0);
	verify_broken(v, v->want, event_link_text(EVENT_LINK_LINE),
		      event_fault_text(EVENT_TOO_LONG));
}
