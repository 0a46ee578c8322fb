import type { Files } from "../machine/facts.ts";
import { isWithin, join, type Path, parent } from "../path/path.ts";
import { startsEmpty } from "./areas.ts";
import type { Entry, Offer, WritableDirectory } from "./plan.ts";
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
