/*
 * Tries to reach another service in every way open to a process on the same machine. Prints one line per way: `ok`, or the error.
 * Arguments: the service's pid, file and socket, the key of its System V segment, and the name of its POSIX segment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

static void tell(const char *way, long result)
{
	printf("%s %s\n", way, result < 0 ? strerrorname_np(errno) : "ok");
}

int main(int argc, char **argv)
{
	if (argc != 6) return 2;
	pid_t pid = atoi(argv[1]);
	tell("signal", kill(pid, 0));

	char text[64];
	snprintf(text, sizeof text, "/proc/%d/environ", pid);
	tell("proc", open(text, O_RDONLY));

	char byte;
	struct iovec here = {&byte, 1}, there = {(void *)0x1000, 1};
	/* EFAULT means that the kernel permitted the access and found no memory at that address. */
	long memory = process_vm_readv(pid, &here, 1, &there, 1, 0);
	tell("memory", memory < 0 && errno == EFAULT ? 0 : memory);

	tell("file", open(argv[2], O_RDONLY));

	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strncpy(address.sun_path, argv[3], sizeof address.sun_path - 1);
	int client = socket(AF_UNIX, SOCK_STREAM, 0);
	tell("socket", client < 0 ? client : connect(client, (struct sockaddr *)&address, sizeof address));

	tell("sysv", shmget((key_t)atoi(argv[4]), 0, 0));
	snprintf(text, sizeof text, "/dev/shm/%s", argv[5]);
	tell("posix", open(text, O_RDWR));
	return 0;
}
