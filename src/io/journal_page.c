/* journal_page.c - a page of headquarters' list of expected returns, put into the database in
 * pieces, so that no append waits for it. A whole new list is a new generation; one switch makes it
 * count. */
#include "journal_page.h"
#include "journal_expect.h"
#include "log.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 100 /* rows or tombstones a transaction, and the rest of the last return */

/* What a piece changes; the database's own copy follows once it is committed. */
struct change {
	uint64_t list, next, expected, next_expected;
	bool last;
};

struct journal_page *journal_page_copy(const struct journal_returns *returns)
{
	struct journal_page *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->row = calloc(returns->rows + 1, sizeof(*p->row));
	p->gone = calloc(returns->gones + 1, sizeof(*p->gone));
	if (!p->row || !p->gone ||
	    !text_copy(p->cursor, sizeof(p->cursor), returns->cursor ? returns->cursor : "")) {
		journal_page_free(p);
		return NULL;
	}
	if (returns->rows)
		memcpy(p->row, returns->row, returns->rows * sizeof(*p->row));
	if (returns->gones)
		memcpy(p->gone, returns->gone, returns->gones * sizeof(*p->gone));
	p->rows = returns->rows;
	p->gones = returns->gones;
	p->reset = returns->reset;
	p->more = returns->more;
	return p;
}

void journal_page_free(struct journal_page *page)
{
	while (page) {
		struct journal_page *next = page->next;

		free(page->row);
		free(page->gone);
		free(page);
		page = next;
	}
}

static uint64_t *counted(struct change *c)
{
	return c->next ? &c->next_expected : &c->expected;
}

/* Takes a return out of the list. */
static int return_remove(struct journal_db *db, struct change *c, const char *rma)
{
	uint64_t generation = c->next ? c->next : c->list;
	int units = 0, approved = 0;
	sqlite3_stmt *s;
	int rc = journal_expect_units(db, generation, rma, &units, &approved);

	if (rc || !units)
		return rc;
	s = journal_db_use(db, JOURNAL_DB_LIST_GONE);
	if (s) {
		sqlite3_bind_int64(s, 1, (sqlite3_int64)generation);
		sqlite3_bind_text(s, 2, rma, -1, SQLITE_STATIC);
	}
	rc = sqlite_run(db->sql, s);
	if (!rc && approved && *counted(c))
		--*counted(c);
	return rc;
}

/* The rows of one return, which tell all of it: what they do not name is no longer part of it.
 * Units beyond PARCEL_UNITS and lines that come twice are left out. */
static int return_put(struct journal_page *p, struct journal_db *db, struct change *c)
{
	const struct parcel_row *first = &p->row[p->row_at];
	int units = 0, rc = return_remove(db, c, first->rma);
	bool approved = false, refused = false;

	for (; !rc && p->row_at < p->rows && strcmp(p->row[p->row_at].rma, first->rma) == 0;
	     p->row_at++) {
		const struct parcel_row *r = &p->row[p->row_at];

		if (!r->line || !r->quantity || units + r->quantity > PARCEL_UNITS) {
			refused = true;
			continue;
		}
		rc = journal_expect_add(db, c->next ? c->next : c->list, r);
		if (rc == -EEXIST) {
			refused = true;
			rc = 0;
			continue;
		}
		units += r->quantity;
		approved |= r->approved;
	}
	if (refused && !p->refused) /* told once a page */
		log_write(LOG_LEVEL_WARNING, LOG_LIST_REFUSED,
			  "headquarters' return %s: some of its lines were refused", first->rma);
	p->refused |= refused;
	*counted(c) += !rc && approved;
	return rc;
}

/* A reset begins a new list beside the one that counts, and so does the first page ever. */
static int page_begin(struct journal_page *p, struct journal_db *db, struct change *c)
{
	if (p->begun || !(p->reset || (!c->list && !c->next)))
		return 0;
	c->next_expected = 0;
	return journal_expect_generation(db, &c->next);
}

static int piece_take(struct journal_page *p, struct journal_db *db, struct change *c)
{
	size_t end_gone = p->gone_at + PIECE, end_row = p->row_at + PIECE;
	int rc = page_begin(p, db, c);

	for (; !rc && p->gone_at < p->gones && p->gone_at < end_gone; p->gone_at++)
		rc = return_remove(db, c, p->gone[p->gone_at]);
	if (p->gone_at == p->gones)
		while (!rc && p->row_at < p->rows && p->row_at < end_row)
			rc = return_put(p, db, c);
	c->last = p->gone_at == p->gones && p->row_at == p->rows;
	if (c->last && !p->more && c->next) {
		c->list = c->next;
		c->expected = c->next_expected;
		c->next = c->next_expected = 0;
	}
	return rc;
}

static int change_keep(const struct journal_page *p, struct journal_db *db, const struct change *c)
{
	int rc = journal_db_set_u64(db, "list", c->list);

	if (!rc)
		rc = journal_db_set_u64(db, "list_returns", c->expected);
	if (!rc)
		rc = journal_db_set_u64(db, "list_next", c->next);
	if (!rc)
		rc = journal_db_set_u64(db, "list_next_returns", c->next_expected);
	if (!rc && c->last)
		rc = journal_db_set(db, "cursor", p->cursor);
	return rc;
}

int journal_page_step(struct journal_page *page, struct journal_db *db, bool *done, bool *switched)
{
	struct change c = {.list = db->list,
			   .next = db->next,
			   .expected = db->expected,
			   .next_expected = db->next_expected};
	int rc = journal_db_begin_lazy(db);

	if (!rc)
		rc = piece_take(page, db, &c);
	if (!rc)
		rc = change_keep(page, db, &c);
	if (!rc)
		rc = journal_db_commit_lazy(db);
	if (rc) {
		journal_db_rollback(db);
		return rc;
	}
	*done = c.last;
	*switched = c.list != db->list;
	page->begun = true;
	db->list = c.list;
	db->next = c.next;
	db->expected = c.expected;
	db->next_expected = c.next_expected;
	if (c.last)
		memcpy(db->cursor, page->cursor, sizeof(db->cursor));
	if (*switched)
		log_info("headquarters' list: %llu expected returns",
			 (unsigned long long)db->expected);
	return 0;
}
