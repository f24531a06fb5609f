/* doctor_disk.c - stationctl doctor's checks of where the station writes: the journal (F5), and the
 * disk under it. */
#include "doctor.h"
#include "io/disk.h"
#include "io/journal.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHECK_MS     10000	/* for a look at the whole journal */
#define FREE_WARN    1073741824 /* bytes: a year of a busy bench is a fraction of it */
#define FREE_FAIL    67108864
#define FILES_FAIL   100
#define SYNC_FAST_US 100   /* no card or plain disk says so soon that it is on it */
#define SYNC_SLOW_US 50000 /* an inspector notices */

void doctor_journal(struct doctor *d, struct doctor_row *row)
{
	char path[CTL_PATH];
	struct journal_report report = {0};
	struct journal_reader *reader;
	struct journal_look look;
	int r;

	(void)snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, d->settings->state_dir);
	r = journal_reader_open(&reader, path, &report);
	if (r == -ENOENT) {
		doctor_say(row, DOCTOR_OK, "none yet (%s): stationd makes it at its first start",
			   path);
		return;
	}
	if (doctor_denied(row, r, path, false))
		return;
	if (r < 0) {
		doctor_say(row, DOCTOR_FAIL, "%s", report.text[0] ? report.text : strerror(-r));
		return;
	}
	r = journal_reader_look(reader, CHECK_MS, &look);
	journal_reader_close(reader);
	if (r < 0) {
		doctor_say(row, DOCTOR_FAIL, "%s can't be read: %s", path, strerror(-r));
		return;
	}
	doctor_word(row, "journal", look.journal);
	doctor_number(row, "seq", (int64_t)look.seq);
	doctor_flag(row, "whole", look.whole);
	if (look.damage[0]) {
		doctor_say(row, DOCTOR_FAIL,
			   "%s is DAMAGED: %s; the next start of stationd sets it aside: keep the "
			   "file, tell your supervisor",
			   path, look.damage);
		return;
	}
	doctor_say(row, DOCTOR_OK, "%llu events, the end of the chain is right",
		   (unsigned long long)look.seq);
	doctor_say(row, DOCTOR_OK,
		   look.whole
			   ? "no page of the file is broken"
			   : "there was no time to look at all of the file: stationd does, behind "
			     "its start");
}

/* What of "a lamp is a promise" the disk can break. */
static void say_sync(struct doctor_row *row, const struct disk_look *look)
{
	uint32_t p50 = look->syncs ? look->sync_us[look->syncs / 2] : 0;
	uint32_t most = look->syncs ? look->sync_us[look->syncs - 1] : 0;

	if (look->sync_error) {
		doctor_say(row, DOCTOR_FAIL, "a sync failed: %s", strerror(-look->sync_error));
		return;
	}
	doctor_number(row, "sync_us_p50", p50);
	doctor_number(row, "sync_us_max", most);
	doctor_say(row, DOCTOR_OK, "a sync takes %u.%02u ms, at most %u.%02u", p50 / 1000,
		   p50 % 1000 / 10, most / 1000, most % 1000 / 10);
	if (look->in_memory)
		doctor_say(row, DOCTOR_FAIL,
			   "this folder is in memory: a power cut takes all of it");
	else if (p50 < SYNC_FAST_US)
		doctor_say(row, DOCTOR_WARN,
			   "that is too fast for a card or a disk without a protected cache: "
			   "something may swallow syncs (a virtual disk, libeatmydata)");
	else if (p50 > SYNC_SLOW_US)
		doctor_say(row, DOCTOR_WARN, "that is slow: lamps will lag; is the card worn?");
	if (look->barriers_off)
		doctor_say(row, DOCTOR_WARN,
			   "it is mounted without barriers: take nobarrier out of /etc/fstab");
}

static void say_device(struct doctor_row *row, const struct disk_look *look)
{
	const char *device = look->device[0] ? look->device : "the device";

	doctor_word(row, "device", look->device);
	switch (look->cache) {
	case DISK_CACHE_UNKNOWN:
		doctor_word(row, "write_cache", "unknown");
		break;
	case DISK_CACHE_BACK:
		doctor_word(row, "write_cache", "write back");
		doctor_say(row, DOCTOR_OK, "%s caches writes and is told to flush", device);
		break;
	case DISK_CACHE_THROUGH:
		doctor_word(row, "write_cache", "write through");
		doctor_say(row, DOCTOR_OK,
			   "%s says that it caches no writes, so it is never told to flush",
			   device);
		break;
	}
	if (row->result == DOCTOR_OK)
		doctor_say(row, DOCTOR_OK,
			   "nothing here looks wrong; that it keeps what it says it has, only a "
			   "power cut can prove");
}

static void say_room(struct doctor_row *row, const struct disk_look *look)
{
	doctor_number(row, "free_bytes", (int64_t)look->free_bytes);
	if (look->counts_files)
		doctor_number(row, "free_files", (int64_t)look->free_files);
	doctor_say(row,
		   look->free_bytes < FREE_FAIL	  ? DOCTOR_FAIL
		   : look->free_bytes < FREE_WARN ? DOCTOR_WARN
						  : DOCTOR_OK,
		   "%llu MB free%s", (unsigned long long)(look->free_bytes / 1000000),
		   look->free_bytes < FREE_WARN ? ": make room" : "");
	if (look->counts_files && look->free_files < FILES_FAIL)
		doctor_say(row, DOCTOR_FAIL, "no room for more files (inodes)");
}

void doctor_disk(struct doctor *d, struct doctor_row *row)
{
	const char *dir = d->settings->state_dir;
	struct disk_look look;
	int r = disk_look(dir, &look);

	if (r == -ENOENT) {
		doctor_say(
			row, DOCTOR_FAIL,
			"there is no folder %s ([station] state_dir): the first 'systemctl start "
			"stationd' makes /var/lib/station, another one is yours to make",
			dir);
		return;
	}
	if (doctor_denied(row, r, dir, false))
		return;
	if (r < 0) {
		doctor_say(row, DOCTOR_FAIL, "%s: %s", dir, strerror(-r));
		return;
	}
	say_room(row, &look);
	if (look.write_error) {
		if (!doctor_denied(row, look.write_error, dir, true))
			doctor_say(row, DOCTOR_FAIL, "%s can't be written: %s", dir,
				   strerror(-look.write_error));
		return;
	}
	say_sync(row, &look);
	say_device(row, &look);
}
