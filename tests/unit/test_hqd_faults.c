/* test_hqd_faults.c - what was acknowledged is on disk, whatever happens to the disk, the process
 * or the file; a store that can't be used says why and is left alone. */
#include "hqd_fixture.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#define ROUNDS 40

static atomic_int disk_errno; /* pwrite fails with it */
static atomic_int sync_errno; /* fdatasync fails with it, once */
static atomic_uint syncs;

/* In place of libc's, which SQLite's own hooks don't reach. Nothing here cuts the power. */
int fdatasync(int fd)
{
	int error = atomic_exchange(&sync_errno, 0);

	(void)fd;
	if (error) {
		errno = error;
		return -1;
	}
	syncs++;
	return 0;
}

static ssize_t disk_pwrite(int fd, const void *buf, size_t n, off_t at)
{
	if (disk_errno) {
		errno = disk_errno;
		return -1;
	}
	return pwrite(fd, buf, n, at);
}

static int disk_take_over(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	(void)state;
	vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)disk_pwrite);
	vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)disk_pwrite);
	return 0;
}

static void acknowledged_is_synced_before(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;
	size_t len;

	chain_start(c);
	hq_take(hq, c);
	for (int i = 0; i < 5; i++) {
		unsigned before = syncs;

		chain_inspect(c, "pass", i ? c->e.inspection : NULL);
		len = c->len;
		hq_take(hq, c);
		assert_true(syncs > before);
		before = syncs;
		c->len = len;
		hq_take(hq, c);
		assert_int_equal(syncs, before); /* it was there already */
	}
}

/* Fails, is healthy again by itself, and nothing is lost or there twice. */
static void disk_fails(struct hq *hq, atomic_int *fault, int error, const char *why)
{
	struct chain *c = &hq->a;
	size_t len;

	chain_start(c);
	hq_take(hq, c);
	chain_inspect(c, "pass", NULL);
	len = c->len;
	*fault = error;
	hq_send(hq, c);
	assert_int_equal(hq->reply.what, STORE_FAILED);
	assert_string_equal(hq->reply.why, why);
	assert_int_equal(hq->reply.acked, 0);
	if (fault == &disk_errno) {
		assert_true(store_health(hq->s, hq->now) < 0);
		c->len = len;
		hq_send(hq, c);
		assert_int_equal(hq->reply.what, STORE_FAILED);
	}
	*fault = 0;
	assert_int_equal(store_health(hq->s, hq->now), 0);
	c->len = len;
	hq_take(hq, c);
	chain_inspect(c, "pass", c->e.inspection);
	hq_take(hq, c);
	hq_reopen(hq);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM event"), 13);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection WHERE state = 'final'"), 2);
	assert_string_equal(hq_text(hq, "PRAGMA integrity_check"), "ok");
}

static void full_disk_is_said_and_gets_over(void **state)
{
	disk_fails(*state, &disk_errno, ENOSPC,
		   "the store can't be written: no space left on the disk");
}

static void failing_disk_is_said_and_gets_over(void **state)
{
	disk_fails(*state, &disk_errno, EIO,
		   "the store can't be written: the disk fails (I/O error)");
}

static void failing_sync_is_said_and_gets_over(void **state)
{
	disk_fails(*state, &sync_errno, EIO,
		   "the store can't be written: the disk fails (I/O error)");
}

static void locked_file_is_waited_for_by_two_processes(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;
	int go[2], status;
	pid_t pid;
	char byte = 0;

	chain_start(c);
	hq_take(hq, c);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) { /* another writer, that takes its time */
		sqlite3 *db;

		if (sqlite3_open(hq->path, &db) != SQLITE_OK ||
		    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
			_exit(1);
		(void)!write(go[1], &byte, 1);
		poll(NULL, 0, 100);
		_exit(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK);
	}
	assert_int_equal(read(go[0], &byte, 1), 1);
	chain_inspect(c, "pass", NULL);
	hq_take(hq, c);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(go[0]);
	close(go[1]);
}

/* --- kills --- */

/* Sends the chain in runs of some events, tells each acknowledgement, until it is killed. */
static void sender(struct hq *hq, const struct chain *c, unsigned run, int tell)
{
	const char *at = c->body, *end = c->body + c->len;
	struct store_reply reply;
	char why[256];

	if (store_open(&hq->s, hq->path, why, sizeof(why)))
		_exit(1);
	while (at < end) {
		const char *to = at;

		for (unsigned i = 0; i < run && to < end; i++)
			to = (const char *)memchr(to, '\n', (size_t)(end - to)) + 1;
		store_events(hq->s, HQ_STATION, c->e.journal, at, (size_t)(to - at), hq->now,
			     &reply);
		if (reply.what != STORE_ACKED ||
		    write(tell, &reply.acked, sizeof(reply.acked)) != sizeof(reply.acked))
			_exit(2);
		at = to;
	}
	_exit(0);
}

static bool count_line(void *user, const char *line, size_t len)
{
	struct event_chain *chain = user;
	enum event_fault fault;

	assert_int_equal(event_chain_feed(chain, line, len - 1, &fault), EVENT_LINK_OK);
	return true;
}

static void kill_round(struct hq *hq, const struct chain *c, unsigned seed)
{
	struct event_chain chain;
	uint64_t acked = 0, got;
	int told[2], status;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	store_close(hq->s);
	hq->s = NULL;
	pid = fork();
	if (pid == 0)
		sender(hq, c, 1 + seed % 37, told[1]);
	close(told[1]);
	for (unsigned n = seed % 11; n > 0 && read(told[0], &got, sizeof(got)) == sizeof(got); n--)
		acked = got;
	poll(NULL, 0, (int)(seed % 3)); /* a random moment, not a condition */
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	while (read(told[0], &got, sizeof(got)) == sizeof(got))
		acked = got;
	close(told[0]);
	hq_open(hq);
	event_chain_init(&chain);
	(void)store_lines(hq->s, c->e.journal, 1, count_line, &chain);
	assert_true(chain.seq >= acked);
}

static void kills_at_random_moments_lose_nothing(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	for (int i = 0; i < 150; i++) {
		char label[32];

		snprintf(label, sizeof(label), "RAB1%07dX", i);
		text_copy(c->e.label, sizeof(c->e.label), label);
		chain_inspect(c, "pass", NULL);
	}
	srand((unsigned)getpid());
	for (int i = 0; i < ROUNDS; i++)
		kill_round(hq, c, (unsigned)rand());
	hq_take(hq, c); /* the whole again: what is there is skipped */
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM event"), 901);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection WHERE state = 'final'"), 150);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM outcome"), 150);
	assert_int_equal(hq_i64(hq, "SELECT (SELECT count(*) FROM conflict) +"
				    " (SELECT count(*) FROM set_aside)"),
			 0);
	assert_string_equal(hq_text(hq, "PRAGMA integrity_check"), "ok");
}

/* --- files that are not to be touched --- */

static void sql(const char *path, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void assert_refused(struct hq *hq, int want, const char *words)
{
	struct store *s = NULL;
	char why[256] = "", before[65536], after[65536];
	size_t len;
	FILE *f = fopen(hq->path, "re");

	assert_non_null(f);
	len = fread(before, 1, sizeof(before), f);
	fclose(f);
	assert_int_equal(store_open(&s, hq->path, why, sizeof(why)), want);
	assert_null(s);
	if (!strstr(why, words) || !strstr(why, hq->path))
		fail_msg("says \"%s\"", why);
	f = fopen(hq->path, "re");
	assert_int_equal(fread(after, 1, sizeof(after), f), len);
	fclose(f);
	assert_memory_equal(before, after, len);
}

static void foreign_and_newer_files_are_refused_untouched(void **state)
{
	struct hq *hq = *state;
	FILE *f;

	store_close(hq->s);
	hq->s = NULL;
	sql(hq->path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 2");
	assert_refused(hq, -EPROTO, "a newer hqd wrote it");
	unlink(hq->path);
	sql(hq->path, "CREATE TABLE journal(x)");
	assert_refused(hq, -EMEDIUMTYPE, "no headquarters' store");
	unlink(hq->path);
	sql(hq->path,
	    "PRAGMA application_id = 1398030670; CREATE TABLE event(x)"); /* a station's */
	assert_refused(hq, -EMEDIUMTYPE, "no headquarters' store");
	f = fopen(hq->path, "we");
	fputs("rma,line\nthis is a list of returns and no database at all, long enough to be one\n",
	      f);
	for (int i = 0; i < 1000; i++)
		fputs("RMA,1\n", f);
	fclose(f);
	assert_refused(hq, -EMEDIUMTYPE, "no headquarters' store");
}

static void missing_folder_is_said(void **state)
{
	struct hq *hq = *state;
	struct store *s;
	char why[64];

	assert_int_equal(store_open(&s, "/nonexistent/folder/hq.db", why, sizeof(why)), -ENOENT);
	assert_null(s);
	assert_non_null(strstr(why, "No such file"));
	(void)hq;
}

static void empty_file_becomes_a_store(void **state)
{
	struct hq *hq = *state;

	store_close(hq->s);
	assert_int_equal(truncate(hq->path, 0), 0);
	hq_open(hq);
	chain_start(&hq->a);
	hq_take(hq, &hq->a);
	assert_int_equal(hq_i64(hq, "PRAGMA application_id"), 0x53544851);
	assert_string_equal(hq_text(hq, "PRAGMA journal_mode"), "wal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		hq_test(acknowledged_is_synced_before),
		hq_test(full_disk_is_said_and_gets_over),
		hq_test(failing_disk_is_said_and_gets_over),
		hq_test(failing_sync_is_said_and_gets_over),
		hq_test(locked_file_is_waited_for_by_two_processes),
		hq_test(kills_at_random_moments_lose_nothing),
		hq_test(foreign_and_newer_files_are_refused_untouched),
		hq_test(missing_folder_is_said),
		hq_test(empty_file_becomes_a_store),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, disk_take_over, NULL);
}
