import { Failure } from "../base/failure.ts";
import { type Files, walkBelow } from "../base/machine/facts.ts";
import { etc, isWithin, join, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import type { Application, Rules } from "../service/application.ts";
import { onlyLooks } from "../trace/calls.ts";
import type { Trace } from "../trace/trace.ts";
import { isByteCode } from "./areas.ts";
import { configurationLines } from "./configuration.ts";
import { importedSymbols } from "./elf/elf.ts";
import { addLibraries, EntryCollector } from "./entries.ts";
import { placeOf } from "./links.ts";
import { isOnlyLooked, passedOver } from "./looked-at.ts";
import type { PlanInput } from "./plan.ts";
import type { PlanBasis } from "./plan-basis.ts";
import { addDevices, trialReason } from "./planned-devices.ts";
import { expandInclude } from "./rules.ts";
import type { ServicePlaces } from "./service-places.ts";
import { servedTrees } from "./shared.ts";
import type { LibraryTree } from "./trees.ts";
import { changingOperations, tracedReason } from "./writable.ts";

/** Files that are written for the cage instead of copied. */
export const generatedPaths = {
	passwd: pathFromText("/etc/passwd"),
	group: pathFromText("/etc/group"),
	nsswitch: pathFromText("/etc/nsswitch.conf"),
	loaderCache: pathFromText("/etc/ld.so.cache"),
};

/** Collects the files and mount points of the cage, each with its first reason. */
export function collectEntries(input: PlanInput, basis: PlanBasis, places: ServicePlaces) {
	const { additions, application, trace } = input;
	const { allowed, asked, excluded, files, isOwn, look, trees, unseen } = basis;
	const { binds, company, offered, ownFiles, rules, shared, writable, writablePaths } = places;
	const collector = new EntryCollector(files, { excluded, allowed, mounted: [...writablePaths, ...binds] }, look);

	addDevices({ ...input, files }, collector);
	// Included paths first, so that the rule is their reason however the application used them.
	addIncluded(rules.include, files, collector);
	addTraced({ ...input, files }, isOwn, collector);
	for (const { paths, top } of [...trees, ...servedTrees(trace, files), ...namedLocales(trace, files)]) {
		for (const path of paths) collector.add(path, { kind: "part-of", tree: top });
	}
	for (const [path, reason] of writable.leftOut) collector.addLeftOut(path, reason);
	for (const addition of additions) {
		if (addition.kind === "path")
			collector.add(addition.path, trialReason(addition), onlyLooks(addition.call) ? "missed" : "used");
	}
	for (const { by, kind, path } of unseen) {
		if (kind !== "firewall") collector.add(path, { kind: "may-use", by }, "looked-at");
	}
	addOwnDirectories(application, files, collector);
	for (const { by, name } of company.neighbours) collector.addWay(name, { kind: "shared", what: "socket", example: by });
	const libraries = addLibraries(collector, { application, chroots: trace.chroots, files });
	const programs = collector.programs().map(({ path }) => path);
	for (const { by, path } of nameServiceFiles(programs, files)) collector.add(path, { kind: "may-use", by }, "looked-at");
	for (const { path, reasons } of writable.directories) collector.addMountPoint(path, reasons[0] ?? { kind: "launcher" });
	for (const { path } of asked.binds) collector.addBind(pathFromText(path), { kind: "rule", rule: "binds", value: path });
	for (const { path } of offered.directories) {
		const socket = offered.sockets.find((one) => isWithin(one.path, path))?.path ?? path;
		const file = offered.files.find((one) => isWithin(one, path));
		collector.addBind(path, file === undefined ? { kind: "offered", socket } : { kind: "offered-file", file });
	}
	for (const { path } of ownFiles) collector.addGenerated(path, "", { kind: "own-file" });
	for (const { example, isSocket, kind, path } of shared) {
		const reason = { kind: "shared", what: kind, example } as const;
		if (isSocket) collector.addGenerated(path, "", reason);
		else collector.addBind(path, reason);
	}
	for (const { by, path } of company.content) collector.addWay(path, { kind: "shared", what: "site", example: by });
	return { collector, libraries };
}

function addIncluded(include: Rules["include"], files: Files, collector: EntryCollector): void {
	for (const value of include) {
		const found = expandInclude(value, files);
		if (!found.length) throw new Failure("include-matches-nothing", { value }, 2);
		for (const path of found) {
			if (!isByteCode(path) || isByteCode(pathFromText(value))) collector.add(path, { kind: "rule", rule: "include", value });
		}
	}
}

/** The launcher enters the working directory before the trace starts, and a program may look for its home only later. */
function addOwnDirectories({ cwd, env }: Application, files: Files, collector: EntryCollector): void {
	collector.add(normalise(pathFromText(cwd)), { kind: "launcher" });
	const home = normalise(pathFromText(env.HOME ?? "/"));
	if (files.status(placeOf(home, files))?.kind === "directory") collector.add(home, { kind: "launcher" });
}

function addTraced(input: PlanInput, isOwn: (directory: Path) => boolean, collector: EntryCollector): void {
	const { files, trace } = input;
	const isPassedOver = passedOver(input, isOwn);
	const generated: ReadonlySet<Path> = new Set(Object.values(generatedPaths));
	// Opened files come first, so that a mere stat(2) of the same file by another name does not exclude its content.
	const accesses = [...trace.accesses.values()].sort((a, b) => Number(isOnlyLooked(a)) - Number(isOnlyLooked(b)));
	for (const access of accesses) {
		const { failed, path, succeeded } = access;
		if (generated.has(path) || isByteCode(path) || isPassedOver(access)) continue;
		// A path that was only created, written or removed does not exist on the host or belongs to a writable directory.
		const used = [...succeeded].some((operation) => !changingOperations.has(operation));
		const found = failed.has("EEXIST") && files.status(placeOf(path, files))?.kind === "directory";
		if (used || found) collector.add(path, tracedReason(access), isOnlyLooked(access) ? "looked-at" : "used");
		else if (succeeded.size) collector.addWay(path, tracedReason(access));
	}
}

const locales = pathFromText("/usr/lib/locale");
const localeArchive = join(locales, pathFromText("locale-archive"));
/** An archive of every language would be larger than most cages. */
const maxLocaleArchive = 64 * 1024 * 1024;
const maxConfiguration = 256 * 1024;
/** `C.UTF-8`, `de_DE`, `de_DE.UTF-8@euro` (locale(7)). */
const localeName = /\b(C|[a-z]{2,3}_[A-Z]{2})(\.[A-Za-z0-9-]+)?(@[a-z]+)?\b/g;

/**
 * Returns the locales that the application's configuration names. A database opens the locale of its tables when the first client
 * comes, which a trace need not see.
 */
export function namedLocales({ accesses }: Trace, files: Files): LibraryTree[] {
	const read = [...accesses.values()].filter(
		({ path, succeeded }) => succeeded.has("read") && isWithin(parent(path), etc) && parent(path) !== etc,
	);
	const texts = read.map(({ path }) => files.read(placeOf(path, files), maxConfiguration)?.toString("latin1") ?? "");
	const lines = texts.flatMap((text) => text.split("\n")).filter((line) => !/^\s*[#;]/.test(line));
	const named = new Set(lines.flatMap((line) => line.match(localeName) ?? []));
	const tops = [...named].flatMap((one) => placesOfLocale(one, files));
	return [...new Set(tops)].sort().map((top) => {
		if (top === localeArchive) return { top, paths: [top] };
		return { top, paths: [...walkBelow(top, files)].flatMap(({ path, status }) => (status.kind === "file" ? [path] : [])) };
	});
}

/** The C library writes a character set in small letters without a hyphen (`C.utf8`), as localedef(1) does. */
function placesOfLocale(text: string, files: Files): Path[] {
	const usual = text.replace(/\.([^@]+)/, (_, codeset: string) => `.${codeset.toLowerCase().replaceAll("-", "")}`);
	const directories = [text, usual].map((one) => join(locales, pathFromText(one)));
	const found = directories.find((path) => files.status(path)?.kind === "directory");
	if (found !== undefined) return [found];
	const status = text === "C" ? undefined : files.status(localeArchive);
	return status?.kind === "file" && status.size <= maxLocaleArchive ? [localeArchive] : [];
}

/** Functions that look up a host's address, of the C library (getaddrinfo(3)) and of resolvers that read the same files. */
const resolvers = /^(getaddrinfo|gethostbyname2?(_r)?|(__)?res_n?(init|query|search)|ares_init_options|getdns_context_create)$/;
/** hosts(5), resolv.conf(5), host.conf(5), gai.conf(5). */
const resolverFiles = ["/etc/hosts", "/etc/resolv.conf", "/etc/host.conf", "/etc/gai.conf"].map(pathFromText);
/** Functions that find a service's or protocol's number, and their files: services(5), protocols(5). */
const numbers: readonly (readonly [RegExp, Path])[] = [
	[/^getservby(name|port)(_r)?$/, pathFromText("/etc/services")],
	[/^getprotobyn(ame|umber)(_r)?$/, pathFromText("/etc/protocols")],
];

/** A name service file with the first program that can read it. */
interface NameServiceFile {
	readonly path: Path;
	readonly by: Path;
}

/**
 * Returns the files that programs and libraries read as soon as they resolve a name. A trace without names to resolve does not
 * show them: a proxy then answers, and finds no host.
 */
function nameServiceFiles(programs: readonly Path[], files: Files): NameServiceFile[] {
	const found = new Map<Path, Path>();
	const add = (path: Path, by: Path) => {
		// Debian's gai.conf contains only comments.
		const says = () => configurationLines(placeOf(path, files), files).some((line) => line.trim() !== "");
		if (!found.has(path) && says()) found.set(path, by);
	};
	for (const by of programs) {
		const symbols = [...(files.inspect(by, importedSymbols) ?? [])];
		if (symbols.some((name) => resolvers.test(name))) for (const path of resolverFiles) add(path, by);
		for (const [names, path] of numbers) if (symbols.some((name) => names.test(name))) add(path, by);
	}
	return [...found].map(([path, by]) => ({ path, by }));
}
