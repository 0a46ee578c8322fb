import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { initName } from "../../core/confinement/launch.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import type { Ended, Launched, LaunchRequest, Measured, Observed } from "../../engine/ports.ts";
import { systemServices } from "../adoption/services.ts";
import { measureConfinement } from "./measure.ts";
import { observeConfinement } from "./observe.ts";
import { handledSignals, keepsAccount, mainProcess, processStatus } from "./processes.ts";

/** Exit statuses of systemd for what went wrong before the program was executed (systemd.exec(5)). */
const ofSystemd = { first: 200, last: 243 };

/** A service that systemd-run waits for, and the application in it. */
export class ServiceApplication implements Launched {
	readonly ended: Promise<Ended>;
	/** The service's main process: our init, or under an older systemd the application. */
	init = 0;
	readonly #request: LaunchRequest;
	readonly #service: string;
	#over: Ended | undefined;
	#isKilled = false;

	/** `cleanUp` takes away what was made for it, once nothing of it runs. */
	constructor(child: ChildProcess, request: LaunchRequest, service: string, cleanUp: () => Promise<void>) {
		this.#request = request;
		this.#service = service;
		this.ended = new Promise((resolve, reject) => {
			child.on("error", reject);
			child.on("close", (code) => {
				// systemd-run says 255 of what a signal ended.
				const over = { status: this.#isKilled ? 137 : (code ?? 137) };
				this.#over = over;
				cleanUp().then(() => resolve(over), reject);
			});
		});
		this.ended.catch(() => {}); // Whoever waits for it is told.
		request.signal?.addEventListener("abort", () => this.#kill(), { once: true });
	}

	/**
	 * Resolves once the application runs, held as it should be in this root, if one is given. Throws `launch-failed` (exit 3) where systemd did not
	 * come so far.
	 */
	async started(root: Path | undefined): Promise<void> {
		while (!this.#over) {
			const { active, mainPid } = await systemServices.state(this.#service);
			if (active === "active" && mainPid) {
				this.init = mainPid;
				if (this.#request.signal?.aborted) this.#kill();
				return root === undefined ? undefined : this.#requireHeld(root);
			}
			await sleep(10);
		}
		const { status } = this.#over;
		if (status >= ofSystemd.first && status <= ofSystemd.last)
			throw new Failure("launch-failed", { detail: `systemd, status ${status} (systemd.exec(5))` }, 3);
	}

	/** What systemd may pass over in silence, in a container for one: then nothing goes on. */
	async #requireHeld(root: Path): Promise<void> {
		const measured = measureConfinement(this.init, root);
		if (!measured) return; // It ended; its status tells of it.
		const { inside, namespaces, noNewPrivileges, seccomp } = measured;
		const lacks = [
			...(inside ? [] : ["root"]),
			...(["mount", "ipc"].every((name) => namespaces.includes(name)) ? [] : ["namespaces"]),
			...(noNewPrivileges ? [] : ["no_new_privs"]),
			...(seccomp ? [] : ["seccomp"]),
		];
		if (!lacks.length) return;
		this.#kill();
		await this.ended;
		throw new Failure("launch-failed", { detail: `systemd: ${lacks.join(", ")}` }, 3);
	}

	signal(name: string): void {
		if (name === "SIGKILL") this.#isKilled = true;
		try {
			if (this.init) process.kill(this.init, name);
		} catch {
			// It ended in between.
		}
	}

	measure(root: Path): Measured | undefined {
		const main = this.#main();
		return main === undefined ? undefined : measureConfinement(main, root, this.#request.limits);
	}

	observe(root: Path): Observed | undefined {
		const main = this.#main();
		return main === undefined ? undefined : observeConfinement(main, this.init, root);
	}

	handledSignals(): string[] {
		const main = this.#main();
		return main === undefined ? [] : handledSignals(main);
	}

	keepsAccount(): boolean {
		return this.init > 0 && keepsAccount(this.init);
	}

	async stop(graceSeconds: number): Promise<Ended> {
		this.signal("SIGTERM");
		const timer = setTimeout(() => this.#kill(), graceSeconds * 1000);
		const ended = await this.ended;
		clearTimeout(timer);
		return ended;
	}

	#main(): number | undefined {
		return processStatus(this.init)?.name === initName ? mainProcess(this.init) : this.init || undefined;
	}

	#kill(): void {
		this.signal("SIGKILL");
	}
}
