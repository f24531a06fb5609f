/* command.h - what hqd does on its database without serving: import, export, status, photo. Each
 * returns
 * an enum options_exit. */
#ifndef HQD_COMMAND_H
#define HQD_COMMAND_H
#include "options.h"
#include "store.h"
#include <stdbool.h>

int command_import(const struct options *o);
int command_export(const struct options *o);
int command_status(const struct options *o);
int command_photo(const struct options *o);

/* For the commands. The store; NULL: told on the log. make: the file may be new. */
struct store *command_store(const struct options *o, bool make);
/* The exit code, once all of the output is written. */
int command_flushed(int code);
#endif
