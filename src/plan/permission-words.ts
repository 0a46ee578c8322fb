import { type Path, pathToText } from "../base/path/path.ts";
import { printable } from "../base/path/quote.ts";
import { capabilityNamed } from "../confine/capabilities.ts";
import type { Permissions } from "../confine/permissions.ts";
import { isRefusedOutright } from "../confine/seccomp/filter.ts";
import { isSyscall } from "../confine/seccomp/syscalls.ts";
import type { Rules } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import type { Addition, Grant } from "./plan.ts";

/** Names of permissions in `--allow` and `--refuse`, in addition to those with a prefix. */
export const permissionWords = {
	proc: "proc",
	ownProcess: "own-process",
	kernelProc: "kernel-proc",
	sys: "sys",
	unixSockets: "unix-sockets",
	netlink: "netlink",
	uevents: "uevents",
	packetSockets: "packet-sockets",
	multicast: "multicast",
	syslog: "syslog",
	memfd: "memfd",
	writableCode: "writable-code",
	ports: "ports",
	abstractSockets: "abstract-sockets",
} as const satisfies Record<
	Exclude<
		keyof Permissions,
		"calls" | "capabilities" | "executableData" | "refused" | "scheduling" | "tcpPorts" | "triesUnixSockets"
	>,
	string
>;
export type PermissionName = keyof typeof permissionWords;
export const permissionNames = Object.keys(permissionWords) as PermissionName[];

/** The reason for a capability that the application keeps without using it. */
export const keepCall = "capset";

const capabilityPrefix = "capability:";
const callPrefix = "call:";
const socketPrefix = "socket:";
const executablePrefix = "executable-data:";
const portPrefix = "port:";

/** Returns undefined if the path cannot be written as a word. */
export function socketWord(path: Path): string | undefined {
	const text = pathToText(path);
	return text === undefined ? undefined : permissionWord(socketPrefix + text);
}

/** Returns the word that lets the application execute files in a directory of its data. */
export function executableWord(directory: Path): string {
	return executablePrefix + (pathToText(directory) ?? directory);
}

export function socketsIn(words: readonly string[]): string[] {
	return valuesIn(words, socketPrefix);
}

export function executableIn(words: readonly string[]): string[] {
	return valuesIn(words, executablePrefix);
}

export function portWord(port: number): string {
	return `${portPrefix}${port}`;
}

export function portsIn(words: readonly string[]): number[] {
	return valuesIn(words, portPrefix).map(Number);
}

function valuesIn(words: readonly string[], prefix: string): string[] {
	return words.flatMap((word) => (word.startsWith(prefix) ? [word.slice(prefix.length)] : []));
}

export function callWord(name: string): string {
	return callPrefix + name;
}

export function callsIn(words: readonly string[]): string[] {
	return valuesIn(words, callPrefix);
}

export function capabilityWord(name: string): string {
	return `${capabilityPrefix}${name}`;
}

const highestPort = 65_535;

/** Returns the word as rules store it; undefined if it names no permission. */
export function permissionWord(text: string): string | undefined {
	if (text.startsWith(capabilityPrefix)) {
		const name = capabilityNamed(text.slice(capabilityPrefix.length));
		return name === undefined ? undefined : capabilityWord(name);
	}
	if (text.startsWith(callPrefix)) {
		const name = text.slice(callPrefix.length);
		return isSyscall(name) && !isRefusedOutright(name) ? text : undefined;
	}
	if (text.startsWith(portPrefix)) {
		const port = text.slice(portPrefix.length);
		return /^[1-9]\d{0,4}$/.test(port) && Number(port) <= highestPort ? text : undefined;
	}
	const prefix = [socketPrefix, executablePrefix].find((one) => text.startsWith(one));
	if (prefix !== undefined) {
		const path = text.slice(prefix.length);
		// Words are compared as text, so that each path may have only one form.
		return /^(\/[^/]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path) && printable(path) === path ? text : undefined;
	}
	return permissionNames.map((name) => permissionWords[name] as string).find((word) => word === text);
}

export function capabilitiesIn(words: readonly string[]): string[] {
	return valuesIn(words, capabilityPrefix);
}

type PermissionRules = Pick<Rules, "allow" | "refuse">;

export function refuses({ refuse }: PermissionRules, word: string): boolean {
	return refuse.includes(word);
}

/** `--refuse` wins over `--allow`. */
export function allows(rules: PermissionRules, word: string): boolean {
	return rules.allow.includes(word) && !refuses(rules, word);
}

/** The reason for a permission that no trace showed to be needed: the option, which is the same in every language. */
export function allowedReason(word: string): string {
	return `--allow ${word}`;
}

/** Returns the path, system call or capability that a permission is about; other text unchanged. */
export function subjectOfPermission(text: string): string {
	const prefix = [capabilityPrefix, callPrefix].find((one) => text.startsWith(one)) ?? "";
	return text.startsWith(portPrefix) ? "bind" : (subjects.get(text) ?? text.slice(prefix.length));
}

const subjects: ReadonlyMap<string, string> = new Map([
	[permissionWords.proc, "/proc"],
	[permissionWords.ownProcess, "/proc"],
	[permissionWords.kernelProc, "/proc"],
	[permissionWords.sys, "/sys"],
	[permissionWords.unixSockets, "socket"],
	[permissionWords.netlink, "socket"],
	[permissionWords.uevents, "socket"],
	[permissionWords.packetSockets, "socket"],
	[permissionWords.multicast, "setsockopt"],
	[permissionWords.syslog, "/dev/log"],
	[permissionWords.memfd, "memfd_create"],
	[permissionWords.writableCode, "mprotect"],
	[permissionWords.ports, "bind"],
	[permissionWords.abstractSockets, "connect"],
]);

/** Where permissions come from. */
interface GrantSources {
	readonly trace: Trace;
	readonly additions: readonly Addition[];
	/** The words of `--allow`. */
	readonly allowed: readonly string[];
	/** Calls that nobody observed, but that the service's company shows. */
	readonly company: readonly string[];
}

/** Returns all permissions of a plan, capabilities first. */
export function grantsOf(permissions: Permissions, { additions, allowed, company, trace }: GrantSources): Grant[] {
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
		if (company.includes(call)) return { word, call, source: "company" };
		const program = use?.call === call && use.program !== undefined ? { program: use.program } : {};
		return { word, call, ...program, source: "trace" };
	};
	return [
		...permissions.capabilities.map(({ name, why }) => {
			const addition = additions.find((one) => one.kind === "capability" && one.name === name);
			return describe(capabilityWord(name), why, trace.capabilities.get(name), addition);
		}),
		...(permissions.calls ? callGrants(additions, allowed) : []),
		...(permissions.executableData ?? []).map((path) =>
			describe(executableWord(path), allowedReason(executableWord(path)), undefined),
		),
		...(permissions.tcpPorts ?? []).flatMap((port): Grant[] => {
			const word = portWord(port);
			return allowed.includes(word) ? [{ word, call: allowedReason(word), source: "option" }] : [];
		}),
		...permissionNames.flatMap((name) => {
			const why = permissions[name];
			if (why === undefined) return [];
			const addition = additions.find((one) => one.kind === "opening" && one.name === name);
			return [describe(permissionWords[name], why, undefined, addition)];
		}),
	];
}

/** Calls beyond those that the trace showed; hundreds of others need no decision. */
function callGrants(additions: readonly Addition[], allowed: readonly string[]): Grant[] {
	const words = callsIn(allowed).map(callWord);
	const found = additions.flatMap((one): Grant[] => {
		const word = one.kind === "call" ? callWord(one.name) : undefined;
		if (one.kind !== "call" || word === undefined || words.includes(word)) return [];
		const program = one.program === undefined ? {} : { program: one.program };
		return [{ word, call: one.call, ...program, source: "trial", round: one.round }];
	});
	return [...words.map((word): Grant => ({ word, call: allowedReason(word), source: "option" })), ...found];
}
