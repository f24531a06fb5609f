/* label_rank.c - puts the readings of a scan in order (F18): symbology, list of expected returns,
 * prefix and length, check. What is alike is a tie, never guessed. */
#include "label_rank.h"
#include "station/formats.h"
#include <string.h>

void label_rank_init(struct label_readings *all)
{
	all->count = all->good = 0;
	all->made_len = 0;
}

void label_rank_add(struct label_readings *all, const struct label_reading *r)
{
	if (all->count == LABEL_READINGS || r->len > LABEL_MAX)
		return;
	all->at[all->count] = *r;
	if (r->check == LABEL_CHECK_BAD)
		all->at[all->count].fault = LABEL_FAULT_CHECK;
	all->count++;
}

const char *label_rank_keep(struct label_readings *all, const char *id, size_t len)
{
	char *kept = all->made + all->made_len;

	if (len > sizeof(all->made) - all->made_len)
		return NULL;
	memcpy(kept, id, len);
	all->made_len = (uint16_t)(all->made_len + len);
	return kept;
}

/* 2 = the scanner named a symbology that such labels come in, 0 = another, 1 = nobody knows. */
static unsigned symbology(const struct label_reading *r, const char *aim)
{
	const struct format *f = r->format;

	if (r->sure)
		return 2;
	if (aim[0] == '\0')
		return 1;
	/* Return numbers are printed in whatever is not for products. */
	if (!f || (f->kind == LABEL_RETURN && f->symbologies == 0))
		return aim[0] == 'E' ? 0 : 2;
	if (f->symbologies == 0)
		return 1;
	for (unsigned i = 0; i < f->symbologies; i++)
		if (f->symbology[i][0] == aim[0] &&
		    (f->symbology[i][1] == '\0' || f->symbology[i][1] == aim[1]))
			return 2;
	return 0;
}

static bool is_expected(const struct label_rules *rules, const struct label_reading *r)
{
	char id[LABEL_MAX + 1];

	if (!rules->expected)
		return false;
	memcpy(id, r->id, r->len);
	id[r->len] = '\0';
	return rules->expected(rules->user, id);
}

static uint32_t rank_of(const struct label_rules *rules, const char *aim,
			const struct label_reading *r)
{
	uint32_t rank = symbology(r, aim) << 20 | (uint32_t)r->priority << 8;

	if (is_expected(rules, r))
		rank |= 1u << 16;
	if (r->check == LABEL_CHECK_OK)
		rank |= 1;
	return rank;
}

/* Good ones before failed ones; else by rank; else as they came. */
static bool before(const struct label_reading *a, const struct label_reading *b)
{
	bool good_a = a->fault == LABEL_FAULT_NONE, good_b = b->fault == LABEL_FAULT_NONE;

	return good_a != good_b ? good_a : a->rank > b->rank;
}

void label_rank_sort(const struct label_rules *rules, const char *aim, struct label_readings *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct label_reading r = all->at[i];
		unsigned j = i;

		r.rank = rank_of(rules, aim, &r);
		r.tie = false;
		all->good = (uint8_t)(all->good + (r.fault == LABEL_FAULT_NONE));
		for (; j > 0 && before(&r, &all->at[j - 1]); j--)
			all->at[j] = all->at[j - 1];
		all->at[j] = r;
	}
	for (unsigned i = 1; i < all->good && all->at[i].rank == all->at[0].rank; i++)
		all->at[i].tie = all->at[0].tie = true;
}

bool label_rank_unsure(const struct label_readings *all)
{
	if (all->good == 0)
		return true;
	for (unsigned i = 1; i < all->good && all->at[i].tie; i++)
		if (all->at[i].kind != all->at[0].kind)
			return true;
	return false;
}
