/* journal.c - the journal as the loop sees it: open, queue, completions. The thread behind it is in
 * journal_writer.c, the file in journal_begin.c and journal_db.c. */
#include "journal.h"
#include "journal_chain.h"
#include "journal_guard.h"
#include "journal_resume.h"
#include "journal_writer.h"
#include "station/text.h"
#include "thread.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RETRY_MS 5000

static int sync_init(struct journal *j)
{
	pthread_condattr_t attr;
	int rc = -pthread_mutex_init(&j->lock, NULL);

	if (rc)
		return rc;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	rc = -pthread_cond_init(&j->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (rc)
		pthread_mutex_destroy(&j->lock);
	return rc;
}

static void journal_free(struct journal *j)
{
	journal_begin_release(&j->setup);
	journal_page_free(j->page);
	journal_page_free(j->pages);
	journal_page_free(j->paged);
	if (j->event_fd >= 0)
		close(j->event_fd);
	pthread_cond_destroy(&j->wake);
	pthread_mutex_destroy(&j->lock);
	free(j->jobs);
	free(j);
}

static int journal_make(struct journal **out, const struct journal_config *config)
{
	struct journal *j = calloc(1, sizeof(*j));
	int rc;

	if (!j)
		return -ENOMEM;
	rc = sync_init(j);
	if (rc) {
		free(j);
		return rc;
	}
	j->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = j->event_fd < 0 ? -errno : 0;
	j->jobs = calloc(JOURNAL_WRITER_JOBS, sizeof(*j->jobs));
	if (!journal_begin_setup(&j->setup, config))
		rc = -ENAMETOOLONG;
	else if (!rc && !j->jobs)
		rc = -ENOMEM;
	if (rc) {
		journal_free(j);
		return rc;
	}
	j->retry_ms = config->retry_ms ? config->retry_ms : RETRY_MS;
	j->told = true;
	j->waiting.first = j->done.first = JOURNAL_WRITER_NONE;
	for (int i = 0; i < JOURNAL_WRITER_JOBS; i++)
		j->next[i] = i + 1 < JOURNAL_WRITER_JOBS ? i + 1 : JOURNAL_WRITER_NONE;
	*out = j;
	return 0;
}

int journal_open(struct journal **out, const struct journal_config *config,
		 struct journal_report *report)
{
	struct journal *j = NULL;
	int rc;

	*out = NULL;
	memset(report, 0, sizeof(*report));
	rc = journal_make(&j, config);
	if (rc) {
		struct text t = text_over(report->text, sizeof(report->text));

		report->trouble = rc == -ENAMETOOLONG ? JOURNAL_NO_FOLDER : JOURNAL_CANT;
		text_put(&t, "the journal can't be opened: ");
		text_put(&t, strerror(-rc));
		return rc;
	}
	rc = journal_begin_open(&j->setup, &j->db, report);
	if (rc && report->trouble != JOURNAL_CANT) {
		journal_free(j);
		return rc;
	}
	j->opened = rc == 0;
	j->state.works = true;
	if (rc)
		journal_writer_break(j, report->text);
	else
		journal_writer_publish(j);
	journal_writer_room(j);
	*out = j;
	return rc;
}

/* The writer may have the database to itself: a second connection, read-only, for the moment. */
static int resume_beside(struct journal *j, void (*fn)(void *user, const struct event_view *event),
			 void *user)
{
	struct journal_db *db = calloc(1, sizeof(*db));
	int rc;

	if (!db)
		return -ENOMEM;
	rc = journal_db_connect(db, j->db.path, SQLITE_OPEN_READONLY);
	if (!rc)
		rc = journal_chain_load(db);
	if (!rc)
		rc = journal_resume_events(db, fn, user);
	journal_db_close(db, false);
	free(db);
	return rc;
}

int journal_resume(struct journal *j, void (*fn)(void *user, const struct event_view *event),
		   void *user)
{
	if (j->has_writer)
		return resume_beside(j, fn, user);
	return j->db.sql ? journal_resume_events(&j->db, fn, user) : -EIO;
}

int journal_find(struct journal *j, const char *label, enum parcel_by by, const struct moment *now,
		 struct parcel *out)
{
	struct journal_guard_clock clock = {
		.now = *now,
		.boot = j->setup.boot,
		.deadline_ms = j->setup.deadline_ms,
	};

	if (j->has_writer)
		return -EBUSY;
	return j->db.sql ? journal_guard_find(&j->db, label, by, &clock, out) : -EIO;
}

/* --- completions --- */

/* Under lock. Tells the changes of `works` up to this one; the lock is open during the calls. */
static void works_tell(struct journal *j, unsigned changes)
{
	while (j->told_changes != changes) {
		j->told_changes++;
		j->told = !j->told;
		pthread_mutex_unlock(&j->lock);
		j->calls.works(j->calls.user, j->told);
		pthread_mutex_lock(&j->lock);
	}
}

static void job_tell(struct journal *j, const struct journal_writer_job *job)
{
	if (job->lookup)
		j->calls.found(j->calls.user, job->ok ? &job->find.parcel : NULL);
	else
		j->calls.stored(j->calls.user, job->ok);
}

/* Under lock, which is open during the call. */
static void sealed_tell(struct journal *j)
{
	bool ok = j->sealed_ok;

	if (!j->sealed)
		return;
	j->sealed = false;
	pthread_mutex_unlock(&j->lock);
	if (j->calls.sealed)
		j->calls.sealed(j->calls.user, ok);
	pthread_mutex_lock(&j->lock);
}

static void pages_tell(struct journal *j)
{
	struct journal_page *page;

	while ((page = j->paged) != NULL) {
		bool ok = page->ok;

		j->paged = page->next;
		j->page_count--;
		page->next = NULL;
		pthread_mutex_unlock(&j->lock);
		journal_page_free(page);
		if (j->calls.returned)
			j->calls.returned(j->calls.user, ok);
		pthread_mutex_lock(&j->lock);
	}
}

static void proved_tell(struct journal *j)
{
	uint64_t seq = j->proved_to;

	if (!seq)
		return;
	j->proved_to = 0;
	pthread_mutex_unlock(&j->lock);
	if (j->calls.proved)
		j->calls.proved(j->calls.user, seq);
	pthread_mutex_lock(&j->lock);
}

static void on_done(void *user, int fd, uint32_t epoll_events)
{
	struct journal *j = user;
	uint64_t count;
	int job;

	(void)epoll_events;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&j->lock);
	sealed_tell(j);
	while ((job = journal_writer_pop(j, &j->done)) != JOURNAL_WRITER_NONE) {
		works_tell(j, j->jobs[job].changes);
		pthread_mutex_unlock(&j->lock);
		job_tell(j, &j->jobs[job]);
		pthread_mutex_lock(&j->lock);
		j->next[job] = j->unused;
		j->unused = job;
	}
	works_tell(j, j->changes);
	pages_tell(j);
	proved_tell(j);
	pthread_mutex_unlock(&j->lock);
	if (j->calls.changed)
		j->calls.changed(j->calls.user);
}

int journal_start(struct journal *j, struct loop *loop, const struct journal_calls *calls)
{
	uint64_t one = 1;
	int rc;

	j->calls = *calls;
	rc = loop_io(loop, &j->source, j->event_fd, EPOLLIN, on_done, j);
	if (rc)
		return rc;
	if (j->changes && write(j->event_fd, &one, sizeof(one)) < 0) /* it did not open */
		return -errno;
	return journal_writer_start(j);
}

/* --- the queue --- */

/* Takes a free job; NONE when all are in use. */
static int job_take(struct journal *j)
{
	int job;

	pthread_mutex_lock(&j->lock);
	job = j->unused;
	if (job != JOURNAL_WRITER_NONE)
		j->unused = j->next[job];
	pthread_mutex_unlock(&j->lock);
	return job;
}

static void job_queue(struct journal *j, int job)
{
	pthread_mutex_lock(&j->lock);
	journal_writer_push(j, &j->waiting, job);
	pthread_mutex_unlock(&j->lock);
	pthread_cond_signal(&j->wake); /* after: else the writer wakes only to wait for the lock */
	thread_give_way();
}

int journal_append(struct journal *j, const struct event *events, size_t count)
{
	int job;

	if (count < 1 || count > JOURNAL_GROUP)
		return -EINVAL;
	job = job_take(j);
	if (job == JOURNAL_WRITER_NONE)
		return -EAGAIN;
	j->jobs[job].lookup = false;
	j->jobs[job].count = (uint8_t)count;
	memcpy(j->jobs[job].events, events, count * sizeof(*events));
	job_queue(j, job);
	return 0;
}

int journal_lookup(struct journal *j, const char *label, enum parcel_by by,
		   const struct moment *now)
{
	struct journal_writer_find *find;
	int job = job_take(j);

	if (job == JOURNAL_WRITER_NONE)
		return -EAGAIN;
	find = &j->jobs[job].find;
	j->jobs[job].lookup = true;
	find->by = by;
	find->now = *now;
	if (!text_copy(find->label, sizeof(find->label), label)) {
		pthread_mutex_lock(&j->lock);
		j->next[job] = j->unused;
		j->unused = job;
		pthread_mutex_unlock(&j->lock);
		return -EINVAL;
	}
	job_queue(j, job);
	return 0;
}

int journal_expect(struct journal *j, const char *csv_path)
{
	size_t len = strlen(csv_path);

	if (len == 0 || len >= sizeof(j->list_path))
		return -EINVAL;
	pthread_mutex_lock(&j->lock);
	memcpy(j->list_path, csv_path, len + 1);
	j->wants_list = true;
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
	return 0;
}

int journal_acked(struct journal *j, uint64_t seq)
{
	pthread_mutex_lock(&j->lock);
	j->acked = seq;
	j->wants_acked = true;
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
	return 0;
}

void journal_proved(struct journal *j, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	pthread_mutex_lock(&j->lock);
	j->proved = seq;
	memcpy(j->proved_hash, hash, EVENT_HASH);
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
}

int journal_seal(struct journal *j)
{
	int rc = 0;

	pthread_mutex_lock(&j->lock);
	if (j->wants_seal)
		rc = -EBUSY;
	j->wants_seal = true;
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
	return rc;
}

int journal_returns(struct journal *j, const struct journal_returns *returns)
{
	struct journal_page *page, **end;
	int rc = 0;

	if (returns->cursor && strlen(returns->cursor) >= sizeof(page->cursor))
		return -EINVAL;
	page = journal_page_copy(returns);
	if (!page)
		return -ENOMEM;
	pthread_mutex_lock(&j->lock);
	if (j->page_count >= JOURNAL_WRITER_PAGES) {
		rc = -EAGAIN;
		journal_page_free(page);
	} else {
		j->page_count++;
		for (end = &j->pages; *end; end = &(*end)->next)
			;
		*end = page;
		pthread_cond_signal(&j->wake);
	}
	pthread_mutex_unlock(&j->lock);
	return rc;
}

void journal_state(struct journal *j, struct journal_state *out)
{
	pthread_mutex_lock(&j->lock);
	*out = j->state;
	pthread_mutex_unlock(&j->lock);
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	journal_writer_stop(j);
	loop_source_free(j->source);
	journal_free(j);
}
