/* server.h - hqd while it serves. */
#ifndef HQD_SERVER_H
#define HQD_SERVER_H
#include "options.h"

/* Until SIGTERM or SIGINT; an enum options_exit. */
int server_run(const struct options *o);
#endif
