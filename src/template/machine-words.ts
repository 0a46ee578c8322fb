import { octal } from "../base/text.ts";
import { parseCreatedDirectory } from "../service/created-directory.ts";
import { type ParameterKind, valueProblem } from "./parameters.ts";

/** A word that only fits this machine. */
export interface MachineWord {
	/** The preferred name of its parameter. */
	readonly name: "home" | "folder" | "host";
	readonly kind: ParameterKind;
	readonly value: string;
}

const homes = /(?<![\w.-])(\/home\/[\w.+-]+|\/root)(?![\w.+-])/g;
const temporary = /(?<![\w.-])\/(?:var\/)?tmp\/[\w.+-]+/g;

/** Returns homes, temporary directories and host names in these texts, each once. */
export function machineWords(texts: readonly string[], hostNames: readonly string[]): MachineWord[] {
	const found = new Map<string, MachineWord>();
	const add = (name: MachineWord["name"], kind: ParameterKind, value: string) => {
		if (valueProblem(kind, value) === undefined) found.set(value, { name, kind, value });
	};
	for (const text of texts) {
		for (const [value] of text.matchAll(temporary)) add("folder", "path", value);
		for (const [, value = ""] of text.matchAll(homes)) add("home", "path", value);
		// Every machine is `localhost`, and very short names can be other words.
		for (const host of hostNames) {
			if (host.length > 2 && host !== "localhost" && isWordOf(text, host)) add("host", "name", host);
		}
	}
	// Longer words first, because a full host name contains the short one.
	return [...found.values()].sort((one, other) => other.value.length - one.value.length);
}

/** Replaces the value wherever it is a separate word. */
export function replaceWord(text: string, value: string, by: string): string {
	return text.replace(wordPattern(value), () => by);
}

function isWordOf(text: string, value: string): boolean {
	return wordPattern(value).test(text);
}

function wordPattern(value: string): RegExp {
	return new RegExp(`(?<![\\w.+-])${value.replace(/[.*+?^$|()[\]{}\\/]/g, "\\$&")}(?![\\w.+-])`, "g");
}

/** This machine's account names. */
export interface AccountNames {
	readonly userName: (uid: number) => string | undefined;
	readonly groupName: (gid: number) => string | undefined;
}

/** Converts `user[:group[:more,groups]]` to names. Returns undefined if a number has no name here. */
export function accountWordOf(text: string, names: AccountNames): string | undefined {
	const [user = "", ...groups] = text.split(":");
	const groupWords = groups.map((list) => list.split(",").map((group) => nameFor(group, names.groupName)));
	const words = [nameFor(user, names.userName), ...groupWords.flat()];
	if (words.includes(undefined)) return undefined;
	return [words[0], ...groupWords.map((list) => list.join(","))].join(":");
}

/**
 * Converts the owner in `PATH[:MODE[:USER[:GROUP]]]` to names. An owner without a name is left out, which means the application's
 * account.
 */
export function directoryWithoutNumbers(text: string, names: AccountNames): string {
	const { mode, owner, path } = parseCreatedDirectory(text);
	if (owner === undefined || !/(^|:)\d+(:|$)/.test(owner)) return text;
	const named = accountWordOf(owner, names);
	return [path, octal(mode), ...(named === undefined ? [] : [named])].join(":");
}

function nameFor(text: string, nameOf: (id: number) => string | undefined): string | undefined {
	return /^\d+$/.test(text) ? nameOf(Number(text)) : text;
}

/**
 * Returns a glob that also matches the path on other machines: architecture directories and version numbers become `*`. Returns
 * undefined if there are none.
 */
export function versionless(path: string): string | undefined {
	if (/[*?[\]{}()!\\]/.test(path)) return undefined;
	const names = path.split("/");
	// Only packages use versions in this way; `/srv/shop/2` is somebody's own.
	if (!/^\/(usr|lib|lib64|etc|opt)\//.test(path)) return undefined;
	const wide = names.map(withoutVersion).join("/");
	return wide === path ? undefined : wide;
}

function withoutVersion(name: string): string {
	if (/^[a-z0-9_]+-linux-(gnu|musl)[a-z0-9]*$/.test(name)) return "*";
	if (/^\d+(\.\d+)*$/.test(name)) return "*";
	// Programs ask for the first number; the rest is the release.
	const library = /^(lib.+\.so\.\d+)\.[\d.]+$/.exec(name);
	if (library) return `${library[1]}*`;
	const versioned = /^([A-Za-z][A-Za-z+_-]*?)-?\d+(\.\d+)+$/.exec(name);
	return versioned ? `${versioned[1]}*` : name;
}
