import { defaultTimeout } from "../../core/questions/answers.ts";
import type { Machine } from "../context.ts";
import type { Reachable } from "../ports.ts";

/** Seconds in which an application shows whether it is still starting, and the share of a processor that it then uses. Idle daemons use less. */
const windowSeconds = 5;
const busyShare = 0.05;
/** An application that is busy gets so many times as long, and one that was slow so many times as long as it took. */
const mostTimes = 3;

/** How long an application gets for an answer: longer than `seconds` while it is busy starting. */
export class Patience {
	readonly #machine: Pick<Machine, "launcher" | "now">;
	readonly #launched: Reachable;
	#latest: number;
	#deadline: number;
	#seen: { readonly at: number; readonly used: number };
	#isBusy = false;

	constructor(machine: Pick<Machine, "launcher" | "now">, launched: Reachable, seconds: number) {
		this.#machine = machine;
		this.#launched = launched;
		this.#deadline = machine.now() + seconds * 1000;
		this.#latest = machine.now() + seconds * 1000 * mostTimes;
		this.#seen = { at: machine.now(), used: machine.launcher.cpuSeconds(launched) };
	}

	/** In so many seconds at the latest, whatever the application does. */
	endIn(seconds: number): void {
		this.#latest = Math.min(this.#deadline, this.#machine.now() + seconds * 1000);
		this.#deadline = this.#latest;
	}

	/** Seconds that are left, at this moment. */
	left(): number {
		const now = this.#machine.now();
		const elapsed = (now - this.#seen.at) / 1000;
		if (elapsed >= windowSeconds) {
			const used = this.#machine.launcher.cpuSeconds(this.#launched);
			this.#isBusy = used - this.#seen.used > elapsed * busyShare;
			this.#seen = { at: now, used };
		}
		if (this.#isBusy && now >= this.#deadline && now < this.#latest) this.#deadline = now + windowSeconds * 1000;
		return (this.#deadline - now) / 1000;
	}
}

/**
 * Seconds for a later start of an application whose first answer took so long: what traces it or runs beside it may slow it down. A time that is
 * shorter than the default was chosen on purpose.
 */
export function laterTimeout(timeout: number, answeredAfter: number): number {
	return timeout < defaultTimeout ? timeout : Math.max(timeout, Math.ceil(answeredAfter * mostTimes));
}
