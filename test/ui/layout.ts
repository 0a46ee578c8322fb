import { render } from "ink-testing-library";
import { createElement } from "react";
import { afterAll, describe, expect, test } from "vitest";
import type { Messages } from "../../src/messages/messages.ts";
import { type Binding, bindingsOf } from "../../src/wizard/bindings/bindings.ts";
import { keyName } from "../../src/wizard/bindings/footer.ts";
import { Frame } from "../../src/wizard/draw.tsx";
import { withoutJobs } from "../../src/wizard/session/session-keeper.ts";
import { restored, storedOf } from "../../src/wizard/session/stored-state.ts";
import type { Command } from "../../src/wizard/state/command.ts";
import { startState, type WizardState } from "../../src/wizard/state/state.ts";
import { isWorthSaving } from "../../src/wizard/steps/form/fields.ts";
import { messagesIn, textsIn } from "../texts.ts";
import { Book } from "./book.ts";
import { openScreen, type ScreenDriver, screenMessages } from "./screen.ts";
import { take } from "./walk.ts";
import { walks } from "./walks.ts";

/**
 * Checks every screen at this size. Each size has its own file, so that they run in parallel. At 80x24 in
 * English, it also resumes a session at each screen and keeps pictures.
 */
export function layoutAt(columns: number, rows: number, languages: readonly ("en" | "de")[] = ["en", "de"]): void {
	describe.each(languages)(`${columns} columns, ${rows} rows, %s`, (language) => {
		const book = columns === 80 && language === "en" ? new Book("80x24-en") : undefined;
		afterAll(() => book?.close());
		/** All texts, split at their values. */
		const texts = textsIn(screenMessages(language).wizard).flatMap((text) => text.split(/\{[^}]*\}/));

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
			const screen = openScreen(walk.script, columns, rows, language);
			let resumed = 0;
			await take(walk, screen, async (name) => {
				const lines = await screen.settled();
				fits(screen, lines);
				if (columns >= 80) {
					const picture = lines.join("\n");
					expect(cutTexts(lines, texts), picture).toEqual([]);
					const missing = missingExits(screen.store.state, lines[rows - 2] ?? "", messagesIn(language));
					expect(missing, `${name}\n${picture}`).toEqual([]);
				}
				if (!/-\d+$/.test(name)) book?.page(name, lines);
				if (book && looksAsBefore(name, screen.store.state)) resumed++;
			});
			// Walks that stay on the first screens have nothing to resume.
			if (book) expect(resumed).toBeGreaterThanOrEqual(walk.name === "the straight path" ? 25 : 0);
		});
	});
}

const back: readonly Command[] = ["back", "stop", "close", "no", "close-or-back"];
const out: readonly Command[] = ["quit", "interrupt"];

/**
 * Missing exits of a screen: a key that goes back and one that quits, both working and in the footer. The first screen and the last
 * have nothing to go back to.
 */
function missingExits(state: WizardState, footer: string, messages: Messages): string[] {
	const works = bindingsOf(state);
	const shown = works.filter((one) => footer.includes(inFooter(one, messages)));
	const has = (commands: readonly Command[], bindings: readonly Binding[]) =>
		bindings.some(({ command }) => commands.includes(command));
	const isOutermost =
		["home", "requirements", "choose", "save"].includes(state.screen) && !state.overlay && !state.prompt && !state.question;
	return [
		...(has(out, works) ? [] : ["no key quits"]),
		...(has(out, shown) ? [] : ["the footer shows no key to quit"]),
		...(isOutermost || has(back, works) ? [] : ["no key goes back"]),
		...(isOutermost || has(back, shown) ? [] : ["the footer shows no key to go back"]),
	];
}

function inFooter({ command, keys }: Binding, messages: Messages): string {
	return `${keyName(keys[0] ?? "", messages)} ${messages.wizard.keys[command]}`;
}

/** Characters before a cut that identify a text of the catalogue. */
const enough = 10;

/**
 * The lines with a text of the catalogue that is cut. Texts from the machine (paths, commands, output) may be cut, because a
 * page shows them in full; our own texts must fit.
 */
function cutTexts(lines: readonly string[], texts: readonly string[]): string[] {
	// Rows of a list may be cut, because details of the selected row are shown.
	const isRow = (line: string) => /^[❯ ] /.test(line);
	return lines.filter(
		(line) =>
			!isRow(line) &&
			[...line.matchAll(/…/g)].some(({ index }) => {
				const before = line.slice(Math.max(0, index - enough), index);
				if (before.length < enough || line.slice(0, index).endsWith(" ")) return false;
				// The text itself may contain the mark.
				if (texts.some((text) => text.includes(`${before}…`))) return false;
				return texts.some((text) => {
					const at = text.indexOf(before);
					// More text follows.
					return at >= 0 && at + enough < text.length;
				});
			}),
	);
}

/** The frame of a state at 80x24. */
export function drawn(state: WizardState): string {
	const look = { messages: screenMessages("en"), color: false, ascii: false };
	const { lastFrame, unmount } = render(createElement(Frame, { state: { ...state, size: { columns: 80, rows: 24 } }, look }));
	const frame = lastFrame() ?? "";
	unmount();
	return frame;
}

/** Without transient state: notice, question, pending decisions, the last trial's plan, undo. */
function still(state: WizardState): WizardState {
	const { notice: _, question: __, ...rest } = withoutJobs(state);
	const { tried: ___, ...files } = rest.files;
	return { ...rest, files: { ...files, pending: startState.files.pending, past: [], future: [] } };
}

/** Expects that a session that is resumed at this screen looks as before. Returns whether there was anything to resume. */
function looksAsBefore(name: string, state: WizardState): boolean {
	if (state.overlay === "head" || !isWorthSaving(state) || ["home", "cage", "requirements", "choose"].includes(state.screen))
		return false;
	const fields = JSON.parse(JSON.stringify(storedOf(withoutJobs(state)))) as Record<string, unknown>;
	const back = restored(fields, true);
	expect(back?.whole, name).toBe(true);
	// The host is read and the plan is made again.
	const { plan, hostView } = state;
	const here = { ...(plan ? { plan } : {}), ...(hostView ? { hostView } : {}) };
	expect(drawn({ ...startState, ...back?.state, ...here }), name).toBe(drawn(still(state)));
	return true;
}
