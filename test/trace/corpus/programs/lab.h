/* Shared by all programs of the corpus. They make calls by number, so that no libc chooses another call. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define call(...) syscall(__VA_ARGS__)

static inline void file(const char *name)
{
	int fd = call(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT, 0755);
	call(SYS_close, fd);
}
