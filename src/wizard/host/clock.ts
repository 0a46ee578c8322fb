import type { Clock } from "../clock.ts";

export const systemClock: Clock = {
	elapsed: () => performance.now(),
	later(milliseconds, work) {
		const timer = setTimeout(work, milliseconds);
		return () => clearTimeout(timer);
	},
	every(milliseconds, work) {
		const timer = setInterval(work, milliseconds).unref();
		return () => clearInterval(timer);
	},
	nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
};
