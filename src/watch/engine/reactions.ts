import type { Context } from "../../base/engine/context.ts";
import { runningIn } from "../../cage/engine/cages.ts";
import type { Alarm } from "../alarm.ts";
import { type Reaction, reactionKey, type StoredReaction } from "../reaction.ts";
import { logReaction, performReaction } from "./perform-reaction.ts";

export interface ReactionOptions {
	readonly reaction: Reaction;
	/** For a command that reacts. */
	toLine(alarm: Alarm): string;
	/** Called when a reaction is done or has failed. */
	onReaction(result: StoredReaction): void;
	/** Called for an error that must not end the watch. */
	onProblem(error: unknown): void;
}

/** How an alarm came. */
interface Occasion {
	/** Its report is only counted, or an earlier check found the same. */
	readonly isRepeated?: boolean;
	/** From before this watch. */
	readonly isEarlier?: boolean;
}

/** The least and the most milliseconds between two attempts of a reaction that fails. */
const retryPauses = { first: 1000, last: 10_000 };
/** Milliseconds by which a process may seem to start after a call that it made: clock ticks and rounding. */
const startPrecision = 50;

interface FailedReaction {
	readonly stored: StoredReaction;
	/** Milliseconds from `at` (`elapsed`) to the next attempt. */
	readonly at: number;
	readonly pause: number;
}

interface CageReactions {
	/** One after the other. Other cages do not wait for them. */
	queue: Promise<void>;
	writing: Promise<void>;
	/** A write that has not begun contains everything. */
	isToWrite: boolean;
	/** These three by `reactionKey`. */
	readonly underWay: Map<string, StoredReaction>;
	readonly failed: Map<string, FailedReaction>;
	readonly done: Map<string, StoredReaction>;
}

/**
 * Reacts to alarms of high severity, to each cage's on its own. It alone decides whether an alarm was reacted to already, so that no
 * reaction is lost because a report is only counted. Each reaction is stored before it is performed, so that the next watch completes
 * what this one does not.
 */
export class Reactions {
	readonly #context: Context;
	readonly #options: ReactionOptions;
	readonly #cages = new Map<string, CageReactions>();
	/** Alarms whose reaction must come but is not on the disk yet. */
	readonly #unsaved = new Set<Alarm>();

	constructor(context: Context, options: ReactionOptions) {
		this.#context = context;
		this.#options = options;
	}

	consider(alarm: Alarm, occasion: Occasion = {}): void {
		const { kind: reaction } = this.#options.reaction;
		if (reaction === "report" || alarm.severity !== "high" || !this.#isDue(reaction, alarm, occasion)) return;
		if (occasion.isEarlier) this.#reactIfNotRestarted(reaction, alarm);
		else this.#begin({ reaction, alarm, state: "pending", at: this.#time(), watch: this.#context.machine.detection.watch });
	}

	/** Completes reactions that an earlier watch began. */
	async resume(names: readonly string[]): Promise<void> {
		const { kind } = this.#options.reaction;
		if (kind === "report") return;
		for (const name of names) {
			for (const stored of await this.#stored(name)) {
				const { alarm, reaction, state } = stored;
				if (state === "done") {
					if (reaction === kind) this.#of(name).done.set(reaction, stored);
				} else if (this.#isOfAnother(stored)) {
					// It completes it.
				} else if (reaction !== kind) this.consider(alarm, { isEarlier: true });
				else if (kind === "command" || !(await this.#isRestarted(alarm))) this.#begin({ ...stored, state: "pending" });
			}
		}
	}

	/** `time`, or the last moment (milliseconds since 1970) before it until which every reaction is stored. */
	storedUntil(time: number): number {
		return Math.min(time, ...[...this.#unsaved].map((alarm) => Date.parse(alarm.time) - 1));
	}

	/** Resolves when every reaction is done or has failed. After the signal, warns of those that are left for the next watch. */
	async handled(): Promise<void> {
		for (const [name, one] of this.#cages) {
			await one.queue;
			await one.writing;
			if (one.underWay.size) this.#context.emit({ event: "warned", code: "reaction-left", values: { name } });
		}
	}

	#isDue(reaction: StoredReaction["reaction"], alarm: Alarm, { isRepeated = false }: Occasion): boolean {
		const { machine } = this.#context;
		const { done, failed, underWay } = this.#of(alarm.cage);
		const key = reactionKey(reaction, alarm);
		if (underWay.has(key)) return false;
		const failure = failed.get(key);
		if (failure) return !isRepeated || machine.elapsed() - failure.at >= failure.pause;
		const last = done.get(key);
		if (!last) return true;
		if (reaction === "command" || alarm.kind === "drift") return !isRepeated;
		// What it stopped or froze raised earlier alarms. The clock may have been set back since.
		const until = Date.parse(last.at);
		return Date.parse(alarm.time) > until || machine.now() < until;
	}

	/** Whoever started the cage again cleaned up, or accepts the risk. */
	#reactIfNotRestarted(reaction: StoredReaction["reaction"], alarm: Alarm): void {
		const one = this.#of(alarm.cage);
		this.#unsaved.add(alarm);
		const check = async () => {
			if (await this.#isRestarted(alarm)) this.#unsaved.delete(alarm);
			else if (this.#isDue(reaction, alarm, {}))
				this.#begin({ reaction, alarm, state: "pending", at: this.#time(), watch: this.#context.machine.detection.watch });
			else this.#unsaved.delete(alarm);
		};
		one.queue = one.queue.then(check).catch(this.#options.onProblem);
	}

	/** Whether everything that runs in its cage is younger than the alarm. */
	async #isRestarted({ cage, time }: Alarm): Promise<boolean> {
		const { machine } = this.#context;
		const { processes } = await runningIn(machine, cage);
		const latest = Date.parse(time) + startPrecision;
		return processes.length > 0 && !processes.some((pid) => (machine.launcher.startedAt(pid) ?? latest + 1) <= latest);
	}

	/** The watch that began it still runs. */
	#isOfAnother({ watch }: StoredReaction): boolean {
		const { detection } = this.#context.machine;
		return watch.pid !== detection.watch.pid && !detection.hasEnded(watch);
	}

	#begin(stored: StoredReaction): void {
		const one = this.#of(stored.alarm.cage);
		const key = reactionKey(stored.reaction, stored.alarm);
		one.underWay.set(key, stored);
		this.#unsaved.add(stored.alarm);
		this.#save(stored.alarm.cage);
		one.queue = one.queue.then(() => this.#complete(key, stored)).catch(this.#options.onProblem);
	}

	async #complete(key: string, stored: StoredReaction): Promise<void> {
		const { machine, signal } = this.#context;
		const { onProblem, onReaction, reaction, toLine } = this.#options;
		const { cage } = stored.alarm;
		const one = this.#of(cage);
		const onUnits = (units: readonly string[]) => {
			one.underWay.set(key, { ...stored, units });
			this.#save(cage);
		};
		const result = signal.aborted ? stored : await performReaction(this.#context, stored, { reaction, toLine, onUnits });
		// The next watch completes it.
		if (signal.aborted && result?.state !== "done") return;
		one.underWay.delete(key);
		this.#unsaved.delete(stored.alarm);
		if (!result) return;
		const before = one.failed.get(key);
		one.failed.delete(key);
		if (result.state === "failed") {
			const pause = before ? Math.min(before.pause * 2, retryPauses.last) : retryPauses.first;
			one.failed.set(key, { stored: result, at: machine.elapsed(), pause });
		} else remember(one.done, key, result);
		this.#save(cage);
		onReaction(result);
		// A flood of alarms must not fill the log.
		if (result.problem === undefined || result.problem.code !== before?.stored.problem?.code)
			await logReaction(this.#context, result).catch(onProblem);
	}

	async #stored(name: string): Promise<readonly StoredReaction[]> {
		try {
			return await this.#context.machine.store.upkeep.reactions(name);
		} catch (error) {
			this.#options.onProblem(error);
			return [];
		}
	}

	/** Stores the cage's reactions. A failure does not prevent them. */
	#save(cage: string): void {
		const one = this.#of(cage);
		if (one.isToWrite) return;
		one.isToWrite = true;
		const save = async () => {
			one.isToWrite = false;
			const begun = [...one.underWay.values()];
			const failed = [...one.failed].flatMap(([key, { stored }]) => (one.underWay.has(key) ? [] : [stored]));
			const done = [...one.done.values()].filter(({ reaction }) => reaction !== "command");
			const others = (await this.#stored(cage)).filter((other) =>
				other.state === "done" ? !one.done.has(other.reaction) : this.#isOfAnother(other),
			);
			await this.#context.machine.store.upkeep.saveReactions(cage, [...others, ...done, ...failed, ...begun]);
			for (const { alarm } of begun) this.#unsaved.delete(alarm);
		};
		one.writing = one.writing.then(save).catch(this.#options.onProblem);
	}

	#of(cage: string): CageReactions {
		const known = this.#cages.get(cage);
		if (known) return known;
		const none = { queue: Promise.resolve(), writing: Promise.resolve(), isToWrite: false };
		const made: CageReactions = { ...none, underWay: new Map(), failed: new Map(), done: new Map() };
		this.#cages.set(cage, made);
		return made;
	}

	#time(): string {
		return new Date(this.#context.machine.now()).toISOString();
	}
}

/** How many kinds of alarms of a cage are known to have run the command. */
const mostKinds = 1000;

/** Forgets the oldest if there are too many. */
function remember(done: CageReactions["done"], key: string, result: StoredReaction): void {
	done.delete(key);
	done.set(key, result);
	const [oldest] = done.keys();
	if (done.size > mostKinds && oldest !== undefined) done.delete(oldest);
}
