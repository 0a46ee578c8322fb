import { runningUids } from "../../core/cage/footprint.ts";
import { attemptsLoader, launchDirectory } from "../../core/confinement/launch.ts";
import type { Denial } from "../../core/detection/denial.ts";
import type { Context } from "../context.ts";

/** A process of a cage. */
export interface KnownProcess {
	readonly cage: string;
	readonly isTested: boolean;
	/** Calls that were refused in the trial in which the application answered. */
	readonly expected: ReadonlySet<string>;
	/** `account`: the process had ended; it had the account of this cage alone. */
	readonly knownBy: "process" | "account";
}

interface WatchedCage {
	readonly name: string;
	/** User ids that its processes start with or switch to. */
	readonly uids: ReadonlySet<number>;
	readonly programs: ReadonlySet<string>;
	readonly expected: ReadonlySet<string>;
}

interface SeenProcess {
	readonly root: string;
	readonly known: KnownProcess;
	/** Milliseconds since 1970: when it was there. */
	at: number;
}

/** Milliseconds for which a process that has ended is remembered. */
const memory = 60_000;
/** Milliseconds after the end of a test within which a process that nobody saw may belong to it. */
const testMemory = 10_000;
/** Milliseconds after which the state folder is read again for new cages and generations. */
const freshness = 5000;
/** Milliseconds for which a look at the processes is good enough for one that has ended: a flood of records must not make a flood of looks. */
const freshLook = 100;

/** Which process belongs to which cage, also of those that have just ended: a record of the kernel may come later than the end of its process. */
export class CagedProcesses {
	readonly #context: Context;
	readonly #names: readonly string[];
	/** By the identity of a generation's root directory. */
	#cages = new Map<string, WatchedCage>();
	readonly #seen = new Map<number, SeenProcess>();
	#read = 0;
	#looked = 0;

	/** Without names: every cage. */
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
		for (const [pid, { at }] of this.#seen) if (at + memory < now) this.#seen.delete(pid);
	}

	/** A self-test's processes are known by their program, which exists in no other launch, so it does not matter whether somebody saw them. */
	find({ pid, program = "", uid }: Pick<Denial, "pid"> & Partial<Pick<Denial, "program" | "uid">>): KnownProcess | undefined {
		const known = this.#cageOf(pid, uid, program);
		return known && program === attemptsLoader ? { ...known, isTested: true } : known;
	}

	#cageOf(pid: number, uid: number | undefined, program: string): KnownProcess | undefined {
		const root = this.#context.machine.detection.rootOf(pid);
		if (root !== undefined) return this.#see(pid, root);
		const seen = this.#seen.get(pid);
		if (seen || uid === undefined) return seen?.known;
		if (this.#context.machine.now() - this.#looked >= freshLook) this.#lookAtProcesses();
		return this.#byAccount(uid, program);
	}

	#lookAtProcesses(): void {
		const { detection, now } = this.#context.machine;
		this.#looked = now();
		for (const pid of detection.processes()) {
			const root = detection.rootOf(pid);
			if (root !== undefined) this.#see(pid, root);
		}
	}

	/** The only cage with that account that has, or just had, a process and holds that program. */
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

	/** A test that runs at the same time may be the cause, and no reaction may follow from that. */
	#isTestedNow(cage: string): boolean {
		const now = this.#context.machine.now();
		return [...this.#seen.values()].some(({ at, known }) => known.cage === cage && known.isTested && now - at < testMemory);
	}

	#see(pid: number, root: string): KnownProcess | undefined {
		const { detection, now } = this.#context.machine;
		const watched = this.#cages.get(root);
		const seen = this.#seen.get(pid);
		if (watched === undefined) {
			// The number may be that of another process now.
			this.#seen.delete(pid);
			return undefined;
		}
		if (seen?.root === root) {
			seen.at = now();
			return seen.known;
		}
		const isTested = detection.isTested(pid);
		const { expected, name: cage } = watched;
		// It is ending at this moment, so it cannot be remembered as one or the other.
		if (isTested === undefined) return { cage, expected, isTested: this.#isTestedNow(cage), knownBy: "process" };
		const known: KnownProcess = { cage, expected, isTested, knownBy: "process" };
		this.#seen.set(pid, { root, known, at: now() });
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
					programs: new Set(manifest.entries.filter(({ kind }) => kind === "file").map(({ path }) => path as string)),
				});
			}
		}
		return cages;
	}
}
