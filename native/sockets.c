/*
 * Opens the sockets that an application receives as descriptors from 3 on (sd_listen_fds(3)), then runs the next program. Like systemd, it
 * opens them as root and before any layer of confinement, but already in the cage's root.
 *
 * Arguments: COMMAND ARG…
 */
#include "kernel.h"
#include "socket.h"
#include <linux/un.h>

struct option {
	uint32_t level, name, value;
};

struct passed_socket {
	/* Bytes of all of this, a multiple of 4. */
	uint32_t size;
	uint32_t family, type;
	/* The owner and mode of a socket with a path; -1 keeps the creator's. */
	uint32_t uid, gid, mode;
	uint32_t option_count, address_size;
	/* Behind the options are the address of bind(2), then the text of the address. */
	struct option options[];
};

/* Appended; `SocketsKind` and `OwnedSocket` in src. */
struct sockets {
	/* The working directory is the root while they are opened. Only in the tracing sandbox. */
	uint32_t enters_root;
	/* False if everything belongs to one account, so that links cannot mislead another one. */
	uint32_t checks_links;
	/* The first one becomes the standard input. */
	uint32_t is_input;
	/* For the next program. */
	uint32_t umask;
	uint32_t count;
};

/* Higher than the sockets' descriptors. */
enum { top_descriptor = 200, here_descriptor = 201 };
/* The kernel cuts it to net.core.somaxconn. */
enum { most_waiting = 4096 };

static const char not_entered[] = "cagewright-sock: entering the sandbox: refused\n";

static void keep_open(const char *path, int descriptor)
{
	long opened = require(call(openat, AT_FDCWD, path, O_PATH | O_CLOEXEC, 0), not_entered);
	call(dup3, opened, descriptor, O_CLOEXEC);
	call(close, opened);
}

/* Only root opens sockets for another account, so it can leave again. Both descriptors are closed on exec. */
static void enter_root(void)
{
	keep_open("/", top_descriptor);
	keep_open(".", here_descriptor);
	require(call(chroot, "."), not_entered);
	call(chdir, "/");
}

static void leave_root(void)
{
	require(call(fchdir, top_descriptor), not_entered);
	require(call(chroot, "."), not_entered);
	require(call(fchdir, here_descriptor), not_entered);
}

static bool read_status(const char *path, struct statx *status)
{
	return call(statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MODE | STATX_UID, status) == 0;
}

/* The application may have replaced a directory of its data by a link, which root would follow. */
static bool is_safe(const char *path)
{
	char directory[UNIX_PATH_MAX];
	struct statx status = { 0 };
	for (size_t i = 0; i < sizeof directory && path[i]; i++) {
		if (i && path[i] == '/') {
			directory[i] = 0;
			if (!read_status(directory, &status) || (S_ISLNK(status.stx_mode) && status.stx_uid))
				return false;
		}
		directory[i] = path[i];
	}
	return true;
}

static const char *text_of(const struct passed_socket *socket)
{
	return (const char *)(socket->options + socket->option_count) + socket->address_size;
}

_Noreturn static void refuse(const struct passed_socket *socket, const char *reason)
{
	complain("cagewright-sock: cannot open the socket ", text_of(socket), reason);
	exit_with(launch_failed);
}

static void open_socket(const struct passed_socket *socket, bool checks_links)
{
	const struct sockaddr_un *address = (const void *)(socket->options + socket->option_count);
	const char *path = socket->family == AF_UNIX && address->sun_path[0] ? address->sun_path : NULL;
	long opened = call(socket, socket->family, socket->type, 0);
	if (opened < 0)
		refuse(socket, "\n");
	for (const struct option *o = socket->options; o < socket->options + socket->option_count; o++)
		call(setsockopt, opened, o->level, o->name, &o->value, sizeof o->value);
	if (path) {
		struct statx status = { 0 };
		if (checks_links && !is_safe(path))
			refuse(socket, ": a directory of its path is missing or is a link that root did not create\n");
		call(umask, 0777 & ~socket->mode);
		/* The socket of an earlier start goes. Any other file stays, and bind(2) fails. */
		if (read_status(path, &status) && S_ISSOCK(status.stx_mode))
			call(unlinkat, AT_FDCWD, path, 0);
	}
	long bound = call(bind, opened, address, socket->address_size);
	if (bound == -EADDRINUSE)
		refuse(socket, *text_of(socket) == '/' ? ": there is another file\n" : ": another process listens there\n");
	if (bound || (path && call(fchownat, AT_FDCWD, path, socket->uid, socket->gid, AT_SYMLINK_NOFOLLOW)))
		refuse(socket, "\n");
	if ((socket->type & sock_type) != SOCK_DGRAM && call(listen, opened, most_waiting))
		refuse(socket, "\n");
}

int main(int argc, char **argv, char **envp)
{
	const struct sockets *sockets = (const void *)appended;
	const struct passed_socket *socket = (const void *)(sockets + 1);
	(void)argc;

	call(close_range, 3, ~0u);
	if (sockets->enters_root)
		enter_root();
	for (uint32_t i = 0; i < sockets->count; i++, socket = (const void *)((const char *)socket + socket->size))
		open_socket(socket, sockets->checks_links);
	if (sockets->is_input)
		call(dup3, 3, 0, 0);
	call(umask, sockets->umask);
	if (sockets->enters_root)
		leave_root();
	call(execve, argv[1], argv + 1, envp);
	return launch_failed;
}
