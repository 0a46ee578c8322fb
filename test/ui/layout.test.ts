import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { messagesFor } from "../../src/messages/messages.ts";
import { Book } from "./book.ts";
import { cutTexts } from "./cut-texts.ts";
import { ScreenDriver } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";
import { walks } from "./walks.ts";
import { waysOut } from "./ways-out.ts";

// Under CI Ink draws the last frame alone; the wizard sees to that itself, a test that imports Ink directly has to.
vi.hoisted(() => {
	process.env.CI = "false";
	process.env.CONTINUOUS_INTEGRATION = "false";
});

let open: ScreenDriver | undefined;
afterEach(() => open?.close());

const sizes = [
	[80, 24],
	[60, 15],
	[200, 60],
	[40, 12],
] as const;

const cases = sizes.flatMap(([columns, rows]) => (["en", "de"] as const).map((language) => [columns, rows, language] as const));

describe.each(cases)("%d columns, %d rows, %s", (columns, rows, language) => {
	const start = (session: ScriptedSession) => {
		open = new ScreenDriver(session, columns, rows, language);
		open.store.start();
		return open;
	};

	const book = new Book(`${columns}x${rows}-${language}`);
	afterAll(() => book.close());

	/** Nothing scrolled away, the title is at the top, the keys are at the bottom and whole, the last row is free. */
	function fits(screen: ScreenDriver, lines: readonly string[]): void {
		const picture = lines.join("\n");
		expect(screen.scrolled, picture).toBe(0);
		expect(lines[0], picture).toContain(screen.words.title);
		expect(lines[rows - 1], picture).toBe("");
		expect(lines[rows - 2], picture).not.toBe("");
		expect(lines[rows - 2], picture).not.toContain("…");
	}

	test.each(walks)("$name", async ({ go, script }) => {
		const screen = start(new ScriptedSession(script));
		await go(screen, async (name) => {
			const lines = await screen.settled();
			fits(screen, lines);
			if (columns >= 80) {
				expect(cutTexts(lines, screen.words), lines.join("\n")).toEqual([]);
				expect(waysOut(screen.store.state, lines[rows - 2] ?? "", messagesFor(language)), `${name}\n${lines.join("\n")}`).toEqual(
					[],
				);
			}
			if (columns >= 60 && !/-\d+$/.test(name)) book.page(name, lines);
		});
	});
});

test("a terminal that is too small says so", async () => {
	open = new ScreenDriver(new ScriptedSession(), 30, 8);
	open.store.start();
	expect((await open.lines())[0]).toContain("too small");
});

test("nothing untrusted reaches the terminal as it is", async () => {
	const screen = new ScreenDriver(new ScriptedSession(), 120, 30);
	open = screen;
	screen.store.start();
	await screen.sees("\\x1b[2J evil process");
	screen.type("\x1b[B\r");
	await screen.sees(screen.words.form.button);
	screen.type("\r");
	await screen.sees("# red\\x1b[0m");
	await screen.sees(screen.words.trace.answering.slice(0, 12));
	screen.type("\r");
	await screen.sees("[!] /etc/redis/tls.key");
	screen.type("/gnp");
	await screen.sees("\\x1b[31mred\\u{202e}gnp");
});

test("ASCII is all that a plain terminal gets", async () => {
	const { asciiMessages } = await import("../../src/messages/ascii.ts");
	const screen = new ScreenDriver(new ScriptedSession(), 60, 20, "de", { ascii: true, messages: asciiMessages("de") });
	open = screen;
	screen.store.start();
	await screen.sees("Vorfuehrung");
	screen.type("\x1b[B\r");
	await screen.sees("Befehl");
	expect((await screen.lines()).join("\n")).toMatch(/^[\x20-\x7e\n]*$/);
});
