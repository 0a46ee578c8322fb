import type { PackageRef } from "../base/machine/facts.ts";
import { ancestors, join, type Path, parent, pathFromText, resolvePath } from "../base/path/path.ts";
import type { Manifest, ManifestEntry } from "../cage/manifest.ts";
import type { MachineFacts, PackageKind, PackageOrigin } from "./evidence.ts";
import type { CageRecord } from "./record.ts";

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

/** Takes `ID` and `ID_LIKE` of os-release(5), nearest first. Returns undefined if none is known. */
export function packageKindOf(ids: readonly string[]): PackageKind | undefined {
	return ids.map((id) => kinds[id]).find((kind) => kind !== undefined);
}

/**
 * Returns the package URL (purl, ECMA-427) with which scanners look up a package; undefined if the package manager is unknown.
 * `distro`, `epoch` and `arch` follow the type definitions, `upstream` follows syft and grype.
 */
export function packageUrl(
	{ name: listed, version: full }: PackageRef,
	{ architecture, distribution, packageKind }: Pick<MachineFacts, "architecture" | "distribution" | "packageKind">,
	origin?: PackageOrigin,
): string | undefined {
	const namespace = distribution.split("-", 1)[0] ?? "";
	const kind = packageKind ?? packageKindOf([namespace]);
	if (kind === undefined || namespace === "") return undefined;
	// dpkg appends another architecture to the name.
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

/** Returns the package URL as of the build; undefined if no evidence from then exists. */
export function packageUrlIn({ evidence }: CageRecord, ref: PackageRef): string | undefined {
	if (!evidence) return undefined;
	const origin = evidence.origins?.find(({ name, version }) => name === ref.name && version === ref.version);
	return packageUrl(ref, evidence.machine, origin);
}

function upstream(name: string, origin: PackageOrigin | undefined): string | undefined {
	if (!origin || (origin.source === name && origin.sourceVersion === undefined)) return undefined;
	return origin.sourceVersion === undefined ? origin.source : `${origin.source}@${origin.sourceVersion}`;
}

/** Escapes everything except letters, digits and `.-_~:`. encodeURIComponent leaves more, and escapes the colon. */
function encode(text: string): string {
	const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
	return encodeURIComponent(text)
		.replace(/[!'()*]/g, escaped)
		.replaceAll("%3A", ":");
}

/** Files of one package. Files without a package and generated files form their own groups. */
interface PackageShare {
	readonly ref?: PackageRef;
	readonly kind: "package" | "none" | "made";
	readonly files: number;
	readonly bytes: number;
}

/** Returns the largest group first. */
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

/** The file that the command starts, links resolved. The link and the file may belong to different packages. */
interface Program {
	readonly file: ManifestEntry;
	readonly packages: readonly PackageRef[];
}

export function programOf({ command, entries }: Manifest): Program | undefined {
	const byPath = new Map(entries.map((entry) => [entry.path, entry]));
	const packages: PackageRef[] = [];
	let path: Path | undefined = pathFromText(command[0] ?? "");
	// Cages contain only short chains of links; the limit ends loops.
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

/** Resolves a directory link on the path, such as /bin. */
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

/** Which file needs which library, according to the manifest. With too many files, the graph shows packages. */
interface Dependencies {
	readonly of: "files" | "packages";
	/** Nodes of `level` 0 are needed by none; every other node is one level below the first that needs it. */
	readonly nodes: readonly { readonly name: string; readonly level: number }[];
	/** Indexes in `nodes`: the first needs the second. */
	readonly edges: readonly (readonly [number, number])[];
	/** Number of nodes that are not shown. */
	readonly rest: number;
}

const maxNodes = 36;

export function dependenciesOf(manifest: Manifest): Dependencies {
	const byPath = new Map(manifest.entries.map((entry) => [entry.path, entry]));
	const pairs = neededPairs(manifest);
	const files = graph(pairs);
	if (files.names.length <= maxNodes) return { of: "files", ...layOut(files), rest: 0 };
	const packageOf = (path: Path) => nameOfPackage(byPath.get(path)) ?? path;
	const packages = graph(
		pairs.map(([from, to]) => [packageOf(from), packageOf(to)] as const).filter(([from, to]) => from !== to),
	);
	if (packages.names.length <= maxNodes) return { of: "packages", ...layOut(packages), rest: 0 };
	return { of: "packages", ...layOut(mostConnected(packages)), rest: packages.names.length - maxNodes };
}

/** Returns pairs of a file and a file that it needs. */
export function neededPairs({ entries }: Manifest): (readonly [Path, Path])[] {
	return entries.flatMap((entry) =>
		// Links lead to the same file again.
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

/** Keeps the nodes with the most edges. */
function mostConnected({ names, pairs }: Graph): Graph {
	const weight = (name: string) => pairs.filter((pair) => pair.includes(name)).length;
	const kept = new Set([...names].sort((a, b) => weight(b) - weight(a)).slice(0, maxNodes));
	return { names: names.filter((name) => kept.has(name)), pairs: pairs.filter(([from, to]) => kept.has(from) && kept.has(to)) };
}

function layOut({ names, pairs }: Graph): Pick<Dependencies, "nodes" | "edges"> {
	const needed = new Set(pairs.map(([, to]) => to));
	const levels = new Map<string, number>();
	// Breadth first, so that cycles end.
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
