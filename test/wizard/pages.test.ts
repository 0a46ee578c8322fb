import { describe, expect, test } from "vitest";
import { bindingsBelow, bindingsOf, editing } from "../../src/wizard/bindings/bindings.ts";
import { hasEffect } from "../../src/wizard/bindings/footer.ts";
import { groupOf } from "../../src/wizard/bindings/key-groups.ts";
import { decidedSoFar } from "../../src/wizard/header.tsx";
import { commandsKept } from "../../src/wizard/state/commands.ts";
import { startState } from "../../src/wizard/state/state.ts";
import { messagesIn } from "../texts.ts";
import { atChoices, atFiles, atForm, atTrace, Drive, enter, measured } from "./drive.ts";

const f1 = "\x1bOP";

test("the page of keys knows which keys do something now", () => {
	const idle = ({ state }: Drive) =>
		bindingsBelow(state)
			.filter((binding) => !hasEffect(state, binding))
			.map(({ command }) => command);
	expect(idle(atFiles().type("j"))).toEqual(["open", "undo", "redo", "package", "empty", "fix"]);
	expect(idle(atChoices())).toEqual(["watch-running", "discard", "back", "fix"]);
	expect(idle(atChoices().type(`/redis${enter}`))).toEqual(["watch-running", "discard", "fix"]);
	expect(idle(atTrace())).toEqual(["finish-early", "run-next", "exercise", "another-run", "fix"]);
	expect(idle(atForm())).toEqual(["next-field", "start", "fix"]);
});

describe("pages over a screen", () => {
	test("the first frame corrects keys that were pressed before it", () => {
		const wizard = atFiles().type("?G");
		expect(wizard.act(measured(4)).state.scroll).toBe(4);
		// A larger window shows more, up to the end.
		expect(wizard.act(measured(1)).state.scroll).toBe(1);
	});

	test("open each other, and their own key closes them", () => {
		const wizard = atTrace();
		const pages = [..."?iccc"].map((key) => wizard.type(key).state.overlay);
		expect(pages).toEqual(["keys", "why", "commands", undefined, "commands"]);
		expect([wizard.press("escape").state.overlay, wizard.state.screen]).toEqual([undefined, "trace"]);
	});

	test("open over a prompt and keep its text", () => {
		const wizard = atFiles().type("/red?").type(f1);
		expect(wizard.state.overlay).toBe("keys");
		expect(bindingsBelow(wizard.state).map((one) => one.command)).toContain("submit");
		expect(wizard.type("\x07").state.overlay).toBeUndefined();
		expect(wizard.state.prompt?.line.text).toBe("red?");
	});

	test("in the form `?` is a letter of the line, and a key on the button", () => {
		const wizard = atForm().type("?");
		expect(wizard.state.overlay).toBe("keys");
		wizard.press("escape").type("\x1b[A").type("\x1b[5~?ic");
		expect(wizard.state.overlay).toBeUndefined();
		expect(wizard.state.form?.rows[0]?.line.text).toBe("redis?ic");
	});

	test("the newest commands are visible, also when more arrive", () => {
		const wizard = atFiles().type("c");
		expect(wizard.act(measured(7)).state.scroll).toBe(7);
		expect(wizard.act(measured(9)).state.scroll).toBe(9);
		expect(wizard.type("k").act(measured(12)).state.scroll).toBe(8);
	});
});

const steps = ["choose", "trace", "files", "accounts", "build", "trial", "save"] as const;

describe("every screen", () => {
	test("explains itself, shows commands and keys, and can be left", () => {
		for (const screen of ["requirements", ...steps] as const) {
			const bindings = bindingsOf({ ...startState, screen });
			for (const [command, key] of Object.entries({ why: "i", commands: "c", keys: "?", quit: "q" }))
				expect(bindings.find((one) => one.command === command)?.keys, screen).toContain(key);
		}
	});

	test("no key has two commands unless only one is offered", () => {
		const twice = new Set(["next-field/begin", "accept-remedies/save"]);
		for (const screen of steps) {
			const seen = new Map<string, string>();
			for (const { command, keys } of bindingsOf({ ...startState, screen })) {
				for (const key of keys) {
					const other = seen.get(key);
					if (other !== undefined) expect(twice, `${screen} ${key}`).toContain(`${other}/${command}`);
					seen.set(key, command);
				}
			}
		}
	});

	test.each(["next-view", "previous-view", "next-tab", "next-file"] as const)("%s moves and decides nothing", (command) => {
		expect(groupOf(command)).toBe("moving");
	});

	test("the listed keys of a line work in it", () => {
		expect(editing.every((one) => groupOf(one.command) === "typing")).toBe(true);
	});
});

describe("the list of commands", () => {
	const started = (number: number, line: string) => ({ event: "command-started", number, line }) as const;
	const ended = (number: number, status: number) => ({ event: "command-ended", number, status }) as const;

	test("shows the status, and repeated commands once", () => {
		const wizard = new Drive().happen(started(1, "unshare a"), started(2, "probe"), ended(2, 1));
		wizard.happen(started(3, "probe"), ended(3, 0));
		expect(wizard.state.commands).toEqual([
			{ number: 1, line: "unshare a", times: 1 },
			{ number: 3, line: "probe", times: 2, status: 0 },
		]);
	});

	test("keeps simultaneous commands apart", () => {
		expect(new Drive().happen(started(1, "probe"), started(2, "probe")).state.commands).toHaveLength(2);
	});

	test("is bounded", () => {
		const many = Array.from({ length: commandsKept + 50 }, (_, number) => started(number, `line ${number}`));
		const { commands } = new Drive().happen(...many).state;
		expect([commands.length, commands.at(-1)?.line]).toEqual([commandsKept, `line ${commandsKept + 49}`]);
	});
});

test("the line of decisions grows with the steps", () => {
	const texts = ({ state }: Drive) => decidedSoFar(state, messagesIn("en")).map(({ text }) => text);
	const matching = (...patterns: RegExp[]) => patterns.map((text) => expect.stringMatching(text));
	expect(texts(new Drive())).toEqual([]);
	const answers = matching(/^redis/, /^as /, /probes?$/);
	expect(texts(atForm())).toEqual(answers);
	expect(texts(atFiles())).toEqual([...answers, ...matching(/files?, .*B$/, /undecided$/, /permissions?$/)]);
});
