import { createHash } from "node:crypto";
import { ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import * as Models from "@cyclonedx/cyclonedx-library/Models";
import { JSON as Json, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { readJson } from "./project.js";

/**
 * Returns Cagewright's own bill of materials (CycloneDX 1.6): the libraries in these folders of node_modules, which are in the bundle,
 * and the Node.js of the packages that contain one. It has no time, so that the same sources give the same bytes.
 */
export function billOfMaterials(folders) {
	const { license, name, version } = readJson("package.json");
	const locked = readJson("package-lock.json").packages;
	const runtime = readJson("packaging/node.json");
	const program = component(ComponentType.Application, { license, name, version });
	const libraries = folders.map((folder) =>
		component(ComponentType.Library, { ...readJson(`${folder}/package.json`), integrity: locked[folder]?.integrity }),
	);
	const node = Object.entries(runtime.integrity).map(([processor, integrity]) =>
		component(ComponentType.Application, {
			name: `node-linux-${processor}`,
			version: runtime.version,
			license: "MIT",
			integrity,
			description: "Only in the packages cagewright-with-node",
		}),
	);
	const bom = new Models.Bom({ metadata: new Models.Metadata({ component: program }) });
	const purls = new Set();
	for (const one of [...libraries, ...node]) {
		if (purls.has(one.purl)) continue;
		purls.add(one.purl);
		bom.components.add(one);
		program.dependencies.add(one.bomRef);
	}
	bom.serialNumber = serialNumber([program.purl, ...purls].join("\n"));
	return `${new JsonSerializer(new Json.Normalize.Factory(Spec1dot6)).serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function component(type, { description, integrity, license, name, version }) {
	const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
	const [, group, rest] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
	const made = new Models.Component(type, rest ?? name, { bomRef: purl, group, version, purl, description });
	const isOne = /^[\w.-]+$/.test(license);
	made.licenses.add(isOne ? new Models.SpdxLicense(license) : new Models.LicenseExpression(license));
	if (integrity)
		made.hashes.set(HashAlgorithm["SHA-512"], Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex"));
	return made;
}

/** A UUID of version 8 (RFC 9562) of this text. */
function serialNumber(text) {
	const hex = createHash("sha256").update(text).digest("hex");
	return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
