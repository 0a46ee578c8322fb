/*
 * Removes the flags `i` and `a` of chattr(1) from the files in descriptors 3, 4 and so on. Node has no ioctl(2), and chattr(1) takes names,
 * which an application may replace by links.
 */
#include "kernel.h"
#include <linux/fs.h>

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	for (int descriptor = 3;; descriptor++) {
		int flags = 0;
		long result = call(ioctl, descriptor, FS_IOC_GETFLAGS, &flags);
		if (result == -EBADF)
			return 0;
		if (result < 0)
			continue; /* a file system without flags */
		flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
		call(ioctl, descriptor, FS_IOC_SETFLAGS, &flags);
	}
}
