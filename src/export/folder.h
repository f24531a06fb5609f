/* folder.h - the folder of an export on a stick: made under another name, and given its own once
 * all of it is on the stick. Nothing that lies there already is followed or overwritten. */
#ifndef EXPORT_FOLDER_H
#define EXPORT_FOLDER_H
#include <stdint.h>

#define FOLDER_NAME 48
#define FOLDER_WHY  256

#define FOLDER_CLUSTER (128u << 10) /* bytes that a file may waste on a stick */

struct folder {
	int station, own; /* DIR/STATION, and the one that is being made; -1 */
	int sub;	  /* the folder in it, or -1 */
	char name[FOLDER_NAME], temporary[FOLDER_NAME];
	char why[FOLDER_WHY]; /* what went wrong, for a person */
};

/* Makes the folder of a moment in DIR/STATION. What an interrupted export left there is removed. 0
 * or -errno. */
int __attribute__((warn_unused_result))
folder_open(struct folder *f, const char *dir, const char *station, int64_t now_ms);
/* Makes a folder in it, the only one, whose files are named NAME/FILE. 0 or -errno. */
int __attribute__((warn_unused_result)) folder_sub(struct folder *f, const char *name);
void folder_unsub(struct folder *f, const char *name); /* nothing is in it */
/* Bytes that there is room for. */
uint64_t folder_room(const struct folder *f);
/* A new file in it, open for writing; or -errno. */
int __attribute__((warn_unused_result)) folder_file(struct folder *f, const char *name);
/* Syncs and closes a file. */
int __attribute__((warn_unused_result)) folder_close_file(int fd);
/* Reads it back from the stick, not from memory: some sticks are smaller than they say, and take
 * bytes that they do not keep. 0 or -errno. */
int __attribute__((warn_unused_result))
folder_check(struct folder *f, const char *name, const uint8_t sum[32]);
void folder_remove(struct folder *f, const char *name); /* a file that was begun */
/* Gives it its name. 0 or -errno. */
int __attribute__((warn_unused_result)) folder_finish(struct folder *f);
/* Removes what was not finished, as far as the stick lets us. */
void folder_drop(struct folder *f);
#endif
