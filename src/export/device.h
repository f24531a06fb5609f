/* device.h - a stick as a block device: mounted, and the right to mount given up for good before a
 * byte of it is read. */
#ifndef EXPORT_DEVICE_H
#define EXPORT_DEVICE_H

#define DEVICE_WHY 128

/* Mounts /dev/NAME nosuid, nodev, noexec and without following links, attached to no folder: who
 * has not this descriptor does not see it, and closing it unmounts. It takes CAP_SYS_ADMIN, and no
 * other right over the device. Only the kernel reads the stick. The descriptor; -EBUSY: it is in
 * use or empty, and to be left alone; else -errno with why. */
int __attribute__((warn_unused_result)) device_mount(const char *name, char why[DEVICE_WHY]);
/* From here on this process has no capability, and no way to get one. 0 or -errno: then it is to
 * end. */
int __attribute__((warn_unused_result)) device_drop(void);
/* Returns when the device is there no more. */
void device_wait_gone(const char *name);
#endif
