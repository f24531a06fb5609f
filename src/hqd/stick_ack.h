/* stick_ack.h - ack.json: headquarters' word on paper, beside the exports of a station, how far it
 * has their journals. */
#ifndef HQD_STICK_ACK_H
#define HQD_STICK_ACK_H
#include "options.h"
#include "station/slip.h"
#include "store.h"

/* The journals of a folder whose exports were taken, the latest ones if there are more. */
struct stick_ack {
	struct {
		char station[33], journal[EVENT_UUID + 1];
	} of[SLIP_ACK_MOST];
	size_t count;
};

void stick_ack_add(struct stick_ack *a, const char *station, const char *journal);
/* Writes ack.json and its signature into a folder; nothing when there is nothing to say. 0, or
 * -errno with why. */
int __attribute__((warn_unused_result))
stick_ack_write(const struct stick_ack *a, struct store *s, const struct options *o, int folder,
		char *why, size_t cap);
#endif
