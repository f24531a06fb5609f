/* intake.c - one request's body, line by line: read strictly, hashed, linked; see intake.h. */
#include "intake.h"
#include "station/text.h"
#include <string.h>

static const uint8_t no_hash[EVENT_HASH]; /* prev of the first event */

void intake_begin(struct intake *i, const char *journal, const char *body, size_t len)
{
	*i = (struct intake){.at = body, .end = body + len, .journal = journal};
}

static enum intake_found bad(const struct intake *i, const char *words, char why[INTAKE_WHY])
{
	struct text t = text_over(why, INTAKE_WHY);

	text_put(&t, "line ");
	text_u64(&t, i->number);
	text_put(&t, ": ");
	text_put(&t, words);
	return INTAKE_BAD;
}

/* What is wrong with the line's place in the run, or null. */
static const char *link_wrong(const struct intake *i, const struct event_view *e)
{
	if (!event_span_is(&e->journal, i->journal))
		return "an event of another journal";
	if (e->seq > INTAKE_SEQ_MAX)
		return "its number is out of range";
	if (i->seq == 0)
		return e->seq == 1 && memcmp(e->prev, no_hash, EVENT_HASH) != 0
			       ? "the first event of a journal has something before it"
			       : NULL;
	if (e->seq != i->seq + 1)
		return event_link_text(EVENT_LINK_SEQ);
	return memcmp(e->prev, i->head, EVENT_HASH) != 0 ? event_link_text(EVENT_LINK_PREV) : NULL;
}

enum intake_found intake_next(struct intake *i, struct intake_line *out, char why[INTAKE_WHY])
{
	size_t left = (size_t)(i->end - i->at);
	const char *lf, *wrong;
	enum event_fault fault;

	if (left == 0 && i->number > 0)
		return INTAKE_END;
	i->number++;
	if (left == 0)
		return bad(i, "there is none", why);
	lf = memchr(i->at, '\n', left);
	out->at = i->at;
	out->len = lf ? (size_t)(lf - i->at) : left;
	fault = event_read(out->at, out->len, &out->event);
	if (fault != EVENT_OK)
		return bad(i, event_fault_text(fault), why);
	wrong = link_wrong(i, &out->event);
	if (wrong)
		return bad(i, wrong, why);
	event_hash(out->at, out->len, out->hash);
	i->at = lf ? lf + 1 : i->end;
	i->seq = out->event.seq;
	memcpy(i->head, out->hash, EVENT_HASH);
	return INTAKE_LINE;
}
