import type { PackageRef } from "../../core/plan/plan.ts";

export interface DpkgPackage {
	readonly ref: PackageRef;
	/** Without an architecture. */
	readonly name: string;
	readonly source: string;
	/** Where the source has another version than the package. */
	readonly sourceVersion?: string;
	readonly architecture: string;
}

/**
 * Packages of /var/lib/dpkg/status by the names of their file lists (`name`, or `name:architecture` where several architectures may be installed side by
 * side). A package of another architecture than dpkg's own keeps it in its name, as apt writes it.
 */
export function parseDpkgStatus(status: string): Map<string, DpkgPackage> {
	const stanzas: (Omit<DpkgPackage, "ref"> & { readonly version: string })[] = [];
	for (const stanza of status.split(/\n{2,}/)) {
		const name = field(stanza, "Package");
		const version = field(stanza, "Version");
		if (name !== undefined && version !== undefined) {
			// Where the source has another version than the package, that stands behind its name.
			const [, source = name, sourceVersion] = /^(\S+)(?: \((.*)\))?/.exec(field(stanza, "Source") ?? "") ?? [];
			const architecture = field(stanza, "Architecture") ?? "all";
			stanzas.push({ name, version, architecture, source, ...(sourceVersion === undefined ? {} : { sourceVersion }) });
		}
	}
	const native = stanzas.find(({ name }) => name === "dpkg")?.architecture;
	const packages = new Map<string, DpkgPackage>();
	for (const { version, ...stanza } of stanzas) {
		const { architecture, name } = stanza;
		const isForeign = native !== undefined && architecture !== native && architecture !== "all";
		const known = { ...stanza, ref: { name: isForeign ? `${name}:${architecture}` : name, version } };
		packages.set(`${name}:${architecture}`, known);
		if (!isForeign || !packages.has(name)) packages.set(name, known);
	}
	return packages;
}

/** Fields stand at the start of a line; the text of a longer one is indented. */
function field(stanza: string, name: string): string | undefined {
	const at = stanza.startsWith(`${name}: `) ? 0 : stanza.indexOf(`\n${name}: `);
	if (at < 0) return undefined;
	const start = at + name.length + (at === 0 && stanza.startsWith(name) ? 2 : 3);
	const end = stanza.indexOf("\n", start);
	return stanza.slice(start, end < 0 ? undefined : end).trim();
}

export interface Diversion {
	readonly to: string;
	/** The package whose own file keeps the name; ":" where the administrator diverted it from every package. */
	readonly by: string;
}

/** /var/lib/dpkg/diversions: three lines each, the name, where others' files of that name go, and for whom (dpkg-divert(1)). */
export function parseDiversions(text: string): Map<string, Diversion> {
	const lines = text.split("\n");
	const diversions = new Map<string, Diversion>();
	for (let at = 0; at + 2 < lines.length; at += 3) {
		const [from, to, by] = lines.slice(at, at + 3);
		if (from && to && by) diversions.set(from, { to, by });
	}
	return diversions;
}

/** Where a file that a package lists as `name` lies. */
export function divertedName(name: string, packageName: string, diversions: ReadonlyMap<string, Diversion>): string {
	const diversion = diversions.get(name);
	return diversion === undefined || diversion.by === packageName ? name : diversion.to;
}
