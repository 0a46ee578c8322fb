import { isWithin, join, type Path, pathFromText } from "../base/path/path.ts";
import { initInside, launchDirectory, openInitName } from "../confine/places.ts";
import type { Entry, Plan } from "../plan/plan.ts";
import type { Bind, Limits } from "../service/application.ts";

/** The parts of a plan that a unit needs. */
interface UnitPlan extends Pick<Plan, "application" | "identity" | "permissions"> {
	readonly entries: readonly Pick<Entry, "path" | "kind" | "decision" | "reasons">[];
}

/** The data for a cage's unit. */
export interface UnitInput {
	readonly name: string;
	/** Host path of a link to the current generation. */
	readonly root: Path;
	/** The unit is in the image of a portable service, whose root the attachment sets. */
	readonly isPortable?: boolean;
	/** Names to use instead of groups' numbers. */
	readonly groupNames?: ReadonlyMap<number, string>;
	/** The application's state: host path `source`, mounted over `path`. */
	readonly data: readonly { readonly path: Path; readonly source: Path }[];
	readonly binds: readonly Bind[];
	/** Host files that replace the cage's own. */
	readonly files?: readonly { readonly path: Path; readonly source: Path }[];
	readonly plan: UnitPlan;
	/** In a trial, a process whose network namespace is used. Then `network` of the application is `none`. */
	readonly joins?: number;
	/** From `systemctl --version`. */
	readonly systemdVersion: number;
	/** The command that starts the cage if `startsLauncher`. Otherwise systemd's own settings create it. */
	readonly launch?: readonly string[];
	/** Host folder with our init, visible as `/.launch` in the cage. Absent without an init for this processor. */
	readonly launcher?: Path;
	/** The trace shows that its main process keeps the account that it starts as. */
	readonly keepsAccount?: boolean;
	/**
	 * Our program that loads filter and Landlock rules: its name in a host folder, visible as `/.launch` in the cage. `startsSession`
	 * as in `Confinement`.
	 */
	readonly confiner?: { readonly folder: Path; readonly name: string; readonly startsSession: boolean };
	/** Full names of socket units that pass their sockets to the application. */
	readonly sockets?: readonly string[];
	/** Host paths where these listen. */
	readonly socketPaths?: readonly Path[];
	/** Host file with the variables (`environmentText`). Absent for an image, whose unit contains them. */
	readonly environmentFile?: Path;
	/** Signal, without `SIG`, that makes the application reload its configuration. */
	readonly reloadSignal?: string;
	/** The trial has seen that the application reports its readiness (sd_notify(3)). */
	readonly reportsReady?: boolean;
	/** The init runs the service's own commands for a reload. */
	readonly reloadsByCommand?: boolean;
	/** Signal, without `SIG`, that stops the application; TERM by default. */
	readonly stopSignal?: string;
	readonly limits?: Limits;
	/** The script that publishes the service's files on the host (`publishScript`), and the folder of its data below /run. */
	readonly publishes?: { readonly script: Path; readonly folder: Path };
	/** Accepted dangers of the audit, because whoever starts the unit does not see our messages. */
	readonly accepted?: readonly string[];
}

/** Returns the state to mount: a writable directory's mount includes those inside it, unless their source is elsewhere. */
export function mountedData({ data }: Pick<UnitInput, "data">): UnitInput["data"] {
	return data.filter(({ path, source }) => {
		const includes = (one: { readonly path: Path; readonly source: Path }) =>
			one.path !== path && isWithin(path, one.path) && source === `${one.source}${path.slice(one.path.length)}`;
		return !data.some(includes);
	});
}

/**
 * The application starts as root and may change its account. Then the init needs CAP_KILL to signal it, and CAP_SETPCAP to take
 * that away from the application, whose plan does not include it.
 */
export function initKeepsKill(input: UnitInput): boolean {
	const { identity, permissions } = input.plan;
	const names = permissions.capabilities.map(({ name }) => name);
	return (
		initOf(input) !== undefined &&
		!input.keepsAccount &&
		identity.uid === 0 &&
		names.includes("setuid") &&
		!names.some((name) => initCapabilities.includes(name))
	);
}

export const initCapabilities: readonly string[] = ["kill", "setpcap"];

/**
 * Returns the init as PID 1, as under `run`: it follows an application that detaches, whose first process would otherwise end
 * the service. It closes no descriptors, because systemd passes sockets as such.
 */
export function initOf({ launcher, sockets }: UnitInput): Path | undefined {
	if (launcher === undefined) return undefined;
	return sockets?.length ? join(launchDirectory, pathFromText(openInitName)) : initInside;
}

/** Without PrivatePIDs= (257), systemd cannot create every namespace of a cage, so the service runs the launcher's own steps. */
export function startsLauncher(systemdVersion: number): boolean {
	return systemdVersion < 257;
}
