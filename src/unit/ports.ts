import type { Path } from "../base/path/path.ts";
import type { Exposure } from "./exposure.ts";
import type { InstalledFile } from "./installed.ts";

/** A systemd service of this machine, from its unit and foreign drop-ins. */
export interface HostService {
	/** Full name, e.g. `nginx.service`. */
	readonly name: string;
	/** The services that it starts and stops with itself, if it has no program of its own. */
	readonly members: readonly string[];
	/** The unit file and its drop-ins, in the order in which they apply. */
	readonly files: readonly string[];
	readonly texts: readonly string[];
	/** Enabled or required socket units that pass it their sockets. */
	readonly sockets: readonly string[];
	/** Paths on which these sockets listen. */
	readonly socketPaths: readonly Path[];
	/** Without `SIG`: makes it read its configuration again. */
	readonly reloadSignal?: string;
	/** It has an `ExecReload=` command. */
	readonly reloads: boolean;
}

/** A unit with its drop-ins, as text; `name` is one of the files. */
export interface UnitSet {
	readonly name: string;
	readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** The system manager's units. Only `reload` needs a running systemd. */
export interface Units {
	/** systemd's version. Without systemd, the newest version we know, because the unit may be for another machine. */
	version(): number;
	/** Undefined if there is none of that name or it is masked. Excludes what we installed. */
	service(name: string): HostService | undefined;
	/** systemd's complaints about the file `ours` of a set. Undefined if it cannot be asked. */
	complaints(units: UnitSet, ours: string): Promise<readonly string[] | undefined>;
	/** systemd's score. Undefined if it cannot be asked. */
	exposure(units: UnitSet): Promise<Exposure | undefined>;
	installed(place: Path): Promise<InstalledFile>;
	/** Where the file for `place` is now: there, or where an earlier release installed it. */
	presentPlace(place: Path): Promise<Path>;
	/** Places of all files that were installed for the cage with this folder, including edited ones. */
	installedFor(cage: string): Promise<readonly Path[]>;
	/** The same for all cages, by their folders. */
	installedForCages(): Promise<ReadonlyMap<string, readonly Path[]>>;
	/**
	 * Files for logrotate and certbot. `hooks` were installed for the cage with this folder; `mentions` are other files that name
	 * it, including edited hooks.
	 */
	hooksFor(cage: string): Promise<{ readonly hooks: readonly Path[]; readonly mentions: readonly Path[] }>;
	/**
	 * Writes atomically. `cage` is the cage's folder. Scripts (`#!`) become executable. Deletes the copy that an earlier release
	 * installed elsewhere.
	 */
	install(place: Path, text: string, cage: string): Promise<void>;
	uninstall(place: Path): Promise<void>;
	/** Reloads systemd's units. False if systemd does not run. Throws `unit-reload-failed`. */
	reload(): Promise<boolean>;
}

/** A service's state in the running systemd. */
export interface ServiceState {
	/** ActiveState of systemctl(1): `active`, `inactive`, `failed`, `activating`… */
	readonly active: string;
	/** 0 if there is none. */
	readonly mainPid: number;
	/** Why it ended: `success`, `exit-code`, `timeout`… */
	readonly result: string;
	/** Exit status of the main process, or 128 + the signal that ended it; 0 while it runs. */
	readonly status: number;
	/** Automatic restarts since the last manual start. */
	readonly restarts: number;
	/** It runs, or it ran since the boot and was stopped without an error. */
	readonly hasRun: boolean;
	/** systemd did not start it the last time, because a condition of its unit was not met (systemd.unit(5)). */
	readonly conditionFailed: boolean;
}

export interface LoadedUnit {
	/** LoadState of systemctl(1): `loaded`, `masked`, `bad-setting`, `not-found`… */
	readonly state: string;
	/** The unit file and its drop-ins. */
	readonly files: readonly string[];
	/** systemd's words about the problem; empty if it has none. */
	readonly problem: string;
}

/** The running systemd. Methods throw `systemctl-failed`. */
export interface Services {
	/** Seconds after which `start`, `stop` and `reload` give up. */
	readonly timeout: number;
	running(): boolean;
	state(service: string): Promise<ServiceState>;
	/** The ActiveState of each service, in their order, asked at once. */
	states(services: readonly string[]): Promise<readonly string[]>;
	/**
	 * The end of what the service printed since its last start, or if it has not printed anything yet, since that moment (milliseconds
	 * since the epoch): systemd may have restarted it. Empty if it cannot be read.
	 */
	output(service: string, since: number): Promise<string>;
	/** Units that the service requires, wants or starts after. */
	needs(service: string): Promise<readonly string[]>;
	/** Services that the service requires and that do not run, without those that only run once (`oneshot`). */
	stoppedRequirements(service: string): Promise<readonly string[]>;
	/** Running units that belong to the service. */
	companions(service: string): Promise<Companions>;
	/**
	 * Also starts the units that trigger it (before) and that require it (after). A target becomes active without starting what it wants,
	 * because somebody may have stopped that.
	 */
	start(service: string, companions: Companions): Promise<void>;
	reload(service: string): Promise<void>;
	/** Also stops the units that trigger it. systemd itself stops those that require it. */
	stop(service: string, companions: Companions): Promise<void>;
	/**
	 * The same without waiting for the end, and even if the unit forbids it (`RefuseManualStop=`). systemd does not restart the service
	 * then. Call `endStop` when it has ended.
	 */
	beginStop(service: string, companions: Companions): Promise<void>;
	endStop(service: string): Promise<void>;
	/** Sends SIGKILL to all of the service's processes, including those of its stop commands. */
	kill(service: string): Promise<void>;
	/** The service that a process belongs to. */
	serviceOf(pid: number): string | undefined;
	forgetFailure(service: string): Promise<void>;
	/** Whether it starts at boot. */
	isEnabled(unit: string): Promise<boolean>;
	/** How systemd loaded a unit. */
	loaded(unit: string): Promise<LoadedUnit>;
	/**
	 * Enables or disables a unit of the system below `root`; on the running system also starts or stops it. Does nothing if the
	 * unit is not installed.
	 */
	enable(unit: string, wanted: boolean, root: string): Promise<void>;
}

/** Units that stop together with a service and must run again after it. */
export interface Companions {
	/** Sockets, timers and paths that start it. */
	readonly triggers: readonly string[];
	/** Units that require it, directly or through others: systemd stops them with it, but does not start them with it. */
	readonly dependents: readonly string[];
}
