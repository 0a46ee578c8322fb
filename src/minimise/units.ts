import { append } from "../base/collections.ts";
import type { Files } from "../base/machine/facts.ts";
import { baseName, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import type { ManifestEntry } from "../cage/manifest.ts";
import { libraryClosure } from "../plan/elf/closure.ts";
import { type GroupName, groupOf } from "../plan/groups.ts";
import { linkFiles, placeOf } from "../plan/links.ts";
import { type Application, launchEnvironment } from "../service/application.ts";
import type { PinKind } from "./pin-kinds.ts";

/** Number of bytes of a settings file that are read. */
const settingsSize = 64 * 1024;

/**
 * Returns settings files with the modules that they load by name: `LoadModule x modules/mod_x.so`, `extension=x`. Without such a
 * module an application may start and log an error each time, or it does not start and the trial is a waste.
 */
export function extensionsOf(
	settings: readonly Path[],
	paths: readonly Path[],
	files: Pick<Files, "read">,
): Map<Path, Set<Path>> {
	const named = new Map<string, Path[]>();
	for (const path of paths) {
		if (path.endsWith(".so")) append(named, baseName(path), path);
	}
	const found = new Map<Path, Set<Path>>();
	for (const path of settings) {
		const text = named.size ? (files.read(path, settingsSize)?.toString("latin1") ?? "") : "";
		const lines = text.split("\n").filter((line) => !/^\s*[#;]/.test(line));
		const names = lines.flatMap((line) => [
			...(line.match(/(?<![\w.+-])[\w.+-]+\.so\b/g) ?? []),
			...(/^\s*(?:zend_)?extension\s*=\s*"?([\w-]+)"?\s*$/
				.exec(line)
				?.slice(1)
				.map((name) => `${name}.so`) ?? []),
		]);
		const wanted = names.flatMap((name) => named.get(name) ?? []);
		if (wanted.length) found.set(path, new Set(wanted));
	}
	return found;
}

/** Returns what each file cannot be used without, by real path: its libraries, its loader, a script's interpreter. */
export function needsOf(paths: readonly Path[], application: Application, files: Files): Map<Path, Set<Path>> {
	const { interpreters, needed } = libraryClosure(paths, files, {
		environment: launchEnvironment(application),
		directory: normalise(pathFromText(application.cwd)),
	});
	const needs = new Map<Path, Set<Path>>();
	// glibc loads it when a thread ends or is cancelled, and aborts without it (pthread_exit(3)).
	const unwinder = paths.filter((path) => baseName(path) === "libgcc_s.so.1");
	for (const path of paths) if (baseName(path) === "libc.so.6") needs.set(path, new Set(unwinder));
	for (const [wanted, by] of [...needed, ...interpreters]) {
		const real = placeOf(wanted, files);
		for (const one of by) {
			const place = placeOf(one, files);
			needs.set(place, (needs.get(place) ?? new Set<Path>()).add(real));
		}
	}
	return needs;
}

/** The smallest part of a search: a file, with the links that lead to it. */
export interface Unit {
	/** Indexes of the units that it cannot be used without, such as its libraries. */
	readonly needs: readonly number[];
	/** Its place from wide to narrow: group, package, folder. Neighbours are likely to be decided alike. */
	readonly place: readonly string[];
}

/**
 * Sorts units for bisection: by place, and dependents before what they need, so that the first part of a range never leaves out
 * what the rest of the cage needs.
 */
export function searchOrder(units: readonly Unit[], numbers: readonly number[]): number[] {
	const by = dependents(units);
	const wanted = new Set(numbers);
	const sorted = [...numbers].sort((a, b) => compare(units[a]?.place ?? [], units[b]?.place ?? []) || a - b);
	const done = new Set<number>();
	const order: number[] = [];
	const visit = (unit: number) => {
		if (done.has(unit)) return;
		done.add(unit);
		for (const other of by.get(unit) ?? []) visit(other);
		if (wanted.has(unit)) order.push(unit);
	};
	for (const unit of sorted) visit(unit);
	return order;
}

/** Returns the units that need each unit. */
export function dependents(units: readonly Unit[]): Map<number, number[]> {
	const by = new Map<number, number[]>();
	for (const [unit, { needs }] of units.entries()) {
		for (const need of needs) append(by, need, unit);
	}
	return by;
}

/** Splits at least two units into parts of at least a quarter each, where the places differ most, and otherwise in the middle. */
export function halves(part: readonly number[], units: readonly Unit[]): [number[], number[]] {
	const { length } = part;
	const middle = length / 2;
	let best = Math.floor(middle);
	let bestCost = Number.POSITIVE_INFINITY;
	for (let at = Math.max(1, Math.ceil(length / 4)); at <= Math.min(length - 1, Math.floor((length * 3) / 4)); at++) {
		const level = levelBetween(units[part[at - 1] ?? -1]?.place ?? [], units[part[at] ?? -1]?.place ?? []);
		const cost = level * length + Math.abs(at - middle);
		if (cost < bestCost) [best, bestCost] = [at, cost];
	}
	return [part.slice(0, best), part.slice(best)];
}

/** Returns the first level at which two places differ, or the number of levels. */
function levelBetween(a: readonly string[], b: readonly string[]): number {
	const at = a.findIndex((name, level) => name !== b[level]);
	return at < 0 ? a.length : at;
}

function compare(a: readonly string[], b: readonly string[]): number {
	const at = levelBetween(a, b);
	const [one = "", other = ""] = [a[at], b[at]];
	return one === other ? 0 : one < other ? -1 : 1;
}

/** A file of a cage with all links that lead to it, or a link that leads nowhere. */
export interface FileUnit extends Unit {
	readonly path: Path;
	readonly links: readonly Path[];
	/** 0 for a link that leads nowhere, otherwise 1. */
	readonly files: number;
	readonly bytes: number;
	readonly group: GroupName;
	readonly package?: string;
	readonly pin?: PinKind;
}

/**
 * Returns the parts of a cage that can be kept or left out alone. Directories, and links to them, to devices or out of the copied
 * files, stay. `needs` says, by real path, what the kernel and the loader need for a file.
 */
export function unitsOf(
	entries: readonly ManifestEntry[],
	needs: ReadonlyMap<Path, ReadonlySet<Path>>,
	pinOf: (entry: ManifestEntry) => PinKind | undefined,
): FileUnit[] {
	const byPath = new Map(entries.map((entry) => [entry.path, entry]));
	const files = linkFiles(byPath);
	const links = new Map<Path, Path[]>();
	const loose: ManifestEntry[] = [];
	for (const entry of entries) {
		if (entry.kind !== "symlink") continue;
		const end = placeOf(entry.path, files);
		if (isFile(byPath.get(end))) append(links, end, entry.path);
		else if (!byPath.has(end) && pinOf(entry) === undefined) loose.push(entry);
	}
	const alone = entries.filter((entry) => isFile(entry));
	const heads = [...alone, ...loose];
	const numbers = new Map(heads.map(({ path }, number) => [path, number]));
	return heads.map((entry, number) => {
		const group = groupOf({ ...entry, decision: "include" });
		const own = links.get(entry.path) ?? [];
		const pin = pinOf(entry) ?? own.flatMap((path) => pinOf(byPath.get(path) ?? entry) ?? [])[0];
		return {
			path: entry.path,
			links: own,
			files: Number(isFile(entry)),
			bytes: isFile(entry) ? entry.size : 0,
			group,
			...(entry.package ? { package: entry.package.name } : {}),
			...(pin ? { pin } : {}),
			place: [group, entry.package?.name ?? "", parent(entry.path)],
			needs: [...(needs.get(entry.path) ?? [])].flatMap((path) => numbers.get(path) ?? []).filter((one) => one !== number),
		};
	});
}

/** Pins everything that a pinned unit needs. */
export function withNeeded(units: readonly FileUnit[]): FileUnit[] {
	const pinned = new Map<number, PinKind>();
	const hold = (number: number, pin: PinKind) => {
		if (pinned.has(number)) return;
		pinned.set(number, units[number]?.pin ?? pin);
		for (const need of units[number]?.needs ?? []) hold(need, "needed");
	};
	for (const [number, { pin }] of units.entries()) if (pin) hold(number, pin);
	return units.map((unit, number) => {
		const pin = pinned.get(number);
		return pin ? { ...unit, pin } : unit;
	});
}

function isFile(entry: ManifestEntry | undefined): boolean {
	return entry?.kind === "file" || entry?.kind === "generated";
}

/** The result of a search for unneeded files. */
export interface SearchOutcome {
	readonly left: readonly FileUnit[];
	readonly kept: readonly FileUnit[];
	readonly trials: number;
	readonly seconds: number;
	/** False if the search was stopped before every file was decided. */
	readonly isComplete: boolean;
	/** Exercises and signals of each trial. */
	readonly exercises: readonly string[];
	readonly signals: readonly string[];
	/** Exercises and signals that fail even with all files, and therefore prove nothing. */
	readonly uncounted: readonly string[];
}
