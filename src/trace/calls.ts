import type { Operation } from "./trace.ts";

/** One path that a call names. Numbers are argument positions, counted from 0. */
export interface PathUse {
	/** The argument with the name; absent if the call acts on the descriptor in `at`. */
	readonly path?: number;
	/** The directory descriptor for a relative name; absent for the working directory. */
	readonly at?: number;
	/** `open`: the open flags in `flags` decide. */
	readonly does: readonly Operation[] | "open";
	readonly flags?: number;
	/** Set if other arguments decide whether this one is a path. */
	readonly only?: (args: readonly string[]) => boolean;
}

export interface CallShape {
	readonly name: string;
	readonly paths: readonly PathUse[];
	/** True if a call only touches its paths and does not affect working directory, identity, sockets or capabilities. */
	readonly plain: boolean;
}

const shapes = new Map<string, CallShape>();

function plain(names: string, ...paths: PathUse[]): void {
	for (const name of names.split(" ")) shapes.set(name, { name, paths, plain: true });
}

function special(names: string, ...paths: PathUse[]): void {
	for (const name of names.split(" ")) shapes.set(name, { name, paths, plain: false });
}

const look = ["look"] as const;
const read = ["read"] as const;
const write = ["write"] as const;
const create = ["create"] as const;
const remove = ["remove"] as const;
const enter = ["enter"] as const;
const execute = ["execute"] as const;
const list = ["list"] as const;

// Argument positions are those of the section 2 manual pages. `…32`, `…64` and `old…` are the names on 32-bit machines.
plain("open", { path: 0, does: "open", flags: 1 });
plain("openat openat2", { at: 0, path: 1, does: "open", flags: 2 });
plain("creat", { path: 0, does: ["create", "write"] });
plain("stat lstat stat64 lstat64 oldstat oldlstat access readlink statfs statfs64", { path: 0, does: look });
plain("getxattr lgetxattr listxattr llistxattr", { path: 0, does: look });
plain("newfstatat fstatat64 statx faccessat faccessat2 readlinkat name_to_handle_at", { at: 0, path: 1, does: look });
plain("getxattrat listxattrat file_getattr", { at: 0, path: 1, does: look });
plain("inotify_add_watch", { path: 1, does: look });
plain("fanotify_mark", { at: 3, path: 4, does: look });
plain("getdents getdents64", { at: 0, does: list });
plain("mkdir", { path: 0, does: create });
plain("mkdirat", { at: 0, path: 1, does: create });
plain("rmdir unlink", { path: 0, does: remove });
plain("unlinkat", { at: 0, path: 1, does: remove });
special("link", { path: 0, does: look }, { path: 1, does: create });
special("linkat", { at: 0, path: 1, does: look }, { at: 2, path: 3, does: create });
plain("symlink", { path: 1, does: create });
plain("symlinkat", { at: 1, path: 2, does: create });
// Changing an inode's attributes needs a writable mount as writing does, so it counts as writing.
plain("truncate truncate64 utime utimes setxattr lsetxattr removexattr lremovexattr", { path: 0, does: write });
plain("fsetxattr fremovexattr", { at: 0, does: write });
plain("futimesat", { at: 0, path: 1, does: write });
plain("setxattrat removexattrat file_setattr", { at: 0, path: 1, does: write });
plain("acct", { path: 0, does: write });
plain("swapon", { path: 0, does: ["read", "write"] });
plain("swapoff", { path: 0, does: look });
plain("uselib", { path: 0, does: ["read", "execute"] });
plain("quotactl", { path: 1, does: look });
plain("open_tree open_tree_attr fspick mount_setattr", { at: 0, path: 1, does: enter });
// A tree that is not mounted yet has no place; strace shows it like the root.
plain("move_mount", { at: 0, path: 1, does: enter, only: (args) => args[1] !== '""' }, { at: 2, path: 3, does: enter });
plain("fsconfig", { at: 4, path: 3, does: read, only: (args) => args[1] === "FSCONFIG_SET_PATH" });

special("execve", { path: 0, does: execute });
special("execveat", { at: 0, path: 1, does: execute });
special("chdir chroot", { path: 0, does: enter });
special("fchdir", { at: 0, does: enter });
special("pivot_root", { path: 0, does: enter }, { path: 1, does: enter });
special("rename", { path: 0, does: remove }, { path: 1, does: create });
special("renameat renameat2", { at: 0, path: 1, does: remove }, { at: 2, path: 3, does: create });
special("chown lchown chown32 lchown32", { path: 0, does: write });
special("fchown fchown32", { at: 0, does: write });
special("chmod", { path: 0, does: write });
special("fchmod", { at: 0, does: write });
special("fchmodat fchmodat2 utimensat utimensat_time64", { at: 0, path: 1, does: write });
special("fchownat", { at: 0, path: 1, does: write });
special("mknod", { path: 0, does: create });
special("mknodat", { at: 0, path: 1, does: create });
// The source is often only a name such as `tmpfs` (mount(2)).
special(
	"mount",
	{ path: 0, does: read, only: (args) => isAbsolute(args[0]) || /\bMS_(BIND|MOVE)\b/.test(args[3] ?? "") },
	{ path: 1, does: enter },
);
special("umount umount2", { path: 0, does: enter });
special("socket socketpair setsockopt bind connect sendto sendmsg sendmmsg kill tkill tgkill capset prctl memfd_create");
// Writable code. mmap is rare once the libraries are loaded, and `isOrdinaryMemory` skips the harmless ones.
special("mmap mprotect pkey_mprotect shmat");
special("setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid");
special("setuid32 setgid32 setreuid32 setregid32 setresuid32 setresgid32 setgroups32 setfsuid32 setfsgid32");
special("setrlimit prlimit64 setpriority nice sched_setscheduler sched_setattr sched_setparam sched_setaffinity");
special("ioprio_set mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node");
special("clone clone3 fork vfork unshare setns getcwd io_uring_setup open_by_handle_at");
// No cage allows these calls: an application that makes one has to work without.
special(
	"settimeofday clock_settime clock_settime64 adjtimex clock_adjtime clock_adjtime64 sethostname setdomainname reboot syslog",
);
special("init_module finit_module delete_module kexec_load kexec_file_load iopl ioperm bpf perf_event_open userfaultfd");
special("add_key request_key keyctl fanotify_init ptrace vhangup");

function isAbsolute(argument: string | undefined): boolean {
	return argument?.startsWith('"/') ?? false;
}

export function callShape(name: string): CallShape | undefined {
	return shapes.get(name);
}

/** Whether a call only tests whether its paths exist, or what they are. */
export function onlyLooks(name: string): boolean {
	const paths = shapes.get(name)?.paths ?? [];
	return paths.length > 0 && paths.every(({ does }) => does === look);
}

/** Whether a call asks for the caller's rights to a path, as `[ -x ]` does. */
export function testsRights(name: string): boolean {
	return /^(access|faccessat2?)$/.test(name);
}

const optional = (names: Iterable<string>) => [...names].map((name) => `?${name}`).join(",");

/**
 * The value for strace's `-e trace=`. The question mark makes an unknown call no error (strace(1)). Calls that move data (read,
 * write, epoll_wait…) are left out: they name no path and would cost most of the speed. Sending calls are included, because a
 * datagram to a unix socket names its path (sd_notify(3) uses sendmsg).
 */
export const tracedCalls: string = optional(shapes.keys());
/** A web server sets options for each request (TCP_NODELAY, TCP_CORK), and each stop costs as much as one for a file. */
const withoutOptions = optional([...shapes.keys()].filter((name) => name !== "setsockopt"));

/** Calls whose structures nobody reads. strace would copy each from the application's memory. */
const unreadStructures = optional(
	"stat lstat stat64 lstat64 oldstat oldlstat newfstatat fstatat64 statx statfs statfs64 getdents getdents64".split(" "),
);

const combinations = new Map<string, readonly Operation[]>();

/** Returns what an open with these flags, as strace prints them, does (open(2)). */
export function openOperations(flags: string): readonly Operation[] {
	const known = combinations.get(flags);
	if (known) return known;
	const has = (flag: string) => new RegExp(`\\b${flag}\\b`).test(flags);
	const operations: Operation[] = [];
	if (has("O_PATH")) operations.push("look");
	else if (has("O_TMPFILE")) operations.push("write");
	else {
		if (has("O_DIRECTORY")) operations.push("list");
		else if (!has("O_WRONLY")) operations.push("read");
		if (has("O_WRONLY") || has("O_RDWR")) operations.push("write");
		if (has("O_CREAT")) operations.push("create");
	}
	// Bounded, because the traced program chooses the flags, and openat2 also shows a mode and unknown bits.
	if (combinations.size < 1000) combinations.set(Buffer.from(flags, "latin1").toString("latin1"), operations);
	return operations;
}

/**
 * Hides only signals that end no process (signal(7)). strace prints `+++ killed by …` only for signals that it shows. Without
 * that line, a process would seem to live until another gets its pid.
 */
const hiddenSignals = "CHLD,CONT,STOP,TSTP,TTIN,TTOU,URG,WINCH";

/**
 * How many bytes of other strings than paths strace shows, and how many elements of a list. It keeps what a server sends out of
 * the trace: at 4096, a server that answered 4 kB with send(2) was a fifth slower (measured). Processes seldom have more groups,
 * or messages in one sendmmsg(2).
 */
const shownLength = 256;

/**
 * How strace runs. `fast` and `only` use `--seccomp-bpf`, which hides calls that another filter denies. `fast` also leaves out socket
 * options, so a `whole` run must follow; `only` is for an application that is traced in no other mode. `whole` stops at each call,
 * but shows only those that `TraceFold` reads. `every` shows the other calls too, with plain numbers as arguments: only their names
 * are read.
 */
export type TraceMode = "fast" | "only" | "whole" | "every";

/**
 * Returns strace's options for lines that `TraceFold` reads. The caller adds the output (`-o`) and the command. A second `-q`
 * would hide the exits (strace(1)).
 */
export function straceArguments(mode: TraceMode): string[] {
	return [
		"-f",
		...(mode === "fast" || mode === "only" ? ["--seccomp-bpf"] : []),
		"-q",
		"-y",
		"-s",
		String(shownLength),
		"--decode-pids=pidns",
		"-e",
		`signal=!${hiddenSignals}`,
		"-e",
		`verbose=!${unreadStructures}`,
		...(mode === "every" ? ["-e", "trace=all", "-e", `raw=!${tracedCalls}`] : []),
		...(mode === "every" ? [] : ["-e", `trace=${mode === "fast" ? withoutOptions : tracedCalls}`]),
	];
}
