import { once } from "node:events";
import type { Messages } from "../../messages/messages.ts";
import { isResting } from "../linear/reduce.ts";
import {
	copySequence,
	ignoreFocus,
	type Manners,
	noProgress,
	notifySequence,
	progressSequence,
	reportFocus,
	restoreTitle,
	saveTitle,
	titleSequence,
	windowTitle,
	workDone,
} from "../manners.ts";
import { decodeKeys, flushPending, type Key, nothingDecoded } from "../state/keys.ts";
import type { WizardState } from "../state/state.ts";

/** Milliseconds to wait for the rest of a sequence before an escape counts as the Esc key. */
const escapeDelay = 60;

/** Reads keys from a raw terminal. Ink's own reader takes a split arrow key for Esc. */
export function readKeys(stdin: NodeJS.ReadStream, onKeys: (keys: readonly Key[]) => void): () => void {
	let decoded = nothingDecoded;
	let waiting: ReturnType<typeof setTimeout> | undefined;
	const take = (next: typeof decoded) => {
		decoded = next;
		onKeys(decoded.keys);
	};
	const onData = (data: Buffer | string) => {
		clearTimeout(waiting);
		take(decodeKeys(decoded, String(data)));
		if (decoded.pending !== "") waiting = setTimeout(() => take(flushPending(decoded)), escapeDelay);
	};
	stdin.setEncoding("utf8");
	stdin.on("data", onData);
	stdin.resume();
	return () => {
		clearTimeout(waiting);
		stdin.off("data", onData);
		stdin.pause();
	};
}

/** Waits for a line of input, its end, or `over`. */
export async function waitForLine(stdin: NodeJS.ReadStream, over: Promise<unknown>): Promise<void> {
	const events = new AbortController();
	const { signal } = events;
	stdin.resume();
	const lineOrEnd = Promise.race(["data", "end", "close"].map((name) => once(stdin, name, { signal })));
	// An input that fails has ended, too.
	await Promise.race([lineOrEnd, over]).catch(() => undefined);
	events.abort();
	stdin.pause();
}

const enter = "\x1b[?1049h\x1b[H\x1b[?2004h";
const leave = "\x1b[?2004l\x1b[?1049l\x1b[?25h";

/** Sets alternate screen, bracketed paste and raw mode. The returned function restores everything and may be called twice. */
export function takeTerminal(
	stdin: NodeJS.ReadStream,
	stdout: NodeJS.WriteStream,
	alternate: boolean,
	manners: Pick<TerminalManners, "end">,
): () => void {
	let taken = true;
	const restore = () => {
		if (!taken) return;
		taken = false;
		process.off("exit", restore);
		if (stdin.isTTY) stdin.setRawMode(false);
		manners.end();
		stdout.write(alternate ? leave : "\x1b[?2004l\x1b[?25h");
	};
	// Restores the terminal however the process ends.
	process.on("exit", restore);
	if (stdin.isTTY) stdin.setRawMode(true);
	stdout.write(alternate ? enter : "\x1b[?2004h");
	return restore;
}

const statuses = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Reports the first ending signal. A second one exits at once, but hang-ups count only once. Remove the handlers last, because Ink's
 * own handlers kill the process when they are the only ones. `ignores`: the signal is meant for somebody else.
 */
export function onEndingSignal(
	listener: (status: number) => void,
	names: readonly (keyof typeof statuses)[] = ["SIGHUP", "SIGINT", "SIGTERM"],
	ignores: (signal: keyof typeof statuses) => boolean = () => false,
): () => void {
	let hasSignalled = false;
	const handlers = names.map((name) => {
		const status = statuses[name];
		const handler = () => {
			if (ignores(name)) return;
			if (hasSignalled && name !== "SIGHUP") process.exit(status);
			hasSignalled = true;
			listener(status);
		};
		process.on(name, handler);
		return () => process.off(name, handler);
	});
	return () => {
		for (const off of handlers) off();
	};
}

/** Milliseconds of work after which somebody may have turned to another window. */
const longWork = 5000;

/** Title, notifications, progress and the clipboard of a terminal. Writes nothing that has not changed. */
export class TerminalManners {
	readonly #write: (text: string) => void;
	readonly #manners: Manners;
	readonly #messages: Messages;
	readonly #now: () => number;
	#title = "";
	#progress: string | undefined;
	#isFocused = true;
	/** When the present work began. */
	#busySince: number | undefined;

	constructor(write: (text: string) => void, manners: Manners, messages: Messages, now = () => performance.now()) {
		this.#write = write;
		this.#manners = manners;
		this.#messages = messages;
		this.#now = now;
	}

	begin(state: WizardState): void {
		const { notify, title } = this.#manners;
		this.#title = "";
		this.#progress = undefined;
		this.#isFocused = true;
		if (title) this.#write(saveTitle);
		if (notify) this.#write(reportFocus);
		this.follow(state);
	}

	/** Undoes everything. */
	end(): void {
		const { notify, title } = this.#manners;
		if (this.#progress !== undefined) this.#write(noProgress);
		if (notify) this.#write(ignoreFocus);
		if (title) this.#write(restoreTitle);
	}

	focus(isFocused: boolean): void {
		this.#isFocused = isFocused;
	}

	follow(state: WizardState): void {
		const { notify, progress, title } = this.#manners;
		const text = windowTitle(state, this.#messages);
		if (title && text !== this.#title) this.#write(titleSequence(text));
		this.#title = text;
		if (progress) this.#follow(workDone(state));
		if (!isResting(state)) {
			this.#busySince ??= this.#now();
			return;
		}
		const wasLong = this.#busySince !== undefined && this.#now() - this.#busySince >= longWork;
		this.#busySince = undefined;
		if (notify && wasLong && !this.#isFocused) {
			this.#write(notifySequence(this.#messages.fill(this.#messages.wizard.manners.waits, { title: text }), this.#manners));
		}
	}

	#follow(done: number | null | undefined): void {
		const sequence = done === null ? undefined : progressSequence(done);
		if (sequence === this.#progress) return;
		this.#progress = sequence;
		this.#write(sequence ?? noProgress);
	}

	/** Returns false if the terminal must not get it. */
	copy(text: string): boolean {
		const sequence = this.#manners.copy ? copySequence(text) : undefined;
		if (sequence !== undefined) this.#write(sequence);
		return sequence !== undefined;
	}
}
