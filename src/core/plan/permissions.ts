import type { Rules } from "../application/application.ts";
import { capabilityNamed } from "../confinement/capabilities.ts";
import { type Path, pathToText } from "../path/path.ts";
import { printable } from "../path/quote.ts";
import type { Trace } from "../trace/trace.ts";
import type { Addition, Grant, Permissions } from "./plan.ts";

/** What `--allow` and `--refuse` call a permission, beside `capability:NAME`. */
export const permissionWords = {
	proc: "proc",
	kernelProc: "kernel-proc",
	sys: "sys",
	unixSockets: "unix-sockets",
	netlink: "netlink",
	multicast: "multicast",
	syslog: "syslog",
	memfd: "memfd",
	writableCode: "writable-code",
} as const satisfies Record<Exclude<keyof Permissions, "capabilities" | "executableData" | "refused" | "scheduling">, string>;
export type PermissionName = keyof typeof permissionWords;
export const permissionNames = Object.keys(permissionWords) as PermissionName[];

/** The reason for a capability that the application keeps without having been seen to use it. */
export const keepCall = "capset";

const capabilityPrefix = "capability:";
const socketPrefix = "socket:";
const executablePrefix = "executable-data:";

/** The word for a unix socket of the host; undefined for a path that no word can name. */
export function socketWord(path: Path): string | undefined {
	const text = pathToText(path);
	return text === undefined ? undefined : permissionWord(socketPrefix + text);
}

/** The word that lets the application execute what it wrote in a directory of its data. */
export function executableWord(directory: Path): string {
	return executablePrefix + (pathToText(directory) ?? directory);
}

/** The paths of sockets among words of permissions. */
export function socketsIn(words: readonly string[]): string[] {
	return pathsIn(words, socketPrefix);
}

/** The directories of data among words of permissions. */
export function executableIn(words: readonly string[]): string[] {
	return pathsIn(words, executablePrefix);
}

function pathsIn(words: readonly string[], prefix: string): string[] {
	return words.flatMap((word) => (word.startsWith(prefix) ? [word.slice(prefix.length)] : []));
}

export function capabilityWord(name: string): string {
	return `${capabilityPrefix}${name}`;
}

/** The word as rules keep it; undefined for what names no permission. */
export function permissionWord(text: string): string | undefined {
	if (text.startsWith(capabilityPrefix)) {
		const name = capabilityNamed(text.slice(capabilityPrefix.length));
		return name === undefined ? undefined : capabilityWord(name);
	}
	const prefix = [socketPrefix, executablePrefix].find((one) => text.startsWith(one));
	if (prefix !== undefined) {
		const path = text.slice(prefix.length);
		// One way to write each: what is compared as text must be one text.
		return /^(\/[^/]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path) && printable(path) === path ? text : undefined;
	}
	return permissionNames.map((name) => permissionWords[name] as string).find((word) => word === text);
}

/** The capabilities among words of permissions. */
export function capabilitiesIn(words: readonly string[]): string[] {
	return words.flatMap((word) => (word.startsWith(capabilityPrefix) ? [word.slice(capabilityPrefix.length)] : []));
}

type Asked = Pick<Rules, "allow" | "refuse">;

export function refuses({ refuse }: Asked, word: string): boolean {
	return refuse.includes(word);
}

/** Where both are said of one permission, it stays closed. */
export function allows(rules: Asked, word: string): boolean {
	return rules.allow.includes(word) && !refuses(rules, word);
}

/** Why a permission is there that nobody saw a need for: the option, which is the same word in every language. */
export function allowedReason(word: string): string {
	return `--allow ${word}`;
}

/** The path, system call or capability that a permission is about; any other text as it is. */
export function subjectOfPermission(text: string): string {
	return subjects.get(text) ?? (text.startsWith(capabilityPrefix) ? text.slice(capabilityPrefix.length) : text);
}

const subjects: ReadonlyMap<string, string> = new Map([
	[permissionWords.proc, "/proc"],
	[permissionWords.kernelProc, "/proc"],
	[permissionWords.sys, "/sys"],
	[permissionWords.unixSockets, "socket"],
	[permissionWords.netlink, "socket"],
	[permissionWords.multicast, "setsockopt"],
	[permissionWords.syslog, "/dev/log"],
	[permissionWords.memfd, "memfd_create"],
	[permissionWords.writableCode, "mprotect"],
]);

/** Every permission of a plan in the order of its permissions: capabilities first. */
export function grantsOf(permissions: Permissions, trace: Trace, additions: readonly Addition[]): Grant[] {
	const describe = (
		word: string,
		call: string,
		use: { call: string; program?: Path } | undefined,
		addition?: Addition,
	): Grant => {
		if (call === allowedReason(word)) return { word, call, source: "option" };
		if (addition?.call === call) {
			const program = "program" in addition && addition.program !== undefined ? { program: addition.program } : {};
			return { word, call, ...program, source: "trial", round: addition.round };
		}
		const program = use?.call === call && use.program !== undefined ? { program: use.program } : {};
		return { word, call, ...program, source: "trace" };
	};
	return [
		...permissions.capabilities.map(({ name, why }) => {
			const addition = additions.find((one) => one.kind === "capability" && one.name === name);
			return describe(capabilityWord(name), why, trace.capabilities.get(name), addition);
		}),
		...(permissions.executableData ?? []).map((path) =>
			describe(executableWord(path), allowedReason(executableWord(path)), undefined),
		),
		...permissionNames.flatMap((name) => {
			const why = permissions[name];
			if (why === undefined) return [];
			const addition = additions.find((one) => one.kind === "opening" && one.name === name);
			return [describe(permissionWords[name], why, undefined, addition)];
		}),
	];
}
