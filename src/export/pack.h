/* pack.h - an export that only one person may read: its folder as a tar archive, encrypted. */
#ifndef EXPORT_PACK_H
#define EXPORT_PACK_H
#include "make.h"

/* The files of an export into the folder that is open. Nothing of them is written anywhere in the
 * clear. 0, or -errno with made->why or the trip's. */
int __attribute__((warn_unused_result)) pack_files(struct made *made, const struct order *order);
#endif
