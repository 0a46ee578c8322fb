import { type Finding, isAccepted, parseAcceptance } from "../../core/cage/finding.ts";
import { launchDirectory } from "../../core/confinement/launch.ts";
import { unitName } from "../../core/confinement/unit/installed.ts";
import { type Alarm, AlarmLimiter, landlockKind, landlockSeverity } from "../../core/detection/alarm.ts";
import { type Crash, type Denial, parseCrash, parseDenial, severityOf, whyDenied } from "../../core/detection/denial.ts";
import { type LandlockDenial, LandlockRecords } from "../../core/detection/landlock-denial.ts";
import { Failure } from "../../core/failure.ts";
import { pathFromText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { knownCage, presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { unitsOf } from "../run/installed-unit.ts";
import { findingsOf } from "../upkeep/audit.ts";
import { CagedProcesses, type KnownProcess } from "./caged-processes.ts";
import { DecoyWatch, type OpenedDecoy } from "./decoys.ts";

/** The reaction to an alarm of high severity, in addition to the report. */
export type Reaction =
	| { readonly kind: "report" }
	/** Stops its services and ends what `run` started. */
	| { readonly kind: "stop" }
	/** Suspends every process, so that its memory can be examined. */
	| { readonly kind: "freeze" }
	/** Gets each alarm on its stdin, as `toLine` writes it. */
	| { readonly kind: "command"; readonly command: string };

export interface AlarmWatch {
	/** If empty, every cage, including later ones. */
	readonly names: readonly string[];
	readonly reaction: Reaction;
	/** Seconds between two checks of the cages' files; 0: none. */
	readonly checkEvery?: number;
	/** For a command that reacts. */
	toLine(alarm: Alarm): string;
	/**
	 * Also writes alarms to the journal, and continues where the last such watch ended: it reports, without a reaction, what the kernel
	 * recorded in the meantime.
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
	const decoys = new DecoyWatch(context, (opened) => {
		alarms.consider(decoyAlarm(opened, machine.now()), processes.findReader(opened));
	});
	const since = toJournal ? await machine.store.watchedUntil() : undefined;
	const isMissed = ({ time }: { readonly time: number }) => since !== undefined && time >= since;
	const considerDenial = (denial: Denial, reacts = true) => {
		alarms.consider(denialAlarm(denial), processes.find(denial), reacts);
	};
	const landlock = new LandlockRecords();
	const considerLandlock = (denials: readonly LandlockDenial[], reacts = true) => {
		for (const denial of denials) alarms.consider(landlockAlarm(denial), processes.find(denial), reacts);
	};
	const warn = (code: string) => context.emit({ event: "warned", code, values: {} });
	const following = await machine.detection.follow({
		signal,
		onLost: () => warn("alarms-lost"),
		onEarlier(text) {
			considerLandlock(landlock.add(text).filter(isMissed), false);
			const denial = parseDenial(text);
			if (denial && isMissed(denial)) considerDenial(denial, false);
		},
		onRecord(text) {
			considerLandlock(landlock.add(text));
			const denial = parseDenial(text);
			if (denial) {
				considerDenial(denial);
				return;
			}
			const crash = parseCrash(text);
			if (crash) alarms.consider(crashAlarm(crash, machine.now()), processes.find({ pid: crash.pid }));
		},
	});
	// A refusal that is still incomplete is as old as the others.
	for (const _ of [1, 2]) considerLandlock(landlock.flush().filter(isMissed), false);
	await decoys.follow(processes.decoys());
	if (following.isLimited) warn("alarms-limited");
	if (following.hasForeignNumbers) warn("alarms-foreign-numbers");
	if (following.missesLandlock) warn(`alarms-landlock-${following.missesLandlock}`);
	onReady();
	const looking = async () => {
		while (!signal.aborted) {
			await machine.sleep(look, signal).catch(() => undefined);
			// A record may take a moment to arrive. Without this note, the next watch only repeats some alarms.
			if (toJournal) await machine.store.noteWatched(machine.now() - look).catch(() => undefined);
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
			for (const danger of found) alarms.raise(driftAlarm(danger, machine.now()), "attack");
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

/** An alarm whose cage is not known yet. */
type Suspicion = Omit<Alarm, "cage" | "knownBy" | "count">;

/** Decides which suspicions are alarms, reports these, and reacts to them one after the other. */
class Alarms {
	readonly #context: Context;
	readonly #watch: AlarmWatch;
	readonly #limiters = { attack: new AlarmLimiter(), test: new AlarmLimiter() };
	#work = Promise.resolve();

	constructor(context: Context, watch: AlarmWatch) {
		this.#context = context;
		this.#watch = watch;
	}

	consider(suspicion: Suspicion, known: KnownProcess | undefined, reacts = true): void {
		if (!known || (known.isTested && !this.#watch.withTests)) return;
		if (suspicion.result === "refused" && suspicion.call !== undefined && known.expected.has(suspicion.call)) return;
		if (isLaunch(suspicion)) return;
		const cause = known.isTested ? "test" : "attack";
		const { cage, knownBy } = known;
		const alarm = { ...suspicion, cage, knownBy, count: 1 };
		const admitted = this.#limiters[cause].admit(alarm, this.#context.machine.elapsed());
		if (admitted) this.raise(admitted, cause, reacts);
	}

	/** Raises what the limiters held back for long enough. */
	raiseDue(): void {
		for (const cause of ["attack", "test"] as const) {
			for (const alarm of this.#limiters[cause].due(this.#context.machine.elapsed())) this.raise(alarm, cause, false);
		}
	}

	/** A cage that was just removed, or a full disk, must not end the watch. */
	raise(alarm: Alarm, cause: "attack" | "test", reacts = true): void {
		const { machine } = this.#context;
		const { onAlarm, reaction, toJournal, toLine } = this.#watch;
		onAlarm(alarm);
		if (toJournal) machine.detection.toJournal(alarm, toJournal(alarm));
		if (cause === "test") return;
		const notHandled = (error: unknown) => this.notHandled(error);
		const handle = async () => {
			// The caged application itself may have filled the disk.
			await machine.store.addAlarm(alarm).catch(notHandled);
			if (reacts && alarm.severity === "high") await react(this.#context, alarm, reaction, toLine);
		};
		this.#work = this.#work.then(handle).catch(notHandled);
	}

	notHandled(error: unknown): void {
		const { code, values } = error instanceof Failure ? error : new Failure("internal", { detail: String(error) }, 70);
		this.#context.emit({ event: "warned", code: "alarm-not-handled", values: { ...values, cause: code } });
	}

	/** Resolves when every alarm so far is handled. */
	handled(): Promise<void> {
		return this.#work;
	}
}

const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();

function denialAlarm(denial: Denial): Suspicion {
	const why = whyDenied(denial.call);
	return {
		time: isoTime(denial.time),
		kind: "syscall",
		severity: severityOf(denial),
		result: denial.result,
		call: denial.call,
		...(why === undefined ? {} : { why }),
		pid: denial.pid,
		uid: denial.uid,
		executable: denial.program || denial.name,
	};
}

function landlockAlarm({ name: _, pid, program, time, uid, why, ...denial }: LandlockDenial): Suspicion {
	return {
		...denial,
		...{ time: isoTime(time), kind: landlockKind(why), severity: landlockSeverity(why), result: "refused", why },
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
		...(opening.uid === undefined ? {} : { uid: opening.uid }),
		...(opening.program === undefined ? {} : { executable: opening.program }),
	};
}

function driftAlarm({ cage, finding: { code, path, values } }: Danger, now: number): Alarm {
	return {
		time: isoTime(now),
		...{ cage, kind: "drift", severity: "high", result: "found", knownBy: "file", count: 1 },
		...{ finding: code, values, path: showPath(path) },
	};
}

/** setpriv looks up the account through nscd's socket at each start. */
function isLaunch({ call, executable = "", severity }: Pick<Alarm, "call" | "executable" | "severity">): boolean {
	return call === "socket" && severity === "medium" && executable.startsWith(`${launchDirectory}/`);
}

/** systemd does not restart a service that was stopped by request. */
async function react(context: Context, alarm: Alarm, reaction: Reaction, toLine: AlarmWatch["toLine"]): Promise<void> {
	const { machine, signal } = context;
	if (reaction.kind === "report") return;
	if (reaction.kind === "command") {
		await machine.detection.runCommand(reaction.command, `${toLine(alarm)}\n`, signal);
		return;
	}
	const { cage } = alarm;
	const generations = await machine.store.generations(cage);
	const running = () => generations.map((one) => machine.launcher.running(machine.store.root(cage, one)));
	if (reaction.kind === "freeze") {
		// Repeat until no process is left that started between two searches.
		const frozen = new Set<number>();
		for (let fresh = [-1]; fresh.length; ) {
			fresh = running().flatMap(({ processes }) => processes.filter((pid) => !frozen.has(pid)));
			machine.detection.freeze(fresh);
			for (const pid of fresh) frozen.add(pid);
		}
		await machine.store.log(cage, "frozen", { processes: frozen.size, alarm: alarm.call ?? alarm.finding ?? alarm.kind });
		return;
	}
	const stopped: string[] = [];
	if (machine.services.running()) {
		for (const { service = unitName(cage) } of await unitsOf(context, cage)) {
			if ((await machine.services.state(service)).active !== "active") continue;
			await machine.services.stop(service, await machine.services.companions(service));
			stopped.push(service);
		}
	}
	for (const { inits } of running()) for (const init of inits) machine.launcher.send(init, "SIGTERM");
	await machine.store.log(cage, "stopped", { services: stopped, alarm: alarm.call ?? alarm.finding ?? alarm.kind });
}

/** Path of the watch's unit. */
export const watchUnitPlace = pathFromText("/etc/systemd/system/cagewright-watch.service");

interface Danger {
	readonly cage: string;
	readonly finding: Finding;
}

/** Milliseconds between two looks at the same danger. An update that switches generations is over by then, or has the next one. */
const confirmation = 1000;

/** Notices dangers in the files of cages: setuid files in their data, changed programs, and whatever else the audit before a launch refuses. */
class DangerWatch {
	readonly #context: Context;
	readonly #names: readonly string[];
	/** Dangers of the last check, so that each is reported once as long as it stays. */
	#known = new Set<string>();

	/** Without names: every cage. */
	constructor(context: Context, names: readonly string[]) {
		this.#context = context;
		this.#names = names;
	}

	/** Dangers that are new since the last check. Reads only files that were touched. */
	async check(): Promise<readonly Danger[]> {
		const { machine, signal } = this.#context;
		const found: Danger[] = [];
		for (const cage of this.#names.length ? this.#names : await machine.store.names()) {
			const dangers = await this.#dangersOf(cage);
			if (dangers.every(({ finding }) => this.#known.has(keyOf(cage, finding)))) {
				found.push(...dangers);
				continue;
			}
			await machine.sleep(confirmation, signal);
			const again = new Set((await this.#dangersOf(cage)).map(({ finding }) => keyOf(cage, finding)));
			found.push(...dangers.filter(({ finding }) => again.has(keyOf(cage, finding))));
		}
		const fresh = found.filter(({ cage, finding }) => !this.#known.has(keyOf(cage, finding)));
		this.#known = new Set(found.map(({ cage, finding }) => keyOf(cage, finding)));
		return fresh;
	}

	/** None of a cage that is not built, or that somebody builds or removes at this moment. */
	async #dangersOf(cage: string): Promise<Danger[]> {
		try {
			const present = await presentCage(this.#context, cage);
			const findings = await findingsOf(this.#context, present.manifest, present.layout);
			if ((await this.#context.machine.store.present(cage)) !== present.generation) return [];
			const accepted = (present.cage.accepted ?? []).map(parseAcceptance);
			const dangers = findings.filter((finding) => finding.severity === "danger" && !isAccepted(finding, accepted));
			return dangers.map((finding) => ({ cage, finding }));
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			return [];
		}
	}
}

const keyOf = (cage: string, { code, path }: Finding) => `${cage}\0${code}\0${showPath(path)}`;
