import { describe, it } from "vitest";
import { isLong } from "../long.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { leave, newWizard } from "./wizards.ts";

/** The first step on a terminal. */

const [pageUp, pageDown, ctrlU, ctrlT, ctrlG] = ["\x1b[5~", "\x1b[6~", "\x15", "\x14", "\x07"] as const;
const marked = (text: string) => `\x1b[200~${text}\x1b[201~`;

/** Resizes and waits until the rule has the new width. */
async function resize(wizard: PtyProgram, size: string): Promise<void> {
	const [columns = 0, rows = 0] = size.split("x").map(Number);
	await wizard.seesAt(columns, rows, new RegExp(`^──.{${columns - 2}}$`, "m"));
}

describe("choosing", () => {
	it("keeps cursor and search through resizes, and handles keys of one chunk one by one", async () => {
		const wizard = await newWizard();
		// An arrow key in two packets is an arrow, or an Esc that loses nothing.
		for (let tries = 0; tries < 10; tries++) {
			wizard.press("\x1b");
			await new Promise((resolve) => setImmediate(resolve));
			wizard.press("[B");
			const shown = await wizard.sees(/^❯ \S+/m);
			if (/^❯ (?!demo)/m.test(shown)) break;
		}
		await wizard.pressAt(/^❯ (?!demo)\S+/m, "g");
		await wizard.pressAt(/^❯ demo/m, "/redis");
		await wizard.sees(/❯ redis\s/);
		for (const size of ["40x12", "200x60"]) {
			await resize(wizard, size);
			await wizard.sees(/❯ redis\s.*Search: redis/s);
		}
		// On a wide terminal, in the second pane.
		await wizard.sees(/Package\s+redis-server/);
		wizard.press(ctrlU);
		await wizard.sees(/❯ demo/);
		wizard.press(`redis${keys.enter}${keys.enter}`);
		await wizard.sees(/Name\s+redis/);
		await wizard.sees("[ Start tracing ]");
	});

	it.runIf(isLong)("fits 60x15, also in German", async () => {
		const wizard = await newWizard(["--lang", "de"], { columns: 60, rows: 15 });
		wizard.press("j");
		await wizard.pressAt(/^❯ (?!demo)\S+\s/m, "i");
		await wizard.pressAt("Zu diesem Schritt: Anwendung", "c");
		await wizard.pressAt("Ausgeführte Befehle", "?");
		await wizard.pressAt("Tasten in dieser Ansicht", "?", keys.enter);
		await wizard.sees("[ Beobachtung starten ]");
	});
});

describe("the form", () => {
	it.runIf(isLong)(
		"tries a probe, handles keys and pastes of one chunk, resizes, and reports problems, without starting a trace",
		async () => {
			const wizard = await newWizard();
			wizard.press(keys.enter);
			await wizard.pressAt("❯ [ Start tracing ]", `${pageUp}${keys.down.repeat(3)}${ctrlT}`);
			await wizard.sees("✓ The application answered in a sandbox");
			wizard.press("\x1bOR");
			await wizard.sees("Executed commands");
			await wizard.pressAt(/✓.*nsenter/, keys.escape, ctrlG);
			await wizard.sees("Keys on this screen");
			await wizard.pressAt("try the probe", keys.escape);
			await wizard.sees("[ Start tracing ]");

			wizard.press(`${pageUp}${ctrlU}first${keys.down}${keys.down}${ctrlU}nobody${keys.down}${keys.up}${keys.up}`);
			await wizard.sees(/Name\s+first/);
			await wizard.sees(/Account\s+nobody/);
			await wizard.sees(/^❯ {3}Command/m);

			wizard.press(`${pageUp}${ctrlU}resized`);
			for (const size of ["200x60", "40x12", "60x15"]) {
				await resize(wizard, size);
				await wizard.sees(/^❯.*Name\s+resized/m);
			}
			wizard.press(`${pageUp}${keys.down.repeat(3)}${ctrlU}no-such-client PING`);
			await wizard.sees("no-such-client is not installed on this machine");
			await wizard.sees("[ Start tracing ]");
			await resize(wizard, "80x24");

			wizard.press(`${pageUp}${keys.down}${keys.down}${ctrlU}nobody-of-that-name`);
			await wizard.pressAt(/Unknown account 'nobody-of-that-name'/, pageDown);
			await wizard.pressAt("❯ [ Start tracing ]", keys.enter);
			await wizard.pressAt(/^❯ ! Account/m, `${ctrlU}nobody`);
			await wizard.sees(/^❯ {3}Account/m);

			wizard.press(`${keys.down}${ctrlU}`);
			await wizard.sees(/^❯ ! Probe/m);
			wizard.press(marked("curl a\ncurl b\ncurl c"));
			await wizard.sees(/Probe\s+curl a\s+curl b\s+(❯ +)?curl c/);
			await wizard.sees("3 probes");

			// An unmarked Enter moves by rows, and this paste reaches the button.
			await wizard.pressAt("step 1/7", pageDown, keys.up, keys.up, keys.up);
			await wizard.pressAt(/^❯ {3}Network/m, "one\rtwo\rthree\rfour\r");
			await wizard.sees("❯ [ Start tracing ]");
			// When this key takes effect, a trace would have started.
			wizard.press("?");
			await wizard.sees("Keys on this screen");
			await wizard.sees("step 1/7");
			// The wizard must stop its work itself; a killed one leaves it to the next command.
			await leave(wizard);
		},
	);
});
