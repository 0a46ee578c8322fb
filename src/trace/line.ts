import type { Path } from "../base/path/path.ts";
import { descriptorLabel, endOfString, numberOf, own, pidOf } from "./argument.ts";

/** A finished call. `error` is set if it failed; `result` is undefined if strace saw none (`= ?`). */
export interface CallEvent {
	readonly kind: "call";
	readonly pid: number;
	readonly call: string;
	/** The arguments as strace wrote them; argument.ts parses them. */
	readonly args: readonly string[];
	/** Process ids are in strace's own namespace. */
	readonly result: number | undefined;
	/** A process id as the calling process sees it, if `result` differs. */
	readonly ownResult?: number;
	readonly error: string | undefined;
	/** The path of the returned descriptor, if the file still has a name. */
	readonly resultPath: Path | undefined;
	/** The label of any other descriptor, e.g. `socket:[17]`. */
	readonly resultLabel: string | undefined;
	/** True if an unfinished and a resumed line were joined: other processes may have acted in between. */
	readonly joined: boolean;
}

export type TraceEvent =
	| CallEvent
	/** `how` is `exit 1` or `signal SIGSEGV`. */
	| { readonly kind: "exit"; readonly pid: number; readonly how: string }
	/** The process `pid` continues as its thread `by`, which called execve(2); all other threads have ended. */
	| { readonly kind: "superseded"; readonly pid: number; readonly by: number };

const unfinishedMark = " <unfinished ...>";
const maxUnfinished = 4096;
const maxUnfinishedLength = 16 << 20;

/**
 * Reads strace's lines (`-f -y`, one character per byte). Keeps unfinished calls, bounded in number and size. Returns undefined
 * for invalid lines and never throws.
 */
export class LineReader {
	readonly #unfinished = new Map<number, string>();
	#unfinishedLength = 0;

	/** Set by `prefix`: the process, and where the rest of the line starts. */
	pid = 0;
	start = 0;

	/** Reads `123  ` at `from`, as strace writes it to a file; false if it is not there. */
	prefix(text: string, from: number, end: number): boolean {
		let at = from;
		let pid = 0;
		for (; at < end; at++) {
			const digit = text.charCodeAt(at) - 48;
			if (digit < 0 || digit > 9) break;
			pid = pid * 10 + digit;
		}
		// Pids have at most seven digits (PID_MAX_LIMIT, proc(5)).
		if (at === from || at - from > 10 || text.charCodeAt(at) !== 32) return false;
		while (at < end && text.charCodeAt(at) === 32) at++;
		this.pid = pid;
		this.start = at;
		return at < end;
	}

	/** Reads one line without its newline. */
	read(line: string): TraceEvent | undefined {
		return this.prefix(line, 0, line.length) ? this.event(this.pid, line.slice(this.start)) : undefined;
	}

	/** Reads the rest of a line after its prefix. */
	event(pid: number, rest: string): TraceEvent | undefined {
		const first = rest.charCodeAt(0);
		if (first === 43) return ending(pid, rest);
		if (first === 60) return this.#resume(pid, rest);
		if (rest.endsWith(unfinishedMark)) {
			this.#keep(pid, rest.slice(0, -unfinishedMark.length));
			return undefined;
		}
		if (rest.endsWith(" ...>")) {
			// A thread that executes another program continues under its process's pid.
			const changed = / <pid changed to ([0-9]+) \.\.\.>$/.exec(rest);
			if (changed) {
				this.#keep(Number(changed[1]), rest.slice(0, changed.index));
				return undefined;
			}
		}
		return parseCall(pid, rest, false);
	}

	/** Returns the first part of a process's unfinished call. */
	unfinished(pid: number): string | undefined {
		return this.#unfinished.get(pid);
	}

	/** Returns processes with an unfinished call that matches `names`. */
	within(names: RegExp): number[] {
		return [...this.#unfinished].filter(([, head]) => names.test(head)).map(([pid]) => pid);
	}

	forget(pid: number): void {
		const head = this.#unfinished.get(pid);
		if (head === undefined) return;
		this.#unfinished.delete(pid);
		this.#unfinishedLength -= head.length;
	}

	#keep(pid: number, head: string): void {
		this.forget(pid);
		this.#unfinished.set(pid, own(head));
		this.#unfinishedLength += head.length;
		for (const [oldest] of this.#unfinished) {
			if (this.#unfinished.size <= maxUnfinished && this.#unfinishedLength <= maxUnfinishedLength) break;
			this.forget(oldest);
		}
	}

	#resume(pid: number, rest: string): TraceEvent | undefined {
		const head = this.#unfinished.get(pid);
		const mark = rest.indexOf(" resumed>");
		if (head === undefined || mark < 0 || !rest.startsWith("<... ")) return undefined;
		this.forget(pid);
		if (!head.startsWith(`${rest.slice(5, mark)}(`)) return undefined;
		const tail = rest.slice(mark + 9);
		if (tail.endsWith(unfinishedMark)) {
			this.#keep(pid, head + tail.slice(0, -unfinishedMark.length));
			return undefined;
		}
		return parseCall(pid, head + tail, true);
	}
}

function ending(pid: number, rest: string): TraceEvent | undefined {
	const exit = /^\+\+\+ exited with ([0-9]{1,10}) \+\+\+$/.exec(rest);
	if (exit) return { kind: "exit", pid, how: `exit ${exit[1]}` };
	const killed = /^\+\+\+ killed by (SIG[A-Z0-9_]{1,12})( \(core dumped\))? \+\+\+$/.exec(rest);
	if (killed) return { kind: "exit", pid, how: own(`signal ${killed[1]}`) };
	const superseded = /^\+\+\+ superseded by execve in pid ([0-9]{1,10}) \+\+\+$/.exec(rest);
	return superseded ? { kind: "superseded", pid, by: Number(superseded[1]) } : undefined;
}

function isWord(code: number): boolean {
	return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95;
}

/** Parses `name(arguments) = result`. Skips strings, descriptors and comments, so that nothing in them counts as structure. */
function parseCall(pid: number, text: string, joined: boolean): CallEvent | undefined {
	const length = text.length;
	let at = 0;
	while (at < length && isWord(text.charCodeAt(at))) at++;
	if (at === 0 || at > 40 || text.charCodeAt(at) !== 40) return undefined;
	const call = text.slice(0, at);
	const args: string[] = [];
	let from = ++at;
	let depth = 0;
	for (; ; at++) {
		if (at >= length) return undefined;
		const code = text.charCodeAt(at);
		if (code > 63 && code !== 91 && code !== 93 && code !== 123 && code !== 125) continue;
		if (code === 34) {
			at = endOfString(text, at);
			if (at < 0) return undefined;
		} else if (code === 44) {
			if (depth > 0) continue;
			args.push(text.slice(from, at));
			if (text.charCodeAt(at + 1) === 32) at++;
			from = at + 1;
		} else if (code === 60) {
			// `3</path>` and `AT_FDCWD</path>`, but not the shift in `1<<CAP_CHOWN`.
			if (text.charCodeAt(at + 1) === 60) at++;
			else {
				at = text.indexOf(">", at);
				if (at < 0) return undefined;
			}
		} else if (code === 47 && text.charCodeAt(at + 1) === 42) {
			at = text.indexOf("*/", at + 2) + 1;
			if (at < 1) return undefined;
		} else if (code === 41) {
			if (depth === 0) break;
			depth--;
		} else if (code === 40 || code === 91 || code === 123) depth++;
		else if (code === 93 || code === 125) {
			if (--depth < 0) return undefined;
		}
	}
	if (at > from) args.push(text.slice(from, at));
	at++;
	while (text.charCodeAt(at) === 32) at++;
	if (text.charCodeAt(at) !== 61 || text.charCodeAt(at + 1) !== 32) return undefined;
	return result({ pid, call, args, joined }, text, at + 2);
}

function result(
	{ args, call, joined, pid }: Pick<CallEvent, "pid" | "call" | "args" | "joined">,
	text: string,
	at: number,
): CallEvent | undefined {
	const first = text.charCodeAt(at);
	let end = at;
	let error: string | undefined;
	if (first === 63) {
		return { kind: "call", pid, call, args, result: undefined, error, resultPath: undefined, resultLabel: undefined, joined };
	}
	while (end < text.length && text.charCodeAt(end) !== 32 && text.charCodeAt(end) !== 60) end++;
	if (first === 45) {
		const name = /^ (E[A-Z0-9]{1,20})(?![A-Z0-9])/.exec(text.slice(end, end + 24));
		if (name) error = name[1];
	}
	const hasLabel = text.charCodeAt(end) === 60;
	let number: number | undefined;
	// Nearly every result is a small descriptor, 0 or -1.
	if (end === at + 1 && first >= 48 && first <= 57) number = first - 48;
	else if (end === at + 2 && first >= 49 && first <= 57) number = Number(text.slice(at, end));
	else if (end === at + 2 && first === 45) number = -Number(text[at + 1]);
	else number = numberOf(text.slice(at, end));
	if (Number.isNaN(number)) return undefined;
	if (number === undefined) return undefined;
	const pidHere = !hasLabel && text.charCodeAt(end + 1) === 47 ? pidOf(text.slice(at)) : undefined;
	const resultLabel = hasLabel ? descriptorLabel(text.slice(end)) : undefined;
	const named = resultLabel?.charCodeAt(0) === 47 && !text.endsWith(">(deleted)");
	return {
		kind: "call",
		pid,
		call,
		args,
		result: pidHere ?? number,
		...(pidHere === undefined ? {} : { ownResult: number }),
		error,
		resultPath: named ? (resultLabel as Path) : undefined,
		resultLabel: named ? undefined : resultLabel,
		joined,
	};
}

/**
 * The longest message that strace shows for sendmsg(2) has 256 parts of 256 bytes, each byte as four characters; paths have at
 * most 4096 bytes.
 */
const maxLine = 1 << 20;

/** Cuts a stream into lines. Drops lines longer than strace writes, so that the buffer is bounded. */
export class LineSplitter {
	readonly #take: (text: string, from: number, end: number) => void;
	#carry = "";
	#dropping = false;
	/** True once a line was dropped. */
	dropped = false;

	/** `take` gets a text, one character per byte, and the line's start and end in it, without the newline. */
	constructor(take: (text: string, from: number, end: number) => void) {
		this.#take = take;
	}

	feed(chunk: Uint8Array): void {
		const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
		let newline = text.indexOf("\n");
		if (newline < 0) {
			this.#keep(text);
			return;
		}
		let from = 0;
		if (this.#dropping) {
			this.#dropping = false;
			from = newline + 1;
		} else if (this.#carry !== "") {
			const line = this.#carry + text.slice(0, newline);
			this.#carry = "";
			if (line.length <= maxLine) this.#take(line, 0, line.length);
			else this.dropped = true;
			from = newline + 1;
		}
		for (newline = text.indexOf("\n", from); newline >= 0; newline = text.indexOf("\n", from)) {
			if (newline - from <= maxLine) this.#take(text, from, newline);
			else this.dropped = true;
			from = newline + 1;
		}
		if (from < text.length) this.#keep(text.slice(from));
	}

	/** Ignores a last line without newline, because it may be incomplete. */
	end(): void {
		this.#carry = "";
	}

	#keep(text: string): void {
		if (this.#dropping) return;
		if (this.#carry.length + text.length > maxLine) {
			this.#carry = "";
			this.#dropping = true;
			this.dropped = true;
		} else this.#carry += text;
	}
}
