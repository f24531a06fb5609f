/* journal_idle.c - what the writer does between appends: the check's answer, retries, projection,
 * checkpoints, acknowledgements, lists, seal and retention; a piece at a time, so that no append
 * waits for more than one. */
#include "journal_idle.h"
#include "journal_chain.h"
#include "journal_guard.h"
#include "log.h"
#include "station/text.h"
#include "thread.h"
#include <errno.h>
#include <string.h>

#define LAG_MOST   256 /* events that a start may find not projected */
#define CHECK_NICE 10
/* While a backlog is drained headquarters acknowledges a hundred times a second. Each one kept is a
 * page in the WAL, and the WAL's checkpoint is what a press may have to wait for. One that a power
 * cut takes away costs that its batches are sent again. */
#define ACKED_MS 1000

/* --- the check of the whole file --- */

static void *checker_run(void *user)
{
	struct journal *j = user;
	int rc;

	/* Not SCHED_IDLE: it shares SQLite's locks with the writer, which must not wait for a
	 * thread that never gets to run. */
	if (!thread_step_back(CHECK_NICE))
		log_warning("the check of the journal runs without a lower priority");
	rc = journal_check_run(&j->check);
	pthread_mutex_lock(&j->lock);
	j->check_done = true;
	j->check_result = rc;
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

int journal_idle_check(struct journal *j)
{
	int rc;

	if (j->has_checker)
		return 0;
	memcpy(j->check.path, j->db.path, sizeof(j->check.path));
	j->check.from = j->db.checked;
	j->check.to = j->db.seq;
	j->check.whole = !j->db.clean;
	j->check.anchor = (struct event_chain){.begun = true, .seq = j->db.anchor};
	memcpy(j->check.anchor.head, j->db.anchor_hash, EVENT_HASH);
	memcpy(j->check.anchor.journal, j->db.journal, sizeof(j->db.journal));
	rc = thread_begin(&j->checker, THREAD_ANYWHERE, checker_run, j);
	j->has_checker = j->checking = rc == 0;
	return rc;
}

void journal_idle_checked(struct journal *j)
{
	int rc;

	pthread_mutex_lock(&j->lock);
	j->check_done = j->checking = false;
	rc = j->check_result;
	j->state.checked = rc == 0;
	pthread_mutex_unlock(&j->lock);
	if (rc == -EBADMSG) {
		j->damaged = true;
		(void)journal_db_condemn(&j->db); /* the check finds it again */
		journal_writer_break(j, j->check.problem);
		journal_writer_wake(j);
		return;
	}
	if (rc) {
		if (rc != -ECANCELED)
			log_warning("%s: could not be checked: %s", j->check.path, strerror(-rc));
		return;
	}
	if (j->check.to == j->db.checked)
		return;
	rc = journal_db_begin_lazy(&j->db);
	if (!rc)
		rc = journal_db_set_u64(&j->db, "checked_seq", j->check.to);
	if (!rc)
		rc = journal_db_commit_lazy(&j->db);
	if (rc) {
		journal_writer_failed(j, rc);
		journal_writer_wake(j);
	}
}

/* --- retries --- */

static void works_again(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	journal_writer_state(j);
	j->state.problem[0] = 0;
	j->state.works = true;
	j->changes++;
	pthread_mutex_unlock(&j->lock);
	journal_writer_wake(j);
	log_write(LOG_LEVEL_NOTICE, LOG_JOURNAL_WORKS, "%s: records again", j->db.path);
}

static void retry(struct journal *j)
{
	struct journal_report report;
	int rc;

	journal_writer_room(j);
	if (j->opened) {
		rc = journal_begin_again(&j->db);
		if (rc)
			journal_db_problem(&j->db, rc, report.text, sizeof(report.text));
	} else {
		rc = journal_begin_open(&j->setup, &j->db, &report);
	}
	if (rc) {
		j->damaged = j->opened && rc == -EBADMSG;
		j->retry_at = journal_writer_now() + j->retry_ms;
		journal_writer_problem(j, report.text);
		return;
	}
	j->opened = true;
	journal_seal_settle(j);
	works_again(j);
	if (journal_idle_check(j))
		log_warning("%s: can't be checked now", j->db.path);
}

/* --- lists --- */

static int list_begin(struct journal *j)
{
	char path[JOURNAL_DB_PATH];

	pthread_mutex_lock(&j->lock);
	memcpy(path, j->list_path, sizeof(path));
	j->wants_list = false;
	pthread_mutex_unlock(&j->lock);
	return journal_expect_begin(&j->list, &j->db, path);
}

/* The page in hand is through, or can't be stored. */
static void page_finish(struct journal *j, bool ok)
{
	struct journal_page **end;

	j->page->ok = ok;
	pthread_mutex_lock(&j->lock);
	for (end = &j->paged; *end; end = &(*end)->next)
		;
	*end = j->page;
	j->page = NULL;
	if (j->db.sql)
		journal_writer_state(j);
	pthread_mutex_unlock(&j->lock);
	journal_writer_wake(j);
}

static int page_step(struct journal *j)
{
	bool done = false, switched = false;
	int rc;

	if (!j->page) {
		pthread_mutex_lock(&j->lock);
		j->page = j->pages;
		j->pages = j->page->next;
		j->page->next = NULL;
		pthread_mutex_unlock(&j->lock);
	}
	rc = j->db.sql ? journal_page_step(j->page, &j->db, &done, &switched) : 0;
	if (switched)
		journal_expect_sweep(&j->list);
	if (rc || done || !j->db.sql)
		page_finish(j, !rc && done);
	return rc;
}

static int acked_take(struct journal *j)
{
	uint64_t acked;
	int rc;

	pthread_mutex_lock(&j->lock);
	acked = j->acked;
	pthread_mutex_unlock(&j->lock);
	rc = journal_chain_acked(&j->db, acked);
	if (rc)
		return rc; /* tried again when it works again */
	pthread_mutex_lock(&j->lock);
	j->acked_at = journal_writer_now();
	j->wants_acked = j->acked != acked;
	journal_writer_state(j);
	pthread_mutex_unlock(&j->lock);
	journal_writer_wake(j);
	return 0;
}

/* All of it, or less than was known, is kept at once: that is no step of a long way. So is what
 * was told before a word on paper, which goes beyond it. */
static uint64_t acked_due(const struct journal *j)
{
	if (!j->db.sql || !j->wants_acked || journal_seal_busy(&j->seal))
		return UINT64_MAX;
	if (j->acked >= j->db.seq || j->acked < j->db.acked || j->proved)
		return 0;
	return j->acked_at + ACKED_MS;
}

/* Headquarters' word on paper. The chain's hash at that event says that it is about this history.
 */
static int proved_take(struct journal *j)
{
	uint8_t hash[EVENT_HASH], told[EVENT_HASH];
	uint64_t seq;
	int rc;

	pthread_mutex_lock(&j->lock);
	seq = j->proved;
	memcpy(told, j->proved_hash, EVENT_HASH);
	j->proved = 0;
	pthread_mutex_unlock(&j->lock);
	if (seq <= j->db.acked)
		return 0;
	rc = journal_chain_hash(&j->db, seq, hash);
	if (rc == -ENOENT || (!rc && memcmp(hash, told, EVENT_HASH) != 0)) {
		log_write(LOG_LEVEL_WARNING, LOG_ACK_REFUSED,
			  "an acknowledgement does not count: event %llu here is another one",
			  (unsigned long long)seq);
		return 0;
	}
	if (!rc)
		rc = journal_chain_acked(&j->db, seq);
	if (rc)
		return rc;
	log_write(LOG_LEVEL_NOTICE, LOG_ACK_TAKEN,
		  "headquarters has the journal up to event %llu, as a stick says",
		  (unsigned long long)seq);
	pthread_mutex_lock(&j->lock);
	j->proved_to = seq;
	journal_writer_state(j);
	pthread_mutex_unlock(&j->lock);
	journal_writer_wake(j);
	return 0;
}

/* --- what is next --- */

uint64_t journal_idle_due(const struct journal *j)
{
	if (j->db.sql)
		return acked_due(j);
	return j->damaged ? UINT64_MAX : j->retry_at;
}

/* Without a database there is only an answer to give, or to try again. */
static enum journal_idle find_closed(struct journal *j)
{
	if (j->page || j->pages)
		return JOURNAL_IDLE_PAGE;
	if (j->wants_seal && !journal_seal_busy(&j->seal))
		return JOURNAL_IDLE_SEAL;
	if (!j->damaged && journal_writer_now() >= j->retry_at)
		return JOURNAL_IDLE_RETRY;
	return JOURNAL_IDLE_NOTHING;
}

/* What changes lists waits for a seal, which copies them; seal and retention for the check, which
 * reads the whole file. */
static enum journal_idle find_new(struct journal *j)
{
	bool sealing = journal_seal_busy(&j->seal);

	if (journal_writer_now() >= acked_due(j))
		return JOURNAL_IDLE_ACKED;
	if (j->proved && !sealing)
		return JOURNAL_IDLE_PROVED;
	if ((j->page || j->pages) && !sealing)
		return JOURNAL_IDLE_PAGE;
	if (j->wants_list && !sealing)
		return JOURNAL_IDLE_LIST_BEGIN;
	if (j->list.phase != JOURNAL_EXPECT_IDLE && !sealing)
		return JOURNAL_IDLE_LIST_STEP;
	if ((j->wants_seal || sealing) && !j->checking)
		return JOURNAL_IDLE_SEAL;
	if (!j->checking && journal_retain_due(&j->retain, &j->db, &j->setup))
		return JOURNAL_IDLE_RETAIN;
	return JOURNAL_IDLE_NOTHING;
}

enum journal_idle journal_idle_find(struct journal *j)
{
	if (!j->db.sql)
		return find_closed(j);
	if (j->check_done)
		return JOURNAL_IDLE_CHECKED;
	if (j->db.stale || j->db.seq - j->db.projected >= LAG_MOST)
		return JOURNAL_IDLE_PROJECT;
	if (j->db.wal_pages >= j->db.checkpoint_at)
		return JOURNAL_IDLE_CHECKPOINT;
	if (!j->db.reserved)
		return JOURNAL_IDLE_RESERVE;
	return find_new(j);
}

static int list_step(struct journal *j)
{
	int rc = journal_expect_step(&j->list, &j->db);

	journal_writer_publish(j);
	if (j->list.phase == JOURNAL_EXPECT_IDLE)
		journal_writer_wake(j);
	return rc;
}

static int retain_step(struct journal *j)
{
	bool moved = false;
	int rc = journal_retain_step(&j->retain, &j->db, &j->setup, &moved);

	if (moved) {
		journal_writer_publish(j);
		journal_writer_wake(j);
	}
	return rc;
}

void journal_idle_work(struct journal *j, enum journal_idle work)
{
	int rc = 0;

	switch (work) {
	case JOURNAL_IDLE_NOTHING:
		break;
	case JOURNAL_IDLE_RETRY:
		retry(j);
		break;
	case JOURNAL_IDLE_CHECKED:
		journal_idle_checked(j);
		journal_writer_wake(j);
		break;
	case JOURNAL_IDLE_PROJECT:
		rc = journal_guard_project(&j->db);
		break;
	case JOURNAL_IDLE_CHECKPOINT:
		journal_db_checkpoint(&j->db);
		rc = journal_db_anew(&j->db);
		break;
	case JOURNAL_IDLE_RESERVE:
		journal_db_reserve(&j->db);
		break;
	case JOURNAL_IDLE_ACKED:
		rc = acked_take(j);
		break;
	case JOURNAL_IDLE_PROVED:
		rc = proved_take(j);
		break;
	case JOURNAL_IDLE_PAGE:
		rc = page_step(j);
		break;
	case JOURNAL_IDLE_LIST_BEGIN:
		rc = list_begin(j);
		break;
	case JOURNAL_IDLE_LIST_STEP:
		rc = list_step(j);
		break;
	case JOURNAL_IDLE_SEAL:
		rc = journal_seal_step(j);
		break;
	case JOURNAL_IDLE_RETAIN:
		rc = retain_step(j);
		break;
	}
	if (rc) {
		journal_writer_failed(j, rc);
		journal_writer_wake(j);
	}
}
