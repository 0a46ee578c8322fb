import type { ProbeOutcome } from "../../base/engine/events.ts";
import type { Note } from "../../base/failure.ts";
import { maskLine } from "../../base/mask.ts";
import { isWithin, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Plan } from "../../plan/plan.ts";
import { optionsToInclude } from "../../plan/risks.ts";
import { showProbe } from "../../probe/lines.ts";
import { isBehindHost, isGuess, isUnproven } from "../../probe/protocol.ts";
import { isAmong, queryOf } from "../../probe/recognise.ts";
import { errorText } from "../../service/error-text.ts";

/** What neither the probes nor the passed exercises prove. Probes and exercises that the administrator wrote count as proof. */
export function unprovenNotes(probes: readonly string[], exercises: readonly ProbeOutcome[]): Note[] {
	const queries = probes.flatMap((line) => queryOf(line) ?? []);
	const ours = queries.flatMap((query) => query.exercises ?? []);
	const jobs = queries.flatMap((query) => query.job ?? []);
	const isProven = exercises.some(({ command, ok }) => ok && !isAmong(ours, command));
	const open = new Map(isProven ? [] : queries.flatMap(({ unproven }) => (unproven ? [[unproven.code, unproven] as const] : [])));
	const failed = exercises.filter(({ command, ok }) => !ok && !isAmong([...ours, ...jobs], command));
	return [
		...open.values(),
		...failed.map(({ command, output }) => ({
			code: "unproven-exercise",
			values: { exercise: maskLine(showProbe(command)), words: errorText(output) },
		})),
	];
}

interface ProbedCage {
	readonly cage: Cage;
	readonly missing: readonly Missing[];
	readonly plan: Plan;
}

/** Content of a running service that its cage does not see, or may not write (plan/company.ts). */
const contentNotes: ReadonlySet<string> = new Set(["site-left-out", "site-read-only"]);

/** Lists guessed and weaker probes and the unproven parts although the application answers from its cage. */
export function warningsOf(made: ProbedCage): Note[] {
	const { cage, missing, plan } = made;
	const failed = cage.trials.at(-1)?.failedExercises ?? [];
	const options = missing
		.flatMap(({ declined, path }) => (declined && path !== undefined ? optionsToInclude(path, plan) : []))
		.join(" ");
	const code = options === "" ? "unproven-in-cage" : "unproven-left-out";
	const queries = cage.application.probes.flatMap((line) => queryOf(line) ?? []);
	// A built-in exercise is a long line. The note names what it would have proven instead.
	const ofJobs = queries.flatMap(({ job = [], unproven }) =>
		unproven && failed.some((line) => isAmong(job, line)) ? [unproven] : [],
	);
	const shown = failed.map((exercise) => maskLine(showProbe(exercise)));
	return [
		...plan.notes.filter((note) => isUnproven(note) || isGuess(note) || isBehindHost(note) || contentNotes.has(note.code)),
		...unreadState(plan),
		...ofJobs,
		...shown.map((exercise) => ({ code, values: { exercise, ...(options === "" ? {} : { options }) } })),
		// The notes about exercises name the same options.
		...(shown.length ? [] : leftOutPrograms(made)),
	];
}

const caches = pathFromText("/var/cache");

/** The host's state that no run read, so that the cage starts without it. A cache can be made again (hier(7)). */
function unreadState({ offers }: Plan): Note[] {
	return offers
		.filter(({ kind, path }) => kind === "state" && !isWithin(path, caches))
		.map(({ files, path }) => ({ code: "unproven-state", values: { count: files, path: showPath(path) } }));
}

/** Programs that the application started in the trace and that were left out, although it answers without them. */
function leftOutPrograms({ cage: { name }, missing, plan }: ProbedCage): Note[] {
	const started = missing.flatMap(({ call, declined, path }) => (declined && call.startsWith("exec") ? (path ?? []) : []));
	const options = started.flatMap((path) => optionsToInclude(path, plan)).join(" ");
	if (options === "") return [];
	return [{ code: "left-out-programs", values: { name, paths: started.map(showPath).join(", "), options } }];
}
