import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { runningIn } from "../../cage/engine/cages.ts";
import { unitsOf } from "../../unit/engine/installed-unit.ts";
import { unitName } from "../../unit/installed.ts";
import type { Companions } from "../../unit/ports.ts";

export interface StopResult {
	/** Units that `systemctl start` starts again, in this order. Empty for what `run` started. */
	readonly units: readonly string[];
	/** Absent if nothing was left to stop. */
	readonly by?: "SIGTERM" | "SIGKILL";
}

interface StopOptions {
	/** Seconds between SIGTERM and SIGKILL. */
	readonly graceSeconds: number;
	/** Units that an interrupted stop had already stopped. */
	readonly units: readonly string[];
	/** Called with all units so far, before they are stopped. */
	onUnits(units: readonly string[]): void;
}

/** Milliseconds between two searches for processes. */
const pause = 100;
/** Milliseconds that systemd gets to answer before processes are signalled without it. */
const answerTime = 5000;
/** Milliseconds after the first SIGKILL. A process that waits for a disk ends late. */
const killTime = 30_000;

/**
 * Stops everything that runs in a cage, in any generation: SIGTERM, then SIGKILL when the grace is over. Its services are stopped via
 * systemd, which then does not start them again. Resolves when two searches found no process. Throws `not-stopped-…` (exit 1) if
 * something is left, and when the context's signal aborts.
 */
export async function stopCage(context: Context, name: string, options: StopOptions): Promise<StopResult> {
	const { machine, signal } = context;
	const began = machine.elapsed();
	const grace = options.graceSeconds * 1000;
	const stop = new CageStop(context, name, options);
	const left = () => Math.max(0, began + grace + killTime - machine.elapsed());
	await stop.look(Math.min(answerTime, grace));
	for (let empty = 0; ; ) {
		const { inits, processes } = await runningIn(machine, name);
		if (signal.aborted && processes.length === 0 && stop.isDown) return stop.result();
		signal.throwIfAborted();
		const isOver = machine.elapsed() - began >= grace;
		if (processes.length === 0) {
			await stop.look(left());
			empty = stop.isDown ? empty + 1 : 0;
			if (empty === 2) return stop.result();
		} else {
			empty = 0;
			void stop.look(0);
			if (isOver) stop.kill([...inits, ...processes]);
			else stop.ask(inits);
		}
		if (left() === 0) throw stop.failure(processes);
		await machine.sleep(pause, signal).catch(() => undefined);
	}
}

/** A service that is not down. */
interface ServiceUp {
	readonly service: string;
	/** Its state, or why that is unknown. */
	readonly detail: string;
}

class CageStop {
	readonly #context: Context;
	readonly #name: string;
	readonly #options: StopOptions;
	readonly #stopped = new Map<string, Companions>();
	readonly #asked = new Set<number>();
	#looking: Promise<void> | undefined;
	/** From the last look. */
	#up: ServiceUp | undefined = { service: "systemd", detail: "timeout" };
	#kills = false;
	#by: StopResult["by"];

	constructor(context: Context, name: string, options: StopOptions) {
		this.#context = context;
		this.#name = name;
		this.#options = options;
	}

	/** Every service of the cage is stopped, and nothing triggers it. */
	get isDown(): boolean {
		return this.#up === undefined;
	}

	result(): StopResult {
		return { units: this.#units(), ...(this.#by ? { by: this.#by } : {}) };
	}

	failure(processes: readonly number[]): Failure {
		const name = this.#name;
		if (processes.length)
			return new Failure("not-stopped-processes", { name, pids: processes.slice(0, mostNamed).join(", ") }, 1);
		return new Failure("not-stopped-service", { name, service: "", detail: "", ...this.#up }, 1);
	}

	/** Has systemd stop the cage's services. Waits for its answer for at most so many milliseconds, because systemd may hang. */
	async look(wait: number): Promise<void> {
		const { machine, signal } = this.#context;
		this.#looking ??= this.#stopServices().finally(() => {
			this.#looking = undefined;
		});
		const waited = new AbortController();
		const stopWaiting = () => waited.abort();
		signal.addEventListener("abort", stopWaiting, { once: true });
		await Promise.race([this.#looking, machine.sleep(wait, waited.signal).catch(() => {})]);
		signal.removeEventListener("abort", stopWaiting);
		stopWaiting();
	}

	/** Sends SIGTERM once to each of them. systemd sends the services' own signals. */
	ask(inits: readonly number[]): void {
		const { services } = this.#context.machine;
		for (const init of inits) {
			if (this.#asked.has(init) || this.#stopped.has(services.serviceOf(init) ?? "")) continue;
			this.#asked.add(init);
			this.#by ??= "SIGTERM";
			this.#context.machine.launcher.send(init, "SIGTERM");
		}
	}

	/** A PID namespace ends with its init. */
	kill(processes: readonly number[]): void {
		this.#kills = true;
		this.#by = "SIGKILL";
		for (const pid of processes) this.#context.machine.launcher.send(pid, "SIGKILL");
	}

	async #stopServices(): Promise<void> {
		let up: ServiceUp | undefined;
		let service = "systemd";
		try {
			for (service of await this.#services()) {
				const state = await this.#stopService(service);
				if (state !== undefined) up = { service, detail: state };
			}
		} catch (error) {
			up = { service, detail: error instanceof Failure ? String(error.values.detail ?? error.code) : String(error) };
		}
		this.#up = up;
	}

	/** Returns its state unless it is down. */
	async #stopService(service: string): Promise<string | undefined> {
		const { services } = this.#context.machine;
		const [{ active, result }, companions] = [await services.state(service), await services.companions(service)];
		const isStopped = this.#stopped.has(service);
		if (["inactive", "failed"].includes(active) && !companions.triggers.length) {
			// systemd killed it.
			if (isStopped && result === "timeout") this.#by = "SIGKILL";
			if (isStopped) await services.endStop(service);
			return undefined;
		}
		if (!isStopped) {
			this.#stopped.set(service, companions);
			this.#by ??= "SIGTERM";
			this.#options.onUnits(this.#units());
		}
		if (active !== "deactivating" || !isStopped || companions.triggers.length) await services.beginStop(service, companions);
		if (this.#kills) await services.kill(service);
		return active;
	}

	/** The cage's own services, and services of others that start it with `run`. */
	async #services(): Promise<Set<string>> {
		const { machine } = this.#context;
		if (!machine.services.running()) return new Set();
		const names = new Set(this.#stopped.keys());
		for (const { service = unitName(this.#name) } of await unitsOf(this.#context, this.#name)) names.add(service);
		for (const init of (await runningIn(machine, this.#name)).inits) {
			const service = machine.services.serviceOf(init);
			const starter = machine.detection.starterOf(init);
			if (service === undefined || starter === undefined || names.has(service)) continue;
			if ((await machine.services.state(service)).mainPid === starter) names.add(service);
		}
		return names;
	}

	#units(): string[] {
		const units = [...this.#stopped].flatMap(([service, { dependents, triggers }]) => [...triggers, service, ...dependents]);
		return [...new Set([...this.#options.units, ...units])];
	}
}

/** How many processes a failure names. */
const mostNamed = 8;
