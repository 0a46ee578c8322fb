import { printable } from "../core/path/quote.ts";
import type { Answers } from "../core/questions/answers.ts";
import type { WizardSession } from "../engine/session.ts";
import { asciiMessages } from "../messages/ascii.ts";
import type { Messages } from "../messages/messages.ts";
import { lastLines } from "./last-lines.ts";
import { WizardStore } from "./store.ts";
import { onEndingSignal, readKeys, takeTerminal, usualSize } from "./terminal.ts";

export interface WizardOptions {
	readonly session: WizardSession;
	readonly messages: Messages;
	readonly color: boolean;
	/** For terminals that show nothing but ASCII. */
	readonly ascii: boolean;
	/** Goes straight to the form with these. */
	readonly initial?: Answers;
}

/** Runs the wizard in the terminal until somebody ends it. `lines` are for printing once the terminal is back. */
export async function runWizard(options: WizardOptions): Promise<{ status: number; lines: string[] }> {
	const { stdin, stdout } = process;
	const messages = options.ascii ? asciiMessages(options.messages.language) : options.messages;
	const { drawApp } = await importInk(options.color);
	const store = new WizardStore(options.session);
	// A screen reader reads what is added line by line; it needs no other screen.
	const alternate = process.env.INK_SCREEN_READER !== "true";
	let isOver = false;
	let handedOver = false;
	let stand = () => {};
	let offExit = () => {};
	let offSignals = () => {};
	try {
		const over = new Promise<number>((resolve, reject) => {
			const sit = () => {
				const giveBack = takeTerminal(stdin, stdout, alternate);
				const stopKeys = readKeys(stdin, (keys) => store.press(keys));
				const undraw = drawing(stdout, store, alternate, () =>
					drawApp(store, { messages, color: options.color, ascii: options.ascii }, reject),
				);
				stand = () => {
					stand = () => {};
					stopKeys();
					undraw();
					giveBack();
				};
			};
			store.handOver = async (work) => {
				stand();
				handedOver = true;
				stdout.write(`${messages.cli.shell(printable(store.state.answers?.name ?? ""), false)}\n`);
				try {
					return await work();
				} finally {
					handedOver = false;
					if (!isOver) sit();
				}
			};
			// The child of a moment gets Ctrl-C as a key; what comes as a signal came too early for it, and is not meant for us.
			offSignals = onEndingSignal(resolve, (signal) => handedOver && signal === "SIGINT");
			offExit = store.onExit(resolve);
			sit();
		});
		store.start(options.initial);
		return { status: await over, lines: lastLines(store.state, messages) };
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
 */
function drawing(stdout: NodeJS.WriteStream, store: WizardStore, alternate: boolean, draw: () => () => void): () => void {
	let waiting: ReturnType<typeof setTimeout> | undefined;
	const measure = () =>
		store.dispatch({ type: "resized", columns: stdout.columns || usualSize.columns, rows: stdout.rows || usualSize.rows });
	measure();
	let undraw = draw();
	const onResize = () => {
		clearTimeout(waiting);
		waiting = setTimeout(() => {
			undraw();
			if (alternate) stdout.write("\x1b[2J\x1b[H");
			measure();
			undraw = draw();
		}, resizeDelay);
	};
	stdout.on("resize", onResize);
	return () => {
		clearTimeout(waiting);
		stdout.off("resize", onResize);
		undraw();
	};
}

/**
 * Ink and chalk read their environment when they are loaded. With CI set Ink would draw the last frame alone, which is no
 * wizard; the application that is traced never sees this change.
 */
async function importInk(color: boolean): Promise<typeof import("./draw.tsx")> {
	const before = { CI: process.env.CI, CONTINUOUS_INTEGRATION: process.env.CONTINUOUS_INTEGRATION };
	if (!color) process.env.FORCE_COLOR = "0";
	for (const name of Object.keys(before)) process.env[name] = "false";
	try {
		return await import("./draw.tsx");
	} finally {
		for (const [name, value] of Object.entries(before)) {
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		}
	}
}
