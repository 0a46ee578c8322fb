import { type Alarm, landlockKind, landlockSeverity } from "../../core/detection/alarm.ts";
import { type Crash, type Denial, severityOf, whyDenied } from "../../core/detection/denial.ts";
import type { LandlockDenial } from "../../core/detection/landlock-denial.ts";
import { showPath } from "../../core/path/quote.ts";
import type { OpenedDecoy } from "./decoys.ts";

/** An alarm whose cage is not known yet. */
export type Suspicion = Omit<Alarm, "cage" | "knownBy" | "count"> & Partial<Pick<Alarm, "count">>;

export const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();

export function denialAlarm(denial: Denial): Suspicion {
	const why = whyDenied(denial.call);
	return {
		time: isoTime(denial.time),
		kind: "syscall",
		severity: severityOf(denial),
		result: denial.result,
		call: denial.call,
		...(why === undefined ? {} : { why }),
		pid: denial.pid,
		uid: denial.uid,
		executable: denial.program || denial.name,
	};
}

export function landlockAlarm({ name: _, pid, program, time, uid, why, ...denial }: LandlockDenial): Suspicion {
	return {
		...denial,
		...{ time: isoTime(time), kind: landlockKind(why), severity: landlockSeverity(why), result: "refused", why },
		...(denial.call === undefined ? {} : { pid, uid, executable: program }),
	};
}

export function crashAlarm({ name, pid }: Crash, now: number): Suspicion {
	return { time: isoTime(now), kind: "crash", severity: "medium", result: "crashed", pid, executable: name };
}

export function decoyAlarm({ opening, path }: OpenedDecoy, now: number): Suspicion {
	return {
		time: isoTime(now),
		kind: "decoy",
		severity: "high",
		result: "opened",
		path: showPath(path),
		pid: opening.pid,
		...(opening.uid === undefined ? {} : { uid: opening.uid }),
		...(opening.program === undefined ? {} : { executable: opening.program }),
	};
}
