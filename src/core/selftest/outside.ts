import { launchDirectory } from "../confinement/launch.ts";
import type { MountPoint } from "../machine/mountinfo.ts";
import { isWithin, type Path } from "../path/path.ts";

/** The kernel's view of a caged process from outside. */

export interface ObservedProcess {
	/** Whether its root directory and the root of its mount namespace are the cage's generation; undefined if unknown. */
	readonly inside: boolean;
	readonly rootOfNamespace: boolean | undefined;
	/** The five capability sets (capabilities(7)) by their names in /proc/PID/status. */
	readonly capabilities: Readonly<Record<string, readonly string[]>>;
	readonly seccomp: boolean;
	readonly noNewPrivileges: boolean;
	/** Kinds of namespaces that it shares with the host. */
	readonly sharedNamespaces: readonly string[];
	/** Open descriptors besides those it started with, including its init's. */
	readonly descriptors: readonly string[];
	readonly mounts: readonly Pick<MountPoint, "path" | "options">[];
	/** Its session is that of the cage's init, and has no terminal. */
	readonly ownSession: boolean;
	readonly terminal: boolean;
	/** Names of the variables in its init's environment, which is the same. */
	readonly environment: readonly string[];
	/** Processes of the same account outside the cage. */
	readonly sameAccount: readonly number[];
}

/** The expected values. */
export interface ExpectedProcess {
	readonly capabilities: readonly string[];
	readonly namespaces: readonly string[];
	readonly environment: readonly string[];
	/** Paths of intended mounts. */
	readonly mounts: readonly Path[];
	/** Writable mounts from which the plan permits execution. */
	readonly executable?: readonly Path[];
	/** Where device nodes work: its own /dev, and nodes that a launcher mounts individually. */
	readonly nodes: readonly Path[];
	/** Checks that this launch cannot pass, with the layer that replaces them; `only` limits the findings. */
	readonly design?: Readonly<Partial<Record<CheckId, { readonly instead: Instead; readonly only?: readonly string[] }>>>;
}

/**
 * `device-group`: the service's cgroup refuses to open devices. `no-capability`: no call could use it without a capability.
 * `no-new-privs`: the kernel ignores setuid bits and file capabilities (execve(2)).
 */
export type Instead = "device-group" | "no-capability" | "no-new-privs";

export interface Check {
	readonly id: CheckId;
	readonly ok: boolean;
	/** Objections: paths and names. */
	readonly found: readonly string[];
	/** Passed by design: another layer replaces it. */
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

/** A shared account is separated only by the PID namespace: worth a warning, but no escape. */
export const isWarning = (check: Check) => check.id === "account" || check.instead !== undefined;

export function auditOutside(observed: ObservedProcess, expected: ExpectedProcess): Check[] {
	const check = (id: CheckId, found: readonly string[]): Check => {
		const design = expected.design?.[id];
		const isReplaced = design?.instead !== "no-new-privs" || observed.noNewPrivileges;
		const isDesign = isReplaced && found.length > 0 && found.every((one) => design?.only?.includes(one) ?? true);
		return { id, ok: !found.length, found, ...(design && isDesign ? { instead: design.instead } : {}) };
	};
	const flag = (id: CheckId, ok: boolean): Check => ({ id, ok, found: [] });
	const without = (flag: string, of = observed.mounts) =>
		of.filter(({ options }) => !options.includes(flag)).map(({ path }) => path);
	const writable = observed.mounts.filter(({ options }) => options.includes("rw"));
	const plain = observed.mounts.filter(({ path }) => !expected.nodes.includes(path));
	const readOnly = writable.filter(({ path }) => ["/", "/dev", "/.launch"].includes(path));
	return [
		flag("inside", observed.inside),
		flag("root", observed.rootOfNamespace !== false),
		check(
			"capabilities",
			Object.entries(observed.capabilities).flatMap(([set, names]) =>
				names.filter((name) => !expected.capabilities.includes(name)).map((name) => `${set}:${name}`),
			),
		),
		flag("no-new-privs", observed.noNewPrivileges),
		flag("seccomp", observed.seccomp),
		check(
			"namespaces",
			expected.namespaces.filter((kind) => observed.sharedNamespaces.includes(kind)),
		),
		check("descriptors", observed.descriptors),
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
			observed.mounts
				.filter(({ path }) => !expected.mounts.includes(path) && !isWithin(path, launchDirectory))
				.map(({ path }) => path),
		),
		check("session", [...(observed.ownSession ? [] : ["session"]), ...(observed.terminal ? ["terminal"] : [])]),
		check(
			"environment",
			observed.environment.filter((name) => !expected.environment.includes(name)),
		),
		check("account", observed.sameAccount.map(String)),
	];
}
