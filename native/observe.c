/*
 * Prints `DEVICE:INODE` of the root of a mount namespace, where somebody who enters it arrives, whatever root its processes have.
 *
 * Argument: /proc/PID/ns/mnt.
 */
#include "kernel.h"

static char *write_number(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

int main(int argc, char **argv, char **envp)
{
	(void)envp;
	if (argc != 2)
		return 2;
	long namespace = call(openat, AT_FDCWD, argv[1], O_RDONLY | O_CLOEXEC);
	struct statx root = { 0 };
	/* Entering the namespace makes its root the process's root. */
	if (namespace < 0 || call(setns, namespace, 0) || call(statx, AT_FDCWD, "/", 0, STATX_INO, &root))
		return 1;
	/* makedev(3) */
	uint64_t major = root.stx_dev_major, minor = root.stx_dev_minor;
	uint64_t device = (major & 0xfff) << 8 | (major & ~0xfffull) << 32 | (minor & 0xff) | (minor & ~0xffull) << 12;
	char text[48], *start = write_number(text + sizeof text, root.stx_ino);
	*--start = ':';
	start = write_number(start, device);
	long length = text + sizeof text - start;
	return call(write, 1, start, length) != length;
}
