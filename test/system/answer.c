/* Answers each connection to port argv[1] with the name of the account that it runs as. */
#include <arpa/inet.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[argc - 1])) };
	int server = socket(AF_INET, SOCK_STREAM, 0), client;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 5))
		return 1;
	while ((client = accept(server, 0, 0)) >= 0) {
		struct passwd *account = getpwuid(getuid());

		if (account)
			dprintf(client, "%s\n", account->pw_name);
		close(client);
	}
	return 0;
}
