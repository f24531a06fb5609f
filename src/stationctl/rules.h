/* rules.h - by what labels are made and known: the settings' site and key, or those of the command
 * line. */
#ifndef STATIONCTL_RULES_H
#define STATIONCTL_RULES_H
#include "ctl.h"

/* Reads the settings, and puts site (a name) and key (a file) in place where they are not NULL.
 * CTL_FINE, or an exit code: said why, in the name of command. */
int __attribute__((warn_unused_result))
rules_read(struct ctl *ctl, const char *command, const char *site, const char *key);
#endif
