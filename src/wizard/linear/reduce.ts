import type { Messages } from "../../messages/messages.ts";
import { type Binding, bindingsBelow, bindingsOf, keyOf } from "../bindings/bindings.ts";
import { hasEffect, isOffered, keyName } from "../bindings/footer.ts";
import { withKeys } from "../bindings/key-texts.ts";
import { isAtHome } from "../home/visible.ts";
import { countOf } from "../reduce/reduce.ts";
import type { Command } from "../state/command.ts";
import type { Key } from "../state/keys.ts";
import { isMove, linearRows } from "../state/list.ts";
import type { WizardState } from "../state/state.ts";
import { switches } from "../steps/form/fields.ts";
import { answersAlready } from "../steps/trace/reduce.ts";

/**
 * The wizard without a screen. A typed line is the number of an item, a letter for a command, or empty for the default. It is
 * translated into keys, so the same reducer handles it.
 */
export interface LinearAction {
	/** The typed text; empty for Enter. */
	readonly typed: string;
	readonly key: string;
	readonly command: Command;
}

/** Whether the user can act: no work runs, or it waits for the user. */
export function isResting(state: WizardState): boolean {
	if (state.jobs.act !== undefined) return false;
	if (state.question || state.prompt || state.overlay) return true;
	if (state.jobs.trace !== undefined) return answersAlready(state) && !state.trace?.ending;
	if (state.jobs.minimise !== undefined) return !state.minimising?.isEnding;
	// A refresh interrupts nobody.
	return Object.keys(state.jobs).every((job) => isAtHome(state) && ["home", "cage", "view"].includes(job));
}

const backwards: readonly Command[] = ["back", "stop", "close"];
/** With these commands a number chooses an item; otherwise it only selects it. */
const taking: readonly Command[] = ["choose", "pick"];

/** The possible commands by their letters. `b` always goes back, `q` always quits. */
export function linearActions(state: WizardState): readonly LinearAction[] {
	if (state.screen === "form" && !state.overlay)
		return [
			{ typed: "", key: "enter", command: "begin" },
			{ typed: "t", key: "ctrl-t", command: "try-probe" },
			{ typed: "b", key: "escape", command: "back" },
			{ typed: "q", key: "ctrl-c", command: "quit" },
		];
	const letters = lettersFor(bindingsOf(state));
	const bindings = bindingsOf(state).filter((one) => isOffered(state, one) && (one.command !== "back" || hasEffect(state, one)));
	const actions: LinearAction[] = [];
	for (const { command, keys } of bindings) {
		const typed = letters.get(command);
		if (typed === undefined || (typed === "" && actions.some((one) => one.typed === ""))) continue;
		actions.push({ typed, key: keys[0] ?? "", command });
	}
	if (!state.overlay && countOf(state) > linearRows) {
		for (const [typed, command] of [
			[">", "page-down"],
			["<", "page-up"],
		] as const) {
			const key = bindings.find((one) => one.command === command)?.keys[0];
			if (key !== undefined) actions.push({ typed, key, command });
		}
	}
	if (!actions.some((one) => one.typed === "q")) actions.push({ typed: "q", key: "ctrl-c", command: "quit" });
	return actions;
}

/** A letter that is free wherever something can be toggled, so that it is the same there. */
const toggleLetter = "x";

/** Returns the letter to type for each command: its own, because texts name it, otherwise one of the command's name, or any. */
function lettersFor(bindings: readonly Binding[]): ReadonlyMap<Command, string> {
	const taken = new Set(["b", "q", "?", ">", "<"]);
	const letters = new Map<Command, string>();
	const give = (command: Command, letter: string | undefined) => {
		if (letter === undefined || letters.has(command)) return;
		letters.set(command, letter);
		taken.add(letter);
	};
	const all = bindings.filter(({ command }) => !isMove(command) && command !== "interrupt" && command !== "keys");
	for (const { command, keys } of all) {
		if (backwards.includes(command)) give(command, "b");
		else if (command === "toggle") give(command, toggleLetter);
		else if (command === "quit") give(command, "q");
		else if (keys[0] === "enter") give(command, "");
		// Its key is the letter of the files, which texts name more often.
		else if (command !== "fix")
			give(
				command,
				keys.find((key) => /^[^\d\s]$/.test(key) && !taken.has(key)),
			);
	}
	for (const { command } of all) {
		const possible = [...command.replace(/^to-/, ""), ..."abcdefghijklmnopqrstuvwxyz"];
		give(
			command,
			possible.find((letter) => /[a-z]/.test(letter) && !taken.has(letter)),
		);
	}
	return letters;
}

/** Returns the messages with what to type here in place of the screen's keys. */
export function linearMessages(messages: Messages, state: WizardState): Messages {
	const [open, below] = [bindingsOf(state), bindingsBelow(state)].map(lettersFor);
	return withKeys(messages, (command) => open?.get(command) ?? below?.get(command) ?? keyName(keyOf(command), messages));
}

interface LinearAnswer {
	readonly keys: readonly Key[];
	/** The row of the form that is edited next. */
	readonly editing?: number;
	/** Print everything again. */
	readonly again?: boolean;
	readonly unknown?: boolean;
}

const key = (id: string): Key => ({ id });
const times = (id: string, count: number) => Array.from({ length: count }, () => key(id));
const replace = (text: string): Key[] => [key("end"), key("ctrl-u"), ...(text === "" ? [] : [{ id: "paste", text }])];

/** Translates a typed line into keys. */
export function readLinear(
	state: WizardState,
	editing: number | undefined,
	line: string,
	isYes: (line: string) => boolean,
): LinearAnswer {
	const typed = line.trim();
	if (state.question) {
		// A question may have its own letters. Anything else means no.
		const own = bindingsOf(state).find((one) => one.keys.includes(typed.toLowerCase()));
		return { keys: [key(own?.keys[0] ?? (isYes(typed) ? "y" : "n"))] };
	}
	if (state.prompt) {
		if (typed === "." || (typed === "" && state.prompt.line.text === "")) return { keys: [key("escape")] };
		return { keys: [...(typed === "" ? [] : replace(typed)), key("enter")] };
	}
	if (editing !== undefined) {
		if (typed === "" || typed === ".") return { keys: [] };
		return { keys: replace(typed === "-" ? "" : typed) };
	}
	if (typed === "?") return { keys: [], again: true };
	// Not an empty line, because texts name the key.
	if (typed === "" && line !== "" && bindingsOf(state).some(({ keys }) => keys.includes("space")))
		return { keys: [key("space")] };
	const number = /^\d+$/.test(typed) && !state.overlay ? Number(typed) : 0;
	if (number > 0) return select(state, number);
	const action = actionFor(linearActions(state), typed);
	if (!action) return typed === "" ? { keys: [], again: true } : { keys: [], unknown: true };
	if (action.command === "begin") return { keys: [key("pagedown"), key("enter")] };
	return { keys: [key(action.key)] };
}

/** A capital letter falls back to the small one. */
function actionFor(actions: readonly LinearAction[], typed: string): LinearAction | undefined {
	return actions.find((one) => one.typed === typed) ?? actions.find((one) => one.typed === typed.toLowerCase());
}

function select(state: WizardState, number: number): LinearAnswer {
	if (state.screen === "form") {
		const row = state.form?.rows[number - 1];
		if (!row) return { keys: [], unknown: true };
		const keys = [key("pageup"), ...times("down", number - 1)];
		return switches.includes(row.field) ? { keys: [...keys, key("space")] } : { keys, editing: number - 1 };
	}
	if (number > countOf(state)) return { keys: [], unknown: true };
	const taken = linearActions(state).some((one) => one.typed === "" && taking.includes(one.command));
	return { keys: [key("home"), ...times("down", number - 1), ...(taken ? [key("enter")] : [])] };
}
