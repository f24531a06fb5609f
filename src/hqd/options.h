/* options.h - hqd's command line. */
#ifndef HQD_OPTIONS_H
#define HQD_OPTIONS_H
#include <stdbool.h>
#include <stdint.h>

enum options_exit {
	OPTIONS_FINE = 0,
	OPTIONS_WRONG = 1, /* failed, not found, rows refused */
	OPTIONS_USAGE = 2,
	OPTIONS_GONE = 3, /* a file can't be opened, read or understood */
};

enum options_command {
	OPTIONS_SERVE,
	OPTIONS_IMPORT,
	OPTIONS_EXPORT,
	OPTIONS_STATUS,
	OPTIONS_PHOTO
};

struct options {
	enum options_command command;
	const char *db;
	/* serve */
	const char *listen, *cert, *key, *client_ca, *crl; /* crl NULL = none */
	bool metrics_open;
	unsigned patience_s; /* a connection must have said its request by then */
	/* import, export */
	const char *csv;
	const char *journal; /* NULL = all */
	uint64_t from;
	const char *photo; /* photo: its SHA-256; NULL = the list */
};

/* -1 = go on, else the exit code; what was wrong is told on stderr. */
int options_read(int argc, char **argv, struct options *out);
#endif
