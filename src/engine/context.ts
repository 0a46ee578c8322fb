import type { Tools } from "../core/application/probe-lines.ts";
import type { HostChanges } from "../core/cage/drift.ts";
import type { Finding } from "../core/cage/finding.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { Path } from "../core/path/path.ts";
import type { Detection } from "./detection-ports.ts";
import type { Event } from "./events.ts";
import type { Attached, AttachRequest, FailureWatch, FailureWatchRequest, Launcher } from "./launch-ports.ts";
import type {
	Accounts,
	AccountUse,
	CageToAudit,
	CommandFeed,
	Doctor,
	Documents,
	Files,
	HostApplications,
	Packages,
	Recording,
	SelftestTools,
	TrialServices,
} from "./ports.ts";
import type { Sessions } from "./session-store.ts";
import type { Store } from "./store.ts";
import type { Services, Units } from "./systemd-ports.ts";

export interface Machine {
	readonly files: Files;
	readonly packages: Packages;
	readonly documents: Documents;
	readonly applications: HostApplications;
	readonly accounts: Accounts;
	readonly launcher: Launcher;
	readonly store: Store;
	readonly sessions: Sessions;
	readonly doctor: Doctor;
	readonly selftest: SelftestTools;
	readonly recording: Recording;
	readonly units: Units;
	readonly services: Services;
	readonly trialService: TrialServices;
	/** What is started of all this for the user to see. */
	readonly commands: CommandFeed;
	/** Watches processes that run already. */
	attach(request: AttachRequest): Promise<Attached>;
	/** Watches cages that run for calls that fail, at hardly any cost. Throws `watch-impossible` (exit 3). */
	watchFailures(request: FailureWatchRequest): Promise<FailureWatch>;
	readonly detection: Detection;
	/** Looks at a cage on disk without changing or following anything. */
	audit(cage: CageToAudit, signal: AbortSignal): Promise<readonly Finding[]>;
	/** What became of the files of the host that a generation was copied from; with `deep` each is read. */
	changedOrigins(manifest: Manifest, deep: boolean, signal: AbortSignal): Promise<HostChanges>;
	/** Every process that has one of these user ids. */
	processesOf(uids: readonly number[]): readonly AccountUse[];
	/** What there is to ask an application with that this command starts. */
	probeTools(command: readonly string[]): Tools;
	/** Whether a service of the host listens at this TCP port of its loopback. */
	listens(port: number): boolean;
	/** The real place of the host's socket for syslog; undefined where there is none. */
	logSocket(): Path | undefined;
	/** The real place of the state folder. */
	stateFolder(): Path;
	/** Words that start this program with its state folder, by real paths: scripts of the host have no PATH to rely on. */
	program(): readonly string[];
	/** Milliseconds since 1970. */
	now(): number;
	sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** What every use case gets: the machine, somebody to tell, and the way to call it off. */
export interface Context {
	readonly machine: Machine;
	emit(event: Event): void;
	readonly signal: AbortSignal;
}
