import { directoriesTo, type Files, type Identity, permits, walkBelow } from "../base/machine/facts.ts";
import { baseName, etc, isAbsolute, isWithin, join, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import type { Application, Rules } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import { areaOf, isByteCode, isCommand, isDocumentation, isHome, isLibraryDirectory, isSystemDirectory } from "./areas.ts";
import { type Configuration, ownConfiguration, pathsIn } from "./configuration.ts";
import { parseElf } from "./elf/elf.ts";
import { placeNamed, placeOf } from "./links.ts";
import { isLibraryFile } from "./trees.ts";

/** A file that the application may use although no run showed it. */
export interface MayUse {
	/** As it is named; links are not resolved. */
	readonly path: Path;
	/** The configuration or program that names it. */
	readonly by: Path;
	/** `firewall`: a program that changes the packet filter, which no cage permits. */
	readonly kind: "file" | "program" | "firewall";
}

interface MayUseInput {
	readonly application: Application;
	readonly files: Files;
	/** The account that the application starts as. */
	readonly identity: Pick<Identity, "uid" | "gid" | "groups">;
	readonly rules: Pick<Rules, "allow">;
	readonly trace: Trace;
}

/** Maximum number of files. A configuration that names more is a list. */
const mostNamed = 200;
/** Bytes of a program that are searched for names. */
const maxText = 8 * 1024 * 1024;
const elfMagic = "\x7fELF";
/** No cage needs a shell only because a text names one. */
const shell = /^((ba|da|z|k|c|tc|a|mk|fi)?sh|busybox|env|nologin|false|true)$/;
/** What is below is written while services run, so that a copy would be wrong. */
const written = ["/var/log", "/var/cache", "/var/spool", "/var/mail", "/var/lock", "/var/run", "/run"].map(pathFromText);
/** `nft`, `nft -f /etc/x`: a command as a value. Only programs for administrators, because common words are commands in /usr/bin. */
const commandValue = /^\s*[\w.-]+\s*[=:]\s*["']?([a-z][\w+.-]*)["']?(?=\s|$)/;
const administrators = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(pathFromText);
/** A map's source is named, and its compiled form is read (postmap(1)). */
const compiled = [".db", ".cdb", ".lmdb"];

/**
 * Returns the files that exist and that the application's own configuration names, and programs in its own directories that it or
 * its configuration names. Without them, a cage answers the probe and fails at the first request that needs one.
 */
export function mayUse(input: MayUseInput): MayUse[] {
	const { application, files, trace } = input;
	const configuration = ownConfiguration(application, trace, files);
	const started = new Set([...trace.programs].map((path) => placeOf(path, files)));
	const found = new Map<Path, MayUse>();
	const add = (path: Path, by: Path) => {
		const real = placeOf(path, files);
		const kind = kindOf(path, files);
		if (kind === "file" && isUnreadable(real, input)) return;
		if (!started.has(real) && !found.has(real) && found.size < mostNamed) found.set(real, { path, by, kind });
	};
	for (const { lines, path: by } of configuration) {
		const relative = relativeNames(by, files);
		for (const path of new Set(lines.flatMap((line) => [...namedFiles(line, files), ...relative(line)]))) add(path, by);
	}
	for (const { by, path } of helpers({ application, files, trace, configuration, started })) add(path, by);
	for (const { by, path } of builtIn(started, input)) add(path, by);
	for (const { by, path } of namedInSource(started, input)) add(path, by);
	for (const { by, path } of keptForAccounts(input)) add(path, by);
	return [...found.values()];
}

/**
 * Returns files in /etc that of all accounts only the application's may read, if it listed their directory or code that it loaded names
 * them: a library has the path of its passwords built in, and no request logged in.
 */
function keptForAccounts({ files, identity, trace }: MayUseInput): { readonly path: Path; readonly by: Path }[] {
	const uids = new Set([identity.uid, ...trace.uids].filter((id) => id > 0));
	const gids = new Set([identity.gid, ...identity.groups, ...trace.gids].filter((id) => id > 0));
	if (!uids.size && !gids.size) return [];
	const candidates = [...walkBelow(etc, files)].flatMap(({ path, status: { gid, kind, mode, uid } }) => {
		const isKept = !(mode & 0o004) && ((mode & 0o400 && uids.has(uid)) || (mode & 0o040 && gids.has(gid)));
		return kind === "file" && isKept && !trace.accesses.has(path) ? [path] : [];
	});
	if (!candidates.length) return [];
	const listed = candidates.flatMap((path) => {
		const { programs = [], succeeded } = trace.accesses.get(parent(path)) ?? {};
		const [by] = programs;
		return by !== undefined && succeeded?.has("list") ? [{ path, by }] : [];
	});
	const loaded = [...trace.accesses.values()]
		.filter(({ succeeded }) => succeeded.has("read") || succeeded.has("execute"))
		.map(({ path }) => placeOf(path, files));
	const named = [...new Set(loaded)].flatMap((by) => {
		if (files.read(by, elfMagic.length)?.toString("latin1") !== elfMagic) return [];
		const text = textOf(by, files);
		return candidates.filter((path) => text.includes(`${path}\0`)).map((path) => ({ path, by }));
	});
	return [...named, ...listed];
}

/**
 * Whether modes keep the file from the only account that the application ever has, so that nobody needs to decide about it: such as
 * the key of a site that is off.
 */
function isUnreadable(path: Path, { files, identity, rules, trace }: MayUseInput): boolean {
	const { uid } = identity;
	const capabilities = [...rules.allow, ...trace.kept, ...trace.capabilities.keys()];
	const isOther = uid === 0 || [...trace.uids].some((one) => one !== uid);
	if (isOther || capabilities.some((name) => name.startsWith("dac_"))) return false;
	const withGroups = { ...identity, groups: [...identity.groups, ...trace.gids] };
	return !permits(path, "read", withGroups, files) && !files.hasAccessList?.([path, ...directoriesTo(path)]);
}

function namedFiles(line: string, files: Files): Path[] {
	const command = commandValue.exec(line)?.[1];
	const commands = command === undefined ? [] : administrators.map((directory) => join(directory, pathFromText(command)));
	const maps = pathsIn(line).flatMap((path) => [path, ...compiled.map((ending) => `${path}${ending}` as Path)]);
	return [...maps.filter((path) => isNameable(path, files)), ...commands.filter((path) => isProgram(path, files))];
}

const relativeWord = /(?<![\w./+@-])[\w+@-][\w.+@-]*(?:\/[\w.+@-]+)*/g;

/**
 * Returns the files that a line names relative to the configuration's directory, or to the application's directory in /etc: `htpasswd`
 * in a site of nginx. Files directly in /etc belong to the system.
 */
function relativeNames(by: Path, files: Files): (line: string) => Path[] {
	const tops = [...new Set([parent(by), ...directoriesTo(by).filter((path) => parent(path) === etc)])];
	const names = tops
		.filter((top) => top !== etc && top !== by && isWithin(top, etc))
		.map((top) => ({ top, names: new Set(files.list(top).map(String)) }));
	return (line) =>
		(names.length ? (line.match(relativeWord) ?? []) : []).flatMap((word) =>
			names.flatMap(({ names, top }) => {
				const path = names.has(word.split("/")[0] ?? "") ? join(top, pathFromText(word)) : undefined;
				return path !== undefined && path !== by && isNameable(path, files) && !isProgram(path, files) ? [path] : [];
			}),
		);
}

/** Whether a copy is of use: a file that services only read, and that is not everybody's or a person's. */
function isNameable(path: Path, files: Files): boolean {
	const real = placeOf(normalise(path), files);
	const isLeft = isDocumentation(real) || isByteCode(real) || isLibraryFile(real) || isShell(real);
	if (isLeft || areaOf(path) !== "files" || areaOf(real) !== "files" || isHome(parent(real))) return false;
	return files.status(real)?.kind === "file" && !written.some((top) => isWithin(real, top));
}

function kindOf(path: Path, files: Files): MayUse["kind"] {
	if (!isProgram(path, files)) return "file";
	const needed = files.inspect(placeOf(path, files), parseElf)?.needed ?? [];
	return needed.some((name) => firewallLibrary.test(name)) ? "firewall" : "program";
}

/** Of nft(8), iptables(8) and ebtables(8), for the netlink protocol that every filter refuses. */
const firewallLibrary = /^lib(nftables|nftnl|xtables|ip[46]tc)\.so/;

function isProgram(path: Path, files: Files): boolean {
	const real = placeOf(path, files);
	const status = files.status(real);
	return status?.kind === "file" && (status.mode & 0o111) !== 0 && !isShell(real) && !/\.so(\.[\d.]+)?$/.test(real);
}

const isShell = (path: Path) => shell.test(baseName(path));

interface HelperInput {
	readonly application: Application;
	readonly files: Files;
	readonly trace: Trace;
	readonly configuration: readonly Configuration[];
	/** Real paths. */
	readonly started: ReadonlySet<Path>;
}

/** Returns programs beside those that ran, if one of these or the configuration names them; then those that they name. */
function helpers({ application, configuration, files, started }: HelperInput): { readonly path: Path; readonly by: Path }[] {
	const words = application.command.map(pathFromText).filter(isAbsolute);
	const own = [...started, ...words.map((path) => placeOf(normalise(path), files))].filter((path) => isProgram(path, files));
	const directories = new Set(own.map(parent).filter(isPrivate));
	const candidates = [...directories].flatMap((directory) =>
		files
			.list(directory)
			.map((name) => join(directory, name))
			.filter((path) => isProgram(path, files) && !started.has(placeOf(path, files))),
	);
	if (!candidates.length) return [];
	const found = new Map<Path, Path>();
	const look = (by: Path, text: string) => {
		for (const path of candidates) if (!found.has(path) && namesProgram(text, baseName(path))) found.set(path, by);
	};
	for (const { lines, path } of configuration) look(path, ` ${lines.join("\n ")}`);
	const texts = [...new Set(own)].filter((path) => directories.has(parent(path)) || words.includes(path));
	for (const path of texts) look(path, textOf(path, files));
	for (const [path] of found) look(path, textOf(path, files));
	return [...found].map(([path, by]) => ({ path, by }));
}

/** A string of an ELF file that is a path, or a command line that begins with one. */
const builtInLine = /(?<=\0)\/[ -~]+(?=\0)/g;
const builtInPath = /(?<=^| )\/[\w.+/-]+(?= |$)/g;

/**
 * Returns what has its path built into the application's command, or into a program for administrators or a private one that ran: other
 * programs, what is built into those of them that no other application uses, and files in those directories of /etc from which the
 * application read.
 */
function builtIn(
	started: ReadonlySet<Path>,
	{ application, files, trace }: MayUseInput,
): { readonly path: Path; readonly by: Path }[] {
	const command = placeNamed(application.command[0] ?? "", files);
	const isOwnProgram = (path: Path) =>
		(path === command || administrators.includes(parent(path)) || isPrivate(parent(path))) && isProgram(path, files);
	const read = [...trace.accesses.values()].flatMap(({ path, succeeded }) => (succeeded.has("read") ? [parent(path)] : []));
	const configured = new Set(read.filter((path) => path !== etc && isWithin(path, etc)));
	const isTaken = (path: Path) =>
		((isCommand(path) || isPrivate(parent(path))) && isProgram(path, files)) ||
		(configured.has(parent(path)) && isNameable(path, files));
	const found = new Map<Path, Path>();
	const programs = new Set([...started].filter(isOwnProgram));
	for (const by of programs) {
		const text = textOf(by, files);
		const lines = text.startsWith(elfMagic) ? (text.match(builtInLine) ?? []) : [];
		for (const word of lines.flatMap((line) => line.match(builtInPath) ?? [])) {
			const path = pathFromText(word);
			if (found.has(path) || !isTaken(path)) continue;
			found.set(path, by);
			if (isOwnProgram(path)) programs.add(placeOf(path, files));
		}
	}
	return [...found].map(([path, by]) => ({ path, by }));
}

/** Source code of a scripting language. Python reads what it compiled from it, but looks at it. */
const sourceName = /\.(py|p[lm]|rb|php|js|lua|tcl|sh)$/;
const quotedInEtc = /(?<=(["'`]))\/etc\/[\w.+/-]+(?=\1)/g;

/** Returns files that a script of the application names, in those directories directly below /etc from which the application read. */
function namedInSource(started: ReadonlySet<Path>, { files, trace }: MayUseInput): { readonly path: Path; readonly by: Path }[] {
	const topOf = (path: Path) => directoriesTo(path).find((one) => parent(one) === etc && one !== path);
	const used = [...trace.accesses.values()].filter(({ succeeded }) => succeeded.has("read") || succeeded.has("look"));
	const tops = new Set(used.flatMap(({ path, succeeded }) => (succeeded.has("read") ? (topOf(path) ?? []) : [])));
	if (!tops.size) return [];
	const scripts = new Set([...started, ...used.flatMap(({ path }) => (sourceName.test(path) ? placeOf(path, files) : []))]);
	return [...scripts].flatMap((by) => {
		const text = textOf(by, files);
		const names = text.startsWith(elfMagic) ? [] : (text.match(quotedInEtc) ?? []);
		const paths = [...new Set(names)].map(pathFromText).filter((path) => tops.has(topOf(path) ?? path));
		return paths.filter((path) => isNameable(path, files)).map((path) => ({ path, by }));
	});
}

/** Whether only one application keeps programs in this directory. */
function isPrivate(directory: Path): boolean {
	const isShared =
		isCommand(`${directory}/.` as Path) || isLibraryDirectory(directory) || isLibraryFile(`${directory}/.` as Path);
	return !isShared && (!isSystemDirectory(directory) || /^\/usr\/(lib\w*|share)\/./.test(directory));
}

function textOf(path: Path, files: Files): string {
	const text = files.read(path, maxText)?.toString("latin1") ?? "";
	return text.startsWith("#!") ? text.replace(/^[ \t]*#.*$/gm, "") : text;
}

/**
 * A name by itself: the end of a path, or in a text a quoted word. In a sentence it says nothing, and among the strings of an ELF
 * file it may be a keyword.
 */
function namesProgram(text: string, name: string): boolean {
	const before = text.startsWith(elfMagic) ? /\// : /[/"'`]/;
	for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
		if (before.test(text[at - 1] ?? "") && /["'`\0\s]/.test(text[at + name.length] ?? "\0")) return true;
	}
	return false;
}
