import type { Companions } from "../core/adoption/adoption.ts";
import type { Exposure } from "../core/confinement/unit/exposure.ts";
import type { Installed } from "../core/confinement/unit/installed.ts";
import type { Path } from "../core/path/path.ts";

/** What the engine needs of systemd; `ports.ts` hands it on with the rest of the machine. */

/** A systemd service of this machine, as its own unit and drop-ins of others describe it. */
export interface HostService {
	/** Full name, e.g. `nginx.service`. */
	readonly name: string;
	/** The unit file and its drop-ins, in the order in which they apply. */
	readonly files: readonly string[];
	readonly texts: readonly string[];
	/** Enabled or required socket units that hand it their sockets. */
	readonly sockets: readonly string[];
	/** Where these listen, as far as it is a path. */
	readonly socketPaths: readonly Path[];
	/** Without `SIG`: makes it read its configuration again. */
	readonly reloadSignal?: string;
	/** Its program goes into the background by itself (`Type=forking`). */
	readonly forks: boolean;
	/** It has a command by which it reads its configuration again. */
	readonly reloads: boolean;
}

/** A unit with its drop-ins, as text; `name` is one of the files. */
export interface UnitSet {
	readonly name: string;
	readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** The system manager's units. Only `reload` needs a systemd that runs. */
export interface Units {
	/** Of this machine's systemd; the newest that we know where there is none, for a unit may be meant for another machine. */
	version(): number;
	/** undefined where there is none of that name, or it is masked. What we installed is not part of it. */
	service(name: string): HostService | undefined;
	/** What systemd would complain about in the file `ours` of a set; undefined where it cannot be asked. */
	complaints(units: UnitSet, ours: string): Promise<readonly string[] | undefined>;
	/** systemd's opinion; undefined where it cannot be asked. */
	exposure(units: UnitSet): Promise<Exposure | undefined>;
	installed(place: Path): Promise<Installed>;
	/** Where what belongs at `place` is: there, or where an earlier release put it. */
	presentPlace(place: Path): Promise<Path>;
	/** Places of all that was installed for a cage, known by its folder, also what somebody changed since. */
	installedFor(cage: string): Promise<readonly Path[]>;
	/**
	 * Files that logrotate and certbot read: those that were installed for a cage, known by its folder, and those of somebody else that name it. Of
	 * what was installed and changed since, the second.
	 */
	hooksFor(cage: string): Promise<{ readonly hooks: readonly Path[]; readonly mentions: readonly Path[] }>;
	/** Atomic; `cage` is the folder of the cage that it is for. A script (`#!`) can be executed. What an earlier release put elsewhere goes. */
	install(place: Path, text: string, cage: string): Promise<void>;
	uninstall(place: Path): Promise<void>;
	/** Lets systemd read its units again; false where none runs. Fails with `unit-reload-failed`. */
	reload(): Promise<boolean>;
}

/** A service as the running systemd has it. */
export interface ServiceState {
	/** ActiveState of systemctl(1): `active`, `inactive`, `failed`, `activating`… */
	readonly active: string;
	/** 0 where there is none. */
	readonly mainPid: number;
	/** Why it ended: `success`, `exit-code`, `timeout`… */
	readonly result: string;
	/** Exit status of the main process, or 128 + the signal that ended it; 0 while it runs. */
	readonly status: number;
	/** How often systemd has started it again since somebody started it. */
	readonly restarts: number;
}

/** The running systemd. What fails throws `systemctl-failed`. */
export interface Services {
	running(): boolean;
	state(service: string): Promise<ServiceState>;
	/** The end of what the service's processes wrote to the journal since it was started last; empty where nothing can be read. */
	output(service: string): Promise<string>;
	/** Units that run now and belong to it. */
	companions(service: string): Promise<Companions>;
	/** Those that trigger it before it, those that require it after it. */
	start(service: string, companions: Companions): Promise<void>;
	reload(service: string): Promise<void>;
	/** Those that trigger it as well; systemd itself stops those that require it. */
	stop(service: string, companions: Companions): Promise<void>;
	forgetFailure(service: string): Promise<void>;
	/** Lets a unit of the system below `root` be started at its boot, or no more, and on the running one at once. Nothing happens where it is not there. */
	enable(unit: string, wanted: boolean, root: string): Promise<void>;
}
