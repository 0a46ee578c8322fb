import { afterAll, afterEach, describe, expect, test } from "vitest";
import { messagesIn } from "../texts.ts";
import { Book } from "./book.ts";
import { cutTexts } from "./cut-texts.ts";
import { missingExits } from "./exits.ts";
import { ScreenDriver } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";
import { take } from "./walk.ts";
import { walks } from "./walks.ts";

/** Checks every screen at this size. Each size has its own file, so that they run in parallel. */
export function layoutAt(columns: number, rows: number, languages: readonly ("en" | "de")[] = ["en", "de"]): void {
	describe.each(languages)(`${columns} columns, ${rows} rows, %s`, (language) => {
		let open: ScreenDriver | undefined;
		afterEach(() => open?.close());
		const start = (session: ScriptedSession) => {
			open = new ScreenDriver(session, columns, rows, language);
			open.store.start();
			return open;
		};

		const book = columns === 80 && language === "en" ? new Book("80x24-en") : undefined;
		afterAll(() => book?.close());

		/** Nothing scrolled away, the title is at the top, the complete keys are at the bottom, the last row is free. */
		function fits(screen: ScreenDriver, lines: readonly string[]): void {
			const picture = lines.join("\n");
			expect(screen.scrolled, picture).toBe(0);
			expect(lines[0], picture).toContain(screen.words.title);
			expect(lines[rows - 1], picture).toBe("");
			expect(lines[rows - 2], picture).not.toBe("");
			expect(lines[rows - 2], picture).not.toContain("…");
		}

		test.each(walks)("$name", async (walk) => {
			const screen = start(new ScriptedSession(walk.script));
			await take(walk, screen, async (name) => {
				const lines = await screen.settled();
				fits(screen, lines);
				if (columns >= 80) {
					const picture = lines.join("\n");
					expect(cutTexts(lines, screen.words), picture).toEqual([]);
					const missing = missingExits(screen.store.state, lines[rows - 2] ?? "", messagesIn(language));
					expect(missing, `${name}\n${picture}`).toEqual([]);
				}
				if (!/-\d+$/.test(name)) book?.page(name, lines);
			});
		});
	});
}
