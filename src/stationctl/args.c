/* args.c - reads a command line after tables of options. Own code instead of getopt_long, because
 * a wrong option has to be answered with the nearest right one. */
#include "args.h"
#include <string.h>

#define NAME_MAX_LEN 31

/* Levenshtein's distance; texts longer than any name of ours are cut, they are far away anyway. */
static size_t args_distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1];
	size_t la = strnlen(a, NAME_MAX_LEN), lb = strnlen(b, NAME_MAX_LEN);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *args_nearest(const char *text, const char *nearest, const char *candidate)
{
	size_t distance = args_distance(text, candidate);

	if (distance > 1 + strlen(candidate) / 3)
		return nearest;
	if (nearest && args_distance(text, nearest) <= distance)
		return nearest;
	return candidate;
}

struct args_reader {
	const struct args_table *table[2];
	struct args *out[2];
	int argc, at;
	char **argv;
	char *error;
	size_t cap;
};

static bool args_unknown(struct args_reader *r, const char *given, size_t len)
{
	const char *nearest = NULL;
	char name[NAME_MAX_LEN + 1];

	if (len > NAME_MAX_LEN)
		len = NAME_MAX_LEN;
	memcpy(name, given, len);
	name[len] = '\0';
	for (int t = 0; t < 2; t++)
		for (size_t i = 0; i < r->table[t]->count; i++)
			nearest = args_nearest(name, nearest, r->table[t]->option[i].name);
	if (nearest)
		snprintf(r->error, r->cap, "unknown option '--%s'; did you mean '--%s'?", name,
			 nearest);
	else
		snprintf(r->error, r->cap, "unknown option '--%s'", name);
	return false;
}

/* inlined: what stands behind the '=' of --name=value, or NULL. */
static bool args_take(struct args_reader *r, int t, size_t i, const char *inlined)
{
	const struct args_option *o = &r->table[t]->option[i];
	const char *value = "";

	if (!o->value && inlined) {
		snprintf(r->error, r->cap, "option '--%s' takes no value", o->name);
		return false;
	}
	if (o->value) {
		value = inlined;
		if (!value && r->at < r->argc)
			value = r->argv[r->at++];
		if (!value) {
			snprintf(r->error, r->cap, "option '--%s' needs a value: --%s %s", o->name,
				 o->name, o->value);
			return false;
		}
	}
	r->out[t]->value[i] = value;
	return true;
}

static bool args_long(struct args_reader *r, const char *name)
{
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);

	for (int t = 0; t < 2; t++) {
		for (size_t i = 0; i < r->table[t]->count; i++) {
			const char *known = r->table[t]->option[i].name;

			if (strlen(known) == len && memcmp(known, name, len) == 0)
				return args_take(r, t, i, equals ? equals + 1 : NULL);
		}
	}
	return args_unknown(r, name, len);
}

static bool args_short(struct args_reader *r, const char *letters)
{
	for (const char *p = letters; *p; p++) {
		bool taken = false;

		for (int t = 0; t < 2 && !taken; t++) {
			for (size_t i = 0; i < r->table[t]->count && !taken; i++) {
				if (r->table[t]->option[i].letter != *p)
					continue;
				if (!args_take(r, t, i, NULL))
					return false;
				taken = true;
			}
		}
		if (!taken) {
			snprintf(r->error, r->cap, "unknown option '-%s'", letters);
			return false;
		}
	}
	return true;
}

int args_read(const struct args_table *global, struct args *global_out,
	      const struct args_table *own, struct args *own_out, struct args_words *words,
	      int argc, char **argv, char *error, size_t cap)
{
	struct args_reader r = {{global, own}, {global_out, own_out}, argc, 0, argv, error, cap};
	bool options = true;

	while (r.at < argc) {
		const char *arg = argv[r.at];

		if (options && strcmp(arg, "--") == 0) {
			options = false;
			r.at++;
			continue;
		}
		if (!options || arg[0] != '-' || arg[1] == '\0') {
			if (!words)
				break;
			if (words->count < ARGS_WORDS)
				words->word[words->count] = arg;
			words->count++;
			r.at++;
			continue;
		}
		r.at++;
		if (!(arg[1] == '-' ? args_long(&r, arg + 2) : args_short(&r, arg + 1)))
			return -1;
	}
	return r.at;
}

void args_help(FILE *f, const struct args_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct args_option *o = &table->option[i];
		char left[48];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
			 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
			 o->value ? " " : "", o->value ? o->value : "");
		fprintf(f, "  %-26s %s\n", left, o->help);
	}
}
