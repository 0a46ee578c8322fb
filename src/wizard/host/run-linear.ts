import { createInterface } from "node:readline";
import { type ExitSummary, exitSummary, shellNotice } from "../exit-summary.ts";
import { Dialogue } from "../linear/dialogue.ts";
import { WizardStore } from "../runner.ts";
import { systemClock } from "./clock.ts";
import { importInk, lookFrom, type WizardOptions } from "./options.ts";
import { onEndingSignal } from "./terminal.ts";

/** Runs the wizard as a dialogue: it prints lines and reads lines, and never changes what it printed. */
export async function runLinear(options: WizardOptions): Promise<{ status: number; lines: ExitSummary }> {
	const look = lookFrom({ ...options, color: false });
	const { renderLines } = await importInk(false, () => import("../linear/render-lines.tsx"));
	const store = new WizardStore(options.session, systemClock);
	store.dispatch({ type: "resized", columns: 80, rows: 24 });
	const lines = createInterface({ input: process.stdin, terminal: false });
	lines.on("error", () => lines.close());
	const dialogue = new Dialogue(store, look, { linesOf: renderLines, write: (text) => process.stdout.write(text) });
	lines.on("line", (line) => dialogue.answer(line));
	let handedOver = false;
	const interrupt = () => {
		if (!handedOver) store.press([{ id: "ctrl-c" }]);
	};
	store.handOver = async (runs, work) => {
		handedOver = true;
		lines.pause();
		if (runs === "shell") process.stdout.write(shellNotice(store.state, look));
		try {
			return await work();
		} finally {
			handedOver = false;
			if (store.state.exit === undefined) lines.resume();
		}
	};
	process.on("SIGINT", interrupt);
	let offSignals = () => {};
	try {
		const over = new Promise<number>((resolve) => {
			offSignals = onEndingSignal(resolve, ["SIGHUP", "SIGTERM"]);
			store.onExit(resolve);
			// End of input quits; it is not a yes.
			lines.on("close", () => resolve(store.state.exit ?? (store.state.finished ? 0 : 1)));
		});
		dialogue.begin();
		store.start(options.initial, options.resume);
		const status = await over;
		const { state } = store;
		return { status, lines: (isKept) => exitSummary(state, look.messages, options.state, isKept) };
	} finally {
		dialogue.end();
		lines.close();
		process.off("SIGINT", interrupt);
		await store.cancel();
		offSignals();
	}
}
