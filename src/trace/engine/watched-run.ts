import type { Context, Machine } from "../../base/engine/context.ts";
import type { ShownProcesses } from "../../base/engine/events.ts";
import { later } from "../../base/engine/later.ts";
import { Failure } from "../../base/failure.ts";
import { accountNames } from "../../base/machine/accounts.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { baseName, type Path, pathFromText } from "../../base/path/path.ts";
import type { Launch, LaunchRequest, RunEnd, Sandbox, StartedApplication } from "../../launch/ports.ts";
import { placeOf } from "../../plan/links.ts";
import { reportWaiting } from "../../probe/engine/probing.ts";
import { type Application, launchEnvironment, socketsOf } from "../../service/application.ts";
import { isErrorOutput } from "../../service/error-text.ts";
import type { ListeningAddress } from "../../service/found.ts";
import { serviceOf } from "../../service/service-settings.ts";
import { TraceFold } from "../fold.ts";
import { mayBePidFile, namesProcess } from "../pid-file.ts";
import { listeningAddresses, type Trace } from "../trace.ts";
import type { CoverageTracker } from "./coverage.ts";
import type { PeerRequests } from "./neighbours.ts";

/** Minimum milliseconds between events of a live trace. A busy daemon causes thousands; a terminal cannot show more. */
const interval = 100;
/** Longer, because a measurement visits all paths. */
const coverageInterval = 1000;

/** Reports a fold's progress at a limited rate, including the last state. Emits only changes. */
export class TraceReport {
	readonly #context: Context;
	readonly #run: number;
	readonly #fold: TraceFold;
	readonly #coverage: CoverageTracker | undefined;
	#last = Number.NEGATIVE_INFINITY;
	#lastCoverage = Number.NEGATIVE_INFINITY;
	readonly #waiting = new Set<string>();
	#over = false;
	#processes = "";
	#names: ReadonlyMap<number, string> | undefined;

	/** `run` counts the runs of one application. */
	constructor(context: Context, fold: TraceFold, run: number, coverage?: CoverageTracker) {
		this.#run = run;
		this.#context = context;
		this.#fold = fold;
		this.#coverage = coverage;
		// An idle application would otherwise never be reported.
		void coverage?.ready.then(() => this.fed());
	}

	/** Call after feeding the fold. */
	fed(): void {
		if (this.#over) return;
		const left = interval - (this.#context.machine.elapsed() - this.#last);
		if (left <= 0) this.#report();
		else this.#later("counts", left, () => this.#report());
	}

	/** Schedules at most one pending call for each kind. */
	#later(what: "counts" | "reach", milliseconds: number, report: () => void): void {
		if (this.#waiting.has(what)) return;
		this.#waiting.add(what);
		const { machine, signal } = this.#context;
		machine.sleep(milliseconds, signal).then(
			() => {
				this.#waiting.delete(what);
				if (!this.#over) report();
			},
			// The report is no longer wanted.
			() => {},
		);
	}

	/** Reports at once, so that later changes are measured from here. */
	now(): void {
		if (!this.#over) this.#report();
	}

	/** Call after the last feed. */
	end(): void {
		this.#over = true;
		this.#lastCoverage = Number.NEGATIVE_INFINITY;
		this.#report();
	}

	#report(): void {
		const { emit, machine } = this.#context;
		this.#last = machine.elapsed();
		emit({ event: "accesses-counted", run: this.#run, counts: { ...this.#fold.counts(), newest: this.#fold.newest() } });
		const processes = this.#named();
		const text = JSON.stringify(processes);
		if (text !== this.#processes) {
			this.#processes = text;
			emit({ event: "processes-seen", processes });
		}
		this.#reportCoverage();
	}

	#reportCoverage(): void {
		if (!this.#coverage) return;
		const now = this.#context.machine.elapsed();
		const left = this.#lastCoverage + coverageInterval - now;
		if (left > 0) {
			this.#later("reach", left, () => this.#reportCoverage());
			return;
		}
		this.#lastCoverage = now;
		this.#coverage.report(this.#coverage.measure(this.#fold.trace));
	}

	#named(): ShownProcesses {
		const { living, ended, rows } = this.#fold.tree();
		this.#names ??= accountNames(this.#context.machine.accounts.users());
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

/** Seconds that an application gets to end. */
export const graceSeconds = 10;
const outputKept = 16 * 1024;

export interface WatchRequest {
	readonly application: Application;
	readonly identity: Identity;
	readonly launch: Launch;
	/** Counts the runs of one application. */
	readonly number: number;
	/** Receives repeatedly what the application asked for. */
	readonly watch?: (asked: PeerRequests) => void;
	readonly coverage?: CoverageTracker;
	/**
	 * `nothing`: without strace, so that the trace is empty. `refusals`: also calls that the sandbox's filter refuses, for which strace
	 * must stop at every call; always on for a cage.
	 */
	readonly records?: "nothing" | "refusals";
	/** Seconds that the application gets to end. */
	readonly grace?: number;
}

/** An application that is being watched. */
export interface LiveRun {
	readonly run: StartedApplication;
	/** Waits for a pause and reports. */
	settled(): Promise<void>;
	/** Ports and unix sockets that it opened. */
	addresses(): readonly ListeningAddress[];
}

interface WatchedRun<T> {
	readonly value: T;
	readonly trace: Trace;
	/** Paths, and names of calls without one, that failed last; newest last. */
	readonly lastFailed: readonly string[];
	readonly output: string;
	readonly ended: RunEnd;
	/** It ended before it was asked to. */
	readonly endedItself: boolean;
}

/** Names of log files, such as `/var/log/app/errors`, `app.log` and `log_2`. */
const logName = /\/logs?\/|\blogs?\b|[._-]log([._-]|$)/;

/**
 * Returns the application's output, and with it the end of the log files that this run wrote in the sandbox if the output contains no
 * error.
 */
export function withLog(
	{ machine }: Pick<Context, "machine">,
	sandbox: Sandbox,
	{ output, trace }: Pick<WatchedRun<unknown>, "output" | "trace">,
): string {
	if (isErrorOutput(output)) return output;
	const logs = [...trace.accesses.values()].flatMap(({ path, succeeded }) =>
		succeeded.has("write") && logName.test(path) ? [path] : [],
	);
	return [output, ...machine.launcher.writtenTexts(sandbox, logs)].join("\n");
}

/** Files that are read, because a service may write thousands below /run. */
const mostPidFiles = 100;

/** Returns the files in which the application keeps the number of one of its processes. */
function pidFilesIn({ machine }: Pick<Context, "machine">, sandbox: Sandbox, fold: TraceFold): Path[] {
	const written = [...fold.trace.accesses.values()].flatMap(({ path, succeeded }) =>
		succeeded.has("write") || succeeded.has("create") ? [placeOf(path, machine.files)] : [],
	);
	const candidates = [...new Set(written.filter(mayBePidFile))].slice(0, mostPidFiles);
	const numbers = new Set(fold.tree().rows.map(({ shownPid }) => shownPid));
	return candidates.filter((path) => machine.launcher.writtenTexts(sandbox, [path]).some((text) => namesProcess(text, numbers)));
}

/** Milliseconds without a call. A start makes calls continuously, while idle daemons make some ten per second (redis). */
const quietAfter = 60;
const mostQuiet = 1000;

/**
 * Waits until the application pauses or has ended. A reloading master executes itself again (haproxy); a TERM before its handlers
 * are installed would end it without the shutdown that shows what it needs.
 */
async function untilIdle({ machine, signal }: Context, since: () => true | number): Promise<void> {
	const until = machine.elapsed() + mostQuiet;
	for (let idle = since(); idle !== true && idle < quietAfter && machine.elapsed() < until; idle = since()) {
		await machine.sleep(quietAfter - idle, signal);
	}
}

/** Milliseconds without a call after which an application that was asked to end is only waiting for clients or a timer. */
const waitingAfter = 5000;

/** Kills a sandboxed application that waits instead of ending, because its end shows nothing more. The returned function stops that. */
function endWaiting(machine: Pick<Machine, "sleep">, run: StartedApplication, idle: () => number): () => void {
	let stop = () => {};
	const lookLater = () => {
		stop = later(machine, 250, () => {
			if (idle() > waitingAfter) run.signal("SIGKILL");
			lookLater();
		});
	};
	lookLater();
	return () => stop();
}

/** Starts the application, folds its trace, runs `live`, and always ends the application. */
export async function watchedRun<T>(
	context: Context,
	request: WatchRequest,
	live: (live: LiveRun) => Promise<T>,
): Promise<WatchedRun<T>> {
	const { machine, signal } = context;
	const { application, coverage, launch, number, watch } = request;
	const fold = new TraceFold({ cwd: pathFromText(application.cwd), hasEveryCall: hasEveryCall(application) });
	const report = new TraceReport(context, fold, number, coverage);
	const output = new OutputTail(context);
	let lastCall = machine.elapsed();
	const idle = () => machine.elapsed() - lastCall;
	const onData = (chunk: Uint8Array) => {
		lastCall = machine.elapsed();
		fold.feed(chunk);
		watch?.(fold.asked());
		report.fed();
	};
	const run = await machine.launcher.start({
		...launchRequest(request, onData),
		isDetaching: () => application.service?.detaches === true && fold.runsMain,
		onOutput: (chunk) => output.add(chunk),
		signal,
	});
	context.emit({ event: "application-started", where: launch.kind === "sandbox" ? "rehearsal" : launch.kind, run: number });
	let value: T;
	let ended: RunEnd;
	let ending = false;
	let over = false;
	let before = "";
	// Without an init it ended before anybody looked. `ended` also waits for the removal of its cgroup and files.
	let endedItself = run.init === 0;
	void run.ended.then(() => {
		over = true;
		endedItself ||= !ending;
	});
	const untilPause = () => untilIdle(context, () => over || idle());
	const settled = async () => {
		await untilPause();
		report.now();
	};
	try {
		value = await live({ run, settled, addresses: () => listeningAddresses(fold.trace) });
		// Before the end, when most applications remove theirs.
		if (launch.kind === "sandbox") for (const path of pidFilesIn(context, launch.sandbox, fold)) fold.trace.pidFiles.add(path);
		ending = true;
		await untilPause();
	} finally {
		ending = true;
		before = output.text;
		lastCall = machine.elapsed();
		ended = await endRun(context, request, run, idle);
	}
	signal.throwIfAborted();
	if (ended.stoppedFor === "disk-space") throw new Failure("sandbox-disk-full", { command: application.command[0] ?? "" }, 1);
	fold.end();
	report.end();
	// Output after the request to end explains nothing, but some programs print everything only then.
	const relevant = endedItself || before.trim() === "" ? output.text : before;
	return { value, trace: fold.trace, lastFailed: fold.lastFailed(), output: relevant, ended, endedItself };
}

/** The end of an application's output, which is also emitted as it arrives. */
class OutputTail {
	text = "";
	readonly #context: Context;
	/** A character may be split between chunks. */
	readonly #decoder = new TextDecoder();

	constructor(context: Context) {
		this.#context = context;
	}

	add(chunk: Uint8Array): void {
		const text = this.#decoder.decode(chunk, { stream: true });
		this.text = (this.text + text).slice(-outputKept);
		this.#context.emit({ event: "output-received", text });
	}
}

function hasEveryCall({ calls }: Application): boolean {
	return calls === "observed";
}

function launchRequest(
	{ application, identity, launch, records }: WatchRequest,
	onData: (chunk: Uint8Array) => void,
): Omit<LaunchRequest, "onOutput"> {
	// Our own filter's denials never show with strace's filter.
	const mode = records === "refusals" || launch.kind === "cage" ? "whole" : launch.kind === "host" ? "only" : "fast";
	return {
		launch,
		identity,
		command: application.command,
		cwd: application.cwd,
		env: launchEnvironment(application),
		...socketsOf(application),
		...serviceOf(application),
		network: launch.kind === "host" ? "host" : "own",
		// On the host, limits would hide what the application needs.
		...(launch.kind === "cage" && application.limits ? { limits: application.limits } : {}),
		...(records === "nothing" ? {} : { trace: { mode: hasEveryCall(application) ? "every" : mode, onData } }),
	};
}

async function endRun(
	context: Context,
	{ application, grace = graceSeconds, launch, records }: WatchRequest,
	run: StartedApplication,
	idle: () => number,
): Promise<RunEnd> {
	const waits = launch.kind === "sandbox" && records !== "nothing";
	const stopWatching = waits ? endWaiting(context.machine, run, idle) : undefined;
	const program = baseName(pathFromText(application.command[0] ?? ""));
	try {
		const ended = await reportWaiting(context, run.stop(grace), () => ({ for: "end", program, limit: Math.ceil(grace) }));
		context.emit({ event: "application-ended", status: ended.status });
		return ended;
	} finally {
		stopWatching?.();
	}
}
