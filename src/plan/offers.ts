import { append, by } from "../base/collections.ts";
import { countFiles, type FileStatus, type Files, type PackageContents } from "../base/machine/facts.ts";
import { etc, isWithin, join, normalise, outermost, type Path, parent, pathFromText, pathToText } from "../base/path/path.ts";
import type { Rules } from "../service/application.ts";
import { documentKinds, type Mention, type Passage } from "../service/documentation.ts";
import {
	areaOf,
	isCommand,
	isHome,
	isLibraryDirectory,
	isOutsideApplication,
	isSharedObject,
	isSystemDirectory,
	startsEmpty,
} from "./areas.ts";
import { HostAccess } from "./host-access.ts";
import { placeNamed, placeOf } from "./links.ts";
import type { Entry, Offer, Plan, WritableDirectory } from "./plan.ts";
import { matchPaths } from "./rules.ts";
import { isLibraryFile, type LibraryTree } from "./trees.ts";

/** Maximum number of files that are counted per offer. Beyond that, the numbers mean "at least". */
const maxCounted = 20_000;

interface OfferInput {
	readonly entries: readonly Entry[];
	readonly writable: readonly WritableDirectory[];
	readonly libraries: readonly Offer[];
	readonly trees: readonly LibraryTree[];
}

/** Returns what the plan leaves out and an administrator may want, with its size, sorted by path. */
export function planOffers({ entries, libraries, trees, writable }: OfferInput, files: Files): Offer[] {
	return [...plugIns(entries, files), ...modules(trees), ...libraries, ...state(writable, files)].sort(by(({ path }) => path));
}

/** If one module was loaded, the configuration may ask for another later. */
function plugIns(entries: readonly Entry[], files: Files): Offer[] {
	const known = new Set(entries.map((entry) => entry.path));
	const directories = new Set(
		entries.flatMap(({ kind, path, reasons }) => {
			const isLoaded = kind === "file" && isSharedObject(path) && reasons.some((reason) => reason.kind === "traced");
			return isLoaded && !isLibraryDirectory(parent(path)) && !isLibraryFile(path) ? [parent(path)] : [];
		}),
	);
	return [...directories].flatMap((path) => {
		const others = files.list(path).flatMap((name) => {
			const status = known.has(join(path, name)) ? undefined : files.status(join(path, name));
			return status?.kind === "file" && isSharedObject(name) ? [status.size] : [];
		});
		const bytes = others.reduce((sum, size) => sum + size, 0);
		return others.length ? [{ kind: "plug-ins", path, files: others.length, bytes } satisfies Offer] : [];
	});
}

/** A library with fewer unnamed modules is not worth a line. */
const fewModules = 10;

/** Modules that a program may load by a computed name. */
function modules(trees: readonly LibraryTree[]): Offer[] {
	return trees.flatMap(({ rest, top }) =>
		rest && rest.files >= fewModules ? [{ kind: "interpreter-modules", path: top, ...rest } satisfies Offer] : [],
	);
}

/** The host's state. Only what was read is seeded; the rest stays behind unless the administrator asks for it. */
function state(writable: readonly WritableDirectory[], files: Files): Offer[] {
	const tops = outermost(writable.map(({ path }) => path)).filter((path) => !startsEmpty(path));
	return tops.flatMap((path) => {
		const seeded = new Set(writable.filter((one) => one.path === path).flatMap(({ seeds }) => seeds.map((seed) => seed.path)));
		if (seeded.has(path)) return [];
		const size = countFiles(path, files, maxCounted, (one) => seeded.has(one));
		return size.files ? [{ kind: "state" as const, path, ...size }] : [];
	});
}

interface DocumentedFiles {
	/** What the documentation names. */
	readonly mentions: readonly Mention[];
	/** The application's packages. */
	readonly packages: readonly PackageContents[];
	readonly plan: Plan;
	/** Accounts that it runs as. */
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
	readonly files: Files;
}
/** If a directory has more unread files than this, the directory is offered instead. */
const maxSingle = 3;
/** Code is judged by what was loaded. */
const code = /^(\/usr)?(\/local)?\/lib\w*\/|\.so(\.\d+)*$/;
/** Configuration that a link elsewhere enables. */
const available = /\/[\w.-]+-available(\/|$)/;
const usr = pathFromText("/usr");
/** Directories in which services keep what they write. */
const stateAreas = ["/var", "/run", "/srv"].map(pathFromText);

/**
 * Returns what the application's documentation and packages name, what this machine has, and what is not in the plan. Mentions of
 * other software, other distributions and examples do not count: a path has to exist, and to be where the application's packages
 * have their files.
 */
export function documentedOffers(input: DocumentedFiles): Offer[] {
	const judge = new Judge(input);
	const mentions = [...input.mentions, ...packageMentions(input.packages, judge)];
	const order = (kind: Passage["kind"]) => documentKinds.indexOf(kind);
	const found = new Map<Path, Offer>();
	for (const mention of mentions.sort((a, b) => order(a.passage.kind) - order(b.passage.kind))) {
		const offer = judge.offer(mention);
		if (offer && !found.has(offer.path)) found.set(offer.path, offer);
	}
	const all = [...found.values()];
	// An offer that contains another replaces it.
	return all
		.filter(
			(one) =>
				!all.some(
					(other) => other !== one && other.kind === one.kind && other.path !== one.path && isWithin(one.path, other.path),
				),
		)
		.sort(by(({ path }) => path));
}

/** Maximum number of programs that are offered per application. */
const maxPrograms = 30;

/**
 * Returns programs that the application's configuration names and that no run started: commands that only some requests need,
 * such as a monitoring agent's checks. Their directory is not offered, because only the named ones are known to be needed.
 */
export function configuredPrograms(mentions: readonly Mention[], { entries }: Pick<Plan, "entries">, files: Files): Offer[] {
	const planned = new Set(entries.map(({ path }) => path));
	const found = new Map<Path, Offer>();
	for (const { passage, path } of mentions) {
		const real = placeOf(normalise(path), files);
		const status = files.status(real);
		if (status?.kind !== "file" || !(status.mode & 0o111) || areaOf(real) !== "files") continue;
		if (planned.has(real) || planned.has(path) || found.has(real) || isWithin(real, etc)) continue;
		found.set(real, { kind: "documented", path: real, files: 1, bytes: status.size, passage });
	}
	return [...found.values()].slice(0, maxPrograms);
}

/** Adds documented offers to a plan's, without those that are offered for another reason. */
export function withDocumented(offers: readonly Offer[], documented: readonly Offer[]): Offer[] {
	const known = new Set(offers.map(({ path }) => path));
	return [...offers, ...documented.filter(({ path }) => !known.has(path))].sort(by(({ path }) => path));
}

/** Returns the rules that accept everything that the documentation names, except paths that are not UTF-8. */
export function rulesAccepting(offers: readonly Offer[]): Pick<Rules, "include" | "writable"> {
	const of = (kind: Offer["kind"]) => offers.flatMap((offer) => (offer.kind === kind ? (pathToText(offer.path) ?? []) : []));
	return { include: of("documented"), writable: of("documented-writable") };
}

/** Returns the configuration and state directories that the packages list. */
function packageMentions(packages: readonly PackageContents[], judge: Judge): Mention[] {
	const mentions: Mention[] = [];
	for (const { files, ref } of packages) {
		const passage = (text: string): Passage => ({ kind: "package", document: ref.name, text });
		const configuration = new Map<Path, Path[]>();
		for (const path of files) {
			if (judge.isState(path)) mentions.push({ path, writes: true, passage: passage(path) });
			if (!judge.isUnread(path)) continue;
			append(configuration, topOf(path), path);
		}
		for (const [top, paths] of configuration) {
			if (paths.length > maxSingle) mentions.push({ path: top, passage: passage(top) });
			else for (const path of paths) mentions.push({ path, passage: passage(path) });
		}
	}
	return mentions;
}

const topOf = (path: Path) => path.split("/").slice(0, 3).join("/") as Path;

/** Whether many services have files in this directory: `/etc`, `/var/lib`, `/usr/share`. */
function isCommonDirectory(path: Path): boolean {
	if (isWithin(path, usr)) return path.split("/").length < 4;
	return path.split("/").length < 3 || isSystemDirectory(path);
}

class Judge {
	readonly #input: DocumentedFiles;
	readonly #hostAccess: Pick<HostAccess, "executedAt">;
	/** Keys are real paths. */
	readonly #planned: ReadonlySet<Path>;
	readonly #covers: readonly Path[];
	readonly #excluded: (path: Path) => string | undefined;
	/** All paths that the packages list. */
	readonly #listed: ReadonlySet<string>;
	/** Configuration directories from which the application has read something. */
	readonly #read: ReadonlySet<Path>;

	constructor(input: DocumentedFiles) {
		const { files, packages, plan } = input;
		this.#input = input;
		this.#hostAccess = new HostAccess({ files, users: [], identity: plan.identity });
		this.#planned = new Set(plan.entries.map(({ path }) => path));
		this.#covers = [...plan.writable.map(({ path }) => path), ...plan.rules.binds.map(({ path }) => placeNamed(path, files))];
		this.#excluded = matchPaths(plan.rules.exclude, files);
		this.#listed = new Set(packages.flatMap((one) => one.files));
		this.#read = new Set(
			plan.entries.flatMap(({ kind, path }) => (kind === "file" && path.startsWith("/etc/") ? [topOf(path)] : [])),
		);
	}

	/** Whether this is the application's configuration that no run has read. */
	isUnread(path: Path): boolean {
		if (!path.startsWith("/etc/") || isOutsideApplication(path) || available.test(path) || !this.#read.has(topOf(path)))
			return false;
		return this.#input.files.status(path)?.kind === "file" && !this.#isCovered(path);
	}

	/** Whether this is a state directory that the application may write. */
	isState(path: Path): boolean {
		if (!stateAreas.some((area) => isWithin(path, area)) || isSystemDirectory(path)) return false;
		const status = this.#input.files.status(path);
		return status?.kind === "directory" && this.#mayWrite(status);
	}

	offer({ inChroot = false, passage, path: named, writes = false }: Mention): Offer | undefined {
		const { files } = this.#input;
		const path = files.resolve(normalise(named));
		const status = path === undefined ? undefined : files.status(path);
		if (path === undefined || status === undefined || this.#isCovered(path) || areaOf(path) !== "files") return undefined;
		if (isCommonDirectory(path) || isHome(path)) return undefined;
		if (status.kind !== "file" && status.kind !== "directory") return undefined;
		if (!inChroot && !this.#isOwn(named, path) && !this.#belongs(status)) return undefined;
		// Configuration is not the application's to change, even if the account owns it.
		if (status.kind === "directory" && !path.startsWith("/etc/") && (writes || this.isState(path))) {
			const mayChange = this.#mayWrite(status) && !this.#hostAccess.executedAt(path);
			return mayChange ? { kind: "documented-writable", path, ...this.#count(path), passage } : undefined;
		}
		if (isOutsideApplication(path) || available.test(path) || isCommand(path) || code.test(path) || startsEmpty(path))
			return undefined;
		const counted = status.kind === "file" ? { files: 1, bytes: status.size } : this.#count(path);
		return counted.files ? { kind: "documented", path, ...counted, passage } : undefined;
	}

	/** Whether the path is in the plan, covered by a mount, or left out on purpose. */
	#isCovered(path: Path): boolean {
		const { files } = this.#input;
		const real = placeOf(path, files);
		const isPlanned = this.#planned.has(real) && files.status(real)?.kind !== "directory";
		return isPlanned || this.#excluded(real) !== undefined || this.#covers.some((cover) => isWithin(real, cover));
	}

	/** Whether the packages list a name, or a directory above it that is not shared by many services. */
	#isOwn(...names: readonly Path[]): boolean {
		return names.some((name) => {
			for (let path = name; !isCommonDirectory(path); path = parent(path)) {
				if (this.#listed.has(path)) return !path.startsWith("/etc/") || this.#read.has(topOf(path));
			}
			return false;
		});
	}

	/**
	 * Whether a directory was created at installation for the application's account or for everybody, so that no package lists
	 * it.
	 */
	#belongs({ gid, kind, mode, uid }: FileStatus): boolean {
		return kind === "directory" && (this.#input.uids.has(uid) || this.#input.gids.has(gid) || !!(mode & 0o002));
	}

	/** Whether the application's account or group, or everybody, may create files there. */
	#mayWrite({ gid, mode, uid }: FileStatus): boolean {
		const { gids, uids } = this.#input;
		return (uids.has(uid) && !!(mode & 0o200)) || (gids.has(gid) && !!(mode & 0o020)) || !!(mode & 0o002);
	}

	/** Counts files below a directory that the plan does not have. */
	#count(top: Path): { files: number; bytes: number } {
		const { files } = this.#input;
		return countFiles(top, files, maxCounted, (path) => files.status(path)?.kind === "file" && this.#isCovered(path));
	}
}
