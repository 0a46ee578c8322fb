import { ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import {
	Bom,
	Component,
	HashDictionary,
	Metadata,
	Property,
	PropertyRepository,
	Tools,
} from "@cyclonedx/cyclonedx-library/Models";
import { JSON as Json, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { omitUndefined } from "../../base/collections.ts";
import { printableJson, showPath } from "../../base/path/quote.ts";
import type { ManifestEntry } from "../../cage/manifest.ts";
import { neededPairs, packageUrlIn, programOf } from "../packages.ts";
import type { CageRecord } from "../record.ts";

/**
 * Returns a CycloneDX 1.6 software bill of materials for scanners: packages with version, package URL, files (SHA-256) and
 * dependencies. `version` is the program's; `sha256` hashes in hexadecimal.
 */
export function recordCycloneDx(
	record: CageRecord,
	{ sha256, version }: { readonly sha256: (text: string) => string; readonly version: string },
): string {
	const { cage, fingerprint, manifest, writtenAt } = record;
	const root = new Component(ComponentType.Container, cage.name, {
		bomRef: "cage",
		version: String(manifest.generation),
		properties: new PropertyRepository([new Property("cagewright:fingerprint", fingerprint)]),
	});
	const tools = new Tools();
	tools.components.add(new Component(ComponentType.Application, "cagewright", { bomRef: "cagewright", version }));
	const bom = new Bom({
		serialNumber: serialNumber(record, sha256),
		metadata: new Metadata({ timestamp: new Date(writtenAt), tools, component: root }),
	});
	const components = componentsOf(record);
	for (const component of new Set(components.values())) bom.components.add(component);
	const needed = new Set<Component>();
	for (const [from, to] of neededPairs(manifest)) {
		const [user, used] = [components.get(from), components.get(to)];
		if (!user || !used || user === used) continue;
		user.dependencies.add(used.bomRef);
		needed.add(used);
	}
	for (const component of components.values()) if (!needed.has(component)) root.dependencies.add(component.bomRef);
	const system = operatingSystem(record);
	if (system) bom.components.add(system);
	const text = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6)).serialize(bom, { sortLists: true });
	return `${printableJson(JSON.parse(text), 2)}\n`;
}

/** Components by file path. A file without a package, or generated for the cage, is a separate component. */
function componentsOf(record: CageRecord): Map<string, Component> {
	const { manifest } = record;
	const programs = new Set(programOf(manifest)?.packages.map(({ name }) => name));
	const packages = new Map<string, Component>();
	const components = new Map<string, Component>();
	for (const entry of manifest.entries) {
		if (entry.kind !== "file" && entry.kind !== "generated") continue;
		const { package: ref, path } = entry;
		const own = fileComponent(entry);
		if (!ref || entry.kind === "generated") {
			components.set(path, own);
			continue;
		}
		const key = `${ref.name} ${ref.version}`;
		const purl = packageUrlIn(record, ref);
		const known =
			packages.get(key) ??
			new Component(programs.has(ref.name) ? ComponentType.Application : ComponentType.Library, ref.name, {
				bomRef: purl ?? `package:${ref.name}@${ref.version}`,
				version: ref.version,
				...omitUndefined({ purl }),
			});
		known.components.add(own);
		packages.set(key, known);
		components.set(path, known);
	}
	return components;
}

function fileComponent({ path, sha256 }: ManifestEntry): Component {
	return new Component(ComponentType.File, showPath(path), {
		bomRef: `file:${showPath(path)}`,
		...(sha256 === undefined ? {} : { hashes: new HashDictionary([[HashAlgorithm["SHA-256"], sha256]]) }),
	});
}

/** Scanners select security advisories by this value. */
function operatingSystem({ evidence }: CageRecord): Component | undefined {
	const { distribution, system } = evidence?.machine ?? { distribution: "", system: "" };
	const [, name, version] = /^(.+)-([^-]+)$/.exec(distribution) ?? [];
	if (name === undefined || version === undefined) return undefined;
	return new Component(ComponentType.OperatingSystem, name, {
		bomRef: `operating-system:${distribution}`,
		version,
		description: system,
	});
}

/** A UUID of version 8 (RFC 9562), derived from the record: different for each record, as the specification requires. */
function serialNumber({ cage, fingerprint, writtenAt }: CageRecord, sha256: (text: string) => string): string {
	const hex = sha256(`${cage.name}\n${fingerprint}\n${writtenAt}`);
	const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) & 3];
	const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)];
	return `urn:uuid:${parts.join("-")}`;
}
