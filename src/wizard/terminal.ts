import { decodeKeys, flushPending, type Key, nothingDecoded } from "./keys.ts";

/** Milliseconds after which a lone escape is the Esc key and not the beginning of an arrow that came in two packets. */
const escapeDelay = 60;

/** Reads keys from a raw terminal. Ink's own reading takes an arrow cut in two for Esc, so it is left out of this. */
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

/** What is taken for the size of a terminal that does not know its own. */
export const usualSize = { columns: 80, rows: 24 };

const enter = "\x1b[?1049h\x1b[H\x1b[?2004h";
const leave = "\x1b[?2004l\x1b[?1049l\x1b[?25h";

/** Takes the terminal: alternate screen, marked pastes, raw keys. What it returns gives all of it back, and may be called twice. */
export function takeTerminal(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, alternate: boolean): () => void {
	let taken = true;
	const restore = () => {
		if (!taken) return;
		taken = false;
		process.off("exit", restore);
		if (stdin.isTTY) stdin.setRawMode(false);
		stdout.write(alternate ? leave : "\x1b[?2004l\x1b[?25h");
	};
	// Whatever ends the process, the next thing in this terminal must find it as it was.
	process.on("exit", restore);
	if (stdin.isTTY) stdin.setRawMode(true);
	stdout.write(alternate ? enter : "\x1b[?2004h");
	return restore;
}

const statuses = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Tells the first signal that wants to end us; a second one ends at once. The handlers stay until they are taken off: Ink has some of
 * its own, and they kill the process as soon as they are the only ones. What `ignores` says yes to is somebody else's at that moment.
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
