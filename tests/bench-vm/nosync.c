/* nosync.c - preloaded into stationd for a control that must fail: its disk is never asked to
 * sync, as with SQLite's synchronous=OFF. Compiled for the guest by build.py. */
int fsync(int fd);
int fdatasync(int fd);

int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}
