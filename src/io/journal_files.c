/* journal_files.c - the files of a journal's folder: their names, and the renames that put a new
 * journal in the place of one that is set aside or sealed. */
#include "journal_files.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const tails[] = {"", "-wal", "-shm"};

/* Joins folder (under 256 bytes), name and ending, which are ours: always fits. */
void journal_files_path(char path[JOURNAL_DB_PATH], const char *dir, const char *name,
			const char *tail)
{
	struct text t = text_over(path, JOURNAL_DB_PATH);

	text_put(&t, dir);
	text_char(&t, '/');
	text_put(&t, name);
	text_put(&t, tail);
}

bool journal_files_exist(const char *dir, const char *name, const char *tail)
{
	char path[JOURNAL_DB_PATH];
	struct stat st;

	journal_files_path(path, dir, name, tail);
	return lstat(path, &st) == 0;
}

int journal_files_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

static int file_rename(const char *dir, const char *from, const char *to, const char *tail)
{
	char old[JOURNAL_DB_PATH], new[JOURNAL_DB_PATH];

	journal_files_path(old, dir, from, tail);
	journal_files_path(new, dir, to, tail);
	return rename(old, new) == 0 || errno == ENOENT ? 0 : -errno;
}

int journal_files_remove(const char *dir)
{
	static const char *const all[] = {"", "-journal", "-wal", "-shm"};
	char path[JOURNAL_DB_PATH];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		journal_files_path(path, dir, JOURNAL_FILES_NEW, all[i]);
		if (unlink(path) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* The old files out of the way, the new one in its place. The WAL goes with its database: left
 * behind, it would be taken for the new one's. */
int journal_files_place(const char *dir, const char *aside)
{
	int rc = 0;

	for (size_t i = 0; aside[0] && i < sizeof(tails) / sizeof(tails[0]) && !rc; i++)
		rc = file_rename(dir, JOURNAL_FILE, aside, tails[i]);
	if (!rc)
		rc = journal_files_sync(dir);
	if (!rc)
		rc = file_rename(dir, JOURNAL_FILES_NEW, JOURNAL_FILE, "");
	return rc ? rc : journal_files_sync(dir);
}

/* journal-WHY-20261123T080000Z.db; a name that is free. */
int journal_files_aside(const char *dir, int64_t now_ms, const char *why, char name[64])
{
	char time[32];
	struct text t = text_over(time, sizeof(time));

	text_time(&t, now_ms);
	for (unsigned n = 1; n < 1000; n++) {
		struct text to = text_over(name, 64);

		text_put(&to, "journal-");
		text_put(&to, why);
		text_char(&to, '-');
		for (const char *c = time; *c && *c != '.'; c++)
			if (*c != '-' && *c != ':')
				text_char(&to, *c);
		text_char(&to, 'Z');
		if (n > 1) {
			text_char(&to, '-');
			text_u64(&to, n);
		}
		text_put(&to, ".db");
		if (!journal_files_exist(dir, name, "") && !journal_files_exist(dir, name, "-wal"))
			return 0;
	}
	return -EEXIST;
}
