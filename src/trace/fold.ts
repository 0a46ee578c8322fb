import { baseName, type Path } from "../base/path/path.ts";
import { environmentName, initName } from "../confine/places.ts";
import { isNeverAllowed } from "../confine/seccomp/filter.ts";
import { own } from "./argument.ts";
import { type CallShape, callShape } from "./calls.ts";
import { effectOf, effectOfHandle, namesAllPaths, usedPath } from "./effect.ts";
import { follow } from "./follow.ts";
import { type CallEvent, LineReader, LineSplitter, type TraceEvent } from "./line.ts";
import { isOrdinaryMemory, noteNeeds, noteRefusal } from "./needs.ts";
import type { Process } from "./process.ts";
import { noProcesses, ProcessTable, type ProcessTree } from "./processes.ts";
import { type AccessCounts, type Effect, Recorder } from "./recorder.ts";
import type { RunningProcess } from "./running.ts";
import { addressedCalls, isOption, isSending, multicastCall, RecentMap, Sockets } from "./sockets.ts";
import { type Peer, peersOf, type Trace } from "./trace.ts";

/**
 * Finds where the application begins in a trace that also shows its launch. It is called in order for each successful execve(2) of the
 * launcher's processes, because the service's other commands begin like the application.
 */
interface StartMarker {
	isApplication(pid: number, program: Path): boolean;
	/** The process that is PID 1 of the cage, once known. It is not part of the application. */
	readonly initPid: number | undefined;
}

/**
 * For the launcher: the process that becomes PID 1 executes the init. The application follows the program that sets its environment.
 */
function startAfterInit(): StartMarker {
	let initPid: number | undefined;
	const entered = new Set<number>();
	return {
		isApplication(pid, program) {
			if (initPid === undefined) {
				if (baseName(program) === initName) initPid = pid;
				return false;
			}
			if (pid === initPid) return false;
			if (baseName(program) !== environmentName) return entered.delete(pid);
			entered.add(pid);
			return false;
		},
		get initPid() {
			return initPid;
		},
	};
}

export interface FoldOptions {
	/** Finds the application's start. The default fits the launcher. */
	readonly start?: StartMarker;
	/** The application's initial working directory. By default, the trace shows it. */
	readonly cwd?: Path;
	/** Ids of the first process in the trace; the default is 0. */
	readonly uid?: number;
	readonly gid?: number;
	/** strace ran in the mode `every`, so that the trace has the names of all calls. */
	readonly hasEveryCall?: boolean;
}

/** Number of remembered lines. A line has about 150 bytes, so that they take less than 10 MB. */
const maxRemembered = 8192;

/**
 * Folds the output of strace, run with `straceArguments`, into a Trace while it arrives. Memory grows with the number of distinct
 * paths, not with the length of the stream. Ignores invalid lines and never throws.
 */
export class TraceFold {
	readonly #start: StartMarker;
	readonly #cwd: Path | undefined;
	readonly #hasEveryCall: boolean;
	readonly #reader = new LineReader();
	readonly #recorder = new Recorder();
	readonly #sockets = new Sockets();
	readonly #processes: ProcessTable;
	readonly #splitter = new LineSplitter((text, from, end) => this.#line(text, from, end));
	readonly #remembered = new RecentMap<Effect>(maxRemembered);
	#candidates = 0;
	#started = false;

	constructor(options: FoldOptions = {}) {
		this.#start = options.start ?? startAfterInit();
		this.#cwd = options.cwd;
		this.#hasEveryCall = options.hasEveryCall ?? false;
		this.#processes = new ProcessTable(this.#reader, options);
	}

	get trace(): Trace {
		return this.#recorder.trace;
	}
	/** True from the application's own execve(2). */
	get started(): boolean {
		return this.#started;
	}
	/** Pids are those of strace's namespace. */
	get mainPid(): number | undefined {
		return this.#recorder.mainPid;
	}
	/** Its first process has not ended. An application that detaches ends it when its start is done. */
	get runsMain(): boolean {
		return this.mainPid !== undefined && this.#processes.find(this.mainPid) !== undefined;
	}
	get initPid(): number | undefined {
		return this.#start.initPid;
	}
	/** Services that the application asked for so far: unix sockets without a listener, and addresses of this machine. */
	asked(): { readonly sockets: ReadonlySet<Path>; readonly peers: readonly Peer[] } {
		return { sockets: this.#sockets.unheard, peers: peersOf(this.#recorder.trace) };
	}
	/** Returns a copy, for a live display. */
	counts(): AccessCounts {
		return { ...this.#recorder.tally.counts };
	}
	/** Returns the latest distinct paths, newest last, at most 20. */
	newest(): Path[] {
		return [...this.#recorder.tally.newest];
	}

	tree(): ProcessTree {
		return this.#started ? this.#processes.tree() : noProcesses;
	}

	/**
	 * Returns the last failures until now or until the main process failed: paths, and names of calls without a path, newest
	 * last, at most 64.
	 */
	lastFailed(): string[] {
		return this.#recorder.failures.list();
	}

	/** For an application that runs already: everything in the trace counts. The first process is the main process. */
	join(processes: readonly RunningProcess[]): void {
		for (const process of processes) this.#processes.join(process);
		this.#recorder.mainPid ??= processes[0]?.pid;
		this.#started = true;
	}

	/** Takes any part of the stream; it may end within a line. */
	feed(chunk: Uint8Array): void {
		this.#splitter.feed(chunk);
	}

	end(): void {
		this.#splitter.end();
		if (this.#splitter.dropped) this.#recorder.trace.gaps.add("line-dropped");
		for (const pid of this.#processes.held()) {
			const process = this.#processes.guess(pid);
			if (process) this.#release(process);
		}
	}

	#line(text: string, from: number, end: number): void {
		const reader = this.#reader;
		if (!reader.prefix(text, from, end)) return;
		const { pid } = reader;
		const rest = text.slice(reader.start, end);
		const process = this.#processes.find(pid) ?? this.#processes.adopt(pid);
		if (process) this.#read(process, rest);
		else {
			const guessed = this.#processes.hold(pid, rest);
			if (guessed) this.#release(guessed);
		}
	}

	#read(process: Process, rest: string): void {
		const records = this.#started && !process.launcher;
		// A resumed line does not contain the whole call.
		const repeats = records && process.fs.root === "" && rest.charCodeAt(0) !== 60;
		if (repeats) {
			const effect = this.#remembered.get(rest);
			if (effect) {
				this.#recorder.trace.calls++;
				this.#recorder.process(process);
				if (effect.cwd !== undefined) process.fs.cwd = effect.cwd;
				this.#recorder.apply(effect, process);
				return;
			}
		}
		const countsCalls = records && this.#hasEveryCall;
		if (countsCalls && !this.#noteCall(rest, process)) return;
		if (records) this.#recorder.trace.multicast ??= multicastCall(rest);
		if (isOption(rest)) return;
		// A server may send a thousand times a second, and only sending to a unix socket names a path.
		if (rest.startsWith("send") && !rest.endsWith(" ...>") && !rest.includes("AF_UNIX")) return;
		if (isOrdinaryMemory(rest)) return;
		const event = this.#reader.event(process.pid, rest);
		if (event === undefined) {
			if (rest.endsWith(" ...>")) process.cwdAtEntry = process.fs.cwd;
			return;
		}
		if (event.kind !== "call") this.#other(event, records);
		else if (event.result !== undefined) {
			const shape = callShape(event.call);
			if (!shape) {
				if (countsCalls && event.error !== undefined) noteRefusal(event, event.error, process, this.#recorder);
				return;
			}
			const effect = this.#call(event, shape, process);
			// Most lines occur once or seldom. Remembering one in four catches the frequent ones soon and costs little for the
			// others.
			if (effect && repeats && !effect.isNew && shape.plain && (this.#candidates++ & 3) === 0 && namesAllPaths(event, shape)) {
				this.#remembered.set(own(rest), effect);
			}
		}
	}

	/** Records the call's name. Returns false if the rest of the line does not matter. */
	#noteCall(rest: string, process: Process): boolean {
		const end = rest.indexOf("(");
		// Endings, signals and the second part of a call have no name at their start.
		if (end <= 0 || !/^[a-z_]/.test(rest)) return true;
		const name = rest.slice(0, end);
		this.#recorder.systemCall(name);
		process.lastCall = name;
		return callShape(name) !== undefined || rest.endsWith(" ...>") || rest.includes(" = -1 EPERM", end);
	}

	#other(event: Exclude<TraceEvent, CallEvent>, records: boolean): void {
		if (event.kind === "superseded") {
			this.#processes.supersede(event.pid, event.by);
			return;
		}
		const { how, pid } = event;
		if (records) this.#recorder.exit(pid, how);
		const killed = how === "signal SIGSYS" ? this.#processes.find(pid) : undefined;
		// The filter killed it for this call, which therefore has no result.
		if (records && killed?.lastCall !== undefined) this.#recorder.refusal(killed.lastCall, "SIGSYS", killed.program);
		this.#processes.remove(pid, records ? how : undefined);
		this.#reader.forget(pid);
	}

	#call(seen: CallEvent, shape: CallShape, process: Process): Effect | undefined {
		let event = seen;
		if (process.superseded && event.call.startsWith("execve")) {
			process.superseded = false;
			event = { ...event, result: 0, error: undefined };
		}
		const succeeded = event.error === undefined;
		const executes = event.call.startsWith("execve");
		const program = executes && succeeded ? this.#programOf(event, shape, process) : undefined;
		const recorder = this.#started && !process.launcher ? this.#recorder : undefined;
		let effect: Effect | undefined;
		if (recorder) {
			recorder.trace.calls++;
			recorder.process(process);
			effect = shape.paths.length > 0 ? effectOf(event, shape, process, recorder) : undefined;
			if (addressedCalls.has(event.call)) effect = this.#sockets.addressed(event, process, recorder);
			else if (event.call === "open_by_handle_at") effect = effectOfHandle(event, process, recorder);
			if (effect) {
				if (effect.cwd !== undefined) process.fs.cwd = effect.cwd;
				recorder.apply(effect, process);
			}
			const { call, error } = event;
			if (error !== undefined && (isNeverAllowed(call) || (!effect && !isSending(call)))) {
				noteRefusal(event, error, process, recorder);
			}
		}
		if (!shape.plain && succeeded) {
			const child = follow(event, shape, process, { processes: this.#processes, sockets: this.#sockets, recorder });
			if (child) this.#release(child);
			if (recorder) noteNeeds(event, effect, { process, find: (pid) => this.#processes.find(pid) }, recorder);
		}
		if (program !== undefined) {
			process.program = program;
			recorder?.program(process, program);
		}
		return effect;
	}

	/** Returns the program of a successful execve(2). If it is the application, the trace counts from here. */
	#programOf(event: CallEvent, shape: CallShape, process: Process): Path | undefined {
		const use = shape.paths[0];
		const named = use && usedPath(event, use, process.fs);
		const program = named && own(named);
		if (program === undefined || (this.#started && !process.launcher)) return program;
		if (!this.#start.isApplication(process.pid, program)) return program;
		const parent = process.parent === undefined ? undefined : this.#processes.find(process.parent);
		// A command before the start is a child of the main process.
		const isBefore = parent !== undefined && parent.pid !== this.#start.initPid && parent.parent === this.#start.initPid;
		this.#recorder.mainPid ??= isBefore ? parent.pid : process.pid;
		if (!this.#started) this.#processes.markLaunchers(process.pid);
		this.#started = true;
		process.launcher = false;
		process.fs = { cwd: this.#cwd ?? process.fs.cwd, root: "", shown: "" };
		process.program = program;
		return program;
	}

	/** Reads a process's lines that were held back until its parent was known. */
	#release(process: Process): void {
		for (const rest of this.#processes.takeHeld(process.pid)) {
			const current = this.#processes.find(process.pid);
			if (current) this.#read(current, rest);
		}
	}
}
