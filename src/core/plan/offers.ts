import type { Rules } from "../application/application.ts";
import { documentKinds, type Mention, type Passage } from "../documentation/documentation.ts";
import type { FileStatus, Files } from "../machine/facts.ts";
import { isWithin, join, normalise, type Path, parent, pathFromText, pathToText } from "../path/path.ts";
import { areaOf, isHome, isSystemDirectory, startsEmpty } from "./areas.ts";
import { isForOthers, type PackageContents } from "./coverage.ts";
import { placeOf } from "./links.ts";
import type { Entry, Offer, Plan, WritableDirectory } from "./plan.ts";
import { matchPaths } from "./rules.ts";
import { isLibraryFile, type LibraryTree } from "./trees.ts";

/** Where the loader looks by itself: what lies there is everybody's (ld.so(8)). */
const libraryDirectory = /^(\/usr)?(\/local)?\/lib(64|32|x32)?(\/[^/]+-linux-[^/]+)?(\/glibc-hwcaps\/.*)?$/;

/** Most files that are counted of one offer; beyond, the numbers say "at least". */
const mostCounted = 20_000;

/** What the plan leaves aside and an administrator may want, with its size. Sorted by path. */
export function planOffers(
	entries: readonly Entry[],
	writable: readonly WritableDirectory[],
	libraries: readonly Offer[],
	trees: readonly LibraryTree[],
	files: Files,
): Offer[] {
	return [...plugIns(entries, files), ...modules(trees), ...libraries, ...state(writable, files)].sort((a, b) =>
		a.path < b.path ? -1 : 1,
	);
}

/** Where one module was loaded, configuration may ask for another one tomorrow. */
function plugIns(entries: readonly Entry[], files: Files): Offer[] {
	const known = new Set(entries.map((entry) => entry.path));
	const directories = new Set(
		entries.flatMap(({ kind, path, reasons }) => {
			const isLoaded = kind === "file" && /\.so(\.\d+)*$/.test(path) && reasons.some((reason) => reason.kind === "traced");
			return isLoaded && !libraryDirectory.test(parent(path)) && !isLibraryFile(path) ? [parent(path)] : [];
		}),
	);
	return [...directories].flatMap((path) => {
		const others = files.list(path).flatMap((name) => {
			const status = known.has(join(path, name)) ? undefined : files.status(join(path, name));
			return status?.kind === "file" && /\.so(\.\d+)*$/.test(name) ? [status.size] : [];
		});
		const bytes = others.reduce((sum, size) => sum + size, 0);
		return others.length ? [{ kind: "plug-ins", path, files: others.length, bytes } satisfies Offer] : [];
	});
}

/** Fewer modules than this of one library are not worth a line. */
const fewModules = 10;

/** What a program may load by a name that it computes. */
function modules(trees: readonly LibraryTree[]): Offer[] {
	return trees.flatMap(({ rest, top }) =>
		rest && rest.files >= fewModules ? [{ kind: "interpreter-modules", path: top, ...rest } satisfies Offer] : [],
	);
}

/** State that the host has. What was read of it is seeded; the rest stays behind unless somebody asks for it. */
function state(writable: readonly WritableDirectory[], files: Files): Offer[] {
	const tops = writable.filter(
		({ path }) => !startsEmpty(path) && !writable.some((other) => other.path !== path && isWithin(path, other.path)),
	);
	return tops.flatMap(({ path, seeds }) => {
		const seeded = new Set(seeds.map((seed) => seed.path));
		if (seeded.has(path)) return [];
		const offer = { kind: "state" as const, path, files: 0, bytes: 0 };
		const pending: Path[] = [path];
		for (let directory = pending.pop(); directory !== undefined && offer.files < mostCounted; directory = pending.pop()) {
			for (const name of files.list(directory)) {
				const one = join(directory, name);
				const status = seeded.has(one) ? undefined : files.status(one);
				if (status?.kind === "directory") pending.push(one);
				else if (status?.kind === "file") {
					offer.files++;
					offer.bytes += status.size;
				}
			}
		}
		return offer.files ? [offer] : [];
	});
}

interface Documented {
	/** What the documentation names. */
	readonly mentions: readonly Mention[];
	/** The packages of the application. */
	readonly packages: readonly PackageContents[];
	readonly plan: Plan;
	/** Accounts that it runs as. */
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
	readonly files: Files;
}
/** More files of one directory than that are offered as the directory. */
const mostSingle = 3;
const programs = /^(\/usr(\/local)?)?\/s?bin\//;
/** A library directory holds code, and code is judged by what was loaded. */
const code = /^(\/usr)?(\/local)?\/lib\w*\/|\.so(\.\d+)*$/;
/** Configuration that is there to be enabled by a link elsewhere. */
const available = /\/[\w.-]+-available(\/|$)/;
const usr = pathFromText("/usr");
/** Where services keep what they write. */
const stateAreas = ["/var", "/run", "/srv"].map(pathFromText);

/**
 * What an application's documentation and packages name, what this machine has, and what the plan does not have yet. What is not the application's own, of
 * another distribution, or an example, is not among it: it has to exist, and to lie where the packages of the application have their own.
 */
export function documentedOffers(input: Documented): Offer[] {
	const judge = new Judge(input);
	const mentions = [...input.mentions, ...packageMentions(input.packages, judge)];
	const order = (kind: Passage["kind"]) => documentKinds.indexOf(kind);
	const found = new Map<Path, Offer>();
	for (const mention of mentions.sort((a, b) => order(a.passage.kind) - order(b.passage.kind))) {
		const offer = judge.offer(mention);
		if (offer && !found.has(offer.path)) found.set(offer.path, offer);
	}
	const all = [...found.values()];
	// One that takes another along is enough.
	return all
		.filter(
			(one) =>
				!all.some(
					(other) => other !== one && other.kind === one.kind && other.path !== one.path && isWithin(one.path, other.path),
				),
		)
		.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** More programs than that of one application are not listed one by one. */
const mostPrograms = 30;

/**
 * Programs that the application's own configuration names and that no run started: commands that only some requests need, such as the checks of a
 * monitoring agent. A directory of them is not offered, because only the named ones are known to be meant.
 */
export function configuredPrograms(mentions: readonly Mention[], { entries }: Pick<Plan, "entries">, files: Files): Offer[] {
	const planned = new Set(entries.map(({ path }) => path));
	const found = new Map<Path, Offer>();
	for (const { passage, path } of mentions) {
		const real = placeOf(normalise(path), files);
		const status = files.status(real);
		if (status?.kind !== "file" || !(status.mode & 0o111) || areaOf(real) !== "files") continue;
		if (planned.has(real) || planned.has(path) || found.has(real) || isWithin(real, pathFromText("/etc"))) continue;
		found.set(real, { kind: "documented", path: real, files: 1, bytes: status.size, passage });
	}
	return [...found.values()].slice(0, mostPrograms);
}

/** All offers of a plan; what is offered for another reason already stands once. */
export function withDocumented(offers: readonly Offer[], documented: readonly Offer[]): Offer[] {
	const known = new Set(offers.map(({ path }) => path));
	return [...offers, ...documented.filter(({ path }) => !known.has(path))].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The rules that take up all that the documentation names. A path that is no text cannot stand in a rule. */
export function rulesTaking(offers: readonly Offer[]): Pick<Rules, "include" | "writable"> {
	const of = (kind: Offer["kind"]) => offers.flatMap((offer) => (offer.kind === kind ? (pathToText(offer.path) ?? []) : []));
	return { include: of("documented"), writable: of("documented-writable") };
}

/** What the packages themselves list: configuration, and directories of their state. */
function packageMentions(packages: readonly PackageContents[], judge: Judge): Mention[] {
	const mentions: Mention[] = [];
	for (const { files, ref } of packages) {
		const passage = (text: string): Passage => ({ kind: "package", document: ref.name, text });
		const configuration = new Map<Path, Path[]>();
		for (const path of files) {
			if (judge.isState(path)) mentions.push({ path, writes: true, passage: passage(path) });
			if (!judge.isUnread(path)) continue;
			const top = topOf(path);
			configuration.set(top, [...(configuration.get(top) ?? []), path]);
		}
		for (const [top, paths] of configuration) {
			if (paths.length > mostSingle) mentions.push({ path: top, passage: passage(top) });
			else for (const path of paths) mentions.push({ path, passage: passage(path) });
		}
	}
	return mentions;
}

/** `/etc/NAME` of what lies below it. */
const topOf = (path: Path) => path.split("/").slice(0, 3).join("/") as Path;

/** A directory in which many have something of theirs: `/etc`, `/var/lib`, `/usr/share`. */
function isEverybodys(path: Path): boolean {
	if (isWithin(path, usr)) return path.split("/").length < 4;
	return path.split("/").length < 3 || isSystemDirectory(path);
}

class Judge {
	readonly #input: Documented;
	/** By real path. */
	readonly #planned: ReadonlySet<Path>;
	readonly #covers: readonly Path[];
	readonly #excluded: (path: Path) => string | undefined;
	/** Everything that the packages list. */
	readonly #listed: ReadonlySet<string>;
	/** Directories of configuration of which the application has read something. */
	readonly #read: ReadonlySet<Path>;

	constructor(input: Documented) {
		const { files, packages, plan } = input;
		this.#input = input;
		this.#planned = new Set(plan.entries.map(({ path }) => path));
		this.#covers = [
			...plan.writable.map(({ path }) => path),
			...plan.rules.binds.map(({ path }) => placeOf(normalise(pathFromText(path)), files)),
		];
		this.#excluded = matchPaths(plan.rules.exclude, files);
		this.#listed = new Set(packages.flatMap((one) => one.files));
		this.#read = new Set(
			plan.entries.flatMap(({ kind, path }) => (kind === "file" && path.startsWith("/etc/") ? [topOf(path)] : [])),
		);
	}

	/** Configuration of the application that no run has read. */
	isUnread(path: Path): boolean {
		if (!path.startsWith("/etc/") || isForOthers(path) || available.test(path) || !this.#read.has(topOf(path))) return false;
		return this.#input.files.status(path)?.kind === "file" && !this.#isCovered(path);
	}

	/** A directory of state that the application may write. */
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
		if (isEverybodys(path) || isHome(path)) return undefined;
		if (status.kind !== "file" && status.kind !== "directory") return undefined;
		if (!inChroot && !this.#isOwn(named, path) && !this.#belongs(status)) return undefined;
		if (status.kind === "directory" && (writes || (this.isState(path) && !path.startsWith("/etc/")))) {
			return writes && !path.startsWith("/etc/") && !this.#mayWrite(status) && passage.kind !== "unit"
				? undefined
				: { kind: "documented-writable", path, ...this.#count(path), passage };
		}
		if (isForOthers(path) || available.test(path) || programs.test(path) || code.test(path) || startsEmpty(path))
			return undefined;
		const counted = status.kind === "file" ? { files: 1, bytes: status.size } : this.#count(path);
		return counted.files ? { kind: "documented", path, ...counted, passage } : undefined;
	}

	/** In the plan, mounted there, or left out on purpose. */
	#isCovered(path: Path): boolean {
		const { files } = this.#input;
		const real = placeOf(path, files);
		const isPlanned = this.#planned.has(real) && files.status(real)?.kind !== "directory";
		return isPlanned || this.#excluded(real) !== undefined || this.#covers.some((cover) => isWithin(real, cover));
	}

	/** Listed by the packages, or in a directory that they list and that is not everybody's. */
	#isOwn(...names: readonly Path[]): boolean {
		return names.some((name) => {
			for (let path = name; !isEverybodys(path); path = parent(path)) {
				if (this.#listed.has(path)) return !path.startsWith("/etc/") || this.#read.has(topOf(path));
			}
			return false;
		});
	}

	/** Made at installation for its account, or for everybody's files, so that no package of its own lists it. */
	#belongs({ gid, kind, mode, uid }: FileStatus): boolean {
		return kind === "directory" && (this.#input.uids.has(uid) || this.#input.gids.has(gid) || !!(mode & 0o002));
	}

	/** Its account, its group, or everybody may make files there. */
	#mayWrite({ gid, mode, uid }: FileStatus): boolean {
		const { gids, uids } = this.#input;
		return (uids.has(uid) && !!(mode & 0o200)) || (gids.has(gid) && !!(mode & 0o020)) || !!(mode & 0o002);
	}

	/** Files below a directory that the plan does not have. */
	#count(top: Path): { files: number; bytes: number } {
		const { files } = this.#input;
		const sum = { files: 0, bytes: 0 };
		const pending: Path[] = [top];
		for (let directory = pending.pop(); directory !== undefined && sum.files < mostCounted; directory = pending.pop()) {
			for (const name of files.list(directory)) {
				const path = join(directory, name);
				const status = files.status(path);
				if (status?.kind === "directory") pending.push(path);
				else if (status?.kind === "file" && !this.#isCovered(path)) {
					sum.files++;
					sum.bytes += status.size;
				}
			}
		}
		return sum;
	}
}
