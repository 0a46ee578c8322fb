import { omitUndefined } from "../base/collections.ts";
import { rightsFor } from "../base/machine/facts.ts";
import { isWithin, type Path, parent, pathFromText, pathToText } from "../base/path/path.ts";
import type { Cage } from "../cage/cage.ts";
import { type Manifest, placeInCage } from "../cage/manifest.ts";
import { launchDirectory, temporaryDirectories } from "../confine/places.ts";
import { limitsPorts } from "../confine/seccomp/filter-permissions.ts";
import { areaOf, isStateParent, isSystemDirectory } from "../plan/areas.ts";
import { permissionFor } from "../plan/missing.ts";
import { allowedReason, permissionWords, portWord } from "../plan/permission-words.ts";
import type { Plan, Reason, Risk } from "../plan/plan.ts";
import { matchPaths } from "../plan/rules.ts";
import type { Trace } from "../trace/trace.ts";
import type { Alarm } from "../watch/alarm.ts";
import { explainName, type Layer, type Refusal, type ShownEntry } from "./explain.ts";

export const mountKinds = ["cage", "data", "bind", "temporary", "devices", "proc", "kernel", "launcher"] as const;

/** The mount that contains a path, and its flags; see docs/security.md. */
export interface PathMount {
	readonly mount: (typeof mountKinds)[number];
	/** The mount point. */
	readonly at: Path;
	readonly access: "ro" | "rw";
	readonly executes: boolean;
}

/** Why a path is not in the cage. */
export type Absence =
	| { readonly kind: "declined"; readonly risk?: Risk }
	| { readonly kind: "excluded"; readonly rule: string }
	/** All trials passed without it. */
	| Extract<Reason, { kind: "unneeded" }>
	| { readonly kind: "kernel" }
	| { readonly kind: "not-on-host" }
	/** The application's own data does not contain it now. */
	| { readonly kind: "not-in-data" }
	| { readonly kind: "untouched" }
	| { readonly kind: "new-in-plan" };

export interface PathExplanation {
	readonly subject: "path";
	readonly path: Path;
	/** The path behind the cage's own links. */
	readonly place: Path;
	readonly entry?: ShownEntry;
	readonly absence?: Absence;
	readonly cover: PathMount;
	readonly may: readonly Action[];
	readonly refusals: readonly Refusal[];
}

export const fileActions = ["read", "write", "execute"] as const;
export type Action = (typeof fileActions)[number];

/** Facts about the machine and the cage that the explanation needs. */
export interface PathFacts {
	readonly manifest: Manifest;
	readonly plan: Plan | undefined;
	readonly trace: Trace | undefined;
	/** Risks of the host's file; absent if the host has none. */
	readonly onHost: readonly Risk[] | undefined;
	/** The file that is at this place now, in the application's data and on the host. */
	readonly inData?: Omit<ShownEntry, "reasons">;
	readonly inHost?: Omit<ShownEntry, "reasons">;
}

export function explainPath(path: Path, facts: PathFacts): PathExplanation {
	const { inData, inHost, manifest } = facts;
	const place = placeInCage(path, manifest);
	const cover = mountOf(place, manifest);
	const known = manifest.entries.find((entry) => entry.path === place);
	const mounted = { data: inData, bind: inHost }[cover.mount as "data" | "bind"];
	const isMount = cover.mount === "data" || cover.mount === "bind";
	const made = emptiedAtStart.has(place) ? temporaryTop : known;
	const entry = isMount ? mounted && { ...mounted, reasons: reasonsOf(cover, manifest) } : made;
	const mayBeAbsent =
		["cage", "data", "bind", "proc"].includes(cover.mount) || (cover.mount === "devices" && !ownDevices.has(place));
	const absence = entry || !mayBeAbsent ? undefined : absenceOf(path, place, cover, facts);
	const may: Action[] = [];
	const refusals: Refusal[] = [];
	for (const action of ["read", "write", "execute"] as const) {
		const layers = absence
			? action === "write" && cover.access === "rw"
				? []
				: (["absent"] as const)
			: refusingLayers(action, cover, entry, manifest);
		if (action === "execute" && (absence || entry?.kind !== "file" || !(entry.mode & 0o111))) continue;
		if (!layers.length) may.push(action);
		else {
			const option = allowingOption({ action, path, place, absence, layers }, facts);
			refusals.push({ what: action, layers, ...omitUndefined({ option }) });
		}
	}
	return {
		subject: "path",
		path,
		place,
		...omitUndefined({ entry, absence }),
		cover,
		may,
		refusals,
	};
}

const proc = pathFromText("/proc");
const sys = pathFromText("/sys");

/** Directories that are empty at each start (docs/security.md). */
const emptiedAtStart: ReadonlySet<Path> = new Set([...temporaryDirectories, pathFromText("/dev/shm")]);
const temporaryTop = { kind: "directory", mode: 0o1777, uid: 0, gid: 0, size: 0, reasons: [] } as const;

/** Files that every cage's /dev contains in addition to the plan's nodes. */
const ownDevices: ReadonlySet<Path> = new Set(
	["/dev", "/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/log"].map(pathFromText),
);

function mountOf(place: Path, { binds, permissions, writable }: Manifest): PathMount {
	const below = (directories: readonly Path[]) =>
		directories.filter((one) => isWithin(place, one)).sort((a, b) => b.length - a.length)[0];
	const bind = below(binds.map((one) => pathFromText(one.path)));
	if (bind !== undefined) {
		const access = binds.find((one) => one.path === pathToText(bind))?.access ?? "ro";
		return { mount: "bind", at: bind, access, executes: access === "ro" };
	}
	const data = below(writable.map((one) => one.path));
	if (data !== undefined) {
		return {
			mount: "data",
			at: data,
			access: "rw",
			executes: (permissions.executableData ?? []).some((one) => isWithin(data, one)),
		};
	}
	const temporary = below(temporaryDirectories);
	if (temporary !== undefined) return { mount: "temporary", at: temporary, access: "rw", executes: false };
	const shared = pathFromText("/dev/shm");
	if (isWithin(place, shared)) return { mount: "temporary", at: shared, access: "rw", executes: false };
	if (areaOf(place) === "device") return { mount: "devices", at: pathFromText("/dev"), access: "ro", executes: false };
	if (areaOf(place) === "launch") return { mount: "launcher", at: launchDirectory, access: "ro", executes: true };
	for (const [permission, at] of [
		["kernelProc", proc],
		["sys", sys],
	] as const) {
		if (permissions[permission] !== undefined && isWithin(place, at))
			return { mount: "kernel", at, access: "ro", executes: false };
	}
	if (permissions.proc !== undefined && isWithin(place, proc))
		return { mount: "proc", at: proc, access: permissions.ownProcess === undefined ? "ro" : "rw", executes: false };
	return { mount: "cage", at: pathFromText("/"), access: "ro", executes: true };
}

/** Returns why the mount exists. */
function reasonsOf({ at, mount }: PathMount, { entries, writable }: Manifest): readonly Reason[] {
	const known = mount === "data" ? writable : entries;
	return known.find(({ path }) => path === at)?.reasons ?? [];
}

function absenceOf(path: Path, place: Path, cover: PathMount, { onHost, plan, trace }: PathFacts): Absence | undefined {
	if (cover.mount === "proc" || cover.mount === "kernel") return undefined; // The kernel decides what is there.
	const declined = plan?.entries.find((entry) => (entry.path === place || entry.path === path) && entry.decision === "declined");
	const rule = plan && matchPaths(plan.rules.exclude)(place);
	if (rule !== undefined) return { kind: "excluded", rule };
	const unneeded = declined?.reasons.find((reason) => reason.kind === "unneeded");
	if (unneeded) return unneeded;
	if (declined) {
		const risk = plan?.declined.find((one) => one.path === declined.path)?.risk;
		return { kind: "declined", ...omitUndefined({ risk }) };
	}
	if (areaOf(place) === "kernel") return { kind: "kernel" };
	if (cover.mount === "data") return { kind: "not-in-data" };
	if (!onHost) return { kind: "not-on-host" };
	const planned = plan?.entries.some((entry) => entry.path === place && entry.decision === "include");
	return { kind: planned && trace ? "new-in-plan" : "untouched" };
}

/**
 * Returns the layers that refuse an action to the account that the application starts as (path_resolution(7)). Root without
 * CAP_DAC_OVERRIDE is an owner like any other.
 */
function refusingLayers(
	action: Action,
	cover: PathMount,
	entry: ShownEntry | undefined,
	{ identity, permissions }: Manifest,
): Layer[] {
	const layers: Layer[] = [];
	const isDevice = entry?.kind === "device";
	if (action === "write" && cover.access === "ro" && !isDevice) layers.push("mount", "landlock");
	if (action === "execute" && !cover.executes) layers.push("mount");
	if (entry && entry.kind !== "symlink") {
		const bit = { read: 4, write: 2, execute: 1 }[action];
		const kept = permissions.capabilities.some(
			({ name }) => name === "dac_override" || (name === "dac_read_search" && action === "read"),
		);
		if (!(rightsFor(entry, identity) & bit) && !kept) layers.push("owner-or-mode");
	}
	return layers;
}

const allowing: Partial<Record<Risk, string>> = {
	secret: "--allow-secret",
	setuid: "--allow-setuid",
	device: "--device",
	large: "--include",
	home: "--include",
};

interface RefusedAction {
	readonly action: Action;
	readonly path: Path;
	readonly place: Path;
	readonly absence: Absence | undefined;
	readonly layers: readonly Layer[];
}

function allowingOption({ absence, action, layers, path, place }: RefusedAction, { onHost }: PathFacts): string | undefined {
	const shown = pathToText(path) ?? "";
	if (absence?.kind === "declined") {
		// These options allow reading only, except for devices.
		const option = absence.risk && (action !== "write" || absence.risk === "device") ? allowing[absence.risk] : undefined;
		return option === undefined ? undefined : `${option} ${shown}`;
	}
	if (absence?.kind === "kernel") return `--allow ${permissionWords[permissionFor(place)]}`;
	if (absence && areaOf(place) === "device")
		return absence.kind === "untouched" && action !== "execute" ? `--device ${shown}` : undefined;
	const directory = parent(place);
	const canBeGiven = (!isSystemDirectory(directory) || isStateParent(directory)) && areaOf(directory) === "files";
	if (action === "write") {
		const isMissing = absence ? !onHost || absence.kind === "untouched" : layers.includes("mount");
		return isMissing && canBeGiven ? `--writable ${pathToText(directory) ?? ""}` : undefined;
	}
	if (absence?.kind === "untouched" || absence?.kind === "new-in-plan" || absence?.kind === "unneeded") {
		const consents = (["secret", "setuid"] as const)
			.filter((risk) => onHost?.includes(risk))
			.map((risk) => `${allowing[risk]} ${shown}`);
		return [`--include ${shown}`, ...consents].join(" ");
	}
	return undefined;
}

/** The facts of an alarm that decide what would permit it. */
export type RefusedUse = Pick<Alarm, "call" | "kind" | "path" | "port" | "why">;

/**
 * Returns the options with which the cage would permit what the alarm reports, as `explain` names them; empty if no option does.
 * Undefined for an alarm that is about no refusal.
 */
export function optionsPermitting(
	{ call, kind, path, port, why }: RefusedUse,
	cage: Cage,
	manifest: Manifest,
): readonly string[] | undefined {
	if (kind === "crash" || kind === "drift") return undefined;
	if (kind === "decoy") return [];
	if (port !== undefined) return limitsPorts(manifest.permissions) ? [allowedReason(portWord(port))] : [];
	if (kind === "file") return path?.startsWith("/") ? optionsForPath(path, manifest) : [];
	const name = why === "foreign-socket" ? "connect" : call;
	if (name === undefined || (kind === "syscall" && isLandlocks(why))) return [];
	return explainName(name, cage, manifest).flatMap((one) => (one.subject === "call" ? one.refusals.flatMap(optionsOf) : []));
}

const optionsOf = ({ option, options }: { readonly option?: string; readonly options?: readonly string[] }) =>
	options ?? (option === undefined ? [] : [option]);

/** Nothing opens other processes to a cage. */
const isLandlocks = (why: Alarm["why"]) => why === "foreign-memory" || why === "foreign-signal";

/** Reading and executing are left to mounts and modes, so Landlock refused a change. */
function optionsForPath(path: string, manifest: Manifest): string[] {
	const facts = { manifest, plan: undefined, trace: undefined, onHost: [] };
	return explainPath(pathFromText(path), facts).refusals.flatMap((one) => (one.what === "write" ? optionsOf(one) : []));
}
