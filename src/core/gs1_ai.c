/* gs1_ai.c - the application identifiers, after the GS1 Barcode Syntax Dictionary as it stood in
 * January 2026 (release 2024-06-10 and what came since: 03, 717, 8040 to 8043), which has the
 * General Specifications' section 3 (format of each) and 7.8.5 (which need no FNC1 behind them) in
 * one list. tests/unit/test_gs1_ai.c has that list once more. Not looked up: the codes of
 * countries, currencies, package types and company prefixes. */
#include "gs1_ai.h"

/* clang-format off */
#define N(least, most, ...) {'N', least, most, __VA_ARGS__ + 0}
#define X(least, most, ...) {'X', least, most, __VA_ARGS__ + 0}
#define ONE(ai, digits, ...) {ai, ai, digits, {__VA_ARGS__}}
#define RUN(from, to, digits, ...) {from, to, digits, {__VA_ARGS__}}

static const struct gs1_ai table[] = {
	ONE(0, 2, N(18, 18, GS1_AI_SUM)),	/* SSCC */
	RUN(1, 3, 2, N(14, 14, GS1_AI_SUM)),	/* GTIN, CONTENT, MTO GTIN */
	ONE(10, 2, X(1, 20)),			/* BATCH/LOT */
	RUN(11, 13, 2, N(6, 6, GS1_AI_DAY_0)),	/* PROD, DUE, PACK DATE */
	RUN(15, 17, 2, N(6, 6, GS1_AI_DAY_0)),	/* BEST BEFORE, SELL BY, EXPIRY */
	ONE(20, 2, N(2, 2)),			/* VARIANT */
	RUN(21, 22, 2, X(1, 20)),		/* SERIAL, CPV */
	ONE(235, 3, X(1, 28)),			/* TPX */
	RUN(240, 241, 3, X(1, 30)),		/* ADDITIONAL ID, CUST. PART No. */
	ONE(242, 3, N(1, 6)),			/* MTO VARIANT */
	ONE(243, 3, X(1, 20)),			/* PCN */
	RUN(250, 251, 3, X(1, 30)),		/* SECONDARY SERIAL, REF. TO SOURCE */
	ONE(253, 3, N(13, 13, GS1_AI_SUM), X(0, 17)),	/* GDTI */
	ONE(254, 3, X(1, 20)),			/* GLN EXTENSION COMPONENT */
	ONE(255, 3, N(13, 13, GS1_AI_SUM), N(0, 12)),	/* GCN */
	ONE(30, 2, N(1, 8)),			/* VAR. COUNT */
	RUN(3100, 3105, 4, N(6, 6)), RUN(3110, 3115, 4, N(6, 6)), /* measures */
	RUN(3120, 3125, 4, N(6, 6)), RUN(3130, 3135, 4, N(6, 6)),
	RUN(3140, 3145, 4, N(6, 6)), RUN(3150, 3155, 4, N(6, 6)),
	RUN(3160, 3165, 4, N(6, 6)), RUN(3200, 3205, 4, N(6, 6)),
	RUN(3210, 3215, 4, N(6, 6)), RUN(3220, 3225, 4, N(6, 6)),
	RUN(3230, 3235, 4, N(6, 6)), RUN(3240, 3245, 4, N(6, 6)),
	RUN(3250, 3255, 4, N(6, 6)), RUN(3260, 3265, 4, N(6, 6)),
	RUN(3270, 3275, 4, N(6, 6)), RUN(3280, 3285, 4, N(6, 6)),
	RUN(3290, 3295, 4, N(6, 6)), RUN(3300, 3305, 4, N(6, 6)),
	RUN(3310, 3315, 4, N(6, 6)), RUN(3320, 3325, 4, N(6, 6)),
	RUN(3330, 3335, 4, N(6, 6)), RUN(3340, 3345, 4, N(6, 6)),
	RUN(3350, 3355, 4, N(6, 6)), RUN(3360, 3365, 4, N(6, 6)),
	RUN(3370, 3375, 4, N(6, 6)), RUN(3400, 3405, 4, N(6, 6)),
	RUN(3410, 3415, 4, N(6, 6)), RUN(3420, 3425, 4, N(6, 6)),
	RUN(3430, 3435, 4, N(6, 6)), RUN(3440, 3445, 4, N(6, 6)),
	RUN(3450, 3455, 4, N(6, 6)), RUN(3460, 3465, 4, N(6, 6)),
	RUN(3470, 3475, 4, N(6, 6)), RUN(3480, 3485, 4, N(6, 6)),
	RUN(3490, 3495, 4, N(6, 6)), RUN(3500, 3505, 4, N(6, 6)),
	RUN(3510, 3515, 4, N(6, 6)), RUN(3520, 3525, 4, N(6, 6)),
	RUN(3530, 3535, 4, N(6, 6)), RUN(3540, 3545, 4, N(6, 6)),
	RUN(3550, 3555, 4, N(6, 6)), RUN(3560, 3565, 4, N(6, 6)),
	RUN(3570, 3575, 4, N(6, 6)), RUN(3600, 3605, 4, N(6, 6)),
	RUN(3610, 3615, 4, N(6, 6)), RUN(3620, 3625, 4, N(6, 6)),
	RUN(3630, 3635, 4, N(6, 6)), RUN(3640, 3645, 4, N(6, 6)),
	RUN(3650, 3655, 4, N(6, 6)), RUN(3660, 3665, 4, N(6, 6)),
	RUN(3670, 3675, 4, N(6, 6)), RUN(3680, 3685, 4, N(6, 6)),
	RUN(3690, 3695, 4, N(6, 6)),
	ONE(37, 2, N(1, 8)),			/* COUNT */
	RUN(3900, 3909, 4, N(1, 15)),		/* AMOUNT */
	RUN(3910, 3919, 4, N(3, 3), N(1, 15)),
	RUN(3920, 3929, 4, N(1, 15)),		/* PRICE */
	RUN(3930, 3939, 4, N(3, 3), N(1, 15)),
	RUN(3940, 3943, 4, N(4, 4)),		/* PRCNT OFF */
	RUN(3950, 3955, 4, N(6, 6)),		/* PRICE/UoM */
	RUN(400, 401, 3, X(1, 30)),		/* ORDER NUMBER, GINC */
	ONE(402, 3, N(17, 17, GS1_AI_SUM)),	/* GSIN */
	ONE(403, 3, X(1, 30)),			/* ROUTE */
	RUN(410, 417, 3, N(13, 13, GS1_AI_SUM)),	/* GLNs */
	ONE(420, 3, X(1, 20)),			/* SHIP TO POST */
	ONE(421, 3, N(3, 3), X(1, 9)),
	ONE(422, 3, N(3, 3)),			/* ORIGIN */
	ONE(423, 3, N(3, 15, GS1_AI_THREES)),
	ONE(424, 3, N(3, 3)),
	ONE(425, 3, N(3, 15, GS1_AI_THREES)),
	ONE(426, 3, N(3, 3)),
	ONE(427, 3, X(1, 3)),
	RUN(4300, 4301, 4, X(1, 35)),		/* SHIP TO ... */
	RUN(4302, 4306, 4, X(1, 70)),
	ONE(4307, 4, X(2, 2)),
	ONE(4308, 4, X(1, 30)),
	ONE(4309, 4, N(10, 10, GS1_AI_LATITUDE), N(10, 10, GS1_AI_LONGITUDE)),
	RUN(4310, 4311, 4, X(1, 35)),		/* RTN TO ... */
	RUN(4312, 4316, 4, X(1, 70)),
	ONE(4317, 4, X(2, 2)),
	ONE(4318, 4, X(1, 20)),
	ONE(4319, 4, X(1, 30)),
	ONE(4320, 4, X(1, 35)),			/* SRV DESCRIPTION */
	RUN(4321, 4323, 4, N(1, 1, GS1_AI_FLAG)),
	RUN(4324, 4325, 4, N(6, 6, GS1_AI_DAY_0), N(4, 4, GS1_AI_HHMM_9)),
	ONE(4326, 4, N(6, 6, GS1_AI_DAY)),
	RUN(4330, 4333, 4, N(6, 6), X(0, 1, GS1_AI_HYPHEN)), /* temperatures */
	ONE(7001, 4, N(13, 13)),		/* NSN */
	ONE(7002, 4, X(1, 30)),
	ONE(7003, 4, N(6, 6, GS1_AI_DAY), N(4, 4, GS1_AI_HHMM)),
	ONE(7004, 4, N(1, 4)),
	ONE(7005, 4, X(1, 12)),
	ONE(7006, 4, N(6, 6, GS1_AI_DAY)),
	ONE(7007, 4, N(6, 6, GS1_AI_DAY), N(0, 6, GS1_AI_DAY)),
	ONE(7008, 4, X(1, 3)),
	ONE(7009, 4, X(1, 10)),
	ONE(7010, 4, X(1, 2)),
	ONE(7011, 4, N(6, 6, GS1_AI_DAY), N(0, 4, GS1_AI_HHMM)),
	RUN(7020, 7022, 4, X(1, 20)),
	ONE(7023, 4, X(1, 30)),			/* GIAI of an assembly */
	RUN(7030, 7039, 4, N(3, 3), X(1, 27)),
	ONE(7040, 4, N(1, 1), X(2, 2), X(1, 1, GS1_AI_INDEX)),
	ONE(7041, 4, X(1, 4)),
	RUN(710, 717, 3, X(1, 20)),		/* NHRN */
	RUN(7230, 7239, 4, X(3, 30)),
	ONE(7240, 4, X(1, 20)),
	ONE(7241, 4, N(2, 2, GS1_AI_MEDIA)),
	ONE(7242, 4, X(1, 25)),
	ONE(7250, 4, N(8, 8, GS1_AI_DAY_8)),
	ONE(7251, 4, N(8, 8, GS1_AI_DAY_8), N(4, 4, GS1_AI_HHMM)),
	ONE(7252, 4, N(1, 1, GS1_AI_SEX)),
	RUN(7253, 7254, 4, X(1, 40)),
	ONE(7255, 4, X(1, 10)),
	ONE(7256, 4, X(1, 90)),
	ONE(7257, 4, X(1, 70)),
	ONE(7258, 4, X(3, 3, GS1_AI_BIRTH)),
	ONE(7259, 4, X(1, 40)),
	ONE(8001, 4, N(14, 14, GS1_AI_ROLL)),
	ONE(8002, 4, X(1, 20)),
	ONE(8003, 4, N(1, 1, GS1_AI_ZERO), N(13, 13, GS1_AI_SUM), X(0, 16)), /* GRAI */
	ONE(8004, 4, X(1, 30)),			/* GIAI */
	ONE(8005, 4, N(6, 6)),
	ONE(8006, 4, N(14, 14, GS1_AI_SUM), N(4, 4, GS1_AI_PIECE)),	/* ITIP */
	ONE(8007, 4, X(1, 34)),
	ONE(8008, 4, N(6, 6, GS1_AI_DAY), N(2, 2, GS1_AI_HOUR), N(0, 4, GS1_AI_MINUTES)),
	ONE(8009, 4, X(1, 50)),
	ONE(8010, 4, {'Y', 1, 30, GS1_AI_ANY}),	/* CPID */
	ONE(8011, 4, N(1, 12, GS1_AI_NO_ZERO)),
	ONE(8012, 4, X(1, 20)),
	ONE(8013, 4, X(3, 25, GS1_AI_PAIR)),	/* GMN */
	ONE(8014, 4, X(3, 25, GS1_AI_PAIR_LETTER)),	/* MUDI */
	RUN(8017, 8018, 4, N(18, 18, GS1_AI_SUM)),	/* GSRN */
	ONE(8019, 4, N(1, 10)),
	ONE(8020, 4, X(1, 25)),
	ONE(8026, 4, N(14, 14, GS1_AI_SUM), N(4, 4, GS1_AI_PIECE)),
	ONE(8030, 4, {'Z', 1, 90, GS1_AI_ANY}),
	RUN(8040, 8041, 4, N(15, 15)),		/* IMEI */
	ONE(8042, 4, N(32, 32)),		/* embedded SIM */
	ONE(8043, 4, N(18, 18), N(0, 2)),	/* physical SIM */
	ONE(8110, 4, X(1, 70)),
	ONE(8111, 4, N(4, 4)),
	ONE(8112, 4, X(1, 70)),
	ONE(8200, 4, X(1, 70)),
	ONE(90, 2, X(1, 30)),
	RUN(91, 99, 2, X(1, 90)),
};
/* clang-format on */

const struct gs1_ai *gs1_ai_find(uint16_t ai, unsigned digits)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (ai >= table[i].from && ai <= table[i].to && digits == table[i].digits)
			return &table[i];
	return NULL;
}

unsigned gs1_ai_digits(const char two[2])
{
	/* By the tens and the units of the first two digits. */
	static const char digits[10][11] = {"2222......", "2222.222..", "222333....", "24444442.4",
					    "3334......", "..........", "..........", "434.......",
					    "444.......", "2222222222"};
	char n = '.';

	if (two[0] >= '0' && two[0] <= '9' && two[1] >= '0' && two[1] <= '9')
		n = digits[two[0] - '0'][two[1] - '0'];
	return n == '.' ? 0 : (unsigned)(n - '0');
}

unsigned gs1_ai_fixed(unsigned ai, unsigned digits)
{
	for (; digits > 2; digits--)
		ai /= 10;
	if (ai == 0)
		return 18;
	if (ai <= 3)
		return 14;
	if (ai >= 11 && ai <= 19)
		return 6;
	if (ai == 20)
		return 2;
	if (ai >= 31 && ai <= 36)
		return 6;
	return ai == 41 ? 13 : 0;
}
