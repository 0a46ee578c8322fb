import { join, type Path, pathFromBytes } from "../../core/path/path.ts";
import type { PackageContents } from "../../core/plan/coverage.ts";
import type { PackageRef } from "../../core/plan/plan.ts";
import type { Files } from "../../engine/ports.ts";
import { parseApkInstalled } from "./apk.ts";
import type { Claims } from "./claims.ts";
import { divertedName, parseDiversions, parseDpkgStatus } from "./dpkg.ts";
import { parsePacmanBase, parsePacmanDesc, parsePacmanFiles } from "./pacman.ts";
import { parseRpmLine, rpmArguments, rpmSourcesArguments } from "./rpm.ts";

export type LookingFiles = Pick<Files, "status" | "list" | "read" | "readLink" | "resolve">;

/** The records of one package manager. */
export interface Database {
	/** What only a machine with this package manager has. */
	readonly places: readonly string[];
	readonly claimAll: (claims: Claims, place: Path, files: LookingFiles) => void | Promise<void>;
	/** What a package holds, then the others that were built from its source. */
	readonly related: (
		owner: PackageRef,
		place: Path,
		files: LookingFiles,
	) => readonly PackageContents[] | Promise<PackageContents[]>;
}

// Only rpm has to be started to be asked, so it comes last.
export const databases: readonly Database[] = [
	{ places: ["/var/lib/dpkg/status"], claimAll: claimDpkg, related: relatedDpkg },
	{ places: ["/usr/lib/apk/db/installed", "/lib/apk/db/installed"], claimAll: claimApk, related: relatedApk },
	{ places: ["/var/lib/pacman/local"], claimAll: claimPacman, related: relatedPacman },
	{ places: ["/usr/lib/sysimage/rpm", "/var/lib/rpm"], claimAll: claimRpm, related: relatedRpm },
];

const dpkgInfo = "/var/lib/dpkg/info" as Path;

/** dpkg(1): status, and for each package info/NAME.list, one path a line. */
function claimDpkg(claims: Claims, status: Path, files: LookingFiles): void {
	const packages = parseDpkgStatus(text(files, status));
	const diversions = parseDiversions(text(files, "/var/lib/dpkg/diversions" as Path));
	for (const name of files.list(dpkgInfo)) {
		const known = name.endsWith(".list") ? packages.get(name.slice(0, -".list".length)) : undefined;
		if (known === undefined) continue;
		for (const line of lines(files, join(dpkgInfo, name))) claims.claim(divertedName(line, known.name, diversions), known.ref);
	}
}

function relatedDpkg(owner: PackageRef, status: Path, files: LookingFiles): PackageContents[] {
	const packages = parseDpkgStatus(text(files, status));
	const diversions = parseDiversions(text(files, "/var/lib/dpkg/diversions" as Path));
	const { source } = packages.get(owner.name) ?? { source: owner.name };
	const contents = new Map<string, PackageContents>();
	// A package is in there by its name, and by its name with its architecture: its list has one of the two.
	for (const [listed, { name, ref, source: from }] of packages) {
		if (from !== source || contents.has(ref.name)) continue;
		const names = lines(files, join(dpkgInfo, `${listed}.list`));
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

async function claimRpm(claims: Claims): Promise<void> {
	await eachRpmLine(rpmArguments, (line) => {
		const parsed = parseRpmLine(line);
		if (parsed !== undefined) claims.claim(parsed.file, parsed.ref);
	});
}

async function relatedRpm(owner: PackageRef): Promise<PackageContents[]> {
	const sources = new Map<string, string>();
	await eachRpmLine(rpmSourcesArguments, (line) => {
		const [name = "", source = ""] = line.split("\t");
		sources.set(name, source);
	});
	const related = new Set([...sources.keys()].filter((name) => sources.get(name) === sources.get(owner.name)));
	const contents = new Map<string, { ref: PackageRef; files: Path[] }>();
	await eachRpmLine(rpmArguments, (line) => {
		const parsed = parseRpmLine(line);
		if (parsed === undefined || !related.has(parsed.ref.name)) return;
		const known = contents.get(parsed.ref.name);
		if (known) known.files.push(parsed.file as Path);
		else contents.set(parsed.ref.name, { ref: parsed.ref, files: [parsed.file as Path] });
	});
	return ownerFirst([...contents.values()], owner);
}

/** A quarter of a million lines on a big machine: taken as they come. Without the tool nothing is known, which is no error. */
async function eachRpmLine(args: readonly string[], take: (line: string) => void): Promise<void> {
	const { execa } = await import("execa");
	const rpm = execa("rpm", args, {
		stdin: "ignore",
		stderr: "ignore",
		encoding: "buffer",
		env: { LC_ALL: "C" },
		buffer: false,
		reject: false,
	});
	let rest = "";
	for await (const chunk of rpm.iterable()) {
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

function lines(files: LookingFiles, path: Path): string[] {
	return text(files, path)
		.split("\n")
		.filter((line) => line !== "");
}
