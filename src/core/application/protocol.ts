import type { Target, Tools } from "./probe-lines.ts";

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
	readonly lines: (target: Target, tools: Tools, server: string) => { readonly probes: string[]; readonly exercises?: string[] };
}
