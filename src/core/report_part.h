/* report_part.h - private to report*.c: the rooms of the report and what they tell each other. */
#ifndef CORE_REPORT_PART_H
#define CORE_REPORT_PART_H
#include "station/report.h"

/* report_table.c: found by a key made of a text, oldest first; REPORT_NONE = not there. */
void report_table_init(struct report_table *t, struct report_node *node, uint32_t *head,
		       uint32_t most);
void report_table_key(const char *text, size_t len, uint8_t key[REPORT_KEY]);
uint32_t report_table_find(const struct report_table *t, const uint8_t key[REPORT_KEY]);
/* Takes a place for a key that is not there; *evicted: the oldest had to go. */
uint32_t report_table_add(struct report_table *t, const uint8_t key[REPORT_KEY], bool *evicted);
void report_table_remove(struct report_table *t, uint32_t at);

/* report_list.c: one more of a name, which is JSON text; its row, or REPORT_NONE = other. */
uint32_t report_list_add(struct report_list *l, const char *name, enum report_cell cell);
bool report_list_member(const struct event_view *e, const char *key, char name[REPORT_NAME]);

/* report_days.c */
void report_days_add(struct report *r, const struct times_moment *at, bool pass);
void report_days_settle(struct report *r);  /* this boot's clock was set */
void report_days_give_up(struct report *r); /* it never will be */
void report_days_end(struct report *r);

/* report_times.c */
void report_times_add(struct report_times *t, uint64_t ms);

/* report_parcel.c */
void report_parcel_arrived(struct report *r, const struct event_view *e,
			   const struct times_moment *at);
void report_parcel_done(struct report *r, const struct event_view *e,
			const struct times_moment *at);
void report_parcel_settle(struct report *r);
void report_parcel_give_up(struct report *r);
void report_parcel_end(struct report *r);

/* report_inspect.c: any event of an inspection, its opening included. */
void report_inspect(struct report *r, const struct event_view *e, const struct times_moment *at,
		    const struct report_product *product);
void report_inspect_settle(struct report *r);

/* report_final.c: an outcome. open: what led to it, NULL = it is not in here. */
void report_final(struct report *r, const struct event_view *e, const struct times_moment *at,
		  const struct report_open *open, const struct report_product *product);

/* report_fault.c */
void report_fault_raised(struct report *r, const struct event_view *e,
			 const struct times_moment *at);
void report_fault_cleared(struct report *r, const struct event_view *e,
			  const struct times_moment *at);
void report_fault_started(struct report *r, const struct event_view *e,
			  const struct times_moment *at);
void report_fault_settle(struct report *r);

static inline bool report_sure(const struct times_moment *m)
{
	return m->clock == TIMES_TRUSTED || m->clock == TIMES_CORRECTED;
}

static inline void report_count(struct report_count *n, bool pass)
{
	if (pass)
		n->pass++;
	else
		n->fail++;
}
#endif
