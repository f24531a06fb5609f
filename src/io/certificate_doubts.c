/* certificate_doubts.c - settings of sticks with which none can do what it is for (certificate.h):
 * nobody would see it before a supervisor stands at the bench. */
#include "certificate.h"
#include "station/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct doubts {
	struct certificate_doubt *at;
	size_t count;
};

static struct certificate_doubt *doubt(struct doubts *all, enum certificate_doubt_kind kind,
				       const struct settings_place *at, const char *key,
				       const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static struct certificate_doubt *doubt(struct doubts *all, enum certificate_doubt_kind kind,
				       const struct settings_place *at, const char *key,
				       const char *format, ...)
{
	struct certificate_doubt *d = &all->at[all->count++];
	int len = 0;
	va_list ap;

	*d = (struct certificate_doubt){.kind = kind, .key = key};
	if (at->line)
		len = snprintf(d->text, sizeof(d->text), "%s:%u: ", at->file, at->line);
	va_start(ap, format);
	(void)vsnprintf(d->text + len, sizeof(d->text) - (size_t)len, format, ap);
	va_end(ap);
	return d;
}

static const char *words_of(int error)
{
	return error == -EBADMSG ? "is no certificate in PEM"
	       : error == -EFBIG ? "is too large for a certificate"
				 : strerror(-error);
}

/* wanted: what should be in the file, and what comes of it. */
static void file_doubt(struct doubts *all, const struct settings_place *at, const char *key,
		       const char *path, const char *wanted, struct expiry *is)
{
	int r = certificate_last(path, is);
	struct certificate_doubt *d;

	if (r == 0)
		return;
	d = doubt(all, CERTIFICATE_WRONG, at, key, "%s: %s: %s; %s", key, path, words_of(r),
		  wanted);
	d->path = path;
	d->error = r;
}

static void who_doubt(struct doubts *all, const struct settings *s)
{
	struct expiry is;

	switch (s->who) {
	case SETTINGS_WHO_OPEN:
		break;
	case SETTINGS_WHO_BADGE:
		if (!s->badges[0])
			(void)doubt(all, CERTIFICATE_WRONG, &s->who_at, "badges",
				    "who = badge, but [export] badges names no supervisor: every "
				    "stick is refused");
		else if (!s->key_file[0])
			(void)doubt(all, CERTIFICATE_WRONG, &s->who_at, "key_file",
				    "who = badge, but without a site key ([site] key_file) no "
				    "badge can be scanned: every stick is refused");
		break;
	case SETTINGS_WHO_KEY:
		if (s->token_file[0])
			file_doubt(all, &s->token_at, "token_file", s->token_file,
				   "it is the certificate of whoever signs tokens (stationctl "
				   "token), and without it every stick is refused",
				   &is);
		else
			(void)doubt(all, s->who_at.line ? CERTIFICATE_WRONG : CERTIFICATE_NOTE,
				    &s->who_at, "token_file",
				    "%s[export] token_file does not say who signs tokens: every "
				    "stick is refused (or set who = badge or open)",
				    s->who_at.line ? "who = key, but " : "");
		break;
	}
}

static void ack_doubt(struct doubts *all, const struct settings *s, int64_t now_ms)
{
	struct expiry is;
	char until[32];
	struct text t = text_over(until, sizeof(until));

	file_doubt(all, &s->hq.ack_at, "ack_file", s->hq.ack_file,
		   "it is the certificate with whose key headquarters signs ack.json, and without "
		   "it no acknowledgement on a stick counts",
		   &is);
	if (expiry_state(&is, now_ms) != EXPIRY_OVER)
		return;
	text_time(&t, is.until_ms);
	(void)doubt(all, CERTIFICATE_OLD, &s->hq.ack_at, "ack_file",
		    "ack_file: %s: it has expired (%.10s); acknowledgements by its key still "
		    "count, but headquarters may sign by another one: ask for that",
		    s->hq.ack_file, until);
}

size_t certificate_doubts(const struct settings *s, int64_t now_ms,
			  struct certificate_doubt out[CERTIFICATE_DOUBTS])
{
	struct doubts all = {.at = out};
	struct expiry is;

	who_doubt(&all, s);
	if (s->hq.ack_file[0])
		ack_doubt(&all, s, now_ms);
	if (s->encrypt_to[0])
		file_doubt(&all, &s->encrypt_at, "encrypt_to", s->encrypt_to,
			   "it is the certificate of who may read exports, and without it nothing "
			   "is exported",
			   &is);
	return all.count;
}
