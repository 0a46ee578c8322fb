import { etc, isWithin, type Path, pathFromText } from "../base/path/path.ts";
import { startsEmpty } from "./areas.ts";
import { isDecoy } from "./decoys.ts";
import type { Entry, Plan, WritableDirectory } from "./plan.ts";
import { isLibraryFile } from "./trees.ts";

/** Entries that the administrator decides about together. */
export type GroupName = (typeof groupOrder)[number];

/** The default treatment, unless a rule decides otherwise. */
export const recommendations = ["copy", "empty", "seed", "bind", "generate", "make", "leave-out"] as const;
export type Recommendation = (typeof recommendations)[number];

export interface Group {
	readonly name: GroupName;
	readonly recommendation: Recommendation;
	/** Files, links and devices; directories only for groups of directories. */
	readonly paths: readonly Path[];
	readonly bytes: number;
	/**
	 * The directory that an exclude would name, if most services never need all of it: haproxy reads 148 certificate authorities
	 * and php 439 time zones (measured), and both answer without.
	 */
	readonly spare?: string;
}

/** Directories that programs read completely at their start. */
const places: readonly (readonly [GroupName, Path])[] = (
	[
		["time-zones", "/usr/share/zoneinfo"],
		["certificates", "/etc/ssl/certs"],
		["certificates", "/usr/share/ca-certificates"],
		["certificates", "/etc/pki"],
		["locale", "/usr/lib/locale"],
		["locale", "/usr/share/locale"],
		["locale", "/usr/share/i18n"],
	] as const
).map(([name, top]) => [name, pathFromText(top)]);
const [usr, log] = (["/usr", "/var/log"] as const).map(pathFromText) as [Path, Path];
/** Number of files from which such a directory is worth a hint. */
const minSpareFiles = 40;

export const groupOrder = [
	"program",
	"libraries",
	"interpreter",
	"configuration",
	"accounts",
	"resources",
	"data",
	"certificates",
	"time-zones",
	"locale",
	"state",
	"logs",
	"runtime",
	"sockets",
	"devices",
	"decoys",
	"secrets",
	"left-out",
] as const;

const remembered = new WeakMap<Plan, readonly Group[]>();

/** Returns the plan by groups, in review order. Plain directories belong to their content. */
export function groupsOf(plan: Plan): readonly Group[] {
	const groups = remembered.get(plan) ?? makeGroups(plan);
	remembered.set(plan, groups);
	return groups;
}

function makeGroups(plan: Plan): readonly Group[] {
	const groups = new Map<string, { name: GroupName; recommendation: Recommendation; paths: Path[]; bytes: number }>();
	const put = (name: GroupName, recommendation: Recommendation, path: Path, bytes: number) => {
		const key = `${name} ${recommendation}`;
		const group = groups.get(key) ?? { name, recommendation, paths: [], bytes: 0 };
		groups.set(key, group);
		group.paths.push(path);
		group.bytes += bytes;
	};
	for (const entry of plan.entries) {
		if (entry.kind === "directory") continue;
		const shared = plan.shared.find(({ path }) => path === entry.path);
		put(groupOf(entry), recommendationOf(entry), entry.path, shared?.bytes ?? entry.size);
	}
	for (const directory of plan.writable) {
		const bytes = directory.seeds.reduce((sum, seed) => sum + seed.bytes, 0);
		put(groupOfWritable(directory), directory.seeds.length ? "seed" : "empty", directory.path, bytes);
	}
	const sorted = [...groups.values()].sort((a, b) => groupOrder.indexOf(a.name) - groupOrder.indexOf(b.name));
	return sorted.map((group) => {
		const spare = group.recommendation === "copy" ? findSpare(group.paths) : undefined;
		return spare === undefined ? group : { ...group, spare };
	});
}

/** Whether it is the empty file over which the cage mounts a file of the application or a single socket. */
function isMountPoint({ kind, reasons: [reason] }: Pick<Entry, "kind" | "reasons">): boolean {
	return kind === "generated" && (reason?.kind === "own-file" || reason?.kind === "shared");
}

export function groupOf(entry: Entry): GroupName {
	const { decision, kind, path, reasons, risks } = entry;
	if (decision === "declined") return risks.includes("secret") ? "secrets" : "left-out";
	if (kind === "device") return "devices";
	if (isDecoy(entry)) return "decoys";
	if (reasons[0]?.kind === "own-file") return isWithin(path, log) ? "logs" : "state";
	if (isMountPoint(entry) || kind === "socket") return "sockets";
	if (kind === "generated") return path.startsWith("/etc/ld.so") ? "libraries" : "accounts";
	if (kind === "bind") {
		const [reason] = reasons;
		if (reason?.kind === "offered" || reason?.kind === "offered-file") return "sockets";
		if (reason?.kind !== "shared" || reason.what === "site") return "data";
		return reason.what === "socket" ? "sockets" : reason.what;
	}
	const place = places.find(([, top]) => isWithin(path, top));
	if (place) return place[0];
	if (isLibraryFile(path)) return "interpreter";
	if (reasons.some((reason) => reason.kind === "traced" && reason.calls.some((call) => call.startsWith("execve"))))
		return "program";
	if (reasons.some((reason) => reason.kind === "needed-by") || /\.so(\.[\d.]+)?$/.test(path)) return "libraries";
	if (reasons.some((reason) => reason.kind === "interpreter-of")) return /\/ld-/.test(path) ? "libraries" : "program";
	// The loader is found via /lib, a link if /usr is merged.
	if (kind === "symlink" && /^\/(usr\/)?(s?bin|lib\w*)$/.test(path)) return "libraries";
	if (isWithin(path, etc)) return "configuration";
	if (isWithin(path, usr)) return "resources";
	return reasons.some((reason) => reason.kind === "part-of") ? "program" : "data";
}

export function recommendationOf({ decision, kind, reasons }: Entry): Recommendation {
	if (decision === "declined") return "leave-out";
	if (isMountPoint({ kind, reasons })) return "bind";
	return kind === "generated" ? "generate" : kind === "bind" || kind === "socket" ? "bind" : kind === "device" ? "make" : "copy";
}

export function groupOfWritable({ path }: Pick<WritableDirectory, "path">): GroupName {
	if (isWithin(path, log)) return "logs";
	return startsEmpty(path) || /^\/(tmp|var\/(tmp|cache|lock))(\/|$)/.test(path) ? "runtime" : "state";
}

/** Returns the directory that holds many of these paths and that most services never need completely. */
export function findSpare(paths: readonly Path[]): string | undefined {
	const found = places.find(([, top]) => paths.filter((path) => isWithin(path, top)).length >= minSpareFiles);
	return found?.[1];
}
