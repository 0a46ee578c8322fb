import type { Bind, Limits } from "../../application/application.ts";
import { join, outermost, type Path, pathFromText } from "../../path/path.ts";
import type { Entry, Plan } from "../../plan/plan.ts";
import { initInside, launchDirectory, openInitName } from "../launch.ts";
import { knows } from "./versions.ts";

/** What of a plan a unit says. */
export interface UnitPlan extends Pick<Plan, "application" | "identity" | "permissions"> {
	readonly entries: readonly Pick<Entry, "path" | "kind" | "decision">[];
}

/** What a unit for a cage is made from. */
export interface UnitInput {
	/** Name of the cage. */
	readonly name: string;
	/** Host path that leads to the present generation, whichever that is at the next start. */
	readonly root: Path;
	/** State of the application: host path `source`, mounted over `path`. */
	readonly data: readonly { readonly path: Path; readonly source: Path }[];
	readonly binds: readonly Bind[];
	readonly plan: UnitPlan;
	/** As `systemctl --version` says. What is newer stands in the unit as a comment that names the version. */
	readonly systemdVersion: number;
	/** Host path of the folder that holds our init; seen as `/.launch` inside. Absent where there is no init for this processor. */
	readonly launcher?: Path;
	/** It goes into the background by itself. */
	readonly forks?: boolean;
	/** Its main process was seen to keep the account that it is started as. */
	readonly keepsAccount?: boolean;
	/** Our program that loads filter and Landlock rules: its name in a folder of the host that is seen as `/.launch` inside. */
	readonly confiner?: { readonly folder: Path; readonly name: string };
	/** Socket units that hand their sockets to the application, by full name. */
	readonly sockets?: readonly string[];
	/** Paths at which these listen on the host. */
	readonly socketPaths?: readonly Path[];
	/** Signal, without `SIG`, by which the application reads its configuration again. */
	readonly reloadSignal?: string;
	/** Signal, without `SIG`, that asks the application to end; TERM where nothing else is known. */
	readonly stopSignal?: string;
	readonly limits?: Limits;
	/** Dangers that the audit found and that were accepted by name: whoever starts the unit is not told by us. */
	readonly accepted?: readonly string[];
}

/** What is mounted of the state: what is in a writable directory comes with it. */
export function mountedData({ data }: Pick<UnitInput, "data">): UnitInput["data"] {
	const mounted = new Set(outermost(data.map(({ path }) => path)));
	return data.filter(({ path }) => mounted.has(path));
}

/**
 * The application starts as root and may change its account. Then the init needs CAP_KILL to signal it, and CAP_SETPCAP to take that away from
 * the application, which does not have it by the plan.
 */
export function initKeepsKill(input: UnitInput): boolean {
	const { identity, permissions } = input.plan;
	const names = permissions.capabilities.map(({ name }) => name);
	return (
		initOf(input) !== undefined &&
		!input.keepsAccount &&
		identity.uid === 0 &&
		names.includes("setuid") &&
		!names.some((name) => initsOwn.includes(name))
	);
}

export const initsOwn: readonly string[] = ["kill", "setpcap"];

/**
 * The init as PID 1, as under `run`: it follows an application that forks, whose first process would end the service as its main process.
 * Without PrivatePIDs= it cannot: it signals what forked away by kill(-1). Sockets are handed over as descriptors, so it closes none.
 */
export function initOf({ launcher, sockets, systemdVersion }: UnitInput): Path | undefined {
	if (!knows(systemdVersion, "PrivatePIDs") || launcher === undefined) return undefined;
	return sockets?.length ? join(launchDirectory, pathFromText(openInitName)) : initInside;
}
