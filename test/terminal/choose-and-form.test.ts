import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { home, temporaryState } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

/** The first step on a terminal. */
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
	await running.sees(/❯ demo\s+(demo|Vorführung)/);
	return running;
}

/** The demonstration's form, without problems. */
async function openForm(size = {}): Promise<PtyProgram> {
	const wizard = await openWizard(size);
	wizard.press(keys.enter);
	await wizard.sees("❯ [ Start tracing ]");
	return wizard;
}

/** The wizard must stop its work itself; a killed one leaves it to the next command. */
async function leave(wizard: PtyProgram): Promise<void> {
	wizard.press(keys.ctrlC, keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);
}

/** Resizes and waits until the rule has the new width. */
async function resize(wizard: PtyProgram, columns: number, rows: number): Promise<void> {
	wizard.resize(columns, rows);
	await wizard.sees(new RegExp(`^──.{${columns - 2}}$`, "m"));
}

describe("choosing", () => {
	it("handles keys of one chunk one by one", async () => {
		const wizard = await openWizard();
		wizard.press(`/redis${keys.enter}${keys.enter}`);
		await wizard.sees(/Name\s+redis/);
		await wizard.sees("[ Start tracing ]");
	});

	it("keeps cursor and search through resizes", async () => {
		const wizard = await openWizard();
		wizard.press("/redis");
		await wizard.sees(/❯ redis\s+template/);
		for (const [columns, rows] of [
			[60, 15],
			[200, 60],
			[40, 12],
			[80, 24],
		] as const) {
			await resize(wizard, columns, rows);
			await wizard.sees(/❯ redis\s+template/);
			await wizard.sees("Search: redis");
		}
		// On a wide terminal, in the second pane.
		await resize(wizard, 200, 60);
		await wizard.sees(/Package\s+redis-server/);
	});

	it("reads an arrow key in two packets as an arrow, or as an Esc that loses nothing", async () => {
		const wizard = await openWizard();
		for (let tries = 0; tries < 10; tries++) {
			wizard.press("\x1b");
			await new Promise((resolve) => setImmediate(resolve));
			wizard.press("[B");
			const shown = await wizard.sees(/^❯ \S+/m);
			if (/^❯ (?!demo)/m.test(shown)) break;
		}
		await wizard.pressAt(/^❯ (?!demo)\S+/m, "g");
		await wizard.sees(/^❯ demo/m);
	});

	it("fits 60x15, also in German", async () => {
		const wizard = await openWizard({ columns: 60, rows: 15, args: ["--lang", "de"] });
		wizard.press("j");
		await wizard.pressAt(/^❯ (?!demo)\S+\s+Vorlage/m, "i");
		await wizard.pressAt("Zu diesem Schritt: Anwendung", "c");
		await wizard.pressAt("Ausgeführte Befehle", "?");
		await wizard.pressAt("Tasten in dieser Ansicht", "?", keys.enter);
		await wizard.sees("[ Beobachtung starten ]");
	});
});

describe("the form", () => {
	it("handles keys of one chunk one by one", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${ctrlU}first${keys.down}${keys.down}${ctrlU}nobody${keys.down}${keys.up}${keys.up}`);
		await wizard.sees(/Name\s+first/);
		await wizard.sees(/Account\s+nobody/);
		await wizard.sees(/^❯ {3}Command/m);
	});

	it("reports problems below the field while typing, and continues when they are fixed", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down}${keys.down}${ctrlU}nobody-of-that-name`);
		await wizard.pressAt(/Unknown account 'nobody-of-that-name'/, pageDown);
		await wizard.pressAt("❯ [ Start tracing ]", keys.enter);
		await wizard.pressAt(/^❯ ! Account/m, `${ctrlU}nobody`);
		await wizard.sees(/^❯ {3}Account/m);
	});

	it("warns about a probe whose program is missing, and continues anyway", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlU}no-such-client PING`);
		await wizard.pressAt("no-such-client is not installed on this machine", `${pageDown}${keys.enter}`);
		await wizard.sees("step 2/7");
		await leave(wizard);
	});

	it.each([
		["marked", marked("curl a\ncurl b\ncurl c")],
		["unmarked", "curl a\rcurl b\rcurl c"],
	])("makes of a %s paste of several lines several probes, and starts nothing", async (_, paste) => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlU}`);
		await wizard.sees(/^❯ ! Probe/m);
		// Go to the next row, which is the last: an unmarked Enter moves by rows.
		wizard.press(paste);
		await wizard.sees(/Probe\s+curl a\s+curl b\s+(❯ +)?curl c/);
		await wizard.sees("3 probes");
		await wizard.sees("step 1/7");
	});

	it("does not start when an unmarked paste reaches the button", async () => {
		const wizard = await openForm();
		wizard.press(keys.up, keys.up, keys.up);
		await wizard.pressAt(/^❯ {3}Network/m, "one\rtwo\rthree\rfour\r");
		await wizard.sees("❯ [ Start tracing ]");
		// When this key takes effect, a trace would have started.
		wizard.press("?");
		await wizard.sees("Keys on this screen");
		await wizard.sees("step 1/7");
	});

	it("keeps cursor and text through resizes", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${ctrlU}resized`);
		for (const [columns, rows] of [
			[60, 15],
			[200, 60],
			[40, 12],
			[80, 24],
		] as const) {
			await resize(wizard, columns, rows);
			await wizard.sees(/^❯.*Name\s+resized/m);
		}
	});

	it("tries the probe before the trace", async () => {
		const wizard = await openForm();
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlT}`);
		await wizard.sees("✓ The application answered in a sandbox", 60);
		wizard.press("\x1bOR");
		await wizard.sees("Executed commands");
		await wizard.pressAt(/✓.*nsenter/, keys.escape, ctrlG);
		await wizard.sees("Keys on this screen");
		await wizard.sees("try the probe");
		await leave(wizard);
	});

	it("fits 60x15 and reports problems there", async () => {
		const wizard = await openForm({ columns: 60, rows: 15 });
		wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlU}no-such-client PING`);
		await wizard.sees("no-such-client is not installed on this machine");
		await wizard.sees("[ Start tracing ]");
	});
});
