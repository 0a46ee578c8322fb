/*
 * Passes on to the service manager what an application may tell it about itself (sd_notify(3)), and nothing else.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "kernel.h"
#include "socket.h"
#include <asm/socket.h>
#include <linux/un.h>

/* unix(7) and recvmsg(2). No header for programs without a C library has them. */
enum { SCM_CREDENTIALS = 2 };
struct credentials {
	uint64_t size;
	int level, type;
	int32_t pid;
	uint32_t uid, gid, padding;
};
struct message {
	struct sockaddr_un *name;
	uint32_t name_size;
	struct { void *base; size_t size; } *parts;
	size_t part_count;
	void *control;
	size_t control_size;
	int flags;
};

/* The socket of this launch's notifications, and where they go. */
struct relay {
	long socket;
	struct sockaddr_un manager;
};

/* In a file system that each start of a unit creates. Not abstract, because some applications only know paths (measured: slurmctld). */
static char own_variable[] = "NOTIFY_SOCKET=/dev/shm/.cagewright-notify";

/*
 * Gives the application a socket of its own in place of the service manager's. That one accepts more than a caged application may say:
 * which process is the main one, and descriptors to keep.
 */
static bool open_relay(struct relay *relay, char **environment)
{
	static const char name[] = "NOTIFY_SOCKET=", other[] = "WATCHDOG_PID=";
	/* The number is the init's, and outside the cage. Without it, every process may report. */
	for (char **variable = environment; *variable; variable++)
		while (*variable && begins_with(*variable, other))
			for (char **next = variable; *next; next++)
				next[0] = next[1];
	for (char **variable = environment; *variable; variable++) {
		if (!begins_with(*variable, name))
			continue;
		const char *path = *variable + sizeof name - 1;
		size_t length = length_of(path);
		if (*path != '/' || length >= sizeof relay->manager.sun_path)
			return false;
		relay->manager.sun_family = AF_UNIX;
		memcpy(relay->manager.sun_path, path, length + 1);
		struct sockaddr_un own = { .sun_family = AF_UNIX };
		size_t own_length = sizeof own_variable - sizeof name + 1;
		memcpy(own.sun_path, own_variable + sizeof name - 1, own_length);
		int on = 1;
		relay->socket = call(socket, AF_UNIX, SOCK_DGRAM | O_CLOEXEC, 0);
		if (relay->socket < 0)
			return false;
		call(unlinkat, AT_FDCWD, own.sun_path, 0);
		/* For every account of the application. */
		long mask = call(umask, 0);
		long bound = call(bind, relay->socket, &own, sizeof own.sun_family + own_length);
		call(umask, mask);
		if (bound || call(setsockopt, relay->socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) ||
		    call(fcntl, relay->socket, F_SETOWN, call(getpid)) || call(fcntl, relay->socket, F_SETFL, FASYNC))
			return false;
		*variable = own_variable;
		return true;
	}
	return false;
}

static bool may_say(const char *line)
{
	return begins_with(line, "READY=1") || begins_with(line, "RELOADING=1") || begins_with(line, "STOPPING=1") ||
	       begins_with(line, "STATUS=") || begins_with(line, "ERRNO=") || begins_with(line, "EXTEND_TIMEOUT_USEC=") ||
	       begins_with(line, "MONOTONIC_USEC=") || begins_with(line, "WATCHDOG=1");
}

/* Passes on the permitted lines of waiting messages from processes of this cage; the kernel shows others with the number 0. */
static void relay_messages(struct relay *relay)
{
	char text[4096], permitted[4096];
	for (;;) {
		struct credentials from = { 0 };
		struct { void *base; size_t size; } part = { text, sizeof text - 1 };
		struct message message = { .parts = (void *)&part, .part_count = 1, .control = &from, .control_size = sizeof from };
		long size = call(recvmsg, relay->socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (size < 0)
			return;
		if (from.level != SOL_SOCKET || from.type != SCM_CREDENTIALS || from.pid <= 0)
			continue;
		text[size] = 0;
		size_t length = 0;
		for (char *line = text; *line;) {
			char *end = line;
			while (*end && *end != '\n')
				end++;
			bool more = *end;
			*end = 0;
			if (may_say(line)) {
				memcpy(permitted + length, line, end - line);
				length += end - line;
				permitted[length++] = '\n';
			}
			line = more ? end + 1 : end;
		}
		if (length)
			call(sendto, relay->socket, permitted, length, 0, &relay->manager,
			     offsetof(struct sockaddr_un, sun_path) + length_of(relay->manager.sun_path) + 1);
	}
}

#endif
