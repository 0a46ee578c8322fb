import { append } from "../collections.ts";
import type { Files } from "../machine/facts.ts";
import { baseName, etc, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import { isCommand, isLibraryDirectory, isSharedObject } from "../plan/areas.ts";
import type { PackageRef } from "../plan/plan.ts";
import { isLibraryFile, sourceOfByteCode } from "../plan/trees.ts";
import type { Access, Trace } from "../trace/trace.ts";

/** A package with the paths of all files and directories in it. */
export interface PackageContents {
	readonly ref: PackageRef;
	readonly files: readonly Path[];
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

/**
 * Directories of /etc that others read: the service manager, logrotate, cron, the firewall. Files directly in them say nothing
 * about the application.
 */
const othersConfiguration =
	/^\/etc\/(init\.d|init|rc\w*\.d|default|sysconfig|logrotate\.d|cron[.\w]*|anacron|insserv[.\w]*|ufw|apparmor\.d|apport|bash_completion\.d|profile\.d|rsyslog\.d|logcheck|udev|sysctl\.d|systemd|dbus-1|network|ppp|runit|sv|NetworkManager|dhcp|resolvconf|X11|xdg|polkit-1|modprobe\.d)\//;

/** Files that no running application reads: documentation, packaging and editor files, headers, units. */
const documentation =
	/^\/usr\/(local\/)?(include|src|games)\/|^\/usr\/(local\/)?share\/(doc|doc-base|man|info|lintian|locale|bug|reportbug|apport|bash-completion|zsh|fish|vim|emacs|nano|runit|applications|pixmaps|icons|metainfo|appdata|menu|polkit-1|dbus-1|gtk-doc|pkgconfig|aclocal|licenses|initramfs-tools|debconf|dh-[^/]*|perl5\/Debian)\/|^(\/usr)?\/lib\/(systemd|sysusers\.d|tmpfiles\.d|sysctl\.d|udev|modules-load\.d|environment\.d|debug|\.build-id|NetworkManager|init)\/|\/(pkgconfig|cmake)\/|\.(a|la|h|pc)$/;

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

/** Whether a file of the application's package is read by other programs, or by none. */
export function isOutsideApplication(path: Path): boolean {
	return othersConfiguration.test(path) || documentation.test(path);
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
