/* baseline.c - the bare program that stationd is measured against: a line from a UNIX socket in,
 * the told number of bytes on disk, a lamp line out. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Usage: baseline sqlite|append FOLDER SOCKET. sqlite: one insert, WAL and synchronous=FULL, into
 * the station's table; append: a write and an fdatasync.
 * baseline batch FOLDER LINES: inserts all lines of a file, BATCH in a transaction; says how many
 * seconds it took. */

#define BYTES_MAX 8192
#define BATCH	  500

struct disk {
	sqlite3 *db;
	sqlite3_stmt *begin, *insert, *commit;
	sqlite3_int64 seq;
	int fd;
};

static int disk_open_sqlite(struct disk *d, const char *path)
{
	static const char setup[] =
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
		"PRAGMA locking_mode=NORMAL; CREATE TABLE IF NOT EXISTS event(seq INTEGER PRIMARY KEY,"
		"line BLOB NOT NULL, hash BLOB NOT NULL);";

	if (sqlite3_open(path, &d->db) != SQLITE_OK ||
	    sqlite3_exec(d->db, setup, NULL, NULL, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_prepare_v2(d->db, "BEGIN IMMEDIATE", -1, &d->begin, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(d->db, "INSERT INTO event VALUES(?, ?, ?)", -1, &d->insert, NULL) !=
		    SQLITE_OK ||
	    sqlite3_prepare_v2(d->db, "COMMIT", -1, &d->commit, NULL) != SQLITE_OK)
		return -1;
	return 0;
}

static int disk_open(struct disk *d, const char *mode, const char *folder)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/baseline-%s", folder, mode);
	if (strcmp(mode, "sqlite") == 0)
		return disk_open_sqlite(d, path);
	d->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return d->fd < 0 ? -1 : 0;
}

static int run(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	sqlite3_reset(statement);
	return result == SQLITE_DONE ? 0 : -1;
}

static int disk_write(struct disk *d, const char *bytes, size_t len)
{
	static const char hash[32];

	if (d->db == NULL)
		return write(d->fd, bytes, len) == (ssize_t)len && fdatasync(d->fd) == 0 ? 0 : -1;
	sqlite3_bind_int64(d->insert, 1, ++d->seq);
	sqlite3_bind_blob(d->insert, 2, bytes, (int)len, SQLITE_STATIC);
	sqlite3_bind_blob(d->insert, 3, hash, sizeof(hash), SQLITE_STATIC);
	return run(d->begin) || run(d->insert) || run(d->commit) ? -1 : 0;
}

static int socket_listen(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
		return -1;
	return fd;
}

/* A line holds how many bytes to put on disk. */
static int serve(struct disk *d, int fd)
{
	static char bytes[BYTES_MAX];
	static const char lamp[] = "lamp accessories on\n";
	char line[64];

	memset(bytes, 'x', sizeof(bytes));
	for (;;) {
		ssize_t got = read(fd, line, sizeof(line) - 1);
		if (got <= 0)
			return got == 0 ? 0 : -1;
		line[got] = '\0';
		unsigned long len = strtoul(line, NULL, 10);
		if (len == 0 || len > BYTES_MAX || disk_write(d, bytes, len) < 0 ||
		    write(fd, lamp, sizeof(lamp) - 1) != (ssize_t)sizeof(lamp) - 1)
			return -1;
	}
}

static int insert_line(struct disk *d, const char *line, size_t len)
{
	static const char hash[32];

	sqlite3_bind_int64(d->insert, 1, ++d->seq);
	sqlite3_bind_blob(d->insert, 2, line, (int)len, SQLITE_STATIC);
	sqlite3_bind_blob(d->insert, 3, hash, sizeof(hash), SQLITE_STATIC);
	if ((d->seq % BATCH == 1 && run(d->begin) < 0) || run(d->insert) < 0)
		return -1;
	return d->seq % BATCH == 0 ? run(d->commit) : 0;
}

static int batch(struct disk *d, const char *path)
{
	struct timespec begun, now;
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (f == NULL)
		return -1;
	sqlite3_exec(d->db, "PRAGMA wal_autocheckpoint=1000", NULL, NULL, NULL);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	while ((len = getline(&line, &cap, f)) > 1)
		if (insert_line(d, line, (size_t)len - 1) < 0)
			return -1;
	if (d->seq % BATCH != 0 && run(d->commit) < 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%.6f\n",
	       (double)(now.tv_sec - begun.tv_sec) + (double)(now.tv_nsec - begun.tv_nsec) / 1e9);
	free(line);
	fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	struct disk d = {.fd = -1};

	if (argc == 4 && strcmp(argv[1], "batch") == 0)
		return disk_open(&d, "sqlite", argv[2]) < 0 || batch(&d, argv[3]) < 0;
	if (argc != 4 || (strcmp(argv[1], "sqlite") != 0 && strcmp(argv[1], "append") != 0)) {
		fprintf(stderr,
			"usage: baseline sqlite|append FOLDER SOCKET | batch FOLDER LINES\n");
		return 2;
	}
	if (disk_open(&d, argv[1], argv[2]) < 0) {
		fprintf(stderr, "baseline: can't open a file in %s: %s\n", argv[2],
			strerror(errno));
		return 1;
	}
	int listening = socket_listen(argv[3]);
	int fd = listening < 0 ? -1 : accept(listening, NULL, NULL);
	if (fd < 0 || serve(&d, fd) < 0) {
		fprintf(stderr, "baseline: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
