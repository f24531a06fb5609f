/* journal_fixture.h - a journal in a folder of its own on a loop, for the journal's tests: waits
 * for conditions with a deadline, records completions, makes the disk fail, re-hashes the chain. */
#ifndef TEST_JOURNAL_FIXTURE_H
#define TEST_JOURNAL_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "io/journal.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIXTURE_BOOT	 "0f0e0d0c-0b0a-4908-8706-050403020100"
#define FIXTURE_WALL	 1763884800000 /* 2025-11-23T08:00:00Z */
#define FIXTURE_DEADLINE 180000	       /* ms; what is not there by then never comes */
#define FIXTURE_HOURS48	 (48ULL * 3600 * 1000)

struct fixture {
	char dir[128];
	struct journal *j;
	struct loop *loop;
	struct loop_source *poll;
	struct journal_report report;
	struct journal_config config;
	uint64_t ids;
	unsigned stored, stored_ok, found, found_null, works_calls;
	unsigned sealed, sealed_ok, returned, returned_ok, changed;
	uint64_t proved; /* the last one that was told */
	bool ok[512];	 /* of each completion */
	bool works;
	char trace[64];	      /* s stored, x refused, + works, - does not */
	struct parcel parcel; /* the last one found */
	uint64_t give_up;
	bool (*until)(struct fixture *f);
	bool met;
};

/* --- the disk, as SQLite sees it --- */

static atomic_int disk_errno;	  /* pwrite fails with it */
static atomic_int frame_errno;	  /* only what goes into the WAL fails with it */
static atomic_uint disk_refused;  /* how often either did */
static atomic_int sync_errno;	  /* fdatasync fails with it, once */
static atomic_uint syncs;	  /* of commits, done */
static atomic_uint folder_syncs;  /* of folders, by fsync */
static atomic_uint reads;	  /* pages read */
static atomic_uint wal_headers;	  /* written: a WAL begins, or begins anew */
static atomic_uint wal_frames;	  /* written since */
static atomic_int sync_stalled;	  /* fdatasync waits in it: 1 = to be stalled, 2 = is */
static atomic_bool wrote;	  /* and not the zeros of a reserve at last: a commit syncs */
static atomic_int rename_dies_at; /* the process ends before the n-th rename */
static atomic_int write_dies_at;  /* ... before SQLite's n-th write */
static atomic_int write_fails_at; /* the n-th write and those behind it find the disk full ... */
static atomic_int write_fails;	  /* ... so many of them */
static atomic_int rename_fails_at;
static pthread_mutex_t stall_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stall_over = PTHREAD_COND_INITIALIZER;

/* These in place of libc's, which SQLite's own hooks don't reach. Syncs are counted, not made:
 * nothing here cuts the power. */
int fdatasync(int fd)
{
	int error = atomic_exchange(&sync_errno, 0);
	bool commit;

	(void)fd;
	pthread_mutex_lock(&stall_lock);
	commit = atomic_exchange(&wrote, false);
	if (sync_stalled && commit)
		sync_stalled = 2;
	while (sync_stalled == 2)
		pthread_cond_wait(&stall_over, &stall_lock);
	pthread_mutex_unlock(&stall_lock);
	if (error) {
		errno = error;
		return -1;
	}
	if (commit)
		atomic_fetch_add(&syncs, 1);
	return 0;
}

int fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		atomic_fetch_add(&folder_syncs, 1);
	return 0;
}

int rename(const char *old, const char *new)
{
	if (rename_dies_at && atomic_fetch_sub(&rename_dies_at, 1) == 1)
		_exit(77);
	if (rename_fails_at && atomic_fetch_sub(&rename_fails_at, 1) == 1) {
		errno = EIO;
		return -1;
	}
	return renameat(AT_FDCWD, old, AT_FDCWD, new);
}

static inline ssize_t disk_pwrite(int fd, const void *buf, size_t n, off_t at)
{
	int error = disk_errno;

	if (write_dies_at && atomic_fetch_sub(&write_dies_at, 1) == 1)
		_exit(77);
	if (write_fails_at && atomic_fetch_sub(&write_fails_at, 1) == 1) {
		if (atomic_fetch_sub(&write_fails, 1) > 1)
			write_fails_at = 1;
		error = ENOSPC;
	}
	if (!error && n == 24 && at >= 32) /* a frame's head */
		error = frame_errno;
	if (error) {
		atomic_fetch_add(&disk_refused, 1);
		errno = error;
		return -1;
	}
	wrote = false;
	for (size_t i = 0; i < n && !wrote; i++)
		wrote = ((const char *)buf)[i] != 0;
	if (n == 32 && at == 0) { /* what else SQLite writes has other lengths */
		atomic_fetch_add(&wal_headers, 1);
		wal_frames = 0;
	} else if (n == 24) {
		atomic_fetch_add(&wal_frames, 1);
	}
	return pwrite(fd, buf, n, at);
}

static inline ssize_t disk_pread(int fd, void *buf, size_t n, off_t at)
{
	atomic_fetch_add(&reads, 1);
	return pread(fd, buf, n, at);
}

static inline void disk_take_over(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)disk_pwrite);
	vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)disk_pwrite);
	vfs->xSetSystemCall(vfs, "pread", (sqlite3_syscall_ptr)disk_pread);
	vfs->xSetSystemCall(vfs, "pread64", (sqlite3_syscall_ptr)disk_pread);
}

static inline void disk_stall(void)
{
	sync_stalled = 1;
}

static inline void disk_release(void)
{
	pthread_mutex_lock(&stall_lock);
	sync_stalled = 0;
	pthread_cond_broadcast(&stall_over);
	pthread_mutex_unlock(&stall_lock);
}

/* --- the folder --- */

static inline int fixture_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int fixture_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	snprintf(f->dir, sizeof(f->dir), "%.80s/journal-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		return -1;
	f->config = (struct journal_config){
		.dir = f->dir,
		.board = "board-1",
		.station = "bench-1",
		.deadline_ms = FIXTURE_HOURS48,
		.now = {.mono_ms = 1000, .wall_ms = FIXTURE_WALL, .trusted = true},
		.boot = FIXTURE_BOOT,
		.retry_ms = 20,
	};
	disk_errno = frame_errno = sync_errno = rename_dies_at = write_dies_at = 0;
	write_fails_at = write_fails = rename_fails_at = 0;
	*state = f;
	return 0;
}

static inline void fixture_close(struct fixture *f)
{
	journal_close(f->j);
	f->j = NULL;
	loop_close(f->loop);
	f->loop = NULL;
	f->poll = NULL;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	disk_errno = frame_errno = 0;
	disk_release();
	fixture_close(f);
	nftw(f->dir, fixture_unlink, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static inline void fixture_path(const struct fixture *f, const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", f->dir, name);
}

static inline bool fixture_has(const struct fixture *f, const char *name)
{
	char path[512];

	fixture_path(f, name, path);
	return access(path, F_OK) == 0;
}

static inline void fixture_write(const struct fixture *f, const char *name, const void *bytes,
				 size_t len)
{
	char path[512];
	int fd;

	fixture_path(f, name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

/* The whole file; freed by the caller. */
static inline char *fixture_read(const struct fixture *f, const char *name, size_t *len)
{
	char path[512], *bytes;
	struct stat st;
	int fd;

	fixture_path(f, name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	bytes = malloc(*len + 1);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, *len), st.st_size);
	bytes[*len] = 0;
	close(fd);
	return bytes;
}

/* --- the database from outside --- */

static inline void fixture_sql(const struct fixture *f, const char *name, const char *sql)
{
	char path[512], *error = NULL;
	sqlite3 *db = NULL;

	fixture_path(f, name, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
	sqlite3_close(db);
}

static inline int64_t fixture_i64(const struct fixture *f, const char *name, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	char path[512];
	int64_t value;

	fixture_path(f, name, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return value;
}

static inline void fixture_sha256(const void *bytes, size_t len, uint8_t hash[32])
{
	struct sha256_ctx c;

	sha256_init(&c);
	sha256_update(&c, len, bytes);
	sha256_digest(&c, 32, hash);
}

/* Re-hashes the whole chain without the code under test; returns the number of its last event. It
 * begins behind the anchor that meta names. */
static inline uint64_t fixture_chain_of(const struct fixture *f, const char *name)
{
	uint8_t hash[32], prev[32] = {0}, want[32];
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	char path[512], seq[40];
	unsigned long long n = 0;

	fixture_path(f, name, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key='anchor'", -1, &s, NULL),
		SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW) {
		const char *anchor = (const char *)sqlite3_column_text(s, 0);
		char hex[65];

		assert_int_equal(sscanf(anchor, "%llu %64s", &n, hex), 2);
		assert_true(text_read_hex(hex, 64, prev, 32));
	}
	sqlite3_finalize(s);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT seq, line, hash FROM event ORDER BY seq",
					    -1, &s, NULL),
			 SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *line = sqlite3_column_blob(s, 1);
		size_t len = (size_t)sqlite3_column_bytes(s, 1);

		n++;
		assert_int_equal(sqlite3_column_int64(s, 0), n);
		snprintf(seq, sizeof(seq), "\"seq\":%llu,", n);
		assert_non_null(memmem(line, len, seq, strlen(seq)));
		assert_true(len > 74);
		assert_memory_equal(line + len - 74, "\"prev\":\"", 8);
		assert_true(text_read_hex(line + len - 66, 64, want, 32));
		assert_memory_equal(want, prev, 32);
		fixture_sha256(line, len, hash);
		assert_int_equal(sqlite3_column_bytes(s, 2), 32);
		assert_memory_equal(sqlite3_column_blob(s, 2), hash, 32);
		memcpy(prev, hash, 32);
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

static inline uint64_t fixture_chain(const struct fixture *f)
{
	return fixture_chain_of(f, JOURNAL_FILE);
}

/* --- the journal on its loop --- */

static inline void fixture_trace(struct fixture *f, char what)
{
	size_t n = strlen(f->trace);

	if (n + 1 < sizeof(f->trace))
		f->trace[n] = what;
}

static inline void fixture_stored(void *user, bool ok)
{
	struct fixture *f = user;

	fixture_trace(f, ok ? 's' : 'x');
	if (f->stored < sizeof(f->ok) / sizeof(f->ok[0]))
		f->ok[f->stored] = ok;
	f->stored++;
	f->stored_ok += ok;
}

static inline void fixture_found(void *user, const struct parcel *parcel)
{
	struct fixture *f = user;

	f->found++;
	if (parcel)
		f->parcel = *parcel;
	else
		f->found_null++;
}

static inline void fixture_works(void *user, bool works)
{
	struct fixture *f = user;

	fixture_trace(f, works ? '+' : '-');
	f->works = works;
	f->works_calls++;
}

static inline void fixture_sealed(void *user, bool ok)
{
	struct fixture *f = user;

	f->sealed++;
	f->sealed_ok += ok;
}

static inline void fixture_proved(void *user, uint64_t seq)
{
	struct fixture *f = user;

	f->proved = seq;
}

static inline void fixture_returned(void *user, bool ok)
{
	struct fixture *f = user;

	f->returned++;
	f->returned_ok += ok;
}

static inline void fixture_changed(void *user)
{
	struct fixture *f = user;

	f->changed++;
}

static inline void fixture_poll(void *user)
{
	struct fixture *f = user;
	uint64_t now = loop_moment(f->loop).mono_ms;

	f->met = f->until(f);
	if (f->met || now >= f->give_up)
		loop_quit(f->loop);
	else
		assert_int_equal(loop_timer_set(f->poll, now + 1), 0);
}

/* Runs the loop until the condition holds. */
static inline void fixture_wait(struct fixture *f, bool (*until)(struct fixture *f))
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	f->give_up = (uint64_t)t.tv_sec * 1000 + FIXTURE_DEADLINE;
	f->until = until;
	assert_int_equal(loop_timer_set(f->poll, 0), 0);
	assert_int_equal(loop_run(f->loop), 0);
	assert_true(f->met);
}

/* Conditions to wait for. */
static inline bool fixture_is_broken(struct fixture *f)
{
	return !f->works;
}

static inline bool fixture_is_working(struct fixture *f)
{
	return f->works;
}

static inline bool fixture_is_checked(struct fixture *f)
{
	struct journal_state state;

	journal_state(f->j, &state);
	return state.checked;
}

static inline int fixture_open(struct fixture *f)
{
	f->stored = f->stored_ok = f->found = f->found_null = f->works_calls = 0;
	f->sealed = f->sealed_ok = f->returned = f->returned_ok = f->changed = 0;
	f->works = true;
	memset(f->trace, 0, sizeof(f->trace));
	return journal_open(&f->j, &f->config, &f->report);
}

static inline void fixture_start(struct fixture *f)
{
	struct journal_calls calls = {
		.stored = fixture_stored,
		.found = fixture_found,
		.works = fixture_works,
		.sealed = fixture_sealed,
		.returned = fixture_returned,
		.proved = fixture_proved,
		.changed = fixture_changed,
		.user = f,
	};

	assert_int_equal(loop_open(&f->loop), 0);
	assert_int_equal(loop_timer(f->loop, &f->poll, fixture_poll, f), 0);
	assert_int_equal(journal_start(f->j, f->loop, &calls), 0);
}

static inline void fixture_begin(struct fixture *f)
{
	int rc = fixture_open(f);

	if (rc)
		fail_msg("journal_open: %s", f->report.text);
	assert_int_equal(f->report.trouble, JOURNAL_FINE);
	fixture_start(f);
}

static inline struct event fixture_event(struct fixture *f, enum event_kind kind, const char *data)
{
	struct event e = {
		.kind = kind,
		.station = "bench-1",
		.at = {.mono_ms = 5000, .wall_ms = FIXTURE_WALL + 1, .trusted = true},
		.boot = FIXTURE_BOOT,
	};
	uint8_t random[10] = {0};

	f->ids++;
	for (int i = 0; i < 8; i++)
		random[9 - i] = (uint8_t)(f->ids >> (8 * i));
	event_uuid7(e.id, e.at.wall_ms, random);
	text_copy(e.data, sizeof(e.data), data);
	return e;
}

static unsigned fixture_want; /* completions that are waited for */

static inline bool fixture_stored_enough(struct fixture *f)
{
	return f->stored >= fixture_want;
}

static inline bool fixture_found_enough(struct fixture *f)
{
	return f->found >= fixture_want;
}

/* Appends one event and waits; whether it was stored. */
static inline bool fixture_append(struct fixture *f, const struct event *e)
{
	assert_int_equal(journal_append(f->j, e, 1), 0);
	fixture_want = f->stored + 1;
	fixture_wait(f, fixture_stored_enough);
	return f->ok[(f->stored - 1) % 512];
}

static inline const struct parcel *fixture_find(struct fixture *f, const char *label,
						enum parcel_by by)
{
	struct moment now = {.mono_ms = 6000, .wall_ms = FIXTURE_WALL + 2, .trusted = true};

	assert_int_equal(journal_lookup(f->j, label, by, &now), 0);
	fixture_want = f->found + 1;
	fixture_wait(f, fixture_found_enough);
	return &f->parcel;
}

/* One inspection; verdict NULL: left open. Returns its id in id. */
static inline void fixture_inspect(struct fixture *f, const char *label, uint16_t line,
				   uint16_t unit, const char *verdict, char id[EVENT_UUID + 1])
{
	struct event e = fixture_event(f, EVENT_INSPECTION_OPENED, "{}");
	char data[40];

	text_copy(e.label, sizeof(e.label), label);
	e.line = line;
	e.unit = unit;
	memcpy(id, e.id, EVENT_UUID + 1);
	memcpy(e.inspection, e.id, sizeof(e.inspection));
	assert_true(fixture_append(f, &e));
	if (!verdict)
		return;
	snprintf(data, sizeof(data), "{\"verdict\":\"%s\"}", verdict);
	e = fixture_event(f, EVENT_INSPECTION_CLOSED, data);
	memcpy(e.inspection, id, sizeof(e.inspection));
	text_copy(e.label, sizeof(e.label), label);
	text_copy(e.by, sizeof(e.by), "B7");
	e.line = line;
	e.unit = unit;
	assert_true(fixture_append(f, &e));
}

/* A later event of an inspection. */
static inline void fixture_then(struct fixture *f, const char *id, enum event_kind kind,
				const char *data)
{
	struct event e = fixture_event(f, kind, data);

	memcpy(e.inspection, id, sizeof(e.inspection));
	assert_true(fixture_append(f, &e));
}
/* A journal of `count` events, made faster than by appending. Closed. */
static inline void fixture_long(struct fixture *f, uint64_t count)
{
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	static char line[EVENT_LINE_MAX + 1];
	struct journal_state s;
	sqlite3 *db = NULL;
	sqlite3_stmt *insert = NULL;
	char path[512], sql[96];
	uint8_t hash[EVENT_HASH];

	assert_int_equal(fixture_open(f), 0);
	journal_state(f->j, &s);
	fixture_close(f);
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA synchronous=OFF; BEGIN", NULL, NULL, NULL);
	assert_int_equal(
		sqlite3_prepare_v2(db, "INSERT INTO event VALUES(?1, ?2, ?3)", -1, &insert, NULL),
		SQLITE_OK);
	memcpy(hash, s.head, sizeof(hash));
	memcpy(e.journal, s.journal, sizeof(e.journal));
	for (e.seq = 2; e.seq <= count; e.seq++) {
		size_t len;

		memcpy(e.prev, hash, sizeof(hash));
		len = event_encode(&e, line, sizeof(line));
		fixture_sha256(line, len, hash);
		sqlite3_bind_int64(insert, 1, (sqlite3_int64)e.seq);
		sqlite3_bind_blob(insert, 2, line, (int)len, SQLITE_STATIC);
		sqlite3_bind_blob(insert, 3, hash, sizeof(hash), SQLITE_STATIC);
		assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
		sqlite3_reset(insert);
	}
	sqlite3_finalize(insert);
	snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO meta VALUES('projected_seq', %llu)",
		 (unsigned long long)count);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* --- what the writer does by itself --- */

/* Whether every thread but this one sleeps. */
static inline bool fixture_all_sleep(void)
{
	char path[300], stat[300], own[24];
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/task");
	bool sleep = dir != NULL;

	snprintf(own, sizeof(own), "%d", (int)gettid());
	while (dir && (entry = readdir(dir)) != NULL) {
		FILE *file;
		char *state;

		if (entry->d_name[0] == '.' || strcmp(entry->d_name, own) == 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/stat", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue; /* it has just ended */
		stat[fread(stat, 1, sizeof(stat) - 1, file)] = 0;
		fclose(file);
		state = strrchr(stat, ')');
		sleep = sleep && state && state[1] && state[2] == 'S';
	}
	if (dir)
		closedir(dir);
	return sleep;
}

#define FIXTURE_CALM 60 /* ms; right after a job it may sleep for 20 though there is work */

static uint64_t fixture_awake_ms;

static inline uint64_t fixture_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static inline bool fixture_is_idle(struct fixture *f)
{
	uint64_t now = fixture_now();

	(void)f;
	if (!fixture_all_sleep())
		fixture_awake_ms = now;
	return now - fixture_awake_ms > FIXTURE_CALM;
}

/* Until the writer has nothing left to do, as far as one can see from outside. */
static inline void fixture_idle(struct fixture *f)
{
	fixture_awake_ms = fixture_now();
	fixture_wait(f, fixture_is_idle);
}

/* A journal of `count` events, closed in order. */
static inline void fixture_make(struct fixture *f, unsigned count)
{
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");

	fixture_begin(f);
	for (unsigned i = 1; i < count; i++)
		assert_true(fixture_append(f, &e));
	fixture_close(f);
}

/* In a child without root: mode bits don't bind root. Returns what the child's run returned. */
static inline int fixture_as_nobody(struct fixture *f, int (*run)(struct fixture *f))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(99);
		_exit(run(f));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}
#endif
