import { accountConditions, accountReasons, denyAccount } from "./account-rules.ts";
import { all, bits, isSet, not, oneOf, type Test } from "./bpf.ts";
import { type FilterPermissions, sandboxPermissions } from "./filter-permissions.ts";
import { killedCalls, permittedCalls } from "./observed-calls.ts";
import { type SyscallName, syscalls } from "./syscalls.ts";

/**
 * The system call filter of a cage. Measured: it and the missing capabilities each stop every escape through a system call, so
 * a mistake in one of them is not enough.
 *
 * The launcher loads it before the init and before a second setpriv changes the account, so setresuid, setgroups, capset, prctl
 * and execve must stay allowed. It lists denied calls, because an application may need any ordinary call. With `calls` it also
 * denies each call that the application did not make (observed-calls.ts). Calls newer than our table answer ENOSYS, like an older
 * kernel, because nobody has judged them.
 */

export type Answer = keyof typeof errors;
/** errno(3), asm-generic numbers. `none`: the call returns 0 without effect. */
export const errors = {
	none: 0,
	EPERM: 1,
	EACCES: 13,
	EINVAL: 22,
	ENOSYS: 38,
	EPROTONOSUPPORT: 93,
	EOPNOTSUPP: 95,
	EAFNOSUPPORT: 97,
};

/**
 * What a denial says about the process. `high`: with these arguments, the call is a step of an escape technique. `medium`: libraries
 * make it too, and do without. `none`: it is harmless, or programs make it all the time, so the kernel does not record it.
 */
export type Notice = "none" | "medium" | "high";

/** A denial of the filter. `why` and `when` are codes for the record; without `when` the call is always denied. */
export interface Denial {
	readonly call: SyscallName | "*";
	readonly answer: Answer | "kill";
	readonly notice: Notice;
	readonly why: Why;
	readonly when?: When;
}

export const denialReasons = [
	"foreign-abi",
	"unjudged",
	"not-observed",
	"namespaces",
	"terminal-injection",
	"socket-families",
	"raw-sockets",
	"unix-sockets",
	"device-nodes",
	"setuid-files",
	"unseen-arguments",
	"other-processes",
	"file-tree",
	"file-handles",
	"keyrings",
	"kernel-interfaces",
	"core-handler",
	"machine",
	"code-without-file",
	"writable-code",
	...accountReasons,
] as const;
export type Why = (typeof denialReasons)[number];
export const denialConditions = [
	"other-architecture",
	"newer-than-table",
	"tiocsti-or-tioclinux",
	"family-not-opened",
	"netlink-but-not-route",
	"type-not-opened",
	"rare-protocol",
	"multipath",
	"not-regular-fifo-or-socket",
	"leaves-whiteout",
	"setuid-or-setgid-mode",
	"creates-with-setuid-or-setgid-mode",
	"not-linux-or-query",
	"memory-layout",
	"core-limit",
	"writable-and-executable",
	"executable-without-file",
	"executable",
	"usual-family",
	"clones-mounts",
	"namespace-flags",
	"no-namespace-flags",
	"process-title",
	"reads-quotas",
	"changes-quotas",
	"executes",
	"only-checks",
	...accountConditions,
] as const;
export type When = (typeof denialConditions)[number];

/** Reasons of calls that libraries make too: they continue without. */
const ordinary: ReadonlySet<Why> = new Set([
	...(["unseen-arguments", "unjudged", "core-handler", "socket-families", "unix-sockets", "code-without-file"] as const),
	...(["writable-code", "keyrings", "foreign-owner", "more-rights"] as const),
]);

/** Answers of a kernel without the call, or without this use of it. Programs provoke them constantly, such as libc for each thread. */
const quietAnswers: ReadonlySet<Answer> = new Set(["none", "EINVAL", "ENOSYS", "EOPNOTSUPP"]);

function noticeFor(answer: Answer | "kill", why: Why): Notice {
	if (answer === "kill") return "high";
	if (quietAnswers.has(answer)) return "none";
	return ordinary.has(why) ? "medium" : "high";
}

export interface Rule {
	readonly call: SyscallName;
	readonly answer: Answer | "kill";
	readonly notice: Notice;
	readonly why: Why;
	readonly when: When;
	readonly deny: Test;
}

/** clone(2): CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x80 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000;
const family = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17 };
/** netlink(7). */
const netlinkProtocol = { route: 0, uevent: 15 };
const type = { stream: 1, datagram: 2, raw: 3, sequenced: 5 };
/** socket(2): SOCK_NONBLOCK and SOCK_CLOEXEC are above the type (SOCK_TYPE_MASK). */
const typeMask = 0xf;
const tiocsti = 0x5412;
const tioclinux = 0x541c;
/** mknod(2): a type of 0 means a regular file. */
const fileType = { mask: 0xf000, none: 0, fifo: 0x1000, regular: 0x8000, socket: 0xc000 };
const setIdBits = 0o6000;
/** rename(2): RENAME_WHITEOUT. */
const renameWhiteout = 4;
/** protocols(5): any, ICMP, TCP, UDP, ICMPv6. */
const protocols = [0, 1, 6, 17, 58];
/** MPTCP, which Go tries before TCP. */
const multipath = 262;
/** open(2): O_CREAT and O_TMPFILE's own bit, which both use the mode; the same on both processors. */
const creates = 0x40 | 0x400000;
/** mmap(2), shmat(2): the same on both processors. */
const protection = { write: 2, execute: 4 };
const attachExecutable = 0x8000;
const anonymousMemory = 0x20;
/** getrlimit(2): RLIMIT_CORE. */
const coreResource = 4;
/** prctl(2): PR_SET_MM, and PR_SET_MM_ARG_START to PR_SET_MM_ENV_END, with which a process changes what ps(1) shows. */
const setMemoryMap = 35;
const titleFields = [8, 9, 10, 11];
/** open_tree(2): OPEN_TREE_CLOEXEC, AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_SYMLINK_NOFOLLOW. The result is that of openat(2) with O_PATH. */
const onlyOpens = 0x80000 | 0x1000 | 0x800 | 0x100;
/** unshare(2): CLONE_FS, CLONE_FILES, CLONE_SYSVSEM. */
const noNamespaces = 0x200 | 0x400 | 0x40000;
/** execveat(2): AT_EXECVE_CHECK. */
const onlyChecks = 0x10000;
/** quotactl(2): a command is above the type of quota. Q_GETFMT, Q_GETINFO, Q_GETQUOTA, Q_GETNEXTQUOTA, Q_XGETQUOTA, Q_XGETQSTAT, … */
const readsQuotas = [0x800004, 0x800005, 0x800007, 0x800009, 0x5803, 0x5805, 0x5808, 0x5809].map(
	(command) => (command << 8) >>> 0,
);
const quotaCommand = 0xffffff00;
/** personality(2): PER_LINUX, and the value for a query. */
const harmlessPersonalities = [0, 0xffffffff];

/** Rules that depend on arguments. Several rules for one call are checked in order. */
export function conditionalRules(permissions: FilterPermissions): Rule[] {
	const unobserved = new Set(unobservedCalls(permissions));
	const killed = permissions.calls && killedCalls(permissions.calls);
	return everyConditionalRule(permissions)
		.filter(({ call }) => !unobserved.has(call))
		.map((rule) => (rule.notice === "high" && killed?.has(rule.call) ? { ...rule, answer: "kill" as const } : rule));
}

/** The arguments for which a call is denied, and their code. */
interface Condition {
	readonly when: When;
	readonly test: Test;
}

function everyConditionalRule(permissions: FilterPermissions): Rule[] {
	const rules: Rule[] = [];
	const deny = (call: SyscallName, answer: Answer, why: Why, { test, when }: Condition) => {
		rules.push({ call, answer, notice: noticeFor(answer, why), why, when, deny: test });
	};
	const denyQuietly: typeof deny = (call, answer, why, { test, when }) => {
		rules.push({ call, answer, notice: "none", why, when, deny: test });
	};

	// First, because no other call that depends on arguments is as frequent (the kernel caches the answer for calls that do
	// not). Without a creating flag, libc leaves the mode undefined and the kernel ignores it.
	for (const [call, flags, mode] of [["open", 1, 2] as const, ["openat", 2, 3] as const]) {
		const test = all(bits(flags, creates), bits(mode, setIdBits));
		deny(call, "EPERM", "setuid-files", { when: "creates-with-setuid-or-setgid-mode", test });
	}

	// A user namespace grants all capabilities inside, and with them most of the kernel's attack surface.
	deny("clone", "EPERM", "namespaces", { when: "namespace-flags", test: bits(0, namespaceFlags) });
	deny("unshare", "EPERM", "namespaces", { when: "namespace-flags", test: bits(0, ~noNamespaces) });
	deny("unshare", "EINVAL", "namespaces", { when: "no-namespace-flags", test: not(bits(0, ~noNamespaces)) });
	// systemd's library opens files with it, because it triggers automounts.
	deny("open_tree", "EPERM", "file-tree", { when: "clones-mounts", test: bits(2, ~onlyOpens) });

	// Both insert characters into the input of a terminal that a shell outside may read.
	deny("ioctl", "EPERM", "terminal-injection", { when: "tiocsti-or-tioclinux", test: oneOf(1, [tiocsti, tioclinux]) });

	// The rarer families are old code, loaded on demand. AF_UNIX reaches abstract sockets outside the cage.
	const usual = usualSockets(permissions);
	for (const test of usual) denyQuietly("socket", "EAFNOSUPPORT", "socket-families", { when: "usual-family", test });
	const families = [
		family.inet,
		family.inet6,
		...(permissions.netlink || permissions.uevents ? [family.netlink] : []),
		...(permissions.packetSockets ? [family.packet] : []),
		...(permissions.unixSockets ? [family.unix] : []),
	];
	const isOther = all(not(oneOf(0, families)), ...usual.map(not));
	deny("socket", "EAFNOSUPPORT", "socket-families", { when: "family-not-opened", test: isOther });
	// getaddrinfo and getifaddrs use NETLINK_ROUTE (0); the other protocols control the firewall, audit and so on.
	const netlink = oneOf(0, [family.netlink]);
	if (permissions.netlink || permissions.uevents) {
		const spoken = [
			...(permissions.netlink ? [netlinkProtocol.route] : []),
			...(permissions.uevents ? [netlinkProtocol.uevent] : []),
		];
		deny("socket", "EAFNOSUPPORT", "socket-families", {
			when: "netlink-but-not-route",
			test: all(netlink, not(oneOf(2, spoken))),
		});
	}
	// Netlink sockets are always raw. An allow list, because SOCK_PACKET on AF_INET is AF_PACKET by another name.
	const types = [type.stream, type.datagram, type.sequenced, ...(permissions.rawSockets ? [type.raw] : [])];
	const isOtherType = all(not(netlink), not(oneOf(1, types, typeMask)), ...usual.map(not));
	deny("socket", "EPERM", "raw-sockets", { when: "type-not-opened", test: isOtherType });

	// The rarer transports are modules too, loaded by a socket with their number. A raw socket accepts any number without
	// loading a module.
	const internet = oneOf(0, [family.inet, family.inet6]);
	const isTransport = permissions.rawSockets ? [not(oneOf(1, [type.raw], typeMask))] : [];
	deny("socket", "EPROTONOSUPPORT", "socket-families", {
		when: "rare-protocol",
		test: all(internet, ...isTransport, not(oneOf(2, [...protocols, multipath]))),
	});
	// Landlock does not judge its ports. Kernels before 5.6 give this answer, after which programs use TCP.
	if (permissions.plainTcp)
		deny("socket", "EINVAL", "socket-families", { when: "multipath", test: all(internet, oneOf(2, [multipath])) });

	// Pairs only connect to each other, so they stay allowed. But a datagram pair can sendto() any abstract socket (measured),
	// which is AF_UNIX by another way; and other families would load their modules.
	deny("socketpair", "EAFNOSUPPORT", "socket-families", { when: "family-not-opened", test: not(oneOf(0, [family.unix])) });
	if (!permissions.unixSockets) {
		deny("socketpair", "EPERM", "unix-sockets", {
			when: "type-not-opened",
			test: not(oneOf(1, [type.stream, type.sequenced], typeMask)),
		});
	}

	// A device node gives access to the device from any directory.
	const nodes = [fileType.none, fileType.regular, fileType.fifo, fileType.socket];
	for (const [call, mode] of [["mknod", 1] as const, ["mknodat", 2] as const]) {
		deny(call, "EPERM", "device-nodes", { when: "not-regular-fifo-or-socket", test: not(oneOf(mode, nodes, fileType.mask)) });
		deny(call, "EPERM", "setuid-files", { when: "setuid-or-setgid-mode", test: bits(mode, setIdBits) });
	}

	// The one node that needs no privilege. It is harmless (0:0), but backups and audits of the data do not expect it.
	deny("renameat2", "EPERM", "device-nodes", { when: "leaves-whiteout", test: bits(4, renameWhiteout) });

	// A setuid file in a data directory endangers anyone who runs it outside, where nosuid does not apply.
	const modes = { creat: 1, chmod: 1, fchmod: 1, fchmodat: 2, fchmodat2: 2 } as const;
	for (const call of Object.keys(modes) as (keyof typeof modes)[])
		deny(call, "EPERM", "setuid-files", { when: "setuid-or-setgid-mode", test: bits(modes[call], setIdBits) });

	// Old personalities disable address randomisation and make every readable page executable.
	deny("personality", "EPERM", "foreign-abi", { when: "not-linux-or-query", test: not(oneOf(0, harmlessPersonalities)) });
	// Moves the heap, the stack and the program's name: used to restore checkpoints, and to disguise a process.
	const isMemoryMap = oneOf(0, [setMemoryMap]);
	deny("prctl", "EINVAL", "kernel-interfaces", { when: "process-title", test: all(isMemoryMap, oneOf(1, titleFields)) });
	deny("prctl", "EPERM", "kernel-interfaces", { when: "memory-layout", test: all(isMemoryMap, not(oneOf(1, titleFields))) });

	for (const [call, command] of [["quotactl", 0] as const, ["quotactl_fd", 1] as const]) {
		const reads = oneOf(command, readsQuotas, quotaCommand);
		deny(call, "ENOSYS", "machine", { when: "reads-quotas", test: reads });
		deny(call, "EPERM", "machine", { when: "changes-quotas", test: not(reads) });
	}

	// Programs from memory bypass noexec mounts and Landlock's execute rule. Interpreters only ask whether they may execute.
	deny("execveat", "EINVAL", "code-without-file", { when: "only-checks", test: bits(4, onlyChecks) });
	deny("execveat", "EPERM", "code-without-file", { when: "executes", test: not(bits(4, onlyChecks)) });

	// The launch's limit prevents a crash from starting the host's core handler, which runs as root; any process may lower it,
	// and 0 does not prevent that. Daemons set it routinely, and some exit if they cannot.
	deny("setrlimit", "none", "core-handler", { when: "core-limit", test: oneOf(0, [coreResource]) });
	deny("prlimit64", "none", "core-handler", { when: "core-limit", test: all(oneOf(1, [coreResource]), isSet(2)) });

	// Like systemd's MemoryDenyWriteExecute=: an attacker with a buffer overflow could otherwise write code and run it. The
	// loader maps code from files and makes memory read-only, which needs neither.
	if (!permissions.writableCode) {
		const both = all(bits(2, protection.write), bits(2, protection.execute));
		deny("mmap", "EPERM", "writable-code", { when: "writable-and-executable", test: both });
		// Anonymous memory that is shared with itself or a child can be writable in one mapping and executable in another
		// (measured). Code comes from files.
		const nameless = all(bits(2, protection.execute), bits(3, anonymousMemory));
		deny("mmap", "EPERM", "writable-code", { when: "executable-without-file", test: nameless });
		deny("mprotect", "EPERM", "writable-code", { when: "executable", test: bits(2, protection.execute) });
		deny("pkey_mprotect", "EPERM", "writable-code", { when: "executable", test: bits(2, protection.execute) });
		deny("shmat", "EPERM", "writable-code", { when: "executable", test: bits(2, attachExecutable) });
	}
	if (permissions.account) denyAccount(permissions.account, deny);
	return rules;
}

/**
 * Sockets that libraries try whatever the application does. getaddrinfo and getifaddrs ask NETLINK_ROUTE for the machine's
 * addresses. libc asks nscd for accounts, and syslog(3) and sd_notify(3) look for their daemons: in a cage without unix sockets the
 * trace shows whether this application does.
 */
function usualSockets({ netlink, triesUnix, unixSockets }: FilterPermissions): Test[] {
	return [
		...(netlink ? [] : [all(oneOf(0, [family.netlink]), oneOf(2, [netlinkProtocol.route]))]),
		...(triesUnix && !unixSockets ? [oneOf(0, [family.unix])] : []),
	];
}

/** Calls that set the clock. The last two also read it, depending on arguments in memory. */
export const clockCalls = ["settimeofday", "clock_settime", "clock_adjtime", "adjtimex"] as const;
const isClockCall = (call: SyscallName) => clockCalls.some((name) => name === call);

/** Calls that are always denied, by reason. */
const outright: readonly (readonly [why: Why, answer: Answer, calls: readonly SyscallName[]])[] = [
	// Their flags are in memory, which a filter cannot read. libc falls back to clone and openat.
	["unseen-arguments", "ENOSYS", ["clone3", "openat2"]],
	// Performs nearly every call of this list in the kernel, invisible to filters. Libraries fall back on ENOSYS.
	["unseen-arguments", "ENOSYS", ["io_uring_setup", "io_uring_enter", "io_uring_register"]],
	// Memory, descriptors and registers of processes with the same account.
	["other-processes", "EPERM", ["ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"]],
	// Allocators try it for their own memory.
	["other-processes", "ENOSYS", ["process_madvise"]],
	// Old and new mount calls that change the root; the newest also list mounts outside.
	["file-tree", "EPERM", ["chroot", "pivot_root", "mount", "umount2", "fsopen", "fsconfig", "fsmount", "fspick"]],
	["file-tree", "EPERM", ["move_mount", "open_tree_attr", "mount_setattr", "statmount", "listmount"]],
	["namespaces", "EPERM", ["setns"]],
	// A handle names any file of the file system, even above the cage; fanotify opens descriptors for them.
	["file-handles", "EPERM", ["open_by_handle_at", "fanotify_init"]],
	// Libraries compare files by their handles, and do without on a file system that has none. An intruder can make a handle up.
	["file-handles", "EOPNOTSUPP", ["name_to_handle_at"]],
	// Keyrings belong to a user, not to a namespace: all processes of a uid share them.
	["keyrings", "EPERM", ["add_key", "request_key", "keyctl"]],
	// The source of most local kernel vulnerabilities; userfaultfd makes races easy to win.
	["kernel-interfaces", "EPERM", ["bpf", "perf_event_open", "userfaultfd", "modify_ldt"]],
	["kernel-interfaces", "EPERM", ["lookup_dcookie", "nfsservctl", "uselib"]],
	// They change or read the machine instead of the application. vhangup takes a terminal from its user.
	["machine", "EPERM", ["init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot"]],
	["machine", "EPERM", ["swapon", "swapoff", "sethostname", "setdomainname", "iopl", "ioperm", "syslog", "acct"]],
	["machine", "EPERM", ["vhangup", ...clockCalls]],
	["code-without-file", "EPERM", ["memfd_create", "memfd_secret"]],
];

function isOpened(call: SyscallName, permissions: FilterPermissions): boolean {
	return (
		(call === "memfd_create" && permissions.memfd) ||
		(call === "chroot" && permissions.chroot === true) ||
		(isClockCall(call) && permissions.clock === "real")
	);
}

interface OutrightDenial {
	readonly call: SyscallName;
	readonly answer: Answer | "kill";
	readonly notice: Notice;
	readonly why: Why;
}

/** They also read the clock or the list of mounts, which a library may do. */
const alsoRead: ReadonlySet<SyscallName> = new Set(["clock_adjtime", "adjtimex", "statmount", "listmount"]);

export function outrightDenials(permissions: FilterPermissions): OutrightDenial[] {
	const killed = permissions.calls && killedCalls(permissions.calls);
	const general = outright.flatMap(([why, answer, calls]) =>
		calls
			.filter((call) => !isOpened(call, permissions))
			.map((call): OutrightDenial => {
				const isPretended = isClockCall(call) && permissions.clock === "pretended";
				const given = killed?.has(call) ? "kill" : isPretended ? "none" : answer;
				const notice = noticeFor(given, why);
				return { call, answer: given, notice: notice === "high" && alsoRead.has(call) ? "medium" : notice, why };
			}),
	);
	return [
		...general,
		...unobservedCalls(permissions).map((call): OutrightDenial => {
			const answer = killed?.has(call) ? "kill" : "EPERM";
			return { call, answer, notice: answer === "kill" ? "high" : "medium", why: "not-observed" };
		}),
	];
}

/** Calls with several rules, which together refuse all arguments. */
const refusedByRules: readonly SyscallName[] = ["execveat", "quotactl", "quotactl_fd", "unshare"];

const refusedOutright: ReadonlySet<SyscallName> = new Set([...outright.flatMap(([, , calls]) => calls), ...refusedByRules]);

/** Whether the filter refuses the call to every application, whatever the trace shows. */
export function isRefusedOutright(call: SyscallName): boolean {
	return refusedOutright.has(call);
}

/** Returns the calls that the general filter permits and the application did not make. */
function unobservedCalls({ calls }: FilterPermissions): SyscallName[] {
	if (!calls) return [];
	const permitted = permittedCalls(calls);
	return (Object.keys(syscalls) as SyscallName[]).filter((name) => !permitted.has(name) && !refusedOutright.has(name));
}

/** Returns the calls that the filter permits, at least for some arguments. */
export function permittedNames(permissions: FilterPermissions): SyscallName[] {
	const denied = new Set([...outrightDenials(permissions).map(({ call }) => call), ...refusedByRules]);
	return (Object.keys(syscalls) as SyscallName[]).filter((name) => !denied.has(name));
}

/** Returns how many calls the filter permits, and how many the general filter would. */
export function countPermitted(permissions: FilterPermissions): { readonly permitted: number; readonly general: number } {
	const { calls: _, ...general } = permissions;
	return { permitted: permittedNames(permissions).length, general: permittedNames(general).length };
}

/** Returns the filter's denials for these permissions in its order; the same for both processors. */
export function describeFilter(permissions: FilterPermissions): Denial[] {
	return [
		{ call: "*", answer: "kill", notice: "high", why: "foreign-abi", when: "other-architecture" },
		{ call: "*", answer: "ENOSYS", notice: "none", why: "unjudged", when: "newer-than-table" },
		...conditionalRules(permissions).map(({ deny: _, ...rule }) => rule),
		...outrightDenials(permissions),
	];
}

/** Calls that the filters of the sandbox and of every cage refuse whatever the plan permits. */
const neverAllowed: ReadonlySet<string> = new Set([
	...outrightDenials(sandboxPermissions).flatMap(({ answer, call }) => (answer === "EPERM" ? [call] : [])),
	...refusedByRules,
]);

export function isNeverAllowed(call: string): boolean {
	return neverAllowed.has(call) || call === "umount";
}
