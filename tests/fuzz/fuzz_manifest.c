/* fuzz_manifest.c - reads any bytes as manifest.json and as lines of SHA256SUMS, as a stick may
 * hold them. What is taken is within bounds, and comes back the same when it is written and read
 * again. */
#include "station/manifest.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool ends(const char *s, size_t cap)
{
	return memchr(s, '\0', cap) != NULL;
}

static void manifest_check(const char *json, size_t len)
{
	struct manifest m, again;
	char back[2 * MANIFEST_MAX];
	struct text t = text_over(back, sizeof(back));

	if (manifest_read(json, len, &m) != MANIFEST_OK)
		return;
	must(ends(m.station, sizeof(m.station)) && ends(m.journal, sizeof(m.journal)) &&
	     ends(m.software, sizeof(m.software)) && ends(m.made, sizeof(m.made)));
	must(m.first > 0 && m.last >= m.first - 1);
	manifest_write(&t, &m);
	must(!t.full && manifest_read(back, t.len, &again) == MANIFEST_OK);
	must(strcmp(m.station, again.station) == 0 && m.first == again.first &&
	     m.last == again.last && m.all == again.all && m.is_signed == again.is_signed &&
	     memcmp(m.prev, again.prev, EVENT_HASH) == 0 &&
	     memcmp(m.head, again.head, EVENT_HASH) == 0);
}

/* A name that is taken leads to nowhere else. */
static void sum_check(const char *line, size_t len)
{
	struct manifest_sum s, again;
	char back[4 * MANIFEST_NAMES];
	struct text t = text_over(back, sizeof(back));

	if (!manifest_sum_read(line, len, &s))
		return;
	must(ends(s.name, sizeof(s.name)) && s.name[0] != '/' && s.name[0] != '.');
	must(!strstr(s.name, "/.") && !strstr(s.name, "//"));
	must(strspn(s.name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/") ==
	     strlen(s.name));
	manifest_sum_write(&t, &s);
	must(!t.full && manifest_sum_read(back, t.len - 1, &again));
	must(strcmp(s.name, again.name) == 0 && memcmp(s.sum, again.sum, sizeof(s.sum)) == 0);
}

static void note_check(const char *line, size_t len)
{
	struct manifest_note n, again;
	char back[MANIFEST_NOTE + 1];
	struct text t = text_over(back, sizeof(back));

	if (!manifest_note_read(line, len, &n))
		return;
	must(n.first > 0 && n.last >= n.first && strlen(n.journal) == EVENT_UUID);
	manifest_note_write(&t, &n);
	must(!t.full && t.len <= MANIFEST_NOTE && manifest_note_read(back, t.len, &again));
	must(n.first == again.first && n.last == again.last &&
	     strcmp(n.journal, again.journal) == 0 && memcmp(n.head, again.head, EVENT_HASH) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data;

	manifest_check(at, size);
	while (size > 0) {
		const char *lf = memchr(at, '\n', size);
		size_t len = lf ? (size_t)(lf - at) : size;

		sum_check(at, len);
		note_check(at, len + (lf != NULL));
		at += len + (lf != NULL);
		size -= len + (lf != NULL);
	}
	return 0;
}
