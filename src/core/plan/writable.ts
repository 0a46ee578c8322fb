import type { Rules } from "../application/application.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, type Path, parent, pathFromText, root } from "../path/path.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { areaOf, isByteCode, isSystemDirectory, startsEmpty } from "./areas.ts";
import { linkChain } from "./links.ts";
import type { Identity, Reason, WritableDirectory } from "./plan.ts";

export interface WritableInput {
	readonly trace: Trace;
	readonly rules: Rules;
	readonly identity: Identity;
	readonly files: Files;
	/** RuntimeDirectory= and its like. */
	readonly directories: readonly string[];
	/** Directories that a trial asked for. */
	readonly found: readonly { readonly path: Path; readonly reason: Reason }[];
}

export interface WritablePlan {
	readonly directories: WritableDirectory[];
	/** System directories that the application wrote into; they stay read-only. */
	readonly refused: Path[];
}

/** Whether an access shows the wish to change something: also a mkdir of what is there already, which a new cage will ask for in earnest. */
export function writes(access: Access): boolean {
	const { succeeded, failed } = access;
	return (
		succeeded.has("write") ||
		succeeded.has("create") ||
		succeeded.has("remove") ||
		succeeded.has("listen") ||
		!!failed.get("EEXIST")?.has("create")
	);
}

/** Only a mkdir of what was there already shows the wish. */
function wasThere({ failed, succeeded }: Access): boolean {
	const wrote = ["write", "create", "remove", "listen"] as const;
	return failed.has("EEXIST") && !wrote.some((operation) => succeeded.has(operation));
}

/** Which directories the application may write, with their owners and with what has to be copied into them once. */
export function planWritable(input: WritableInput): WritablePlan {
	const { files, identity, rules, trace } = input;
	const wanted = new Map<Path, Reason[]>();
	const refused = new Set<Path>();
	const want = (directory: Path, reason: Reason, asked = false) => {
		if (!asked && isSystemDirectory(directory)) {
			refused.add(directory);
			return;
		}
		const reasons = wanted.get(directory) ?? [];
		if (reasons.length < 3) reasons.push(reason);
		wanted.set(directory, reasons);
	};
	const serviceDirectories = input.directories.map((text) => place(normalise(pathFromText(text)), files));
	for (const directory of serviceDirectories) want(directory, { kind: "service-directory" });
	for (const value of rules.writable) want(directoryOf(value, files), { kind: "rule", rule: "writable", value }, true);
	for (const value of rules.seed) want(directoryOf(value, files), { kind: "rule", rule: "seed", value }, true);
	for (const { path, reason } of input.found) want(place(path, files), reason);

	const accounts = new Set([identity.uid, ...trace.uids].filter((uid) => uid > 0));
	for (const access of trace.accesses.values()) {
		const area = areaOf(access.path);
		if (area !== "files" && area !== "temporary") continue;
		const reason: Reason = { kind: "traced", calls: [...access.calls], ...programOf(access) };
		if (writes(access) && !isByteCode(access.path)) {
			const above = placeOfWrite(access.path, serviceDirectories, files);
			// A directory of the application below one of the system, found there already: what it writes goes into its own.
			const directory = above && isSystemDirectory(above) && wasThere(access) ? place(access.path, files) : above;
			if (directory && areaOf(directory) === area && !isTemporaryTop(directory)) want(directory, reason);
		}
		// A directory that belongs to the application's own account is there to be written, even if this run did not.
		const status = access.succeeded.size ? files.status(access.path) : undefined;
		if (status?.kind === "directory" && accounts.has(status.uid) && isStateArea(access.path)) want(access.path, reason);
	}
	const bound = rules.binds.map((bind) => normalise(pathFromText(bind.path)));
	const paths = [...wanted.keys()].filter((path) => !bound.some((directory) => isWithin(path, directory))).sort();
	return { directories: paths.map((path) => describe(path, wanted.get(path) ?? [], paths, input)), refused: [...refused].sort() };
}

function describe(
	path: Path,
	reasons: Reason[],
	all: readonly Path[],
	{ files, identity, rules, trace }: WritableInput,
): WritableDirectory {
	const status = files.status(path);
	const there = status?.kind === "directory" && !isGiven(path, rules, identity, files) ? status : undefined;
	const innermost = (candidate: Path) =>
		!all.some((other) => other !== path && isWithin(other, path) && isWithin(candidate, other));
	const seeds = new Map<Path, number>();
	const seed = (candidate: Path) => {
		if (!isWithin(candidate, path) || !innermost(candidate)) return;
		const found = files.status(candidate);
		if (found) seeds.set(candidate, sizeOf(candidate, files));
	};
	for (const value of rules.seed) seed(place(normalise(pathFromText(value)), files));
	if (!startsEmpty(path)) {
		for (const access of trace.accesses.values()) {
			if (!access.succeeded.has("read") && !access.succeeded.has("execute")) continue;
			const real = place(access.path, files);
			if (files.status(real)?.kind === "file") seed(real);
		}
	}
	const covered = [...seeds.keys()].filter((one) => ![...seeds.keys()].some((other) => other !== one && isWithin(one, other)));
	return {
		path,
		mode: there ? there.mode & 0o1777 : 0o755,
		uid: there ? there.uid : identity.uid,
		gid: there ? there.gid : identity.gid,
		reasons,
		seeds: covered.sort().map((one) => ({ path: one, bytes: seeds.get(one) ?? 0 })),
	};
}

/**
 * True for a directory that the administrator calls writable and that the account could not write on the host: it gets the
 * account as its owner, in the cage and already while tracing.
 */
export function isGiven(path: Path, rules: Rules, identity: Identity, files: Files): boolean {
	if (identity.uid === 0 || !rules.writable.some((value) => directoryOf(value, files) === path)) return false;
	const status = files.status(path);
	if (!status) return true;
	const inGroup = status.gid === identity.gid || identity.groups.includes(status.gid);
	// path_resolution(7): the owner's bits count for the owner alone, then the group's, then everybody's.
	const bits = status.uid === identity.uid ? status.mode >> 6 : inGroup ? status.mode >> 3 : status.mode;
	return (bits & 0o3) !== 0o3;
}

function sizeOf(path: Path, files: Files): number {
	const status = files.status(path);
	if (status?.kind !== "directory") return status?.kind === "file" ? status.size : 0;
	return files.list(path).reduce((sum, name) => sum + sizeOf(`${path}/${name}` as Path, files), 0);
}

/** The real place of a path, or of its nearest ancestor that exists with the rest appended. */
function place(path: Path, files: Files): Path {
	const { end } = linkChain(path, files);
	if (end !== undefined) return end;
	if (path === root) return root;
	const above = place(parent(path), files);
	return `${above === "/" ? "" : above}/${path.slice(path.lastIndexOf("/") + 1)}` as Path;
}

function directoryOf(value: string, files: Files): Path {
	const real = place(normalise(pathFromText(value)), files);
	const status = files.status(real);
	return status && status.kind !== "directory" ? parent(real) : real;
}

/** The directory in which a write takes place: the nearest that exists on the host or that is made for the service. */
function placeOfWrite(path: Path, serviceDirectories: readonly Path[], files: Files): Path | undefined {
	for (let directory = parent(path); ; directory = parent(directory)) {
		const real = place(directory, files);
		if (serviceDirectories.includes(real) || files.status(real)?.kind === "directory") return real;
		if (directory === root) return undefined;
	}
}

/** What is written directly into /tmp goes to the cage's own; a directory of the host below it is state like any other. */
function isTemporaryTop(directory: Path): boolean {
	return areaOf(directory) === "temporary" && areaOf(parent(directory)) !== "temporary";
}

/** Where state may live: configuration that happens to belong to the account (/etc/redis) is still not the application's to change. */
function isStateArea(path: Path): boolean {
	return areaOf(path) === "files" && !isSystemDirectory(path) && !isWithin(path, pathFromText("/etc"));
}

export function programOf(access: Access): { program?: Path } {
	const [program] = access.programs;
	return program === undefined ? {} : { program };
}
