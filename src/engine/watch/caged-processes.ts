import { runningUids } from "../../core/cage/footprint.ts";
import { attemptsLoader, launchDirectory } from "../../core/confinement/launch.ts";
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
	/** User ids with which its processes start or to which they switch. */
	readonly uids: ReadonlySet<number>;
	readonly programs: ReadonlySet<string>;
	readonly expected: ReadonlySet<string>;
	readonly decoys: readonly WatchedDecoy[];
}

interface SeenProcess {
	readonly root: string;
	readonly known: KnownProcess;
	/** Milliseconds since 1970 at which it was last seen. */
	at: number;
}

/** Milliseconds for which an ended process is remembered. */
const memory = 60_000;
/** Milliseconds after the end of a test in which a process that was never seen may belong to it. */
const testMemory = 10_000;
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
	readonly #seen = new Map<number, SeenProcess>();
	#read = Number.NEGATIVE_INFINITY;
	#looked = Number.NEGATIVE_INFINITY;

	/** Without names, every cage. */
	constructor(context: Context, names: readonly string[]) {
		this.#context = context;
		this.#names = names;
	}

	async look(): Promise<void> {
		const { machine } = this.#context;
		const now = machine.elapsed();
		if (now - this.#read >= freshness) {
			this.#cages = await this.#readCages();
			this.#read = now;
		}
		this.#lookAtProcesses();
		for (const [pid, { at }] of this.#seen) if (at + memory < now) this.#seen.delete(pid);
	}

	/** A self-test's processes are identified by their program, which exists in no other launch, even if they were never seen. */
	find({ pid, program = "", uid }: Pick<Denial, "pid"> & Partial<Pick<Denial, "program" | "uid">>): KnownProcess | undefined {
		const known = this.#cageOf(pid, uid, program);
		return known && program === attemptsLoader ? { ...known, isTested: true } : known;
	}

	#cageOf(pid: number, uid: number | undefined, program: string): KnownProcess | undefined {
		const root = this.#context.machine.detection.rootOf(pid);
		if (root !== undefined) return this.#see(pid, root);
		const seen = this.#seen.get(pid);
		if (seen || uid === undefined) return seen?.known;
		if (this.#context.machine.elapsed() - this.#looked >= freshLook) this.#lookAtProcesses();
		return this.#byAccount(uid, program);
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
		if (this.#context.machine.elapsed() - this.#looked >= freshLook) this.#lookAtProcesses();
		const running = [...this.#seen.values()].filter(({ at }) => at >= this.#looked);
		const isTested = running.some((one) => one.known.cage === cage && one.known.isTested);
		return { cage, isTested, expected: new Set(), knownBy: "file" };
	}

	#lookAtProcesses(): void {
		const { detection, elapsed } = this.#context.machine;
		this.#looked = elapsed();
		for (const pid of detection.processes()) {
			const root = detection.rootOf(pid);
			if (root !== undefined) this.#see(pid, root);
		}
	}

	/** Returns the only cage with this account and program that has, or just had, a process. */
	#byAccount(uid: number, program: string): KnownProcess | undefined {
		const running = new Set([...this.#seen.values()].map(({ known }) => known.cage));
		const cages = [...this.#cages.values()].filter(
			({ name, programs, uids }) =>
				uids.has(uid) && (programs.has(program) || program.startsWith(`${launchDirectory}/`)) && running.has(name),
		);
		const [first] = cages;
		if (first === undefined || cages.some(({ name }) => name !== first.name)) return undefined;
		const { expected, name: cage } = first;
		return { cage, isTested: this.#isTestedNow(cage), expected, knownBy: "account" };
	}

	/** A concurrent test may be the cause, and must not cause a reaction. */
	#isTestedNow(cage: string): boolean {
		const now = this.#context.machine.elapsed();
		return [...this.#seen.values()].some(({ at, known }) => known.cage === cage && known.isTested && now - at < testMemory);
	}

	#see(pid: number, root: string): KnownProcess | undefined {
		const { detection, elapsed } = this.#context.machine;
		const watched = this.#cages.get(root);
		const seen = this.#seen.get(pid);
		if (watched === undefined) {
			// Another process may have this number now.
			this.#seen.delete(pid);
			return undefined;
		}
		if (seen?.root === root) {
			seen.at = elapsed();
			return seen.known;
		}
		const isTested = detection.isTested(pid);
		const { expected, name: cage } = watched;
		// It just ended, so whether it is a test remains unknown.
		if (isTested === undefined) return { cage, expected, isTested: this.#isTestedNow(cage), knownBy: "process" };
		const known: KnownProcess = { cage, expected, isTested, knownBy: "process" };
		this.#seen.set(pid, { root, known, at: elapsed() });
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
					uids: new Set([manifest.identity.uid, ...runningUids(manifest)]),
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
