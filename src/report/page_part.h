/* page_part.h - private to page*.c: the page at work and its sections. */
#ifndef REPORT_PAGE_PART_H
#define REPORT_PAGE_PART_H
#include "html.h"
#include "page.h"

struct page {
	FILE *f;
	const struct report *r;
	const struct page_options *o;
	struct report_calendar calendar;
	struct report_count dated; /* of the calendar */
};

void page_head(const struct page *p); /* up to <body>, style and script included */
void page_head_end(const struct page *p);
void page_first(const struct page *p); /* what a supervisor sees first */
void page_notes(const struct page *p); /* what is odd about this report */
void page_days(const struct page *p);
void page_days_hours(const struct page *p);
void page_ranked_reasons(const struct page *p);
void page_clock(const struct page *p);
void page_steps(const struct page *p);
void page_ranked_products(const struct page *p);
void page_ranked_inspectors(const struct page *p);
void page_machine(const struct page *p);
void page_method(const struct page *p);

/* A section with its heading; page_close ends it. */
void page_open(const struct page *p, const char *id, const char *en, const char *zh);
void page_close(const struct page *p);
/* Local time, to the minute; of a moment that is not sure, words. */
void page_time(const struct page *p, int64_t ms);
void page_moment(const struct page *p, const struct times_moment *m);
/* A day of the calendar. */
void page_day(const struct page *p, int32_t day);
/* The head of a column. */
void page_column(const struct page *p, const char *en, const char *zh);
/* A cell with a number, which data-KEY has too. */
void page_cell(const struct page *p, const char *key, uint64_t n);

static inline uint64_t page_all(const struct report_count *n)
{
	return (uint64_t)n->pass + n->fail;
}
#endif
