import { expect, test } from "vitest";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { byPackage, type ChangedOrigin } from "../../src/check/drift.ts";

const [link, old, other] = ["/usr/lib/libz.so.1", "/usr/lib/libz.so.1.2.13", "/usr/lib/libgone.so.1"].map(pathFromText) as [
	Path,
	Path,
	Path,
];
const zlib = (version: string) => ({ name: "zlib1g", version });

test("an upgrade is one line, also if it removed files", () => {
	const changed: ChangedOrigin[] = [
		{ path: link, change: "changed", was: zlib("1.2") },
		{ path: old, change: "gone", was: zlib("1.2") },
		{ path: other, change: "gone", was: { name: "libgone1", version: "1" } },
	];
	expect(byPackage(changed, new Map([[link, zlib("1.3")]]), new Set(["zlib1g"]))).toEqual([
		{ package: "libgone1", from: "1", security: false, files: [{ path: other, change: "gone" }] },
		{
			package: "zlib1g",
			from: "1.2",
			to: "1.3",
			security: true,
			files: [
				{ path: link, change: "changed" },
				{ path: old, change: "gone" },
			],
		},
	]);
});
