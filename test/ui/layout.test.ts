import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { asciiMessages } from "../../src/messages/ascii.ts";
import type { Look } from "../../src/wizard/parts/look.ts";
import { restored } from "../../src/wizard/session/stored-state.ts";
import { startState } from "../../src/wizard/state/state.ts";
import { messagesIn } from "../texts.ts";
import { drawn, layoutAt } from "./layout.ts";
import { openScreen } from "./screen.ts";
import { cages } from "./scripted-home.ts";
import { toTrace } from "./walk.ts";

layoutAt(80, 24);

test("untrusted text never reaches the terminal unescaped", async () => {
	const screen = openScreen({}, 120, 30);
	await screen.sees("\\x1b[2J evil process");
	await toTrace(screen);
	await screen.sees("# red\\x1b[0m");
	await screen.typeUntil("\r", "[!] /etc/redis/tls.key");
	await screen.typeUntil("/gnp", "\\x1b[31mred\\u{202e}gnp");
	screen.key("escape");
	await screen.typeUntil("/redis.conf\rv", "\\x1b]0;evil\\x07");
	expect(screen.raw).not.toContain("]0;evil\x07");
});

test.each([
	[80, 24],
	[120, 40],
])("untrusted text of a cage never reaches the terminal unescaped (%s columns)", async (columns, rows) => {
	const evil = "\x1b]0;x\x07\x9b31m\u202e";
	const [cage] = cages(1);
	if (!cage) throw new Error("no cage");
	const hostile = { ...cage, command: [`/bin/${evil}`], service: `a${evil}.service` };
	const screen = openScreen({ cages: [hostile] }, columns, rows);
	await screen.when(({ home }) => home !== undefined);
	expect((await screen.settled()).join("\n")).toContain("/bin/\\x1b]0;x\\x07");
	screen.type("\r");
	await screen.when(({ cage: open }) => open?.page !== undefined);
	for (let view = 0; view < 6; view++) {
		expect((await screen.settled()).join("\n")).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
		screen.type("\t");
	}
	expect(screen.raw).not.toContain("]0;x\x07");
});

test("a plain terminal gets only ASCII", async () => {
	const screen = openScreen({}, 60, 20, "de", { ascii: true, messages: asciiMessages(messagesIn("de")) });
	await screen.sees("laeuft");
	await screen.typeUntil("\x1b[B\r", "Befehl");
	expect((await screen.lines()).join("\n")).toMatch(/^[\x20-\x7e\n]*$/);
	screen.key("escape");
	await screen.sees("laeuft");
	// Longer ASCII texts are cut and move nothing.
	expect((await screen.lines())[0]).toContain("Cagewright");
	expect(screen.scrolled).toBe(0);
});

test("a plain terminal shows where a row is cut", async () => {
	const rows = (look: Partial<Look>) => openScreen({}, 44, 20, "en", look).sees("Demonstration");
	const [usual, plain] = [await rows({}), await rows({ ascii: true, messages: asciiMessages(messagesIn("en")) })];
	const cut = (lines: readonly string[], mark: string) => lines.flatMap((line, row) => (line.endsWith(mark) ? row : []));
	expect(cut(usual, "…").length).toBeGreaterThan(0);
	expect(cut(plain, "~")).toEqual(cut(usual, "…"));
});

test("a session of version 1 is displayed", () => {
	const { fields } = JSON.parse(readFileSync(new URL("../wizard/session-1.json", import.meta.url), "utf8"));
	expect(drawn({ ...startState, ...restored(fields, true)?.state })).toContain("/usr/share/zoneinfo/Europe/Berlin");
});
