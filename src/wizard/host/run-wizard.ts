import { withScreenKeys } from "../bindings/key-texts.ts";
import type { Drawn } from "../draw.tsx";
import { type ExitSummary, exitNotice, exitSummary, shellNotice } from "../exit-summary.ts";
import { linked, mannersFor } from "../manners.ts";
import { WizardStore } from "../runner.ts";
import type { Key } from "../state/keys.ts";
import { startState, type WizardState } from "../state/state.ts";
import { systemClock } from "./clock.ts";
import { importInk, lookFrom, type WizardOptions } from "./options.ts";
import { onEndingSignal, readKeys, TerminalManners, takeTerminal, waitForLine } from "./terminal.ts";

/** Runs the wizard until it exits. Print `lines` once the terminal is restored. */
export async function runWizard(options: WizardOptions): Promise<{ status: number; lines: ExitSummary }> {
	const { stdin, stdout } = process;
	const look = lookFrom({ ...options, messages: withScreenKeys(options.messages) });
	const { drawApp } = await importInk(options.color, () => import("../draw.tsx"));
	const store = new WizardStore(options.session, systemClock);
	const alternate = !options.inline;
	const able = options.manners ?? mannersFor({ TERM: "dumb" });
	const manners = new TerminalManners((text) => stdout.write(text), able, look.messages);
	store.copy = (text) => manners.copy(text);
	let isOver = false;
	let handedOver = false;
	let suspend = () => {};
	let offExit = () => {};
	let offSignals = () => {};
	try {
		const over = new Promise<number>((resolve, reject) => {
			const open = () => {
				const restore = takeTerminal(stdin, stdout, alternate, manners);
				const stopKeys = readKeys(stdin, (keys) => store.press(withoutFocus(keys, manners)));
				manners.begin(store.state);
				const unfollow = store.subscribe(() => manners.follow(store.state));
				const undraw = drawing(stdout, store, alternate, () => drawApp(store, look, reject, { stdout }));
				suspend = () => {
					suspend = () => {};
					stopKeys();
					unfollow();
					undraw();
					restore();
				};
			};
			store.handOver = async (runs, work) => {
				suspend();
				handedOver = true;
				if (runs === "shell") stdout.write(shellNotice(store.state, look));
				try {
					const status = await work();
					// The wizard's screen hides the output, and an application may have exited at once.
					if (runs === "application") {
						stdout.write(exitNotice(status, look));
						await waitForLine(stdin, over);
					}
					return status;
				} finally {
					handedOver = false;
					if (!isOver) open();
				}
			};
			// The child gets Ctrl-C from the terminal. A SIGINT now was meant for it.
			offSignals = onEndingSignal(resolve, undefined, (signal) => handedOver && signal === "SIGINT");
			offExit = store.onExit(resolve);
			open();
		});
		store.start(options.initial, options.resume);
		const status = await over;
		const { state } = store;
		const lines = (isKept: boolean) => exitSummary(state, look.messages, options.state, isKept);
		return { status, lines: able.links ? (isKept) => lines(isKept).map((line) => withLink(line, state)) : lines };
	} finally {
		isOver = true;
		suspend();
		offExit();
		await store.cancel();
		offSignals();
	}
}

/** A terminal reports its focus as keys. */
function withoutFocus(keys: readonly Key[], manners: TerminalManners): readonly Key[] {
	return keys.filter(({ id }) => {
		if (id !== "focus-in" && id !== "focus-out") return true;
		manners.focus(id === "focus-in");
		return false;
	});
}

/** Only the record's path, which is ours. */
function withLink(line: string, { finished }: WizardState): string {
	if (!finished || !line.endsWith(finished.record) || line.startsWith(" ")) return line;
	return line.slice(0, -finished.record.length) + linked(finished.record, finished.record);
}

/** Milliseconds to wait for the end of a resize. */
const resizeDelay = 60;

/**
 * Draws at the terminal's size. When the height changes, the terminal moves its lines but Ink continues at the old position, so
 * every resize starts on an empty screen. Inline, the last frame is erased first. If the terminal became smaller, rows that it
 * has already scrolled away cannot be erased.
 */
function drawing(stdout: NodeJS.WriteStream, store: WizardStore, alternate: boolean, draw: () => Drawn): () => void {
	let waiting: ReturnType<typeof setTimeout> | undefined;
	let { columns, rows } = store.state.size;
	const measure = () => {
		const before = { columns, rows };
		columns = stdout.columns || startState.size.columns;
		rows = stdout.rows || startState.size.rows;
		store.dispatch({ type: "resized", columns, rows });
		return columns < before.columns || rows < before.rows;
	};
	measure();
	let drawn = draw();
	const onResize = () => {
		// A frame that is higher than the new terminal would scroll the lines above it away.
		drawn.hold();
		clearTimeout(waiting);
		waiting = setTimeout(() => {
			if (!alternate) drawn.clear();
			drawn.end();
			if (alternate) stdout.write("\x1b[2J\x1b[H");
			if (measure() && !alternate) stdout.write("\x1b[H\x1b[J");
			drawn = draw();
		}, resizeDelay);
	};
	stdout.on("resize", onResize);
	return () => {
		clearTimeout(waiting);
		stdout.off("resize", onResize);
		drawn.end();
	};
}
