import { Terminal } from "@xterm/headless";
import { describe, expect, test } from "vitest";
import { copyable } from "../../src/wizard/bindings/copyable.ts";
import { TerminalManners } from "../../src/wizard/host/terminal.ts";
import {
	copySequence,
	linked,
	mannerNames,
	mannersFor,
	notifySequence,
	progressSequence,
	titleSequence,
	windowTitle,
	workDone,
} from "../../src/wizard/manners.ts";
import { startState, type WizardState } from "../../src/wizard/state/state.ts";
import { messagesIn } from "../texts.ts";
import { cagePageOf, cages } from "../ui/scripted-home.ts";

const messages = messagesIn("en");
const evil = "\x1b]0;owned\x07\x9b31m\u202e\x1b\\\nx";
/** What would end a sequence or begin another one. */
const dangerous = /\p{Cc}|\u202e/u;
/** The text of a sequence, without its beginning and its end. */
const inside = (sequence: string) => sequence.slice("\x1b]".length).replace("\x1b\\", "");
const [cage] = cages(1);
if (!cage) throw new Error("no cage");
const onPage: WizardState = {
	...startState,
	screen: "cage",
	cage: { name: `a${evil}`, page: cagePageOf({ ...cage, name: `a${evil}` }), view: "actions", rows: {} },
};
const able = mannersFor({ TERM: "xterm-256color", TERM_PROGRAM: "ghostty" });

describe("what a terminal can do", () => {
	test("is nothing on one that is dumb, a console, or unknown", () => {
		for (const TERM of ["dumb", "linux", "vt220", "", undefined])
			expect(Object.values(mannersFor({ TERM, TERM_PROGRAM: "ghostty" })).slice(0, 5)).toEqual(mannerNames.map(() => false));
	});

	test("includes progress only where it is known to be shown", () => {
		expect(able.progress).toBe(true);
		expect(mannersFor({ TERM: "xterm-256color", VTE_VERSION: "7900" }).progress).toBe(true);
		expect(mannersFor({ TERM: "xterm-256color" }).progress).toBe(false);
		expect(mannersFor({ TERM: "tmux-256color", VTE_VERSION: "7900" }).progress).toBe(false);
		expect(mannersFor({ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }).progress).toBe(false);
	});

	test.each(mannerNames)("does not include %s if a setting turns it off", (name) => {
		const off = mannersFor({ TERM: "xterm-256color", TERM_PROGRAM: "ghostty" }, { [name]: false });
		expect(off).toEqual({ ...able, [name]: false });
	});
});

test("a cage's text in a title, a notification, a copy or a link ends no sequence and begins none", async () => {
	const sequences = [
		titleSequence(windowTitle(onPage, messages)),
		notifySequence(windowTitle(onPage, messages), { showsText: true }),
		copySequence(copyable(onPage) ?? "") ?? "",
		progressSequence(workDone({ ...startState, jobs: { act: 1 } }) ?? undefined),
	];
	for (const sequence of sequences) expect(inside(sequence)).not.toMatch(dangerous);
	const [address = "", text = ""] = linked("record", `/tmp/${evil}`).split("\x1b\\");
	expect(inside(address)).not.toMatch(dangerous);
	expect(text).toMatch(/^record/);
	const terminal = new Terminal({ allowProposedApi: true });
	let named = "";
	terminal.onTitleChange((now) => {
		named = now;
	});
	await new Promise<void>((resolve) => terminal.write(sequences.join(""), resolve));
	expect(named).toContain("a\\x1b]0;owned");
	expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe("");
	terminal.dispose();
});

test("a text that is too long is not copied", () => {
	expect(copySequence("x".repeat(9000))).toBeUndefined();
	expect(copySequence("cagewright run redis")).toBe(`\x1b]52;c;${Buffer.from("cagewright run redis").toString("base64")}\x1b\\`);
});

describe("a terminal", () => {
	const trying: WizardState = { ...startState, screen: "trial", jobs: { try: 1 } };
	const resting: WizardState = { ...startState, screen: "trial" };

	function open(manners = able) {
		const written: string[] = [];
		let now = 0;
		const terminal = new TerminalManners(
			(text) => written.push(text),
			manners,
			messages,
			() => now,
		);
		terminal.begin(resting);
		const later = (milliseconds: number, state: WizardState) => {
			now += milliseconds;
			written.length = 0;
			terminal.follow(state);
			return written.join("");
		};
		return { later, terminal, written };
	}

	test("gets a notification when long work ends while another window has the focus", () => {
		const { later, terminal } = open();
		terminal.focus(false);
		expect(later(0, trying)).toContain("\x1b]9;4;3;0");
		expect(later(6000, resting)).toContain("waits for you");
	});

	test("gets none for short work, with the focus, or twice", () => {
		const { later, terminal } = open();
		later(0, trying);
		expect(later(6000, resting)).not.toContain("waits");
		terminal.focus(false);
		later(0, trying);
		expect(later(100, resting)).not.toContain("waits");
		expect(later(6000, resting)).toBe("");
	});

	test("gets its title, focus and progress back", () => {
		const { later, terminal, written } = open();
		later(0, trying);
		written.length = 0;
		terminal.end();
		expect(written.join("")).toBe("\x1b]9;4;0;0\x1b\\\x1b[?1004l\x1b[23;2t");
	});

	test("that can do nothing gets nothing", () => {
		const { later, terminal, written } = open(mannersFor({ TERM: "dumb" }));
		terminal.focus(false);
		expect([...written, later(0, trying), later(9000, resting)].join("")).toBe("");
		expect(terminal.copy("x")).toBe(false);
		terminal.end();
		expect(written).toEqual([]);
	});
});
