import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { peersOf, showPeer } from "../../src/trace/trace.ts";
import { accessesOf, begin, fold } from "./folding.ts";

const traceOf = (lines: string) => fold(begin + lines).trace;
const capabilities = (lines: string) => [...traceOf(lines).capabilities.values()].map(({ name, call }) => `${name} by ${call}`);

const v4 = (port: number, host = "0.0.0.0") => `{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${host}")}`;
const v6 = (port: number, host: string) =>
	`{sa_family=AF_INET6, sin6_port=htons(${port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "${host}", &sin6_addr), sin6_scope_id=0}`;

/** The application asks for its limit, which is this. */
const limit = (most: string) => `10  prlimit64(0, RLIMIT_NOFILE, NULL, {rlim_cur=1024, rlim_max=${most}}) = 0\n`;
const eperm = "-1 EPERM (Operation not permitted)";

describe("needs that a successful call proves", () => {
	test.each([
		["10  setuid(33) = 0", ["setuid by setuid"]],
		["10  setuid(33) = -1 EPERM (Operation not permitted)", []],
		["10  setuid(0) = 0", []],
		["10  setresuid(-1, 33, -1) = 0\n10  setresuid(-1, 0, -1) = 0", ["setuid by setresuid"]],
		["10  setresgid(5, 5, 5) = 0", ["setgid by setresgid"]],
		["10  setgroups(1, [33]) = 0", ["setgid by setgroups"]],
		["10  setfsuid(33) = 0", []],
		[`10  bind(6<socket:[1]>, ${v4(80)}, 16) = 0`, ["net_bind_service by bind"]],
		[`10  bind(6<socket:[1]>, ${v4(8080)}, 16) = 0`, []],
		[`10  bind(6<socket:[1]>, ${v4(80)}, 16) = -1 EACCES (Permission denied)`, []],
		['10  chown("/x", 33, -1) = 0', ["chown by chown"]],
		['10  chown("/x", -1, -1) = 0', []],
		['10  setresuid(33, 33, 33) = 0\n10  chown("/x", 33, 33) = 0', ["setuid by setresuid"]],
		['10  chown("/x", 33, 33) = 0\n10  chmod("/x", 0660) = 0', ["chown by chown", "fowner by chmod"]],
		['10  chmod("/x", 0660) = 0\n10  chown("/x", 33, 33) = 0', ["chown by chown"]],
		['10  chown("/x", 33, 33) = 0\n10  utimensat(AT_FDCWD</>, "/x", NULL, 0) = 0', ["chown by chown"]],
		['10  chown("/x", 33, 33) = 0\n10  unlink("/x") = 0\n10  chmod("/x", 0660) = 0', ["chown by chown"]],
		...([
			'mkdir("/x", 0700) = 0',
			'open("/x", O_WRONLY|O_CREAT, 0600) = 3</x>',
			'bind(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/x"}, 110) = 0',
		].map((makes) => [
			`10  fork() = 11\n11  setuid(33) = 0\n11  ${makes}\n10  chmod("/x", 0660) = 0`,
			["setuid by setuid", "fowner by chmod"],
		]) as [string, string[]][]),
		[
			'10  mkdir("/x", 0700) = 0\n10  fork() = 11\n11  setuid(33) = 0\n11  open("/x", O_RDONLY|O_CREAT) = 3</x>\n10  chmod("/x", 0660) = 0',
			["setuid by setuid"],
		],
		['10  chroot("/x") = 0', ["sys_chroot by chroot"]],
		["10  fork() = 11\n11  setuid(33) = 0\n10  kill(11, SIGTERM) = 0", ["setuid by setuid", "kill by kill"]],
		["10  fork() = 11\n11  setuid(33) = 0\n10  kill(2 /* 11 in strace's PID NS */, 0) = 0", ["setuid by setuid", "kill by kill"]],
		["10  fork() = 11\n10  kill(11, SIGTERM) = 0\n10  kill(-1, SIGTERM) = 0\n10  kill(0, SIGTERM) = 0", []],
		["10  socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) = 3<socket:[1]>", ["net_raw by socket"]],
		["10  socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = 3<socket:[1]>", ["net_raw by socket"]],
		["10  socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3<socket:[1]>", []],
		["10  setpriority(PRIO_PROCESS, 0, -5) = 0", ["sys_nice by setpriority"]],
		["10  setpriority(PRIO_PROCESS, 0, 5) = 0", []],
		["10  sched_setscheduler(0, SCHED_FIFO, [1]) = 0", ["sys_nice by sched_setscheduler"]],
		["10  sched_setscheduler(0, SCHED_BATCH, [0]) = 0", []],
		["10  sched_setattr(0, {size=56, sched_policy=SCHED_DEADLINE, sched_flags=0}, 0) = 0", ["sys_nice by sched_setattr"]],
		['10  mknod("/x", S_IFCHR|0600, makedev(0x1, 0x3)) = 0', ["mknod by mknod"]],
		['10  mknodat(AT_FDCWD</>, "/x", S_IFIFO|0600) = 0', []],
		['10  mount("x", "/mnt", "tmpfs", 0, NULL) = 0', ["sys_admin by mount"]],
		["10  prlimit64(0, RLIMIT_NOFILE, {rlim_cur=10032, rlim_max=10032}, NULL) = 0", []],
		[`${limit("4*1024")}10  setrlimit(RLIMIT_NOFILE, {rlim_cur=10032, rlim_max=10032}) = 0`, ["sys_resource by setrlimit"]],
		[`${limit("RLIM64_INFINITY")}10  prlimit64(0, RLIMIT_NOFILE, {rlim_cur=10032, rlim_max=10032}, NULL) = 0`, []],
	])("%s", (lines, expected) => expect(capabilities(lines)).toEqual(expected));
});

test.each([
	["10  kill(0, SIGTERM) = 0", ["capability:kill"]],
	["10  prlimit64(0, RLIMIT_NOFILE, {rlim_cur=10032, rlim_max=10032}, NULL) = 0", ["capability:sys_resource"]],
	["10  prlimit64(0, RLIMIT_NOFILE, NULL, {rlim_cur=1024, rlim_max=4*1024}) = 0", []],
	["10  socket(AF_UNIX, SOCK_STREAM, 0) = 3<socket:[1]>", ["unix-sockets"]],
	["10  socket(AF_UNIX, SOCK_STREAM, 0) = -1 EAFNOSUPPORT (Address family not supported by protocol)", []],
])("an ambiguous line proves only a possible need: %s", (lines, expected) => {
	expect([...traceOf(lines).possibleNeeds]).toEqual(expected);
});

test.each([
	["10  sched_setscheduler(12, SCHED_OTHER, [0]) = 0", "sched_setscheduler"],
	["10  setrlimit(RLIMIT_NOFILE, {rlim_cur=1024, rlim_max=1024}) = 0", "setrlimit"],
	["10  ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0)) = 0", "ioprio_set"],
	["10  sched_setaffinity(12, 8, [1]) = 0", "sched_setaffinity"],
	["10  sched_setaffinity(0, 8, [1]) = 0", "sched_setaffinity"],
	["10  prlimit64(0, RLIMIT_NOFILE, NULL, {rlim_cur=1024, rlim_max=4*1024}) = 0", undefined],
])("a call of the set @resources is noted: %s", (line, expected) => expect(traceOf(line).scheduling).toBe(expected));

const header = "{version=_LINUX_CAPABILITY_VERSION_3, pid=0}";
const set = "{effective=1<<CAP_CHOWN, permitted=1<<CAP_CHOWN|1<<CAP_SYS_TIME, inheritable=0}";
test.each([
	[`10  capset(${header}, ${set}) = 0`, ["chown", "sys_time"]],
	[`10  capset(${header}, ${set}) = -1 EPERM (Operation not permitted)`, []],
	["10  prctl(PR_CAPBSET_DROP, CAP_CHOWN) = 0", ["setpcap"]],
	["10  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) = 0", ["net_raw"]],
	['10  prctl(PR_SET_NAME, "worker") = 0', []],
])("a kept capability is recorded, used or not: %s", (lines, expected) => {
	const { capabilities, kept } = traceOf(lines);
	expect([[...kept], [...capabilities.keys()]]).toEqual([expected, []]);
});

test.each([
	["10  mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3</var/lib/app/a.so>, 0x1000) = 0x7f0000000000", ["succeeded"]],
	[`10  mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3</var/lib/app/a.so>, 0) = ${eperm}`, ["EPERM"]],
	["10  mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</var/lib/app/a.so>, 0) = 0x7f0000000000", []],
])("a file of state that is mapped as code is executed: %s", (line, expected) => {
	const access = traceOf(line).accesses.get("/var/lib/app/a.so" as Path);
	const failed = [...(access?.failed ?? [])].flatMap(([error, operations]) => (operations.has("execute") ? [error] : []));
	expect([...(access?.succeeded.has("execute") ? ["succeeded"] : []), ...failed]).toEqual(expected);
});

test("a refusal to keep capabilities names them, but not that of another prctl", () => {
	const lines = [
		`10  capset(${header}, ${set}) = -1 EPERM (Operation not permitted)`,
		"10  prctl(PR_CAPBSET_DROP, CAP_CHOWN) = -1 EPERM (Operation not permitted)",
		"10  prctl(PR_CAPBSET_READ, 99) = -1 EINVAL (Invalid argument)",
		"10  prctl(PR_SET_MM, PR_SET_MM_BRK, 0, 0, 0) = -1 EPERM (Operation not permitted)",
	];
	expect([...traceOf(lines.join("\n")).refusals.keys()]).toEqual(["capset(chown,sys_time)", "capset(setpcap)"]);
});

test("switched accounts and given owners are recorded", () => {
	const trace = traceOf('10  setgid(7) = 0\n10  setgroups(2, [7, 99]) = 0\n10  chown("/x", 33, -1) = 0\n10  setuid(33) = 0');
	expect([[...trace.uids], [...trace.gids]]).toEqual([[33], [7, 99]]);
	expect(trace.accesses.get("/x" as Path)?.owner).toEqual({ uid: 33, gid: -1 });
});

test("refusals without a path are counted by call", () => {
	const setgroups = `10  setgroups(0, NULL) = ${eperm}\n`;
	const trace = traceOf(`${setgroups}${setgroups}10  chown("/x", 1, 1) = ${eperm}`);
	expect([...trace.refusals]).toEqual([["setgroups", { call: "setgroups", error: "EPERM", count: 2, program: "/bin/app" }]]);
	expect(trace.accesses.get("/x" as Path)?.failed.get("EPERM")).toEqual(new Set(["write"]));
});

test("a refused socket family is a separate refusal", () => {
	const refused = (family: string) =>
		`10  socket(${family}, SOCK_DGRAM|SOCK_CLOEXEC, 0) = -1 EAFNOSUPPORT (Address family not supported by protocol)\n`;
	const { refusals } = traceOf(refused("AF_UNIX") + refused("AF_INET6"));
	expect([...refusals.keys()]).toEqual(["socket(AF_UNIX)", "socket(AF_INET6)"]);
});

test.each([
	[
		'setsockopt(3<socket:[1]>, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr("224.0.0.251"), imr_interface=inet_addr("0.0.0.0")}, 8) = 0',
		"setsockopt(IP_ADD_MEMBERSHIP)",
	],
	[
		"setsockopt(3<socket:[1]>, SOL_IPV6, IPV6_JOIN_GROUP, 0x7ffd, 20) = -1 ENODEV (No such device)",
		"setsockopt(IPV6_JOIN_GROUP)",
	],
	["setsockopt(3<socket:[1]>, SOL_IPV6, MCAST_JOIN_GROUP, 0x7ffd, 136 <unfinished ...>", "setsockopt(MCAST_JOIN_GROUP)"],
	["setsockopt(3<socket:[1]>, SOL_SOCKET, SO_BROADCAST, [1], 4) = 0", "setsockopt(SO_BROADCAST)"],
	["setsockopt(3<socket:[1]>, SOL_TCP, TCP_NODELAY, [1], 4) = 0", undefined],
	["setsockopt(3<socket:[1]>, SOL_SOCKET, SO_SNDBUFFORCE, [1048576], 4) = -1 EPERM (Operation not permitted)", undefined],
	[`sendto(3<socket:[1]>, "x", 1, 0, ${v4(5353, "239.1.2.3")}, 16) = 1`, "sendto"],
	[`sendto(3<socket:[1]>, "x", 1, 0, ${v4(53, "223.1.2.3")}, 16) = 1`, undefined],
	[`connect(3<socket:[1]>, ${v4(9, "255.255.255.255")}, 16) = -1 EACCES (Permission denied)`, "connect"],
	[`connect(3<socket:[1]>, ${v6(9, "ff02::fb")}, 28) = 0`, "connect"],
	[`connect(3<socket:[1]>, ${v6(9, "ff::1")}, 28) = 0`, undefined],
])("multicast and broadcast are recorded: %s", (line, call) => {
	const trace = traceOf(`10  ${line}`);
	expect([trace.multicast, [...trace.refusals.keys()]]).toEqual([call, line.includes("EACCES") ? ["connect"] : []]);
});

describe("sockets", () => {
	test("ports are recorded with their socket's protocol", () => {
		const trace = traceOf(`10  socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 4<socket:[1]>
10  bind(4<socket:[1]>, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, 16) = 0
10  socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 5<socket:[2]>
10  bind(5<socket:[2]>, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0
10  bind(5<socket:[2]>, {sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0)}, 28) = 0
10  socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = -1 EAFNOSUPPORT (Address family not supported by protocol)`);
		expect([...trace.ports, ...trace.families]).toEqual(["tcp 8080", "udp 53", "AF_INET", "AF_INET6"]);
	});

	test("refused ports are recorded for a missing right, not for a used port", () => {
		const trace = traceOf(`10  socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 5<socket:[2]>
10  bind(5<socket:[2]>, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0)}, 28) = -1 EACCES (Permission denied)
10  bind(6<socket:[3]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("0.0.0.0")}, 16) = -1 EADDRINUSE (Address already in use)`);
		expect([[...trace.ports], [...trace.refusedPorts]]).toEqual([[], ["udp 53"]]);
	});

	test("the unix family is recorded only after a successful bind or connect", () => {
		const socket = "10  socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 4<socket:[1]>\n";
		const nscd = `${socket}10  connect(4<socket:[1]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)`;
		expect([...traceOf(nscd).families]).toEqual([]);
		expect(accessesOf(fold(begin + nscd))).toEqual({ "/var/run/nscd/socket": "ENOENT:connect" });
		const redis = `${socket}10  bind(4<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/redis/s.sock"}, 110) = 0`;
		expect([...traceOf(redis).families]).toEqual(["AF_UNIX"]);
		expect(accessesOf(fold(begin + redis))).toEqual({ "/run/redis/s.sock": "listen" });
	});

	test("a socket that is renamed after its bind is at its new name", () => {
		const bound = `10  socket(AF_UNIX, SOCK_STREAM, 0) = 4<socket:[1]>
10  bind(4<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/s.sock.10.tmp"}, 110) = 0
10  rename("/run/s.sock.10.tmp", "/run/s.sock") = 0`;
		expect(accessesOf(fold(begin + bound))).toEqual({ "/run/s.sock.10.tmp": "remove", "/run/s.sock": "create listen" });
	});

	test("a refused netlink socket is named with its protocol, except the one for addresses", () => {
		const refused = (protocol: string) =>
			`10  socket(AF_NETLINK, SOCK_RAW, ${protocol}) = -1 EAFNOSUPPORT (Address family not supported by protocol)\n`;
		const { refusals } = traceOf(refused("NETLINK_KOBJECT_UEVENT") + refused("NETLINK_ROUTE"));
		expect([...refusals.keys()]).toEqual(["socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)", "socket(AF_NETLINK)"]);
	});

	test("services at this machine's addresses are recorded, successful or not, and apart from others", () => {
		const made = (inode: number, type = "SOCK_STREAM") => `10  socket(AF_INET, ${type}, IPPROTO_IP) = 4<socket:[${inode}]>\n`;
		const connects = (inode: number, address: string, end: string) =>
			`10  connect(4<socket:[${inode}]>, ${address}, 16) = ${end}\n`;
		const trace = traceOf(
			[
				made(1) + connects(1, v4(6379, "127.0.0.1"), "-1 ECONNREFUSED (Connection refused)"),
				made(2) + connects(2, v4(5432, "127.0.0.53"), "-1 EINPROGRESS (Operation now in progress)"),
				made(3) + connects(3, v6(3306, "::1"), "0"),
				made(4, "SOCK_DGRAM") + connects(4, v4(53, "127.0.0.1"), "0"),
				made(5) + connects(5, v4(443, "192.0.2.1"), "0"),
				made(8) + connects(8, v4(443, "203.0.113.5"), "-1 ENETUNREACH (Network is unreachable)"),
				`${made(9)}10  bind(4<socket:[9]>, ${v4(853, "127.0.0.1")}, 16) = 0\n${made(10)}${connects(10, v4(853, "127.0.0.2"), "0")}`,
				`${made(11)}10  bind(4<socket:[11]>, ${v4(854, "0.0.0.0")}, 16) = 0\n${made(12)}${connects(12, v4(854, "127.0.0.2"), "0")}`,
				`${made(6)}10  bind(4<socket:[6]>, ${v4(8080, "127.0.0.1")}, 16) = 0\n${made(7)}${connects(7, v4(8080, "127.0.0.1"), "0")}`,
			].join(""),
		);
		expect(peersOf(trace).map(showPeer)).toEqual([
			"127.0.0.1:6379",
			"127.0.0.53:5432",
			"127.0.0.1:3306",
			"192.0.2.1:443",
			"127.0.0.2:853",
		]);
		expect([...trace.unreachable]).toEqual(["tcp 203.0.113.5 443"]);
	});

	test("abstract sockets have no path", () => {
		const connect = '10  connect(4<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"a\\0b"}, 6) = 0\n';
		const lines = `${connect}10  bind(5<socket:[2]>, {sa_family=AF_UNIX}, 2) = 0`;
		expect(accessesOf(fold(begin + lines))).toEqual({});
		expect([...traceOf(lines).abstractSockets]).toEqual(["a\0b"]);
	});

	test("abstract sockets belong to other processes if the application did not bind them", () => {
		const call = (name: string, socket: string) =>
			`10  ${name}(4<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"${socket}"}, 6) = 0\n`;
		const { abstractPeers, abstractSockets } = traceOf(call("bind", "own") + call("connect", "own") + call("connect", "bus"));
		expect([[...abstractSockets], [...abstractPeers]]).toEqual([["own", "bus"], ["bus"]]);
	});

	test("an abstract socket is refused if nobody ever listened on it", () => {
		const connect = (name: string, outcome: string) =>
			`10  connect(4<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"${name}"}, 6) = ${outcome}\n`;
		const refused = "-1 ECONNREFUSED (Connection refused)";
		const lines = connect("cmap", refused) + connect("late", refused) + connect("late", "0") + connect("busy", "-1 EAGAIN (x)");
		const { abstractSockets, refusedAbstract } = traceOf(lines);
		expect([[...refusedAbstract], [...abstractSockets]]).toEqual([["cmap"], ["late"]]);
	});
});

test("a successful memfd_create is recorded", () => {
	expect(traceOf('10  memfd_create("x", MFD_CLOEXEC)    = 4</memfd:x>(deleted)').memfd).toBe(true);
	expect(traceOf('10  memfd_create("x", MFD_CLOEXEC)    = -1 EPERM (Operation not permitted)').memfd).toBe(false);
});

describe("writable code", () => {
	const anonymous = "MAP_PRIVATE|MAP_ANONYMOUS, -1, 0";
	test.each([
		["mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000", "mmap(PROT_EXEC, MAP_ANONYMOUS)"],
		[`mmap(NULL, 65536, PROT_READ|PROT_WRITE|PROT_EXEC, ${anonymous}) = 0x7f0000000000`, "mmap(PROT_WRITE|PROT_EXEC)"],
		["mprotect(0x7faea77c3000, 245760, PROT_READ|PROT_EXEC) = 0", "mprotect(PROT_EXEC)"],
		["pkey_mprotect(0x7faea77c3000, 4096, PROT_EXEC, 1) = 0", "pkey_mprotect(PROT_EXEC)"],
		["shmat(0, NULL, SHM_EXEC) = 0x7f0000000000", "shmat(SHM_EXEC)"],
		["mmap(NULL, 1454080, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED, 3</lib/libc.so.6>, 0x28000) = 0x7f0000000000", undefined],
		["mprotect(0x7fc5f10a1000, 16384, PROT_READ) = 0", undefined],
		["shmat(0, NULL, SHM_RDONLY) = 0x7f0000000000", undefined],
		["mprotect(0x7faea77c3000, 245760, PROT_READ|PROT_EXEC) = -1 EPERM (Operation not permitted)", undefined],
	])("%s", (line, call) => expect(traceOf(`10  ${line}`).writableCode).toBe(call));
	test("is refused under one name, whatever the call", () => {
		const refused =
			traceOf(`10  mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, ${anonymous}) = -1 EPERM (Operation not permitted)
10  mprotect(0x7000, 4096, PROT_READ) = -1 EACCES (Permission denied)`);
		expect([...refused.refusals.keys()]).toEqual(["mmap(PROT_WRITE|PROT_EXEC)"]);
	});
});

test("nginx as root needs these (real lines)", () => {
	const folded = fold(`27126 execve("/usr/sbin/nginx", ["nginx", "-g", "daemon off;"], 0x7ffe /* 33 vars */) = 0
27126 connect(5<socket:[67871]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)
27126 mkdir("/var/lib/nginx/body", 0700) = -1 EEXIST (File exists)
27126 chown("/var/lib/nginx/body", 33, -1) = 0
27126 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 6<socket:[67875]>
27126 bind(6<socket:[67875]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("0.0.0.0")}, 16) = 0
27126 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f4586c91490) = 6 /* 27127 in strace's PID NS */
27126 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f4586c91490) = 7 /* 27128 in strace's PID NS */
27127 setgid(33)                        = 0
27127 openat(AT_FDCWD</srv>, "/proc/sys/kernel/ngroups_max", O_RDONLY|O_CLOEXEC <unfinished ...>
27128 setgid(33 <unfinished ...>
27127 <... openat resumed>)             = 11</proc/sys/kernel/ngroups_max>
27128 <... setgid resumed>)             = 0
27127 newfstatat(AT_FDCWD</srv>, "/etc/nsswitch.conf",  <unfinished ...>
27127 <... newfstatat resumed>{st_mode=S_IFREG|0644, st_size=494, ...}, 0) = 0
27127 setgroups(1, [33] <unfinished ...>
27127 <... setgroups resumed>)          = 0
27127 setuid(33 <unfinished ...>
27127 <... setuid resumed>)             = 0
27126 kill(6 /* 27127 in strace's PID NS */, SIGTERM) = 0
27127 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=27126, si_uid=0} ---
27127 +++ exited with 0 +++`);
	const { trace } = folded;
	expect([...trace.capabilities.keys()]).toEqual(["chown", "net_bind_service", "setgid", "setuid", "kill"]);
	expect([trace.processes, [...trace.ports], [...trace.families]]).toEqual([3, ["tcp 80"], ["AF_INET"]]);
	expect(accessesOf(folded)).toEqual({
		"/usr/sbin/nginx": "execute",
		"/var/run/nscd/socket": "ENOENT:connect",
		"/var/lib/nginx/body": "write EEXIST:create",
		"/proc/sys/kernel/ngroups_max": "read",
		"/etc/nsswitch.conf": "look",
	});
});

test("a test of rights that owner and mode refuse is recorded", () => {
	const tests = ["R_OK", "W_OK", "X_OK"].map((right) => `10  access("/${right}", ${right}) = -1 EACCES (Permission denied)`);
	const { refusedTests } = traceOf(`${tests.join("\n")}\n10  access("/gone", R_OK) = -1 ENOENT (No such file or directory)`);
	expect([...refusedTests]).toEqual(["/R_OK", "/W_OK", "/X_OK"]);
});

describe("tests whether a path may be written", () => {
	test.each([
		['access("/x", R_OK|W_OK) = 0', ["/x"]],
		['faccessat(AT_FDCWD</>, "/x", W_OK) = 0', ["/x"]],
		['faccessat2(AT_FDCWD</>, "x", W_OK, AT_EACCESS) = 0', ["/x"]],
		['access("/x", R_OK) = 0', []],
		['access("/x", W_OK) = -1 EROFS (Read-only file system)', []],
	])("%s", (line, expected) => {
		expect([...traceOf(`10  ${line}`).writeTests]).toEqual(expected);
	});
});
