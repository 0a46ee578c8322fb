import type { Drawn } from "./draw.tsx";
import { type ExitSummary, exitSummary } from "./exit-summary.ts";
import { importInk } from "./import-ink.ts";
import { lookFrom, type WizardOptions } from "./options.ts";
import { shellWords } from "./parts/shell-words.ts";
import { WizardStore } from "./runner.ts";
import { onEndingSignal, readKeys, takeTerminal, usualSize } from "./terminal.ts";

/** Runs the wizard in the terminal until somebody ends it. `lines` are for printing once the terminal is back. */
export async function runWizard(options: WizardOptions): Promise<{ status: number; lines: ExitSummary }> {
	const { stdin, stdout } = process;
	const look = lookFrom(options);
	const { drawApp } = await importInk(options.color, () => import("./draw.tsx"));
	const store = new WizardStore(options.session);
	const alternate = !options.inline;
	let isOver = false;
	let handedOver = false;
	let stand = () => {};
	let offExit = () => {};
	let offSignals = () => {};
	try {
		const over = new Promise<number>((resolve, reject) => {
			const sit = () => {
				const restore = takeTerminal(stdin, stdout, alternate);
				const stopKeys = readKeys(stdin, (keys) => store.press(keys));
				const undraw = drawing(stdout, store, alternate, () => drawApp(store, look, reject));
				stand = () => {
					stand = () => {};
					stopKeys();
					undraw();
					restore();
				};
			};
			store.handOver = async (work) => {
				stand();
				handedOver = true;
				stdout.write(shellWords(store.state, look));
				try {
					return await work();
				} finally {
					handedOver = false;
					if (!isOver) sit();
				}
			};
			// The child of a moment gets Ctrl-C as a key; what comes as a signal came too early for it, and is not meant for us.
			offSignals = onEndingSignal(resolve, undefined, (signal) => handedOver && signal === "SIGINT");
			offExit = store.onExit(resolve);
			sit();
		});
		store.start(options.initial, options.resume);
		const status = await over;
		const { state } = store;
		return { status, lines: (isKept) => exitSummary(state, look.messages, options.state, isKept) };
	} finally {
		isOver = true;
		stand();
		offExit();
		await store.cancel();
		offSignals();
	}
}

/** Milliseconds in which a window that is being dragged comes to rest. */
const resizeDelay = 60;

/**
 * Draws at the size of the terminal. A terminal whose height changes moves its lines, and Ink goes on from where they were; so
 * after each change of size it begins anew on an empty screen. The store keeps everything, nothing is lost.
 *
 * Without a screen of our own, the frame that was drawn last is taken away first, or it would stay above the next. In a terminal that
 * became smaller its rows fill what is seen, and what of them the terminal has moved up out of sight stays there.
 */
function drawing(stdout: NodeJS.WriteStream, store: WizardStore, alternate: boolean, draw: () => Drawn): () => void {
	let waiting: ReturnType<typeof setTimeout> | undefined;
	let { columns, rows } = store.state.size;
	const measure = () => {
		const before = { columns, rows };
		columns = stdout.columns || usualSize.columns;
		rows = stdout.rows || usualSize.rows;
		store.dispatch({ type: "resized", columns, rows });
		return columns < before.columns || rows < before.rows;
	};
	measure();
	let drawn = draw();
	const onResize = () => {
		// A frame that is taller than what the terminal has become would push what stands there out at the top.
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
