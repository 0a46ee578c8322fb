import type { Manifest, ManifestEntry } from "../cage/manifest.ts";
import type { Path } from "../path/path.ts";

/** What needs which library, as the manifest's reasons say: a graph of files or, where those are too many to be looked at, of packages. */
export interface Dependencies {
	readonly of: "files" | "packages";
	/** `level` 0 needs somebody, and nobody needs it; each is one further than whoever needs it first. */
	readonly nodes: readonly { readonly name: string; readonly level: number }[];
	/** Places in `nodes`: the first needs the second. */
	readonly edges: readonly (readonly [number, number])[];
	/** How many nodes are left out beyond the most that are shown. */
	readonly rest: number;
}

const mostNodes = 36;

export function dependenciesOf(manifest: Manifest): Dependencies {
	const byPath = new Map(manifest.entries.map((entry) => [entry.path, entry]));
	const pairs = neededPairs(manifest);
	const files = graph(pairs);
	if (files.names.length <= mostNodes) return { of: "files", ...drawn(files), rest: 0 };
	const packageOf = (path: Path) => nameOfPackage(byPath.get(path)) ?? path;
	const packages = graph(
		pairs.map(([from, to]) => [packageOf(from), packageOf(to)] as const).filter(([from, to]) => from !== to),
	);
	if (packages.names.length <= mostNodes) return { of: "packages", ...drawn(packages), rest: 0 };
	return { of: "packages", ...drawn(mostNeeded(packages)), rest: packages.names.length - mostNodes };
}

/** Each file that needs another, and that other. */
export function neededPairs({ entries }: Manifest): (readonly [Path, Path])[] {
	return entries.flatMap((entry) =>
		// Links lead to the same file once more.
		(entry.kind === "file" ? entry.reasons : []).flatMap((reason) =>
			reason.kind === "needed-by" ? [[reason.by, entry.path] as const] : [],
		),
	);
}

function nameOfPackage(entry: ManifestEntry | undefined): string | undefined {
	return entry?.package?.name;
}

interface Graph {
	readonly names: readonly string[];
	readonly pairs: readonly (readonly [string, string])[];
}

function graph(pairs: readonly (readonly [string, string])[]): Graph {
	const once = new Map(pairs.map((pair) => [pair.join("\0"), pair]));
	return { names: [...new Set([...once.values()].flat())], pairs: [...once.values()] };
}

/** Those with the most edges stay, with the edges among them. */
function mostNeeded({ names, pairs }: Graph): Graph {
	const weight = (name: string) => pairs.filter((pair) => pair.includes(name)).length;
	const kept = new Set([...names].sort((a, b) => weight(b) - weight(a)).slice(0, mostNodes));
	return { names: names.filter((name) => kept.has(name)), pairs: pairs.filter(([from, to]) => kept.has(from) && kept.has(to)) };
}

function drawn({ names, pairs }: Graph): Pick<Dependencies, "nodes" | "edges"> {
	const needed = new Set(pairs.map(([, to]) => to));
	const levels = new Map<string, number>();
	// By breadth, so that what needs itself in a circle comes to an end.
	let row = names.filter((name) => !needed.has(name));
	if (!row.length) row = names.slice(0, 1);
	for (let level = 0; row.length; level++) {
		for (const name of row) levels.set(name, level);
		const next = pairs.flatMap(([from, to]) => (row.includes(from) && !levels.has(to) ? [to] : []));
		row = [...new Set(next)];
	}
	const nodes = names.map((name) => ({ name, level: levels.get(name) ?? 0 })).sort((a, b) => a.level - b.level);
	const place = new Map(nodes.map(({ name }, index) => [name, index]));
	return { nodes, edges: pairs.map(([from, to]) => [place.get(from) ?? 0, place.get(to) ?? 0] as const) };
}
