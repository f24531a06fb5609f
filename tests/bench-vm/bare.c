/* bare.c - the bare loop that stationd's answer to a button is compared with: an edge of the button's
 * line, one SQLite insert (WAL, synchronous FULL), the lamp's line. By the kernel's own interface, so
 * that it is the same with any libgpiod. Usage: bare CHIP BUTTON LAMP DATABASE (lines by offset) */
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

	if (ioctl(fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) < 0)
		exit(1);
}

static sqlite3_stmt *database_open(const char *path)
{
	sqlite3 *db;
	sqlite3_stmt *insert;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db,
			 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			 "CREATE TABLE event(seq INTEGER PRIMARY KEY, line BLOB, hash BLOB)",
			 NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO event(line, hash) VALUES (?, zeroblob(32))", -1, &insert,
			       NULL) != SQLITE_OK) {
		fprintf(stderr, "%s\n", sqlite3_errmsg(db));
		exit(1);
	}
	return insert;
}

int main(int argc, char **argv)
{
	struct gpio_v2_line_event event;
	char line[600];

	if (argc != 5)
		return 2;
	int chip = open(argv[1], O_RDWR | O_CLOEXEC);
	int button = line_request(chip, (unsigned)atoi(argv[2]),
				  GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING |
					  GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
	int lamp = line_request(chip, (unsigned)atoi(argv[3]), GPIO_V2_LINE_FLAG_OUTPUT);
	sqlite3_stmt *insert = database_open(argv[4]);

	memset(line, 'x', sizeof(line));
	while (read(button, &event, sizeof(event)) == (ssize_t)sizeof(event)) {
		sqlite3_bind_blob(insert, 1, line, sizeof(line), SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			return 1;
		sqlite3_reset(insert);
		line_set(lamp, 1);
		usleep(100000); /* long enough to be seen; the next press comes later */
		line_set(lamp, 0);
	}
	return 1;
}
