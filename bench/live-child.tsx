import { EventEmitter } from "node:events";
import { pathFromText } from "../src/base/path/path.ts";
import { loadMessages } from "../src/messages/load.ts";
import { drawApp } from "../src/wizard/draw.tsx";
import { systemClock } from "../src/wizard/host/clock.ts";
import { WizardStore } from "../src/wizard/runner.ts";
import { decodeKeys, nothingDecoded } from "../src/wizard/state/keys.ts";
import { redis, ScriptedSession } from "../test/ui/scripted-session.ts";
import { shownProcesses } from "../test/ui/scripted-trace.ts";

/**
 * The wizard's trace step with lines as fast as its arguments say, in a separate process so that only the wizard's costs count.
 */
const [linesPerSecond = 0, seconds = 0] = process.argv.slice(2).map(Number);

/** A terminal without costs. */
class Output extends EventEmitter {
	readonly isTTY = true;
	readonly columns = 80;
	readonly rows = 24;
	frames = 0;

	write(_: string, done?: () => void): boolean {
		this.frames++;
		done?.();
		return true;
	}
}

const until = async (holds: () => boolean) => {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
};

const session = new ScriptedSession();
const store = new WizardStore(session, systemClock);
const output = new Output();
store.dispatch({ type: "resized", columns: output.columns, rows: output.rows });
const look = { messages: await loadMessages("en"), color: true, ascii: false };
const fail = (error: unknown) => {
	throw error;
};
const drawn = drawApp(store, look, fail, { stdout: output as unknown as NodeJS.WriteStream });
store.start(redis);
await until(() => store.state.screen === "form");
store.press(decodeKeys(nothingDecoded, "\x1b[6~\r").keys);
await until(() => store.state.trace?.exercises.length === redis.application.exercises.length);

const decoder = new TextDecoder();
const started = performance.now();
const before = process.cpuUsage();
const framesBefore = output.frames;
let lines = 0;
let lastReport = 0;
// As from a pipe: everything since the last turn in one chunk.
while (performance.now() - started < seconds * 1000) {
	const due = Math.floor(((performance.now() - started) / 1000) * linesPerSecond);
	let text = "";
	for (; lines < due; lines++)
		text += `2026-11-25T10:00:00.${lines} worker[${lines % 7}]: GET /some/page/${lines} 200 "a usual line of a log"\n`;
	if (text !== "") session.emit({ event: "output-received", text: decoder.decode(Buffer.from(text), { stream: true }) });
	// The engine reports the rest at most ten times per second.
	if (performance.now() - lastReport >= 100) {
		lastReport = performance.now();
		const counts = {
			paths: lines,
			look: 1,
			read: lines,
			write: 1,
			execute: 1,
			list: 1,
			enter: 0,
			create: 1,
			remove: 0,
			connect: 0,
			listen: 1,
			missing: 1,
		};
		session.emit(
			{ event: "accesses-counted", run: 1, counts: { ...counts, newest: [pathFromText(`/srv/page-${lines}`)] } },
			{ event: "processes-seen", processes: { ...shownProcesses, ended: lines } },
		);
	}
	await new Promise((resolve) => setTimeout(resolve, 2));
}
const { system, user } = process.cpuUsage(before);
const cores = (system + user) / 1e6 / ((performance.now() - started) / 1000);
process.stdout.write(JSON.stringify({ cores, frames: output.frames - framesBefore, lines }));
drawn.end();
store.dispose();
process.exit(0);
