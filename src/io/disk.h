/* disk.h - what can be told of the disk under a folder: room, kind, and how long it takes to say
 * that something is on it. Nothing is left behind. */
#ifndef IO_DISK_H
#define IO_DISK_H
#include <stdbool.h>
#include <stdint.h>

#define DISK_SYNCS 32 /* appends that are timed */

enum disk_cache {
	DISK_CACHE_UNKNOWN, /* no block device that the kernel names: a network, overlay ... */
	DISK_CACHE_BACK,    /* the device keeps writes until it is told to flush */
	DISK_CACHE_THROUGH, /* it says that it keeps none, so that the kernel never tells it to */
};

struct disk_look {
	uint64_t free_bytes; /* for programs without privileges */
	uint64_t free_files; /* 0 also where the file system does not count */
	bool counts_files;   /* free_files is a number */
	bool in_memory;	     /* tmpfs or ramfs */
	bool barriers_off;   /* mounted nobarrier: syncs stop at the device's cache */
	char device[64];     /* of the kernel, "mmcblk0p2"; "" = none */
	enum disk_cache cache;
	uint32_t sync_us[DISK_SYNCS]; /* each an append of 512 bytes and fdatasync; ascending */
	unsigned syncs;		      /* of them; fewer when one failed */
	int write_error;	      /* -errno of the append that failed; 0 */
	int sync_error;		      /* the same of fdatasync */
};

/* 0, or -errno: the folder can't be looked at. Writes and removes .doctor.tmp in it. */
int __attribute__((warn_unused_result)) disk_look(const char *dir, struct disk_look *out);
#endif
