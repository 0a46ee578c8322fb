import { append, by, omitUndefined } from "../base/collections.ts";
import type { Identity } from "../base/machine/facts.ts";
import { type FileStatus, type Files, rightsFor } from "../base/machine/facts.ts";
import { ancestors, baseName, etc, isWithin, join, type Path, parent, pathFromText } from "../base/path/path.ts";
import type { Rules } from "../service/application.ts";
import type { OwnedDirectory } from "../service/created-directory.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import {
	areaOf,
	isByteCode,
	isEmptiedAtBoot,
	isEssential,
	isMountedByLauncher,
	isStateParent,
	isSystemDirectory,
	isTemporaryTop,
	startsEmpty,
} from "./areas.ts";
import type { HostAccess } from "./host-access.ts";
import { linkChain, placeNamed, placeOf } from "./links.ts";
import { isOnlyLooked } from "./looked-at.ts";
import { isInStateTop } from "./own-state.ts";
import type { Reason, WritableDirectory } from "./plan.ts";
import { largeSize } from "./risks.ts";

interface WritableInput extends SeedInput {
	readonly identity: Identity;
	/** RuntimeDirectory= and similar settings. */
	readonly directories: readonly OwnedDirectory[];
	/** Whether a directory contains the application's own programs, sources or configuration. */
	readonly isOwn: (directory: Path) => boolean;
	/** Directories that a trial asked for. */
	readonly found: readonly { readonly path: Path; readonly reason: Reason }[];
	readonly hostAccess: Pick<HostAccess, "executedAt" | "requireWritable">;
	/** Real paths of the host directories that the cage mounts. */
	readonly binds: readonly Path[];
	/** Directories of the application's own state, whether or not this run wrote there. */
	readonly ownState: (used: readonly Path[]) => readonly Path[];
	/** Directories of configuration that the service writes itself. */
	readonly writtenConfiguration: readonly Path[];
	/** Chooses the directories that stay where the host has them. Absent: none. */
	readonly inPlace?: (writable: readonly Pick<WritableDirectory, "path">[]) => readonly Path[];
	/** Those that belong to the service: creating or changing one, or something in it, makes nothing else writable. */
	readonly serviceBinds: readonly Path[];
}

interface WritablePlan {
	readonly directories: WritableDirectory[];
	readonly inPlace?: readonly Path[];
	/** System directories that the application wrote to. They stay read-only. */
	readonly refused: Path[];
	/** State that would have been copied, with the reason. */
	readonly leftOut: SeedPlan["leftOut"];
}

export const changingOperations: ReadonlySet<Operation> = new Set(["write", "create", "remove", "listen"]);

/**
 * Whether an access shows that the application wants to change something. A mkdir(2) that found the directory counts: in a new
 * cage it will have to create it.
 */
export function wantsToChange(access: Access): boolean {
	return (
		[...access.succeeded].some((operation) => changingOperations.has(operation)) || !!access.failed.get("EEXIST")?.has("create")
	);
}

/** Decides which directories the application may write, with their owners and the host data that is copied into them once. */
export function planWritable(input: WritableInput): WritablePlan {
	const { binds, files, hostAccess, identity, rules, trace } = input;
	const wanted = new Map<Path, Reason[]>();
	const refused = new Set<Path>();
	const want = (directory: Path, reason: Reason, isRefused = isSystemDirectory(directory) && !startsEmpty(directory)) => {
		if (isMountedByLauncher(directory)) return;
		if (isRefused || (!startsEmpty(directory) && hostAccess.executedAt(directory))) {
			refused.add(directory);
			return;
		}
		const reasons = wanted.get(directory) ?? [];
		if (reasons.length < 3) reasons.push(reason);
		wanted.set(directory, reasons);
	};
	const made = new Map(input.directories.map((one) => [placeNamed(one.path, files), one]));
	const serviceDirectories = [...made.keys()];
	for (const directory of serviceDirectories) want(directory, { kind: "service-directory" });
	for (const rule of ["writable", "seed"] as const) {
		for (const value of rules[rule]) {
			const directory = directoryOf(value, files);
			hostAccess.requireWritable(rule, directory);
			want(directory, { kind: "rule", rule, value }, isEssential(directory));
		}
	}
	for (const { path, reason } of input.found) {
		const directory = placeOf(path, files);
		want(directory, reason, isSystemDirectory(directory) && !isStateParent(directory));
	}

	const accounts = new Set([identity.uid, ...trace.uids].filter((uid) => uid > 0));
	const entered = new Map<Path, Reason>();
	const givenAway = new Map<Path, Owner>();
	for (const access of trace.accesses.values()) {
		const real = placeOf(access.path, files);
		if (access.owner) givenAway.set(real, access.owner);
		if (input.serviceBinds.some((bind) => isWithin(real, bind))) continue;
		const area = areaOf(real);
		if (area !== "files" && area !== "temporary") continue;
		const reason = tracedReason(access);
		if (wantsToChange(access) && !isByteCode(real)) {
			for (const directory of placesOfWrite(access, real, serviceDirectories, input)) {
				if (areaOf(directory) === area && !isTemporaryTop(directory)) want(directory, reason);
			}
		}
		const status = access.succeeded.size ? files.status(real) : undefined;
		if (status?.kind !== "directory") continue;
		// The application's account owns this directory, so it may write there even if this run did not.
		if ((accounts.has(status.uid) && isStateArea(real)) || isGroupSpool(real, status)) want(real, reason);
		else if (!startsEmpty(real)) entered.set(real, reason);
	}
	// A cache writes to another of its directories next time. A rule decided for its directory alone, and other instances may have
	// their state beside one that is in place.
	for (const [directory, reasons] of input.inPlace ? [] : [...wanted]) {
		if (reasons.some(({ kind }) => kind === "rule")) continue;
		for (const around of ownAround(directory, accounts, files)) want(around, { kind: "own-state" });
	}
	for (const directory of trace.moves) {
		const real = placeOf(directory, files);
		const across = [...wanted].filter(([path]) => path !== real && isWithin(path, real));
		const reason = across[0]?.[1][0];
		if (across.length > 1 && reason && !isSystemDirectory(real) && isStateArea(real)) want(real, reason);
	}
	for (const directory of input.ownState([...wanted.keys()])) {
		if (isStateArea(directory)) want(directory, { kind: "own-state" });
	}
	for (const directory of input.writtenConfiguration) want(directory, { kind: "own-state" });
	// The plan provides nothing below a writable directory. Directories that the application found there are created empty.
	const tops = [...wanted.keys()];
	for (const [path, reason] of entered) if (tops.some((top) => path !== top && isWithin(path, top))) want(path, reason);

	const paths = [...wanted.keys()].filter((path) => !binds.some((bind) => isWithin(path, bind))).sort();
	const inPlace = input.inPlace?.(paths.map((path) => ({ path })));
	const copied = paths.filter((path) => !inPlace?.some((one) => isWithin(path, one)));
	const { leftOut, seeds } = planSeeds(input, copied);
	const emptyFiles = planEmptyFiles(input, copied, seeds);
	const directories = paths.map((path): WritableDirectory => {
		const status = files.status(path);
		const there = status?.kind === "directory" && !becomesOwned(path, rules, identity, files) ? status : undefined;
		const declared = made.get(path);
		const found = (there && !isPublishedAt(path, there) ? there : declared) ?? there ?? { ...identity, mode: 0o755 };
		const { gid, uid } = ownerOf(found, givenAway.get(path));
		const owned = { path, mode: found.mode & 0o1777, uid, gid, reasons: wanted.get(path) ?? [] };
		return { ...owned, seeds: seeds.get(path) ?? [], ...omitUndefined({ emptyFiles: emptyFiles.get(path) }) };
	});
	return { directories, refused: [...refused].sort(), leftOut, ...omitUndefined({ inPlace }) };
}

/** Whether a unit may have created the host's directory for a process number (see `publishScript`): then it is not the service's own. */
function isPublishedAt(path: Path, { gid, mode, uid }: FileStatus): boolean {
	return isEmptiedAtBoot(path) && uid === 0 && gid === 0 && (mode & 0o7777) === 0o755;
}

/** Returns the directories around one, in a place for state, that belong to an account of the application. */
function ownAround(directory: Path, accounts: ReadonlySet<number>, files: Files): Path[] {
	const around = parent(directory);
	const isOwn = isInStateTop(around) && accounts.has(files.status(around)?.uid ?? 0);
	return isOwn ? [around, ...ownAround(around, accounts, files)] : [];
}

interface Owner {
	readonly uid: number;
	readonly gid: number;
}

/**
 * Directories start with the owner that the application gave them in the sandbox, so that it needs no capability for that. -1
 * means "unchanged" (chown(2)).
 */
function ownerOf(found: Owner, given: Owner = { uid: -1, gid: -1 }): Owner {
	return { uid: given.uid < 0 ? found.uid : given.uid, gid: given.gid < 0 ? found.gid : given.gid };
}

/**
 * True for a directory that a rule makes writable and that the account could not write on the host. The account becomes its
 * owner, in the cage and already while tracing.
 */
export function becomesOwned(path: Path, rules: Rules, identity: Identity, files: Files): boolean {
	if (identity.uid === 0 || !rules.writable.some((value) => directoryOf(value, files) === path)) return false;
	const status = files.status(path);
	return !status || (rightsFor(status, identity) & 0o3) !== 0o3;
}

/** Returns the real directory that a rule's value names. For a file: the directory that contains it. */
export function directoryOf(value: string, files: Files): Path {
	const real = placeNamed(value, files);
	const status = files.status(real);
	return status && status.kind !== "directory" ? parent(real) : real;
}

/** Returns the directories that a change affects. */
function placesOfWrite(access: Access, real: Path, serviceDirectories: readonly Path[], input: WritableInput): Path[] {
	const { files, isOwn } = input;
	const { path, succeeded } = access;
	const isThere = (directory: Path) => serviceDirectories.includes(directory) || files.status(directory)?.kind === "directory";
	const above = (name: Path) => {
		const passed = [name];
		for (let directory = parent(name); ; directory = parent(directory)) {
			if (isThere(directory)) return ownBelow(directory, passed, access, isOwn);
			passed.push(directory);
		}
	};
	if (isThere(real)) {
		// Mode, owner or an unnamed file (O_TMPFILE) change the directory itself.
		if (succeeded.has("write")) return [real];
		if (![...succeeded].some((operation) => changingOperations.has(operation))) {
			// The only change is a mkdir(2) that found it. In a system directory, the application writes to its own directory
			// there. `mkdir -p` tries every directory on the way, including those of the program and the system.
			if (isSystemDirectory(real) || isOwn(real)) return [];
			const holder = above(real);
			return isSystemDirectory(holder) || isOwn(holder) ? [real] : [holder];
		}
	}
	// Writing follows a link; creating and removing affect the name itself.
	const isLink = files.status(path)?.kind === "symlink";
	const name = isLink ? join(placeOf(parent(path), files), baseName(path)) : real;
	const changesName = !succeeded.has("write") || succeeded.has("remove") || succeeded.has("listen");
	return [...(succeeded.has("write") ? [above(real)] : []), ...(changesName ? [above(name)] : [])];
}

/**
 * Among many services' state, or beside the application's programs and sources, only the directory that the application itself
 * created becomes writable.
 */
function ownBelow(directory: Path, passed: readonly Path[], { calls }: Access, isOwn: WritableInput["isOwn"]): Path {
	const top = passed.at(-1);
	if (top === undefined || !(isStateParent(directory) || isOwn(directory)) || isTemporaryTop(directory)) return directory;
	return passed.length > 1 || calls.has("mkdir") || calls.has("mkdirat") ? top : directory;
}

/**
 * Whether state may be at this path. Configuration that the account happens to own (/etc/redis) is still not the application's to
 * change.
 */
function isStateArea(path: Path): boolean {
	return areaOf(path) === "files" && !isSystemDirectory(path) && !isWithin(path, etc);
}

/**
 * A state directory that a group may write: the group's programs leave work there for the daemon, which may check the mode
 * (opensmtpd). In the read-only part of the cage, the group could no longer write it.
 */
function isGroupSpool(path: Path, { gid, mode }: FileStatus): boolean {
	return gid > 0 && (mode & 0o020) !== 0 && isWithin(path, pathFromText("/var")) && isStateArea(path);
}

export function tracedReason({ calls, programs }: Access): Reason {
	const [program] = programs;
	return { kind: "traced", calls: [...calls], ...omitUndefined({ program }) };
}

interface SeedInput {
	readonly trace: Trace;
	readonly rules: Rules;
	readonly files: Files;
	/** Whether something must not be copied: excluded, or a secret that nobody allowed. */
	readonly isLeftOut: (path: Path, status: FileStatus) => boolean;
	/** Real paths of what the application's configuration names. */
	readonly named: readonly Path[];
}

interface SeedPlan {
	/** Keys are writable directories. */
	readonly seeds: ReadonlyMap<Path, WritableDirectory["seeds"]>;
	/** State that would have been copied, with the reason. */
	readonly leftOut: ReadonlyMap<Path, Reason>;
}

/**
 * Decides what is copied into the writable directories once: what a rule names, what the application read of its own state, with the
 * links on the way and the files beside it at which it looked, databases that its configuration names, and directories with nothing in
 * them. Everything belongs to the innermost writable directory that contains it.
 */
function planSeeds({ files, isLeftOut, named, rules, trace }: SeedInput, directories: readonly Path[]): SeedPlan {
	const holderOf = holderAmong(directories);
	const leftOut = new Map<Path, Reason>();
	const found = new Map<Path, number>();

	/** Returns the fewest paths that cover everything except what is left out. */
	const partsOf = (path: Path, reason: Reason): { whole: boolean; parts: [Path, number][] } => {
		const status = files.status(path);
		if (!status) return { whole: true, parts: [] };
		if (isLeftOut(path, status)) {
			leftOut.set(path, reason);
			return { whole: false, parts: [] };
		}
		if (status.kind !== "directory") return { whole: true, parts: [[path, status.kind === "file" ? status.size : 0]] };
		const inside = files.list(path).map((name) => partsOf(join(path, name), reason));
		const parts = inside.flatMap((one) => one.parts);
		if (!inside.every((one) => one.whole)) return { whole: false, parts };
		return { whole: true, parts: [[path, parts.reduce((sum, [, bytes]) => sum + bytes, 0)]] };
	};
	const add = (path: Path, reason: Reason) => {
		if (found.has(path) || leftOut.has(path)) return;
		for (const [part, bytes] of partsOf(path, reason).parts) found.set(part, bytes);
	};

	for (const value of rules.seed) {
		const path = placeNamed(value, files);
		if (holderOf(path) !== undefined) add(path, { kind: "rule", rule: "seed", value });
	}
	for (const access of trace.accesses.values()) {
		const { path, succeeded } = access;
		if (!succeeded.size) continue;
		const { end, links } = linkChain(path, files);
		const passed = links.map((link) => link.path);
		if (end !== undefined && (succeeded.has("read") || succeeded.has("execute")) && files.status(end)?.kind === "file")
			passed.push(end);
		for (const one of passed) {
			const holder = holderOf(one);
			if (holder !== undefined && !startsEmpty(holder)) add(one, tracedReason(access));
		}
	}

	// A database reads one file of a set, and only looks whether the others are there.
	const read = new Set([...found.keys()].map(parent));
	for (const access of trace.accesses.values()) {
		if (!isOnlyLooked(access)) continue;
		const { end } = linkChain(access.path, files);
		const status = end === undefined ? undefined : files.status(end);
		if (end === undefined || status?.kind !== "file" || status.size > largeSize || !read.has(parent(end))) continue;
		add(end, tracedReason(access));
	}

	for (const path of named.filter((one) => isDatabase(one, files)).flatMap((one) => [one, ...besideDatabase(one)])) {
		const [holder, status] = [holderOf(path), files.status(path)];
		if (holder === undefined || startsEmpty(holder) || status?.kind !== "file" || status.size > largeSize) continue;
		if (!isLeftOut(path, status)) add(path, { kind: "own-state" });
	}

	const writable = new Set(directories);
	for (const path of directories.filter((one) => !startsEmpty(one)).flatMap((one) => treesWithoutFiles(one, writable, files)))
		add(path, { kind: "own-state" });

	const seeds = new Map<Path, { path: Path; bytes: number }[]>();
	for (const [path, bytes] of [...found].sort(by(([path]) => path))) {
		const holder = holderOf(path);
		if (holder === undefined || ancestors(path).some((above) => found.has(above))) continue;
		append(seeds, holder, { path, bytes });
	}
	return { seeds, leftOut };
}

const databaseHeader = "SQLite format 3\0";

/**
 * Whether a file is a whole database (https://sqlite.org/fileformat.html). No request may have needed it so far. Other files that a
 * configuration names may mean nothing without the rest, such as one that says that the rest was made.
 */
function isDatabase(path: Path, files: Files): boolean {
	return files.status(path)?.kind === "file" && files.read(path, databaseHeader.length)?.toString("latin1") === databaseHeader;
}

/** What a database is not whole without, if it is there (https://sqlite.org/tempfiles.html). */
const besideDatabase = (path: Path) => ["-journal", "-wal"].map((ending) => `${path}${ending}` as Path);

/** A directory with more entries than this below it has content, not a layout. */
const mostInLayout = 1000;

/**
 * Returns the outermost directories below one that contain only directories, none of them writable by itself: a storage server has
 * one for each disk and uses it when the first object arrives. Returns none if there are very many entries.
 */
function treesWithoutFiles(directory: Path, writable: ReadonlySet<Path>, files: Files): Path[] {
	let left = mostInLayout;
	const look = (path: Path): { readonly isEmpty: boolean; readonly trees: Path[] } => {
		const names = files.list(path);
		left -= names.length;
		if (left < 0) return { isEmpty: false, trees: [] };
		const parts = names.map((name) => {
			const inside = join(path, name);
			if (files.status(inside)?.kind !== "directory" || writable.has(inside)) return { isEmpty: false, trees: [] };
			const below = look(inside);
			return below.isEmpty ? { isEmpty: true, trees: [inside] } : below;
		});
		return { isEmpty: parts.every(({ isEmpty }) => isEmpty), trees: parts.flatMap(({ trees }) => trees) };
	};
	const { trees } = look(directory);
	return left < 0 ? [] : trees;
}

/** Returns the innermost of the directories that contains a path. */
function holderAmong(directories: readonly Path[]): (path: Path) => Path | undefined {
	const known = new Set(directories);
	return (path) => [...ancestors(path), path].findLast((directory) => known.has(directory));
}

/**
 * Finds the logs that a package creates for the account of its service. If root writes first, as a supervisor or a start script
 * does, it would create the file as its own, and the service could not write there.
 */
function planEmptyFiles(
	{ files, identity, isLeftOut, trace }: WritableInput,
	directories: readonly Path[],
	seeds: SeedPlan["seeds"],
): ReadonlyMap<Path, Path[]> {
	const found = new Map<Path, Path[]>();
	if (identity.uid !== 0) return found;
	const holderOf = holderAmong(directories);
	const copied = [...seeds.values()].flat().map(({ path }) => path);
	for (const { path, succeeded } of trace.accesses.values()) {
		if (!succeeded.has("write") || succeeded.has("remove")) continue;
		const { end } = linkChain(path, files);
		const status = end === undefined ? undefined : files.status(end);
		if (end === undefined || status?.kind !== "file" || isEmptiedAtBoot(end)) continue;
		if (status.uid === 0 && (status.mode & 0o022) === 0) continue;
		const holder = holderOf(end);
		if (holder === undefined || isLeftOut(end, status) || copied.some((one) => isWithin(end, one))) continue;
		const inHolder = found.get(holder) ?? [];
		if (!inHolder.includes(end)) found.set(holder, [...inHolder, end].sort());
	}
	return found;
}
