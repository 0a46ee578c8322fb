/*
 * Creates a datagram socket in its working directory, under the name that is its argument, and prints what it receives, each followed by a
 * newline. A newline alone says that the socket exists. It takes no descriptors. Node has no unix datagram sockets.
 */
#include "kernel.h"
#include "socket.h"
#include <linux/un.h>

int main(int argc, char **argv, char **envp)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char message[8193] = "\n";
	(void)envp;

	size_t length = argc == 2 ? length_of(argv[1]) : 0;
	if (!length || length >= sizeof address.sun_path)
		return 1;
	memcpy(address.sun_path, argv[1], length);
	long log = call(socket, AF_UNIX, SOCK_DGRAM, 0);
	if (log < 0 || call(bind, log, &address, sizeof address) || call(fchmodat, AT_FDCWD, address.sun_path, 0666))
		return 1;
	for (long received = 0; received >= 0; received = call(recvfrom, log, message, sizeof message - 1)) {
		message[received] = '\n';
		if (call(write, 1, message, received + 1) < 0)
			break;
	}
	return 1;
}
