import type { Weakness } from "../confinement/method.ts";

/** What an application that wants out would try. One way is one attempt of the test's program (program.ts). */
export interface Way {
	readonly id: string;
	/** What of the confinement is meant to stop it; either alone should. */
	readonly stoppedBy: readonly Stop[];
	/**
	 * The attempt, in perl without any module, run in a process of its own. True: it got out. False: it was refused, and `$!` says how.
	 * `die`: there is nothing to try. It must be harmless where it succeeds, also for root on the bare host: it looks at a canary,
	 * asks with arguments that a permitted call refuses for another reason, or puts back what is there.
	 */
	readonly attempt: string;
	/** What of the cage's own plan opens it: then its success is no escape, and is listed as open by design. */
	readonly opens?: readonly Permission[];
	/** Not tried by the control, which would succeed: the call loads a module of the kernel. */
	readonly spared?: true;
}

export const groups = ["files", "inherited", "processes", "namespaces", "kernel", "memory", "sockets", "rights"] as const;
export type Group = (typeof groups)[number];

/** Layers as people name them: several flags or namespaces of a launch are one. */
export type Stop =
	| "root"
	| "capabilities"
	| "seccomp"
	| "landlock"
	| "read-only"
	| "nosuid"
	| "nodev"
	| "noexec"
	| "pid"
	| "ipc"
	| "net"
	| "no-proc"
	| "no-new-privs"
	| "account"
	| "init"
	| "session"
	| "environment"
	| "own-dev";

/** `weak`: the launcher of this machine cannot do it (method.ts). */
export type Permission =
	| "network"
	| "unix-sockets"
	| "memfd"
	| "proc"
	| "writable-code"
	| "executable-data"
	| `weak ${Weakness}`
	| `capability ${string}`;

/** Numbers of calls that no filter judges but attempts make: [x86_64, aarch64], from the same tables as those of the filter. */
export const moreSyscalls = {
	mmap: [9, 222],
	mprotect: [10, 226],
	shmat: [30, 196],
	capget: [125, 90],
	capset: [126, 91],
	setgroups: [116, 159],
	setresuid: [117, 147],
	prctl: [157, 167],
	setxattr: [188, 5],
	sched_setaffinity: [203, 122],
	sched_getaffinity: [204, 123],
	exit_group: [231, 94],
	mq_open: [240, 180],
	mq_unlink: [241, 181],
	ioprio_get: [252, 31],
	prlimit64: [302, 261],
	pidfd_open: [434, 434],
	landlock_create_ruleset: [444, 444],
	landlock_restrict_self: [446, 446],
} as const;
