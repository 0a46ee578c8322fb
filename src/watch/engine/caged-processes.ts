import type { Context } from "../../base/engine/context.ts";
import { join } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { launchDirectory } from "../../confine/places.ts";
import { optionsPermitting, type RefusedUse } from "../../explain/path.ts";
import { runningUids } from "../../plan/accounts.ts";
import { isDecoy } from "../../plan/decoys.ts";
import { unsetSession } from "../denial.ts";
import type { OpenedDecoy, WatchedDecoy } from "./decoys.ts";

/** A process of a cage. */
export interface KnownProcess {
	readonly cage: string;
	readonly isTested: boolean;
	/** Calls that were refused in the trial in which the application answered. */
	readonly expected: ReadonlySet<string>;
	/** The cage's options that would permit it, as `optionsPermitting` returns them. */
	options(refused: RefusedUse): readonly string[] | undefined;
	/**
	 * `process`: by what it cannot change, its audit session or the root of its mount namespace. `file`: it opened a file of this cage
	 * through the cage's mount. `account`: a guess, which causes no reaction: it had ended, and only this cage has its account, its
	 * program and a session that is not the cage's alone, or that ended before the watch began.
	 */
	readonly knownBy: "process" | "account" | "file";
}

/** What a record of the kernel tells about a process. */
interface RecordedProcess {
	readonly pid: number;
	/** Absent if the record has none. */
	readonly session?: number;
	readonly uid?: number;
	readonly program?: string;
	/** From before this watch, so the cage's start may have ended, and its session is unknown. */
	readonly isEarlier?: boolean;
}

interface WatchedCage {
	readonly name: string;
	/** User ids with which its processes start or to which they switch. */
	readonly uids: ReadonlySet<number>;
	readonly programs: ReadonlySet<string>;
	readonly expected: ReadonlySet<string>;
	readonly decoys: readonly WatchedDecoy[];
	readonly options: KnownProcess["options"];
}

/** `isTested` is undefined if nothing tells what started it. */
type SeenStart = Omit<KnownProcess, "isTested"> & { readonly isTested: boolean | undefined };

interface SeenProcess {
	readonly root: string;
	readonly session: number;
	readonly known: SeenStart;
	/** Milliseconds since 1970 at which it was last seen. */
	at: number;
}

/** Milliseconds for which the number of an ended process is remembered. */
const memory = 10_000;
/** Milliseconds after the end of a test in which a process that was never seen may belong to it. */
const testMemory = 10_000;
/** Milliseconds between reads of the state folder for new cages and generations. */
const freshness = 5000;
/** Minimum number of milliseconds between searches for ended processes, so that many records do not cause many searches. */
const freshLook = 100;
/** Sessions to remember. The kernel uses no number twice before it has used four billion. */
const mostSessions = 10_000;

/**
 * Maps processes to cages, also those that have ended, because the kernel's record may arrive later. Each start of a cage has an audit
 * session of its own: the launch sets a login uid, the kernel numbers the session, all processes of the cage inherit the number, and
 * each record contains it. A running process is also known by the root of its mount namespace. docs/security.md explains what
 * remains if a launch could not have its own session.
 */
export class CagedProcesses {
	readonly #context: Context;
	readonly #names: readonly string[];
	/** Keys are identities of the generations' root directories. */
	#cages = new Map<string, WatchedCage>();
	/** Sessions that began with a cage. */
	readonly #sessions = new Map<number, SeenStart>();
	/** Sessions that no cage had when they were searched. */
	readonly #foreign = new Map<number, true>();
	readonly #seen = new Map<number, SeenProcess>();
	#read = Number.NEGATIVE_INFINITY;
	#looked = Number.NEGATIVE_INFINITY;
	/** Milliseconds that the last search took. */
	#effort = 0;

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

	/** Undefined for a process outside. */
	find(record: RecordedProcess): KnownProcess | undefined {
		const found = this.#findStart(record, this.#context.machine.detection.hasForeignNumbers());
		return found && this.#withTest(found);
	}

	/** Of all generations. */
	decoys(): WatchedDecoy[] {
		return [...this.#cages.values()].flatMap(({ decoys }) => decoys);
	}

	/** The process that opened a decoy; undefined if it is none of a cage. */
	findReader({ cage, isInside, opening }: OpenedDecoy): KnownProcess | undefined {
		const known = this.#findStart({ pid: opening.pid }, false);
		if (known?.cage === cage) return this.#withTest(known);
		if (!isInside) return undefined;
		// Only a test that runs now may be the cause: an intruder must not hide behind an earlier one.
		if (this.#context.machine.elapsed() - this.#looked >= freshLook) this.#lookAtProcesses();
		const running = [...this.#seen.values()].filter(({ at }) => at >= this.#looked);
		const isTested = running.some((one) => one.known.cage === cage && one.known.isTested);
		return { cage, isTested, expected: new Set(), options: () => [], knownBy: "file" };
	}

	/** `isForeign`: the number counts in another PID namespace, so it says nothing here. */
	#findStart(record: RecordedProcess, isForeign: boolean): SeenStart | undefined {
		const { pid, session } = record;
		const { detection } = this.#context.machine;
		const ofSession = session === undefined ? undefined : this.#sessions.get(session);
		if (ofSession) return ofSession;
		const root = isForeign ? undefined : detection.rootOf(pid);
		const present = root === undefined ? undefined : detection.sessionOf(pid);
		// If the sessions differ, another process has the number now.
		const isIt = (other: number) => session === undefined || session === other;
		if (root !== undefined && present !== undefined && isIt(present)) return this.#see(pid, root, present);
		const seen = isForeign ? undefined : this.#seen.get(pid);
		if (seen && isIt(seen.session)) return seen.known;
		if (session === undefined) return undefined;
		this.#lookFor(session);
		return this.#sessions.get(session) ?? (root === undefined ? this.#guess({ ...record, session }) : undefined);
	}

	#withTest(start: SeenStart): KnownProcess {
		return { ...start, isTested: start.isTested ?? this.#isTestedNow(start.cage) };
	}

	/** Searches for the session's cage. What is outside cannot keep us busy by many sessions. */
	#lookFor(session: number): void {
		if (this.#foreign.has(session)) return;
		const pause = session === unsetSession ? freshLook : this.#effort;
		if (this.#context.machine.elapsed() - this.#looked < pause) return;
		this.#lookAtProcesses();
		if (session !== unsetSession && !this.#sessions.has(session)) keep(this.#foreign, session, true);
	}

	#lookAtProcesses(): void {
		const { detection, elapsed } = this.#context.machine;
		const began = elapsed();
		for (const pid of detection.processes()) {
			const root = detection.rootOf(pid);
			const session = root !== undefined && this.#cages.has(root) ? detection.sessionOf(pid) : unsetSession;
			if (root !== undefined && session !== undefined) this.#see(pid, root, session);
		}
		this.#looked = elapsed();
		this.#effort = this.#looked - began;
	}

	/** Returns the only cage with this account and program that runs in this session, which is not its own, or may have run before. */
	#guess({ isEarlier = false, program = "", session, uid }: RecordedProcess): SeenStart | undefined {
		if (uid === undefined) return undefined;
		const running = new Set([...this.#seen.values()].flatMap((one) => (one.session === session ? one.known.cage : [])));
		const mayHaveEnded = isEarlier && session !== unsetSession;
		const cages = [...this.#cages.values()].filter(
			({ name, programs, uids }) =>
				(mayHaveEnded || running.has(name)) &&
				uids.has(uid) &&
				(programs.has(program) || program.startsWith(`${launchDirectory}/`)),
		);
		const [first] = cages;
		if (first === undefined || cages.some(({ name }) => name !== first.name)) return undefined;
		const { expected, name: cage, options } = first;
		return { cage, expected, isTested: undefined, options, knownBy: "account" };
	}

	/** A concurrent test may be the cause, and must not cause a reaction. */
	#isTestedNow(cage: string): boolean {
		const now = this.#context.machine.elapsed();
		return [...this.#seen.values()].some(({ at, known }) => known.cage === cage && known.isTested && now - at < testMemory);
	}

	#see(pid: number, root: string, session: number): SeenStart | undefined {
		const { detection, elapsed } = this.#context.machine;
		const watched = this.#cages.get(root);
		if (watched === undefined) {
			// Another process may have this number now.
			this.#seen.delete(pid);
			return undefined;
		}
		const ofSession = this.#sessions.get(session);
		if (ofSession) keep(this.#sessions, session, ofSession);
		const seen = this.#seen.get(pid);
		if (seen?.root === root && seen.session === session) {
			seen.at = elapsed();
			return seen.known;
		}
		const origin = ofSession ? undefined : detection.originOf(pid);
		const { expected, name: cage, options } = watched;
		const known: SeenStart = ofSession ?? { cage, expected, isTested: origin?.isTested, options, knownBy: "process" };
		if (origin?.hasOwnSession) keep(this.#sessions, session, known);
		// Otherwise it just ended, and its origin remains unknown.
		if (ofSession || origin) this.#seen.set(pid, { root, session, known, at: elapsed() });
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
				const cage = await store.cage(name).catch(() => undefined);
				const trial = cage?.trials?.findLast((one) => one.generation === generation && one.answered);
				cages.set(root, {
					name,
					uids: new Set([manifest.identity.uid, ...runningUids(manifest)]),
					expected: new Set(trial?.refusedCalls),
					options: cage ? adviceFor(cage, manifest) : () => undefined,
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

/** Answers to remember, because a flood of refused calls must not make us slow. */
const mostAnswers = 1000;

/** No advice is better than no alarm. */
function adviceFor(cage: Cage, manifest: Manifest): KnownProcess["options"] {
	const answers = new Map<string, readonly string[] | undefined>();
	return (refused) => {
		const { call, kind, path, port, why } = refused;
		const key = [kind, call, why, port, path].join("\0");
		if (answers.has(key)) return answers.get(key);
		if (answers.size >= mostAnswers) answers.clear();
		try {
			answers.set(key, optionsPermitting(refused, cage, manifest));
		} catch {
			answers.set(key, undefined);
		}
		return answers.get(key);
	};
}

/** Forgets the sessions that were not kept for the longest time. */
function keep<Value>(sessions: Map<number, Value>, session: number, value: Value): void {
	sessions.delete(session);
	sessions.set(session, value);
	const [oldest] = sessions.keys();
	if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest);
}
