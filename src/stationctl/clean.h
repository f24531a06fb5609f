/* clean.h - prints text from outside so that it can't order the terminal about: control bytes,
 * what is not UTF-8 and direction overrides come out as '?'. */
#ifndef STATIONCTL_CLEAN_H
#define STATIONCTL_CLEAN_H
#include <stddef.h>
#include <stdio.h>

void clean_print(FILE *f, const char *s, size_t len);
void clean_puts(FILE *f, const char *s); /* NULL prints nothing */
#endif
