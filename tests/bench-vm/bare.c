/* bare.c - the bare loop that stationd's answer to a button is compared with, as gpiomon, one
 * SQLite insert (WAL, synchronous FULL) and gpioset would do it: the button is released, a row is
 * stored, the lamp lights. By the kernel's own interface: less than any libgpiod does, and the same
 * for both. Usage: bare CHIP BUTTON LAMP DATABASE BYTES (lines by offset, bytes of a row) */
#include <fcntl.h>
#include <linux/gpio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Long enough to be seen; the next press comes later. */
#define LIT_US 100000

static int line_request(int chip, unsigned offset, unsigned long long flags)
{
	struct gpio_v2_line_request request = {.num_lines = 1, .consumer = "bare"};

	request.offsets[0] = offset;
	request.config.flags = flags;
	if (ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0) {
		perror("line");
		exit(1);
	}
	return request.fd;
}

static void line_set(int fd, int on)
{
	struct gpio_v2_line_values values = {.bits = (unsigned)on, .mask = 1};

	if (ioctl(fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) < 0) {
		perror("lamp");
		exit(1);
	}
}

/* A database that has been in use: its log has been full once and does not grow any more. */
static sqlite3_stmt *database_open(const char *path)
{
	static const char begin[] =
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
		"CREATE TABLE event(seq INTEGER PRIMARY KEY, line BLOB);"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)"
		"INSERT INTO event(line) SELECT zeroblob(500) FROM n;"
		"PRAGMA wal_checkpoint(RESTART); PRAGMA synchronous=FULL;";
	sqlite3 *db;
	sqlite3_stmt *insert;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, begin, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO event(line) VALUES (?)", -1, &insert, NULL) !=
		    SQLITE_OK) {
		(void)fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
		exit(1);
	}
	return insert;
}

int main(int argc, char **argv)
{
	struct gpio_v2_line_event event;

	if (argc != 6)
		return 2;
	int chip = open(argv[1], O_RDWR | O_CLOEXEC);
	int button = line_request(chip, (unsigned)atoi(argv[2]),
				  GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING |
					  GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
	int lamp = line_request(chip, (unsigned)atoi(argv[3]), GPIO_V2_LINE_FLAG_OUTPUT);
	sqlite3_stmt *insert = database_open(argv[4]);

	while (read(button, &event, sizeof(event)) == (ssize_t)sizeof(event)) {
		if (sqlite3_bind_zeroblob(insert, 1, atoi(argv[5])) != SQLITE_OK ||
		    sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK)
			return 1;
		line_set(lamp, 1);
		(void)usleep(LIT_US);
		line_set(lamp, 0);
	}
	return 1;
}
