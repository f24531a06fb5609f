/* plan.h - what an export will hold: told from the journal before anything is written. */
#ifndef EXPORT_PLAN_H
#define EXPORT_PLAN_H
#include "order.h"
#include "part.h"

/* Opens the journal and fills the manifest, save what only the walk tells. 0, or -errno with
 * trip->why. */
int __attribute__((warn_unused_result))
plan_make(struct trip *trip, const struct order *order, int64_t now_ms);
void plan_end(struct trip *trip);
#endif
