import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { AlarmCoverage } from "../../cage/cage.ts";
import { errors } from "../../confine/seccomp/filter.ts";
import type { LaunchRequest, StartedApplication } from "../../launch/ports.ts";
import { parseDenial } from "../../watch/denial.ts";
import { LandlockRecords } from "../../watch/landlock-denial.ts";
import type { KernelWatch } from "../../watch/ports.ts";
import { isEnded, isReady, techniqueNamed } from "../escape-arguments.ts";
import type { Attempt } from "../outcomes.ts";
import { allTechniques, type Technique } from "../techniques.ts";

/** The kernel log has at most this many refusals in so many milliseconds (`printk_ratelimit`). */
const burst = { records: 8, window: 5200 };
/** Milliseconds after which a technique counts as silent. An idle machine needs a few. */
const deadline = 10_000;
/** Techniques without a record after which no more are tried. */
const enough = 5;
/** Milliseconds for all techniques, one at a time. */
const timeout = 600_000;

/** Listens to the kernel while the techniques run. Each has a process whose name the records contain. */
export class AlarmListener implements AsyncDisposable {
	readonly #context: Context;
	readonly #token: string;
	readonly #ended = new AbortController();
	readonly #landlock = new LandlockRecords();
	/** Milliseconds from the refusal to its record, by technique. */
	readonly #latencies = new Map<string, number>();
	/** When the newest records of any process on this machine arrived. */
	#arrivals: number[] = [];
	#following: KernelWatch | undefined;
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

	/** Whether a technique was recorded. */
	get hasRecords(): boolean {
		return this.#latencies.size > 0;
	}

	/** Whether the kernel log has room for another record. */
	hasRoom(): boolean {
		this.#arrivals = this.#arrivals.filter((time) => time > this.#context.machine.elapsed() - burst.window);
		return this.isComplete || this.#arrivals.length < burst.records;
	}

	/** Waits until no record of these techniques can come any more, at most until the deadline. */
	async wait(ids: readonly string[]): Promise<void> {
		await until(this.#context, () => !isOutstanding(ids, this.#latencies), deadline);
	}

	/** Returns the refused techniques that the kernel should record. */
	expected(attempts: ReadonlyMap<string, Attempt>): string[] {
		return refusedTechniques(attempts).flatMap(({ id, stoppedBy }) => {
			// With ENOSYS, the filter imitates an older kernel.
			const byFilter = stoppedBy.includes("seccomp") && attempts.get(id)?.number !== errors.ENOSYS;
			return byFilter || (isLandlocks(stoppedBy) && this.#following?.missesLandlock === undefined) ? [id] : [];
		});
	}

	/** Waits for the last records. Returns undefined if none came, because the kernel's records do not reach this machine. */
	async coverage(attempts: ReadonlyMap<string, Attempt>): Promise<AlarmCoverage | undefined> {
		const filtered = refusedTechniques(attempts).map(({ id }) => id);
		await this.wait(this.expected(attempts));
		const raised = filtered.flatMap((id) => this.#latencies.get(id) ?? []);
		if (!raised.length) return undefined;
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
		const now = this.#context.machine.now();
		if (denial && !this.isComplete) this.#arrivals.push(this.#context.machine.elapsed());
		for (const { name, time } of [...(denial ? [denial] : []), ...this.#landlock.add(text)]) {
			const id = techniqueNamed(name, this.#token);
			if (id !== undefined && !this.#latencies.has(id)) this.#latencies.set(id, Math.max(0, now - time));
		}
	}
}

/**
 * Whether the kernel may still record one of these techniques. They run in turn and the kernel's records keep their order, so that the
 * record of a later technique shows that an earlier one gets none.
 */
export function isOutstanding(ids: readonly string[], recorded: { has(id: string): boolean }): boolean {
	const last = allTechniques.findLastIndex(({ id }) => recorded.has(id));
	return ids.some((id) => allTechniques.findIndex((one) => one.id === id) > last);
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
 * Runs the techniques again, one at a time, each when the kernel log has room for its record, which takes about two minutes. Returns
 * undefined if the kernel's records do not reach this machine. Throws
 * `selftest-broken` (exit 70) if it does not finish, and `kernel-log-unreadable` (exit 3).
 */
export async function measureAlarmsSlowly(
	context: Context,
	token: string,
	request: LaunchRequest,
	attempts: ReadonlyMap<string, Attempt>,
): Promise<AlarmCoverage | undefined> {
	const { launcher, sleep } = context.machine;
	await using listener = await AlarmListener.start(context, token);
	const expected = new Set(listener.expected(attempts));
	const atFirst = expected.size;
	let output = "";
	let launched: StartedApplication | undefined;
	try {
		launched = await launcher.start({
			...request,
			onOutput: (chunk) => {
				output += Buffer.from(chunk).toString("latin1");
			},
		});
		// Earlier records may have used up what the kernel log allows.
		if (!listener.isComplete) await sleep(burst.window, context.signal);
		for (const [index, { id }] of allTechniques.entries()) {
			const isRunning = await until(context, () => isReady(output, id), index === 0 ? 30_000 : timeout / allTechniques.length);
			if (!isRunning) throw new Failure("selftest-broken", { detail: id }, 70);
			await until(context, () => listener.hasRoom(), burst.window * 2);
			launched.signal("SIGUSR1");
			if (!(await until(context, () => isEnded(output, id), 15_000))) throw new Failure("selftest-broken", { detail: id }, 70);
			if (expected.delete(id)) await listener.wait([id]);
			if (expected.size < atFirst - enough && !listener.hasRecords) return undefined;
			context.emit({ event: "ways-tried", launch: 4, launches: 4, tried: index + 1, ways: allTechniques.length });
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

function refusedTechniques(attempts: ReadonlyMap<string, Attempt>): Technique[] {
	return allTechniques.filter(({ id, stoppedBy }) => isRefusal(attempts.get(id), stoppedBy));
}

/** The layers that answer a call with an error of their own, which an alarm can report. */
const judging: readonly string[] = ["seccomp", "capabilities", "landlock"] satisfies Technique["stoppedBy"];

/** Any other error came before these layers were asked: a process ID of another namespace, for example, means no process. */
function isRefusal(attempt: Attempt | undefined, stoppedBy: Technique["stoppedBy"]): boolean {
	if (!stoppedBy.some((layer) => judging.includes(layer))) return false;
	if (attempt?.how === "killed") return true;
	if (attempt?.how !== "refused") return false;
	const { EACCES, EAFNOSUPPORT, ENOSYS, EPERM, EPROTONOSUPPORT } = errors;
	// Mounts and modes refuse with EACCES too.
	const isJudged = attempt.number === EACCES && stoppedBy.every((layer) => judging.includes(layer));
	return isJudged || [EAFNOSUPPORT, ENOSYS, EPERM, EPROTONOSUPPORT].includes(attempt.number);
}

const isLandlocks = (stoppedBy: Technique["stoppedBy"]) => stoppedBy.includes("landlock");
