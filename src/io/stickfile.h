/* stickfile.h - files and folders of a stick that anybody may have written: no link is followed,
 * nothing but a regular file or a folder is opened, and what is read whole is bounded. */
#ifndef IO_STICKFILE_H
#define IO_STICKFILE_H
#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STICKFILE_SUM  32	   /* bytes of SHA-256 */
#define STICKFILE_MOST (16u << 20) /* bytes of the sums, or of a signature, read whole */

/* Something of this name is there, be it a link. */
bool stickfile_has(int at, const char *name);
/* A folder, or -errno; stickfile_list to list its names, NULL with errno. */
int __attribute__((warn_unused_result)) stickfile_folder(int at, const char *name);
DIR *__attribute__((warn_unused_result)) stickfile_list(int at, const char *name);

/* name: a file in the folder `at`, or in one folder of it (a/b). Open to be read, or -errno;
 * -EINVAL, -ELOOP or -ENOTDIR: it is something else than a file. */
int __attribute__((warn_unused_result)) stickfile_open(int at, const char *name);
/* Reads on until len bytes or the end; how many, or -errno. */
ssize_t __attribute__((warn_unused_result)) stickfile_read(int fd, void *buf, size_t len);
/* A whole file, freed by the caller; -EFBIG when it has more than `most` bytes. 0 or -errno. */
int __attribute__((warn_unused_result))
stickfile_whole(int at, const char *name, size_t most, uint8_t **bytes, size_t *len);
/* A whole file, made under another name and given its own when it is on the stick: a link of that
 * name is replaced, not followed. 0 or -errno. */
int __attribute__((warn_unused_result))
stickfile_put(int at, const char *name, const void *bytes, size_t len);
/* SHA-256 of what is left of it. 0 or -errno. */
int __attribute__((warn_unused_result)) stickfile_hash(int fd, uint8_t sum[STICKFILE_SUM]);
/* The same, copied to another file on the way: who reads the copy reads what was hashed, whatever
 * the stick answers then. -EFBIG when there are more than `most` bytes. */
int __attribute__((warn_unused_result))
stickfile_copy(int fd, int to, uint64_t most, uint8_t sum[STICKFILE_SUM]);
#endif
