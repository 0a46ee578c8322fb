import type { ServiceClients } from "../../adopt/ports.ts";
import type { Finding } from "../../cage/finding.ts";
import type { Manifest } from "../../cage/manifest.ts";
import type { HostChanges } from "../../check/drift.ts";
import type { CageToAudit } from "../../check/ports.ts";
import type { Method, Weakness } from "../../confine/method.ts";
import type { FailureWatch, FailureWatchRequest } from "../../failure-watch/ports.ts";
import type { Doctor } from "../../install/ports.ts";
import type { AttachedProcess, AttachRequest, Launcher } from "../../launch/ports.ts";
import type { TrialServices } from "../../make/ports.ts";
import type { Tools } from "../../probe/lines.ts";
import type { RecordFacts } from "../../record/ports.ts";
import type { ForeignSandboxes, SelftestTools } from "../../selftest/ports.ts";
import type { Documents, Packages } from "../../service/ports.ts";
import type { Sessions } from "../../sessions/ports.ts";
import type { HostApplications } from "../../template/ports.ts";
import type { Peer } from "../../trace/trace.ts";
import type { Services, Units } from "../../unit/ports.ts";
import type { Detection } from "../../watch/ports.ts";
import type { Files } from "../machine/facts.ts";
import type { Path } from "../path/path.ts";
import type { Accounts, AccountUse, CommandFeed } from "../ports.ts";
import type { Event } from "./events.ts";
import type { Store } from "./store.ts";

/** What use cases reach of the machine: one adapter a port. */
export interface Machine {
	readonly files: Files;
	readonly packages: Packages;
	readonly accounts: Accounts;
	/** The programs that were started, for display. */
	readonly commands: CommandFeed;
	/** Compares host files with a generation's copies of them; `deep` reads each file. */
	changedOrigins(manifest: Manifest, deep: boolean, signal: AbortSignal): Promise<HostChanges>;
	/** Examines a cage on disk without changing anything or following links. */
	audit(cage: CageToAudit, signal: AbortSignal): Promise<readonly Finding[]>;
	/** Every process with one of these user ids. */
	processesOf(uids: readonly number[]): readonly AccountUse[];
	/** The real path of the state folder. */
	stateFolder(): Path;
	readonly recording: RecordFacts;
	readonly store: Store;
	readonly launcher: Launcher;
	readonly documents: Documents;
	readonly applications: HostApplications;
	readonly sessions: Sessions;
	readonly doctor: Doctor;
	readonly selftest: SelftestTools;
	readonly foreign: ForeignSandboxes;
	readonly units: Units;
	readonly services: Services;
	readonly clients: ServiceClients;
	readonly trialService: TrialServices;
	/** Watches a running process. */
	attach(request: AttachRequest): Promise<AttachedProcess>;
	/** Watches running cages for failing calls at hardly any cost. Throws `watch-impossible` or `watch-not-built` (exit 3). */
	watchFailures(request: FailureWatchRequest): Promise<FailureWatch>;
	readonly detection: Detection;
	/** Programs that can ask an application started by this command. */
	probeTools(command: readonly string[]): Tools;
	/** Whether a service of this machine, whose address it is, listens there. */
	listens(peer: Peer): boolean;
	/** The real path of the host's syslog socket, if any. */
	logSocket(): Path | undefined;
	/** Words that start this program with its state folder, as real paths, because host scripts may have no PATH. */
	program(): readonly string[];
	/** Milliseconds since 1970. This clock may jump. */
	now(): number;
	/** Milliseconds since an unknown moment, of a clock that never jumps: for durations and deadlines. */
	elapsed(): number;
	sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Every use case gets the machine, an event sink and an abort signal. */
export interface Context {
	readonly machine: Machine;
	emit(event: Event): void;
	readonly signal: AbortSignal;
}

/** How cages are confined on this machine. Emits a warning for each missing layer if `warns`. Throws like `Launcher.method`. */
export function launchMethod(context: Context, warns: boolean): Method {
	const method = context.machine.launcher.method();
	if (warns) warnWeaker(context, method.weaker);
	return method;
}

function warnWeaker({ emit }: Pick<Context, "emit">, weaker: readonly Weakness[]): void {
	for (const weakness of weaker) emit({ event: "warned", code: `weaker-${weakness}`, values: {} });
}
