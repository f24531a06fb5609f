/* log.c - diagnostics: journald with fields and stable message ids where stderr is journald's, else
 * "program: level: text" lines on stderr. One write a line, so that threads do not mix theirs. */
#include "log.h"
#include "station/text.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define TEXT_CAP   1024
#define FIELDS_MAX 16

static const struct {
	const char *name;
	const char *priority; /* of syslog */
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", "PRIORITY=3"},
	[LOG_LEVEL_WARNING] = {"warning", "PRIORITY=4"},
	[LOG_LEVEL_NOTICE] = {"notice", "PRIORITY=5"},
	[LOG_LEVEL_INFO] = {"info", "PRIORITY=6"},
	[LOG_LEVEL_DEBUG] = {"debug", "PRIORITY=7"},
};

/* Random, made once, never to change: people filter and document by them. */
static const char *const message_ids[LOG_IDS] = {
	[LOG_PLAIN] = NULL,
	[LOG_STARTED] = "MESSAGE_ID=c53b3e3856964e4ca13c9750d8389bff",
	[LOG_STOPPED] = "MESSAGE_ID=216a3cd4dfa646718b1de17faae5a732",
	[LOG_SCANNER_LOST] = "MESSAGE_ID=edfa9b027b4746b1bcc0201e64404c4f",
	[LOG_SCANNER_BACK] = "MESSAGE_ID=ae76c6909555410eab45ddad70580a72",
	[LOG_JOURNAL_FAULT] = "MESSAGE_ID=118ad0c24cd243fb9ace31366ff92128",
	[LOG_JOURNAL_WORKS] = "MESSAGE_ID=ce2bd99e997e41c2bc029b3ec5f31de6",
	[LOG_JOURNAL_ASIDE] = "MESSAGE_ID=36efe5a897ae487ca8132f246588cfcf",
	[LOG_LIST_REFUSED] = "MESSAGE_ID=5fba2f4a8cb44ca7a913897d2d1495d2",
	[LOG_SCANS_HELD_BACK] = "MESSAGE_ID=d64fdd19d0ec49bcb3c9fab48acecfb5",
	[LOG_SCAN_LOST] = "MESSAGE_ID=d68f0a9f7cfd41669355e84cee1e10f3",
	[LOG_BUTTON_STUCK] = "MESSAGE_ID=b51d19d6e1574898aeb6cb48983e65c1",
	[LOG_REFUSED] = "MESSAGE_ID=7045e05de18044d390886d3b99e19c80",
	[LOG_STORE_FAULT] = "MESSAGE_ID=89454cd4601a4080be69319f3e58366b",
	[LOG_STORE_WORKS] = "MESSAGE_ID=1ff039da910d48f0be49e9b74857b100",
	[LOG_LINE_GOOD] = "MESSAGE_ID=d653d969915647a4b6c0b6b25edea6d4",
	[LOG_LINE_OFFLINE] = "MESSAGE_ID=7e59527973554d9d92fd24deb28e6bfc",
	[LOG_LINE_PERSON] = "MESSAGE_ID=5bc74902d77b4b918c2dd3dda8d0d3f9",
	[LOG_JOURNAL_SEALED] = "MESSAGE_ID=6fa15889a1044dcbbb04d13899a76239",
	[LOG_CLOCK_STEPPED] = "MESSAGE_ID=27477673a30c4f758f6f1e5e3a3dd7c5",
	[LOG_PANEL_LOST] = "MESSAGE_ID=6bc647e89c3540458ea4bc8c2a3cfd77",
	[LOG_PANEL_BACK] = "MESSAGE_ID=95fd9f3cdc354e4e9ad8b8346a1fe64a",
	[LOG_CERTIFICATE] = "MESSAGE_ID=ee9a765f147448cb890cdd1f82de19c2",
	[LOG_LABELS_REFUSED] = "MESSAGE_ID=986333871c564f11bd480826af82ee2c",
	[LOG_REASONS_REFUSED] = "MESSAGE_ID=bb601e4e502a42a5b2110590f9452509",
	[LOG_ACK_TAKEN] = "MESSAGE_ID=1f5be18b88a945bfaba7fa353bc27e62",
	[LOG_ACK_REFUSED] = "MESSAGE_ID=579a087b77bd4d4f96407060beec1fd9",
	[LOG_STICK_REFUSED] = "MESSAGE_ID=f419406bc18e417e8eb12e5a8a0656ae",
	[LOG_PHOTO_MISSED] = "MESSAGE_ID=ae2a360ed20349238c0e5e7d8fdbb454",
};

static char program[33] = "station";
static enum log_level most_level = LOG_LEVEL_INFO;
static bool to_journald;

/* systemd says in $JOURNAL_STREAM which stream is journald's; stderr may have been redirected. */
static bool stderr_is_journald(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat st;
	char own[64];
	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	struct text t = text_over(own, sizeof(own));
	text_u64(&t, (uint64_t)st.st_dev);
	text_char(&t, ':');
	text_u64(&t, (uint64_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

void log_open(const char *name, enum log_level most)
{
	(void)text_copy(program, sizeof(program), name);
	most_level = most;
	to_journald = stderr_is_journald();
}

/* Text from outside must not order a terminal about: no control bytes, C1 (U+0080..U+009F) and
 * broken UTF-8 included. */
static void text_clean(char *s)
{
	bool utf8 = text_is_utf8(s, strlen(s));
	for (unsigned char *p = (unsigned char *)s; *p; p++) {
		bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
		if (*p < 0x20 || *p == 0x7f || (!utf8 && *p >= 0x80))
			*p = '?';
		else if (c1)
			p[0] = p[1] = '?';
	}
}

static bool write_journald(enum log_level level, enum log_id id, const char *const *fields,
			   const char *text)
{
	char message[TEXT_CAP + 16], name[sizeof(program) + 24];
	struct iovec part[FIELDS_MAX + 4];
	int n = 0;
	(void)snprintf(message, sizeof(message), "MESSAGE=%s", text);
	(void)snprintf(name, sizeof(name), "SYSLOG_IDENTIFIER=%s", program);
	const char *own[] = {message, levels[level].priority, name, message_ids[id]};
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i])
			part[n++] = (struct iovec){(void *)(uintptr_t)own[i], strlen(own[i])};
	for (size_t i = 0; fields && fields[i] && i < FIELDS_MAX; i++)
		part[n++] = (struct iovec){(void *)(uintptr_t)fields[i], strlen(fields[i])};
	return sd_journal_sendv(part, n) >= 0;
}

static void write_stderr(enum log_level level, const char *text)
{
	char line[TEXT_CAP + 64];
	int len = snprintf(line, sizeof(line), "%s: %s: %s\n", program, levels[level].name, text);
	ssize_t done = write(STDERR_FILENO, line, (size_t)len);
	(void)done; /* nobody is left to be told */
}

__attribute__((format(printf, 4, 0))) static void write_any(enum log_level level, enum log_id id,
							    const char *const *fields,
							    const char *format, va_list args)
{
	char text[TEXT_CAP];
	if (level > most_level)
		return;
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		return;
	text_clean(text);
	if (!to_journald || !write_journald(level, id, fields, text))
		write_stderr(level, text);
}

void log_write(enum log_level level, enum log_id id, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	write_any(level, id, NULL, format, args);
	va_end(args);
}

void log_fields(enum log_level level, enum log_id id, const char *const *fields, const char *format,
		...)
{
	va_list args;
	va_start(args, format);
	write_any(level, id, fields, format, args);
	va_end(args);
}
