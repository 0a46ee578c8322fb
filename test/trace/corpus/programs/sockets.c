#include "lab.h"
#include <arpa/inet.h>
#include <netinet/in.h>

static struct sockaddr_un address(const char *name, int abstract)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	strcpy(to.sun_path + abstract, name);
	return to;
}

static socklen_t size(const char *name, int abstract)
{
	return offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1;
}

/* Unix sockets by absolute, relative and long path, abstract and unnamed. The data that they send looks like a call. */
int main(void)
{
	static char data[] = "\n1  unlink(\"/etc/passwd\") = 0\n, {sa_family=AF_UNIX, sun_path=\"/forged\"}";
	struct sockaddr_un stream = address("/mnt/stream", 0), log = address("log", 0), hidden = address("hidden\n@", 1);
	struct sockaddr_un missing = address("/mnt/missing", 0), full = { .sun_family = AF_UNIX };
	memset(full.sun_path, 'p', sizeof full.sun_path);

	int server = call(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	call(SYS_bind, server, &stream, size("/mnt/stream", 0));
	call(SYS_listen, server, 5);
	int receiver = call(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);
	call(SYS_bind, receiver, &log, size("log", 0));
	int unseen = call(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	call(SYS_bind, unseen, &hidden, offsetof(struct sockaddr_un, sun_path) + 9);
	call(SYS_listen, unseen, 5);
	int longest = call(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);
	call(SYS_bind, longest, &full, sizeof full);

	int client = call(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	call(SYS_connect, client, &missing, size("/mnt/missing", 0));
	call(SYS_connect, client, &stream, size("/mnt/stream", 0));
	call(SYS_sendto, client, data, sizeof data - 1, 0, NULL, 0);
	int other = call(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	call(SYS_connect, other, &hidden, offsetof(struct sockaddr_un, sun_path) + 9);

	int sender = call(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);
	call(SYS_sendto, sender, data, sizeof data - 1, 0, &log, size("log", 0));
	call(SYS_sendto, sender, data, sizeof data - 1, 0, &missing, size("/mnt/missing", 0));
	struct iovec part = { data, sizeof data - 1 };
	struct sockaddr_un notify = address("/mnt/log", 0), gone = address("/mnt/no-log", 0);
	struct msghdr message = { .msg_name = &notify, .msg_namelen = size("/mnt/log", 0), .msg_iov = &part, .msg_iovlen = 1 };
	call(SYS_sendmsg, sender, &message, 0);
	struct mmsghdr several[2] = { { .msg_hdr = message }, { .msg_hdr = message } };
	several[1].msg_hdr.msg_name = &log;
	several[1].msg_hdr.msg_namelen = size("log", 0);
	call(SYS_sendmmsg, sender, several, 2, 0);
	message.msg_name = &gone;
	message.msg_namelen = size("/mnt/no-log", 0);
	call(SYS_sendmsg, sender, &message, 0);
	call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (int[2]){ 0 });

	struct sockaddr_in low = { .sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int web = call(SYS_socket, AF_INET, SOCK_STREAM, 0);
	call(SYS_bind, web, &low, sizeof low);
	low.sin_port = htons(53);
	int name = call(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	call(SYS_bind, name, &low, sizeof low);
	call(SYS_sendto, name, data, sizeof data - 1, 0, &low, sizeof low);
	call(SYS_exit_group, 0);
}
