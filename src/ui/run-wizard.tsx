import type { Answers } from "../core/questions/answers.ts";
import type { WizardSession } from "../engine/session.ts";
import { asciiMessages } from "../messages/ascii.ts";
import type { Messages } from "../messages/messages.ts";
import { lastLines } from "./last-lines.ts";
import { WizardStore } from "./store.ts";
import { onEndingSignal, readKeys, takeTerminal } from "./terminal.ts";

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
	const giveBack = takeTerminal(stdin, stdout, process.env.INK_SCREEN_READER !== "true");
	const stopKeys = readKeys(stdin, (keys) => store.press(keys));
	let offSignals = () => {};
	try {
		const measure = () => store.dispatch({ type: "resized", columns: stdout.columns || 80, rows: stdout.rows || 24 });
		measure();
		stdout.on("resize", measure);
		const app = drawApp(store, { messages, color: options.color, ascii: options.ascii });
		store.start(options.initial);
		const signalled = new Promise<number>((resolve) => {
			offSignals = onEndingSignal(resolve);
		});
		const status = await Promise.race([ended(store), signalled, app.failed]);
		stdout.off("resize", measure);
		app.unmount();
		return { status, lines: lastLines(store.state, messages) };
	} finally {
		stopKeys();
		giveBack();
		await store.cancel();
		offSignals();
	}
}

function ended(store: WizardStore): Promise<number> {
	return new Promise((resolve) => {
		const off = store.subscribe(() => {
			const { exit } = store.state;
			if (exit === undefined) return;
			off();
			resolve(exit);
		});
	});
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
