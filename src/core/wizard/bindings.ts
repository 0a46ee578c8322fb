import type { Key } from "./keys.ts";
import type { Move } from "./list.ts";
import type { Screen, WizardState } from "./state.ts";

/** Named commands. The message catalogue has a word for each in its section `keys`. */
export type Command =
	| "go-on"
	| "choose"
	| "install"
	| "start"
	| "enough"
	| "build"
	| "again"
	| "accept-remedies"
	| "save"
	| "finish-anyway"
	| "pick"
	| "end"
	| "back"
	| "stop"
	| "quit"
	| "interrupt"
	| "keys"
	| "why"
	| "search"
	| "toggle"
	| "next-tab"
	| "previous-tab"
	| "next-file"
	| "previous-file"
	| "type-command"
	| "exercise"
	| "include"
	| "exclude"
	| "writable"
	| "to-application"
	| "to-files"
	| "to-accounts"
	| "submit"
	| "close"
	| "yes"
	| "no"
	| "next-field"
	| "begin"
	| "previous-field"
	| Move;

export interface Binding {
	readonly command: Command;
	readonly keys: readonly string[];
	/** Those with the lowest number stay longest in a narrow footer; without one it is shown under `?` alone. */
	readonly footer?: number;
}

const quitting: readonly Binding[] = [
	{ command: "interrupt", keys: ["ctrl-c"] },
	{ command: "quit", keys: ["q"], footer: 8 },
	{ command: "keys", keys: ["?"], footer: 0 },
];

const moving: readonly Binding[] = [
	{ command: "up", keys: ["up", "k"] },
	{ command: "down", keys: ["down", "j"] },
	{ command: "page-up", keys: ["pageup", "ctrl-b"] },
	{ command: "page-down", keys: ["pagedown", "ctrl-f"] },
	{ command: "first", keys: ["home", "g"] },
	{ command: "last", keys: ["end", "G"] },
];

const back: Binding = { command: "back", keys: ["escape", "left"], footer: 2 };

/** In the files, `g` is taken by the glob: it is the key that users of file managers know for it. */
const movingInFiles = moving.map((binding) => (binding.command === "first" ? { ...binding, keys: ["home"] } : binding));

const typing: readonly Binding[] = [
	{ command: "submit", keys: ["enter"], footer: 1 },
	{ command: "close", keys: ["escape"], footer: 2 },
	{ command: "interrupt", keys: ["ctrl-c"] },
];

const onScreen: Readonly<Record<Screen, readonly Binding[]>> = {
	lacks: [{ command: "install", keys: ["enter"], footer: 1 }, ...quitting],
	choose: [
		{ command: "choose", keys: ["enter"], footer: 1 },
		{ command: "type-command", keys: ["c"], footer: 3 },
		{ command: "search", keys: ["/"], footer: 4 },
		...moving,
		{ command: "back", keys: ["escape", "left"] },
		...quitting,
	],
	form: [
		{ command: "next-field", keys: ["enter", "down", "tab"], footer: 1 },
		{ command: "begin", keys: ["enter"], footer: 1 },
		{ command: "previous-field", keys: ["up", "shift-tab"], footer: 6 },
		{ command: "start", keys: ["pagedown"], footer: 3 },
		{ command: "first", keys: ["pageup"] },
		{ command: "back", keys: ["escape"], footer: 2 },
		{ command: "interrupt", keys: ["ctrl-c"] },
	],
	trace: [
		{ command: "enough", keys: ["enter"], footer: 1 },
		{ command: "exercise", keys: ["e"], footer: 3 },
		{ command: "again", keys: ["r"], footer: 5 },
		{ command: "stop", keys: ["escape", "left"], footer: 2 },
		...quitting,
	],
	files: [
		{ command: "go-on", keys: ["enter"], footer: 1 },
		{ command: "toggle", keys: ["space"], footer: 2 },
		{ command: "why", keys: ["i"], footer: 5 },
		{ command: "next-tab", keys: ["tab"], footer: 4 },
		{ command: "previous-tab", keys: ["shift-tab"] },
		{ command: "search", keys: ["/"], footer: 5 },
		{ command: "include", keys: ["a"], footer: 6 },
		{ command: "exclude", keys: ["g"], footer: 6 },
		{ command: "writable", keys: ["w"], footer: 7 },
		...movingInFiles,
		{ ...back, footer: 3 },
		...quitting,
	],
	accounts: [
		{ command: "go-on", keys: ["enter"], footer: 1 },
		{ command: "toggle", keys: ["space"], footer: 2 },
		{ command: "next-file", keys: ["tab"], footer: 4 },
		{ command: "previous-file", keys: ["shift-tab"] },
		{ command: "search", keys: ["/"], footer: 5 },
		{ command: "why", keys: ["i"], footer: 5 },
		...moving,
		{ ...back, footer: 3 },
		...quitting,
	],
	build: [
		{ command: "build", keys: ["enter"], footer: 1 },
		{ command: "to-application", keys: ["1"], footer: 4 },
		{ command: "to-files", keys: ["3"], footer: 4 },
		{ command: "to-accounts", keys: ["4"], footer: 4 },
		...moving,
		back,
		...quitting,
	],
	trial: [
		{ command: "accept-remedies", keys: ["enter"], footer: 1 },
		// The same key when nothing is left to add; the footer shows the one that holds.
		{ command: "save", keys: ["enter"], footer: 1 },
		{ command: "finish-anyway", keys: ["c"], footer: 3 },
		{ command: "again", keys: ["r"], footer: 5 },
		{ command: "toggle", keys: ["space"], footer: 4 },
		{ command: "to-files", keys: ["3"], footer: 6 },
		...moving,
		back,
		...quitting,
	],
	save: [{ command: "pick", keys: ["enter"], footer: 1 }, ...moving, ...quitting],
};

const inOverlay: readonly Binding[] = [
	{ command: "close", keys: ["escape", "enter", "left", "?", "i", "q"], footer: 1 },
	...moving,
	{ command: "interrupt", keys: ["ctrl-c"] },
];

const inQuestion: readonly Binding[] = [
	{ command: "yes", keys: ["y", "j", "Y", "J"], footer: 1 },
	{ command: "no", keys: ["n", "N", "escape", "left"], footer: 2 },
	{ command: "interrupt", keys: ["ctrl-c"] },
];

/** What the keys do at this moment. */
export function bindingsOf(state: WizardState): readonly Binding[] {
	if (state.question) return inQuestion;
	if (state.overlay) return inOverlay;
	if (state.prompt) return typing;
	return onScreen[state.screen];
}

/** What the keys of the screen do, whatever lies over it: for the page of all keys. */
export function bindingsOfScreen(screen: Screen): readonly Binding[] {
	return onScreen[screen];
}

export function commandFor(bindings: readonly Binding[], key: Key): Command | undefined {
	return bindings.find((binding) => binding.keys.includes(key.id))?.command;
}
