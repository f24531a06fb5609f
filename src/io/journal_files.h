/* journal_files.h - the files of a journal's folder: their names, and the renames that put a new
 * journal in the place of one that is set aside or sealed. Private to journal*.c. */
#ifndef IO_JOURNAL_FILES_H
#define IO_JOURNAL_FILES_H
#include "journal_db.h"

#define JOURNAL_FILES_NEW "journal-new.db" /* complete before it gets its name */

/* Joins folder (under 256 bytes), name and ending, which are ours: always fits. */
void journal_files_path(char path[JOURNAL_DB_PATH], const char *dir, const char *name,
			const char *tail);
bool journal_files_exist(const char *dir, const char *name, const char *tail);
int journal_files_sync(const char *dir); /* the folder itself */
/* Removes JOURNAL_FILES_NEW and what SQLite left beside it. */
int journal_files_remove(const char *dir);
/* The old files out of the way (aside "": there are none), the new one in its place. */
int journal_files_place(const char *dir, const char *aside);
/* A name that is free: journal-WHY-20261123T080000Z.db. */
int journal_files_aside(const char *dir, int64_t now_ms, const char *why, char name[64]);
#endif
