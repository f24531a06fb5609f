/* command.h - what hqd does on its database without serving: import, export, status. Each returns
 * an enum options_exit. */
#ifndef HQD_COMMAND_H
#define HQD_COMMAND_H
#include "options.h"

int command_import(const struct options *o);
int command_export(const struct options *o);
int command_status(const struct options *o);
#endif
