import { changeTexts } from "./change-texts.ts";
import { type Messages, messagesFor } from "./messages.ts";

/** Marks and bars of the wizard, for fonts without them. */
const marks: Readonly<Record<string, string>> = {
	"[✓]": "[x]",
	"✓": "[ok]",
	"✗": "[!!]",
	"•": "[..]",
	"◦": "[--]",
	"❯": ">",
	"▸": "+",
	"▾": "-",
	"█": "#",
	"░": ".",
};

const plain: Readonly<Record<string, string>> = {
	"…": "...",
	"·": "|",
	"–": "-",
	"─": "-",
	"│": "|",
	"“": '"',
	"”": '"',
	"„": '"',
	"↑": "Up",
	"↓": "Down",
	"←": "Left",
	"→": "Right",
	ä: "ae",
	ö: "oe",
	ü: "ue",
	Ä: "Ae",
	Ö: "Oe",
	Ü: "Ue",
	ß: "ss",
};

export function asciiText(text: string): string {
	return asciiMarks(text).replace(/[^\0-\x7f]/g, (character) => plain[character] ?? "?");
}

export function asciiMarks(text: string): string {
	return text.replace(/\[✓\]|[✓✗•◦❯▸▾█░]/g, (mark) => marks[mark] ?? mark);
}

/** Returns the messages for a terminal that supports only ASCII. The verbs' own texts stay as they are. */
export function asciiMessages({ catalogue }: Messages): Messages {
	const { cli, language, record, ...rest } = catalogue;
	return messagesFor({ cli, language, record, ...changeTexts(rest, asciiText) });
}
