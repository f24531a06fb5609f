/* replay.c - replays recorded and written shifts against the core, in virtual time, and prints TAP.
 *   replay FILE...           each FILE.scan is played and compared with FILE.chk; of each
 * FILE.jsonl, the export of a station's journal, the same events must come out replay --print
 * FILE.scan prints what FILE.chk would hold (read it before you keep it) replay --export FILE...
 * every FILE is an export */
#include "export.h"
#include "script.h"
#include <stdlib.h>
#include <string.h>

static char *slurp(FILE *f, size_t *len)
{
	char *all = NULL;
	size_t cap = 0;

	*len = 0;
	for (;;) {
		size_t n;

		if (cap - *len < 4096) {
			cap = cap ? cap * 2 : 65536;
			all = realloc(all, cap);
			if (!all)
				world_die("out of memory");
		}
		n = fread(all + *len, 1, cap - *len - 1, f);
		if (!n)
			break;
		*len += n;
	}
	all[*len] = '\0';
	return all;
}

/* Prints the first line that differs. */
static void differ(const char *want, const char *got)
{
	unsigned line = 1;

	while (*want && *want == *got) {
		line += *want == '\n';
		want++;
		got++;
	}
	while (want[-1] != '\n' && line > 1) {
		want--;
		got--;
	}
	(void)printf("# line %u\n# expected: %.*s\n# got:      %.*s\n", line,
		     (int)strcspn(want, "\n"), want, (int)strcspn(got, "\n"), got);
}

static bool play(const char *path)
{
	char chk[512];
	size_t len = strlen(path), got_len, want_len;
	FILE *got = tmpfile(), *want;
	char *g, *w;
	bool ok;

	if (!got || len < 5 || len >= sizeof(chk) || strcmp(path + len - 5, ".scan") != 0)
		world_die("wants FILE.scan");
	(void)snprintf(chk, sizeof(chk), "%.*s.chk", (int)(len - 5), path);
	want = fopen(chk, "re");
	script_play(path, got);
	rewind(got);
	g = slurp(got, &got_len);
	w = want ? slurp(want, &want_len) : NULL;
	ok = w && strcmp(g, w) == 0;
	if (!w)
		(void)printf("# %s is missing\n", chk);
	else if (!ok)
		differ(w, g);
	free(g);
	free(w);
	(void)fclose(got);
	if (want)
		(void)fclose(want);
	return ok;
}

static bool is_export(const char *path)
{
	size_t len = strlen(path);

	return len > 6 && strcmp(path + len - 6, ".jsonl") == 0;
}

int main(int argc, char **argv)
{
	bool export = argc > 1 && strcmp(argv[1], "--export") == 0, all = true;
	int first = export ? 2 : 1;

	if (argc == 3 && strcmp(argv[1], "--print") == 0) {
		script_play(argv[2], stdout);
		return 0;
	}
	if (argc <= first) {
		(void)fputs("usage: replay FILE... | --print FILE.scan | --export FILE...\n",
			    stderr);
		return 2;
	}
	for (int i = first; i < argc; i++) {
		const char *name = strrchr(argv[i], '/');
		bool ok = export || is_export(argv[i]) ? export_replay(argv[i], stdout)
						       : play(argv[i]);

		(void)printf("%sok %d - replay %s\n", ok ? "" : "not ", i - first + 1,
			     name ? name + 1 : argv[i]);
		all = all && ok;
	}
	(void)printf("1..%d\n", argc - first);
	return all ? 0 : 1;
}
