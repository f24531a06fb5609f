/* reply.h - what each call answers. */
#ifndef HQD_REPLY_H
#define HQD_REPLY_H
#include "answer.h"
#include "body.h"
#include "front.h"

struct reply {
	struct answer answer;
	enum refusal refusal; /* REFUSAL_NONE: none, nothing to be told on the log */
	char detail[240];
};

void reply_events(struct reply *r, struct front *f, const char *station, const char *journal,
		  const struct body *body);
void reply_anchor(struct reply *r, struct front *f, const char *station, const char *journal,
		  const struct body *body);
void reply_expected(struct reply *r, struct front *f, struct MHD_Connection *connection);
void reply_health(struct reply *r, struct front *f);
void reply_metrics(struct reply *r, struct front *f);
#endif
