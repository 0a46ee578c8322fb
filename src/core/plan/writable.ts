import type { Rules } from "../application/application.ts";
import type { OwnedDirectory } from "../application/created-directory.ts";
import type { FileStatus, Files } from "../machine/facts.ts";
import { ancestors, baseName, isWithin, join, normalise, type Path, parent, pathFromText } from "../path/path.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import {
	areaOf,
	holdsState,
	isByteCode,
	isMountedByLauncher,
	isSystemDirectory,
	isTemporaryTop,
	mustShow,
	startsEmpty,
} from "./areas.ts";
import { linkChain, placeOf } from "./links.ts";
import type { Identity, Reason, WritableDirectory } from "./plan.ts";

interface WritableInput extends SeedInput {
	readonly identity: Identity;
	/** RuntimeDirectory= and its like. */
	readonly directories: readonly OwnedDirectory[];
	/** Whether a directory holds the application's own programs, sources or configuration. */
	readonly isOwn: (directory: Path) => boolean;
	/** Directories that a trial asked for. */
	readonly found: readonly { readonly path: Path; readonly reason: Reason }[];
	/** Real places of the host's directories that are mounted in the cage. */
	readonly binds: readonly Path[];
}

interface WritablePlan {
	readonly directories: WritableDirectory[];
	/** System directories that the application wrote into; they stay read-only. */
	readonly refused: Path[];
	/** State that would have been copied, with the reason. */
	readonly leftOut: SeedPlan["leftOut"];
}

/** What needs a place that can be written. */
export const changes: ReadonlySet<Operation> = new Set(["write", "create", "remove", "listen"]);

/** Whether an access shows the wish to change something: also a mkdir of what is there already, which a new cage will ask for in earnest. */
export function writes(access: Access): boolean {
	return [...access.succeeded].some((operation) => changes.has(operation)) || !!access.failed.get("EEXIST")?.has("create");
}

/** Which directories the application may write, with their owners and with what has to be copied into them once. */
export function planWritable(input: WritableInput): WritablePlan {
	const { binds, files, identity, rules, trace } = input;
	const wanted = new Map<Path, Reason[]>();
	const refused = new Set<Path>();
	const want = (directory: Path, reason: Reason, isRefused = isSystemDirectory(directory) && !startsEmpty(directory)) => {
		if (isMountedByLauncher(directory)) return;
		if (isRefused) {
			refused.add(directory);
			return;
		}
		const reasons = wanted.get(directory) ?? [];
		if (reasons.length < 3) reasons.push(reason);
		wanted.set(directory, reasons);
	};
	const made = new Map(input.directories.map((one) => [placeOf(normalise(pathFromText(one.path)), files), one]));
	const serviceDirectories = [...made.keys()];
	for (const directory of serviceDirectories) want(directory, { kind: "service-directory" });
	for (const rule of ["writable", "seed"] as const) {
		for (const value of rules[rule]) {
			const directory = directoryOf(value, files);
			want(directory, { kind: "rule", rule, value }, mustShow(directory));
		}
	}
	for (const { path, reason } of input.found) {
		const directory = placeOf(path, files);
		want(directory, reason, isSystemDirectory(directory) && !holdsState(directory));
	}

	const accounts = new Set([identity.uid, ...trace.uids].filter((uid) => uid > 0));
	const entered = new Map<Path, Reason>();
	const givenAway = new Map<Path, Owner>();
	for (const access of trace.accesses.values()) {
		const real = placeOf(access.path, files);
		if (access.owner) givenAway.set(real, access.owner);
		const area = areaOf(real);
		if (area !== "files" && area !== "temporary") continue;
		const reason = tracedReason(access);
		if (writes(access) && !isByteCode(real)) {
			for (const directory of placesOfWrite(access, real, serviceDirectories, input)) {
				if (areaOf(directory) === area && !isTemporaryTop(directory)) want(directory, reason);
			}
		}
		const status = access.succeeded.size ? files.status(real) : undefined;
		if (status?.kind !== "directory") continue;
		// A directory that belongs to the application's own account is there to be written, even if this run did not.
		if ((accounts.has(status.uid) && isStateArea(real)) || isGroupSpool(real, status)) want(real, reason);
		else if (!startsEmpty(real)) entered.set(real, reason);
	}
	for (const directory of trace.moves) {
		const real = placeOf(directory, files);
		const across = [...wanted].filter(([path]) => path !== real && isWithin(path, real));
		const reason = across[0]?.[1][0];
		if (across.length > 1 && reason && !isSystemDirectory(real) && isStateArea(real)) want(real, reason);
	}
	// Below a writable directory nothing comes from the plan: what the application found there, it finds again, if empty.
	const tops = [...wanted.keys()];
	for (const [path, reason] of entered) if (tops.some((top) => path !== top && isWithin(path, top))) want(path, reason);

	const paths = [...wanted.keys()].filter((path) => !binds.some((bind) => isWithin(path, bind))).sort();
	const { leftOut, seeds } = planSeeds(input, paths);
	const directories = paths.map((path): WritableDirectory => {
		const status = files.status(path);
		const there = status?.kind === "directory" && !isGiven(path, rules, identity, files) ? status : undefined;
		const found = there ?? made.get(path) ?? { ...identity, mode: 0o755 };
		const { gid, uid } = ownerOf(found, givenAway.get(path));
		return {
			path,
			mode: found.mode & 0o1777,
			uid,
			gid,
			reasons: wanted.get(path) ?? [],
			seeds: seeds.get(path) ?? [],
		};
	});
	return { directories, refused: [...refused].sort(), leftOut };
}

interface Owner {
	readonly uid: number;
	readonly gid: number;
}

/** What the application gave away in its sandbox is given away from the start: it then need not be able to. -1 leaves it as it was (chown(2)). */
function ownerOf(found: Owner, given: Owner = { uid: -1, gid: -1 }): Owner {
	return { uid: given.uid < 0 ? found.uid : given.uid, gid: given.gid < 0 ? found.gid : given.gid };
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

/** The real directory that the value of a rule means: where it names something else, the one that holds it. */
export function directoryOf(value: string, files: Files): Path {
	const real = placeOf(normalise(pathFromText(value)), files);
	const status = files.status(real);
	return status && status.kind !== "directory" ? parent(real) : real;
}

/** The directories in which a change takes place. */
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
		// Mode, owner or an unnamed file (O_TMPFILE): that is the directory itself.
		if (succeeded.has("write")) return [real];
		if (![...succeeded].some((operation) => changes.has(operation))) {
			// Only a mkdir that found it. Where a directory of the system holds it, the application writes into its own.
			// `mkdir -p` asks for every directory on the way, up to those of the program and the system.
			if (isSystemDirectory(real) || isOwn(real)) return [];
			const holder = above(real);
			return isSystemDirectory(holder) || isOwn(holder) ? [real] : [holder];
		}
	}
	// What is written goes where a link leads; what is made or taken away is the name itself.
	const isLink = files.status(path)?.kind === "symlink";
	const name = isLink ? join(placeOf(parent(path), files), baseName(path)) : real;
	const changesName = !succeeded.has("write") || succeeded.has("remove") || succeeded.has("listen");
	return [...(succeeded.has("write") ? [above(real)] : []), ...(changesName ? [above(name)] : [])];
}

/**
 * Below a directory that holds everybody's state, or the programs and sources of the application, what the application makes for itself is its own: those
 * shall not become writable with it.
 */
function ownBelow(directory: Path, passed: readonly Path[], { calls }: Access, isOwn: WritableInput["isOwn"]): Path {
	const top = passed.at(-1);
	if (top === undefined || !(holdsState(directory) || isOwn(directory)) || isTemporaryTop(directory)) return directory;
	return passed.length > 1 || calls.has("mkdir") || calls.has("mkdirat") ? top : directory;
}

/** Where state may live: configuration that happens to belong to the account (/etc/redis) is still not the application's to change. */
function isStateArea(path: Path): boolean {
	return areaOf(path) === "files" && !isSystemDirectory(path) && !isWithin(path, pathFromText("/etc"));
}

/**
 * A directory of state that a group may write: its programs leave work there for the daemon, which may insist on the mode (opensmtpd). As a
 * directory of the read-only cage it would lose the group's right.
 */
function isGroupSpool(path: Path, { gid, mode }: FileStatus): boolean {
	return gid > 0 && (mode & 0o020) !== 0 && isWithin(path, pathFromText("/var")) && isStateArea(path);
}

export function tracedReason({ calls, programs }: Access): Reason {
	const [program] = programs;
	return { kind: "traced", calls: [...calls], ...(program === undefined ? {} : { program }) };
}

interface SeedInput {
	readonly trace: Trace;
	readonly rules: Rules;
	readonly files: Files;
	/** Whether something must not be copied: excluded, or a secret that nobody allowed. */
	readonly isLeftOut: (path: Path, status: FileStatus) => boolean;
}

interface SeedPlan {
	/** By writable directory. */
	readonly seeds: ReadonlyMap<Path, WritableDirectory["seeds"]>;
	/** State that would have been copied, with the reason. */
	readonly leftOut: ReadonlyMap<Path, Reason>;
}

/**
 * What is copied into the writable directories once: what a rule names, and what the application read of its own state, with the
 * links that it went through. Each belongs to the innermost directory that holds it.
 */
function planSeeds({ files, isLeftOut, rules, trace }: SeedInput, directories: readonly Path[]): SeedPlan {
	const writable = new Set(directories);
	const holderOf = (path: Path) => [...ancestors(path), path].findLast((directory) => writable.has(directory));
	const leftOut = new Map<Path, Reason>();
	const found = new Map<Path, number>();

	/** The fewest paths that bring all of it but what is left out. */
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
		const path = placeOf(normalise(pathFromText(value)), files);
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

	const seeds = new Map<Path, { path: Path; bytes: number }[]>();
	for (const [path, bytes] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const holder = holderOf(path);
		if (holder === undefined || ancestors(path).some((above) => found.has(above))) continue;
		const held = seeds.get(holder);
		if (held) held.push({ path, bytes });
		else seeds.set(holder, [{ path, bytes }]);
	}
	return { seeds, leftOut };
}
