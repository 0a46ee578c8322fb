import { Failure, type Note } from "../base/failure.ts";
import type { PackageRef } from "../base/machine/facts.ts";
import type { Application } from "./application.ts";

/** Values known about an application before the administrator answers. */
export type ApplicationDraft = Partial<Application>;

/** An address where a process listens. */
export type ListeningAddress =
	/** `address` as text (inet_ntop), e.g. `127.0.0.1`, `::`. */
	| { readonly protocol: "tcp" | "udp"; readonly address: string; readonly port: number }
	/** An abstract socket's name begins with `@`. */
	| { readonly protocol: "unix"; readonly path: string };

export const foundReasons = ["unit", "process", "template"] as const;

/** An application found on this machine. */
export interface FoundApplication {
	/** Without `.service`; a process has its program's base name. */
	readonly name: string;
	/** `template`: a built-in or saved template whose programs are installed, without a matching unit or process. */
	readonly reason: (typeof foundReasons)[number];
	/** From the unit or template; "" for a process. */
	readonly description: string;
	/** Full name, e.g. `nginx.service`. */
	readonly unit?: string;
	/** Path of the unit file, with links resolved. */
	readonly file?: string;
	/** Some target wants the unit at boot. */
	readonly enabled?: boolean;
	/** Other names of the unit. */
	readonly aliases?: readonly string[];
	/** The services that the unit starts and stops with itself, if it was named and has no program of its own. */
	readonly members?: readonly string[];
	/** Of the first process, if it runs. */
	readonly pid?: number;
	readonly ports: readonly ListeningAddress[];
	readonly application: ApplicationDraft;
	/** The account that systemd creates while the service runs; it does not exist on the machine. */
	readonly dynamicUser?: string;
	/** The package of the unit or, failing that, of the program. */
	readonly package?: PackageRef;
	/** False if it cannot be caged unchanged; the notes give the reason. */
	readonly startable: boolean;
	readonly notes: readonly Note[];
}

/** Notes that prevent caging, most important first. */
const obstacles = [
	"unit-link-broken",
	"unit-unreadable",
	"unit-template",
	"unit-without-command",
	"unit-oneshot",
	"found-program-missing",
	"unit-per-connection",
	"unit-sockets-unsupported",
	"found-elsewhere",
];

/** Returns the reason why it cannot be caged unchanged; undefined if it can. */
export function obstacle({ notes, startable }: FoundApplication): Note | undefined {
	if (startable) return undefined;
	return obstacles.flatMap((code) => notes.find((note) => note.code === code) ?? [])[0];
}

/**
 * Returns the service that a unit without a program of its own means, because it starts no other; undefined for a unit that starts
 * none. Throws `unit-starts-several` (exit 2).
 */
export function onlyMember(unit: string, members: readonly string[]): string | undefined {
	const [only, ...more] = members;
	if (more.length) throw new Failure("unit-starts-several", { unit, units: members.join(", ") }, 2);
	return only;
}

/** Sorts running servers first, then applications that could start, then the others; each by name. */
export function compareFound(one: FoundApplication, other: FoundApplication): number {
	return rank(one) - rank(other) || (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
}

function rank(found: FoundApplication): number {
	if (!found.startable) return 3;
	if (found.ports.length > 0) return 0;
	return found.reason === "template" ? 2 : 1;
}
