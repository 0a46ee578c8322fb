import { afterEach, describe, expect, test, vi } from "vitest";
import { ScreenDriver } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";

// Under CI Ink draws the last frame alone; the wizard sees to that itself, a test that imports Ink directly has to.
vi.hoisted(() => {
	process.env.CI = "false";
	process.env.CONTINUOUS_INTEGRATION = "false";
});

let open: ScreenDriver | undefined;
afterEach(() => open?.close());

describe.each([
	[80, 24, "en"],
	[60, 15, "de"],
	[200, 60, "en"],
	[40, 12, "de"],
] as const)("the pages over every screen at %d columns, %d rows, %s", (columns, rows, language) => {
	/** Nothing scrolled away, the keys are at the bottom, and at its end a page is whole: no row less, no row more. */
	async function pagesFit(screen: ScreenDriver, isTyping = false) {
		for (const key of isTyping ? ["f1", "f2", "f3"] : ["?", "i", "c"]) {
			screen.key(key);
			screen.key("G");
			const end = await screen.lines();
			expect(screen.scrolled).toBe(0);
			expect(end[rows - 2], end.join("\n")).not.toBe("");
			expect(end.join("\n")).not.toMatch(/, [1-9]\d* (below|darunter)/);
			screen.key("k");
			const above = (await screen.lines()).join("\n");
			if (/\d (above|darüber), /.test(above)) expect(above).toMatch(/, 1 (below|darunter)/);
			screen.key("escape");
		}
	}

	test("fit and end where they end", async () => {
		const screen = new ScreenDriver(new ScriptedSession(), columns, rows, language);
		open = screen;
		screen.store.start();
		await screen.sees(screen.words.choose.title.slice(0, 20));
		for (let number = 0; number < 40; number++) {
			const line = `strace -f -o /tmp/trace unshare --mount ${"x".repeat(number * 3)}`;
			screen.session.emit({ event: "command-started", number, line });
		}
		await pagesFit(screen);
		screen.type("\x1b[B\r");
		await screen.sees(screen.words.form.button);
		await pagesFit(screen);
		screen.type("\x1b[A\x1b[A\x1b[A");
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
});
