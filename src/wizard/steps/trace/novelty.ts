import type { AccessCounts } from "../../../core/trace/recorder.ts";

/**
 * When something new was seen last, and what each exercise brought. Times are milliseconds of whatever clock the caller has; only their
 * differences count.
 */
export interface Novelty {
	readonly now?: number;
	/** When the counts changed last. */
	readonly newAt?: number;
	/** Different paths that came while an exercise ran and until the next one began, by its line. */
	readonly gains: Readonly<Record<string, number>>;
	/** The last exercise: how many paths there were when it began, and all counts together when it ended. */
	readonly exercise?: { readonly command: string; readonly paths: number; readonly total: number; readonly over: boolean };
}

/** So long nothing may happen before it is called quiet: a start, or an exercise, makes pauses. */
export const quietSeconds = 5;

/** Why it may be enough: nothing new for so long, or nothing since the exercise that ran last. */
export type Quiet =
	| { readonly kind: "since-exercise"; readonly seconds: number }
	| { readonly kind: "for-seconds"; readonly seconds: number };

/** Every count is of different things, so that any change of them is something that was never seen before. */
function totalOf(counts: AccessCounts | undefined): number {
	return counts ? Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.missing : 0;
}

export function counted(
	novelty: Novelty,
	before: AccessCounts | undefined,
	counts: AccessCounts,
	at: number | undefined,
): Novelty {
	const { exercise } = novelty;
	const isNew = before === undefined || totalOf(before) !== totalOf(counts) || before.missing < counts.missing;
	const gained = exercise ? { gains: { ...novelty.gains, [exercise.command]: counts.paths - exercise.paths } } : {};
	return { ...novelty, ...gained, ...(isNew && at !== undefined ? { newAt: at, now: at } : {}) };
}

export function exerciseStarted(novelty: Novelty, command: string, counts: AccessCounts | undefined): Novelty {
	const exercise = { command, paths: counts?.paths ?? 0, total: totalOf(counts), over: false };
	return { ...novelty, exercise, gains: { ...novelty.gains, [command]: 0 } };
}

export function exerciseEnded(novelty: Novelty, command: string): Novelty {
	const { exercise } = novelty;
	return exercise?.command === command ? { ...novelty, exercise: { ...exercise, over: true } } : novelty;
}

export function ticked(novelty: Novelty, at: number): Novelty {
	// A display of whole seconds changes once a second.
	if (novelty.now !== undefined && Math.floor((at - (novelty.newAt ?? at)) / 1000) === secondsOf(novelty)) return novelty;
	return { ...novelty, now: at, newAt: novelty.newAt ?? at };
}

function secondsOf({ newAt, now }: Novelty): number {
	return newAt === undefined || now === undefined ? 0 : Math.floor((now - newAt) / 1000);
}

/** undefined while something new came lately, or an exercise is running. */
export function quietOf(novelty: Novelty, counts: AccessCounts | undefined): Quiet | undefined {
	const seconds = secondsOf(novelty);
	const { exercise } = novelty;
	if (seconds < quietSeconds || exercise?.over === false) return undefined;
	return { kind: exercise && totalOf(counts) === exercise.total ? "since-exercise" : "for-seconds", seconds };
}
