import { errors, filterErrors } from "../../core/confinement/seccomp.ts";
import { parseDenial } from "../../core/detection/denial.ts";
import { Failure } from "../../core/failure.ts";
import { isEnded, isReady, techniqueNamed } from "../../core/selftest/program.ts";
import { techniques } from "../../core/selftest/techniques/techniques.ts";
import type { AlarmCoverage, Attempt } from "../../core/selftest/verdict.ts";
import type { Context } from "../context.ts";
import type { Following } from "../detection-ports.ts";
import type { Launched, LaunchRequest } from "../launch-ports.ts";

/** The kernel log has at most this many refusals in so many milliseconds (`printk_ratelimit`). */
const burst = { records: 8, window: 5200 };
/** Milliseconds after which a technique counts as silent. An idle machine needs a few. */
const deadline = 3000;
/** Milliseconds for all techniques, one at a time. */
const patience = 600_000;

/** Listens to the kernel while the techniques run. Each has a process whose name the records contain. */
export class AlarmListener implements AsyncDisposable {
	readonly #context: Context;
	readonly #token: string;
	readonly #ended = new AbortController();
	/** Milliseconds from the refusal to its record, by technique. */
	readonly #latencies = new Map<string, number>();
	/** When the newest records of any process on this machine arrived. */
	#arrivals: number[] = [];
	#following: Following | undefined;
	#hasLost = false;

	private constructor(context: Context, token: string) {
		this.#context = context;
		this.#token = token;
	}

	/** `token` is that of the techniques' target. Throws `kernel-log-unreadable` (exit 3). */
	static async start(context: Context, token: string): Promise<AlarmListener> {
		const listener = new AlarmListener(context, token);
		listener.#following = await context.machine.detection.follow({
			signal: AbortSignal.any([context.signal, listener.#ended.signal]),
			onRecord: (text) => listener.#add(text),
			onLost: () => {
				listener.#hasLost = true;
			},
		});
		return listener;
	}

	/** Whether techniques that run at once would get records. Otherwise the kernel log has too few of them. */
	get isComplete(): boolean {
		return this.#following?.isLimited === false && !this.#hasLost;
	}

	/** Whether the kernel log has room for another record. */
	hasRoom(): boolean {
		this.#arrivals = this.#arrivals.filter((time) => time > this.#context.machine.now() - burst.window);
		return this.isComplete || this.#arrivals.length < burst.records;
	}

	/** Waits until the records of these techniques arrived, at most until the deadline. */
	async wait(ids: readonly string[]): Promise<void> {
		await until(this.#context, () => ids.every((id) => this.#latencies.has(id)), deadline);
	}

	/** Waits for the last records. */
	async coverage(attempts: ReadonlyMap<string, Attempt>): Promise<AlarmCoverage> {
		const filtered = filteredTechniques(attempts);
		await this.wait(filtered.filter((id) => !isUnrecorded(attempts.get(id))));
		const raised = filtered.flatMap((id) => this.#latencies.get(id) ?? []);
		return {
			filtered: filtered.length,
			raised: raised.length,
			slowest: Math.max(0, ...raised) / 1000,
			silent: filtered.filter((id) => !this.#latencies.has(id)),
		};
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#ended.abort();
		await this.#following?.ended;
	}

	#add(text: string): void {
		const denial = parseDenial(text);
		if (!denial) return;
		const now = this.#context.machine.now();
		if (!this.isComplete) this.#arrivals.push(now);
		const id = techniqueNamed(denial.name, this.#token);
		if (id !== undefined && !this.#latencies.has(id)) this.#latencies.set(id, Math.max(0, now - denial.time));
	}
}

/** Listens if this machine has all records of techniques that run at once. */
export async function listenIfComplete(context: Context, token: string): Promise<AlarmListener | undefined> {
	try {
		const listener = await AlarmListener.start(context, token);
		if (listener.isComplete) return listener;
		await listener[Symbol.asyncDispose]();
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
	}
	return undefined;
}

/**
 * Runs the techniques again, one at a time, each when the kernel log has room for its record, which takes about two minutes. Throws
 * `selftest-broken` (exit 70) if it does not finish, and `kernel-log-unreadable` (exit 3).
 */
export async function measureAlarmsSlowly(
	context: Context,
	token: string,
	request: LaunchRequest,
	attempts: ReadonlyMap<string, Attempt>,
): Promise<AlarmCoverage> {
	const { launcher, sleep } = context.machine;
	await using listener = await AlarmListener.start(context, token);
	const filtered = new Set(filteredTechniques(attempts).filter((id) => !isUnrecorded(attempts.get(id))));
	let output = "";
	let launched: Launched | undefined;
	try {
		launched = await launcher.start({
			...request,
			onOutput: (chunk) => {
				output += Buffer.from(chunk).toString("latin1");
			},
		});
		// Earlier records may have used up what the kernel log allows.
		if (!listener.isComplete) await sleep(burst.window, context.signal);
		const all = Object.values(techniques).flat();
		for (const [index, { id }] of all.entries()) {
			const isRunning = await until(context, () => isReady(output, id), index === 0 ? 30_000 : patience / all.length);
			if (!isRunning) throw new Failure("selftest-broken", { detail: id }, 70);
			await until(context, () => listener.hasRoom(), burst.window * 2);
			launched.signal("SIGUSR1");
			if (!(await until(context, () => isEnded(output, id), 15_000))) throw new Failure("selftest-broken", { detail: id }, 70);
			if (filtered.has(id)) await listener.wait([id]);
			context.emit({ event: "ways-tried", launch: 4, launches: 4, tried: index + 1, ways: all.length });
		}
	} finally {
		await launched?.stop(1);
	}
	return await listener.coverage(attempts);
}

async function until(
	{ machine: { now, sleep }, signal }: Context,
	isTrue: () => boolean,
	milliseconds: number,
): Promise<boolean> {
	for (const end = now() + milliseconds; !isTrue() && now() < end; ) await sleep(10, signal);
	return isTrue();
}

function filteredTechniques(attempts: ReadonlyMap<string, Attempt>): string[] {
	return Object.values(techniques)
		.flat()
		.flatMap(({ id, stoppedBy }) => (stoppedBy.includes("seccomp") && isFilters(attempts.get(id)) ? [id] : []));
}

/** Any other error came before the filter was asked: a process ID of another namespace, for example, means no process. */
const isFilters = (attempt: Attempt | undefined) =>
	attempt?.how === "killed" || (attempt?.how === "refused" && filterErrors.includes(attempt.number));

/** ENOSYS, with which the filter imitates an older kernel, leaves no record. */
const isUnrecorded = (attempt: Attempt | undefined) => attempt?.number === errors.ENOSYS;
