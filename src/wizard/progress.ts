import type { Path } from "../core/path/path.ts";
import type { Event } from "../engine/events.ts";
import type { BuildPhase } from "../engine/store.ts";

/** Bytes that had arrived at a time, in milliseconds of any clock that does not jump. */
interface Sample {
	readonly at: number;
	readonly bytes: number;
}

export const nothingBuilt: Building = { phase: "preparing", bytesDone: 0, bytesTotal: 0, samples: [] };

/** Of how long the speed is taken, and from how long on it says something. */
const window = 8000;
const basis = 1000;

/** `at`: when it was told; without it there is no speed. */
export function applyBuildEvent(
	building: Building,
	event: Extract<Event, { event: "file-copied" | "phase-started" | "generation-built" }>,
	at: number | undefined,
): Building {
	switch (event.event) {
		case "phase-started":
			// Each phase counts from nothing, at a speed of its own.
			return {
				...nothingBuilt,
				phase: event.phase,
				...(building.generation === undefined ? {} : { generation: building.generation }),
			};
		case "generation-built":
			return { ...building, generation: event.generation };
		case "file-copied": {
			const { bytesDone, bytesTotal, path } = event;
			return {
				...building,
				path,
				bytesDone,
				bytesTotal,
				samples: at === undefined ? building.samples : sampled(building.samples, { at, bytes: bytesDone }),
			};
		}
	}
}

/** One of each drawing, the oldest falling out of the window; the last one before it stays as its beginning. */
function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
	const before = samples.filter((one) => one.at !== sample.at);
	const young = before.findIndex((one) => sample.at - one.at <= window);
	return [...before.slice(young < 0 ? -1 : Math.max(0, young - 1)), sample];
}

/** Seconds until all bytes have arrived, at the speed of the last seconds; undefined until that says something. */
export function secondsLeft({ bytesDone, bytesTotal, samples }: Building): number | undefined {
	const [first, last] = [samples[0], samples.at(-1)];
	if (!first || !last || last.at - first.at < basis || last.bytes <= first.bytes || bytesDone >= bytesTotal) return undefined;
	return ((bytesTotal - bytesDone) * (last.at - first.at)) / (last.bytes - first.bytes) / 1000;
}

export interface Building {
	readonly phase: BuildPhase;
	/** Of the phase. */
	readonly bytesDone: number;
	readonly bytesTotal: number;
	readonly samples: readonly Sample[];
	readonly path?: Path;
	readonly generation?: number;
}
