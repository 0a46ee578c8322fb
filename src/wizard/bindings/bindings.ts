import { mayPerform } from "../home/visible.ts";
import type { Command } from "../state/command.ts";
import type { Key } from "../state/keys.ts";
import type { Answer, Page, Screen, WizardState } from "../state/state.ts";
import { isWorthSaving } from "../steps/form/fields.ts";

export interface Binding {
	readonly command: Command;
	readonly keys: readonly string[];
	/** Rank in the footer: the highest is dropped first on a narrow terminal. Without a rank, only the page of keys shows it. */
	readonly footer?: number;
}

/** Pages can be opened from each other. While text is typed, letters are text and only the second key works. */
const pages: readonly Binding[] = [
	{ command: "why", keys: ["i", "f2"], footer: 7 },
	{ command: "commands", keys: ["c", "f3"], footer: 9 },
	{ command: "keys", keys: ["?", "f1", "ctrl-g"], footer: 0 },
];

/** Does what the message advises. The footer says what that is. */
const fixing: Binding = { command: "fix", keys: ["f", "f4"], footer: 2 };
const fixingWhileTyping: Binding = { ...fixing, keys: ["f4"] };

const pagesWhileTyping: readonly Binding[] = [
	{ command: "why", keys: ["f2"] },
	{ command: "commands", keys: ["f3"] },
	{ command: "keys", keys: ["ctrl-g", "f1"], footer: 0 },
];

const pagesOfTrial: readonly Binding[] = [
	{ command: "output", keys: ["o"], footer: 5 },
	{ command: "selftest", keys: ["t"], footer: 5 },
];

/** Copies the command or path under the cursor. */
const copying: Binding = { command: "copy", keys: ["y"], footer: 8 };

/** Every screen must offer a key to quit, and show it in the footer. */
const quitting: readonly Binding[] = [
	{ command: "interrupt", keys: ["ctrl-c"] },
	{ command: "quit", keys: ["q"], footer: 2 },
	fixing,
	...pages,
];

/** To quit where `q` is text or closes a page. */
const interrupting: Binding = { command: "interrupt", keys: ["ctrl-c"], footer: 3 };

const moving: readonly Binding[] = [
	{ command: "up", keys: ["up", "k"] },
	{ command: "down", keys: ["down", "j"] },
	{ command: "page-up", keys: ["pageup", "ctrl-b"] },
	{ command: "page-down", keys: ["pagedown", "ctrl-f"] },
	{ command: "first", keys: ["home", "g"] },
	{ command: "last", keys: ["end", "G"] },
];

const back: Binding = { command: "back", keys: ["escape", "left"], footer: 2 };

const typing: readonly Binding[] = [
	{ command: "submit", keys: ["enter"], footer: 1 },
	{ command: "close", keys: ["escape"], footer: 2 },
	interrupting,
	...pagesWhileTyping,
];

const typingInPage = typing.filter((binding) => !pagesWhileTyping.includes(binding));

/** Keys of a line editor (text-line.ts), for the page of keys. */
export const editing: readonly Binding[] = [
	{ command: "line-start", keys: ["home", "ctrl-a"] },
	{ command: "line-end", keys: ["end", "ctrl-e"] },
	{ command: "cut-before", keys: ["ctrl-u"] },
	{ command: "cut-after", keys: ["ctrl-k"] },
	{ command: "cut-word", keys: ["ctrl-w"] },
];

const onScreen: Readonly<Record<Screen, readonly Binding[]>> = {
	home: [
		{ command: "choose", keys: ["enter"], footer: 1 },
		{ command: "new-cage", keys: ["n"], footer: 2 },
		{ command: "search", keys: ["/"], footer: 4 },
		{ command: "discard", keys: ["d"], footer: 3 },
		copying,
		...moving,
		{ command: "back", keys: ["escape", "left"] },
		...quitting,
	],
	cage: [
		{ command: "choose", keys: ["enter"], footer: 1 },
		{ command: "next-view", keys: ["tab", "right"], footer: 2 },
		{ command: "previous-view", keys: ["shift-tab"] },
		{ command: "stop-cage", keys: ["s"], footer: 3 },
		copying,
		...moving,
		back,
		...quitting,
	],
	requirements: [{ command: "install", keys: ["enter"], footer: 1 }, ...quitting],
	choose: [
		{ command: "choose", keys: ["enter"], footer: 1 },
		{ command: "type-command", keys: ["t", ":"], footer: 3 },
		{ command: "watch-running", keys: ["w"], footer: 5 },
		{ command: "search", keys: ["/"], footer: 4 },
		{ command: "discard", keys: ["d"], footer: 2 },
		...moving,
		{ command: "back", keys: ["escape", "left"], footer: 2 },
		...quitting,
	],
	form: [
		{ command: "next-field", keys: ["enter", "down", "tab"], footer: 1 },
		{ command: "begin", keys: ["enter"], footer: 1 },
		{ command: "previous-field", keys: ["up", "shift-tab"], footer: 6 },
		{ command: "start", keys: ["pagedown"], footer: 5 },
		{ command: "try-probe", keys: ["ctrl-t"], footer: 4 },
		{ command: "first", keys: ["pageup"] },
		fixingWhileTyping,
		{ command: "back", keys: ["escape"], footer: 2 },
		interrupting,
		...pagesWhileTyping,
	],
	trace: [
		{ command: "finish-early", keys: ["enter"], footer: 1 },
		{ command: "run-next", keys: ["x"], footer: 3 },
		{ command: "exercise", keys: ["e"], footer: 4 },
		{ command: "next-view", keys: ["tab"], footer: 3 },
		{ command: "previous-view", keys: ["shift-tab"] },
		{ command: "another-run", keys: ["r"], footer: 5 },
		{ command: "start-over", keys: ["O"] },
		{ command: "output", keys: ["o"], footer: 8 },
		...moving,
		{ command: "stop", keys: ["escape", "left"], footer: 2 },
		...quitting,
	],
	files: [
		{ command: "go-on", keys: ["enter"], footer: 1 },
		{ command: "toggle", keys: ["space"], footer: 2 },
		{ command: "open", keys: ["right", "l"], footer: 4 },
		{ command: "close-folder", keys: ["h"] },
		{ command: "close-or-back", keys: ["left"], footer: 2 },
		{ command: "open-all", keys: ["*"] },
		{ command: "next-waiting", keys: ["!"], footer: 3 },
		{ command: "next-tab", keys: ["tab"], footer: 4 },
		{ command: "previous-tab", keys: ["shift-tab"] },
		{ command: "search", keys: ["/"], footer: 5 },
		{ command: "undo", keys: ["u"], footer: 5 },
		{ command: "redo", keys: ["ctrl-r"] },
		{ command: "all", keys: ["a"], footer: 6 },
		{ command: "exclude", keys: ["-"], footer: 6 },
		{ command: "include", keys: ["+"], footer: 6 },
		{ command: "package", keys: ["p"], footer: 7 },
		{ command: "kind", keys: ["t"], footer: 9 },
		{ command: "bind", keys: ["b"], footer: 7 },
		{ command: "empty", keys: ["e"], footer: 7 },
		{ command: "writable", keys: ["w"], footer: 7 },
		{ command: "decoys", keys: ["d"], footer: 8 },
		{ command: "look", keys: ["v"], footer: 6 },
		copying,
		...moving,
		{ command: "back", keys: ["escape"] },
		...quitting,
	],
	accounts: [
		{ command: "go-on", keys: ["enter"], footer: 1 },
		{ command: "toggle", keys: ["space"], footer: 2 },
		{ command: "next-file", keys: ["tab"], footer: 4 },
		{ command: "previous-file", keys: ["shift-tab"] },
		{ command: "search", keys: ["/"], footer: 5 },
		...moving,
		{ ...back, footer: 3 },
		...quitting,
	],
	build: [
		{ command: "build", keys: ["enter"], footer: 1 },
		{ command: "dry-run", keys: ["d"], footer: 3 },
		{ command: "save-review", keys: ["s"], footer: 4 },
		{ command: "to-application", keys: ["1"], footer: 6 },
		{ command: "to-files", keys: ["3"], footer: 6 },
		{ command: "to-accounts", keys: ["4"], footer: 6 },
		...moving,
		back,
		...quitting,
	],
	trial: [
		{ command: "accept-remedies", keys: ["enter"], footer: 1 },
		// The same key; the footer shows the command that applies.
		{ command: "save", keys: ["enter"], footer: 1 },
		{ command: "finish-anyway", keys: ["s"], footer: 3 },
		{ command: "again", keys: ["r"], footer: 5 },
		{ command: "toggle", keys: ["space"], footer: 4 },
		{ command: "shell", keys: ["!"], footer: 6 },
		{ command: "minimise", keys: ["m"], footer: 4 },
		...pagesOfTrial,
		{ command: "rounds", keys: ["v"], footer: 6 },
		{ command: "to-files", keys: ["3"], footer: 6 },
		copying,
		...moving,
		back,
		...quitting,
	],
	save: [{ command: "pick", keys: ["enter"], footer: 1 }, copying, ...moving, back, ...quitting],
};

/** The button takes no text, so the keys of other screens work on it. */
const onButton: readonly Binding[] = [
	...onScreen.form.filter(
		({ command }) => !["interrupt", "back", "fix"].includes(command) && !pagesWhileTyping.some((one) => one.command === command),
	),
	{ command: "back", keys: ["escape", "left"], footer: 2 },
	...quitting,
];

const whileMinimising: readonly Binding[] = [
	{ command: "finish-search", keys: ["enter"], footer: 1 },
	{ command: "output", keys: ["o"], footer: 5 },
	back,
	...quitting,
];

/** Not Enter, because that ends the search and may be pressed just after the search has ended by itself. */
const leavingOut: Binding = { command: "leave-out", keys: ["b"], footer: 1 };

/** Nothing but the end of the work, and quitting. */
const whileActing: readonly Binding[] = [{ command: "stop", keys: ["escape"], footer: 1 }, interrupting];

const performing: Binding = { command: "perform", keys: ["enter"], footer: 1 };

/** The key that opened a page also closes it. */
function onPage(page: Page, state: WizardState): readonly Binding[] {
	const { unneeded } = state;
	if (page === "action" && state.jobs.act !== undefined) return whileActing;
	const acts = mayPerform(state);
	const own = [...pages, ...pagesOfTrial].find((binding) => binding.command === page);
	const isOffer = page === "unneeded" && (unneeded?.left.length ?? 0) > 0;
	return [
		...(isOffer ? [leavingOut] : []),
		...(acts ? [performing] : []),
		...(page === "action" || page === "next" ? [copying] : []),
		...(page === "selftest" || page === "action" ? [fixing] : []),
		// Not j (German "ja"), because j scrolls.
		...(page === "consent" ? [{ command: "yes", keys: ["y", "Y"], footer: 1 } as const] : []),
		{ command: "close", keys: ["escape", ...(isOffer || acts ? [] : ["enter"]), "left", "q", ...(own?.keys ?? [])], footer: 1 },
		{ command: "search", keys: ["/"], footer: 2 },
		{ command: "next-match", keys: ["n"], footer: 3 },
		{ command: "previous-match", keys: ["N"] },
		...moving,
		...pages.filter((binding) => binding !== own),
		interrupting,
	];
}

const inQuestion: readonly Binding[] = [
	{ command: "pick", keys: ["enter"], footer: 1 },
	{ command: "yes", keys: ["y", "j", "Y", "J"], footer: 1 },
	{ command: "no", keys: ["n", "N", "escape", "left"], footer: 2 },
	// Not j (German "ja") and k.
	{ command: "up", keys: ["up", "shift-tab"] },
	{ command: "down", keys: ["down", "tab"] },
	interrupting,
];

/** Quitting keeps the session unless the user discards it. */
const inQuitQuestion: readonly Binding[] = [...inQuestion, { command: "discard", keys: ["d"], footer: 3 }];

/** The answers to the open question. */
export function answersTo(state: WizardState): readonly Answer[] {
	return state.question?.kind === "quit" && isWorthSaving(state) ? ["yes", "no", "discard"] : ["yes", "no"];
}

/** The bindings that apply now. */
export function bindingsOf(state: WizardState): readonly Binding[] {
	if (state.question) return answersTo(state).includes("discard") ? inQuitQuestion : inQuestion;
	if (state.overlay && state.prompt?.kind === "find") return typingInPage;
	if (state.overlay) return onPage(state.overlay, state);
	return bindingsBelow(state);
}

/** The bindings without the open page or question, for the page of keys. */
export function bindingsBelow({ form, jobs, prompt, screen }: WizardState): readonly Binding[] {
	if (prompt) return typing;
	if (screen === "trial" && jobs.minimise !== undefined) return whileMinimising;
	if (screen === "form" && form?.cursor === form?.rows.length) return onButton;
	return onScreen[screen];
}

/** The key of a command that texts name, which is the same on each of its screens. */
export function keyOf(command: Command): string {
	const all = [...Object.values(onScreen).flat(), ...typing, leavingOut];
	return all.find((binding) => binding.command === command)?.keys[0] ?? "";
}

export function commandFor(bindings: readonly Binding[], key: Key): Command | undefined {
	return bindings.find((binding) => binding.keys.includes(key.id))?.command;
}
