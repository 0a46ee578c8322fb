import { quoteCommand } from "../base/path/quote.ts";
import { stateWords } from "../options/next-steps.ts";
import { type Catalogue, type Messages, messagesFor } from "./messages.ts";

type Change = (text: string) => string;

/**
 * Applies a change to every text of a catalogue's section, and to those that its functions return. Each text is changed when it is read,
 * because a command shows few of the thousands.
 */
export function changeTexts<T>(section: T, change: Change): T {
	return changed(section, change) as T;
}

function changed(value: unknown, change: Change): unknown {
	if (typeof value === "string") return change(value);
	if (typeof value === "function") return (...args: unknown[]) => changed(value(...args), change);
	if (Array.isArray(value)) return value.map((one) => changed(one, change));
	if (typeof value !== "object" || value === null) return value;
	const known = new Map<PropertyKey, unknown>();
	return new Proxy(value, {
		get(texts, key) {
			if (!known.has(key)) known.set(key, changed(Reflect.get(texts, key), change));
			return known.get(key);
		},
	});
}

/**
 * Commands that use the state folder. Archives come from another machine, so commands about them are for that machine: `import`, and
 * `check` and `export` without a cage. In parentheses, a verb only names the tool.
 */
const command =
	/\bcagewright (?=(?:adopt|build|diff|explain|list|make|metrics|minimise|plan|record|release|remove|rollback|run|selftest|sessions|shell|show|signal|stale|template(?! check)|trace|trial|unit|update|watch)\b(?!\)| --help)|(?:check|export) \S)/g;

/** Returns messages whose commands name the state folder, so that they can be pasted. The record's own sentences stay as they are. */
export function messagesWithState({ catalogue }: Messages, state: string): Messages {
	const words = `${quoteCommand(["cagewright", ...stateWords(state)])} `;
	const { language, record, ...others } = catalogue;
	const changedTexts: Omit<Catalogue, "language" | "record"> = changeTexts(others, (text) => text.replace(command, () => words));
	return messagesFor({ language, record, ...changedTexts });
}
