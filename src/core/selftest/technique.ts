import type { Weakness } from "../confinement/method.ts";

/** An escape technique: one attempt of the test's program (program.ts). */
export interface Technique {
	readonly id: string;
	/** Layers that stop it; each should be enough. */
	readonly stoppedBy: readonly StoppingLayer[];
	/**
	 * The attempt in Perl without modules, run in its own process. True: it escaped. False: it was refused, with the error in
	 * `$!`. `die`: there is nothing to try. It must be harmless if it succeeds, even for root on the bare host: it reads a
	 * canary, passes arguments that an allowed call refuses for another reason, or restores what it changed.
	 */
	readonly attempt: string;
	/** Permissions of the cage's plan that allow it: then its success is no escape. */
	readonly opens?: readonly Permission[];
	/** Omitted in the control run, where it would succeed, because the call loads a kernel module. */
	readonly spared?: true;
}

export const groups = ["files", "inherited", "processes", "namespaces", "kernel", "memory", "sockets", "rights"] as const;
export type Group = (typeof groups)[number];

/** Layers by their common names: several flags or namespaces of a launch are one. */
export type StoppingLayer =
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

/** `weak`: a layer that this machine's launcher does not support (method.ts). */
export type Permission =
	| "network"
	| "abstract-sockets"
	| "ports"
	| "memfd"
	| "proc"
	| "writable-code"
	| "executable-data"
	| `weak ${Weakness}`
	| `capability ${string}`;
