import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { home, temporaryState } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

/** The first step as a person has it: choosing, and the form. */
let running: PtyProgram | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

const [pageUp, pageDown, ctrlU, ctrlT, ctrlG] = ["\x1b[5~", "\x1b[6~", "\x15", "\x14", "\x07"] as const;
const marked = (text: string) => `\x1b[200~${text}\x1b[201~`;

async function openWizard({ columns = 80, rows = 24, args = [] as string[] } = {}): Promise<PtyProgram> {
	running = new PtyProgram(process.execPath, [join(home, "bin/cagewright.js"), "--state", temporaryState(), ...args], {
		columns,
		rows,
	});
	await running.sees(/> demo\s+(demo|Vorführung)/);
	return running;
}

/** The form of the demonstration, with nothing to put right. */
async function openForm(size = {}): Promise<PtyProgram> {
	const wizard = await openWizard(size);
	wizard.press(keys.enter);
	await wizard.sees("> [ Start tracing ]");
	return wizard;
}

/** What runs has to be ended by the wizard itself: a killed one leaves it to the next command. */
async function leave(wizard: PtyProgram): Promise<void> {
	wizard.press(keys.ctrlC, keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);
}

/** Changes the size and waits until it is drawn for it: the line below the steps is as long as the terminal is wide. */
async function resize(wizard: PtyProgram, columns: number, rows: number): Promise<void> {
	wizard.resize(columns, rows);
	await wizard.sees(new RegExp(`^──.{${columns - 2}}$`, "m"));
}

describe("choosing", () => {
	it("takes keys that come in one chunk one by one", async () => {
		const wizard = await openWizard();
		wizard.press(`/redis${keys.enter}${keys.enter}`);
		await wizard.sees(/Name\s+redis/);
		await wizard.sees("[ Start tracing ]");
	});

	it("keeps its place and its search through changes of size", async () => {
		const wizard = await openWizard();
		wizard.press("/redis");
		await wizard.sees(/> redis\s+template/);
		for (const [columns, rows] of [
			[60, 15],
			[200, 60],
			[40, 12],
			[80, 24],
		] as const) {
			await resize(wizard, columns, rows);
			await wizard.sees(/> redis\s+template/);
			await wizard.sees("Search: redis");
		}
		// There is a second pane where there is room.
		await resize(wizard, 200, 60);
		await wizard.sees(/Package\s+redis-server/);
	});

	it("takes an arrow that comes in two packets for an arrow, or for an Esc that loses nothing", async () => {
		const wizard = await openWizard();
		for (let tries = 0; tries < 10; tries++) {
			wizard.press("\x1b");
			await new Promise((resolve) => setImmediate(resolve));
			wizard.press("[B");
			const shown = await wizard.sees(/^> \S+/m);
			if (/^> (?!demo)/m.test(shown)) break;
		}
		await wizard.sees(/^> (?!demo)\S+/m);
		wizard.press("g");
		await wizard.sees(/^> demo/m);
	});

	it("says at 60x15 what there is, in German too", async () => {
		const wizard = await openWizard({ columns: 60, rows: 15, args: ["--lang", "de"] });
		wizard.press("j");
		await wizard.sees(/^> (?!demo)\S+\s+Vorlage/m);
		wizard.press("i");
		await wizard.sees("Warum: die Anwendung");
		wizard.press("c");
		await wizard.sees("Ausgeführte Befehle");
		wizard.press("?");
		await wizard.sees("Tasten in dieser Ansicht");
		wizard.press("?", keys.enter);
		await wizard.sees("[ Beobachtung starten ]");
	});
});

describe("the form", () => {
	it("takes keys that come in one chunk one by one", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${ctrlU}first${keys.down}${keys.down}${ctrlU}nobody${keys.down}${keys.up}${keys.up}`);
		await wizard.sees(/Name\s+first/);
		await wizard.sees(/Account\s+nobody/);
		await wizard.sees(/^> {3}Command/m);
	});

	it("says below a field what is wrong with it as one types, and goes on once it is right", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down}${keys.down}${ctrlU}nobody-of-that-name`);
		await wizard.sees(/Unknown account 'nobody-of-that-name'/);
		wizard.press(pageDown);
		await wizard.sees("> [ Start tracing ]");
		wizard.press(keys.enter);
		await wizard.sees(/^> ! Account/m);
		wizard.press(`${ctrlU}nobody`);
		await wizard.sees(/^> {3}Account/m);
	});

	it("warns of a probe whose program is not here, and goes on all the same", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlU}no-such-client PING`);
		await wizard.sees("no-such-client is not on this machine");
		wizard.press(`${pageDown}${keys.enter}`);
		await wizard.sees("step 2/7");
		await leave(wizard);
	});

	it.each([
		["marked", marked("curl a\ncurl b\ncurl c")],
		["unmarked", "curl a\rcurl b\rcurl c"],
	])("makes of a %s paste of several lines several probes, and starts nothing", async (_, paste) => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlU}`);
		await wizard.sees(/^> ! Probe/m);
		// Into the row below, which is the last: an unmarked Enter leads from row to row.
		wizard.press(paste);
		await wizard.sees(/Probe\s+curl a\s+curl b\s+(> +)?curl c/);
		await wizard.sees("3 probes");
		await wizard.sees("step 1/7");
	});

	it("does not start where an unmarked paste runs over the button", async () => {
		const wizard = await openForm();
		wizard.press(keys.up, keys.up);
		await wizard.sees(/^> {3}Network/m);
		wizard.press("one\rtwo\rthree\rfour\r");
		await wizard.sees("> [ Start tracing ]");
		// A trace would have begun by the time that this key is answered.
		wizard.press("?");
		await wizard.sees("Keys on this screen");
		await wizard.sees("step 1/7");
	});

	it("keeps its place and what was typed through changes of size", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${ctrlU}resized`);
		for (const [columns, rows] of [
			[60, 15],
			[200, 60],
			[40, 12],
			[80, 24],
		] as const) {
			await resize(wizard, columns, rows);
			await wizard.sees(/^>.*Name\s+resized/m);
		}
	});

	it("tries the probe before anything is traced", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlT}`);
		await wizard.sees("[ok] Started in a sandbox, it answered", 60);
		wizard.press("\x1bOR");
		await wizard.sees("Executed commands");
		await wizard.sees(/\[ok\].*nsenter/);
		wizard.press(keys.escape, ctrlG);
		await wizard.sees("Keys on this screen");
		await wizard.sees("try the probe");
		await leave(wizard);
	});

	it("fits 60x15, and says there too what is wrong", async () => {
		const wizard = await openForm({ columns: 60, rows: 15 });
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlU}no-such-client PING`);
		await wizard.sees("no-such-client is not on this machine");
		await wizard.sees("[ Start tracing ]");
	});
});
