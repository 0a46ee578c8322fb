import type { Weakness } from "../confinement/method.ts";

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
