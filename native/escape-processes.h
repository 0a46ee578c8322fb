/* Techniques against processes outside: a bystander of the same account, its sockets, and what processes of an account share. */
#include "socket.h"
#include <linux/in.h>
#include <linux/ipc.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <linux/ptrace.h>
#include <linux/resource.h>
#include <linux/uio.h>
#include <linux/un.h>

static bool is_token(const char *text)
{
	return begins_with(text, token);
}

static bool read_memory(void)
{
	char copy[64] = { 0 };
	long there = number(required("address"));
	struct iovec from = { (void *)there, 16 }, to = { copy, 16 };
	return done(call(process_vm_readv, number(required("pid")), &to, 1, &from, 1, 0)) && is_token(copy);
}

/* The call returns 20 minus the priority. */
static bool set_priority(void)
{
	long present = call(getpriority, PRIO_PROCESS, number(required("pid")));
	return done(present) && done(call(setpriority, PRIO_PROCESS, number(required("pid")), 20 - present));
}

static const char *process_file(struct text *path, long process, const char *name)
{
	return set(path, "/proc/%d%s", process, name);
}

static bool enter_root(void)
{
	static const char up[] = "/../../../../../../../../../../../../../../../../../../../../../../../../../..";
	const long processes[] = { 1, number(fact("pid")), call(getppid) };
	struct text path;
	for (int i = 0; i < 3; i++) {
		process_file(&path, processes[i], "/root");
		if (is_host(add(&path, up)))
			return true;
		process_file(&path, processes[i], "/cwd");
		if (is_host(add(&path, up)))
			return true;
	}
	return false;
}

static bool open_file_of_process(void)
{
	struct text path;
	return done(open_file(process_file(&path, number(required("pid")), (const char *)technique->last[1]), O_RDONLY));
}

#define PROCESS_FILE(name) BY(open_file_of_process), WORDS((long)(name))

static const struct technique processes[] = {
	{ "signal", "signal", OWN_PID | LANDLOCK, CALLS(kill, PID, 0) },
	{ "pidfd", "pidfd_open", OWN_PID, CALLS(pidfd_open, PID, 0) },
	/* Unlike PTRACE_ATTACH, this does not stop the process, which is released when we exit. */
	{ "trace-attach", "ptrace", OWN_PID | SECCOMP, CALLS(ptrace, PTRACE_SEIZE, PID, 0, 0) },
	{ "read-memory", "process_vm_readv", OWN_PID | SECCOMP, BY(read_memory) },
	{ "take-descriptor", "pidfd_getfd", OWN_PID | SECCOMP, FIRST(pidfd_open, PID, 0), CALLS(pidfd_getfd, RESULT, 0, 0) },
	{ "compare", "kcmp", OWN_PID | SECCOMP, FIRST(getpid, 0), CALLS(kcmp, RESULT, PID, 0 /* KCMP_FILE */, 0, 0) },
	{ "priority", "change its scheduling priority", OWN_PID, BY(set_priority) },
	{ "affinity", "change its CPU affinity", OWN_PID, FIRST(sched_getaffinity, PID, sizeof buffer, (long)buffer),
	  CALLS(sched_setaffinity, PID, RESULT, (long)buffer) },
	{ "io-priority", "change its I/O priority", OWN_PID, CALLS(ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, PID) },
	{ "limits", "change its limits", OWN_PID, CALLS(prlimit64, PID, RLIMIT_NOFILE, 0, (long)buffer) },
	{ "proc-root", "/proc/PID/root", NO_PROC | OWN_PID, BY(enter_root) },
	{ "proc-memory", "/proc/PID/mem", NO_PROC | OWN_PID, PROCESS_FILE("/mem") },
	{ "proc-environment", "/proc/PID/environ", NO_PROC | OWN_PID, PROCESS_FILE("/environ") },
	{ "init-memory", "memory of the cage's init", NO_PROC | CAPABILITIES, CALLS(openat, AT_FDCWD, (long)"/proc/1/mem", O_RDWR) },
};

static bool attach_memory(void)
{
	long memory = call(shmat, number(required("memory")), 0, 010000 /* SHM_RDONLY */);
	return done(memory) && is_token((const char *)memory);
}

static const struct technique memory[] = {
	{ "shared-memory", "System V shared memory", OWN_IPC, BY(attach_memory) },
	{ "message-queue", "System V message queue", OWN_IPC, CALLS(msgctl, MESSAGES, IPC_STAT, (long)buffer) },
	{ "semaphore", "System V semaphore", OWN_IPC, CALLS(semctl, SEMAPHORES, 0, IPC_STAT, (long)buffer) },
	{ "posix-queue", "POSIX message queue", OWN_IPC, CALLS(mq_open, QUEUE, O_RDONLY, 0, 0) },
	{ "key-of-account", "read a key of its account", SECCOMP, CALLS(keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, (long)"user", KEY, 0) },
	{ "key-add", "add a key", SECCOMP, CALLS(add_key, (long)"user", (long)"attempt", (long)"x", 1, KEY_SPEC_PROCESS_KEYRING) },
	/* Without callout data the kernel starts no host program; it says itself that there is no such key. */
	{ "key-request", "request a key", SECCOMP, CALLS(request_key, (long)"user", (long)"no such key", 0, 0), OR(ENOKEY) },
};

static struct sockaddr_in loopback(uint64_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = __builtin_bswap16((uint16_t)port),
		.sin_addr = { __builtin_bswap32(0x7f000001) },
	};
}

static bool connect_loopback(void)
{
	struct sockaddr_in address = loopback((uint64_t)number(required("port")));
	long socket = call(socket, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	return done(socket) && done(call(connect, socket, &address, sizeof address));
}

/* Names without a file begin with a null. Returns the address's length. */
static size_t abstract_address(struct sockaddr_un *address, const char *name, const char *suffix)
{
	struct text path;
	set(&path, "%s%s", name, suffix);
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path + 1, path.bytes, path.length < 107 ? path.length : 107);
	return offsetof(struct sockaddr_un, sun_path) + 1 + path.length;
}

static bool connect_abstract(void)
{
	struct sockaddr_un address;
	size_t size = abstract_address(&address, required("abstract"), "");
	long socket = call(socket, AF_UNIX, SOCK_STREAM, 0);
	return done(socket) && done(call(connect, socket, &address, size));
}

/* A pair of datagram sockets can send to any name. */
static bool send_abstract(void)
{
	struct sockaddr_un address;
	size_t size = abstract_address(&address, required("abstract"), "-datagrams");
	int pair[2];
	return done(call(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair)) && done(call(sendto, pair[0], "x", 1, 0, &address, size));
}

/* By multipath TCP and TCP: to take the place of a service, or to offer one of its own. */
static bool bind_port(void)
{
	static const int protocols[] = { 262 /* IPPROTO_MPTCP */, IPPROTO_TCP };
	struct sockaddr_in address = loopback((uint64_t)number(required("unplanned")));
	for (int i = 0; i < 2; i++) {
		long socket = call(socket, AF_INET, SOCK_STREAM, protocols[i]);
		if (done(socket) && done(call(bind, socket, &address, sizeof address)))
			return true;
	}
	return false;
}

/* Family, type and protocol. */
#define SOCKET(...) SECCOMP, CALLS(socket, __VA_ARGS__)
#define LOADS_MODULE .loads_module = 1

static const struct technique sockets[] = {
	{ "loopback", "the host's loopback", OWN_NET, BY(connect_loopback) },
	{ "abstract-socket", "abstract unix socket", OWN_NET | SECCOMP | LANDLOCK, BY(connect_abstract) },
	{ "abstract-by-pair", "abstract unix socket from a socket pair", OWN_NET | SECCOMP | LANDLOCK, BY(send_abstract) },
	{ "other-port", "bind another TCP port", LANDLOCK, BY(bind_port) },
	{ "socket-packet", "packet socket", SOCKET(17, 3, 0x300) },
	{ "socket-packet-by-inet", "packet socket by AF_INET", SOCKET(2, 10, 0x300), LOADS_MODULE },
	{ "socket-raw", "raw socket", SOCKET(2, 3, IPPROTO_ICMP) },
	{ "socket-raw-inet6", "raw socket, IPv6", SOCKET(10, 3, 58 /* IPPROTO_ICMPV6 */) },
	{ "socket-netlink-audit", "netlink: audit", SOCKET(16, 3, NETLINK_AUDIT) },
	{ "socket-netlink-events", "netlink: device events", SOCKET(16, 3, NETLINK_KOBJECT_UEVENT) },
	{ "socket-netlink-diagnosis", "netlink: sockets of other processes", SOCKET(16, 3, NETLINK_SOCK_DIAG), LOADS_MODULE },
	{ "socket-netlink-firewall", "netlink: firewall", SOCKET(16, 3, NETLINK_NETFILTER), LOADS_MODULE },
	{ "socket-netlink-generic", "netlink: generic", SOCKET(16, 3, NETLINK_GENERIC) },
	{ "socket-kernel-crypto", "AF_ALG", SOCKET(38, 5, 0), LOADS_MODULE },
	{ "socket-virtual-machine", "AF_VSOCK", SOCKET(40, 1, 0), LOADS_MODULE },
	{ "socket-can", "AF_CAN", SOCKET(29, 3, 1), LOADS_MODULE },
	{ "socket-tipc", "AF_TIPC", SOCKET(30, 5, 0), LOADS_MODULE },
	{ "socket-bluetooth", "AF_BLUETOOTH", SOCKET(31, 3, 1), LOADS_MODULE },
	{ "socket-ipsec", "AF_KEY", SOCKET(15, 3, 2), LOADS_MODULE },
	{ "socket-rds", "AF_RDS", SOCKET(21, 5, 0), LOADS_MODULE },
	{ "socket-xdp", "AF_XDP", SOCKET(44, 3, 0), LOADS_MODULE },
	{ "socket-smc", "AF_SMC", SOCKET(43, 1, 0), LOADS_MODULE },
	{ "socket-vendor-modem", "AF_QIPCRTR", SOCKET(42, 2, 0), LOADS_MODULE },
};
