import { omitUndefined } from "../base/collections.ts";
import type { Values } from "../base/failure.ts";
import type { FindingCode } from "../cage/finding.ts";
import type { Why } from "../confine/seccomp/filter.ts";
import type { Denial } from "./denial.ts";

/** `high`: no service needs the call. `medium`: an intruder makes it, but so do libraries that can do without. */
export const severities = ["medium", "high"] as const;
type Severity = (typeof severities)[number];

/** `file` and `network`: refused by Landlock. */
export const alarmKinds = ["syscall", "file", "network", "crash", "decoy", "drift"] as const;

/**
 * `refused`: the filter refused the call. `killed`: it killed the process. `opened`: a file that only an intruder opens. `found`: by a
 * check of the cage's files.
 */
export const alarmResults = ["refused", "killed", "crashed", "opened", "found"] as const;

/** Something in a cage that looks like an attack. */
export interface Alarm {
	/** ISO 8601, UTC. */
	readonly time: string;
	readonly cage: string;
	readonly kind: (typeof alarmKinds)[number];
	readonly severity: Severity;
	readonly result: (typeof alarmResults)[number];
	/** The refused system call, if the kernel names it. */
	readonly call?: Denial["call"];
	/** The kind of escape technique that begins with the call. */
	readonly why?: Why | LandlockWhy;
	/** The refused TCP port. */
	readonly port?: number;
	/** The finding of a check. */
	readonly finding?: FindingCode;
	/** The values of the finding's sentence. */
	readonly values?: Values;
	/** The decoy or the file that was found, as it is shown. */
	readonly path?: string;
	/** Absent for `drift`, which no process is known to have caused. */
	readonly pid?: number;
	/** The host's number of the account; absent for a crash. */
	readonly uid?: number;
	/** Absent if the process had ended. The process can choose this text. */
	readonly executable?: string;
	/** Options of `build` that would permit it; empty if none does. Absent if nothing was refused, and in alarms of older versions. */
	readonly options?: readonly string[];
	/** How the cage was identified: by the process's root, by a file of the cage, or, because the process had ended, only by its account. */
	readonly knownBy: "process" | "account" | "file";
	/** Number of alarms of this kind since the last report, including this one. */
	readonly count: number;
}

/** A cage's alarms of the last 24 hours. */
export interface RecentAlarms {
	readonly lastDay: number;
	/** The last one, however old. */
	readonly newest?: Alarm;
}

const day = 24 * 60 * 60 * 1000;

/** `alarms` may be in any order; `now` is in milliseconds since 1970. */
export function recentAlarms(alarms: readonly Alarm[], now: number): RecentAlarms {
	const sorted = [...alarms].sort((a, b) => (a.time < b.time ? -1 : 1));
	const newest = sorted.at(-1);
	return {
		lastDay: recentOnes(alarms, now).length,
		...omitUndefined({ newest }),
	};
}

/** The alarms of the last 24 hours. */
export function recentOnes(alarms: readonly Alarm[], now: number): Alarm[] {
	return alarms.filter(({ time }) => Date.parse(time) > now - day);
}

/** The MITRE ATT&CK technique that an alarm indicates. Undefined for a crash or changed files, which have many causes. */
export function attackTechnique({
	kind,
	why,
}: Pick<Alarm, "kind" | "why">): { readonly id: string; readonly name: string } | undefined {
	if (why === "other-port") return { id: "T1571", name: "Non-Standard Port" };
	if (why === "foreign-socket") return { id: "T1559", name: "Inter-Process Communication" };
	if (kind === "syscall" || kind === "file") return { id: "T1611", name: "Escape to Host" };
	return kind === "decoy" ? { id: "T1552", name: "Unsecured Credentials" } : undefined;
}

export function landlockKind(why: LandlockWhy): Alarm["kind"] {
	if (why === "other-port" || why === "foreign-socket") return "network";
	return why === "foreign-file" || why === "foreign-device" ? "file" : "syscall";
}

/** Calls without a name, and files and ports that Landlock refused, are one kind, because a process can try any number. */
export function alarmKindOf({ cage, call, kind, path, result, why }: Alarm): string {
	const what = call === undefined ? (path ?? "") : /^\d/.test(call) ? "unnamed" : call;
	if (kind === "file" || kind === "network") return `${cage}\0${kind}\0${why}`;
	return `${cage}\0${kind}\0${what}\0${result}`;
}

/** Milliseconds after an alarm for which alarms of the same kind and cage are only counted. */
export const quietPeriod = 10_000;

/** Reports the first alarm of each kind, counts the following ones, and reports their number at the end of the period. */
export class AlarmLimiter {
	readonly #kinds = new Map<string, { until: number; held: number; last: Alarm }>();

	/** Returns the alarm if it must be reported now. */
	admit(alarm: Alarm, now: number): Alarm | undefined {
		const key = alarmKindOf(alarm);
		const kind = this.#kinds.get(key);
		if (kind && now < kind.until) {
			kind.held += alarm.count;
			kind.last = alarm;
			return undefined;
		}
		this.#kinds.set(key, { until: now + quietPeriod, held: 0, last: alarm });
		// Nobody may have asked since the end of the period what is due.
		return kind ? { ...alarm, count: alarm.count + kind.held } : alarm;
	}

	/** Returns delayed alarms whose period is over, one of each kind with its count. */
	due(now: number): Alarm[] {
		const due: Alarm[] = [];
		for (const [key, kind] of this.#kinds) {
			if (now < kind.until) continue;
			if (kind.held === 0) this.#kinds.delete(key);
			else {
				due.push({ ...kind.last, count: kind.held });
				kind.until = now + quietPeriod;
				kind.held = 0;
			}
		}
		return due;
	}
}

/** What was refused, by the names of the kernel's rights. */
export const reasonByRight = {
	"fs.change_topology": "file-tree",
	"fs.ioctl_dev": "foreign-device",
	"net.bind_tcp": "other-port",
	"scope.abstract_unix_socket": "foreign-socket",
	"scope.signal": "foreign-signal",
	ptrace: "foreign-memory",
} as const;
export type LandlockWhy = (typeof reasonByRight)[keyof typeof reasonByRight] | "foreign-file";

export const landlockReasons: readonly LandlockWhy[] = [...new Set(Object.values(reasonByRight)), "foreign-file"];

/** Also shown by an application whose configuration names another port or a socket of the host. */
const ordinary: ReadonlySet<LandlockWhy> = new Set(["foreign-device", "foreign-socket", "other-port"]);

export function landlockSeverity(why: LandlockWhy): "medium" | "high" {
	return ordinary.has(why) ? "medium" : "high";
}

export const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();
