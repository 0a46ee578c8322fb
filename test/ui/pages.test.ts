import { describe, expect, test } from "vitest";
import { patience } from "../system/eventually.ts";
import { openScreen, type ScreenDriver } from "./screen.ts";

/** Waits, because a busy machine draws late. */
async function until(screen: ScreenDriver, isGood: (picture: string) => boolean): Promise<readonly string[]> {
	for (const end = Date.now() + patience; Date.now() < end; ) {
		const lines = await screen.lines();
		if (isGood(lines.join("\n"))) return lines;
	}
	throw new Error(`never as it should be:\n${(await screen.lines()).join("\n")}`);
}

describe.each([
	[80, 24, "en"],
	[200, 60, "en"],
	[40, 12, "de"],
] as const)("the pages over every screen at %d columns, %d rows, %s", (columns, rows, language) => {
	/** Nothing scrolls away, the keys are at the bottom, and a page scrolls exactly to its end. */
	async function pagesFit(screen: ScreenDriver, isTyping = false) {
		const words = screen.words;
		const pages = [
			["?", "f1", words.keysTitle],
			["i", "f2", words.why.title.split("{")[0] ?? ""],
			["c", "f3", words.commands.title.slice(0, 20)],
		] as const;
		for (const [letter, functionKey, title] of pages) {
			screen.key(isTyping ? functionKey : letter);
			await screen.sees(title);
			screen.key("G");
			const end = await until(screen, (picture) => !/[1-9]\d* (below|darunter)/.test(picture));
			expect(screen.scrolled).toBe(0);
			expect(end[rows - 2], end.join("\n")).not.toBe("");
			screen.key("k");
			// If it can scroll at all, one line up hides one line at the end.
			await until(screen, (picture) => !/\d (above|darüber)/.test(picture) || /, 1 (below|darunter)/.test(picture));
			screen.key("escape");
		}
	}

	test("fit and scroll exactly to their end", async () => {
		const screen = openScreen({}, columns, rows, language);
		await screen.sees(screen.words.choose.title.slice(0, 20));
		const line = (number: number) => `strace -f -o /tmp/trace unshare --mount ${"x".repeat(number * 3)}`;
		for (let number = 0; number < 40; number++) screen.session.emit({ event: "command-started", number, line: line(number) });
		// Wait, because events arrive in batches and a page at its end follows them.
		await screen.when(({ commands }) => commands.length === 40);
		await pagesFit(screen);
		await screen.typeUntil("\x1b[B\r", screen.words.form.button);
		await pagesFit(screen);
		screen.type("\x1b[A\x1b[A\x1b[A");
		await pagesFit(screen, true);
		await screen.typeUntil("\x1b[6~\r", screen.words.trace.answering.slice(0, 12));
		await pagesFit(screen);
		await screen.typeUntil("\r", "[!] /etc/redis/tls.key");
		await pagesFit(screen);
		screen.type("/redis");
		await pagesFit(screen, true);
		await screen.typeUntil("\r\r", "[passwd]");
		await pagesFit(screen);
		await screen.typeUntil("\r", screen.words.build.title.slice(0, 20));
		await pagesFit(screen);
	});
});
