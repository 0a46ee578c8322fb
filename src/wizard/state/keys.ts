/** A decoded key. `id` is a name (`enter`, `up`, `ctrl-u`) or the character; `text` is what it inserts. */
export interface Key {
	readonly id: string;
	readonly text?: string;
	/** The lines of a multi-line paste; `text` joins them. */
	readonly lines?: readonly string[];
	/** It arrived together with other lines: a paste that the terminal did not mark. */
	readonly isAmongLines?: true;
}

interface DecodedKeys {
	readonly keys: readonly Key[];
	/** An incomplete escape sequence. */
	readonly pending: string;
	/** Inside a bracketed paste, everything is text. */
	readonly pasting: boolean;
}

export const nothingDecoded: DecodedKeys = { keys: [], pending: "", pasting: false };

const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";

const sequences: Readonly<Record<string, string>> = {
	"[A": "up",
	"[B": "down",
	"[C": "right",
	"[D": "left",
	"[H": "home",
	"[F": "end",
	"[1~": "home",
	"[4~": "end",
	"[7~": "home",
	"[8~": "end",
	"[3~": "delete",
	"[5~": "pageup",
	"[6~": "pagedown",
	"[Z": "shift-tab",
	"[I": "focus-in",
	"[O": "focus-out",
	OA: "up",
	OB: "down",
	OC: "right",
	OD: "left",
	OH: "home",
	OF: "end",
	OM: "enter",
	OP: "f1",
	OQ: "f2",
	OR: "f3",
	OS: "f4",
	"[11~": "f1",
	"[12~": "f2",
	"[13~": "f3",
	"[14~": "f4",
	"[[A": "f1",
	"[[B": "f2",
	"[[C": "f3",
	"[[D": "f4",
};

const controls: Readonly<Record<string, string>> = {
	"\r": "enter",
	"\n": "enter",
	"\t": "tab",
	"\x7f": "backspace",
	"\b": "backspace",
};

/**
 * Splits input into keys. A read may contain several keys (SSH, tmux, fast typing), half a sequence or a paste. Unknown
 * sequences are dropped, not treated as text.
 */
export function decodeKeys(before: DecodedKeys, chunk: string): DecodedKeys {
	const input = before.pending + chunk;
	const keys: Key[] = [];
	let pasting = before.pasting;
	let at = 0;
	while (at < input.length) {
		if (pasting) {
			const end = input.indexOf(pasteEnd, at);
			const rest = end < 0 ? input.slice(at) : input.slice(at, end);
			// The end mark may be split, too.
			const kept = end < 0 ? partOfMark(rest) : 0;
			pushPaste(keys, rest.slice(0, rest.length - kept));
			if (end < 0) return { keys, pending: kept ? rest.slice(-kept) : "", pasting };
			pasting = false;
			at = end + pasteEnd.length;
			continue;
		}
		const character = String.fromCodePoint(input.codePointAt(at) ?? 0);
		if (character !== "\x1b") {
			keys.push(plainKey(character));
			at += character.length;
			continue;
		}
		const sequence = sequenceAt(input, at);
		if (sequence === undefined) return { keys, pending: input.slice(at), pasting };
		at += sequence.length;
		if (sequence === pasteStart) pasting = true;
		else if (sequence === "\x1b") keys.push({ id: "escape" });
		else {
			const name = sequences[sequence.slice(1)];
			if (name !== undefined) keys.push({ id: name });
		}
	}
	return { keys: markLines(keys), pending: "", pasting };
}

/** Nobody types several lines within one read. */
function markLines(keys: readonly Key[]): readonly Key[] {
	const ends = keys.filter((key) => key.id === "enter").length;
	const texts = keys.filter((key) => key.text !== undefined && key.id !== "paste").length;
	if (ends < 2 || texts < 2) return keys;
	return keys.map((key) => (key.id === "enter" ? { ...key, isAmongLines: true } : key));
}

/** A lone escape that nothing followed was the Esc key. */
export function flushPending(before: DecodedKeys): DecodedKeys {
	if (before.pasting || before.pending === "") return { ...before, keys: [] };
	return { keys: before.pending === "\x1b" ? [{ id: "escape" }] : [], pending: "", pasting: false };
}

function plainKey(character: string): Key {
	const named = controls[character];
	if (named !== undefined) return { id: named };
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x20) return { id: `ctrl-${String.fromCharCode(code + 0x60)}` };
	return character === " " ? { id: "space", text: " " } : { id: character, text: character };
}

/** Turns line ends into spaces, because they would submit a form, and joins lines that end with a backslash. */
function pushPaste(keys: Key[], pasted: string): void {
	const text = pasted.replace(/\\\r?\n[ \t]*/g, "");
	// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it takes away
	const clean = (part: string) => part.replace(/[\r\n\t]+/g, " ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "");
	const lines = text.split(/\r\n|\r|\n/).map(clean);
	const whole = clean(text);
	if (whole !== "") keys.push({ id: "paste", text: whole, ...(lines.length > 1 ? { lines } : {}) });
}

/** The escape sequence at `at`, a lone escape, or undefined if the sequence is incomplete. */
function sequenceAt(input: string, at: number): string | undefined {
	const next = input[at + 1];
	if (next === undefined) return undefined;
	if (next === "O") return input[at + 2] === undefined ? undefined : input.slice(at, at + 3);
	if (next !== "[") return "\x1b";
	// Function keys of the Linux console have one more letter.
	if (input[at + 2] === "[") return input[at + 3] === undefined ? undefined : input.slice(at, at + 4);
	for (let end = at + 2; end < input.length; end++) {
		const code = input.charCodeAt(end);
		if (code >= 0x40 && code <= 0x7e) return input.slice(at, end + 1);
		if (code < 0x20 || code > 0x7e) return input.slice(at, end);
	}
	return undefined;
}

function partOfMark(text: string): number {
	for (let length = Math.min(pasteEnd.length - 1, text.length); length > 0; length--) {
		if (text.endsWith(pasteEnd.slice(0, length))) return length;
	}
	return 0;
}
