import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { showPath } from "../../base/path/quote.ts";
import { knownCage } from "../../cage/engine/cages.ts";
import { type Alarm, AlarmLimiter, isoTime, landlockKind, landlockSeverity } from "../alarm.ts";
import { type Crash, type Denial, parseCrash, parseDenial, severityOf, whyDenied } from "../denial.ts";
import { type LandlockDenial, LandlockRecords } from "../landlock-denial.ts";
import { CagedProcesses, type KnownProcess } from "./caged-processes.ts";
import { DangerWatch, driftAlarm } from "./danger-watch.ts";
import { DecoyWatch, type OpenedDecoy } from "./decoys.ts";
import { type ReactionOptions, Reactions } from "./reactions.ts";

interface AlarmWatch extends Pick<ReactionOptions, "onReaction" | "reaction" | "toLine"> {
	/** If empty, every cage, including later ones. */
	readonly names: readonly string[];
	/** Seconds between two checks of the cages' files; 0: none. */
	readonly checkEvery?: number;
	/**
	 * Also writes alarms to the journal, and continues where the last such watch ended: it reports what the kernel recorded in the meantime,
	 * and reacts if the cage was not restarted since.
	 */
	readonly toJournal?: (alarm: Alarm) => string;
	/** Called when the watch has started: it misses nothing afterwards. */
	onReady(): void;
	onAlarm(alarm: Alarm): void;
	/** Also reports alarms that a trial or self-test causes. They never cause a reaction. */
	readonly withTests?: boolean;
}

/** Milliseconds between searches for processes in cages. */
const look = 1000;

/** Seconds. A check of an ordinary cage takes a tenth of one. */
const usualCheck = 600;

/**
 * Follows the kernel's refusals in cages until the context's signal, and raises alarms. Throws `cage-unknown` (exit 2) and
 * `kernel-log-unreadable` (exit 3).
 */
export async function watchAlarms(context: Context, watch: AlarmWatch): Promise<void> {
	const { machine, signal } = context;
	const { checkEvery = usualCheck, names, onReady, toJournal } = watch;
	for (const name of names) await knownCage(machine.store, name);
	const processes = new CagedProcesses(context, names);
	await processes.look();
	const alarms = new Alarms(context, watch);
	await alarms.resume(names.length ? names : await machine.store.names());
	const decoys = new DecoyWatch(context, (opened) => {
		alarms.consider(decoyAlarm(opened, machine.now()), processes.findReader(opened));
	});
	const since = toJournal ? await machine.store.watchedUntil() : undefined;
	const isMissed = ({ time }: { readonly time: number }) => since !== undefined && time >= since;
	const considerDenial = (denial: Denial, isEarlier = false, count = 1) => {
		alarms.consider({ ...denialAlarm(denial), count }, processes.find({ ...denial, isEarlier }), isEarlier);
	};
	const landlock = new LandlockRecords();
	const considerLandlock = (denials: readonly LandlockDenial[], isEarlier = false) => {
		for (const denial of denials) alarms.consider(landlockAlarm(denial), processes.find({ ...denial, isEarlier }), isEarlier);
	};
	const warn = (code: string) => context.emit({ event: "warned", code, values: {} });
	const following = await machine.detection.follow({
		signal,
		onLost: () => warn("alarms-lost"),
		onEarlier(text) {
			considerLandlock(landlock.add(text).filter(isMissed), true);
			const denial = parseDenial(text);
			if (denial && isMissed(denial)) considerDenial(denial, true);
		},
		onRecord(text, times) {
			considerLandlock(landlock.add(text));
			const denial = parseDenial(text);
			if (denial) {
				considerDenial(denial, false, times);
				return;
			}
			const crash = parseCrash(text);
			if (crash) alarms.consider(crashAlarm(crash, machine.now()), processes.find({ pid: crash.pid }));
		},
	});
	// A refusal that is still incomplete is as old as the others.
	for (const _ of [1, 2]) considerLandlock(landlock.flush().filter(isMissed), true);
	await decoys.follow(processes.decoys());
	if (following.isLimited) warn("alarms-limited");
	if (machine.detection.hasForeignNumbers()) warn("alarms-foreign-numbers");
	if (following.missesLandlock) warn(`alarms-landlock-${following.missesLandlock}`);
	onReady();
	const looking = async () => {
		while (!signal.aborted) {
			await machine.sleep(look, signal).catch(() => undefined);
			// A record may take a moment to arrive. Without this note, the next watch only repeats some alarms.
			if (toJournal) await machine.store.noteWatched(alarms.handledUntil(machine.now() - look)).catch(() => undefined);
			await processes.look();
			await decoys.follow(processes.decoys());
			considerLandlock(landlock.flush());
			alarms.raiseDue();
		}
	};
	const checking = async () => {
		const dangers = new DangerWatch(context, names);
		while (checkEvery > 0 && !signal.aborted) {
			const found = await dangers.check().catch((error: unknown) => {
				if (!signal.aborted) alarms.notHandled(error);
				return [];
			});
			for (const { isNew, ...danger } of found) alarms.found(driftAlarm(danger, machine.now()), isNew);
			await machine.sleep(checkEvery * 1000, signal).catch(() => undefined);
		}
	};
	try {
		await Promise.all([following.ended, looking(), checking()]);
	} finally {
		decoys.stop();
	}
	await alarms.handled();
}

/** Decides which suspicions are alarms, and reports these. */
class Alarms {
	readonly #context: Context;
	readonly #watch: AlarmWatch;
	readonly #limiters = { attack: new AlarmLimiter(), test: new AlarmLimiter() };
	readonly #reactions: Reactions;
	#storing = Promise.resolve();

	constructor(context: Context, watch: AlarmWatch) {
		this.#context = context;
		this.#watch = watch;
		this.#reactions = new Reactions(context, { ...watch, onProblem: (error) => this.notHandled(error) });
	}

	/** Completes what an earlier watch left. */
	resume(names: readonly string[]): Promise<void> {
		return this.#reactions.resume(names);
	}

	consider(suspicion: Suspicion, known: KnownProcess | undefined, isEarlier = false): void {
		if (!known || (known.isTested && !this.#watch.withTests)) return;
		if (suspicion.result === "refused" && suspicion.call !== undefined && known.expected.has(suspicion.call)) return;
		const { cage, knownBy } = known;
		const options = known.options(suspicion);
		const alarm = { ...suspicion, cage, knownBy, count: suspicion.count ?? 1, ...omitUndefined({ options }) };
		const admitted = this.#limiters[known.isTested ? "test" : "attack"].admit(alarm, this.#context.machine.elapsed());
		if (admitted) this.#report(admitted, known.isTested);
		// Nothing reacts to a guess.
		if (!known.isTested && knownBy !== "account") this.#reactions.consider(alarm, { isRepeated: !admitted, isEarlier });
	}

	/** Handles what a check found. */
	found(alarm: Alarm, isNew: boolean): void {
		if (isNew) this.#report(alarm, false);
		this.#reactions.consider(alarm, { isRepeated: !isNew });
	}

	/** Reports what the limiters held back for long enough. */
	raiseDue(): void {
		for (const cause of ["attack", "test"] as const) {
			for (const alarm of this.#limiters[cause].due(this.#context.machine.elapsed())) this.#report(alarm, cause === "test");
		}
	}

	/** `time`, or the last moment before it until which every alarm's reaction is stored. */
	handledUntil(time: number): number {
		return this.#reactions.storedUntil(time);
	}

	/** A cage that was just removed, or a full disk, must not end the watch. */
	#report(alarm: Alarm, isTest: boolean): void {
		const { machine } = this.#context;
		const { onAlarm, toJournal } = this.#watch;
		onAlarm(alarm);
		if (toJournal) machine.detection.toJournal(alarm, toJournal(alarm));
		if (isTest) return;
		// The caged application itself may have filled the disk.
		this.#storing = this.#storing.then(() => machine.store.addAlarm(alarm)).catch((error: unknown) => this.notHandled(error));
	}

	notHandled(error: unknown): void {
		const { code, values } = error instanceof Failure ? error : new Failure("internal", { detail: String(error) }, 70);
		this.#context.emit({ event: "warned", code: "alarm-not-handled", values: { ...values, cause: code } });
	}

	/** Resolves when every alarm so far is handled. */
	async handled(): Promise<void> {
		await this.#storing;
		await this.#reactions.handled();
	}
}

/** An alarm whose cage is not known yet. */
type Suspicion = Omit<Alarm, "cage" | "knownBy" | "count"> & Partial<Pick<Alarm, "count">>;

function denialAlarm(denial: Denial): Suspicion {
	const why = whyDenied(denial.call);
	return {
		time: isoTime(denial.time),
		kind: "syscall",
		severity: severityOf(denial),
		result: denial.result,
		call: denial.call,
		...omitUndefined({ why }),
		pid: denial.pid,
		uid: denial.uid,
		executable: denial.program || denial.name,
	};
}

export function landlockAlarm({ name: _, session: __, pid, program, time, uid, why, ...denial }: LandlockDenial): Suspicion {
	return {
		...denial,
		time: isoTime(time),
		kind: landlockKind(why),
		severity: landlockSeverity(why),
		result: "refused",
		why,
		...(denial.call === undefined ? {} : { pid, uid, executable: program }),
	};
}

function crashAlarm({ name, pid }: Crash, now: number): Suspicion {
	return { time: isoTime(now), kind: "crash", severity: "medium", result: "crashed", pid, executable: name };
}

function decoyAlarm({ opening, path }: OpenedDecoy, now: number): Suspicion {
	return {
		time: isoTime(now),
		kind: "decoy",
		severity: "high",
		result: "opened",
		path: showPath(path),
		pid: opening.pid,
		...omitUndefined({ uid: opening.uid, executable: opening.program }),
	};
}
