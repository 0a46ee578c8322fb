/*
 * Starts the application for each connection, with the connection as standard input and output (Accept=yes in systemd.socket(5)). It waits
 * at the passed sockets under the application's account and all layers of confinement.
 *
 * Arguments: COMMAND ARG…
 */
#include "kernel.h"
#include <linux/poll.h>
#include <linux/signal.h>
#include <linux/time_types.h>

/* Like MaxConnections= of systemd.socket(5): further clients wait, so that they cannot use up the machine's processes. */
enum { most_children = 64, most_sockets = 1024, first_socket = 3, wait_without_hanging = 1 };

_Noreturn static void run_application(long connection, char **argv, char **envp)
{
	for (int stream = 0; stream < 2; stream++)
		call(dup3, connection, stream, 0);
	call(close_range, first_socket, ~0u);
	call(execve, argv[1], argv + 1, envp);
	exit_with(launch_failed);
}

/* Waits for one only if there are too many. Returns how many are left. */
static int reap(int children)
{
	while (children) {
		long ended = call(wait4, -1, NULL, children == most_children ? 0 : wait_without_hanging, NULL);
		if (ended < 0)
			return 0;
		if (!ended)
			break;
		children--;
	}
	return children;
}

int main(int argc, char **argv, char **envp)
{
	/* Appended: the number of sockets. */
	uint32_t count = *(const uint32_t *)appended;
	struct pollfd sockets[most_sockets];
	static const uint64_t default_action[4]; /* the kernel's struct sigaction */
	(void)argc;

	if (count > most_sockets)
		return launch_failed;
	call(rt_sigaction, SIGCHLD, default_action, NULL, sizeof(uint64_t));
	for (uint32_t i = 0; i < count; i++)
		sockets[i] = (struct pollfd){ .fd = first_socket + (int)i, .events = POLLIN };
	for (int children = 0;;) {
		children = reap(children);
		/* Children are reaped each second. The kernel may change the time. */
		struct __kernel_timespec second = { .tv_sec = 1 };
		if (call(ppoll, sockets, count, children ? &second : NULL, NULL, sizeof(uint64_t)) <= 0)
			continue;
		for (uint32_t i = 0; i < count && children < most_children; i++) {
			if (!sockets[i].revents)
				continue;
			long connection = call(accept4, sockets[i].fd, NULL, NULL, O_CLOEXEC);
			if (connection < 0)
				continue;
			long child = fork_process();
			if (child == 0)
				run_application(connection, argv, envp);
			children += child > 0;
			call(close, connection);
		}
	}
}
