import type { Cage } from "../cage/cage.ts";
import type { PackageDrift } from "../cage/drift.ts";
import type { Finding } from "../cage/finding.ts";
import type { Manifest } from "../cage/manifest.ts";
import type { Path } from "../path/path.ts";
import type { Coverage } from "../plan/coverage.ts";
import type { StageReach } from "../plan/life.ts";
import type { NextExercise } from "../plan/next-exercises.ts";
import type { Watched } from "../watch/watched.ts";
import type { Configuration } from "./configuration.ts";
import type { Evidence } from "./evidence.ts";
import type { Responsible } from "./responsible.ts";

/**
 * The documentation of a cage as a value: everything that any of its forms tells, and nothing that was not measured. What is not known is absent, and the
 * forms say `open` there.
 */
export interface CageRecord {
	/** ISO 8601, UTC. */
	readonly writtenAt: string;
	/** Of the present generation. */
	readonly cage: Cage;
	readonly manifest: Manifest;
	/** Absent where an older version made the generation. */
	readonly evidence?: Evidence;
	/** Of the generations before, oldest first. */
	readonly earlier: readonly Evidence[];
	readonly place: { readonly root: string; readonly data: string };
	readonly responsible: Responsible;
	readonly configuration: readonly Configuration[];
	/** SHA-256 of the manifest: two records with the same one are of the same files. */
	readonly fingerprint: string;
	readonly check?: RecordedCheck;
	/** The service of the host that the cage has taken over, and since when. */
	readonly adopted?: { readonly service: string; readonly since: string };
	/** How much of its packages the application reached while it was traced. */
	readonly coverage?: Coverage;
	/** Stages of its life, with those that no trace has seen, and what would show more of it. Absent where its trace is gone. */
	readonly life?: readonly StageReach[];
	readonly next?: readonly NextExercise[];
	/** What watching it in production has shown. */
	readonly watched?: RecordedWatch;
	/** Lines of the append-only log, oldest first. */
	readonly history: readonly HistoryLine[];
}

export interface HistoryLine {
	readonly time: string;
	readonly action: string;
	/** JSON. */
	readonly details: string;
}

export interface RecordedWatch extends Pick<Watched, "since" | "until" | "seconds"> {
	/** What it lacks by that. */
	readonly missed: readonly Path[];
}

/** How the cage stood against its manifest and the host when the record was written. */
export interface RecordedCheck {
	readonly at: string;
	readonly findings: readonly (Finding & { readonly accepted: boolean; readonly known: boolean })[];
	readonly drift: readonly PackageDrift[];
	readonly outdated: boolean;
}

/** A line of the log, `TIME ACTION JSON`; anything else stands as a whole in `details`. */
export function historyLine(line: string): HistoryLine {
	const [, time = "", action = "", details = line] = /^(\S+) (\S+) (\{.*\})$/.exec(line) ?? [];
	return { time, action, details };
}
