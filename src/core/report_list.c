/* report_list.c - counts by names that are not known beforehand: as many as there are rows, and
 * the rest as other. */
#include "report_part.h"
#include "station/text.h"
#include <string.h>

uint32_t report_list_add(struct report_list *l, const char *name, enum report_cell cell)
{
	uint32_t at = 0;

	while (at < l->used && strcmp(l->row[at].name, name) != 0)
		at++;
	if (at == REPORT_ROWS) {
		l->other[cell]++;
		return REPORT_NONE;
	}
	if (at == l->used) {
		l->row[at] = (struct report_row){.name = ""};
		(void)text_copy(l->row[at].name, REPORT_NAME, name);
		l->used++;
	}
	l->row[at].n[cell]++;
	return at;
}

/* A name that is too long is cut, not lost: it came from outside. */
bool report_list_member(const struct event_view *e, const char *key, char name[REPORT_NAME])
{
	struct event_span s;
	char whole[EVENT_LINE_MAX];

	name[0] = '\0';
	if (!event_data(&e->data, key, &s) || !event_span_copy(&s, whole, sizeof(whole)))
		return false;
	(void)text_copy(name, REPORT_NAME, whole);
	return name[0] != '\0';
}
