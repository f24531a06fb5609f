/* journal_writer.h - the journal's inside, and the thread that writes it. Private to journal*.c. */
#ifndef IO_JOURNAL_WRITER_H
#define IO_JOURNAL_WRITER_H
#include "journal_begin.h"
#include "journal_check.h"
#include "journal_expect.h"
#include "journal_page.h"
#include "journal_retain.h"
#include "journal_seal.h"
#include <pthread.h>

#define JOURNAL_WRITER_JOBS  128
#define JOURNAL_WRITER_NONE  (-1)
#define JOURNAL_WRITER_PAGES 4 /* of headquarters' list that are queued; the uplink sends one */

struct journal_writer_find {
	char label[LABEL_MAX + 1];
	enum parcel_by by;
	struct moment now;
	struct parcel parcel; /* the answer */
};

struct journal_writer_job {
	bool lookup;
	bool ok;
	uint8_t count;	  /* of events */
	unsigned changes; /* of `works` that come before its completion */
	union {
		struct event events[JOURNAL_GROUP];
		struct journal_writer_find find;
	};
};

/* A list of jobs through journal.next. */
struct journal_writer_list {
	int first, last;
};

struct journal {
	/* The writer's, once it runs. */
	struct journal_setup setup;
	struct journal_db db;
	struct journal_expect list;
	struct journal_page *page; /* in hand */
	struct journal_seal seal;
	struct journal_retain retain;
	bool checking; /* the check runs */
	bool opened;   /* journal_begin_open was through once */
	bool damaged;  /* never to be written again */
	uint64_t retry_ms, retry_at;
	uint64_t worked_at, calm_until; /* the last job; until then only jobs */

	/* The loop's. */
	struct journal_calls calls;
	struct loop_source *source;
	bool told; /* what calls.works said last; true at first */
	unsigned told_changes;

	/* Shared, under lock. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct journal_writer_list waiting, done;
	int unused; /* first free job; last freed, first used, so that few of them become resident
		     */
	int next[JOURNAL_WRITER_JOBS];
	struct journal_state state;
	unsigned changes; /* how often state.works changed */
	bool stop;
	bool wants_list;  /* list_path is to be read */
	bool wants_acked; /* acked is to be kept */
	uint64_t acked;
	uint64_t acked_at; /* the writer's: when it was last kept */
	uint64_t proved;   /* so is this, if the hash is ours; 0 = nothing */
	uint8_t proved_hash[EVENT_HASH];
	uint64_t proved_to;		    /* it was: to be told; 0 = nothing */
	struct journal_page *pages, *paged; /* waiting; done */
	unsigned page_count;		    /* all that are not told yet */
	bool wants_seal;
	bool sealed, sealed_ok; /* an answer to tell */
	bool check_done;
	int check_result;
	char list_path[JOURNAL_DB_PATH];

	int event_fd; /* wakes the loop */
	pthread_t writer, checker;
	bool has_writer, has_checker;
	struct journal_check check;
	struct journal_writer_job *jobs; /* JOURNAL_WRITER_JOBS */
};

void journal_writer_push(struct journal *j, struct journal_writer_list *list, int job);
int journal_writer_pop(struct journal *j, struct journal_writer_list *list);
uint64_t journal_writer_now(void);	     /* monotonic, milliseconds */
void journal_writer_wake(struct journal *j); /* the loop */
void journal_writer_room(struct journal *j); /* looks how much of the disk is free */
/* Copies what the database knows to the state that others see. */
void journal_writer_publish(struct journal *j);
void journal_writer_state(struct journal *j); /* the same, under lock */
/* Not working, because of error: says so, and refuses from here on. */
void journal_writer_break(struct journal *j, const char *problem);
/* The same for a failure of the database. */
void journal_writer_failed(struct journal *j, int error);
void journal_writer_problem(struct journal *j, const char *problem); /* for journal_state */
int journal_writer_start(struct journal *j);
/* Waits until everything that is queued is on disk, marks the stop as one in order, closes. */
void journal_writer_stop(struct journal *j);
#endif
