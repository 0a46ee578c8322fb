import type { Weakness } from "../confine/method.ts";

export const groups = ["files", "inherited", "processes", "namespaces", "kernel", "memory", "sockets", "rights"] as const;
export type Group = (typeof groups)[number];

/** Layers by their common names: several flags or namespaces of a launch are one. */
export const stoppingLayers = [
	"root",
	"capabilities",
	"seccomp",
	"landlock",
	"read-only",
	"nosuid",
	"nodev",
	"noexec",
	"pid",
	"ipc",
	"net",
	"no-proc",
	"no-new-privs",
	"account",
	"init",
	"session",
	"environment",
	"own-dev",
] as const;
export type StoppingLayer = (typeof stoppingLayers)[number];

/** `weak`: a layer that this machine's launcher does not support (method.ts). */
export type Permission =
	| "network"
	| "abstract-sockets"
	| "ports"
	| "memfd"
	| "proc"
	| "uevents"
	| "writable-code"
	| "executable-data"
	| `weak ${Weakness}`
	| `capability ${string}`;
