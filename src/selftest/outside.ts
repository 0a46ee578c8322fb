import { isWithin, type Path } from "../base/path/path.ts";
import { launchDirectory } from "../confine/places.ts";
import type { ObservedProcess } from "../confine/seccomp/observed-calls.ts";

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
export const replacingLayers = ["device-group", "no-capability", "no-new-privs"] as const;
export type Instead = (typeof replacingLayers)[number];

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
	const proc = observed.mounts.find(({ path }) => path === "/proc");
	// The launcher makes settings of a writable /proc read-only: each is mounted on itself, and shows nothing else.
	const isSetting = ({ device, options, path, root }: ObservedProcess["mounts"][number]) =>
		device === proc?.device && path === `/proc${root}` && options.includes("ro");
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
				.filter((mount) => !isSetting(mount))
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
