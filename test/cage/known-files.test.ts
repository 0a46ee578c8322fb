import { describe, expect, test } from "vitest";
import type { Files } from "../../src/base/machine/facts.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import type { Manifest, ManifestEntry } from "../../src/cage/manifest.ts";
import { knownFiles, type PackageDrift } from "../../src/check/drift.ts";
import { markRules } from "../../src/plan/marks.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { planFor, rules, trace } from "../plan/traces.ts";
import { link, type Node, tree } from "../plan/tree.ts";

const key = "-----BEGIN PRIVATE KEY-----\n";
const host: Record<string, Node> = {
	"/opt/app/tool": "#!/bin/sh\n",
	"/bin/sh": "\x7fELF",
	"/opt/app/data": "1",
	"/opt/app/key": key,
	"/opt/app/link": link("data"),
};
const seen = trace({ "/opt/app/tool": "execute" });
const allowed = { rules: rules({ include: ["/opt/app/link", "/opt/app/key"], allowSecret: ["/opt/app/key"] }) };
const stamp = { device: "1", inode: "2", size: "3", modified: "4", changed: "5" };
const owner = { name: "app", version: "1" };

/** A generation as a build writes it, with a package for everything below /opt. */
function manifestOf({ entries }: Plan, values: Partial<Manifest> = {}, change: Partial<ManifestEntry> = {}): Manifest {
	const made = entries.map(({ decision: _, ...entry }): ManifestEntry => {
		const { path } = entry;
		const isApp = path.startsWith("/opt/") && entry.kind !== "directory";
		return {
			...entry,
			...(entry.kind === "file" ? { origin: path, source: stamp, ...change } : {}),
			...(isApp ? { package: owner } : {}),
		};
	});
	return { marksBy: markRules(), entries: made, ...values } as unknown as Manifest;
}

/** The same files, with a list of those that were read. */
function watched(files: Files): { readonly files: Files; readonly read: Set<string> } {
	const read = new Set<string>();
	const noting = (path: Path, limit?: number) => {
		read.add(path);
		return files.read(path, limit);
	};
	return { files: { ...files, read: noting }, read };
}

const drifted = (path: string): PackageDrift[] => [{ security: false, files: [{ path: pathFromText(path), change: "changed" }] }];
const first = planFor(tree(host), seen, allowed);

describe("with a generation's knowledge,", () => {
	test("the plan is the same, and no file is read for its secrets", () => {
		const { files, read } = watched(tree(host));
		const again = planFor(files, seen, { ...allowed, known: knownFiles(manifestOf(first), [], true).marks });
		expect(again).toEqual(first);
		expect([...read].filter((path) => path.startsWith("/opt/app/") && path !== "/opt/app/tool")).toEqual([]);
	});
	test("a key that came into a file later is found", () => {
		const files = tree({ ...host, "/opt/app/data": key });
		const again = planFor(files, seen, {
			...allowed,
			known: knownFiles(manifestOf(first), drifted("/opt/app/data"), true).marks,
		});
		expect(again).toEqual(planFor(files, seen, allowed));
		expect(again.declined).toEqual([{ path: "/opt/app/data", risk: "secret" }]);
	});
});

describe("a generation knows nothing about a file", () => {
	const data = pathFromText("/opt/app/data");
	const marks = (values: Partial<Manifest>, change: Partial<ManifestEntry> = {}) =>
		knownFiles(manifestOf(first, values, change), [], true).marks(data);
	test("that it does not contain, or that changed on the host", () => {
		expect(marks({})).toEqual([]);
		expect(knownFiles(manifestOf(first), [], true).marks(pathFromText("/opt/other"))).toBeUndefined();
		expect(knownFiles(manifestOf(first), drifted(data), true).marks(data)).toBeUndefined();
	});
	test("with marks from other rules, or without marks", () => {
		expect(marks({ marksBy: "other" })).toBeUndefined();
		const { marksBy: _, ...before } = manifestOf(first);
		expect(knownFiles(before as Manifest, [], true).marks(data)).toBeUndefined();
	});
	test("that was edited in the cage, came from elsewhere, or was too new when it was copied", () => {
		expect(marks({}, { edited: "" })).toBeUndefined();
		expect(marks({}, { origin: pathFromText("/elsewhere") })).toBeUndefined();
		const entries = manifestOf(first).entries.map(({ source: _, ...entry }) => entry);
		expect(marks({ entries })).toBeUndefined();
	});
});

test("the owners of files are known unless packages were installed or removed since", () => {
	const of = (path: string, samePackages: boolean) =>
		knownFiles(manifestOf(first), [], samePackages).owner(pathFromText(path))?.package;
	expect(of("/opt/app/data", true)).toEqual(owner);
	expect(of("/opt/app/link", true)).toEqual(owner);
	expect(of("/opt/app/data", false)).toBeUndefined();
	const { owner: asked } = knownFiles(manifestOf(first), [], true);
	expect(asked(pathFromText("/bin/sh"))).toBeDefined();
	expect(asked(pathFromText("/opt"))).toBeUndefined();
	expect(asked(pathFromText("/nowhere"))).toBeUndefined();
});
