import { type ParameterKind, valueProblem } from "./parameters.ts";

/** Something in a text that means this machine alone. */
export interface MachineWord {
	/** What its parameter is called, if the name is free. */
	readonly name: "home" | "folder" | "host";
	readonly kind: ParameterKind;
	readonly value: string;
}

const homes = /(?<![\w.-])(\/home\/[\w.+-]+|\/root)(?![\w.+-])/g;
const temporary = /(?<![\w.-])\/(?:var\/)?tmp\/[\w.+-]+/g;

/** Homes, temporary folders and names of the host in these texts, each once. */
export function machineWords(texts: readonly string[], hostNames: readonly string[]): MachineWord[] {
	const found = new Map<string, MachineWord>();
	const add = (name: MachineWord["name"], kind: ParameterKind, value: string) => {
		if (valueProblem(kind, value) === undefined) found.set(value, { name, kind, value });
	};
	for (const text of texts) {
		for (const [value] of text.matchAll(temporary)) add("folder", "path", value);
		for (const [, value = ""] of text.matchAll(homes)) add("home", "path", value);
		// `localhost` is no machine's own, and a name of one letter could be a word of anything.
		for (const host of hostNames) {
			if (host.length > 2 && host !== "localhost" && isWordOf(text, host)) add("host", "name", host);
		}
	}
	// The longer of two is filled in first: a host's full name holds its short one.
	return [...found.values()].sort((one, other) => other.value.length - one.value.length);
}

/** The text with the value replaced where it stands as a word of its own. */
export function replaceWord(text: string, value: string, by: string): string {
	return text.replace(wordPattern(value), () => by);
}

function isWordOf(text: string, value: string): boolean {
	return wordPattern(value).test(text);
}

function wordPattern(value: string): RegExp {
	return new RegExp(`(?<![\\w.+-])${value.replace(/[.*+?^$|()[\]{}\\/]/g, "\\$&")}(?![\\w.+-])`, "g");
}
