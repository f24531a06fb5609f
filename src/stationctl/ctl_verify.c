/* ctl_verify.c - stationctl verify: walks the chain of a journal or of an export and names the
 * first broken link. Hashes are computed anew; a stored one must agree. */
#include "ctl.h"
#include "clean.h"
#include "io/journal.h"
#include "station/event.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERIFY_PAGE   256
#define VERIFY_BUFFER 65536
#define VERIFY_SQLITE "SQLite format 3"
#define VERIFY_ADVICE "from here on the events can't be trusted; keep the file as it is"

struct verify {
	struct event_chain chain;
	uint64_t events; /* good ones */
	uint64_t line;	 /* the line or row that is looked at, from 1 */
	uint64_t first;	 /* seq of the first event */
	bool broken;
	/* Of a journal: where its chain hangs. */
	bool in_journal;
	uint64_t anchor; /* last seq that was removed, 0 = none */
	uint8_t anchor_hash[EVENT_HASH];
	bool gap; /* the front is not where it was: it may just have been removed */
};

/* Where the chain should go on; of its very first line, what that line says of itself. */
static uint64_t verify_seq(const struct verify *v, uint64_t found)
{
	return v->chain.begun ? v->chain.seq + 1 : found;
}

static void verify_broken(struct verify *v, uint64_t seq, const char *what, const char *detail)
{
	v->broken = true;
	if (seq > 0)
		printf("broken at seq %llu (line %llu): ", (unsigned long long)seq,
		       (unsigned long long)v->line);
	else
		printf("broken at line %llu: ", (unsigned long long)v->line);
	clean_puts(stdout, what);
	if (detail)
		printf(": %s", detail);
	putchar('\n');
}

/* False stops the walk. */
static bool verify_line(struct verify *v, const char *line, size_t len)
{
	enum event_fault fault = EVENT_OK;
	struct event_view view = {0};
	enum event_link link;
	char detail[96] = "";
	bool read = event_read(line, len, &view) == EVENT_OK;

	v->line++;
	link = event_chain_feed(&v->chain, line, len, &fault);
	if (link == EVENT_LINK_OK) {
		if (v->events++ == 0)
			v->first = v->chain.seq;
		return true;
	}
	if (link == EVENT_LINK_LINE)
		snprintf(detail, sizeof(detail), "%s", event_fault_text(fault));
	else if (link == EVENT_LINK_SEQ && read)
		snprintf(detail, sizeof(detail), "found seq %llu", (unsigned long long)view.seq);
	verify_broken(v, verify_seq(v, view.seq), event_link_text(link), *detail ? detail : NULL);
	return false;
}

static void verify_too_long(struct verify *v)
{
	v->line++;
	verify_broken(v, verify_seq(v, 0), event_link_text(EVENT_LINK_LINE),
		      event_fault_text(EVENT_TOO_LONG));
}

/* --- an export: lines --- */

struct verify_lines {
	char buf[VERIFY_BUFFER];
	size_t len;
};

/* Takes whole lines out of the buffer; at the end of the file also the last one without its LF. */
static bool verify_drain(struct verify *v, struct verify_lines *l, bool end)
{
	size_t at = 0;

	while (at < l->len) {
		const char *lf = memchr(l->buf + at, '\n', l->len - at);
		size_t len = lf ? (size_t)(lf - (l->buf + at)) : l->len - at;

		if (len > EVENT_LINE_MAX) {
			verify_too_long(v);
			return false;
		}
		if (!lf && !end)
			break;
		if (!verify_line(v, l->buf + at, len))
			return false;
		at += len + (lf != NULL);
	}
	memmove(l->buf, l->buf + at, l->len - at);
	l->len -= at;
	return true;
}

static int verify_file(struct verify *v, struct verify_lines *l, int fd)
{
	bool end = false;

	while (!end) {
		ssize_t n = read(fd, l->buf + l->len, sizeof(l->buf) - l->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		end = n == 0;
		l->len += (size_t)n;
		if (!verify_drain(v, l, end))
			return 0;
	}
	return 0;
}

/* --- a journal: rows --- */

/* The first row, and any behind a piece that was removed meanwhile, has to hang on the anchor. */
static bool verify_front(struct verify *v, uint64_t seq, const char *line, size_t len)
{
	struct event_view view;

	v->gap = seq != v->anchor + 1;
	if (v->gap || event_read(line, len, &view) != EVENT_OK)
		return !v->gap; /* what is no event, verify_line tells */
	if (memcmp(view.prev, v->anchor_hash, EVENT_HASH) == 0)
		return true;
	v->line++;
	verify_broken(v, seq, event_link_text(EVENT_LINK_PREV), NULL);
	return false;
}

static bool verify_row(void *user, uint64_t seq, const char *line, size_t len,
		       const uint8_t hash[EVENT_HASH])
{
	struct verify *v = user;

	if (len > EVENT_LINE_MAX) {
		verify_too_long(v);
		return false;
	}
	if (seq > v->chain.seq + 1 || !v->chain.begun) {
		if (!verify_front(v, seq, line, len))
			return false;
		v->chain.begun = false;
	}
	if (!verify_line(v, line, len))
		return false;
	if (v->chain.seq != seq) {
		verify_broken(v, v->chain.seq, "the row's number is not the event's", NULL);
		return false;
	}
	if (memcmp(hash, v->chain.head, EVENT_HASH) != 0) {
		verify_broken(v, seq, "the stored hash is not the event's", NULL);
		return false;
	}
	return true;
}

static int verify_anchor(struct verify *v, struct journal_reader *reader)
{
	return journal_reader_anchor(reader, &v->anchor, v->anchor_hash);
}

/* Events are missing at the front of what was not read yet: removed in the meantime, if the anchor
 * has moved beyond them; then it goes on behind it. */
static int verify_gap(struct verify *v, struct journal_reader *reader)
{
	uint64_t before = v->anchor;
	int err = verify_anchor(v, reader);

	v->gap = false;
	if (err)
		return err;
	if (v->anchor > before && v->anchor > v->chain.seq) {
		v->chain.seq = v->anchor;
		return 0;
	}
	v->line++;
	verify_broken(v, (v->chain.begun ? v->chain.seq : v->anchor) + 1,
		      event_link_text(EVENT_LINK_SEQ), NULL);
	return 0;
}

static int verify_journal(struct verify *v, const char *path)
{
	struct journal_report report = {0};
	struct journal_reader *reader;
	int n = journal_reader_open(&reader, path, &report);

	if (n < 0) {
		ctl_error("%s", report.text[0] ? report.text : strerror(-n));
		return CTL_GONE;
	}
	v->in_journal = true;
	n = verify_anchor(v, reader);
	while (n == 0 && !v->broken) {
		do {
			n = journal_reader_lines(reader, v->chain.seq, VERIFY_PAGE, verify_row, v);
		} while (n == VERIFY_PAGE && !v->broken && !v->gap);
		if (n < 0 || !v->gap)
			break;
		n = verify_gap(v, reader);
	}
	if (n < 0) {
		v->line++;
		verify_broken(v, v->chain.seq + 1, "the database can't be read here", strerror(-n));
	}
	journal_reader_close(reader);
	return CTL_FINE;
}

static int verify_result(const struct verify *v)
{
	char hex[2 * EVENT_HASH + 1];
	struct text t = text_over(hex, sizeof(hex));

	if (v->broken) {
		ctl_error(VERIFY_ADVICE);
		return CTL_WRONG;
	}
	if (v->events == 0) {
		ctl_error("there is no event in it");
		return CTL_WRONG;
	}
	text_hex(&t, v->chain.head, EVENT_HASH);
	printf("ok: %llu events, seq %llu to %llu, journal %s, head %s\n",
	       (unsigned long long)v->events, (unsigned long long)v->first,
	       (unsigned long long)v->chain.seq, v->chain.journal, hex);
	if (v->in_journal && v->first > 1)
		printf("begins at seq %llu (older ones removed after acknowledgement)\n",
		       (unsigned long long)v->first);
	return CTL_FINE;
}

/* Opens what is named and looks whether it begins as a database does. */
static int verify_walk(struct verify *v, const char *path)
{
	static struct verify_lines lines;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0, code = CTL_FINE;

	if (fd < 0 || fstat(fd, &st) < 0) {
		err = -errno;
	} else if (S_ISDIR(st.st_mode)) {
		ctl_error("%s is a folder; name a journal.db or a .jsonl file in it", path);
		code = CTL_GONE;
	} else {
		while (!err && lines.len < sizeof(VERIFY_SQLITE)) {
			ssize_t n =
				read(fd, lines.buf + lines.len, sizeof(VERIFY_SQLITE) - lines.len);

			if (n < 0 && errno != EINTR)
				err = -errno;
			if (n == 0)
				break;
			if (n > 0)
				lines.len += (size_t)n;
		}
		if (lines.len == sizeof(VERIFY_SQLITE) &&
		    memcmp(lines.buf, VERIFY_SQLITE, sizeof(VERIFY_SQLITE)) == 0)
			code = verify_journal(v, path);
		else if (!err)
			err = verify_file(v, &lines, fd);
	}
	if (fd >= 0)
		close(fd);
	if (!err)
		return code;
	ctl_error("can't read %s: %s", path, strerror(-err));
	return CTL_GONE;
}

static int verify_run(struct ctl *ctl)
{
	struct verify v = {0};
	int code;

	event_chain_init(&v.chain);
	code = verify_walk(&v, ctl->words.word[0]);
	return code == CTL_FINE ? verify_result(&v) : code;
}

const struct ctl_command ctl_verify = {
	.name = "verify",
	.usage = "FILE|DB",
	.summary = "walk the chain of a .jsonl file or of a journal.db, name the first broken link",
	.words_least = 1,
	.words_most = 1,
	.run = verify_run,
};
