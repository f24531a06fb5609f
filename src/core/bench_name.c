/* bench_name.c - names of sources and faults, as events and status write them. */
#include "station/bench.h"

const char *bench_name_source(const struct bench *b, uint8_t source)
{
	return source < b->config.settings->scanners ? b->config.settings->scanner[source].name
						     : "panel";
}

void bench_name_fault(const struct bench *b, uint8_t fault, struct text *t)
{
	if (fault == CHECKLIST_FAULT_JOURNAL) {
		text_put(t, "journal");
	} else if (fault == CHECKLIST_FAULT_PANEL) {
		text_put(t, "panel");
	} else if (fault < CHECKLIST_FAULT_JOURNAL) {
		text_put(t, "button:");
		text_put(t, panel_button_name((enum panel_button)(fault - CHECKLIST_FAULT_BUTTON)));
	} else {
		text_put(t, "scanner:");
		text_put(t, bench_name_source(b, (uint8_t)(fault - CHECKLIST_FAULT_SCANNER)));
	}
}
