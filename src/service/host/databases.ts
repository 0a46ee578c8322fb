import { omitUndefined } from "../../base/collections.ts";
import { findTool, startTool } from "../../base/host/tools.ts";
import type { Files, PackageContents, PackageRef } from "../../base/machine/facts.ts";
import { join, type Path, pathFromBytes } from "../../base/path/path.ts";
import type { Claims } from "./claims.ts";

interface PackageFiles {
	readonly ref: PackageRef;
	/** Absolute. */
	readonly files: readonly string[];
	/** The source package's name if it differs. */
	readonly origin?: string;
}

/**
 * Parses Alpine's /lib/apk/db/installed: one letter, a colon and a value a line, an empty line after each package. P is the name,
 * V the version, F a directory (relative to the root), R a file in it, o the source package.
 */
export function parseApkInstalled(text: string): PackageFiles[] {
	const packages: PackageFiles[] = [];
	for (const stanza of text.split(/\n{2,}/)) {
		let name = "";
		let version = "";
		let origin = "";
		let directory = "";
		const files: string[] = [];
		for (const line of stanza.split("\n")) {
			const value = line.slice(2);
			if (line.startsWith("P:")) name = value;
			else if (line.startsWith("V:")) version = value;
			else if (line.startsWith("o:")) origin = value;
			else if (line.startsWith("F:")) {
				directory = value === "" ? "" : `/${value}`;
				if (directory !== "") files.push(directory);
			} else if (line.startsWith("R:")) files.push(`${directory}/${value}`);
		}
		if (name !== "") packages.push({ ref: { name, version }, files, ...(origin === "" || origin === name ? {} : { origin }) });
	}
	return packages;
}

/** Parses /var/lib/pacman/local/NAME-VERSION/desc: `%NAME%` and `%VERSION%`, each followed by its value on the next line. */
export function parsePacmanDesc(text: string): PackageRef | undefined {
	const name = section(text, "NAME")[0];
	const version = section(text, "VERSION")[0];
	return name === undefined || version === undefined ? undefined : { name, version };
}

/** The source package (`%BASE%`). Undefined in files of old versions. */
export function parsePacmanBase(text: string): string | undefined {
	return section(text, "BASE")[0];
}

/** Parses the `files` file: relative paths below `%FILES%`, directories with a trailing slash. Returns absolute paths without it. */
export function parsePacmanFiles(text: string): string[] {
	return section(text, "FILES").map((line) => `/${line.replace(/\/$/, "")}`);
}

/** The lines below a heading up to the empty line. */
function section(text: string, heading: string): string[] {
	const lines = text.split("\n");
	const start = lines.indexOf(`%${heading}%`) + 1;
	if (start === 0) return [];
	const end = lines.indexOf("", start);
	return lines.slice(start, end < 0 ? undefined : end);
}

/**
 * Lists every file of every package. `rpm -qf` with paths is ambiguous: a file that two packages share yields two lines without
 * its path. EVR includes the epoch if there is one; `=` repeats a value for each file.
 */
const rpmArguments: readonly string[] = ["-qa", "--queryformat", "[%{=NAME}\\t%{=EVR}\\t%{FILENAMES}\\n]"];

/** Lists every package with its source package. */
const rpmSourcesArguments: readonly string[] = ["-qa", "--queryformat", "%{NAME}\\t%{SOURCERPM}\\n"];

/** Parses one line of the answer. Undefined for other lines. */
export function parseRpmLine(line: string): { ref: PackageRef; file: string } | undefined {
	const [name, version, ...rest] = line.split("\t");
	const file = rest.join("\t");
	return name && version && file.startsWith("/") ? { ref: { name, version }, file } : undefined;
}

interface DpkgPackage {
	readonly ref: PackageRef;
	/** Without an architecture. */
	readonly name: string;
	readonly source: string;
	/** Present if it differs from the package's version. */
	readonly sourceVersion?: string;
	readonly architecture: string;
}

/**
 * Packages of /var/lib/dpkg/status by the names of their file lists (`name`, or `name:architecture` if several architectures can
 * be installed). A foreign package has its architecture in its name, as in apt.
 */
export function parseDpkgStatus(status: string): Map<string, DpkgPackage> {
	const stanzas: (Omit<DpkgPackage, "ref"> & { readonly version: string })[] = [];
	for (const stanza of status.split(/\n{2,}/)) {
		const name = field(stanza, "Package");
		const version = field(stanza, "Version");
		if (name !== undefined && version !== undefined) {
			// A source version that differs from the package's follows the source's name in parentheses.
			const [, source = name, sourceVersion] = /^(\S+)(?: \((.*)\))?/.exec(field(stanza, "Source") ?? "") ?? [];
			const architecture = field(stanza, "Architecture") ?? "all";
			stanzas.push({ name, version, architecture, source, ...omitUndefined({ sourceVersion }) });
		}
	}
	const native = stanzas.find(({ name }) => name === "dpkg")?.architecture;
	const packages = new Map<string, DpkgPackage>();
	for (const { version, ...stanza } of stanzas) {
		const { architecture, name } = stanza;
		const isForeign = native !== undefined && architecture !== native && architecture !== "all";
		const known = { ...stanza, ref: { name: isForeign ? `${name}:${architecture}` : name, version } };
		packages.set(`${name}:${architecture}`, known);
		if (!isForeign || !packages.has(name)) packages.set(name, known);
	}
	return packages;
}

/** A field starts at the beginning of a line; continuation lines are indented. */
function field(stanza: string, name: string): string | undefined {
	const at = stanza.startsWith(`${name}: `) ? 0 : stanza.indexOf(`\n${name}: `);
	if (at < 0) return undefined;
	const start = at + name.length + (at === 0 && stanza.startsWith(name) ? 2 : 3);
	const end = stanza.indexOf("\n", start);
	return stanza.slice(start, end < 0 ? undefined : end).trim();
}

interface Diversion {
	readonly to: string;
	/** The package whose own file keeps the name; ":" if the administrator diverted it from every package. */
	readonly by: string;
}

/**
 * Parses /var/lib/dpkg/diversions: three lines each, the name, the new name of other packages' files, and the exempt package
 * (dpkg-divert(1)).
 */
export function parseDiversions(text: string): Map<string, Diversion> {
	const lines = text.split("\n");
	const diversions = new Map<string, Diversion>();
	for (let at = 0; at + 2 < lines.length; at += 3) {
		const [from, to, by] = lines.slice(at, at + 3);
		if (from && to && by) diversions.set(from, { to, by });
	}
	return diversions;
}

/** The real place of a file that a package lists as `name`. */
export function divertedName(name: string, packageName: string, diversions: ReadonlyMap<string, Diversion>): string {
	const diversion = diversions.get(name);
	return diversion === undefined || diversion.by === packageName ? name : diversion.to;
}

export type LookingFiles = Pick<Files, "status" | "list" | "read" | "readLink" | "resolve">;

/** The records of one package manager. */
export interface Database {
	/** Files that only a machine with this package manager has. */
	readonly places: readonly string[];
	/** Files that change whenever it installs or removes something. Default: its places. */
	readonly changes?: readonly string[];
	readonly claimAll: (claims: Claims, place: Path, files: LookingFiles) => void | Promise<void>;
	/** The package's contents, then those of others from the same source. */
	readonly related: (
		owner: PackageRef,
		place: Path,
		files: LookingFiles,
	) => readonly PackageContents[] | Promise<PackageContents[]>;
}

/** `options` of rpm(8) choose another database than the machine's. */
export function rpmDatabase(options: readonly string[] = []): Database {
	return {
		places: ["/usr/lib/sysimage/rpm", "/var/lib/rpm"],
		changes: ["/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages"],
		claimAll: (claims) => claimRpm(claims, options),
		related: (owner) => relatedRpm(owner, options),
	};
}

// rpm is last, because only rpm must be started.
export const databases: readonly Database[] = [
	{ places: ["/var/lib/dpkg/status"], claimAll: claimDpkg, related: relatedDpkg },
	{ places: ["/usr/lib/apk/db/installed", "/lib/apk/db/installed"], claimAll: claimApk, related: relatedApk },
	{ places: ["/var/lib/pacman/local"], claimAll: claimPacman, related: relatedPacman },
	rpmDatabase(),
];

const dpkgInfo = "/var/lib/dpkg/info" as Path;

/** dpkg(1): status, and for each package info/NAME.list, one path a line. */
interface DpkgRecords {
	/** Changes when dpkg writes its records. */
	readonly stamp: string;
	readonly packages: Map<string, DpkgPackage>;
	readonly diversions: Map<string, Diversion>;
	/** File lists of installed packages, by the list's name without `.list`. Undefined until `listOf` reads one. */
	readonly lists: Map<string, string | undefined>;
}

const dpkgRecords = new WeakMap<LookingFiles, DpkgRecords>();

/** Cached, because a command asks several times and reading lists takes most of the time. */
function recordsOfDpkg(status: Path, files: LookingFiles): DpkgRecords {
	const { mtime = 0, size = 0 } = files.status(status) ?? {};
	const stamp = `${mtime} ${size}`;
	const known = dpkgRecords.get(files);
	if (known?.stamp === stamp) return known;
	const packages = parseDpkgStatus(text(files, status));
	const named = files.list(dpkgInfo).flatMap((name) => (name.endsWith(".list") ? [name.slice(0, -".list".length)] : []));
	const lists = new Map(named.filter((name) => packages.has(name)).map((name) => [name, undefined]));
	const diversions = parseDiversions(text(files, "/var/lib/dpkg/diversions" as Path));
	const records = { stamp, packages, diversions, lists };
	dpkgRecords.set(files, records);
	return records;
}

function listOf({ lists }: DpkgRecords, name: string, files: LookingFiles): string {
	if (!lists.has(name)) return "";
	const list = lists.get(name) ?? text(files, join(dpkgInfo, `${name}.list`));
	lists.set(name, list);
	return list;
}

function claimDpkg(claims: Claims, status: Path, files: LookingFiles): void {
	const records = recordsOfDpkg(status, files);
	const { diversions, lists, packages } = records;
	const filter = claims.filter(diversions.keys());
	for (const listed of lists.keys()) {
		const known = packages.get(listed);
		if (known === undefined) continue;
		for (const line of filter.lines(listOf(records, listed, files)))
			claims.claim(divertedName(line, known.name, diversions), known.ref);
	}
}

function relatedDpkg(owner: PackageRef, status: Path, files: LookingFiles): PackageContents[] {
	const records = recordsOfDpkg(status, files);
	const { diversions, packages } = records;
	const { source } = packages.get(owner.name) ?? { source: owner.name };
	const contents = new Map<string, PackageContents>();
	// The map contains a package with and without its architecture; its list has one of the two names.
	for (const [listed, { name, ref, source: from }] of packages) {
		if (from !== source || contents.has(ref.name)) continue;
		const names = linesOf(listOf(records, listed, files));
		if (names.length) contents.set(ref.name, { ref, files: names.map((line) => divertedName(line, name, diversions) as Path) });
	}
	return ownerFirst([...contents.values()], owner);
}

function claimApk(claims: Claims, installed: Path, files: LookingFiles): void {
	for (const { ref, files: names } of parseApkInstalled(text(files, installed))) {
		for (const name of names) claims.claim(name, ref);
	}
}

function relatedApk(owner: PackageRef, installed: Path, files: LookingFiles): PackageContents[] {
	const all = parseApkInstalled(text(files, installed));
	const originOf = ({ origin, ref }: (typeof all)[number]) => origin ?? ref.name;
	const own = all.find(({ ref }) => ref.name === owner.name);
	if (own === undefined) return [];
	const related = all.filter((each) => originOf(each) === originOf(own));
	return ownerFirst(
		related.map(({ ref, files: names }) => ({ ref, files: names as Path[] })),
		owner,
	);
}

function claimPacman(claims: Claims, local: Path, files: LookingFiles): void {
	for (const { directory, ref } of pacmanPackages(local, files)) {
		for (const file of parsePacmanFiles(text(files, join(directory, "files")))) claims.claim(file, ref);
	}
}

function relatedPacman(owner: PackageRef, local: Path, files: LookingFiles): PackageContents[] {
	const all = pacmanPackages(local, files);
	const base = all.find(({ ref }) => ref.name === owner.name)?.base;
	const related = all.filter((each) => each.base === base);
	return ownerFirst(
		related.map(({ directory, ref }) => ({ ref, files: parsePacmanFiles(text(files, join(directory, "files"))) as Path[] })),
		owner,
	);
}

function pacmanPackages(local: Path, files: LookingFiles): { directory: Path; ref: PackageRef; base: string }[] {
	return files.list(local).flatMap((name) => {
		const directory = join(local, name);
		const desc = text(files, join(directory, "desc"));
		const ref = parsePacmanDesc(desc);
		return ref === undefined ? [] : [{ directory, ref, base: parsePacmanBase(desc) ?? ref.name }];
	});
}

async function claimRpm(claims: Claims, options: readonly string[]): Promise<void> {
	await eachRpmLine([...options, ...rpmArguments], (line) => {
		const parsed = parseRpmLine(line);
		if (parsed !== undefined) claims.claim(parsed.file, parsed.ref);
	});
}

async function relatedRpm(owner: PackageRef, options: readonly string[]): Promise<PackageContents[]> {
	const sources = new Map<string, string>();
	await eachRpmLine([...options, ...rpmSourcesArguments], (line) => {
		const [name = "", source = ""] = line.split("\t");
		sources.set(name, source);
	});
	const related = new Set([...sources.keys()].filter((name) => sources.get(name) === sources.get(owner.name)));
	const contents = new Map<string, { ref: PackageRef; files: Path[] }>();
	await eachRpmLine([...options, ...rpmArguments], (line) => {
		const parsed = parseRpmLine(line);
		if (parsed === undefined || !related.has(parsed.ref.name)) return;
		const known = contents.get(parsed.ref.name);
		if (known) known.files.push(parsed.file as Path);
		else contents.set(parsed.ref.name, { ref: parsed.ref, files: [parsed.file as Path] });
	});
	return ownerFirst([...contents.values()], owner);
}

/** Streamed, because a big machine has a quarter of a million lines. Without rpm, returns nothing. */
async function eachRpmLine(args: readonly string[], take: (line: string) => void): Promise<void> {
	const tool = findTool("rpm");
	if (tool === undefined) return;
	const rpm = startTool(tool, args, { stdio: ["ignore", "pipe", "ignore"] });
	// If it cannot start, the output is empty.
	rpm.on("error", () => {});
	let rest = "";
	for await (const chunk of rpm.stdout) {
		const whole = (rest + pathFromBytes(chunk)).split("\n");
		rest = whole.pop() ?? "";
		for (const line of whole) take(line);
	}
}

function ownerFirst(contents: readonly PackageContents[], owner: PackageRef): PackageContents[] {
	const isOwner = ({ ref }: PackageContents) => ref.name === owner.name;
	return [...contents.filter(isOwner), ...contents.filter((each) => !isOwner(each))];
}

function text(files: LookingFiles, path: Path): string {
	return pathFromBytes(files.read(path) ?? Buffer.alloc(0));
}

const linesOf = (list: string) => list.split("\n").filter((line) => line !== "");
