import { type Alarm, alarmKindOf } from "./alarm.ts";

/** What `watch` does about an alarm of high severity, in addition to the report. */
export type Reaction =
	| { readonly kind: "report" }
	/** Ends every process of the cage, and stops its services. */
	| { readonly kind: "stop"; readonly graceSeconds: number }
	/** Suspends every process, so that its memory can be examined. */
	| { readonly kind: "freeze" }
	/** Gets each alarm on its stdin, as `watch --json` prints it. */
	| { readonly kind: "command"; readonly command: string };

/** The process of a watch, known for good: pids are reused. */
interface WatchProcess {
	readonly pid: number;
	readonly start: string;
	readonly boot: string;
	readonly namespace: string;
}

/** A reaction as it is stored, so that the next watch completes what this one does not. */
export interface StoredReaction {
	readonly reaction: Exclude<Reaction["kind"], "report">;
	readonly alarm: Alarm;
	readonly state: "pending" | "failed" | "done";
	/** When it began, or when it was done or failed. ISO 8601, UTC. */
	readonly at: string;
	readonly watch: WatchProcess;
	/** Units that were stopped and that `systemctl start` starts again, in this order. */
	readonly units?: readonly string[];
	/** How processes ended. Absent if nothing was left to stop. */
	readonly by?: "SIGTERM" | "SIGKILL";
	/** The number of suspended processes. */
	readonly processes?: number;
	/** Why it failed: a failure's code and values. */
	readonly problem?: { readonly code: string; readonly values: Readonly<Record<string, string | number>> };
}

/** A stop or freeze is about a whole cage, a command about one kind of alarm. */
export function reactionKey(reaction: StoredReaction["reaction"], alarm: Alarm): string {
	return reaction === "command" ? alarmKindOf(alarm) : reaction;
}
