import { expect, test } from "vitest";
import type { Adoption } from "../../src/core/adoption/adoption.ts";
import type { Path } from "../../src/core/path/path.ts";
import { adoptionFromJson, adoptionToJson } from "../../src/system/adoption/adoption-file.ts";

const adoption = (stage: string): Adoption => ({
	service: "app.service",
	phase: "returning",
	since: "2026-01-02T03:04:05.678Z",
	companions: { triggers: [], dependents: [] },
	dropin: "[Service]\n",
	probes: [],
	timeout: 3,
	places: [
		{ path: "/var/lib/app" as Path, host: "a", cage: "b", stage: { name: stage as Path, inode: "12", untouched: true } },
		{ path: "/var/log/app" as Path, cage: "c" },
	],
});

test("an adoption survives its file, with the stages of its release", () => {
	const written = adoption(".cagewright-release-0a1b");
	expect(adoptionFromJson(adoptionToJson(written))).toEqual(written);
});

test("a stage outside the directory is rejected", () => {
	expect(adoptionFromJson(adoptionToJson(adoption(".cagewright-release-0a1b/../../etc")))).toBeUndefined();
});
