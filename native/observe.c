/*
 * Whether a directory is the root of a mount namespace, where somebody who enters it arrives, whatever root its processes have. Ends with
 * 0 if it is, with 1 if it is not, and with 2 if that cannot be known.
 *
 * Arguments: DIRECTORY /proc/PID/ns/mnt.
 */
#include "kernel.h"

int main(int argc, char **argv, char **envp)
{
	struct statx expected = { 0 }, found = { 0 };
	(void)envp;
	if (argc != 3 || call(statx, AT_FDCWD, argv[1], 0, STATX_INO, &expected))
		return 2;
	long namespace = call(openat, AT_FDCWD, argv[2], O_RDONLY | O_CLOEXEC);
	/* Entering the namespace makes its root this process's root. */
	if (namespace < 0 || call(setns, namespace, 0) || call(statx, AT_FDCWD, "/", 0, STATX_INO, &found))
		return 2;
	return found.stx_ino != expected.stx_ino || found.stx_dev_major != expected.stx_dev_major ||
	       found.stx_dev_minor != expected.stx_dev_minor;
}
