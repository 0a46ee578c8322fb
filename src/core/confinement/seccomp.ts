import { Assembler, all, bits, isSet, Label, not, oneOf, type Test } from "./bpf.ts";
import type { FilterPermissions } from "./filter-permissions.ts";
import { type Architecture, newestJudged, type SyscallName, syscallNumber } from "./syscalls.ts";

/**
 * The system call filter of a cage. It stands beside the lack of capabilities: measured, either layer alone held every way out that
 * goes through a system call, so a mistake in one of them opens nothing.
 *
 * The launcher loads it before the init and before a second setpriv change the account: setresuid, setgroups, capset, prctl and
 * execve must stay allowed. It is a list of what is denied, for an application may need any ordinary call; but calls newer than our
 * table answer ENOSYS, as an older kernel would, because nobody has judged them.
 */

export type Answer = keyof typeof errors;
/** errno(3), asm-generic numbers. `none`: the call answers 0 and does nothing. */
const errors = { none: 0, EPERM: 1, ENOSYS: 38, EPROTONOSUPPORT: 93, EAFNOSUPPORT: 97 };

/** One thing that the filter denies. `why` and `when` are codes for the record; without `when` the call is denied always. */
export interface Denial {
	readonly call: SyscallName | "*";
	readonly answer: Answer | "kill";
	readonly why: Why;
	readonly when?: When;
}
export type Why =
	| "foreign-abi"
	| "unjudged"
	| "namespaces"
	| "terminal-injection"
	| "socket-families"
	| "raw-sockets"
	| "unix-sockets"
	| "device-nodes"
	| "setuid-files"
	| "unseen-arguments"
	| "other-processes"
	| "file-tree"
	| "file-handles"
	| "keyrings"
	| "kernel-interfaces"
	| "core-handler"
	| "machine"
	| "code-without-file"
	| "writable-code";
export type When =
	| "other-architecture"
	| "newer-than-table"
	| "namespace-flags"
	| "tiocsti-or-tioclinux"
	| "family-not-opened"
	| "netlink-but-not-route"
	| "type-not-opened"
	| "rare-protocol"
	| "not-regular-fifo-or-socket"
	| "leaves-whiteout"
	| "setuid-or-setgid-mode"
	| "creates-with-setuid-or-setgid-mode"
	| "not-linux-or-query"
	| "memory-layout"
	| "core-limit"
	| "writable-and-executable"
	| "executable-without-file"
	| "executable";

interface Rule {
	readonly call: SyscallName;
	readonly answer: Answer;
	readonly why: Why;
	readonly when: When;
	readonly deny: Test;
}

/** clone(2): CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x80 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000;
const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 };
const type = { stream: 1, datagram: 2, raw: 3, sequenced: 5 };
/** socket(2): SOCK_NONBLOCK and SOCK_CLOEXEC lie above the type (SOCK_TYPE_MASK). */
const typeMask = 0xf;
const tiocsti = 0x5412;
const tioclinux = 0x541c;
/** mknod(2): a type of 0 means a regular file. */
const fileType = { mask: 0xf000, none: 0, fifo: 0x1000, regular: 0x8000, socket: 0xc000 };
const setIdBits = 0o6000;
/** rename(2): RENAME_WHITEOUT. */
const renameWhiteout = 4;
/** protocols(5): any, ICMP, TCP, UDP, ICMPv6, and MPTCP, which Go asks for first. */
const protocols = [0, 1, 6, 17, 58, 262];
/** open(2): O_CREAT, and the own bit of O_TMPFILE, with which the mode counts too; the same on both processors. */
const creates = 0x40 | 0x400000;
/** mmap(2), shmat(2): the same on both processors. */
const protection = { write: 2, execute: 4 };
const attachExecutable = 0x8000;
const anonymousMemory = 0x20;
/** getrlimit(2): RLIMIT_CORE. */
const coreResource = 4;
/** prctl(2): PR_SET_MM. */
const setMemoryMap = 35;
/** personality(2): PER_LINUX, and the value that only asks. */
const harmlessPersonalities = [0, 0xffffffff];

/** Where the arguments decide. Several rules for one call are asked in this order. */
function conditionalRules(permissions: FilterPermissions): Rule[] {
	const rules: Rule[] = [];
	const deny = (call: SyscallName, answer: Answer, why: Why, when: When, test: Test) => {
		rules.push({ call, answer, why, when, deny: test });
	};

	// First, because nothing else that is judged by its arguments is called as often (calls that are not, the kernel knows by heart: their
	// answer is in a table that it makes once). Without a flag that creates, libc leaves the mode undefined and the kernel ignores it.
	for (const [call, flags, mode] of [["open", 1, 2] as const, ["openat", 2, 3] as const]) {
		const test = all(bits(flags, creates), bits(mode, setIdBits));
		deny(call, "EPERM", "setuid-files", "creates-with-setuid-or-setgid-mode", test);
	}

	// A user namespace hands out every capability inside itself, and with them most of the kernel's attack surface.
	deny("clone", "EPERM", "namespaces", "namespace-flags", bits(0, namespaceFlags));

	// Both put characters into the input of a terminal that a shell outside may read.
	deny("ioctl", "EPERM", "terminal-injection", "tiocsti-or-tioclinux", oneOf(1, [tiocsti, tioclinux]));

	// The rarer families are old code, loaded on demand; AF_UNIX reaches abstract sockets outside the cage's files.
	const families = [
		family.inet,
		family.inet6,
		...(permissions.netlink ? [family.netlink] : []),
		...(permissions.unixSockets ? [family.unix] : []),
	];
	deny("socket", "EAFNOSUPPORT", "socket-families", "family-not-opened", not(oneOf(0, families)));
	// getaddrinfo and getifaddrs ask NETLINK_ROUTE (0); the other protocols steer firewall, audit and the like.
	const netlink = oneOf(0, [family.netlink]);
	if (permissions.netlink)
		deny("socket", "EAFNOSUPPORT", "socket-families", "netlink-but-not-route", all(netlink, not(oneOf(2, [0]))));
	// Netlink is raw by nature. Named by what is allowed, since SOCK_PACKET on AF_INET is AF_PACKET by another name.
	const types = [type.stream, type.datagram, type.sequenced, ...(permissions.rawSockets ? [type.raw] : [])];
	deny("socket", "EPERM", "raw-sockets", "type-not-opened", all(not(netlink), not(oneOf(1, types, typeMask))));

	// The rarer transports are modules too, which a socket by their number loads. A raw socket takes any number and loads nothing.
	const internet = oneOf(0, [family.inet, family.inet6]);
	const isTransport = permissions.rawSockets ? [not(oneOf(1, [type.raw], typeMask))] : [];
	deny("socket", "EPROTONOSUPPORT", "socket-families", "rare-protocol", all(internet, ...isTransport, not(oneOf(2, protocols))));

	// Pairs talk to each other only, so they stay. But a datagram pair can still sendto() any abstract socket (measured), which
	// makes it AF_UNIX through the back door; and other families would load their modules.
	deny("socketpair", "EAFNOSUPPORT", "socket-families", "family-not-opened", not(oneOf(0, [family.unix])));
	if (!permissions.unixSockets) {
		deny("socketpair", "EPERM", "unix-sockets", "type-not-opened", not(oneOf(1, [type.stream, type.sequenced], typeMask)));
	}

	// A device node is the device itself, whatever the directory that it lies in.
	const nodes = [fileType.none, fileType.regular, fileType.fifo, fileType.socket];
	for (const [call, mode] of [["mknod", 1] as const, ["mknodat", 2] as const]) {
		deny(call, "EPERM", "device-nodes", "not-regular-fifo-or-socket", not(oneOf(mode, nodes, fileType.mask)));
		deny(call, "EPERM", "setuid-files", "setuid-or-setgid-mode", bits(mode, setIdBits));
	}

	// The one node that needs no right to make one: harmless (0:0), but no backup and no audit of the data expects it.
	deny("renameat2", "EPERM", "device-nodes", "leaves-whiteout", bits(4, renameWhiteout));

	// A setuid file dropped into a data directory would be a trap for whoever meets it outside, where nosuid does not hold.
	for (const [call, mode] of [
		["creat", 1] as const,
		["chmod", 1] as const,
		["fchmod", 1] as const,
		["fchmodat", 2] as const,
		["fchmodat2", 2] as const,
	]) {
		deny(call, "EPERM", "setuid-files", "setuid-or-setgid-mode", bits(mode, setIdBits));
	}

	// Old personalities take away address randomisation and make every readable page executable.
	deny("personality", "EPERM", "foreign-abi", "not-linux-or-query", not(oneOf(0, harmlessPersonalities)));
	// Moves the heap, the stack and the name of the program: for restoring checkpoints, and to look like another process.
	deny("prctl", "EPERM", "kernel-interfaces", "memory-layout", oneOf(0, [setMemoryMap]));

	// The limit of the launch is what keeps a crash from starting the host's core handler, which runs as root; anybody may lower it, and 0 does not. Daemons set it
	// as a matter of course, and some end where they cannot.
	deny("setrlimit", "none", "core-handler", "core-limit", oneOf(0, [coreResource]));
	deny("prlimit64", "none", "core-handler", "core-limit", all(oneOf(1, [coreResource]), isSet(2)));

	// What systemd's MemoryDenyWriteExecute= denies: who got in by an overflow could write the code that is run next. The loader maps code
	// from files and makes memory read-only, which takes neither.
	if (!permissions.writableCode) {
		const both = all(bits(2, protection.write), bits(2, protection.execute));
		deny("mmap", "EPERM", "writable-code", "writable-and-executable", both);
		// Shared with itself or with a child, the one half can be made writable while the other is executed (measured). Code comes from files.
		const nameless = all(bits(2, protection.execute), bits(3, anonymousMemory));
		deny("mmap", "EPERM", "writable-code", "executable-without-file", nameless);
		deny("mprotect", "EPERM", "writable-code", "executable", bits(2, protection.execute));
		deny("pkey_mprotect", "EPERM", "writable-code", "executable", bits(2, protection.execute));
		deny("shmat", "EPERM", "writable-code", "executable", bits(2, attachExecutable));
	}
	return rules;
}

/** Those that set the clock. The last two also read it, by arguments in memory. */
export const clockCalls = ["settimeofday", "clock_settime", "clock_adjtime", "adjtimex"] as const;
const isClockCall = (call: SyscallName) => clockCalls.some((name) => name === call);

/** Denied whatever the arguments, by the reason for it. */
const outright: { readonly why: Why; readonly answer: Answer; readonly calls: readonly SyscallName[] }[] = [
	// Their flags lie in memory, where a filter cannot look. libc falls back to clone and openat where they "do not exist".
	{ why: "unseen-arguments", answer: "ENOSYS", calls: ["clone3", "openat2"] },
	// Does nearly every call of this list from inside the kernel, unseen by any filter. Libraries fall back on ENOSYS.
	{ why: "unseen-arguments", answer: "ENOSYS", calls: ["io_uring_setup", "io_uring_enter", "io_uring_register"] },
	// Memory, descriptors and registers of whatever runs under the same account.
	{
		why: "other-processes",
		answer: "EPERM",
		calls: ["ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp"],
	},
	// The ways to another root, by the old and the new mount interface; the newest also list what is mounted outside.
	{
		why: "file-tree",
		answer: "EPERM",
		calls: [
			"chroot",
			"pivot_root",
			"mount",
			"umount2",
			"fsopen",
			"fsconfig",
			"fsmount",
			"fspick",
			"move_mount",
			"open_tree",
			"open_tree_attr",
			"mount_setattr",
			"statmount",
			"listmount",
		],
	},
	{ why: "namespaces", answer: "EPERM", calls: ["setns", "unshare"] },
	// A handle names a file of the whole file system, above the cage too; fanotify hands out open descriptors of them.
	{ why: "file-handles", answer: "EPERM", calls: ["open_by_handle_at", "name_to_handle_at", "fanotify_init"] },
	// Keyrings are no part of any namespace but the user's: shared with every process of the same uid.
	{ why: "keyrings", answer: "EPERM", calls: ["add_key", "request_key", "keyctl"] },
	// Where most of the kernel's local holes were found; userfaultfd makes them easy to win.
	{
		why: "kernel-interfaces",
		answer: "EPERM",
		calls: ["bpf", "perf_event_open", "userfaultfd", "modify_ldt", "lookup_dcookie", "nfsservctl", "uselib"],
	},
	// They change or read the machine, not the application. vhangup takes the terminal from whoever sits at it.
	{
		why: "machine",
		answer: "EPERM",
		calls: [
			"init_module",
			"finit_module",
			"delete_module",
			"kexec_load",
			"kexec_file_load",
			"reboot",
			"swapon",
			"swapoff",
			"sethostname",
			"setdomainname",
			"iopl",
			"ioperm",
			"syslog",
			"acct",
			"quotactl",
			"quotactl_fd",
			"vhangup",
		],
	},
	{ why: "machine", answer: "EPERM", calls: clockCalls },
	// Programs from memory go round noexec mounts and Landlock's execute rule.
	{ why: "code-without-file", answer: "EPERM", calls: ["execveat", "memfd_create", "memfd_secret"] },
];

function isOpened(call: SyscallName, permissions: FilterPermissions): boolean {
	return (
		(call === "memfd_create" && permissions.memfd) ||
		(call === "chroot" && permissions.chroot === true) ||
		(isClockCall(call) && permissions.clock === "real")
	);
}

function outrightDenials(permissions: FilterPermissions): { call: SyscallName; answer: Answer; why: Why }[] {
	return outright.flatMap(({ why, answer, calls }) =>
		calls
			.filter((call) => !isOpened(call, permissions))
			.map((call) => ({ call, answer: isClockCall(call) && permissions.clock === "pretended" ? "none" : answer, why })),
	);
}

/** What the filter denies with these permissions, in the order in which it asks; the same for both processors. */
export function describeFilter(permissions: FilterPermissions): Denial[] {
	return [
		{ call: "*", answer: "kill", why: "foreign-abi", when: "other-architecture" },
		{ call: "*", answer: "ENOSYS", why: "unjudged", when: "newer-than-table" },
		...conditionalRules(permissions).map(({ call, answer, why, when }) => ({ call, answer, why, when })),
		...outrightDenials(permissions),
	];
}

/** linux/audit.h: AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64. */
const auditArchitecture = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** __X32_SYSCALL_BIT: the x32 calls share the architecture of x86_64, but have numbers of their own. */
const x32 = 0x40000000;
/** seccomp(2): SECCOMP_RET_ALLOW, _KILL_PROCESS, _ERRNO. */
const allow = 0x7fff0000;
const kill = 0x80000000;
const refuse = (answer: Answer) => 0x00050000 | errors[answer];

/** The filter as `struct sock_filter[]` in bytes, as `setpriv --seccomp-filter FILE` wants it. */
export function seccompFilter(architecture: Architecture, permissions: FilterPermissions): Buffer {
	const assembler = new Assembler();
	const unless = (ask: (go: Label) => void, answer: number) => {
		const go = new Label();
		ask(go);
		assembler.answer(answer);
		assembler.place(go);
	};

	// Numbers mean other calls under another architecture (i386 on x86_64), so it is asked first.
	assembler.loadArchitecture();
	unless((go) => assembler.ifEqual(auditArchitecture[architecture], go), kill);
	assembler.loadNumber();
	if (architecture === "x64") unless((go) => assembler.ifAtLeast(x32, undefined, go), kill);
	unless((go) => assembler.ifAtLeast(newestJudged + 1, undefined, go), refuse("ENOSYS"));

	const rules = conditionalRules(permissions);
	for (const call of new Set(rules.map((rule) => rule.call))) {
		const number = syscallNumber(call, architecture);
		if (number === undefined) continue;
		const others = new Label();
		assembler.ifEqual(number, undefined, others);
		for (const rule of rules.filter((one) => one.call === call)) {
			const denied = new Label();
			const next = new Label();
			assembler.test(rule.deny, denied, next);
			assembler.place(denied);
			assembler.answer(refuse(rule.answer));
			assembler.place(next);
		}
		// The tests have overwritten the number; no other rule is about this call.
		assembler.answer(allow);
		assembler.place(others);
	}
	for (const { call, answer } of outrightDenials(permissions)) {
		const number = syscallNumber(call, architecture);
		if (number !== undefined) unless((go) => assembler.ifEqual(number, undefined, go), refuse(answer));
	}
	assembler.answer(allow);
	return assembler.finish();
}
