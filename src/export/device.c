/* device.c - a stick as a block device (device.h), by the kernel's calls that need no folder to
 * mount on. Who mounts is the station's user already, with CAP_SYS_ADMIN and nothing else: what it
 * has to give up is one capability. */
#include "device.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTRIBUTES                                                                                 \
	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOATIME |           \
	 MOUNT_ATTR_NOSYMFOLLOW)
#define MOUNTS "/proc/self/mountinfo"
#define PATH   32

struct device {
	const char *name;
	char *why;
	int fd;
};

/* What a stick may have (F16). The first three are told by the first sector. (mkfs.ext4 clears it,
 * and the others clear ext4's mark: no stick looks like two.) */
static const struct {
	const char *type;
	bool owned; /* files have owners on it; else all are told to be the station's */
	const char *flag, *key, *value;
} kinds[] = {
	{"vfat", false, "utf8", "errors", "remount-ro"},
	{"exfat", false, NULL, "errors", "remount-ro"},
	{"ntfs3", false, NULL, NULL, NULL},
	{"ext4", true, NULL, "errors", "remount-ro"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int fails(struct device *d, int error, const char *words)
{
	(void)snprintf(d->why, DEVICE_WHY, "%s", words ? words : strerror(error));
	return -error;
}

/* A machine may have its own system on USB. (What is swap, or a part of something larger, the
 * kernel does not mount a second time.) */
static int in_use(struct device *d, const char *path)
{
	FILE *f = fopen(MOUNTS, "re");
	unsigned major_no, minor_no;
	char *line = NULL;
	size_t cap = 0;
	struct stat st;
	int rc = 0;

	if (!f)
		return fails(d, errno, NULL);
	if (stat(path, &st) < 0)
		rc = fails(d, errno, NULL);
	else if (!S_ISBLK(st.st_mode))
		rc = fails(d, ENOTBLK, NULL);
	while (!rc && getline(&line, &cap, f) > 0)
		if (sscanf(line, "%*d %*d %u:%u ", &major_no, &minor_no) == 2 &&
		    makedev(major_no, minor_no) == st.st_rdev)
			rc = fails(d, EBUSY, "it is in use");
	free(line);
	(void)fclose(f);
	return rc;
}

static int set_number(int fs, const char *key, unsigned n)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", n);
	return fsconfig(fs, FSCONFIG_SET_STRING, key, text, 0);
}

/* The file system as a mount that is nowhere; or -1 with errno. */
static int mount_kind(const char *path, size_t i)
{
	int fs = fsopen(kinds[i].type, FSOPEN_CLOEXEC), fd = -1, error;

	if (fs < 0)
		return -1;
	if (fsconfig(fs, FSCONFIG_SET_STRING, "source", path, 0) == 0 &&
	    (!kinds[i].flag || fsconfig(fs, FSCONFIG_SET_FLAG, kinds[i].flag, NULL, 0) == 0) &&
	    (!kinds[i].key ||
	     fsconfig(fs, FSCONFIG_SET_STRING, kinds[i].key, kinds[i].value, 0) == 0) &&
	    (kinds[i].owned ||
	     (set_number(fs, "uid", geteuid()) == 0 && set_number(fs, "gid", getegid()) == 0 &&
	      fsconfig(fs, FSCONFIG_SET_STRING, "umask", "077", 0) == 0)) &&
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = fsmount(fs, FSMOUNT_CLOEXEC, ATTRIBUTES);
	error = errno;
	(void)close(fs);
	errno = error;
	return fd;
}

static int mount_any(struct device *d, const char *path)
{
	int damage = 0;

	for (size_t i = 0; i < KINDS; i++) {
		d->fd = mount_kind(path, i);
		if (d->fd >= 0)
			return (int)i;
		if (errno == EROFS || errno == EACCES)
			return fails(d, EROFS, "it is write-protected");
		if (errno == EBUSY || errno == ENOMEDIUM)
			return fails(d, EBUSY, "it is in use, or there is nothing in it");
		if (errno == ENXIO || errno == ENOENT || errno == EPERM)
			return fails(d, errno, NULL);
		if (errno != EINVAL && errno != ENODEV)
			damage = errno;
	}
	return damage ? fails(d, damage, "its file system is damaged")
		      : fails(d, EINVAL,
			      "there is no file system on it that is FAT32, exFAT, NTFS or ext4");
}

/* --- owners --- */

static bool write_proc(pid_t child, const char *name, const char *text)
{
	char path[PATH];
	size_t len = strlen(text);
	int fd;
	bool good;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)child, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, text, len) == (ssize_t)len;
	if (fd >= 0)
		(void)close(fd);
	return good;
}

/* In the namespace of a child, an owner of the stick is us. Everybody may say so of himself. */
static bool write_maps(pid_t child, const struct stat *top)
{
	char uid[40], gid[40];

	(void)snprintf(uid, sizeof(uid), "%u %u 1", top->st_uid, geteuid());
	(void)snprintf(gid, sizeof(gid), "%u %u 1", top->st_gid, getegid());
	return write_proc(child, "setgroups", "deny") && write_proc(child, "uid_map", uid) &&
	       write_proc(child, "gid_map", gid);
}

/* A child in a user namespace of its own, which lives until the other end of `hold` is closed. */
static void map_child(int ready, int hold)
{
	char byte;

	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 && unshare(CLONE_NEWUSER) == 0 &&
	    write(ready, "", 1) == 1)
		(void)!read(hold, &byte, 1);
	_exit(0);
}

/* A user namespace that takes the stick's owner for us; or -1. */
static int owner_map(const struct stat *top)
{
	int ready[2], hold[2] = {-1, -1}, fd = -1;
	char path[PATH], byte;
	pid_t child = -1;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(hold, O_CLOEXEC) == 0)
		child = fork();
	if (child == 0) {
		(void)close(hold[1]);
		map_child(ready[1], hold[0]);
	}
	(void)close(ready[1]);
	if (child > 0 && read(ready[0], &byte, 1) == 1 && write_maps(child, top)) {
		(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)child);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	(void)close(ready[0]);
	if (hold[0] >= 0) {
		(void)close(hold[0]);
		(void)close(hold[1]);
	}
	if (child > 0)
		(void)waitpid(child, NULL, 0);
	return fd;
}

/* Where files have owners, the station's user takes the place of the one whose stick it is: it may
 * write what that one may, and what it writes is that one's. */
static int owner_take(struct device *d)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP};
	struct stat top;
	int map, rc = 0;

	if (fstat(d->fd, &top) < 0)
		return fails(d, errno, NULL);
	if (top.st_uid == geteuid() && top.st_gid == getegid())
		return 0;
	map = owner_map(&top);
	if (map >= 0)
		attr.userns_fd = (unsigned)map;
	if (map < 0 || mount_setattr(d->fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		rc = fails(d, EPERM, "its files are somebody else's, and this kernel can't help");
	if (map >= 0)
		(void)close(map);
	return rc;
}

/* --- what others call --- */

int device_mount(const char *name, char why[DEVICE_WHY])
{
	struct device d = {.name = name, .why = why, .fd = -1};
	char path[PATH];
	int rc;

	(void)snprintf(path, sizeof(path), "/dev/%s", name);
	rc = in_use(&d, path);
	if (!rc)
		rc = mount_any(&d, path);
	if (rc >= 0 && kinds[rc].owned)
		rc = owner_take(&d);
	if (rc >= 0)
		return d.fd;
	if (d.fd >= 0)
		(void)close(d.fd);
	return rc;
}

int device_drop(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}, {0}}, left[2];

	if (geteuid() == 0) /* its files are root's to change, with or without a capability */
		return -EPERM;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
	    syscall(SYS_capset, &head, none) < 0 || syscall(SYS_capget, &head, left) < 0)
		return -errno;
	for (size_t i = 0; i < 2; i++)
		if (left[i].effective || left[i].permitted || left[i].inheritable)
			return -EPERM;
	return 0;
}

void device_wait_gone(const char *name)
{
	int watch = inotify_init1(IN_CLOEXEC);
	char path[PATH], news[4096];

	(void)snprintf(path, sizeof(path), "/dev/%s", name);
	if (watch < 0)
		return;
	if (inotify_add_watch(watch, "/dev", IN_DELETE | IN_MOVED_FROM) >= 0)
		while (access(path, F_OK) == 0 && read(watch, news, sizeof(news)) > 0)
			continue;
	(void)close(watch);
}
