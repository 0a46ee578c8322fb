import { append } from "../base/collections.ts";
import type { Files, PackageContents, PackageRef } from "../base/machine/facts.ts";
import { baseName, etc, isWithin, join, type Path, parent, pathFromText } from "../base/path/path.ts";
import { quoteShellLine } from "../base/path/quote.ts";
import { isCommand, isLibraryDirectory, isOutsideApplication, isSharedObject } from "../plan/areas.ts";
import { isLibraryFile, sourceOfByteCode } from "../plan/trees.ts";
import { reloadSignal as commandSignal } from "../service/service-settings.ts";
import { serverSignals } from "../service/signals.ts";
import type { ServiceUnit } from "../service/unit-file.ts";
import type { Access, Gap, Trace } from "../trace/trace.ts";

/** A service's lifecycle. `socket-activation`: systemd opens its sockets and starts it on the first connection. */
export const lifecycleStages = ["start", "reload", "log-reopening", "stop", "second-start", "socket-activation"] as const;
export type LifecycleStage = (typeof lifecycleStages)[number];

export interface StageCoverage {
	readonly stage: LifecycleStage;
	/** False if no trace has seen this stage, so that its needs are unknown. */
	readonly cameUp: boolean;
	/** Its trigger: a signal (`SIGHUP`), the unit's command, or its sockets. */
	readonly by?: string;
}

interface LifecycleInput {
	readonly command: readonly string[];
	/** Signals that it survived while it was traced, e.g. `SIGHUP`. */
	readonly signals: readonly string[];
	readonly gaps: ReadonlySet<Gap>;
	/** The service's unit. Without one, only what is known about the program counts. */
	readonly unit?: Pick<ServiceUnit, "execReload">;
	/** Socket units that pass it their sockets. */
	readonly sockets?: readonly string[];
	/** The signal, without `SIG`, with which its unit reloads it. */
	readonly reloadSignal?: string;
}

/**
 * Returns the stages of a service's lifecycle and which of them its traces have seen. A trace starts, signals, stops and restarts
 * the application; a trace of a running process sees none of that.
 */
export function lifecycleCoverage({ command, gaps, reloadSignal, signals, sockets = [], unit }: LifecycleInput): StageCoverage[] {
	const known = serverSignals(command);
	const wasStarted = !gaps.has("start-up");
	const bySignal = (stage: LifecycleStage, name: string | undefined): StageCoverage[] => {
		if (name === undefined || name === "none") return [];
		return [{ stage, cameUp: signals.includes(`SIG${name}`), by: `SIG${name}` }];
	};
	const reload = bySignal("reload", known?.reload ?? reloadSignal);
	const byCommand = (unit?.execReload ?? []).map(({ words }) => quoteShellLine(words)).join("; ");
	const isActivated = /\/systemd-socket-activate$/.test(command[0] ?? "");
	return [
		{ stage: "start", cameUp: wasStarted },
		...(reload.length || byCommand === ""
			? reload
			: [{ stage: "reload" as const, cameUp: signals.includes(commandSignal.name), by: byCommand }]),
		...bySignal("log-reopening", known?.reopen),
		{ stage: "stop", cameUp: wasStarted },
		{ stage: "second-start", cameUp: wasStarted },
		...(sockets.length ? [{ stage: "socket-activation" as const, cameUp: isActivated, by: sockets.join(" ") }] : []),
	];
}

export function untracedStages(life: readonly StageCoverage[]): StageCoverage[] {
	return life.filter(({ cameUp }) => !cameUp);
}

export const coverageGroups = ["programs", "modules", "configuration", "data"] as const;
export type CoverageGroup = (typeof coverageGroups)[number];

interface GroupCoverage {
	readonly reached: number;
	readonly of: number;
	/** Paths that were not used, as the package names them, sorted. */
	readonly untouched: readonly Path[];
}

/** How much of its packages' content an application used while it was traced. */
export interface Coverage {
	/** The package with the program first, then used packages of the same source. */
	readonly packages: readonly PackageRef[];
	readonly groups: Readonly<Record<CoverageGroup, GroupCoverage>>;
}

const scriptModule = /\.(py|pm|pl|rb|lua|php|js|mjs|cjs|tcl)$/;

/** Whether a directory's name says that it contains a program's plug-ins. */
function isModuleDirectory(directory: Path): boolean {
	return /^(\/usr)?(\/local)?\/(lib\w*|share)\/.*\/(modules|mods|plugins|extensions)$/.test(directory);
}

/**
 * Returns modules, by real path, that no package of the application contains although they are in its module directories.
 * Packages of other sources put them there (Debian's libnginx-mod-…).
 */
export function foreignModules(packages: readonly PackageContents[], files: Pick<Files, "list" | "resolve" | "status">): Path[] {
	const known = new Set<Path>();
	const directories = new Set<Path>();
	for (const name of packages.flatMap((one) => one.files)) {
		const isModule = isSharedObject(name) && !isLibraryDirectory(parent(name));
		const isDirectory = isModuleDirectory(name);
		if (!isModule && !isDirectory) continue;
		const real = files.resolve(name);
		if (real === undefined) continue;
		if (isModule) known.add(real);
		directories.add(isModule ? parent(real) : real);
	}
	return [...directories].flatMap((directory) =>
		files
			.list(directory)
			.map((name) => join(directory, name))
			.filter((path) => isSharedObject(path) && !known.has(path) && files.status(path)?.kind === "file"),
	);
}

function groupOf(path: Path, isExecutable: boolean): CoverageGroup | undefined {
	if (isOutsideApplication(path)) return undefined;
	if (path.startsWith("/etc/")) return "configuration";
	if (path.startsWith("/var/") || path.startsWith("/run/")) return undefined;
	if (isCommand(path)) return "programs";
	if (isSharedObject(path)) return isLibraryDirectory(parent(path)) ? undefined : "modules";
	if (scriptModule.test(path) || isLibraryFile(path)) return "modules";
	return isExecutable && /^(\/usr(\/local)?)?\/lib/.test(path) ? "programs" : "data";
}

interface Item {
	readonly name: Path;
	readonly group: CoverageGroup;
	readonly package: PackageRef;
}

/**
 * Measures traces against the content of packages. It reads the file system once; each measurement then only iterates over the
 * accesses.
 */
export class CoverageMeter {
	/** Keys are real paths. */
	readonly #items = new Map<Path, Item>();
	readonly #files: Pick<Files, "resolve">;
	/** Real paths of executed programs, whose names may be links. */
	readonly #programs = new Map<Path, Path | undefined>();
	readonly #owner: PackageRef | undefined;
	/** Module directories that packages contain, by package. */
	readonly #directories = new Map<PackageRef, Path[]>();

	/** The first package is the one with the program. */
	constructor(packages: readonly PackageContents[], files: Pick<Files, "resolve" | "status">) {
		this.#files = files;
		this.#owner = packages[0]?.ref;
		for (const { files: names, ref } of packages) {
			for (const name of names) {
				const real = files.resolve(name);
				const status = real === undefined ? undefined : files.status(real);
				if (real !== undefined && status?.kind === "directory") this.#own(ref, real);
				if (real === undefined || status?.kind !== "file" || this.#items.has(real)) continue;
				const group = groupOf(name, (status.mode & 0o111) !== 0);
				if (group !== undefined) this.#items.set(real, { name, group, package: ref });
			}
		}
	}

	#own(ref: PackageRef, directory: Path): void {
		if (!isModuleDirectory(directory)) return;
		append(this.#directories, ref, directory);
	}

	/** Returns what all these traces used together. */
	measure(...traces: readonly Pick<Trace, "accesses">[]): Coverage {
		const reached = new Set<Path>();
		for (const { accesses } of traces) for (const access of accesses.values()) this.#note(access, reached);
		const packages = new Set(this.#owner ? [this.#owner] : []);
		for (const [real, item] of this.#items) if (reached.has(real)) packages.add(item.package);
		const groups = Object.fromEntries(
			coverageGroups.map((group) => [group, { reached: 0, of: 0, untouched: [] as Path[] }]),
		) as Record<CoverageGroup, { reached: number; of: number; untouched: Path[] }>;
		const plugged = new Set([...packages].flatMap((ref) => [...(this.#directories.get(ref) ?? [])]));
		for (const [real, item] of this.#items) if (item.group === "modules" && reached.has(real)) plugged.add(parent(real));
		for (const [real, item] of this.#items) {
			// Clients and tools may come from the same source. A package of which nothing was used does not count, except for
			// modules that it puts among the application's.
			if (!packages.has(item.package) && !(item.group === "modules" && plugged.has(parent(real)))) continue;
			const reach = groups[item.group];
			reach.of++;
			if (reached.has(real)) reach.reached++;
			else reach.untouched.push(item.name);
		}
		for (const { untouched } of Object.values(groups)) untouched.sort();
		return { packages: [...packages], groups };
	}

	#note(access: Access, reached: Set<Path>): void {
		const { path, real, succeeded } = access;
		// A stat(2) is no use of a file.
		if (!succeeded.has("read") && !succeeded.has("execute") && !succeeded.has("write")) return;
		for (const name of [path, real]) {
			if (name === undefined) continue;
			const item = this.#items.has(name) ? name : sourceOfByteCode(name);
			if (this.#items.has(item)) reached.add(item);
		}
		if (!succeeded.has("execute")) return;
		if (!this.#programs.has(path)) this.#programs.set(path, this.#files.resolve(path));
		const program = this.#programs.get(path);
		if (program !== undefined && this.#items.has(program)) reached.add(program);
	}
}

export function totalCoverage({ groups }: Coverage): { readonly reached: number; readonly of: number } {
	return coverageGroups.reduce(
		(sum, group) => ({ reached: sum.reached + groups[group].reached, of: sum.of + groups[group].of }),
		{ reached: 0, of: 0 },
	);
}

const interpreters =
	/^(ba|da|z|k|c|tc|a)?sh$|^(python|perl|ruby|node|nodejs|php|php-cgi|lua|tclsh|java|env|deno|bun|guile|Rscript)[\d.]*$/;

/**
 * Returns the file of the command that belongs to the application's package: the program, or the script that an interpreter runs.
 * Returns undefined for a module name or no file: the interpreter's package says nothing about the application.
 */
export function packagedFile(command: readonly string[], files: Pick<Files, "resolve" | "status">): Path | undefined {
	const program = pathFromText(command[0] ?? "");
	const isFile = (path: Path) => {
		const real = path.startsWith("/") ? files.resolve(path) : undefined;
		return real !== undefined && files.status(real)?.kind === "file";
	};
	if (!interpreters.test(baseName(program))) return isFile(program) ? program : undefined;
	const script = command.slice(1).find((word) => !word.startsWith("-"));
	const path = script === undefined ? undefined : pathFromText(script);
	return path !== undefined && isFile(path) && !isWithin(path, etc) ? path : undefined;
}

const maxUntouched = 20;

/** Returns the coverage with at most twenty names per group and unchanged numbers. */
export function shortCoverage(coverage: Coverage): Coverage {
	const groups = coverageGroups.map((group) => {
		const { of, reached, untouched } = coverage.groups[group];
		return [group, { reached, of, untouched: untouched.slice(0, maxUntouched) }];
	});
	return { ...coverage, groups: Object.fromEntries(groups) as Coverage["groups"] };
}
