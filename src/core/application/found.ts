import type { Note } from "../failure.ts";
import type { PackageRef } from "../plan/plan.ts";
import type { Application } from "./application.ts";

/** What could be told about an application before anybody was asked. */
export type ApplicationDraft = Partial<Application>;

/** Where a process listens. */
export type Listening =
	/** `address` as text (inet_ntop), e.g. `127.0.0.1`, `::`. */
	| { readonly protocol: "tcp" | "udp"; readonly address: string; readonly port: number }
	/** An abstract socket's name begins with `@`. */
	| { readonly protocol: "unix"; readonly path: string };

/** An application found on this machine. */
export interface FoundApplication {
	/** Without `.service`; of a process, its program's base name. */
	readonly name: string;
	/** `template`: a built-in or saved template whose programs are installed, and no unit or process is the same. */
	readonly reason: "unit" | "process" | "template";
	/** As the unit or the template says it; "" for a process. */
	readonly description: string;
	/** Full name, e.g. `nginx.service`. */
	readonly unit?: string;
	/** Where the unit file lies, links followed. */
	readonly file?: string;
	/** Some target wants the unit at boot. */
	readonly enabled?: boolean;
	/** Other names of the unit. */
	readonly aliases?: readonly string[];
	/** Of the first process, where it runs now. */
	readonly pid?: number;
	readonly ports: readonly Listening[];
	readonly application: ApplicationDraft;
	/** The account that systemd makes up while the service runs; the machine has none of that name. */
	readonly dynamicUser?: string;
	/** The package that brings the unit, or else the program. */
	readonly package?: PackageRef;
	/** False where it cannot be caged as it stands; the notes say why. */
	readonly startable: boolean;
	readonly notes: readonly Note[];
}

/** Notes that say why an application cannot be caged as it stands, the weightiest first. */
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

/** Why it cannot be caged as it stands; undefined where it can. */
export function obstacle({ notes, startable }: FoundApplication): Note | undefined {
	if (startable) return undefined;
	return obstacles.flatMap((code) => notes.find((note) => note.code === code) ?? [])[0];
}

/** Running ones that listen first, then what could be started, then what cannot; by name within. */
export function compareFound(one: FoundApplication, other: FoundApplication): number {
	return rank(one) - rank(other) || (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
}

function rank(found: FoundApplication): number {
	if (!found.startable) return 3;
	if (found.ports.length > 0) return 0;
	return found.reason === "template" ? 2 : 1;
}
