/* checklist_name.c - words for situations, reasons of rejection and steps, as events and the view
 * write them. */
#include "station/checklist.h"

const char *checklist_name_at(enum checklist_at at)
{
	static const char *const names[CHECKLIST_ATS + 1] = {
		[CHECKLIST_IDLE] = "idle",
		[CHECKLIST_STEP] = "step",
		[CHECKLIST_REASON] = "reason",
		[CHECKLIST_CLOSED] = "closed",
		[CHECKLIST_WHICH] = "which",
		[CHECKLIST_REPEAT] = "repeat",
		[CHECKLIST_UNKNOWN] = "unknown",
		[CHECKLIST_RECEIVING] = "receiving",
		[CHECKLIST_ATS] = "",
	};

	return names[at];
}

const char *checklist_name_why(enum checklist_why why)
{
	static const char *const names[CHECKLIST_WHYS + 1] = {
		[CHECKLIST_WHY_NONE] = "",
		[CHECKLIST_WHY_SHAPE] = "shape",
		[CHECKLIST_WHY_TOO_LONG] = "too-long",
		[CHECKLIST_WHY_BYTES] = "bytes",
		[CHECKLIST_WHY_CHECK] = "check",
		[CHECKLIST_WHY_KEY] = "key",
		[CHECKLIST_WHY_NO_KEY] = "no-key",
		[CHECKLIST_WHY_COMMAND] = "command",
		[CHECKLIST_WHY_BUSY] = "busy",
		[CHECKLIST_WHY_REFUSED] = "refused",
		[CHECKLIST_WHY_LEFT] = "left",
		[CHECKLIST_WHY_CARRIER] = "carrier",
		[CHECKLIST_WHY_PRODUCT] = "product",
		[CHECKLIST_WHY_PLATE] = "plate",
		[CHECKLIST_WHY_ASSET] = "asset",
		[CHECKLIST_WHY_TIE] = "tie",
		[CHECKLIST_WHY_SYMBOLOGY] = "symbology",
		[CHECKLIST_WHYS] = "",
	};

	return names[why];
}

const char *checklist_name_step(uint8_t step)
{
	static const char *const names[CHECKLIST_STEPS] = {"appearance", "accessories", "usage"};

	return step < CHECKLIST_STEPS ? names[step] : "";
}
