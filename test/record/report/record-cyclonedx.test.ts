import { expect, test } from "vitest";
import { sha256 } from "../../../src/base/host/hash.ts";
import { pathFromBytes, pathFromText } from "../../../src/base/path/path.ts";
import { recordCycloneDx } from "../../../src/record/report/cyclonedx.ts";
import { manifestEntry } from "../../make/report/made.ts";
import { cycloneDxProblems } from "./record-schemas.ts";
import { recordFor } from "./records.ts";

interface Component {
	readonly name: string;
	readonly type: string;
	readonly version?: string;
	readonly purl?: string;
	readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
	readonly components?: readonly Component[];
	readonly "bom-ref": string;
}

interface Bom {
	readonly serialNumber: string;
	readonly components: readonly Component[];
	readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

function bom(record: ReturnType<typeof recordFor>): Bom {
	const made = JSON.parse(recordCycloneDx(record, { version: "1.2.3", sha256 }));
	expect(cycloneDxProblems(made)).toEqual([]);
	return made;
}

const needed = (by: string) => [{ kind: "needed-by" as const, by: pathFromText(by) }];
const entries = [
	manifestEntry("/usr/bin/app", { sha256: "a".repeat(64), package: { name: "app", version: "1:2+b1" } }),
	manifestEntry("/usr/lib/libssl.so.3", {
		sha256: "b".repeat(64),
		package: { name: "libssl3t64", version: "3.5" },
		reasons: needed("/usr/bin/app"),
	}),
	manifestEntry("/srv/", { path: pathFromBytes(Buffer.from("/srv/\xff<x>\n", "latin1")), sha256: "c".repeat(64) }),
	manifestEntry("/usr/lib/link", { kind: "symlink", target: pathFromText("libssl.so.3") }),
];

test("the bill of materials has packages with version, URL, files and dependencies, and matches CycloneDX's schema", () => {
	const record = recordFor({ entries, manifest: { command: ["/usr/bin/app"] } });
	const origins = [{ name: "libssl3t64", version: "3.5", architecture: "amd64", source: "openssl" }];
	const made = bom({ ...record, ...(record.evidence ? { evidence: { ...record.evidence, origins } } : {}) });
	const shown = made.components.map(({ components = [], name, purl, type, version }) => ({
		name,
		purl,
		type,
		version,
		files: components.map((file) => [file.name, file.hashes?.[0]?.content[0]]),
	}));
	const app = "pkg:deb/debian/app@1:2%2Bb1?distro=debian-13";
	const ssl = "pkg:deb/debian/libssl3t64@3.5?arch=amd64&distro=debian-13&upstream=openssl";
	const [noPackage, noVersion] = [undefined, undefined];
	expect(shown).toEqual(
		expect.arrayContaining([
			{ name: "app", purl: app, type: "application", version: "1:2+b1", files: [["/usr/bin/app", "a"]] },
			{ name: "libssl3t64", purl: ssl, type: "library", version: "3.5", files: [["/usr/lib/libssl.so.3", "b"]] },
			{ name: "/srv/\\xff<x>\\x0a", purl: noPackage, type: "file", version: noVersion, files: [] },
			{ name: "debian", purl: noPackage, type: "operating-system", version: "13", files: [] },
		]),
	);
	expect(shown).toHaveLength(4);
	expect(made.dependencies.find(({ ref }) => ref === app)?.dependsOn).toEqual([ssl]);
	expect(made.dependencies.find(({ ref }) => ref === "cage")?.dependsOn).toContain(app);
	expect(made.dependencies.find(({ ref }) => ref === "cage")?.dependsOn).not.toContain(ssl);
});

test("packages have no URL if an older version recorded no machine", () => {
	const { evidence: _, ...old } = recordFor({ entries });
	expect(bom(old).components.flatMap(({ purl }) => purl ?? [])).toEqual([]);
});

test("each record has its own serial number", () => {
	const one = recordFor({ entries });
	expect(bom(one).serialNumber).toBe(bom(one).serialNumber);
	expect(bom({ ...one, writtenAt: "2026-01-03T00:00:00.000Z" }).serialNumber).not.toBe(bom(one).serialNumber);
	expect(bom({ ...one, fingerprint: "beef" }).serialNumber).not.toBe(bom(one).serialNumber);
});
