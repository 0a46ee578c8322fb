import { environmentName } from "../confinement/environment.ts";
import { initName } from "../confinement/launch.ts";
import { baseName, type Path } from "../path/path.ts";
import { own } from "./argument.ts";
import { type CallShape, callShape } from "./calls.ts";
import { effectOf, openedByHandle, tellsItsPaths, usedPath } from "./effect.ts";
import { follow } from "./follow.ts";
import { type CallEvent, LineReader, LineSplitter, type TraceEvent } from "./line.ts";
import { isOrdinaryMemory, noteNeeds, noteRefusal } from "./needs.ts";
import { isNeverAllowed } from "./never-allowed.ts";
import type { Process } from "./process.ts";
import { noProcesses, ProcessTable, type ProcessTree } from "./processes.ts";
import { type AccessCounts, type Effect, Recorder } from "./recorder.ts";
import type { RunningProcess } from "./running.ts";
import { addressedCalls, isOption, isSending, multicastCall, Recent, Sockets } from "./sockets.ts";
import { peerPorts, type Trace } from "./trace.ts";

/**
 * Says where the application begins in a trace that also shows how it was launched. It is asked at every execve that succeeded, in order,
 * until it answers true.
 */
interface StartMarker {
	isApplication(pid: number, program: Path): boolean;
	/** The process that is PID 1 of the cage, once known: nothing that it does is the application's. */
	readonly initPid: number | undefined;
}

/** For a command that strace starts by itself: its first execve is the application. */
export function startAtFirstExecve(): StartMarker {
	return { isApplication: () => true, initPid: undefined };
}

/**
 * For the launcher: the init is executed by the process that becomes PID 1; the first other process that executes anything after that is
 * the main process. It executes setpriv (itself or through the dynamic linker), the program that sets the environment, and then the
 * application.
 */
function startAfterInit(): StartMarker {
	let initPid: number | undefined;
	let main: number | undefined;
	return {
		isApplication(pid, program) {
			if (initPid === undefined) {
				if (baseName(program) === initName) initPid = pid;
				return false;
			}
			if (pid === initPid) return false;
			if (main === undefined) {
				main = pid;
				return false;
			}
			return pid === main && baseName(program) !== environmentName;
		},
		get initPid() {
			return initPid;
		},
	};
}

export interface FoldOptions {
	/** Where the application begins; as the launcher starts it, unless given. */
	readonly start?: StartMarker;
	/** The application's working directory when it begins; what the trace shows, unless given. */
	readonly cwd?: Path;
	/** Ids of the first process that strace shows; 0 unless given. */
	readonly uid?: number;
	readonly gid?: number;
}

/** Lines that repeat are answered from here; a line is about 150 bytes, so this stays below 10 MB. */
const maxRemembered = 8192;

/**
 * Folds the output of strace, run with `straceArguments`, into a Trace as it comes. Memory grows with the number of different paths,
 * not with the length of the stream. Nothing that is fed throws; what is no line of strace is passed over.
 */
export class TraceFold {
	readonly #start: StartMarker;
	readonly #cwd: Path | undefined;
	readonly #reader = new LineReader();
	readonly #recorder = new Recorder();
	readonly #sockets = new Sockets();
	readonly #processes: ProcessTable;
	readonly #splitter = new LineSplitter((text, from, end) => this.#line(text, from, end));
	readonly #remembered = new Recent<Effect>(maxRemembered);
	#candidates = 0;
	#started = false;

	constructor(options: FoldOptions = {}) {
		this.#start = options.start ?? startAfterInit();
		this.#cwd = options.cwd;
		this.#processes = new ProcessTable(this.#reader, options);
	}

	get trace(): Trace {
		return this.#recorder.trace;
	}
	/** True from the application's own execve on. */
	get started(): boolean {
		return this.#started;
	}
	/** Pids in strace's namespace. */
	get mainPid(): number | undefined {
		return this.#recorder.mainPid;
	}
	get initPid(): number | undefined {
		return this.#start.initPid;
	}
	/** Whom the application asked for so far: unix sockets at which nobody listens, and ports of the loopback that are not its own. */
	asked(): { readonly sockets: ReadonlySet<Path>; readonly ports: readonly number[] } {
		return { sockets: this.#sockets.unheard, ports: peerPorts(this.#recorder.trace) };
	}
	/** For a live display: a copy of numbers that are kept up to date anyway. */
	counts(): AccessCounts {
		return { ...this.#recorder.tally.counts };
	}
	/** The last different paths, newest last; at most 20. */
	newest(): Path[] {
		return [...this.#recorder.tally.newest];
	}

	/** For a live display, made anew at each call. */
	tree(): ProcessTree {
		return this.#started ? this.#processes.tree() : noProcesses;
	}

	/** What failed last before the main process was over, or until now: paths, and names of calls without one; newest last, at most 64. */
	lastFailed(): string[] {
		return this.#recorder.failures.list();
	}

	/** The application runs already: what strace shows of these processes counts from the first line on. The first one is the main process. */
	join(processes: readonly RunningProcess[]): void {
		for (const process of processes) this.#processes.join(process);
		this.#recorder.mainPid ??= processes[0]?.pid;
		this.#started = true;
	}

	/** Any piece of the stream; lines may be cut anywhere. */
	feed(chunk: Uint8Array): void {
		this.#splitter.feed(chunk);
	}

	/** The stream is over. */
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
		// A resumed line does not say the whole call.
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
		if (records) this.#recorder.trace.multicast ??= multicastCall(rest);
		if (isOption(rest)) return;
		// A server may answer by them a thousand times a second, and only those to a unix socket name a path.
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
			if (!shape) return;
			const effect = this.#call(event, shape, process);
			// Many lines come once or seldom. One in four is remembered, so those that come often are in soon and the others cost little.
			if (effect && repeats && !effect.isNew && shape.plain && (this.#candidates++ & 3) === 0 && tellsItsPaths(event, shape)) {
				this.#remembered.set(own(rest), effect);
			}
		}
	}

	#other(event: TraceEvent, records: boolean): void {
		if (event.kind === "superseded") {
			this.#processes.supersede(event.pid, event.by);
		} else if (event.kind === "exit") {
			if (records) this.#recorder.exit(event.pid, event.how);
			this.#processes.remove(event.pid, records ? event.how : undefined);
			this.#reader.forget(event.pid);
		}
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
			else if (event.call === "open_by_handle_at") effect = openedByHandle(event, process, recorder);
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
			if (recorder) noteNeeds(event, effect, process, recorder, (pid) => this.#processes.find(pid));
		}
		if (program !== undefined) {
			process.program = program;
			recorder?.trace.programs.add(program);
		}
		return effect;
	}

	/** The program of an execve that succeeded; where it is the application, everything counts from here. */
	#programOf(event: CallEvent, shape: CallShape, process: Process): Path | undefined {
		const use = shape.paths[0];
		const named = use && usedPath(event, use, process.fs);
		const program = named && own(named);
		if (program === undefined || this.#started || !this.#start.isApplication(process.pid, program)) return program;
		this.#started = true;
		this.#recorder.mainPid = process.pid;
		this.#processes.markLaunchers(process.pid);
		process.fs = { cwd: this.#cwd ?? process.fs.cwd, root: "", shown: "" };
		process.program = program;
		return program;
	}

	/** Reads the lines of a process that came before it was known whose child it is. */
	#release(process: Process): void {
		for (const rest of this.#processes.takeHeld(process.pid)) {
			const current = this.#processes.find(process.pid);
			if (current) this.#read(current, rest);
		}
	}
}
