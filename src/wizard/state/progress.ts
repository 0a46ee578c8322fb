import { omitUndefined } from "../../base/collections.ts";
import type { Event } from "../../base/engine/events.ts";
import type { Path } from "../../base/path/path.ts";
import type { BuildPhase } from "../../cage/ports.ts";

/** Bytes copied at a time, in milliseconds of a monotonic clock. */
interface Sample {
	readonly at: number;
	readonly bytes: number;
}

export const nothingBuilt: BuildProgress = { phase: "preparing", bytesDone: 0, bytesTotal: 0, samples: [] };

/** Milliseconds over which speed is measured, and the minimum for an estimate. */
const window = 8000;
const basis = 1000;

/** `at`: the time of the event. Without it there is no speed. */
export function applyBuildEvent(
	building: BuildProgress,
	event: Extract<Event, { event: "file-copied" | "phase-started" | "generation-built" }>,
	at: number | undefined,
): BuildProgress {
	switch (event.event) {
		case "phase-started":
			// Each phase has its own counts and speed.
			return {
				...nothingBuilt,
				phase: event.phase,
				...omitUndefined({ generation: building.generation }),
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

/** One sample per frame. Keeps the last one before the window as its start. */
function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
	const before = samples.filter((one) => one.at !== sample.at);
	const young = before.findIndex((one) => sample.at - one.at <= window);
	return [...before.slice(young < 0 ? -1 : Math.max(0, young - 1)), sample];
}

/** Estimated seconds left, or undefined if it is too early. */
export function secondsLeft({ bytesDone, bytesTotal, samples }: BuildProgress): number | undefined {
	const [first, last] = [samples[0], samples.at(-1)];
	if (!first || !last || last.at - first.at < basis || last.bytes <= first.bytes || bytesDone >= bytesTotal) return undefined;
	return ((bytesTotal - bytesDone) * (last.at - first.at)) / (last.bytes - first.bytes) / 1000;
}

export interface BuildProgress {
	readonly phase: BuildPhase;
	/** In this phase. */
	readonly bytesDone: number;
	readonly bytesTotal: number;
	readonly samples: readonly Sample[];
	readonly path?: Path;
	readonly generation?: number;
}
