/*
 * Connects to a socket as another account. Ends with 0 if the connection lasts, with 255 if the other end closes it, with 254 if
 * nobody knows, and otherwise with an error number of connect(2).
 *
 * Arguments: the directory in which the account's process connects, and /proc/PID/ns/net of its network, which a container has of its
 * own. Root enters both first, so that a path may be relative to another root. Input: struct request.
 */
#include "kernel.h"
#include "socket.h"
#include "wait.h"
#include <asm/socket.h>

enum { most_groups = 1024, closed = 255, unknown = 254 };

/* `connectRequest` in src. */
struct request {
	uint32_t uid, gid;
	/* How long the connection must last. */
	uint32_t milliseconds;
	uint32_t address_size;
	/* struct sockaddr_storage */
	union {
		uint16_t family;
		unsigned char bytes[128];
	} address;
	uint32_t group_count;
	uint32_t groups[most_groups];
};

static long become(const char *directory, const struct request *request)
{
	long result = call(chdir, directory);
	if (result == 0)
		result = call(setgroups, request->group_count, request->groups);
	if (result == 0)
		result = call(setgid, request->gid);
	return result ? result : call(setuid, request->uid);
}

/* Whether the other end keeps the connection for so long. It may send a greeting. */
static bool lasts(long connection, int64_t milliseconds)
{
	int64_t end = milliseconds_now() + milliseconds;
	for (int64_t left; (left = end - milliseconds_now()) > 0;) {
		char received[4096];
		struct pollfd ready = { .fd = (int)connection, .events = POLLIN };
		if (wait_for_input(&ready, 1, left) > 0 && call(read, connection, received, sizeof received) <= 0)
			return false;
	}
	return true;
}

int main(int argc, char **argv, char **envp)
{
	static struct request request;
	(void)envp;
	if (argc != 3 || call(read, 0, &request, sizeof request) != sizeof request || request.group_count > most_groups)
		return unknown;
	/* A process that has ended had the usual network, as far as anybody knows. */
	long network = call(openat, AT_FDCWD, argv[2], O_RDONLY | O_CLOEXEC);
	if (network >= 0 && call(setns, network, 0))
		return unknown;
	int64_t patience = request.milliseconds * 4;
	struct __kernel_timespec limit = { .tv_sec = patience / 1000, .tv_nsec = patience % 1000 * 1000 }; /* struct timeval */
	long result = become(argv[1], &request), connection = call(socket, request.address.family, SOCK_STREAM, 0);
	if (result || connection < 0)
		return (int)-(result ? result : connection);
	call(setsockopt, connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	result = call(connect, connection, &request.address, request.address_size);
	/* After SO_SNDTIMEO (socket(7)). */
	if (result == -EINPROGRESS)
		return ETIMEDOUT;
	return result ? (int)-result : lasts(connection, request.milliseconds) ? 0 : closed;
}
