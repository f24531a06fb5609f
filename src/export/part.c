/* part.c - the parts of an export, in the order in which they are written. */
#include "part.h"

const struct part *const part_all[PART_MOST] = {&part_lines, &part_table, &part_report};
