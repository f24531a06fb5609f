/* journal_writer.c - the thread that writes the journal: groups and failures. What it does between
 * them is in journal_idle.c. */
#include "journal_writer.h"
#include "journal_chain.h"
#include "journal_guard.h"
#include "journal_idle.h"
#include "log.h"
#include "station/text.h"
#include "thread.h"
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define CALM_MS 20 /* after a press nothing else is done for so long */

enum work {
	WORK_WAIT,
	WORK_STOP,
	WORK_JOBS,
	WORK_IDLE,
};

uint64_t journal_writer_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void journal_writer_wake(struct journal *j)
{
	uint64_t one = 1;

	/* It can only fail when the counter is full, and then the loop is awake. */
	if (write(j->event_fd, &one, sizeof(one)) < 0)
		return;
}

/* --- lists of jobs; under lock, or the writer's own --- */

void journal_writer_push(struct journal *j, struct journal_writer_list *list, int job)
{
	j->next[job] = JOURNAL_WRITER_NONE;
	if (list->first == JOURNAL_WRITER_NONE)
		list->first = job;
	else
		j->next[list->last] = job;
	list->last = job;
}

int journal_writer_pop(struct journal *j, struct journal_writer_list *list)
{
	int job = list->first;

	if (job != JOURNAL_WRITER_NONE)
		list->first = j->next[job];
	return job;
}

/* One lookup, or all appends before the next lookup. */
static struct journal_writer_list jobs_take(struct journal *j)
{
	struct journal_writer_list taken = {JOURNAL_WRITER_NONE, JOURNAL_WRITER_NONE};

	pthread_mutex_lock(&j->lock);
	while (j->waiting.first != JOURNAL_WRITER_NONE) {
		bool lookup = j->jobs[j->waiting.first].lookup;

		if (lookup && taken.first != JOURNAL_WRITER_NONE)
			break;
		journal_writer_push(j, &taken, journal_writer_pop(j, &j->waiting));
		if (lookup)
			break;
	}
	pthread_mutex_unlock(&j->lock);
	return taken;
}

/* --- state --- */

void journal_writer_state(struct journal *j)
{
	const struct journal_db *db = &j->db;

	memcpy(j->state.journal, db->journal, sizeof(j->state.journal));
	j->state.seq = db->seq;
	memcpy(j->state.head, db->head, EVENT_HASH);
	j->state.acked = db->acked;
	j->state.anchor = db->anchor;
	j->state.unsent_ms = db->acked < db->seq && db->unsent == db->acked + 1 ? db->unsent_ms : 0;
	memcpy(j->state.cursor, db->cursor, sizeof(j->state.cursor));
	j->state.has_list = db->list != 0;
	j->state.expected = db->expected;
}

/* How much room there is; the lock file lies where the journal does. */
void journal_writer_room(struct journal *j)
{
	struct statvfs st;

	if (j->setup.lock < 0 || fstatvfs(j->setup.lock, &st) != 0)
		return;
	pthread_mutex_lock(&j->lock);
	j->state.disk_free = (uint64_t)st.f_bavail * st.f_frsize;
	j->state.disk_size = (uint64_t)st.f_blocks * st.f_frsize;
	pthread_mutex_unlock(&j->lock);
}

void journal_writer_publish(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	journal_writer_state(j);
	pthread_mutex_unlock(&j->lock);
}

void journal_writer_problem(struct journal *j, const char *problem)
{
	pthread_mutex_lock(&j->lock);
	if (!text_copy(j->state.problem, sizeof(j->state.problem), problem))
		j->state.problem[sizeof(j->state.problem) - 1] = 0;
	pthread_mutex_unlock(&j->lock);
}

void journal_writer_break(struct journal *j, const char *problem)
{
	journal_expect_drop(&j->list);
	journal_retain_drop(&j->retain);
	journal_db_rollback(&j->db);
	journal_db_close(&j->db, false);
	journal_seal_broke(j);
	j->retry_at = journal_writer_now() + j->retry_ms;
	journal_writer_problem(j, problem);
	journal_writer_room(j); /* most likely it is full */
	pthread_mutex_lock(&j->lock);
	j->wants_list = j->list_path[0] != 0; /* what was read of it may be gone */
	if (j->state.works) {
		j->state.works = false;
		j->changes++;
	}
	pthread_mutex_unlock(&j->lock);
	log_write(LOG_LEVEL_ERROR, LOG_JOURNAL_FAULT, "can't record: %s", problem);
}

void journal_writer_failed(struct journal *j, int error)
{
	char problem[256];

	journal_db_problem(&j->db, error, problem, sizeof(problem));
	if (error == -EBADMSG) {
		j->damaged = true;
		(void)journal_db_condemn(&j->db); /* the check finds it again */
	}
	journal_writer_break(j, problem);
}

/* --- jobs --- */

/* The newest event's time is the journal's idea of now. */
static void now_take(struct journal *j, const struct journal_writer_list *group)
{
	for (int i = group->first; i != JOURNAL_WRITER_NONE; i = j->next[i])
		if (j->jobs[i].ok)
			j->setup.now = j->jobs[i].events[j->jobs[i].count - 1].at;
}

/* One transaction, one sync. A group fails whole, and the head is where it was. */
static int group_store(struct journal *j, const struct journal_writer_list *group)
{
	struct journal_db *db = &j->db;
	uint64_t seq = db->seq;
	uint8_t head[EVENT_HASH];
	int rc = journal_db_begin(db);

	memcpy(head, db->head, EVENT_HASH);
	for (int i = group->first; i != JOURNAL_WRITER_NONE && !rc; i = j->next[i]) {
		struct journal_writer_job *job = &j->jobs[i];

		rc = journal_chain_append(db, job->events, job->count);
		job->ok = rc == 0;
		if (rc == -EMSGSIZE) {
			log_error("an event that can't be written as a line was refused");
			rc = 0;
		}
		for (uint8_t k = 0; job->ok && k < job->count; k++)
			db->stale |= journal_guard_wants(job->events[k].kind);
	}
	if (!rc)
		rc = journal_db_commit(db);
	if (!rc)
		now_take(j, group);
	if (rc) {
		db->seq = seq;
		memcpy(db->head, head, EVENT_HASH);
		for (int i = group->first; i != JOURNAL_WRITER_NONE; i = j->next[i])
			j->jobs[i].ok = false;
	}
	return rc;
}

static int job_find(struct journal *j, struct journal_writer_job *job)
{
	struct journal_guard_clock clock = {
		.now = job->find.now,
		.boot = j->setup.boot,
		.deadline_ms = j->setup.deadline_ms,
	};
	int rc = j->db.stale ? journal_guard_project(&j->db) : 0;

	if (!rc)
		rc = journal_guard_find(&j->db, job->find.label, job->find.by, &clock,
					&job->find.parcel);
	job->ok = rc == 0;
	return rc;
}

/* Hands a group back to the loop. `changes` as it was before, so that calls.works(false) comes
 * behind the refusal that made it. */
static void jobs_finish(struct journal *j, struct journal_writer_list *group, unsigned changes)
{
	int job;

	pthread_mutex_lock(&j->lock);
	if (j->db.sql)
		journal_writer_state(j);
	while ((job = journal_writer_pop(j, group)) != JOURNAL_WRITER_NONE) {
		j->jobs[job].changes = changes;
		journal_writer_push(j, &j->done, job);
	}
	pthread_mutex_unlock(&j->lock);
	journal_writer_wake(j);
	thread_give_way();
	journal_writer_room(j); /* a person waits for a lamp, nobody for this */
}

/* What can wait does not run while the loop lights the lamps of a press: not right after a job that
 * came alone. Jobs upon jobs are no press, and must not put it off for ever. */
static void calm(struct journal *j)
{
	uint64_t now = journal_writer_now();

	if (now >= j->worked_at + CALM_MS)
		j->calm_until = now + CALM_MS;
	j->worked_at = now;
}

static void jobs_work(struct journal *j)
{
	struct journal_writer_list group = jobs_take(j);
	unsigned changes = j->changes; /* only this thread writes it */
	int rc = 0;

	if (!j->db.sql)
		for (int i = group.first; i != JOURNAL_WRITER_NONE; i = j->next[i])
			j->jobs[i].ok = false;
	else if (j->jobs[group.first].lookup)
		rc = job_find(j, &j->jobs[group.first]);
	else
		rc = group_store(j, &group);
	if (rc)
		journal_writer_failed(j, rc);
	calm(j);
	jobs_finish(j, &group, changes);
}

/* --- the thread --- */

static enum work work_find(struct journal *j, enum journal_idle *idle)
{
	*idle = JOURNAL_IDLE_NOTHING;
	if (j->waiting.first != JOURNAL_WRITER_NONE)
		return WORK_JOBS;
	if (j->stop)
		return WORK_STOP;
	*idle = journal_idle_find(j);
	if (*idle == JOURNAL_IDLE_NOTHING || journal_writer_now() < j->calm_until)
		return WORK_WAIT;
	return WORK_IDLE;
}

/* While it works it waits without a limit: an idle station wakes for nothing. */
static enum work work_wait(struct journal *j, enum journal_idle *idle)
{
	struct timespec until;
	enum work work;

	pthread_mutex_lock(&j->lock);
	while ((work = work_find(j, idle)) == WORK_WAIT) {
		uint64_t due = *idle == JOURNAL_IDLE_NOTHING ? journal_idle_due(j) : j->calm_until;

		if (due == UINT64_MAX) {
			pthread_cond_wait(&j->wake, &j->lock);
			continue;
		}
		until.tv_sec = (time_t)(due / 1000);
		until.tv_nsec = (long)(due % 1000) * 1000000;
		pthread_cond_timedwait(&j->wake, &j->lock, &until);
	}
	pthread_mutex_unlock(&j->lock);
	return work;
}

static void *writer_run(void *user)
{
	struct journal *j = user;
	enum journal_idle idle;
	enum work work;

	while ((work = work_wait(j, &idle)) != WORK_STOP) {
		if (work == WORK_JOBS)
			jobs_work(j);
		else
			journal_idle_work(j, idle);
	}
	return NULL;
}

int journal_writer_start(struct journal *j)
{
	int rc = j->db.sql ? journal_idle_check(j) : 0;

	if (!rc)
		rc = thread_begin(&j->writer, THREAD_HOME, writer_run, j);
	j->has_writer = rc == 0;
	return rc;
}

static void stop_in_order(struct journal *j)
{
	int rc = j->db.stale ? journal_guard_project(&j->db) : 0;

	if (!rc)
		rc = journal_db_begin(&j->db);
	/* A check that was cut short is to be made at the next start. */
	if (!rc && (j->state.checked || j->db.clean))
		rc = journal_db_set_u64(&j->db, "clean", 1);
	if (!rc)
		rc = journal_db_commit(&j->db);
	if (rc)
		journal_db_rollback(&j->db);
	else if (j->wants_acked && journal_chain_acked(&j->db, j->acked))
		log_warning("%s: what headquarters has could not be noted", j->db.path);
}

void journal_writer_stop(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	j->stop = true;
	atomic_store(&j->check.stop, true);
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
	if (j->has_writer)
		thread_end(j->writer);
	if (j->has_checker) /* started before or by the writer */
		thread_end(j->checker);
	journal_expect_drop(&j->list);
	journal_seal_drop(j);
	if (j->db.sql && j->check_done)
		journal_idle_checked(j);
	if (j->db.sql)
		stop_in_order(j);
	journal_db_close(&j->db, true);
}
