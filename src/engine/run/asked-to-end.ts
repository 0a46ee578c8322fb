import type { Context } from "../context.ts";
import type { Launched } from "../ports.ts";

/** Seconds that an application gets to end after TERM before it is killed; what systemd gives a service (DefaultTimeoutStopSec=). */
export const defaultStopSeconds = 90;

/** Signals that come closer together are one request: timeout(1) and a terminal send one to us and one to our group. */
const togetherMilliseconds = 100;

/** After so long somebody is told that it is still waited for. */
const tellMilliseconds = 5_000;

/**
 * Signals on their way to an application in the foreground. One that comes before there is an application waits for it: a service manager may stop what
 * has hardly begun. What does not end is killed: at once when it is asked a second time, else in its time after TERM.
 */
export class AskedToEnd {
	readonly #context: Context;
	readonly #name: string;
	readonly #stopSeconds: number;
	#launched: Launched | undefined;
	readonly #early: string[] = [];
	#asked: number | undefined;
	readonly #timers: ReturnType<typeof setTimeout>[] = [];

	/** `stopSeconds` 0: it is waited for without end. */
	constructor(context: Context, name: string, stopSeconds: number) {
		this.#context = context;
		this.#name = name;
		this.#stopSeconds = stopSeconds;
	}

	/** Somebody outside wants it to end. */
	get wasAsked(): boolean {
		return this.#asked !== undefined;
	}

	launched(launched: Launched): void {
		this.#launched = launched;
		for (const signal of this.#early) launched.signal(signal);
	}

	/** A signal from outside. */
	pass(signal: string): void {
		const now = this.#context.machine.now();
		const ends = signal === "SIGTERM" || signal === "SIGINT";
		// Whoever asks a second time has waited long enough for what does not listen.
		if (ends && this.#asked !== undefined && now - this.#asked > togetherMilliseconds) {
			this.#kill();
			return;
		}
		this.#send(signal);
		if (ends) this.#asked ??= now;
		// INT is also what somebody types to whom the application answers in some other way.
		if (signal === "SIGTERM") this.#limit(this.#stopSeconds);
	}

	/** It is to end, so that it can be started again: in the same time as when somebody outside wants that. */
	end(): void {
		this.#send("SIGTERM");
		this.#limit(this.#stopSeconds);
	}

	dispose(): void {
		for (const timer of this.#timers) clearTimeout(timer);
	}

	#limit(seconds: number): void {
		if (seconds === 0) return;
		const left = seconds - tellMilliseconds / 1000;
		const values = { name: this.#name, seconds: left };
		if (left > 0) this.#later(tellMilliseconds, () => this.#context.emit({ event: "warned", code: "run-waits", values }));
		this.#later(seconds * 1000, () => this.#kill());
	}

	#kill(): void {
		this.#context.emit({ event: "warned", code: "run-killed", values: { name: this.#name } });
		this.#send("SIGKILL");
	}

	#send(signal: string): void {
		if (this.#launched) this.#launched.signal(signal);
		else this.#early.push(signal);
	}

	#later(milliseconds: number, work: () => void): void {
		this.#timers.push(setTimeout(work, milliseconds));
	}
}
