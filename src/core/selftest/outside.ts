import { launchDirectory } from "../confinement/launch.ts";
import { isWithin, type Path } from "../path/path.ts";

/** What the kernel tells of a caged process from outside, and what is wrong with it. */

export interface Observed {
	/** Its root directory is the cage's generation, and so is the root of its mount namespace; undefined where nobody could look. */
	readonly inside: boolean;
	readonly rootOfNamespace: boolean | undefined;
	/** The five sets of capabilities (capabilities(7)) by their names in /proc/PID/status. */
	readonly capabilities: Readonly<Record<string, readonly string[]>>;
	readonly seccomp: boolean;
	readonly noNewPrivileges: boolean;
	/** Kinds of namespaces that are the host's. */
	readonly sharedNamespaces: readonly string[];
	/** Open ones but for what it was started with, also those of its init. */
	readonly descriptors: readonly string[];
	readonly mounts: readonly { readonly path: Path; readonly options: readonly string[] }[];
	/** Its session is that of the cage's init, and has no terminal. */
	readonly ownSession: boolean;
	readonly terminal: boolean;
	/** Names of its init's environment, which is its own. */
	readonly environment: readonly string[];
	/** Processes of the same account outside. */
	readonly sameAccount: readonly number[];
}

/** What it should be. */
export interface Expected {
	readonly capabilities: readonly string[];
	readonly namespaces: readonly string[];
	readonly environment: readonly string[];
	/** Where something is mounted on purpose. */
	readonly mounts: readonly Path[];
	/** Writable mounts from which the plan lets the application execute. */
	readonly executable?: readonly Path[];
	/** Where device nodes work: its own /dev, and nodes that a launcher mounts one by one. */
	readonly nodes: readonly Path[];
	/** What this way of starting cannot give, with what stands in for it; where `only`, no more than that. */
	readonly design?: Readonly<Partial<Record<CheckId, { readonly instead: Instead; readonly only?: readonly string[] }>>>;
}

/** `device-group`: the service's control group lets no device be opened; `no-capability`: nor a call that would use it. */
export type Instead = "device-group" | "no-capability";

export interface Check {
	readonly id: CheckId;
	readonly ok: boolean;
	/** Whatever is against it; paths and names as they are. */
	readonly found: readonly string[];
	/** By design: another layer stands in for it. */
	readonly instead?: Instead;
}

export const checkIds = [
	"inside",
	"root",
	"capabilities",
	"no-new-privs",
	"seccomp",
	"namespaces",
	"descriptors",
	"ro",
	"nosuid",
	"nodev",
	"noexec",
	"mounts",
	"session",
	"environment",
	"account",
] as const;
export type CheckId = (typeof checkIds)[number];

/** An account that others use as well is separated by the PID namespace alone: worth knowing, and no way out by itself. */
export const isWarning = (check: Check) => check.id === "account" || check.instead !== undefined;

export function auditOutside(seen: Observed, expected: Expected): Check[] {
	const check = (id: CheckId, found: readonly string[]): Check => {
		const design = expected.design?.[id];
		const isDesign = found.length > 0 && found.every((one) => design?.only?.includes(one) ?? true);
		return { id, ok: !found.length, found, ...(design && isDesign ? { instead: design.instead } : {}) };
	};
	const flag = (id: CheckId, ok: boolean): Check => ({ id, ok, found: [] });
	const without = (flag: string, of = seen.mounts) => of.filter(({ options }) => !options.includes(flag)).map(({ path }) => path);
	const writable = seen.mounts.filter(({ options }) => options.includes("rw"));
	const plain = seen.mounts.filter(({ path }) => !expected.nodes.includes(path));
	const readOnly = writable.filter(({ path }) => ["/", "/dev", "/.launch"].includes(path));
	return [
		flag("inside", seen.inside),
		flag("root", seen.rootOfNamespace !== false),
		check(
			"capabilities",
			Object.entries(seen.capabilities).flatMap(([set, names]) =>
				names.filter((name) => !expected.capabilities.includes(name)).map((name) => `${set}:${name}`),
			),
		),
		flag("no-new-privs", seen.noNewPrivileges),
		flag("seccomp", seen.seccomp),
		check(
			"namespaces",
			expected.namespaces.filter((kind) => seen.sharedNamespaces.includes(kind)),
		),
		check("descriptors", seen.descriptors),
		check(
			"ro",
			readOnly.map(({ path }) => path),
		),
		check("nosuid", without("nosuid")),
		check("nodev", without("nodev", plain)),
		check(
			"noexec",
			without("noexec", writable).filter((path) => !expected.executable?.includes(path)),
		),
		check(
			"mounts",
			seen.mounts
				.filter(({ path }) => !expected.mounts.includes(path) && !isWithin(path, launchDirectory))
				.map(({ path }) => path),
		),
		check("session", [...(seen.ownSession ? [] : ["session"]), ...(seen.terminal ? ["terminal"] : [])]),
		check(
			"environment",
			seen.environment.filter((name) => !expected.environment.includes(name)),
		),
		check("account", seen.sameAccount.map(String)),
	];
}

/** Mount points and their flags from /proc/PID/mountinfo (proc_pid_mountinfo(5)), in bytes as latin1. */
export function parseMounts(text: string): Observed["mounts"] {
	return text
		.split("\n")
		.filter(Boolean)
		.map((line) => {
			const fields = line.split(" ");
			const path = (fields[4] ?? "").replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
			return { path: path as Path, options: (fields[5] ?? "").split(",") };
		});
}
