import { parseCreatedDirectory } from "../application/created-directory.ts";
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

/** Names for numbers, as this machine has them. */
export interface AccountNames {
	readonly userName: (uid: number) => string | undefined;
	readonly groupName: (gid: number) => string | undefined;
}

/** `user[:group[:more,groups]]` with names for numbers; undefined where one of them has none here. */
export function accountWordOf(text: string, names: AccountNames): string | undefined {
	const [user = "", ...groups] = text.split(":");
	const groupWords = groups.map((list) => list.split(",").map((group) => nameFor(group, names.groupName)));
	const words = [nameFor(user, names.userName), ...groupWords.flat()];
	if (words.includes(undefined)) return undefined;
	return [words[0], ...groupWords.map((list) => list.join(","))].join(":");
}

/** `PATH[:MODE[:USER[:GROUP]]]` the same way: an owner without a name is left out, and then it is the application's account. */
export function directoryWithoutNumbers(text: string, names: AccountNames): string {
	const { mode, owner, path } = parseCreatedDirectory(text);
	if (owner === undefined || !/(^|:)\d+(:|$)/.test(owner)) return text;
	const named = accountWordOf(owner, names);
	return [path, mode.toString(8).padStart(4, "0"), ...(named === undefined ? [] : [named])].join(":");
}

function nameFor(text: string, nameOf: (id: number) => string | undefined): string | undefined {
	return /^\d+$/.test(text) ? nameOf(Number(text)) : text;
}

/**
 * A path of one machine as a glob for others: the folder of an architecture, and version numbers where distributions put them, become `*`.
 * Undefined where nothing in it is of that kind.
 */
export function versionless(path: string): string | undefined {
	if (/[*?[\]{}()!\\]/.test(path)) return undefined;
	const names = path.split("/");
	// `/srv/shop/2` is somebody's own; these are the places of packages.
	if (!/^\/(usr|lib|lib64|etc|opt)\//.test(path)) return undefined;
	const wide = names.map(withoutVersion).join("/");
	return wide === path ? undefined : wide;
}

function withoutVersion(name: string): string {
	if (/^[a-z0-9_]+-linux-(gnu|musl)[a-z0-9]*$/.test(name)) return "*";
	if (/^\d+(\.\d+)*$/.test(name)) return "*";
	// The first number is what programs ask for; what follows is the release.
	const library = /^(lib.+\.so\.\d+)\.[\d.]+$/.exec(name);
	if (library) return `${library[1]}*`;
	const versioned = /^([A-Za-z][A-Za-z+_-]*?)-?\d+(\.\d+)+$/.exec(name);
	return versioned ? `${versioned[1]}*` : name;
}
