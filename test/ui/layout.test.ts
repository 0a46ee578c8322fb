import { afterEach, describe, expect, test, vi } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { ScreenDriver } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";

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
	const start = (session = new ScriptedSession()) => {
		open = new ScreenDriver(session, columns, rows, language);
		open.store.start();
		return open;
	};

	/** Nothing scrolled away, the title is at the top, the keys are at the bottom and whole, the last row is free. */
	async function fits(screen: ScreenDriver): Promise<readonly string[]> {
		const lines = await screen.lines();
		const picture = lines.join("\n");
		expect(screen.scrolled, picture).toBe(0);
		expect(lines[0], picture).toContain(screen.words.title);
		expect(lines[rows - 1], picture).toBe("");
		expect(lines[rows - 2], picture).not.toBe("");
		expect(lines[rows - 2], picture).not.toContain("…");
		return lines;
	}

	test("every screen of the straight path fits", async () => {
		const screen = start();
		await screen.sees(screen.words.choose.title.slice(0, 20));
		await fits(screen);
		screen.type("\x1b[B\r");
		await screen.sees(screen.words.form.button);
		await fits(screen);
		for (let field = 0; field < 16; field++) {
			screen.key("up");
			await fits(screen);
		}
		screen.type("\x1b[6~\r");
		await screen.sees(screen.words.trace.answering.slice(0, 12));
		await fits(screen);
		screen.type("e");
		await fits(screen);
		screen.type("curl localhost\r");
		await screen.sees("[!!]");
		await fits(screen);
		screen.key("enter");
		await screen.sees("[!] /etc/redis/tls.key");
		await fits(screen);
		screen.key("space");
		await fits(screen);
		screen.type("yi");
		await fits(screen);
		screen.type("q?");
		await fits(screen);
		screen.type("qG");
		await fits(screen);
		screen.type("\t\t/redis");
		await fits(screen);
		screen.type("\r");
		await screen.sees(`/etc/redis/redis.conf`);
		screen.type("\r");
		await screen.sees(screen.words.accounts.group);
		await fits(screen);
		screen.type("\r");
		await screen.sees(screen.words.build.title.slice(0, 20));
		for (let row = 0; row < 8; row++) {
			await fits(screen);
			screen.key("down");
		}
		screen.type("\r");
		await screen.sees(screen.words.trial.declined);
		await fits(screen);
		screen.type("\r");
		await screen.sees(screen.words.trial.notNeeded);
		await fits(screen);
		screen.type("\r");
		await screen.sees(screen.words.save.root);
		await fits(screen);
		screen.type("jj\r");
		await screen.sees("[Unit]");
		await fits(screen);
	});

	/** The pages that every screen has: they fit, they are whole when one is at their end, and close again. */
	async function pagesFit(screen: ScreenDriver, typing = false) {
		for (const key of typing ? ["f1", "f2", "f3"] : ["?", "i", "c"]) {
			screen.key(key);
			await fits(screen);
			screen.key("G");
			const lines = await fits(screen);
			expect(lines.join("\n")).not.toMatch(/, [1-9]\d* (below|darunter)/);
			screen.key("k");
			const above = (await screen.lines()).join("\n");
			if (above.includes(screen.words.more.split("{above}")[1]?.split("{below}")[0] ?? ""))
				expect(above).toMatch(/, 1 (below|darunter)/);
			screen.key("escape");
		}
	}

	test("the pages over every screen fit and end where they end", async () => {
		const screen = start();
		await screen.sees(screen.words.choose.title.slice(0, 20));
		for (let number = 0; number < 40; number++) {
			screen.session.emit({
				event: "command-started",
				number,
				line: `strace -f -o /tmp/trace unshare --mount ${"x".repeat(number * 3)}`,
			});
		}
		await pagesFit(screen);
		screen.type("\x1b[B\r");
		await screen.sees(screen.words.form.button);
		await pagesFit(screen);
		screen.key("up");
		screen.key("up");
		screen.key("up");
		await pagesFit(screen, true);
		screen.type("\x1b[6~\r");
		await screen.sees(screen.words.trace.answering.slice(0, 12));
		await pagesFit(screen);
		screen.type("\r");
		await screen.sees("[!] /etc/redis/tls.key");
		await pagesFit(screen);
		screen.type("/redis");
		await pagesFit(screen, true);
		screen.type("\r\r");
		await screen.sees(screen.words.accounts.group);
		await pagesFit(screen);
		screen.type("\r");
		await screen.sees(screen.words.build.title.slice(0, 20));
		await pagesFit(screen);
	});

	test("failures and questions fit", async () => {
		const words = "x".repeat(300);
		const session = new ScriptedSession({
			lacks: [{ what: "strace", package: "strace" }, { what: "util-linux", package: "util-linux" }, { what: "landlock" }],
			failures: {
				trace: new Failure("not-answered-on-host", { command: "/usr/bin/redis-server", probe: "redis-cli PING", words }, 1),
			},
		});
		const screen = start(session);
		await screen.sees("strace");
		await fits(screen);
		screen.type("q");
		await fits(screen);
		screen.type("n\r");
		await screen.sees(screen.words.choose.title.slice(0, 20));
		screen.type("\x1b[B\r");
		await screen.sees(screen.words.form.button);
		screen.type("\r");
		await screen.sees("! /usr/bin/redis-server");
		await fits(screen);
		screen.type("\x03");
		await fits(screen);
		await screen.sees(language === "de" ? "(j/n)" : "(y/n)");
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
