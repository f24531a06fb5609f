/* sheet_plates.c - house labels, for parcels that came without a readable one: each number is
 * printed once. */
#include "plates.h"
#include "sheet.h"
#include "station/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool number(const char *text, uint64_t least, uint64_t most, const char *option,
		   uint64_t *out)
{
	if (text_read_u64(text, strlen(text), most, out) && *out >= least)
		return true;
	ctl_error("sheet: %s %s: wanted is a number from %llu to %llu", option, text,
		  (unsigned long long)least, (unsigned long long)most);
	return false;
}

static bool fill(struct ctl *ctl, struct sheet_cards *cards)
{
	const char *wanted = ctl->own.value[SHEET_PLATES], *from = ctl->own.value[SHEET_FROM];
	const char *site = ctl->settings.labels.site;
	uint64_t count, first = 0;
	char path[CTL_PATH], why[CTL_PATH + 256];

	if (!wanted) {
		ctl_error("sheet: how many house labels? sheet plates --plates 21");
		return false;
	}
	if (!number(wanted, 1, SHEET_CARDS, "--plates", &count) ||
	    (from && !number(from, 0, PLATES_END - 1, "--from", &first)))
		return false;
	if (!site[0]) {
		ctl_error("sheet: a house label bears the site's name: --site NAME, or --config "
			  "FILE");
		return false;
	}
	(void)snprintf(path, sizeof(path), "%s/" PLATES_FILE,
		       ctl->global.value[CTL_STATE] ? ctl->global.value[CTL_STATE]
						    : ctl->settings.state_dir);
	if (!plates_take(path, site, (unsigned)count, from != NULL, &first, why, sizeof(why))) {
		ctl_error("sheet: %s", why);
		return false;
	}
	for (uint64_t i = 0; i < count; i++) {
		char serial[24];
		struct sheet_card *card;

		(void)snprintf(serial, sizeof(serial), "%" PRIu64, first + i);
		card = sheet_add(ctl, cards, LABEL_HOUSE, serial);
		if (!card || !text_copy(card->en, sizeof(card->en), "House label") ||
		    !text_copy(card->zh, sizeof(card->zh), "内部标签"))
			return false;
	}
	return true;
}

const struct sheet sheet_plates = {
	.name = "plates",
	.kind = LABEL_HOUSE,
	.fill = fill,
	.style =
		{
			.layout = SHEET_STICKS,
			.title_en = "House labels",
			.title_zh = "内部标签",
			.how_en = "For a parcel without a readable label: stick one on, scan it, "
				  "inspect. Each of these is unique: do not copy the sheet.",
			.how_zh = "用于没有可读标签的包裹：贴上一张，扫描后检验。每张编号唯一，请勿"
				  "复印。",
		},
};
