import { describe, expect, test } from "vitest";
import { bindingsBelow, bindingsOf, editing } from "../../src/wizard/bindings.ts";
import { commandsKept } from "../../src/wizard/commands.ts";
import { groupOf } from "../../src/wizard/key-groups.ts";
import { decidedSoFar } from "../../src/wizard/parts/header.tsx";
import { startState } from "../../src/wizard/state.ts";
import { atFiles, atForm, atTrace, Drive, down } from "./drive.ts";

const f1 = "\x1bOP";
const escapeKey = { type: "key", key: { id: "escape" } } as const;
const measured = (scrollEnd: number) => ({ type: "measured", scrollEnd }) as const;

describe("pages over a screen", () => {
	test("scroll exactly as far as they are long", () => {
		const wizard = atFiles().type("i").act(measured(3)).type("jjjjjj");
		expect(wizard.state.scroll).toBe(3);
		expect(wizard.type("k").state.scroll).toBe(2);
		expect(wizard.type("g").state.scroll).toBe(0);
		expect(wizard.type("G").state.scroll).toBe(3);
	});

	test("what was pressed before the first drawing is put right by it", () => {
		const wizard = atFiles().type("?G");
		expect(wizard.act(measured(4)).state.scroll).toBe(4);
		// A window that grew shows the end, and not less.
		expect(wizard.act(measured(1)).state.scroll).toBe(1);
	});

	test("lead to each other, and their own key closes them", () => {
		const wizard = atTrace().type("?");
		expect(wizard.state.overlay).toBe("keys");
		expect(wizard.type("i").state.overlay).toBe("why");
		expect(wizard.type("c").state.overlay).toBe("commands");
		expect(wizard.type("c").state.overlay).toBeUndefined();
		expect(wizard.type("i").act(escapeKey).state.overlay).toBeUndefined();
		expect(wizard.state.screen).toBe("trace");
	});

	test("open while something is typed, and what was typed is there afterwards", () => {
		const wizard = atFiles().type("/red?").type(f1);
		expect(wizard.state.overlay).toBe("keys");
		expect(bindingsBelow(wizard.state).map((one) => one.command)).toContain("submit");
		wizard.type("\x07");
		expect(wizard.state.overlay).toBeUndefined();
		expect(wizard.state.prompt?.line.text).toBe("red?");
	});

	test("in the form `?` is a letter of the line, and a key on the button", () => {
		const wizard = atForm().type("?");
		expect(wizard.state.overlay).toBe("keys");
		wizard.act(escapeKey).type("\x1b[A").type("\x1b[5~?ic");
		expect(wizard.state.overlay).toBeUndefined();
		expect(wizard.state.form?.rows[0]?.line.text).toBe("redis?ic");
	});

	test("the newest commands come first into view, and stay there as more come", () => {
		const wizard = atFiles().type("c").act(measured(7));
		expect(wizard.state.scroll).toBe(7);
		expect(wizard.act(measured(9)).state.scroll).toBe(9);
		expect(wizard.type("k").act(measured(12)).state.scroll).toBe(8);
	});
});

describe("every screen", () => {
	test("says why, shows what ran and all its keys, and has a way out", () => {
		const screens = ["requirements", "choose", "trace", "files", "accounts", "build", "trial", "save"] as const;
		for (const screen of screens) {
			const keysOf = (command: string) => bindingsOf({ ...startState, screen }).find((one) => one.command === command)?.keys;
			expect(keysOf("why"), screen).toContain("i");
			expect(keysOf("commands"), screen).toContain("c");
			expect(keysOf("keys"), screen).toContain("?");
			expect(keysOf("quit"), screen).toContain("q");
		}
	});

	test("no key does two things unless only one of them is offered", () => {
		const twice = new Set(["next-field/begin", "accept-remedies/save"]);
		for (const screen of ["choose", "trace", "files", "accounts", "build", "trial", "save"] as const) {
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

	test("the keys of a line are those that the line knows", () => {
		expect(editing.every((one) => groupOf(one.command) === "typing")).toBe(true);
	});
});

describe("the commands that ran", () => {
	const started = (number: number, line: string) => ({ event: "command-started", number, line }) as const;

	test("get their status, and one that is repeated stays one", () => {
		const wizard = new Drive().happen(started(1, "unshare a"), started(2, "probe"), {
			event: "command-ended",
			number: 2,
			status: 1,
		});
		wizard.happen(started(3, "probe"), { event: "command-ended", number: 3, status: 0 });
		expect(wizard.state.commands).toEqual([
			{ number: 1, line: "unshare a", times: 1 },
			{ number: 3, line: "probe", times: 2, status: 0 },
		]);
	});

	test("two that run at once are two", () => {
		expect(new Drive().happen(started(1, "probe"), started(2, "probe")).state.commands).toHaveLength(2);
	});

	test("are bounded", () => {
		const wizard = new Drive();
		for (let number = 0; number < commandsKept + 50; number++) wizard.happen(started(number, `line ${number}`));
		expect(wizard.state.commands).toHaveLength(commandsKept);
		expect(wizard.state.commands.at(-1)?.line).toBe(`line ${commandsKept + 49}`);
	});
});

describe("what is decided so far", () => {
	const what = (wizard: Drive) => decidedSoFar(wizard.state).map((one) => one.what);

	test("grows with the steps", () => {
		expect(what(new Drive())).toEqual([]);
		expect(what(atForm())).toEqual(["program", "account", "probes"]);
		expect(what(atFiles())).toEqual(["program", "account", "probes", "contents", "undecided", "permissions"]);
	});

	test("follows the plan", () => {
		const contents = (wizard: Drive) => decidedSoFar(wizard.state).find((one) => one.what === "contents");
		expect(contents(atFiles().type(down))).toMatchObject({ files: expect.any(Number), bytes: expect.any(Number) });
	});
});
