import { spawnSync } from "node:child_process";
import { type IPty, spawn } from "@lydell/node-pty";
import { type Bench, inFolder, inTurn, milliseconds, type Result, ratios, seconds } from "./harness.ts";

const program = ["bin/cagewright.js"];
const node = (args: readonly string[]) => spawnSync(process.execPath, args, { stdio: "ignore" });

/** Verbs that only read, of a cage of the demonstration. */
const reading = ["list", "stale", "show", "check", "explain", "record"] as const;
const withName: readonly string[] = ["show", "check", "explain", "record"];

/** Compares each start that a person waits for with an empty Node program. */
export const startup: Bench = {
	name: "startup",
	run: () =>
		inFolder(async (state) => {
			const caged = [...program, "--state", `${state}/caged`];
			node([...caged, "make", "demo", "--yes", "--no-selftest"]);
			const starts = reading.map((verb) => {
				const words = [...caged, verb, ...(withName.includes(verb) ? ["demo"] : [])];
				return [verb, () => seconds(() => node(words))] as const;
			});
			const measured = await inTurn(21, {
				nothing: () => seconds(() => node(["-e", "0"])),
				version: () => seconds(() => node([...program, "--version"])),
				help: () => seconds(() => node([...program, "make", "--help"])),
				...(Object.fromEntries(starts) as Record<(typeof reading)[number], () => Promise<number>>),
				frame: () => untilShown("Cagewright", state),
				choices: () => untilShown("demo", state),
			});
			const { choices, frame, help, nothing, version } = measured;
			const note = (own: readonly number[]) => `${milliseconds(own)} / ${milliseconds(nothing)}`;
			const against = "node -e 0";
			return [
				{ what: "--version", against, values: ratios(version, nothing), unit: "x", target: { atMost: 2 }, note: note(version) },
				{ what: "make --help", against, values: ratios(help, nothing), unit: "x", target: { atMost: 4 }, note: note(help) },
				...reading.map(
					(verb): Result => ({
						what: verb,
						against,
						values: ratios(measured[verb], nothing),
						unit: "x",
						target: { atMost: 4 },
						note: note(measured[verb]),
					}),
				),
				{
					what: "first frame of the wizard",
					against,
					values: ratios(frame, nothing),
					unit: "x",
					target: { atMost: 12 },
					note: note(frame),
				},
				{ what: "the wizard's list of applications", against, values: ratios(choices, nothing), unit: "x", note: note(choices) },
			];
		}),
};

/** The wizard on a terminal of 80 columns. */
export function openWizard(state: string): IPty {
	const { CI: _, ...env } = process.env;
	return spawn(process.execPath, [...program, "--state", state, "--lang", "en"], {
		name: "xterm-256color",
		cols: 80,
		rows: 24,
		env: { ...env, LANG: "C.UTF-8" },
	});
}

/** Seconds until the wizard shows a text. */
export function untilShown(text: string, state: string): Promise<number> {
	const started = performance.now();
	const terminal = openWizard(state);
	return new Promise((resolve, reject) => {
		let shown = "";
		let done = false;
		terminal.onData((data) => {
			shown += data;
			if (done || !shown.includes(text)) return;
			done = true;
			const taken = (performance.now() - started) / 1000;
			terminal.onExit(() => resolve(taken));
			terminal.kill("SIGTERM");
		});
		terminal.onExit(() => {
			if (!done) reject(new Error(`the wizard ended without showing ${text}: ${shown.slice(-300)}`));
		});
	});
}
