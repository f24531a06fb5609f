/* labels.c - how many labels a second one core names, with all formats of a folder loaded: a mix as
 * on boxes, each first by label_parse, then with all candidates. */
#include "io/confdir.h"
#include "station/label.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const mix[] = {
	"RAMS0000001Q",
	"]C1RAMS0000001Q",
	"1Z999AA10123456784",
	"4006381333931",
	"]E0036000291452",
	"986578788855",
	"1001921334250001000300779017972697",
	"420123459400111202555842332669",
	"RA473124829US",
	"3318810025",
	"SF1234567890123",
	"YT1234567890123",
	"73123456789012",
	"TBA123456789012",
	"LPNHK0123456789",
	"]C100340123450000000017",
	("]d2010400638133393110LOT\x1d"
	 "21SER"),
	"https://id.gs1.org/01/04006381333931/10/L%2F1",
	"a label of nobody",
	"HAMS00000001X",
};
#define MIX (sizeof(mix) / sizeof(mix[0]))

/* The core's own time: others may run on the machine. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double rate(const struct label_rules *rules, const struct scan *scans, bool all)
{
	static struct label out[LABEL_CANDIDATES];
	double begun = now(), took;
	unsigned long n = 0;

	do {
		for (int round = 0; round < 1000; round++)
			for (size_t i = 0; i < MIX; i++, n++)
				if (all)
					(void)label_candidates(rules, &scans[i], out);
				else
					label_parse(rules, &scans[i], out);
		took = now() - begun;
	} while (took < 2);
	return (double)n / took;
}

int main(int argc, char **argv)
{
	static struct formats formats;
	static struct scan scans[MIX];
	struct label_rules rules = {.site = "AMS", .rma_rule = CHECK_MOD37_36, .formats = &formats};
	struct settings_error error = {{0}};

	if (argc != 2 || !confdir_labels(NULL, argv[1], false, &formats, &error) ||
	    shape_read(&rules.rma, "R%w{3}%d{7}%c")) {
		(void)fprintf(stderr, "labels: wants a folder of label formats; %s\n", error.text);
		return 2;
	}
	for (size_t i = 0; i < MIX; i++) {
		scans[i].len = (uint16_t)strlen(mix[i]);
		scans[i].total = scans[i].len;
		memcpy(scans[i].bytes, mix[i], scans[i].len);
	}
	(void)printf("%u %.0f %.0f\n", formats.count, rate(&rules, scans, false),
		     rate(&rules, scans, true));
	return 0;
}
