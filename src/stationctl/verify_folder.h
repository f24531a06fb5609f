/* verify_folder.h - the files of an export's folder, held against its SHA256SUMS. */
#ifndef STATIONCTL_VERIFY_FOLDER_H
#define STATIONCTL_VERIFY_FOLDER_H
#include "station/manifest.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERIFY_FOLDER_NAMES 100000 /* files of an export */

struct verify_folder {
	int fd;
	unsigned wrong; /* things that were told */
	unsigned notes; /* files that are nobody's fault */
	bool has_manifest;
	char (*name)[MANIFEST_NAMES + 1]; /* those of SHA256SUMS, sorted once all are there */
	size_t names;
};

void verify_folder_begin(struct verify_folder *f, int fd);
void verify_folder_end(struct verify_folder *f);
/* One line on stdout; counts. */
void verify_folder_wrong(struct verify_folder *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A regular file, opened to be read; or -errno. No link is followed. */
int verify_folder_file(const struct verify_folder *f, const char *name);
/* A whole file of at most `most` bytes, freed by the caller. False: said why. */
bool verify_folder_read(struct verify_folder *f, const char *name, size_t most, uint8_t **bytes,
			size_t *len);
/* Each file that the sums name is hashed. */
void verify_folder_sums(struct verify_folder *f, const char *sums, size_t len);
bool verify_folder_listed(const struct verify_folder *f, const char *name);
/* What lies there and is in no sums. What PCs leave behind is told, but is not wrong. */
void verify_folder_extra(struct verify_folder *f);
#endif
