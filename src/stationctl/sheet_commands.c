/* sheet_commands.c - the command barcodes: what buttons can't say. The supervisor's are on a page
 * of their own. */
#include "sheet.h"
#include "station/text.h"
#include <string.h>

static void tell(enum label_command command, struct sheet_card *card)
{
	const char *en = "", *zh = "";

	switch (command) {
	case LABEL_COMMAND_RECEIVING:
		en = "Receiving: start, end";
		zh = "收货模式：开始／结束";
		card->does_en = "Each parcel that is scanned has arrived, and its time limit "
				"begins. Scan it again to end.";
		card->does_zh = "之后扫描的每个包裹即登记到货，检验时限开始计时。再扫一次结束。";
		break;
	case LABEL_COMMAND_PARCEL_DONE:
		en = "Parcel done";
		zh = "本包裹检完";
		card->does_en = "The units that are left of this return are not in the parcel.";
		card->does_zh = "此退货其余的物品不在包裹内，记为缺件。";
		break;
	case LABEL_COMMAND_BADGE_OUT:
		en = "Badge out";
		zh = "检验员签退";
		card->does_en = "You sign out. Scan a badge to sign in.";
		card->does_zh = "签退；扫描工牌即签到。";
		break;
	case LABEL_COMMAND_ACCEPT:
		en = "Accept the return";
		zh = "放行退货";
		card->does_en = "Takes the return that was just refused.";
		card->does_zh = "接收刚刚被拒收的退货。";
		card->apart = true;
		break;
	}
	(void)text_copy(card->en, sizeof(card->en), en);
	(void)text_copy(card->zh, sizeof(card->zh), zh);
}

static bool fill(struct ctl *ctl, struct sheet_cards *cards)
{
	for (unsigned i = 0; i <= LABEL_COMMAND_ACCEPT; i++) {
		enum label_command command = (enum label_command)i;
		struct sheet_card *card =
			sheet_add(ctl, cards, LABEL_COMMAND, label_command_name(command));

		if (!card)
			return false;
		tell(command, card);
	}
	return true;
}

const struct sheet sheet_commands = {
	.name = "commands",
	.kind = LABEL_COMMAND,
	.fill = fill,
	.style =
		{
			.layout = SHEET_ROWS,
			.title_en = "Commands",
			.title_zh = "命令条码",
			.how_en = "Scan one of the two codes of a row, from close by.",
			.how_zh = "请靠近扫描每行两个条码中的任意一个。",
		},
};
