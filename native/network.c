/*
 * Sets up a network namespace. It has the machine's interfaces with their addresses, so that an application finds and binds them, but no
 * packet leaves: the interfaces are dummies. Only the loopback is required.
 */
#include "kernel.h"
#include "socket.h"
#include <linux/netlink.h>

/* Appended: requests for rtnetlink(7), up to one without a message. `Request` in src. */
struct request {
	/* Bytes of the message. */
	uint32_t length;
	/* Bytes from this request to the next one if the kernel accepts it, and if it refuses it; 0: the program fails. */
	uint32_t if_done, if_refused;
	uint32_t unused;
	char message[];
};

static const char refused[] = "cagewright-net: the network: refused\n";

int main(int argc, char **argv, char **envp)
{
	const struct request *request = (const void *)appended;
	(void)argc, (void)argv, (void)envp;

	long netlink = require(call(socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), refused);
	while (request->length) {
		struct { struct nlmsghdr header; struct nlmsgerr error; char rest[92]; } answer = { 0 };
		require(call(sendto, netlink, request->message, request->length), refused);
		require(call(recvfrom, netlink, &answer, sizeof answer), refused);
		uint32_t distance = answer.error.error ? request->if_refused : request->if_done;
		require(distance ? 0 : -1, refused);
		request = (const void *)((const char *)request + distance);
	}
	return 0;
}
