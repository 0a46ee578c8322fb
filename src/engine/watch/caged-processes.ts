import { launchDirectory } from "../../core/confinement/launch.ts";
import type { Denial } from "../../core/detection/denial.ts";
import { join } from "../../core/path/path.ts";
import { isDecoy } from "../../core/plan/decoys.ts";
import type { Context } from "../context.ts";
import type { OpenedDecoy, WatchedDecoy } from "./decoys.ts";

/** A process of a cage. */
export interface KnownProcess {
	readonly cage: string;
	readonly isTested: boolean;
	/** Calls that were refused in the trial in which the application answered. */
	readonly expected: ReadonlySet<string>;
	/**
	 * `account`: the process had ended, and only this cage uses its account. `file`: it opened a file of this cage through the cage's
	 * mount.
	 */
	readonly knownBy: "process" | "account" | "file";
}

interface WatchedCage {
	readonly name: string;
	/** User ids with which its processes start. */
	readonly uid: number;
	readonly programs: ReadonlySet<string>;
	readonly expected: ReadonlySet<string>;
	readonly decoys: readonly WatchedDecoy[];
}

/** Milliseconds for which an ended process is remembered. */
const memory = 60_000;
/** Milliseconds between reads of the state folder for new cages and generations. */
const freshness = 5000;
/** Minimum number of milliseconds between searches for ended processes, so that many records do not cause many searches. */
const freshLook = 100;

/** Maps processes to cages, including processes that just ended, because the kernel's record may arrive after the end of its process. */
export class CagedProcesses {
	readonly #context: Context;
	readonly #names: readonly string[];
	/** Keys are identities of the generations' root directories. */
	#cages = new Map<string, WatchedCage>();
	readonly #seen = new Map<number, { known: KnownProcess; until: number }>();
	#read = 0;
	#looked = 0;

	/** Without names, every cage. */
	constructor(context: Context, names: readonly string[]) {
		this.#context = context;
		this.#names = names;
	}

	async look(): Promise<void> {
		const { machine } = this.#context;
		const now = machine.now();
		if (now - this.#read >= freshness) {
			this.#cages = await this.#readCages();
			this.#read = now;
		}
		this.#lookAtProcesses();
		for (const [pid, { until }] of this.#seen) if (until < now) this.#seen.delete(pid);
	}

	find({ pid, program, uid }: Pick<Denial, "pid"> & Partial<Pick<Denial, "program" | "uid">>): KnownProcess | undefined {
		const process = this.#context.machine.detection.cagedProcess(pid);
		if (process) return this.#remember(pid, process.root, process.isTested);
		const seen = this.#seen.get(pid);
		if (seen || uid === undefined) return seen?.known;
		if (this.#context.machine.now() - this.#looked >= freshLook) this.#lookAtProcesses();
		return this.#byAccount(uid, program ?? "");
	}

	/** Of all generations. */
	decoys(): WatchedDecoy[] {
		return [...this.#cages.values()].flatMap(({ decoys }) => decoys);
	}

	/** The process that opened a decoy; undefined if it is none of a cage. */
	findReader({ cage, isInside, opening }: OpenedDecoy): KnownProcess | undefined {
		const known = this.find({ pid: opening.pid });
		if (known?.cage === cage) return known;
		if (!isInside) return undefined;
		// Only a test that runs now may be the cause: an intruder must not hide behind an earlier one.
		if (this.#context.machine.now() - this.#looked >= freshLook) this.#lookAtProcesses();
		const running = [...this.#seen.values()].filter(({ until }) => until >= this.#looked + memory);
		const isTested = running.some((one) => one.known.cage === cage && one.known.isTested);
		return { cage, isTested, expected: new Set(), knownBy: "file" };
	}

	#lookAtProcesses(): void {
		const { detection, now } = this.#context.machine;
		this.#looked = now();
		for (const [pid, { isTested, root }] of detection.cagedProcesses()) this.#remember(pid, root, isTested);
	}

	/** Returns the only cage with this account and program that has, or just had, a process. */
	#byAccount(uid: number, program: string): KnownProcess | undefined {
		const running = [...this.#seen.values()].map(({ known }) => known);
		const cages = [...this.#cages.values()].filter(
			(cage) =>
				cage.uid === uid &&
				(cage.programs.has(program) || program.startsWith(`${launchDirectory}/`)) &&
				running.some((one) => one.cage === cage.name),
		);
		const [first] = cages;
		if (first === undefined || cages.some(({ name }) => name !== first.name)) return undefined;
		const { expected, name: cage } = first;
		// A concurrent test may be the cause, and must not cause a reaction.
		return { cage, isTested: running.some((one) => one.cage === cage && one.isTested), expected, knownBy: "account" };
	}

	#remember(pid: number, root: string, isTested: boolean): KnownProcess | undefined {
		const watched = this.#cages.get(root);
		if (watched === undefined) {
			// Another process may have this number now.
			this.#seen.delete(pid);
			return undefined;
		}
		const known: KnownProcess = { cage: watched.name, expected: watched.expected, isTested, knownBy: "process" };
		this.#seen.set(pid, { known, until: this.#context.machine.now() + memory });
		return known;
	}

	async #readCages(): Promise<Map<string, WatchedCage>> {
		const { detection, store } = this.#context.machine;
		const cages = new Map<string, WatchedCage>();
		for (const name of this.#names.length ? this.#names : await store.names()) {
			for (const generation of await store.generations(name)) {
				const root = detection.rootIdentity(store.root(name, generation));
				const known = this.#cages.get(root);
				// A generation never changes.
				if (known?.name === name) {
					cages.set(root, known);
					continue;
				}
				const manifest = await store.manifest(name, generation).catch(() => undefined);
				if (root === "" || !manifest) continue;
				const trials = (await store.cage(name).catch(() => undefined))?.trials ?? [];
				const trial = trials.findLast((one) => one.generation === generation && one.answered);
				cages.set(root, {
					name,
					uid: manifest.identity.uid,
					expected: new Set(trial?.refusedCalls),
					decoys: manifest.entries
						.filter(isDecoy)
						.map(({ path }) => ({ cage: name, path, place: join(store.root(name, generation), path.slice(1)) })),
					programs: new Set(manifest.entries.filter(({ kind }) => kind === "file").map(({ path }) => path as string)),
				});
			}
		}
		return cages;
	}
}
