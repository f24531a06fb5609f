/* make.h - makes an export: journal in, folder out. */
#ifndef EXPORT_MAKE_H
#define EXPORT_MAKE_H
#include "folder.h"
#include "order.h"
#include "part.h"

struct made {
	struct trip trip; /* its manifest is what was written */
	struct folder folder;
	char why[512]; /* what went wrong, for a person */
	bool unread;   /* it is the journal that can't be read */
};

/* 0, or -errno with made->why; then the stick holds nothing of it. */
int __attribute__((warn_unused_result)) make_export(struct made *made, const struct order *order);
#endif
