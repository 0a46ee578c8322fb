import { decodeKeys, flushPending, type Key, nothingDecoded } from "./keys.ts";

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

/** The size of terminals that do not report one. */
export const usualSize = { columns: 80, rows: 24 };

const enter = "\x1b[?1049h\x1b[H\x1b[?2004h";
const leave = "\x1b[?2004l\x1b[?1049l\x1b[?25h";

/** Sets alternate screen, bracketed paste and raw mode. The returned function restores everything and may be called twice. */
export function takeTerminal(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, alternate: boolean): () => void {
	let taken = true;
	const restore = () => {
		if (!taken) return;
		taken = false;
		process.off("exit", restore);
		if (stdin.isTTY) stdin.setRawMode(false);
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
 * Reports the first ending signal; a second one exits at once. Remove the handlers last, because Ink's own handlers kill the
 * process when they are the only ones. `ignores`: the signal is meant for somebody else.
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
			if (hasSignalled) process.exit(status);
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
