import { type Application, launchEnvironment, socketsOf } from "../../core/application/application.ts";
import { Failure } from "../../core/failure.ts";
import { baseName, pathFromText } from "../../core/path/path.ts";
import type { Identity } from "../../core/plan/plan.ts";
import { TraceFold } from "../../core/trace/fold.ts";
import { emptyTrace, type Trace } from "../../core/trace/trace.ts";
import type { Context } from "../context.ts";
import type { ShownProcesses } from "../events.ts";
import type { Ended, Launch, Launched, LaunchRequest } from "../launch-ports.ts";
import type { Reach } from "./coverage.ts";
import type { Asked } from "./neighbours.ts";
import { tellWaiting } from "./probing.ts";

/** Events of a live trace come at most so often (milliseconds): a terminal shows no more, and a busy daemon makes thousands. */
const interval = 100;
/** A measurement passes over all paths. */
const reachInterval = 1000;

/**
 * Tells of what a fold has found so far, not more often than anybody could see, and the last of it even where nothing follows. Only what
 * has changed is told.
 */
export class TraceReport {
	readonly #context: Context;
	readonly #run: number;
	readonly #fold: TraceFold;
	readonly #reach: Reach | undefined;
	#last = 0;
	#lastReach = 0;
	readonly #waiting = new Set<string>();
	#over = false;
	#processes = "";
	#names: ReadonlyMap<number, string> | undefined;

	/** `run` counts the lives of one application. */
	constructor(context: Context, fold: TraceFold, run: number, reach?: Reach) {
		this.#run = run;
		this.#context = context;
		this.#fold = fold;
		this.#reach = reach;
		// An application that does nothing at this moment would leave them untold.
		void reach?.ready.then(() => this.fed());
	}

	/** More was fed. */
	fed(): void {
		if (this.#over) return;
		const left = interval - (this.#context.machine.now() - this.#last);
		if (left <= 0) this.#tell();
		else this.#later("counts", left, () => this.#tell());
	}

	/** Once, however often it is asked for meanwhile. */
	#later(what: "counts" | "reach", milliseconds: number, tell: () => void): void {
		if (this.#waiting.has(what)) return;
		this.#waiting.add(what);
		const { machine, signal } = this.#context;
		machine.sleep(milliseconds, signal).then(
			() => {
				this.#waiting.delete(what);
				if (!this.#over) tell();
			},
			// Nobody wants to be told any more.
			() => {},
		);
	}

	/** Tells at once, so that what comes next is told from what was before. */
	now(): void {
		if (!this.#over) this.#tell();
	}

	/** Everything was fed. */
	end(): void {
		this.#over = true;
		this.#lastReach = 0;
		this.#tell();
	}

	#tell(): void {
		const { emit, machine } = this.#context;
		this.#last = machine.now();
		emit({ event: "accesses-counted", run: this.#run, counts: { ...this.#fold.counts(), newest: this.#fold.newest() } });
		const processes = this.#named();
		const text = JSON.stringify(processes);
		if (text !== this.#processes) {
			this.#processes = text;
			emit({ event: "processes-seen", processes });
		}
		this.#tellReach();
	}

	#tellReach(): void {
		if (!this.#reach) return;
		const now = this.#context.machine.now();
		const left = this.#lastReach + reachInterval - now;
		if (left > 0) {
			this.#later("reach", left, () => this.#tellReach());
			return;
		}
		this.#lastReach = now;
		this.#reach.tell(this.#reach.measure(this.#fold.trace));
	}

	#named(): ShownProcesses {
		const { living, ended, rows } = this.#fold.tree();
		this.#names ??= new Map(this.#context.machine.accounts.users().map(({ name, uid }) => [uid, name]));
		const names = this.#names;
		return {
			living,
			ended,
			rows: rows.map((row) => {
				const account = row.uid === undefined ? undefined : names.get(row.uid);
				return account === undefined ? row : { ...row, account };
			}),
		};
	}
}

/** Seconds that an application gets to end by itself. */
export const graceSeconds = 10;
const outputKept = 16 * 1024;

interface Watching {
	readonly launch: Launch;
	/** Counts the lives of one application. */
	readonly number: number;
	/** Is told while it runs whom it asked for. */
	readonly watch?: (asked: Asked) => void;
	readonly reach?: Reach;
	/** It only runs: its trace is empty. */
	readonly unseen?: boolean;
	/** Calls that the sandbox's filter refuses are in the trace too; strace stops at every call for that. A cage is always traced so. */
	readonly whole?: boolean;
	/** Seconds that it gets to end by itself. */
	readonly grace?: number;
}

interface WatchedRun<T> {
	readonly value: T;
	readonly trace: Trace;
	/** Paths, and names of calls without one, that failed last; newest last. */
	readonly lastFailed: readonly string[];
	readonly output: string;
	readonly ended: Ended;
	/** It ended before it was told to. */
	readonly endedItself: boolean;
}

/** Milliseconds without a call: a start makes them without a pause, while idle daemons look around some ten times a second (redis). */
const quietAfter = 60;
const mostQuiet = 1000;

/**
 * Waits until the application has done nothing for a moment, or is over. A master that reloads executes itself anew (haproxy), and a TERM that comes before
 * it has its handlers again ends it without the farewell to its workers that shows what it needs.
 */
async function quiet({ machine, signal }: Context, since: () => true | number): Promise<void> {
	const until = machine.now() + mostQuiet;
	for (let idle = since(); idle !== true && idle < quietAfter && machine.now() < until; idle = since()) {
		await machine.sleep(quietAfter - idle, signal);
	}
}

/** Milliseconds without a call after which an application that was asked to end is only waiting, for its clients or for a timer. */
const waitingAfter = 5000;

/** Kills an application in the sandbox that was asked to end and has done nothing since: its end shows nothing more. */
function endWaiting(run: Launched, idle: () => number): NodeJS.Timeout {
	return setInterval(() => {
		if (idle() > waitingAfter) run.signal("SIGKILL");
	}, 250);
}

/** Starts, folds the trace as it comes, lets `live` do its part (`settled` waits for a pause and tells what was seen), and ends the application whatever happened. */
export async function watchedRun<T>(
	context: Context,
	application: Application,
	identity: Identity,
	{ grace = graceSeconds, launch: spec, number, reach, unseen, watch, whole = false }: Watching,
	live: (run: Launched, settled: () => Promise<void>, ports: () => readonly string[]) => Promise<T>,
): Promise<WatchedRun<T>> {
	const { emit, machine, signal } = context;
	const fold = new TraceFold({ cwd: pathFromText(application.cwd) });
	const report = new TraceReport(context, fold, number, reach);
	// A character may be cut between two pieces.
	const decoder = new TextDecoder();
	let output = "";
	let before = "";
	let heard = machine.now();
	const trace: LaunchRequest["trace"] = {
		// Denials by a filter of ours never show under strace's own filter.
		mode: whole || spec.kind === "cage" ? "whole" : "fast",
		onData(chunk) {
			heard = machine.now();
			fold.feed(chunk);
			watch?.(fold.asked());
			report.fed();
		},
	};
	const run = await machine.launcher.start({
		spec,
		identity,
		command: application.command,
		cwd: application.cwd,
		env: launchEnvironment(application),
		...socketsOf(application),
		network: spec.kind === "host" ? "host" : "own",
		// On the host it is watched for what it needs, not for how much.
		...(spec.kind === "cage" && application.limits ? { limits: application.limits } : {}),
		...(unseen ? {} : { trace }),
		onOutput(chunk) {
			const text = decoder.decode(chunk, { stream: true });
			output = (output + text).slice(-outputKept);
			emit({ event: "output-received", text });
		},
		signal,
	});
	emit({ event: "application-started", where: spec.kind === "sandbox" ? "rehearsal" : spec.kind, run: number });
	let value: T;
	let ended: Ended;
	let ending = false;
	let over = false;
	// Without an init it was over before anybody looked; `ended` also waits until its cgroups and files are removed.
	let endedItself = run.init === 0;
	void run.ended.then(() => {
		over = true;
		endedItself ||= !ending;
	});
	const settled = () => quiet(context, () => over || machine.now() - heard);
	try {
		value = await live(
			run,
			async () => {
				await settled();
				report.now();
			},
			() => [...(fold.trace?.ports ?? [])],
		);
		ending = true;
		await settled();
	} finally {
		ending = true;
		before = output;
		heard = machine.now();
		const watcher = spec.kind === "sandbox" && !unseen ? endWaiting(run, () => machine.now() - heard) : undefined;
		ended = await tellWaiting(context, run.stop(grace), () => ({
			for: "end",
			program: baseName(pathFromText(application.command[0] ?? "")),
		})).finally(() => clearInterval(watcher));
		emit({ event: "application-ended", status: ended.status });
	}
	signal.throwIfAborted();
	if (ended.stoppedFor === "disk-space") throw new Failure("sandbox-disk-full", { command: application.command[0] ?? "" }, 1);
	fold.end();
	report.end();
	// What it says of being told to end explains nothing; but some print everything only then.
	const said = endedItself ? output : before.trim() === "" ? output : before;
	return { value, trace: fold.trace ?? emptyTrace(), lastFailed: fold.lastFailed(), output: said, ended, endedItself };
}
