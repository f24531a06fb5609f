/* args.h - reads a command line after tables of options. The same tables make the help, and a
 * wrong option is answered with the nearest right one. */
#ifndef STATIONCTL_ARGS_H
#define STATIONCTL_ARGS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define ARGS_OPTIONS 8
#define ARGS_WORDS   16

struct args_option {
	const char *name;  /* without the dashes */
	const char *value; /* what its value is called in the help; NULL = a flag */
	const char *help;
	char letter; /* its short form, or 0 */
};

struct args_table {
	const struct args_option *option;
	size_t count; /* at most ARGS_OPTIONS */
};

struct args {
	const char *value[ARGS_OPTIONS]; /* by the option's place in its table; NULL = not given, a
					    flag that is given has "" */
};

struct args_words {
	const char *word[ARGS_WORDS];
	unsigned count; /* may exceed ARGS_WORDS: too many were given */
};

/* Reads argv[0..argc-1]. Options of both tables are known; own may be empty. With words NULL it
 * stops at the first word that is no option. Returns how many arguments it used, or -1 with the
 * error in words. Values point into argv. */
int args_read(const struct args_table *global, struct args *global_out,
	      const struct args_table *own, struct args *own_out, struct args_words *words,
	      int argc, char **argv, char *error, size_t cap);
void args_help(FILE *f, const struct args_table *table);
/* The candidate that is nearest to text, or NULL when none is near. */
const char *args_nearest(const char *text, const char *nearest, const char *candidate);
#endif
