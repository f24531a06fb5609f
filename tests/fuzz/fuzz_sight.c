/* fuzz_sight.c - any line as what a camera tells its station of how well it sees: what is taken is
 * within its bounds, and written again says the same. */
#include "station/sight.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sight_line l, again;
	char words[SIGHT_LINE + 1];
	struct text t = text_over(words, sizeof(words));

	if (!sight_line_read((const char *)data, size, &l))
		return 0;
	if (l.report.edge > 320 || l.report.bright > 255 || l.report.blown > 100 ||
	    l.report.spot_x > 100 || l.report.spot_y > 100)
		abort();
	sight_line_put(&l, &t);
	if (t.full || !sight_line_read(words, t.len, &again) || !sight_line_same(&l, &again) ||
	    again.report.edge != l.report.edge || again.report.spot_y != l.report.spot_y)
		abort();
	return 0;
}
