import { Failure, type FailureCode, type Note } from "../base/failure.ts";
import {
	type FileStatus,
	type Files,
	type Identity,
	rememberFiles,
	rightsFor,
	type User,
	walkBelow,
} from "../base/machine/facts.ts";
import { mountOf, type Names, otherNames } from "../base/machine/mountinfo.ts";
import { ancestors, baseName, isWithin, join, normalise, type Path, pathFromText, pathToText, root } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Application, Bind, Rules } from "../service/application.ts";
import { wordNaming } from "./accounts.ts";
import { isMountedByLauncher, isSystemDirectory, mayBeBound, neverBoundDirectories, startsEmpty } from "./areas.ts";
import { placeNamed, placeOf } from "./links.ts";
import { socketsIn, socketWord } from "./permission-words.ts";
import { controlsMachine, executedPlaces, othersPlaces, type TrustedPlace } from "./trusted-places.ts";

/** Whose rights count on this machine. */
export interface HostFacts {
	readonly files: Files;
	readonly users: readonly User[];
	/** The account that the application starts as. */
	readonly identity: Pick<Identity, "uid" | "gid" | "groups">;
	/** Real path of the state folder. */
	readonly stateFolder?: Path;
	/** Further accounts that the application changes to. */
	readonly uids?: Iterable<number>;
	/** The application's directories and programs, as paths that it may need (for proposals only). */
	readonly own?: readonly Path[];
}

/** The administrator's consents: directories of `--allow-write`, and `socket:PATH` of `--allow`. */
type Consents = Pick<Rules, "allow" | "allowWrite">;
export const noConsents: Consents = { allow: [], allowWrite: [] };

/** Why a cage must not have a host directory. */
export const accessCodes = [
	"bind-executed",
	"bind-contains-executed",
	"bind-others",
	"bind-contains-others",
	"bind-other-account",
	"bind-control-socket",
] as const;
type AccessCode = (typeof accessCodes)[number];

/** Problems that `--allow-write` solves. */
export const aboutOthers: ReadonlySet<string> = new Set<AccessCode>([
	"bind-others",
	"bind-contains-others",
	"bind-other-account",
]);

export interface AccessProblem extends Note<AccessCode> {
	readonly path: Path;
}

interface Place {
	readonly path: Path;
	readonly source: string;
	readonly executed: boolean;
	readonly exists: boolean;
}

/** Entries of a bound directory that are searched for sockets; a directory of content may have millions. */
const maxSearched = 5000;

/** File systems that show the kernel, at whatever mount point (filesystems(5)). */
const kernelTypes = new Set(
	(
		"proc sysfs cgroup cgroup2 devtmpfs devpts securityfs debugfs tracefs configfs efivarfs binfmt_misc bpf pstore selinuxfs " +
		"fusectl resctrl"
	).split(" "),
);

/**
 * Decides which host directories a cage may have, for every source of a plan. A directory is judged by its real place and by its
 * place in its file system, so that links and other mount points change nothing.
 */
export class HostAccess {
	readonly #facts: HostFacts;
	#places: readonly Place[] | undefined;
	readonly #found = new Map<Path, Place | undefined>();
	readonly #lists = new Map<Path, readonly Path[]>();

	constructor(facts: HostFacts) {
		this.#facts = { ...facts, files: rememberFiles(facts.files) };
	}

	/**
	 * Judges a bind of a real path. Returns whether it needs a consent, which the administrator gave. Throws `bind-refused`,
	 * `bind-state` and the codes of `problemOfBind` (exit 4).
	 */
	requireBind(bind: Bind, consents: Consents): boolean {
		const problem = this.#refusal(bind, consents);
		if (problem) throw new Failure(problem.code, problem.values, 4);
		return this.problemOfBind(bind, noConsents) !== undefined;
	}

	/** Whether the application may have a directory of its state where the host has it (a real path), without a further consent. */
	isOwnDirectory(path: Path, consents: Consents): boolean {
		const text = pathToText(path);
		if (text === undefined || isSystemDirectory(path)) return false;
		return this.#refusal({ path: text, access: "rw" }, consents) === undefined;
	}

	#refusal(bind: Bind, consents: Consents): Note<FailureCode> | undefined {
		const path = pathFromText(bind.path);
		const { stateFolder: state } = this.#facts;
		if (this.#showsSystem(path)) return { code: "bind-refused", values: { path: showPath(path) } };
		const names = this.#namesOf(path);
		if (state !== undefined && (isBelow(names, state) || contains(names, state))) {
			return { code: "bind-state", values: { path: showPath(path), state: showPath(state) } };
		}
		return this.problemOfBind(bind, consents);
	}

	/** Throws `writable-executed` (exit 4): data in such a place is executed once it is given back to the host. */
	requireWritable(option: "writable" | "seed", path: Path): void {
		const place = this.executedAt(path);
		if (!place) return;
		throw new Failure(
			"writable-executed",
			{ option, path: showPath(path), trusted: showPath(place.path), source: place.source },
			4,
		);
	}

	/** What a cage with this bind could do to the host, beyond what the administrator allowed. */
	problemOfBind({ access, path: text }: Bind, consents: Consents): AccessProblem | undefined {
		const path = pathFromText(text);
		const isAllowed = this.#isAllowed(path, consents.allowWrite);
		const socket = isAllowed ? undefined : this.#controlSocketIn(path, consents.allow);
		if (socket !== undefined) {
			const option = `--allow ${socketWord(socket) ?? "socket:PATH"}`;
			return { code: "bind-control-socket", path, values: { path: showPath(path), socket: showPath(socket), option } };
		}
		if (access === "ro") return undefined;
		const place = this.#placeAt(path);
		if (place?.executed) return this.#problem(path, place, { at: "bind-executed", around: "bind-contains-executed" });
		if (isAllowed || this.#isOwn(path)) return undefined;
		const option = `--allow-write ${showPath(path)}`;
		if (place) return this.#problem(path, place, { at: "bind-others", around: "bind-contains-others" }, option);
		const account = this.#otherOwner(path);
		return account === undefined
			? undefined
			: { code: "bind-other-account", path, values: { path: showPath(path), account, option } };
	}

	/** The place from which the host would execute what the application writes to this directory of its data. */
	executedAt(path: Path): { readonly path: Path; readonly source: string } | undefined {
		if (isMountedByLauncher(path)) return undefined;
		const place = this.#placeAt(path);
		return place?.executed && isBelow(this.#namesOf(path), place.path) ? place : undefined;
	}

	/** Whether a directory contains a place that the host executes, or is in one: it can be neither moved nor replaced. */
	isExecuted(path: Path): boolean {
		return this.#placeAt(path)?.executed ?? false;
	}

	/** Whether a directory is a place of persons or other services, or belongs to another account. */
	belongsToOthers(path: Path): boolean {
		const text = pathToText(path);
		const problem = text === undefined ? undefined : this.problemOfBind({ path: text, access: "rw" }, noConsents);
		return problem !== undefined && aboutOthers.has(problem.code);
	}

	#problem(
		path: Path,
		place: Place,
		{ around, at }: { readonly at: AccessCode; readonly around: AccessCode },
		option = "",
	): AccessProblem {
		const isAt = isBelow(this.#namesOf(path), place.path);
		const narrower = isAt ? undefined : this.#narrower(path);
		const values = { path: showPath(path), trusted: showPath(place.path), source: place.source, option };
		return {
			code: isAt ? at : around,
			path,
			values: { ...values, narrower: narrower === undefined ? "" : showPath(narrower) },
		};
	}

	/** The place that tells most: an executed one, one that contains the path, the innermost, an existing one, the highest. */
	#placeAt(path: Path): Place | undefined {
		if (!this.#found.has(path)) this.#found.set(path, this.#find(path));
		return this.#found.get(path);
	}

	#find(path: Path): Place | undefined {
		const names = this.#namesOf(path);
		const rank = (place: Place) => {
			const isIn = isBelow(names, place.path);
			return [place.executed, isIn, isIn ? place.path.length : place.exists, -ancestors(place.path).length].map(Number);
		};
		const met = [...this.#all(), ...this.#named(path)].filter(
			(place) => isBelow(names, place.path) || contains(names, place.path),
		);
		return met.reduce<Place | undefined>((best, place) => (best && !isHigher(rank(place), rank(best)) ? best : place), undefined);
	}

	#all(): readonly Place[] {
		this.#places ??= [
			...executedPlaces.flatMap((place) => this.#expand(place, true)),
			...othersPlaces.flatMap((place) => this.#expand(place, false)),
			...this.#homes().map((home) => this.#place(home, "passwd(5)", false)),
		];
		return this.#places;
	}

	/** Homes of the accounts that log in. */
	#homes(): Path[] {
		return this.#facts.users.flatMap(({ home, shell, uid }) => {
			const path = placeNamed(home, this.#facts.files);
			const isUsed = uid > 0 && !/\/(nologin|false|sync|halt|shutdown)$/.test(shell) && home.startsWith("/");
			return isUsed && !isSystemDirectory(path) && !startsEmpty(path) ? [path] : [];
		});
	}

	#expand({ paths, source }: TrustedPlace, executed: boolean): Place[] {
		return paths.split(" ").flatMap((text) => this.#matching(text).map((path) => this.#place(path, source, executed)));
	}

	/** Places whose pattern a path matches, although they may not exist yet. */
	#named(path: Path): Place[] {
		const inTable = (places: readonly TrustedPlace[], executed: boolean) =>
			places.flatMap(({ paths, source }) =>
				paths.split(" ").flatMap((text) => {
					const named = text.includes("*") ? patternOf(text).exec(path)?.[1] : undefined;
					return named === undefined ? [] : [this.#place(named as Path, source, executed)];
				}),
			);
		return [...inTable(executedPlaces, true), ...inTable(othersPlaces, false)];
	}

	#place(named: Path, source: string, executed: boolean): Place {
		const { files } = this.#facts;
		const path = placeOf(named, files);
		return {
			path,
			source,
			executed,
			/** Asked only of places that contain the path in question. */
			get exists() {
				return files.status(path) !== undefined;
			},
		};
	}

	/** Paths without `*` need not exist: the application could create them. */
	#matching(pattern: string): Path[] {
		const { files } = this.#facts;
		return pattern
			.split("/")
			.slice(1)
			.reduce<Path[]>(
				(tops, part) => {
					if (!part.includes("*")) return tops.map((top) => join(top, part));
					const named = patternOf(part);
					return tops.flatMap((top) =>
						this.#namesIn(top)
							.filter((name) => named.test(name))
							.map((name) => join(top, name)),
					);
				},
				[root],
			)
			.filter((path) => !pattern.includes("*") || files.status(placeOf(path, files)) !== undefined);
	}

	/** Many patterns are about the same few directories. */
	#namesIn(directory: Path): readonly Path[] {
		const { files } = this.#facts;
		const known = this.#lists.get(directory) ?? files.list(placeOf(directory, files));
		this.#lists.set(directory, known);
		return known;
	}

	#namesOf(path: Path): Names {
		return otherNames(path, this.#facts.files.mounts());
	}

	/** Whether a directory is a system directory, or shows the kernel, under any mount point. */
	#showsSystem(path: Path): boolean {
		const { files } = this.#facts;
		const names = this.#namesOf(path);
		const system = neverBoundDirectories.filter((directory) => placeOf(directory, files) === directory);
		return (
			!mayBeBound(path) ||
			kernelTypes.has(mountOf(path, files.mounts())?.type ?? "") ||
			system.some((directory) => contains(names, directory))
		);
	}

	#isAllowed(path: Path, allowed: readonly string[]): boolean {
		return allowed.some((text) => placeNamed(text, this.#facts.files) === path);
	}

	/** Whether the account that the application starts as owns a directory, so that it can change it without a cage, too. */
	#isOwn(path: Path): boolean {
		const { files, identity } = this.#facts;
		return identity.uid > 0 && files.status(path)?.uid === identity.uid;
	}

	/** The account that owns a directory in which the application could write although it never runs as this account. */
	#otherOwner(path: Path): string | undefined {
		const { files, identity, uids = [], users } = this.#facts;
		const status = files.status(path);
		const own = new Set([0, identity.uid, ...uids]);
		if (!status || own.has(status.uid) || !this.#mayUse(status)) return undefined;
		return users.find(({ uid }) => uid === status.uid)?.name ?? String(status.uid);
	}

	/** Whether the application may write to a file or connect to a socket. A start as root can become every account. */
	#mayUse(status: FileStatus): boolean {
		const { identity } = this.#facts;
		return identity.uid === 0 || (rightsFor(status, identity) & 0o2) !== 0;
	}

	#controlSocketIn(directory: Path, allow: readonly string[]): Path | undefined {
		const { files, identity } = this.#facts;
		const allowed = new Set(socketsIn(allow).map((text) => placeNamed(text, files)));
		const { same } = this.#namesOf(directory);
		let searched = 0;
		const own = files.status(directory);
		const found =
			own?.kind === "socket" ? [{ path: directory, status: own }] : walkBelow(directory, files, () => searched++ >= maxSearched);
		for (const { path, status } of found) {
			if (status.kind !== "socket" || allowed.has(path) || !this.#mayUse(status)) continue;
			const names = same.map((one) => one + path.slice(directory.length));
			if (names.some((name) => controlsMachine(name, identity.uid))) return path;
		}
		return undefined;
	}

	/** A directory below a refused one that belongs to the application. */
	#narrower(top: Path): Path | undefined {
		const { files, identity, own = [] } = this.#facts;
		const isFree = (path: Path) => {
			const place = this.#placeAt(path);
			return files.status(path)?.kind === "directory" && (!place || (!place.executed && this.#isOwn(path)));
		};
		const named = own.filter((path) => path !== top && isWithin(path, top));
		const below = files.list(top).map((name) => join(top, name));
		const owned = [...below, ...below.flatMap((path) => (isMountedByLauncher(path) ? [] : children(path, files)))].filter(
			(path) => {
				const isNamed = own.some((one) => baseName(one).startsWith(baseName(path)) && baseName(path).length > 2);
				return isNamed || (identity.uid > 0 && files.status(path)?.uid === identity.uid);
			},
		);
		return [...named, ...owned].find(isFree);
	}
}

/** Returns the accounts that words of `--account` name. */
export function uidsNamed(words: readonly string[], users: readonly User[]): number[] {
	return users.filter(({ name }) => wordNaming(words, "user", name) !== undefined).map(({ uid }) => uid);
}

/** Returns the places that an application names itself, to propose one of them instead of a directory that is refused. */
export function ownPlaces({ command, directories }: Pick<Application, "command" | "directories">): Path[] {
	const created = directories.map((text) => text.split(":")[0] ?? "");
	const named = command.flatMap((word) => /(?:^|=)(\/.*)$/s.exec(word)?.[1] ?? []);
	return [...created, ...named].map((text) => normalise(pathFromText(text)));
}

function children(path: Path, files: Files): Path[] {
	return files.status(path)?.kind === "directory" ? files.list(path).map((name) => join(path, name)) : [];
}

/** Whether a directory is at or below a place. */
function isBelow({ same }: Names, place: Path): boolean {
	return same.some((path) => isWithin(path, place));
}

/** Whether a directory contains a place. */
function contains({ inside, same }: Names, place: Path): boolean {
	return [...same, ...inside].some((path) => isWithin(place, path));
}

/** Compares lists of numbers; the first difference decides. */
function isHigher(a: readonly number[], b: readonly number[]): boolean {
	const at = a.findIndex((value, index) => value !== b[index]);
	return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

/** Matches a pattern's place, and everything below. The first group is the place. */
function patternOf(pattern: string): RegExp {
	return new RegExp(`^(${pattern.split("*").map(escapeRegExp).join("[^/]*")})(?:/|$)`, "s");
}

function escapeRegExp(text: string): string {
	return text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
}
