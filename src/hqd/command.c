/* command.c - hqd's commands on the database: import the list of expected returns, export the
 * received events, tell journals and numbers as JSON. */
#include "command.h"
#include "io/log.h"
#include "station/text.h"
#include "stick.h"
#include "store.h"
#include "store_shelf.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REFUSED_TOLD 20 /* refused rows that are told one by one */

/* A mistyped name must not make a file. */
struct store *command_store(const struct options *o, bool make)
{
	struct store *s = NULL;
	char why[256] = "";

	if (!make && access(o->db, F_OK) < 0) {
		log_error("%s: %s", o->db, strerror(errno));
		return NULL;
	}
	int err = store_open(&s, o->db, why, sizeof(why));
	if (err == 0)
		return s;
	log_error("%s: %s", o->db, why[0] ? why : strerror(-err));
	return NULL;
}

int command_flushed(int code)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return OPTIONS_FINE;
	log_error("can't write the output: %s", strerror(errno ? errno : EIO));
	return OPTIONS_GONE;
}

static void on_refused(void *user, const char *why)
{
	uint64_t *refused = user;

	if ((*refused)++ < REFUSED_TOLD)
		log_warning("%s", why);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Without an authority nobody could tell whose events they are. */
static int import_stick(const struct options *o)
{
	struct store *s;
	int code;

	if (!o->client_ca) {
		log_error("%s: exports are taken with --client-ca only", o->csv);
		return OPTIONS_USAGE;
	}
	s = command_store(o, true);
	if (!s)
		return OPTIONS_GONE;
	code = stick_import(s, o);
	store_close(s);
	return command_flushed(code);
}

int command_import(const struct options *o)
{
	uint64_t refused = 0, returns = 0;
	struct store *s = NULL;

	if (is_folder(o->csv))
		return import_stick(o);
	if (o->cert || o->crl) {
		log_error("%s: --cert, --key and --crl are for a folder of exports", o->csv);
		return OPTIONS_USAGE;
	}
	if (access(o->csv, R_OK) < 0) {
		log_error("%s: %s", o->csv, strerror(errno));
		return OPTIONS_GONE;
	}
	s = command_store(o, true);
	if (!s)
		return OPTIONS_GONE;
	int err = store_import(s, o->csv, on_refused, &refused, &returns);
	store_close(s);
	if (refused > REFUSED_TOLD)
		log_warning("%" PRIu64 " more rows were refused", refused - REFUSED_TOLD);
	if (err < 0) {
		log_error("%s: nothing was imported: %s", o->csv, strerror(-err));
		return OPTIONS_WRONG;
	}
	(void)printf("%" PRIu64 " returns expected, %" PRIu64 " rows refused\n", returns, refused);
	return command_flushed(refused > 0 ? OPTIONS_WRONG : OPTIONS_FINE);
}

/* --- export --- */

struct export
{
	struct store *store;
	uint64_t from;
	int err;
};

static bool export_line(void *user, const char *line, size_t len)
{
	(void)user;
	return fwrite(line, 1, len, stdout) == len;
}

static bool export_journal(void *user, const struct store_journal *j)
{
	struct export *e = user;

	e->err = store_lines(e->store, j->uuid, e->from, export_line, NULL);
	return e->err == 0 && !ferror(stdout);
}

struct search {
	const char *journal;
	struct store_journal found;
};

static bool search_journal(void *user, const struct store_journal *j)
{
	struct search *s = user;

	if (strcmp(j->uuid, s->journal) != 0)
		return true;
	s->found = *j;
	return false;
}

static int export_all(const struct options *o, struct export *e)
{
	struct search search = {.journal = o->journal};
	int err;

	if (!o->journal) {
		err = store_journals(e->store, export_journal, e);
		return err < 0 ? err : e->err;
	}
	err = store_journals(e->store, search_journal, &search);
	if (err < 0)
		return err;
	if (!search.found.uuid[0])
		return -ENOENT;
	(void)export_journal(e, &search.found);
	return e->err;
}

int command_export(const struct options *o)
{
	struct export e = {.store = command_store(o, false), .from = o->from};

	if (!e.store)
		return OPTIONS_GONE;
	int err = export_all(o, &e);
	store_close(e.store);
	if (err == -ENOENT)
		log_error("no such journal here: %s", o->journal);
	else if (err < 0)
		log_error("can't read %s: %s", o->db, strerror(-err));
	return command_flushed(err == -ENOENT ? OPTIONS_WRONG
			       : err < 0      ? OPTIONS_GONE
					      : OPTIONS_FINE);
}

/* --- status --- */

static bool status_journal(void *user, const struct store_journal *j)
{
	json_t *list = user;
	char hex[2 * EVENT_HASH + 1];
	struct text t = text_over(hex, sizeof(hex));

	text_hex(&t, j->hash, EVENT_HASH);
	json_t *o = json_pack("{s:s, s:s, s:I, s:s, s:s*, s:I, s:I}", "journal", j->uuid, "station",
			      j->station, "head", (json_int_t)j->head, "hash", hex, "parent",
			      j->parent[0] ? j->parent : NULL, "holes", (json_int_t)j->holes,
			      "forks", (json_int_t)j->forks);
	return json_array_append_new(list, o) == 0;
}

struct shelf {
	json_t *list;
	uint64_t events;
};

static bool status_waiting(void *user, const struct store_waiting *w)
{
	struct shelf *shelf = user;

	shelf->events += w->count;
	return json_array_append_new(shelf->list, json_pack("{s:s, s:s, s:I, s:I}", "journal",
							    w->uuid, "station", w->station,
							    "events", (json_int_t)w->count, "from",
							    (json_int_t)w->first)) == 0;
}

static json_t *status_numbers(const struct store_numbers *n, uint64_t waiting)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "journals",
			 (json_int_t)n->journals, "events", (json_int_t)n->events, "inspections",
			 (json_int_t)n->inspections, "passed", (json_int_t)n->passed, "failed",
			 (json_int_t)n->failed, "expected", (json_int_t)n->expected, "holes",
			 (json_int_t)n->holes, "forks", (json_int_t)n->forks, "set_aside",
			 (json_int_t)n->set_aside, "conflicts", (json_int_t)n->conflicts, "waiting",
			 (json_int_t)waiting);
}

int command_status(const struct options *o)
{
	struct store_numbers numbers = {0};
	struct shelf shelf = {.events = 0};
	struct store *s = command_store(o, false);

	if (!s)
		return OPTIONS_GONE;
	json_t *journals = json_array();
	shelf.list = json_array();
	int err = store_numbers(s, &numbers);
	if (err == 0)
		err = store_journals(s, status_journal, journals);
	if (err == 0)
		err = store_shelf_each(s, status_waiting, &shelf);
	store_close(s);
	/* takes both lists */
	json_t *all = json_pack("{s:o, s:o, s:o}", "journals", journals, "waiting", shelf.list,
				"numbers", status_numbers(&numbers, shelf.events));
	if (err < 0)
		log_error("can't read %s: %s", o->db, strerror(-err));
	int failed = err < 0 || !all || json_dumpf(all, stdout, JSON_INDENT(2)) < 0 ||
		     putchar('\n') == EOF;
	json_decref(all);
	return err < 0 ? OPTIONS_GONE : command_flushed(failed ? OPTIONS_GONE : OPTIONS_FINE);
}
