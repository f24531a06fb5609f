/* photos_folder.h - names in the folder of photos. Private to photos*.c. */
#ifndef IO_PHOTOS_FOLDER_H
#define IO_PHOTOS_FOLDER_H
#include "photos.h"
#include <stdbool.h>
#include <sys/stat.h>

#define PHOTOS_FOLDER "photos"
#define PHOTOS_OUTBOX "photos/outbox"
#define PHOTOS_SUFFIX ".jpg"
#define PHOTOS_PATH   4096
#define PHOTOS_NAME   (1 + PHOTOS_HASH + sizeof(PHOTOS_SUFFIX)) /* with the dot of a hidden one */

/* False: too long. */
bool photos_folder_path(const char *dir, const char *name, char path[PHOTOS_PATH]);
/* An open folder under dir, or -errno. */
int photos_folder_open(const char *dir, const char *name);
void photos_folder_name(const char *sha256, bool hidden, char out[PHOTOS_NAME]);
/* Whether this is a photo, hidden or not: a file of such a name; *st is its. */
bool photos_folder_holds(int folder, const char *name, struct stat *st);
bool photos_folder_is_older(const struct stat *a, const struct stat *b);
#endif
