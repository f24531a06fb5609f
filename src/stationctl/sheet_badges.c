/* sheet_badges.c - badges to sign in with, of the ids on the command line or in a file. Whose a
 * badge is stands nowhere here: names live at headquarters, and in ink. */
#include "sheet.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_ROOM 256

static bool add(struct ctl *ctl, struct sheet_cards *cards, const char *id)
{
	struct sheet_card *card = sheet_add(ctl, cards, LABEL_BADGE, id);

	if (!card)
		return false;
	for (unsigned i = 0; i + 1 < cards->count; i++)
		if (strcmp(cards->card[i].id, card->id) == 0) {
			ctl_error("sheet: badge %s is asked for twice", card->id);
			return false;
		}
	return text_copy(card->en, sizeof(card->en), "Badge") &&
	       text_copy(card->zh, sizeof(card->zh), "工牌");
}

/* An id a line; what begins with # is a comment. */
static bool add_line(struct ctl *ctl, struct sheet_cards *cards, char *line, unsigned number)
{
	char *at = line;
	size_t len = strlen(line);

	if (len == LINE_ROOM - 1 && line[len - 1] != '\n')
		len = 0; /* no id is that long */
	if (number == 1 && strncmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	at += strspn(at, " \t\r\n");
	if (len > 0 && (!*at || *at == '#'))
		return true;
	at[strcspn(at, " \t\r\n")] = '\0';
	return len > 0 && add(ctl, cards, at);
}

static bool add_file(struct ctl *ctl, struct sheet_cards *cards, const char *path)
{
	char line[LINE_ROOM];
	unsigned number = 0;
	FILE *f = fopen(path, "re");
	bool ok = true;

	if (!f) {
		ctl_error("sheet: can't read %s: %s", path, strerror(errno));
		return false;
	}
	while (ok && fgets(line, sizeof(line), f)) {
		ok = add_line(ctl, cards, line, ++number);
		if (!ok)
			ctl_error("sheet: %s:%u: a file of badges has an id a line, of 1 to 16 "
				  "letters A-Z and digits",
				  path, number);
	}
	if (ok && ferror(f)) {
		ctl_error("sheet: can't read %s: %s", path, strerror(errno));
		ok = false;
	}
	(void)fclose(f);
	return ok;
}

static bool fill(struct ctl *ctl, struct sheet_cards *cards)
{
	const char *path = ctl->own.value[SHEET_IDS];
	bool ok = true;

	if (ctl->words.count < 2 && !path) {
		ctl_error("sheet: which badges? sheet badges B17 B18, or --ids FILE with an id a "
			  "line");
		return false;
	}
	for (unsigned i = 1; ok && i < ctl->words.count; i++)
		ok = add(ctl, cards, ctl->words.word[i]);
	return ok && (!path || add_file(ctl, cards, path));
}

const struct sheet sheet_badges = {
	.name = "badges",
	.kind = LABEL_BADGE,
	.fill = fill,
	.style =
		{
			.layout = SHEET_BADGES,
			.title_en = "Badges",
			.title_zh = "工牌",
			.how_en = "Cut along the dashes; each fits a card holder of 86 by 54 mm.",
			.how_zh = "沿虚线裁剪；每张可放入 86 × 54 毫米卡套。",
		},
};
