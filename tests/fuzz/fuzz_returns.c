/* fuzz_returns.c - reads any bytes as a page of headquarters' list of expected returns. What is
 * accepted is what the journal may store: bounded, ended, the rows of a return together. */
#include "io/uplink_list.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void ended(const char *text, size_t cap, size_t least)
{
	const char *end = memchr(text, '\0', cap);

	must(end != NULL && (size_t)(end - text) >= least);
}

static void rows_check(const struct uplink_list *list)
{
	for (size_t i = 0; i < list->rows; i++) {
		const struct parcel_row *row = &list->row[i];

		ended(row->rma, sizeof(row->rma), 1);
		must(row->line >= 1 && row->quantity >= 1);
		for (size_t k = 0; k + 1 < i; k++) /* they stand together */
			must(strcmp(list->row[k].rma, row->rma) != 0 ||
			     strcmp(list->row[i - 1].rma, row->rma) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uplink_list list = {0};
	bool ok = uplink_list_read(&list, (const char *)data, size);

	ended(list.why, sizeof(list.why), ok && !list.refused ? 0 : 1);
	if (ok) {
		ended(list.cursor, sizeof(list.cursor), list.more ? 1 : 0);
		rows_check(&list);
		for (size_t i = 0; i < list.gones; i++)
			ended(list.gone[i], sizeof(list.gone[i]), 1);
	} else {
		must(list.rows == 0 && list.gones == 0 && !list.more && !list.reset);
	}
	uplink_list_free(&list);
	must(list.rows == 0 && list.row == NULL && list.gone == NULL);
	return 0;
}
