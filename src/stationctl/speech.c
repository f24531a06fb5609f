/* speech.c - what the panel says to an inspector in gloves, in English and Chinese. Tables only;
 * a word that is missing in one of them shows as an empty text. */
#include "speech.h"
#include "station/text.h"
#include <stdio.h>
#include <string.h>

#define BOTH(en, zh)                                                                               \
	{                                                                                          \
		[SPEECH_EN] = en, [SPEECH_ZH] = zh                                                 \
	}

static const char *const speech_words[SPEECH_WORDS][SPEECH_LANGUAGES] = {
	[SPEECH_TITLE_PANEL] = BOTH("Station panel", "工位面板"),
	[SPEECH_TITLE_VIEW] = BOTH("Return station", "退货检验工位"),
	[SPEECH_CONNECTED] = BOTH("connected", "已连接"),
	[SPEECH_WAITING] = BOTH("station not running, waiting", "工位程序未运行，等待中"),
	[SPEECH_LABEL] = BOTH("Label", "退货标签"),
	[SPEECH_ITEM] = BOTH("Item", "物品"),
	[SPEECH_UNIT] = BOTH("line %1, unit %2", "第 %1 行，第 %2 件"),
	[SPEECH_UNITS] = BOTH("%2 units in all", "共 %2 件"),
	[SPEECH_LEFT] = BOTH("%1 of %2 units left", "共 %2 件，还剩 %1 件"),
	[SPEECH_PRODUCT] = BOTH("Product", "产品编号"),
	[SPEECH_TITLE] = BOTH("Title", "品名"),
	[SPEECH_ACCESSORIES] = BOTH("In the box", "应有配件"),
	[SPEECH_REASON] = BOTH("Customer", "客户说明"),
	[SPEECH_GIVEN] = BOTH("Reason", "原因"),
	[SPEECH_WISH] = BOTH("Wish", "诉求"),
	[SPEECH_REFUND] = BOTH("refund", "退款"),
	[SPEECH_EXCHANGE] = BOTH("exchange", "换货"),
	[SPEECH_BADGE] = BOTH("Badge", "工牌"),
	[SPEECH_TONES] = BOTH("Tones", "提示音"),
	[SPEECH_SENT] = BOTH("scanned", "已扫描"),
	[SPEECH_SCAN] = BOTH("Scan", "扫描"),
	[SPEECH_KEYS] = BOTH(
		"p PASS f FAIL b BACK h hold BACK  A-Z 0-9 label  Enter scans  Tab abc  q quit",
		"p 合格 f 不合格 b 返回 h 长按返回  A-Z 0-9 标签  回车扫描  Tab abc  q 退出"),
	[SPEECH_KEYS_LINE] =
		BOTH("typing a label: Enter scans it   Esc clears   Tab back to the buttons",
		     "正在输入标签：回车扫描   Esc 清除   Tab 回到按键"),
	[SPEECH_TOO_SMALL] = BOTH("the window is too small; 80x24 is fine", "窗口太小，至少 80x24"),
};

static const char *const speech_messages[MIRROR_MESSAGES][SPEECH_LANGUAGES] = {
	[MIRROR_STARTING] = BOTH("The station is starting. Please wait.", "工位正在启动，请稍候。"),
	[MIRROR_IDLE] = BOTH("Scan the return label.", "请扫描退货标签。"),
	[MIRROR_STEP] = BOTH("Check: PASS or FAIL.", "请检查：合格或不合格。"),
	[MIRROR_REASON] = BOTH("Say why: scan a reason, FAIL = unspecified, BACK = take it back.",
			       "请说明原因：扫描原因条码；按“不合格”= 未说明；按“返回”= 撤回。"),
	[MIRROR_CLOSED_PASS] = BOTH("Passed. BACK takes it back; scan the next label to go on.",
				    "合格。按“返回”可撤回；扫描下一个标签继续。"),
	[MIRROR_CLOSED_FAIL] = BOTH("Failed. BACK takes it back; scan the next label to go on.",
				    "不合格。按“返回”可撤回；扫描下一个标签继续。"),
	[MIRROR_WHICH] = BOTH("Which unit? Scan the product's code, PASS = the next expected one.",
			      "是哪一件？扫描产品条码，或按“合格”= 下一件。"),
	[MIRROR_REPEAT] = BOTH(
		"Already inspected at %1 on %2 by %3: %4. PASS = inspect again, FAIL "
		"or BACK = leave it.",
		"已于 %2 在 %1 由 %3 检验：%4。按“合格”= 重新检验；按“不合格”或“返回”= 不检。"),
	[MIRROR_UNKNOWN] =
		BOTH("This return is not expected. PASS = take it anyway, BACK = leave it.",
		     "此退货不在预期清单中。按“合格”= 仍然接收；按“返回”= 不收。"),
	[MIRROR_RECEIVING] =
		BOTH("Receiving: scan every return label. %5 so far. The command barcode "
		     "ends it.",
		     "收货中：逐个扫描退货标签。已收 %5 件。扫描命令条码结束。"),
	[MIRROR_CANNOT_RECORD] =
		BOTH("Can't record. Stop and call the supervisor; nothing is lost.",
		     "无法记录。请停止操作并通知主管；已有记录不会丢失。"),
	[MIRROR_OTHER] = BOTH("Look at the lamps.", "请看指示灯。"),
};

static const char *const speech_headlines[MIRROR_MESSAGES][SPEECH_LANGUAGES] = {
	[MIRROR_STARTING] = BOTH("WAIT", "请稍候"),
	[MIRROR_IDLE] = BOTH("SCAN", "请扫描"),
	[MIRROR_STEP] = BOTH("CHECK", "检查"),
	[MIRROR_REASON] = BOTH("WHY?", "什么原因？"),
	[MIRROR_CLOSED_PASS] = BOTH("PASS", "合格"),
	[MIRROR_CLOSED_FAIL] = BOTH("FAIL", "不合格"),
	[MIRROR_WHICH] = BOTH("WHICH ONE?", "哪一件？"),
	[MIRROR_REPEAT] = BOTH("AGAIN?", "重新检验？"),
	[MIRROR_UNKNOWN] = BOTH("TAKE IT?", "是否接收？"),
	[MIRROR_RECEIVING] = BOTH("RECEIVING", "收货"),
	[MIRROR_CANNOT_RECORD] = BOTH("STOP", "停止"),
	[MIRROR_OTHER] = BOTH("", ""),
};

static const char *const speech_steps[MIRROR_STEPS][SPEECH_LANGUAGES] = {
	[MIRROR_APPEARANCE] = BOTH("APPEARANCE", "外观"),
	[MIRROR_ACCESSORIES] = BOTH("ACCESSORIES", "配件"),
	[MIRROR_USAGE] = BOTH("USAGE", "使用情况"),
	[MIRROR_NO_STEP] = BOTH("CHECK", "检查"),
};

static const char *const speech_tasks[MIRROR_STEPS][SPEECH_LANGUAGES] = {
	[MIRROR_APPEARANCE] =
		BOTH("Check the appearance: PASS or FAIL.", "请检查外观：合格或不合格。"),
	[MIRROR_ACCESSORIES] =
		BOTH("Check the accessories: PASS or FAIL.", "请检查配件：合格或不合格。"),
	[MIRROR_USAGE] =
		BOTH("Check for signs of usage: PASS or FAIL.", "请检查使用情况：合格或不合格。"),
	[MIRROR_NO_STEP] = BOTH("Check: PASS or FAIL.", "请检查：合格或不合格。"),
};

static const char *const speech_alerts[MIRROR_ALERTS][SPEECH_LANGUAGES] = {
	[MIRROR_NO_ALERT] = BOTH("", ""),
	[MIRROR_BUSY] = BOTH("Another inspection is open: finish it, or hold BACK to abandon it.",
			     "还有未完成的检验：请先完成，或长按“返回”放弃。"),
	[MIRROR_SHAPE] = BOTH("Not a return label: find the return label and scan it.",
			      "这不是退货标签：请找到并扫描退货标签。"),
	[MIRROR_TOO_LONG] = BOTH("That code is too long for a label: scan the return label.",
				 "条码过长：请扫描退货标签。"),
	[MIRROR_BYTES] = BOTH("Unreadable characters in that code: scan again.",
			      "条码中有无法识别的字符：请重新扫描。"),
	[MIRROR_CHECK] = BOTH("Misread, the check character is wrong: scan again.",
			      "读码有误，校验字符不符：请重新扫描。"),
	[MIRROR_KEY] = BOTH("That barcode is of another site: use the ones printed for this bench.",
			    "这是其他站点的条码：请使用本站点的条码。"),
	[MIRROR_NO_KEY] =
		BOTH("This station has no site key, it can't take such barcodes: tell the "
		     "supervisor.",
		     "本工位没有站点密钥，无法使用此类条码：请通知主管。"),
	[MIRROR_COMMAND] = BOTH("That command can't be done here and now.", "此时不能执行该命令。"),
	[MIRROR_REFUSED] =
		BOTH("Not an expected return, refused: put it aside, tell the supervisor.",
		     "非预期退货，已拒收：请放在一边并通知主管。"),
	[MIRROR_CARRIER] = BOTH("That is the carrier's waybill: find the return label and scan it.",
				"这是承运商面单：请找到并扫描退货标签。"),
	[MIRROR_PRODUCT] = BOTH("That is a product code: find the return label and scan it.",
				"这是商品条码：请找到并扫描退货标签。"),
	[MIRROR_PLATE] =
		BOTH("That is a warehouse's licence plate: find the return label and scan it.",
		     "这是箱码：请找到并扫描退货标签。"),
	[MIRROR_ASSET] = BOTH("That is an asset's label: find the return label and scan it.",
			      "这是资产标签：请找到并扫描退货标签。"),
	[MIRROR_TIE] = BOTH("Not a return label (it may be several things): scan the return label.",
			    "这不是退货标签（可能是多种条码）：请扫描退货标签。"),
	[MIRROR_SYMBOLOGY] = BOTH("This scanner is not set for that kind of barcode: scan the "
				  "return label.",
				  "此扫描器未启用该类条码：请扫描退货标签。"),
	[MIRROR_ALERT_REASON] =
		BOTH("A reason is only wanted after FAIL.", "只有判为不合格后才需要原因。"),
	[MIRROR_OTHER_ALERT] = BOTH("Wrong action: look at the lamps.", "操作有误：请看指示灯。"),
};

static const char *const speech_lamps[PANEL_LAMPS][SPEECH_LANGUAGES] = {
	[PANEL_LAMP_APPEARANCE] = BOTH("Appearance", "外观"),
	[PANEL_LAMP_ACCESSORIES] = BOTH("Accessories", "配件"),
	[PANEL_LAMP_USAGE] = BOTH("Usage", "使用"),
	[PANEL_LAMP_PASS] = BOTH("PASS", "合格"),
	[PANEL_LAMP_FAIL] = BOTH("FAIL", "不合格"),
	[PANEL_LAMP_ATTENTION] = BOTH("Attention", "注意"),
	[PANEL_LAMP_LINK] = BOTH("Link", "联网"),
};

static const char *const speech_patterns[PANEL_PATTERNS][SPEECH_LANGUAGES] = {
	[PANEL_OFF] = BOTH("off", "灭"),	   [PANEL_ON] = BOTH("on", "亮"),
	[PANEL_SLOW] = BOTH("slow", "慢闪"),	   [PANEL_FAST] = BOTH("fast", "快闪"),
	[PANEL_DOUBLE] = BOTH("double", "双闪"),   [PANEL_TRIPLE] = BOTH("triple", "三闪"),
	[PANEL_ALTERNATE] = BOTH("turns", "交替"), [PANEL_ALTERNATE2] = BOTH("turns", "交替"),
	[PANEL_RUN1] = BOTH("running", "流水"),	   [PANEL_RUN2] = BOTH("running", "流水"),
	[PANEL_RUN3] = BOTH("running", "流水"),	   [PANEL_FLICKER] = BOTH("flicker", "急闪"),
};

static const char *const speech_tones[PANEL_TONES][SPEECH_LANGUAGES] = {
	[PANEL_TONE_NONE] = BOTH("", ""),
	[PANEL_TONE_TICK] = BOTH("tick: recorded", "滴：已记录"),
	[PANEL_TONE_DOUBLE_TICK] = BOTH("tick tick: same label", "滴滴：同一标签"),
	[PANEL_TONE_BEEP] = BOTH("beep: label accepted", "哔：标签已接受"),
	[PANEL_TONE_CHIME] = BOTH("chime: passed", "和弦：合格"),
	[PANEL_TONE_CHIME_FAIL] = BOTH("low chime: failed", "低和弦：不合格"),
	[PANEL_TONE_ERROR] = BOTH("error: not done", "错误音：未执行"),
	[PANEL_TONE_WRONG_LABEL] = BOTH("wrong label", "错误标签音"),
	[PANEL_TONE_QUESTION] = BOTH("question", "提问音"),
	[PANEL_TONE_FALLING] = BOTH("falling: abandoned", "降音：已放弃"),
};

static const char *speech_or_empty(const char *text)
{
	return text ? text : "";
}

const char *speech_word(enum speech_language l, enum speech_word word)
{
	return speech_or_empty(speech_words[word][l]);
}

const char *speech_message(enum speech_language l, const struct mirror_show *show)
{
	if (show->message == MIRROR_STEP)
		return speech_or_empty(speech_tasks[show->step][l]);
	return speech_or_empty(speech_messages[show->message][l]);
}

const char *speech_headline(enum speech_language l, const struct mirror_show *show)
{
	if (show->message == MIRROR_STEP)
		return speech_or_empty(speech_steps[show->step][l]);
	return speech_or_empty(speech_headlines[show->message][l]);
}

const char *speech_alert(enum speech_language l, enum mirror_alert alert)
{
	return speech_or_empty(speech_alerts[alert][l]);
}

const char *speech_lamp(enum speech_language l, enum panel_lamp lamp)
{
	return speech_or_empty(speech_lamps[lamp][l]);
}

const char *speech_pattern(enum speech_language l, enum panel_pattern pattern)
{
	return speech_or_empty(speech_patterns[pattern][l]);
}

const char *speech_tone(enum speech_language l, enum panel_tone tone)
{
	return speech_or_empty(speech_tones[tone][l]);
}

void speech_fill(char *out, size_t cap, const char *sentence, const char *const value[],
		 size_t values)
{
	struct text t = text_over(out, cap);

	for (const char *p = sentence; *p; p++) {
		size_t n = *p == '%' ? (size_t)(p[1] - '1') : values;

		if (n >= values) {
			text_char(&t, *p);
			continue;
		}
		text_put(&t, value[n]);
		p++;
	}
}

const char *speech_given(enum speech_language l, const struct mirror_show *show)
{
	const char *text = show->given[l == SPEECH_ZH ? 2 : 1];

	return text[0] ? text : show->given[0];
}

const char *speech_wish(enum speech_language l, const struct mirror_show *show)
{
	if (strcmp(show->wish, "refund") == 0)
		return speech_word(l, SPEECH_REFUND);
	if (strcmp(show->wish, "exchange") == 0)
		return speech_word(l, SPEECH_EXCHANGE);
	return show->wish;
}

/* To the minute; what is no time stays as it is. */
static void speech_minute(const char *at, char *out, size_t cap)
{
	int64_t ms;

	if (text_read_time(at, strlen(at), &ms))
		snprintf(out, cap, "%.10s %.5s UTC", at, at + 11);
	else
		snprintf(out, cap, "%s", at[0] ? at : "?");
}

static const char *speech_verdict(enum speech_language l, const char *verdict)
{
	if (strcmp(verdict, "pass") == 0)
		return speech_headlines[MIRROR_CLOSED_PASS][l];
	if (strcmp(verdict, "fail") == 0)
		return speech_headlines[MIRROR_CLOSED_FAIL][l];
	return verdict;
}

void speech_say(enum speech_language l, const struct mirror_show *show, char *out, size_t cap)
{
	char arrived[16], at[MIRROR_TEXT];
	const char *const value[5] = {
		show->last_station[0] ? show->last_station : "?",
		at,
		show->last_by[0] ? show->last_by : "?",
		speech_verdict(l, show->last_verdict),
		arrived,
	};

	snprintf(arrived, sizeof(arrived), "%u", show->arrived);
	speech_minute(show->last_at, at, sizeof(at));
	speech_fill(out, cap, speech_message(l, show), value, 5);
}

void speech_item(enum speech_language l, const struct mirror_show *show, char *out, size_t cap)
{
	char first[16], second[16], unit[64] = "", left[64] = "";
	const char *const value[2] = {first, second};

	if (show->line > 0) {
		snprintf(first, sizeof(first), "%u", show->line);
		snprintf(second, sizeof(second), "%u", show->unit);
		speech_fill(unit, sizeof(unit), speech_word(l, SPEECH_UNIT), value, 2);
	}
	if (show->units > 1) {
		snprintf(first, sizeof(first), "%u", show->left);
		snprintf(second, sizeof(second), "%u", show->units);
		speech_fill(left, sizeof(left),
			    speech_word(l, show->left > 0 ? SPEECH_LEFT : SPEECH_UNITS), value, 2);
	}
	snprintf(out, cap, "%s%s%s", unit, unit[0] && left[0] ? "; " : "", left);
}
