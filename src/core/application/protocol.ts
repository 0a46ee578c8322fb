import type { Note } from "./note.ts";
import type { Target, Tools } from "./probe-lines.ts";

/** How far a probe goes: the server speaks at all, it answers a request, or it does what it is there for. */
export type Depth = "greeting" | "request" | "job";

/** One way to ask a server. */
export interface Asking {
	readonly depth: Depth;
	readonly probes: readonly string[];
	/** Run while tracing. They show more of the server, but not what the probes leave unproven. */
	readonly exercises?: readonly string[];
	/** Exercises that make the server do its job: one that passes proves what the probes do not. They may change state. */
	readonly job?: readonly string[];
	/** What the probes leave unproven, with an exercise that would prove it; absent at depth `job`. */
	readonly unproven?: Note;
}

/** A protocol that we know how to speak. To teach another one, add an entry to one of the lists. */
export interface Protocol {
	readonly name: string;
	/** Base names of servers that speak it. */
	readonly servers: RegExp;
	readonly transport: "tcp" | "udp";
	/** The ports that it usually has, its default first. */
	readonly ports: readonly number[];
	/** The unix socket on which a server listens by default, where that is what it does. */
	readonly socket?: (server: string) => string | undefined;
	/** Defaults of single servers that differ. */
	readonly defaults?: Readonly<Record<string, number>>;
	/** It serves people who have an account on the machine: it has to know them to accept mail, or once they log in. */
	readonly people?: "recipients" | "logins";
	/** The configuration that names what it shares, where the command names none. */
	readonly configuration?: string;
	/** The ways to ask, the deepest first: a server may refuse one that goes far. */
	readonly askings: (target: Target, tools: Tools, server: string) => readonly Asking[];
}
