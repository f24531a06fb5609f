/* checklist_fold.c - recorded events change the situation: the only way, live and after a power cut
 * alike. */
#include "checklist_turn.h"

uint32_t checklist_fold_bit(uint8_t unit)
{
	return 1u << (unit % PARCEL_UNITS);
}

uint32_t checklist_fold_mask(uint8_t units)
{
	return units >= PARCEL_UNITS ? UINT32_MAX : (1u << units) - 1;
}

bool checklist_fold_done(uint8_t units, uint32_t done)
{
	return (done & checklist_fold_mask(units)) == checklist_fold_mask(units);
}

static void fold_opened(struct checklist_situation *s, const struct checklist_append *a)
{
	s->at = CHECKLIST_STEP;
	s->step = 0;
	for (int i = 0; i < CHECKLIST_STEPS; i++)
		s->answer[i] = PARCEL_NONE;
	s->verdict = PARCEL_NONE;
	s->unit = a->unit;
	s->units = a->units;
	s->done = a->done;
	s->alert = CHECKLIST_WHY_NONE;
	s->refused = false;
}

/* The inspection is over; a parcel with more units asks for the next one. */
static void fold_final(struct checklist_situation *s)
{
	enum checklist_at after;

	s->done |= checklist_fold_bit(s->unit);
	after = checklist_fold_done(s->units, s->done) ? CHECKLIST_IDLE : CHECKLIST_WHICH;
	if (s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN)
		s->under = after;
	else
		s->at = after;
}

static void fold_step(struct checklist_situation *s, const struct checklist_append *a)
{
	s->alert = CHECKLIST_WHY_NONE; /* a press that counts proves that it was silenced before */
	s->step = a->step;
	s->answer[a->step] = a->answer;
	if (a->answer == PARCEL_FAIL)
		s->at = CHECKLIST_REASON;
	else if (a->step + 1 < CHECKLIST_STEPS)
		s->step = (uint8_t)(a->step + 1);
}

static void fold_rejected(struct checklist_situation *s, enum checklist_why why)
{
	bool of_inspecting = why == CHECKLIST_WHY_LEFT || why == CHECKLIST_WHY_REFUSED;

	if (s->at == CHECKLIST_RECEIVING && of_inspecting)
		s->at = CHECKLIST_IDLE; /* receiving mode asks nothing and refuses nothing: it has
					   ended */
	if (why != CHECKLIST_WHY_LEFT) {
		s->alert = why;
		if (why == CHECKLIST_WHY_REFUSED)
			s->refused = true;
		return;
	}
	if (s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN)
		s->at = s->under;
}

void checklist_fold(struct checklist_situation *s, const struct checklist_append *a)
{
	switch (a->kind) {
	case EVENT_INSPECTION_OPENED:
		fold_opened(s, a);
		break;
	case EVENT_STEP_ANSWERED:
		fold_step(s, a);
		break;
	case EVENT_STEP_WITHDRAWN:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_STEP;
		s->step = a->step;
		s->answer[a->step] = PARCEL_NONE;
		break;
	case EVENT_REASON_GIVEN:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_STEP;
		if (a->step + 1 < CHECKLIST_STEPS)
			s->step = (uint8_t)(a->step + 1);
		break;
	case EVENT_INSPECTION_CLOSED:
		s->at = CHECKLIST_CLOSED;
		s->verdict = a->answer;
		break;
	case EVENT_INSPECTION_REOPENED:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_STEP;
		s->step = CHECKLIST_STEPS - 1;
		s->answer[s->step] = PARCEL_NONE;
		s->verdict = PARCEL_NONE;
		break;
	case EVENT_INSPECTION_FINAL:
		fold_final(s);
		break;
	case EVENT_INSPECTION_ABANDONED:
	case EVENT_PARCEL_CLOSED:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_IDLE;
		break;
	case EVENT_PARCEL_ARRIVED:
		s->at = CHECKLIST_RECEIVING;
		s->alert = CHECKLIST_WHY_NONE;
		break;
	case EVENT_LABEL_REJECTED:
		fold_rejected(s, a->why);
		break;
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
		s->badged = a->kind == EVENT_BADGE_IN;
		break;
	case EVENT_STATION_STOPPED: /* a planned stop forgets what was only asked or shown */
		if (s->at == CHECKLIST_WHICH || s->at == CHECKLIST_RECEIVING)
			s->at = CHECKLIST_IDLE;
		s->alert = CHECKLIST_WHY_NONE;
		s->refused = false;
		break;
	case EVENT_STATION_STARTED:
	case EVENT_CLOCK_STEPPED:
	case EVENT_LABELS_LOADED:
	case EVENT_PHOTO_TAKEN:
	case EVENT_EXPORT_DONE:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
}
