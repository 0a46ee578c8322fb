/** Work that takes long and can be paused: at each `yield` whoever drives it may let something else have its turn. */
export type Pausable<T> = Generator<undefined, T, undefined>;

/** A turn is over after so many milliseconds: a key that comes meanwhile is still answered in time. */
const turn = 3;

/** The whole work without a pause. */
export function atOnce<T>(work: Pausable<T>): T {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
	}
}

/** The work in turns. `now` in milliseconds, of a clock that only goes forward; `pause` resolves once everything else that waited had its turn. */
export async function inTurns<T>(work: Pausable<T>, now: () => number, pause: () => Promise<unknown>): Promise<T> {
	for (let began = now(); ; ) {
		const { done, value } = work.next();
		if (done) return value;
		if (now() - began < turn) continue;
		await pause();
		began = now();
	}
}
