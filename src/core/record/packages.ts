import type { Manifest, ManifestEntry } from "../cage/manifest.ts";
import { ancestors, join, type Path, parent, pathFromText, resolvePath } from "../path/path.ts";
import type { PackageRef } from "../plan/plan.ts";
import type { CageRecord, MachineFacts, PackageKind, PackageOrigin } from "./record.ts";

const kinds: Readonly<Record<string, PackageKind>> = {
	debian: "deb",
	ubuntu: "deb",
	fedora: "rpm",
	rhel: "rpm",
	centos: "rpm",
	suse: "rpm",
	opensuse: "rpm",
	alpine: "apk",
	arch: "alpm",
};

/** By `ID` and `ID_LIKE` of os-release(5), the nearest first; undefined where none of them is known. */
export function packageKindOf(ids: readonly string[]): PackageKind | undefined {
	return ids.map((id) => kinds[id]).find((kind) => kind !== undefined);
}

/**
 * The package URL (the purl specification, ECMA-427) by which scanners look a package up; undefined where it is not known which package manager it is of.
 * `distro`, `epoch` and `arch` are as its type definitions have them, `upstream` as syft, grype and others write and read it.
 */
export function packageUrl(
	{ name: listed, version: full }: PackageRef,
	{ architecture, distribution, packageKind }: Pick<MachineFacts, "architecture" | "distribution" | "packageKind">,
	origin?: PackageOrigin,
): string | undefined {
	const namespace = distribution.split("-", 1)[0] ?? "";
	const kind = packageKind ?? packageKindOf([namespace]);
	if (kind === undefined || namespace === "") return undefined;
	// dpkg tells a package of another architecture by its name.
	const [name = listed, foreign] = kind === "deb" ? listed.split(":") : [listed];
	const [, epoch, version = full] = (kind === "rpm" ? /^(\d+):(.*)$/ : /^()(.*)$/).exec(full) ?? [];
	const qualifiers: Readonly<Record<string, string | undefined>> = {
		arch: origin?.architecture ?? foreign ?? (kind === "deb" ? undefined : architecture),
		distro: distribution,
		epoch: epoch || undefined,
		upstream: upstream(name, origin),
	};
	const query = Object.entries(qualifiers).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encode(value)}`]));
	return `pkg:${kind}/${encode(namespace.toLowerCase())}/${encode(name)}@${encode(version)}?${query.join("&")}`;
}

/** Of a package in a cage, as the machine was when the cage was made; undefined where nothing was kept of that. */
export function packageUrlIn({ evidence }: CageRecord, ref: PackageRef): string | undefined {
	if (!evidence) return undefined;
	const origin = evidence.origins?.find(({ name, version }) => name === ref.name && version === ref.version);
	return packageUrl(ref, evidence.machine, origin);
}

function upstream(name: string, origin: PackageOrigin | undefined): string | undefined {
	if (!origin || (origin.source === name && origin.sourceVersion === undefined)) return undefined;
	return origin.sourceVersion === undefined ? origin.source : `${origin.source}@${origin.sourceVersion}`;
}

/** All but letters, digits and `.-_~:` is escaped; encodeURIComponent leaves some signs more, and escapes the colon. */
function encode(text: string): string {
	const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
	return encodeURIComponent(text)
		.replace(/[!'()*]/g, escaped)
		.replaceAll("%3A", ":");
}

/** Files of the cage by the package that brought them; those of no package and those that were made for the cage stand for themselves. */
interface PackageShare {
	readonly ref?: PackageRef;
	readonly kind: "package" | "none" | "made";
	readonly files: number;
	readonly bytes: number;
}

/** The largest first. */
export function packagesOf({ entries }: Manifest): PackageShare[] {
	const shares = new Map<string, { ref?: PackageRef; kind: PackageShare["kind"]; files: number; bytes: number }>();
	for (const entry of entries) {
		if (entry.kind !== "file" && entry.kind !== "generated") continue;
		const { package: ref } = entry;
		const kind = entry.kind === "generated" ? "made" : ref ? "package" : "none";
		const key = kind === "package" ? `${ref?.name} ${ref?.version}` : kind;
		const share = shares.get(key) ?? { ...(kind === "package" && ref ? { ref } : {}), kind, files: 0, bytes: 0 };
		share.files++;
		share.bytes += entry.size;
		shares.set(key, share);
	}
	return [...shares.values()].sort((a, b) => b.bytes - a.bytes);
}

/** What the command starts, and the file behind its links; both may be of packages of their own. */
interface Program {
	readonly file: ManifestEntry;
	readonly packages: readonly PackageRef[];
}

export function programOf({ command, entries }: Manifest): Program | undefined {
	const byPath = new Map(entries.map((entry) => [entry.path, entry]));
	const packages: PackageRef[] = [];
	let path: Path | undefined = pathFromText(command[0] ?? "");
	// A chain of links in a cage is short; one that leads back to itself ends here too.
	for (let steps = 0; path !== undefined && steps < 40; steps++) {
		const file: ManifestEntry | undefined = byPath.get(path) ?? throughLinks(path, byPath);
		if (!file) return undefined;
		const { package: ref } = file;
		if (ref && !packages.some(({ name }) => name === ref.name)) packages.push(ref);
		if (file.kind !== "symlink") return { file, packages };
		path = file.target === undefined ? undefined : resolvePath(parent(file.path), file.target);
	}
	return undefined;
}

/** Where a directory on the way is a link, as /bin mostly is. */
function throughLinks(path: Path, byPath: ReadonlyMap<Path, ManifestEntry>): ManifestEntry | undefined {
	for (const above of ancestors(path)) {
		const entry = byPath.get(above);
		if (entry?.kind === "symlink" && entry.target !== undefined) {
			const real = join(resolvePath(parent(above), entry.target), path.slice(above.length + 1));
			return byPath.get(real);
		}
	}
	return undefined;
}

/** What needs which library, as the manifest's reasons say: a graph of files or, where those are too many to be looked at, of packages. */
interface Dependencies {
	readonly of: "files" | "packages";
	/** `level` 0 needs somebody, and nobody needs it; each is one further than whoever needs it first. */
	readonly nodes: readonly { readonly name: string; readonly level: number }[];
	/** Places in `nodes`: the first needs the second. */
	readonly edges: readonly (readonly [number, number])[];
	/** How many nodes are left out beyond the most that are shown. */
	readonly rest: number;
}

const maxNodes = 36;

export function dependenciesOf(manifest: Manifest): Dependencies {
	const byPath = new Map(manifest.entries.map((entry) => [entry.path, entry]));
	const pairs = neededPairs(manifest);
	const files = graph(pairs);
	if (files.names.length <= maxNodes) return { of: "files", ...drawn(files), rest: 0 };
	const packageOf = (path: Path) => nameOfPackage(byPath.get(path)) ?? path;
	const packages = graph(
		pairs.map(([from, to]) => [packageOf(from), packageOf(to)] as const).filter(([from, to]) => from !== to),
	);
	if (packages.names.length <= maxNodes) return { of: "packages", ...drawn(packages), rest: 0 };
	return { of: "packages", ...drawn(maxNeeded(packages)), rest: packages.names.length - maxNodes };
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
function maxNeeded({ names, pairs }: Graph): Graph {
	const weight = (name: string) => pairs.filter((pair) => pair.includes(name)).length;
	const kept = new Set([...names].sort((a, b) => weight(b) - weight(a)).slice(0, maxNodes));
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
