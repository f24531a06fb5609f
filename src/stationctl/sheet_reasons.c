/* sheet_reasons.c - the barcodes of the site's reasons, from its file (station/reasons.h). */
#include "io/confdir.h"
#include "sheet.h"
#include "station/text.h"
#include <string.h>

static bool fill(struct ctl *ctl, struct sheet_cards *cards)
{
	static struct reasons reasons;
	const char *path = ctl->words.count > 1 ? ctl->words.word[1] : ctl->settings.reasons_file;
	struct settings_error error;

	if (!path[0]) {
		ctl_error("sheet: no reasons are named: sheet reasons FILE, or [site] reasons_file "
			  "in the settings; station.conf(5) tells what is in it");
		return false;
	}
	if (!confdir_reasons(path, &reasons, &error)) {
		ctl_error("sheet: %s", error.text);
		return false;
	}
	for (unsigned i = 0; i < reasons.count; i++) {
		const struct reason *reason = &reasons.reason[i];
		struct sheet_card *card = sheet_add(ctl, cards, LABEL_REASON, reason->code);

		if (!card || !text_copy(card->en, sizeof(card->en), reason->en) ||
		    !text_copy(card->zh, sizeof(card->zh), reason->zh))
			return false;
	}
	return true;
}

const struct sheet sheet_reasons = {
	.name = "reasons",
	.kind = LABEL_REASON,
	.fill = fill,
	.style =
		{
			.layout = SHEET_ROWS,
			.title_en = "Why did it fail?",
			.title_zh = "不合格原因",
			.how_en = "After FAIL, while the lamps ask: scan a reason. FAIL again = "
				  "unspecified, BACK = take the answer back.",
			.how_zh = "按“不合格”后，指示灯闪烁时扫描原因。再按“不合格”= "
				  "未说明；按“返回”= 撤回。",
		},
};
