import type { Values } from "../../base/failure.ts";
import { asciiMarks, asciiText } from "../../messages/ascii.ts";
import type { Messages } from "../../messages/messages.ts";
import { bindingsOf } from "../bindings/bindings.ts";
import { isAtHome } from "../home/visible.ts";
import { messageText, promptLabel } from "../message-text.ts";
import type { Look } from "../parts/look.ts";
import { countOf } from "../reduce/reduce.ts";
import type { WizardStore } from "../runner.ts";
import type { Command } from "../state/command.ts";
import { stepOf, steps, type WizardState } from "../state/state.ts";
import { isResting, type LinearAction, linearActions, linearMessages, readLinear } from "./reduce.ts";

/** Milliseconds to collect changes that belong together. */
const breath = 60;

interface DialogueOutput {
	linesOf(state: WizardState, look: Look): readonly string[];
	write(text: string): void;
}

/**
 * Prints the screen as lines and asks when the user can act. Nothing is repeated: a known screen prints only new lines, and
 * running work prints its headline when it changes.
 */
export class Dialogue {
	readonly #store: WizardStore;
	readonly #screenLook: Look;
	readonly #linesOf: DialogueOutput["linesOf"];
	readonly #write: DialogueOutput["write"];
	readonly #stop: () => void;
	/** Input lines that wait for their question. */
	readonly #waiting: string[] = [];
	#stopTimer: (() => void) | undefined;
	#screen: string | undefined;
	#said: readonly string[] = [];
	#message: string | undefined;
	#menu = "";
	#headline = "";
	/** A question is open. */
	#asking = false;
	/** The subject of the open question. If it changes, the question is void. */
	#asked = "";
	#editing: number | undefined;
	#keyed: { readonly commands: string; readonly look: Look } | undefined;

	constructor(store: WizardStore, look: Look, { linesOf, write }: DialogueOutput) {
		this.#store = store;
		this.#screenLook = look;
		this.#linesOf = linesOf;
		this.#write = write;
		this.#stop = store.subscribe(() => this.#soon());
	}

	begin(): void {
		this.#say(this.#words.welcome);
	}

	end(): void {
		// Ends the line of the open question.
		if (this.#asking) this.#write("\n");
		this.#stop();
		this.#stopTimer?.();
	}

	answer(line: string): void {
		if (this.#asking || this.#waiting.length || isResting(this.#store.state)) {
			this.#waiting.push(line);
			this.#next();
		} else if (["b", "q"].includes(line.trim().toLowerCase())) this.#take(line);
		// Enter while work runs does not answer the next question.
		else this.#say(...this.#linesOf(this.#store.state, this.#look).slice(0, 3));
	}

	/** The look whose texts name what to type now. */
	get #look(): Look {
		const { state } = this.#store;
		const commands = bindingsOf(state)
			.map(({ command }) => command)
			.join();
		if (this.#keyed?.commands !== commands) {
			const look = { ...this.#screenLook, messages: linearMessages(this.#screenLook.messages, state) };
			this.#keyed = { commands, look };
		}
		return this.#keyed.look;
	}

	get #words() {
		return this.#look.messages.wizard.linear;
	}

	#say(...lines: readonly string[]): void {
		// Ends the line of the open question.
		if (this.#asking && lines.length) this.#write("\n");
		this.#asking = false;
		for (const line of lines) this.#write(`${line}\n`);
	}

	#soon(): void {
		this.#stopTimer ??= this.#store.clock.later(breath, () => this.#speak());
	}

	/** Handles the next queued line if a question is open. */
	#next(): void {
		if (!this.#asking) return;
		const line = this.#waiting.shift();
		if (line !== undefined) this.#take(line);
	}

	#take(line: string): void {
		const { state } = this.#store;
		const editing = this.#editing;
		const answer = readLinear(state, editing, line, this.#look.messages.cli.isYes);
		this.#asking = false;
		this.#editing = answer.editing;
		if (answer.unknown) this.#say(this.#fill(this.#words.unknown, { text: line.trim() }));
		if (answer.again) {
			this.#screen = undefined;
			this.#menu = "";
		}
		this.#store.press(answer.keys);
		this.#soon();
	}

	#speak(): void {
		this.#stopTimer = undefined;
		const { state } = this.#store;
		if (state.exit !== undefined) return;
		const lines = this.#linesOf(state, this.#look);
		const message = messageText(state, this.#look.messages)?.replace(/^\? /, "");
		const resting = isResting(state);
		const asked = `${state.screen} ${state.overlay} ${state.question?.kind} ${state.prompt?.kind}`;
		if (this.#asking && (asked !== this.#asked || !resting)) {
			this.#asking = false;
			this.#write("\n");
		}
		this.#asked = asked;
		if (state.overlay && linearActions(state).length <= 2) {
			this.#sayPage(lines);
			return;
		}
		const known = this.#screen === state.screen;
		if (!known) this.#say("", this.#stepLine(state));
		if (this.#editing !== undefined) this.#said = lines;
		else if (resting && !state.question && !state.prompt && !this.#asking) {
			this.#say(...(known ? newLines(this.#said, lines, this.#look.messages) : lines));
			this.#said = lines;
		} else {
			this.#sayHeadline(known, lines[0] ?? "");
			if (!known) this.#said = lines.slice(0, 1);
		}
		this.#screen = state.screen;
		this.#headline = lines[0] ?? "";
		if (message !== this.#message && message !== undefined && !state.question) this.#say(message);
		this.#message = message;
		if (resting && !this.#asking) this.#ask(state, message);
		this.#next();
	}

	/** A page without choices is printed and closed. */
	#sayPage(lines: readonly string[]): void {
		this.#say(...lines);
		this.#store.press([{ id: "escape" }]);
	}

	#sayHeadline(known: boolean, headline: string): void {
		const shape = (text: string) => text.replace(/\d[\d.,]*/g, "0");
		if (headline !== "" && (!known || shape(headline) !== shape(this.#headline))) this.#say(headline);
	}

	#ask(state: WizardState, message: string | undefined): void {
		this.#write(this.#questionFor(state, message));
		this.#asking = true;
	}

	#questionFor(state: WizardState, message: string | undefined): string {
		const { messages } = this.#look;
		const words = this.#words;
		if (state.question) return `${message ?? ""} `;
		if (state.prompt) {
			const label = promptLabel(state, state.prompt.kind, messages);
			const { text } = state.prompt.line;
			return text === "" ? this.#fill(words.prompt, { label }) : this.#fill(words.promptKeeps, { label, text });
		}
		const row = this.#editing === undefined ? undefined : state.form?.rows[this.#editing];
		if (row) {
			const { text } = row.line;
			const label = messages.wizard.form.fields[row.field];
			this.#say(messages.wizard.form.hints[row.field]);
			return text === "" ? this.#fill(words.editEmpty, { label }) : this.#fill(words.edit, { label, text });
		}
		const actions = linearActions(state);
		const menu = this.#menuFor(state, actions);
		if (menu !== this.#menu) this.#say(menu);
		this.#menu = menu;
		const first = actions.find((one) => one.typed === "");
		return first ? this.#fill(words.askDefault, { word: this.#word(first.command) }) : words.ask;
	}

	#menuFor(state: WizardState, actions: readonly LinearAction[]): string {
		const words = this.#words;
		const own: Readonly<Record<string, string>> = { ">": words.more, "<": words.fewer };
		const takes = actions.some((one) => one.typed === "" && ["choose", "pick"].includes(one.command));
		const list =
			state.screen === "form" ? words.numberEdits : countOf(state) > 0 ? (takes ? words.numberTakes : words.number) : undefined;
		return [
			...(list === undefined ? [] : [list]),
			...actions.map(({ command, typed }) =>
				this.#fill(words.action, { typed: typed === "" ? words.enter : typed, word: own[typed] ?? this.#word(command) }),
			),
		].join("\n");
	}

	#word(command: Command): string {
		return speech(this.#look.messages.wizard.keys[command], this.#look).replace(/:$/, "");
	}

	#stepLine(state: WizardState): string {
		if (isAtHome(state)) return this.#look.messages.wizard.home.title;
		const step = stepOf(state.screen);
		const values = { number: steps.indexOf(step) + 1, of: steps.length, name: this.#look.messages.wizard.steps[step] };
		const cage = state.screen === "choose" ? undefined : state.answers?.name;
		return cage === undefined ? this.#fill(this.#words.step, values) : this.#fill(this.#words.stepOf, { ...values, cage });
	}

	#fill(sentence: string, values: Values): string {
		return this.#look.messages.fill(sentence, values);
	}
}

/** The lines that were not printed before. Moving the selection does not make a line new. */
function newLines(before: readonly string[], now: readonly string[], messages: Messages): readonly string[] {
	const { selected } = messages.wizard.linear;
	const plain = (line: string) => line.replace(`${selected} `, "");
	const said = new Set(before);
	const saidPlain = new Set(before.map(plain));
	return now.filter((line) => !said.has(line) && (line.includes(selected) || !saidPlain.has(plain(line))));
}

/** The number beside it says the same. */
const bar = /(?<=^|\s)[#.]{4,}(?=\s)/;
/** The current tab, in a line of only names and numbers. */
const tabs = /(?<=^[\p{L}\d.,/ ]*)\[([\p{L}][^[\]]*)\](?=[\p{L}\d.,/ ]*$)/u;

/** A row of a screen for a screen reader: marks, arrows and columns become words. */
export function speech(line: string, { ascii, messages }: Pick<Look, "ascii" | "messages">): string {
	const words = messages.wizard.linear;
	const marks: readonly (readonly [string, string])[] = Object.entries(words.marks);
	let said = asciiMarks(line.trimEnd());
	// The menu says what Enter does, so a button is redundant.
	if (/^\W*\[ .* \]$/.test(said)) return "";
	said = said
		.replace(/^(\d+\.) +/, "$1 ")
		.replace(bar, "")
		.replace(tabs, `${words.selected} $1`)
		.replace(/^(\d+\. )? *> +/, `$1${words.selected} `)
		.replace(new RegExp(`^(\\d+\\. )?(${words.selected} )? *! +`), `$1$2${words.attention} `)
		.replace(
			new RegExp(`^(\\d+\\. )?(${words.selected} )? *([-+]) (?=\\[)`),
			(_, number = "", chosen = "", sign) => `${number}${chosen}${sign === "+" ? words.folded : words.unfolded} `,
		);
	for (const [mark, word] of marks) said = said.replace(mark, word);
	said = said
		.replaceAll(" -> ", ` ${words.leadsTo} `)
		.replace(/^-> /, `${words.leadsTo} `)
		.replaceAll(" · ", ", ")
		.replace(/[\u2502\u2500]/g, " ")
		.trim()
		.replace(/(:) {2,}/g, "$1 ")
		.replace(/^((?:\d+\. )?(?:\S+: )+)[-+] /, "$1")
		.replace(/ {2,}/g, ", ")
		// A mark at the end of a value and that of its sentence.
		.replace(/(\.{3}|[!?:;])[.,:;](?=\s|$)/g, "$1")
		.replace(/(?<!\.)\.\.(?!\.)/g, ".");
	return ascii ? asciiText(said) : said;
}
