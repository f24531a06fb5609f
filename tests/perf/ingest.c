/* ingest.c - what taking events in costs headquarters' store, against a bare batched insert of the
 * same lines.
 *
 * Usage: ingest make EVENTS FILE            writes a journal of whole inspections
 *        ingest bare|store DB FILE BATCH    takes it in, BATCH events a transaction; prints seconds
 *
 * bare: the store's own table of lines and its settings, without looking at a byte; store:
 * everything (chain verified, inspections and outcomes projected). Both synced, both WAL and FULL.
 */
#include "hqd/store.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JOURNAL "01a207c1-e298-7ed7-8ab6-77895ec60d6f"
#define WALL	INT64_C(1795420800000)

struct lines {
	char *at, *end;
};

static void die(const char *what)
{
	fprintf(stderr, "ingest: %s\n", what);
	exit(1);
}

/* --- making --- */

static void make_step(struct event *e, unsigned i)
{
	static const struct {
		enum event_kind kind;
		const char *data;
	} steps[] = {
		{EVENT_INSPECTION_OPENED, "{\"raw\":\"UkxBWDAwMDAwMDEw\",\"scanner\":\"main\","
					  "\"list\":\"known\",\"supersedes\":null}"},
		{EVENT_STEP_ANSWERED, "{\"step\":\"appearance\",\"answer\":\"pass\"}"},
		{EVENT_STEP_ANSWERED, "{\"step\":\"accessories\",\"answer\":\"pass\"}"},
		{EVENT_STEP_ANSWERED, "{\"step\":\"usage\",\"answer\":\"pass\"}"},
		{EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}"},
		{EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}"},
	};

	e->kind = steps[i % 6].kind;
	snprintf(e->data, sizeof(e->data), "%s", steps[i % 6].data);
	snprintf(e->id, sizeof(e->id), "%08x-%04x-7abc-8def-%012x", 0x01a207c1 + i / 65536,
		 i % 65536, i * 2654435761u);
	if (i % 6 == 0) {
		memcpy(e->inspection, e->id, sizeof(e->id));
		snprintf(e->label, sizeof(e->label), "RAMS%08uX", i / 6);
	}
	e->at.wall_ms += 1500;
	e->at.mono_ms += 1500;
}

static int make(unsigned events, const char *path)
{
	static char line[EVENT_LINE_MAX + 1];
	struct event e = {.station = "bench-1",
			  .journal = JOURNAL,
			  .boot = "b4ad782b-ce0c-4794-b3d3-d029fe36dad1",
			  .by = "7701",
			  .line = 1,
			  .unit = 1,
			  .at = {.wall_ms = WALL, .trusted = true}};
	FILE *f = fopen(path, "we");

	for (unsigned i = 0; f && i < events; i++) {
		make_step(&e, i);
		e.seq = i + 1;
		size_t len = event_encode(&e, line, sizeof(line));

		event_hash(line, len, e.prev);
		line[len] = '\n';
		if (len == 0 || fwrite(line, 1, len + 1, f) != len + 1)
			die("can't write the events");
	}
	if (!f || fclose(f) != 0)
		die("can't write the file");
	return 0;
}

/* --- taking in --- */

static struct lines read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	struct lines l = {NULL, NULL};
	long size;

	if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) <= 0)
		die("can't read the file");
	rewind(f);
	l.at = malloc((size_t)size);
	if (!l.at || fread(l.at, 1, (size_t)size, f) != (size_t)size)
		die("can't read the file");
	fclose(f);
	l.end = l.at + size;
	return l;
}

/* The end of the next batch of lines. */
static char *batch_end(const struct lines *l, unsigned batch)
{
	char *to = l->at;

	while (batch-- > 0 && to < l->end)
		to = (char *)memchr(to, '\n', (size_t)(l->end - to)) + 1;
	return to;
}

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

static void bare(const char *path, struct lines l, unsigned batch)
{
	sqlite3_stmt *s = NULL;
	sqlite3 *db;
	sqlite3_int64 seq = 0;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		die("can't open the database");
	sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
		"PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=33554432;"
		"CREATE TABLE event(key INTEGER PRIMARY KEY, line BLOB NOT NULL)");
	if (sqlite3_prepare_v2(db, "INSERT INTO event VALUES(?, ?)", -1, &s, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
	while (l.at < l.end) {
		char *to = batch_end(&l, batch);

		sql(db, "BEGIN IMMEDIATE");
		while (l.at < to) {
			char *lf = memchr(l.at, '\n', (size_t)(to - l.at));

			sqlite3_bind_int64(s, 1, ++seq);
			sqlite3_bind_blob(s, 2, l.at, (int)(lf - l.at), SQLITE_STATIC);
			if (sqlite3_step(s) != SQLITE_DONE)
				die(sqlite3_errmsg(db));
			sqlite3_reset(s);
			l.at = lf + 1;
		}
		sql(db, "COMMIT");
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
}

static void store(const char *path, struct lines l, unsigned batch)
{
	struct store_reply reply;
	struct store *s;
	char why[256];

	if (store_open(&s, path, why, sizeof(why)))
		die(why);
	while (l.at < l.end) {
		char *to = batch_end(&l, batch);

		store_events(s, "bench-1", JOURNAL, l.at, (size_t)(to - l.at), WALL, &reply);
		if (reply.what != STORE_ACKED)
			die(reply.why);
		l.at = to;
	}
	store_close(s);
}

int main(int argc, char **argv)
{
	struct timespec from, to;
	bool is_bare = argc == 5 && strcmp(argv[1], "bare") == 0;

	if (argc == 4 && strcmp(argv[1], "make") == 0)
		return make((unsigned)strtoul(argv[2], NULL, 10), argv[3]);
	if (argc != 5 || (!is_bare && strcmp(argv[1], "store") != 0)) {
		fprintf(stderr, "usage: ingest make EVENTS FILE | bare|store DB FILE BATCH\n");
		return 2;
	}
	struct lines l = read_file(argv[3]);
	unsigned batch = (unsigned)strtoul(argv[4], NULL, 10);

	if (batch == 0)
		die("BATCH is a number from 1");
	clock_gettime(CLOCK_MONOTONIC, &from);
	(is_bare ? bare : store)(argv[2], l, batch);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.6f\n",
	       (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
	free(l.at);
	return 0;
}
