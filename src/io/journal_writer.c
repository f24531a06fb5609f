/* journal_writer.c - the thread that writes the journal: groups, failures, retries, and what it
 * does while it is idle. */
#include "journal_writer.h"
#include "journal_guard.h"
#include "log.h"
#include "station/text.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LAG_MOST   256 /* events that a start may find not projected */
#define CHECK_NICE 10

enum work {
	WORK_STOP,
	WORK_JOBS,
	WORK_RETRY,
	WORK_CHECKED,
	WORK_PROJECT,
	WORK_LIST_BEGIN,
	WORK_LIST_STEP,
	WORK_CHECKPOINT,
};

static uint64_t mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void loop_wake(struct journal *j)
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

static void state_copy(struct journal *j)
{
	const struct journal_db *db = &j->db;

	memcpy(j->state.journal, db->journal, sizeof(j->state.journal));
	j->state.seq = db->seq;
	memcpy(j->state.head, db->head, EVENT_HASH);
	j->state.acked = db->acked;
	j->state.has_list = db->list != 0;
	j->state.expected = db->expected;
}

void journal_writer_publish(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	state_copy(j);
	pthread_mutex_unlock(&j->lock);
}

static void problem_set(struct journal *j, const char *problem)
{
	pthread_mutex_lock(&j->lock);
	if (!text_copy(j->state.problem, sizeof(j->state.problem), problem))
		j->state.problem[sizeof(j->state.problem) - 1] = 0;
	pthread_mutex_unlock(&j->lock);
}

void journal_writer_break(struct journal *j, const char *problem)
{
	journal_expect_drop(&j->list);
	journal_db_rollback(&j->db);
	journal_db_close(&j->db, false);
	j->retry_at = mono_ms() + j->retry_ms;
	problem_set(j, problem);
	pthread_mutex_lock(&j->lock);
	j->wants_list = j->list_path[0] != 0; /* what was read of it may be gone */
	if (j->state.works) {
		j->state.works = false;
		j->changes++;
	}
	pthread_mutex_unlock(&j->lock);
	log_write(LOG_LEVEL_ERROR, LOG_JOURNAL_FAULT, "can't record: %s", problem);
}

static void failed(struct journal *j, int error)
{
	char problem[256];

	journal_db_problem(&j->db, error, problem, sizeof(problem));
	if (error == -EBADMSG) {
		j->damaged = true;
		journal_db_condemn(&j->db);
	}
	journal_writer_break(j, problem);
}

static void works_again(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	state_copy(j);
	j->state.problem[0] = 0;
	j->state.works = true;
	j->changes++;
	pthread_mutex_unlock(&j->lock);
	loop_wake(j);
	log_write(LOG_LEVEL_NOTICE, LOG_JOURNAL_WORKS, "%s: records again", j->db.path);
}

/* --- jobs --- */

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

		rc = journal_db_append(db, job->events, job->count);
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
		rc = journal_guard_find(&j->db, job->find.label, job->find.house, &clock,
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
		state_copy(j);
	while ((job = journal_writer_pop(j, group)) != JOURNAL_WRITER_NONE) {
		j->jobs[job].changes = changes;
		journal_writer_push(j, &j->done, job);
	}
	pthread_mutex_unlock(&j->lock);
	loop_wake(j);
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
		failed(j, rc);
	jobs_finish(j, &group, changes);
}

/* --- the check of the whole file --- */

static void *checker_run(void *user)
{
	struct journal *j = user;
	int rc;

	/* On Linux it is this thread's own. Not SCHED_IDLE: it shares SQLite's locks with the
	 * writer, which must not wait for a thread that never gets to run. */
	if (setpriority(PRIO_PROCESS, 0, CHECK_NICE) < 0)
		log_warning("the check of the journal runs without a lower priority");
	rc = journal_check_run(&j->check);
	pthread_mutex_lock(&j->lock);
	j->check_done = true;
	j->check_result = rc;
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

/* Signals are the loop's. */
static int thread_start(pthread_t *thread, void *(*run)(void *), void *user)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = -pthread_create(thread, NULL, run, user);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static int checker_start(struct journal *j)
{
	int rc;

	if (j->has_checker)
		return 0;
	memcpy(j->check.path, j->db.path, sizeof(j->check.path));
	j->check.from = j->db.checked;
	j->check.to = j->db.seq;
	j->check.whole = !j->db.clean;
	rc = thread_start(&j->checker, checker_run, j);
	j->has_checker = rc == 0;
	return rc;
}

static void check_take(struct journal *j)
{
	int rc;

	pthread_mutex_lock(&j->lock);
	j->check_done = false;
	rc = j->check_result;
	j->state.checked = rc == 0;
	pthread_mutex_unlock(&j->lock);
	if (rc == -EBADMSG) {
		j->damaged = true;
		journal_db_condemn(&j->db);
		journal_writer_break(j, j->check.problem);
		loop_wake(j);
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
		failed(j, rc);
		loop_wake(j);
	}
}

/* --- retries --- */

static void retry(struct journal *j)
{
	struct journal_report report;
	int rc;

	if (j->opened) {
		rc = journal_begin_again(&j->db);
		if (rc)
			journal_db_problem(&j->db, rc, report.text, sizeof(report.text));
	} else {
		rc = journal_begin_open(&j->setup, &j->db, &report);
	}
	if (rc) {
		j->damaged = j->opened && rc == -EBADMSG;
		j->retry_at = mono_ms() + j->retry_ms;
		problem_set(j, report.text);
		return;
	}
	j->opened = true;
	works_again(j);
	if (checker_start(j))
		log_warning("%s: can't be checked now", j->db.path);
}

/* --- the thread --- */

/* What there is to do now; under lock. False: nothing. */
static bool work_find(struct journal *j, enum work *work)
{
	bool open = j->db.sql != NULL;

	if (j->waiting.first != JOURNAL_WRITER_NONE)
		*work = WORK_JOBS;
	else if (j->stop)
		*work = WORK_STOP;
	else if (!open && !j->damaged && mono_ms() >= j->retry_at)
		*work = WORK_RETRY;
	else if (open && j->check_done)
		*work = WORK_CHECKED;
	else if (open && (j->db.stale || j->db.seq - j->db.projected >= LAG_MOST))
		*work = WORK_PROJECT;
	else if (open && j->db.wal_pages >= j->db.checkpoint_at)
		*work = WORK_CHECKPOINT;
	else if (open && j->wants_list)
		*work = WORK_LIST_BEGIN;
	else if (open && j->list.phase != JOURNAL_EXPECT_IDLE)
		*work = WORK_LIST_STEP;
	else
		return false;
	return true;
}

/* While it works it waits without a limit: an idle station wakes for nothing. */
static enum work work_wait(struct journal *j)
{
	struct timespec until;
	enum work work = WORK_STOP;

	pthread_mutex_lock(&j->lock);
	while (!work_find(j, &work)) {
		if (j->db.sql || j->damaged) {
			pthread_cond_wait(&j->wake, &j->lock);
			continue;
		}
		until.tv_sec = (time_t)(j->retry_at / 1000);
		until.tv_nsec = (long)(j->retry_at % 1000) * 1000000;
		pthread_cond_timedwait(&j->wake, &j->lock, &until);
	}
	pthread_mutex_unlock(&j->lock);
	return work;
}

static int list_begin(struct journal *j)
{
	char path[JOURNAL_DB_PATH];

	pthread_mutex_lock(&j->lock);
	memcpy(path, j->list_path, sizeof(path));
	j->wants_list = false;
	pthread_mutex_unlock(&j->lock);
	return journal_expect_begin(&j->list, &j->db, path);
}

static void idle_work(struct journal *j, enum work work)
{
	int rc = 0;

	switch (work) {
	case WORK_PROJECT:
		rc = journal_guard_project(&j->db);
		break;
	case WORK_LIST_BEGIN:
		rc = list_begin(j);
		break;
	case WORK_LIST_STEP:
		rc = journal_expect_step(&j->list, &j->db);
		journal_writer_publish(j);
		if (j->list.phase == JOURNAL_EXPECT_IDLE)
			loop_wake(j);
		break;
	case WORK_CHECKPOINT:
		journal_db_checkpoint(&j->db);
		break;
	case WORK_CHECKED:
		check_take(j);
		loop_wake(j);
		break;
	case WORK_RETRY:
		retry(j);
		break;
	case WORK_JOBS:
	case WORK_STOP:
		break;
	}
	if (rc) {
		failed(j, rc);
		loop_wake(j);
	}
}

static void *writer_run(void *user)
{
	struct journal *j = user;
	enum work work;

	while ((work = work_wait(j)) != WORK_STOP) {
		if (work == WORK_JOBS)
			jobs_work(j);
		else
			idle_work(j, work);
	}
	return NULL;
}

int journal_writer_start(struct journal *j)
{
	int rc = j->db.sql ? checker_start(j) : 0;

	if (!rc)
		rc = thread_start(&j->writer, writer_run, j);
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
}

void journal_writer_stop(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	j->stop = true;
	atomic_store(&j->check.stop, true);
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
	if (j->has_writer)
		pthread_join(j->writer, NULL);
	if (j->has_checker) /* started before or by the writer */
		pthread_join(j->checker, NULL);
	journal_expect_drop(&j->list);
	if (j->db.sql && j->check_done)
		check_take(j);
	if (j->db.sql)
		stop_in_order(j);
	journal_db_close(&j->db, true);
}
