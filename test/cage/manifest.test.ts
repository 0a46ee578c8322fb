import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { compareGenerations, comparePlanWithManifest, isSame } from "../../src/cage/difference.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import { countEntries, type Manifest, manifestFromJson, manifestToJson } from "../../src/cage/manifest.ts";
import type { Plan, Reason } from "../../src/plan/plan.ts";
import { entry, manifestOf, plan, writable } from "./plans.ts";

const stamp = { device: "1", inode: "18446744073709551615", size: "3", modified: "1700000000123456789", changed: "5" };
const odd = "/odd\xff\n" as Path;

function builtFrom(from: Plan): Manifest {
	const hashes = { sha256: "0".repeat(64), source: stamp, copy: stamp };
	const entries = cageEntries(from).map(({ decision: _, ...rest }) => ({
		...rest,
		...(rest.kind === "file" && { ...hashes, origin: rest.path }),
	}));
	return manifestOf(from, { generation: 3, entries });
}

const everyReason: Reason[] = [
	{ kind: "traced", calls: ["openat"], program: odd },
	{ kind: "needed-by", by: odd },
	{ kind: "interpreter-of", by: odd },
	{ kind: "link-to", target: odd },
	{ kind: "parent-of", child: odd },
	{ kind: "part-of", tree: odd },
	{ kind: "shared", what: "certificates", example: odd },
	{ kind: "rule", rule: "include", value: "/odd*" },
	{ kind: "may-use", by: odd },
	{ kind: "offered", socket: odd },
	{ kind: "offered-file", file: odd },
	{ kind: "own-file" },
	{ kind: "account" },
	{ kind: "loader-cache" },
	{ kind: "launcher" },
	{ kind: "service-directory" },
	{ kind: "own-state" },
	{ kind: "trial", round: 2, call: "openat" },
];

const full = plan(
	[
		entry("/usr/bin/app", { size: 3, mtime: 1_700_000_000_123, mode: 0o755, package: { name: "app", version: "1:2.3-4" } }),
		entry("/x", { path: odd, reasons: everyReason, size: 7 }),
		entry("/lib", { kind: "symlink", target: "usr/l\xfe" as Path }),
		entry("/dev/null", { kind: "device", mode: 0o666, device: { type: "c", major: 1, minor: 3 }, risks: ["device"] }),
		entry("/etc/passwd", { kind: "generated", content: "root:x:0:0::/:\n", size: 15 }),
	],
	{
		writable: [writable("/var/lib/app", { seeds: [{ path: odd, bytes: 4 }] })],
		permissions: { capabilities: [{ name: "net_bind_service", why: "bind" }], memfd: "memfd_create", executableData: [odd] },
	},
);

describe("a manifest", () => {
	test("survives JSON text, whatever the bytes of its paths", () => {
		const manifest = builtFrom(full);
		const text = JSON.stringify(manifestToJson(manifest));
		expect(text).toContain('"path":{"base64":');
		expect(manifestFromJson(JSON.parse(text))).toEqual(manifest);
	});

	test.each([
		["schema", (json: Record<string, unknown>) => ({ ...json, schema: "cagewright/manifest/2" })],
		["generation", (json: Record<string, unknown>) => ({ ...json, generation: 0 })],
		["entries", (json: Record<string, unknown>) => ({ ...json, entries: "none" })],
	])("is refused with the place if invalid: %s", (where, change) => {
		const json = change(manifestToJson(builtFrom(full)) as Record<string, unknown>);
		const values = expect.objectContaining({ where });
		expect(() => manifestFromJson(json)).toThrow(expect.objectContaining({ code: "manifest-invalid", values }));
	});

	test("is refused if a path would lead elsewhere", () => {
		const json = manifestToJson(builtFrom(full)) as { entries: { path: unknown }[] };
		(json.entries[1] as { path: unknown }).path = "/a/../../etc";
		expect(() => manifestFromJson(json)).toThrow(expect.objectContaining({ code: "manifest-invalid" }));
	});

	test("counts what is on disk", () => {
		const counts = countEntries(builtFrom(full));
		// /, .launch, dev, etc, tmp, usr, usr/bin, var, var/lib, var/lib/app, var/tmp
		expect(counts).toEqual({ files: 3, symlinks: 1, directories: 11, bytes: 25, devices: ["/dev/null"] });
	});
});

describe("a plan compared with a manifest", () => {
	test("equals the one that was built", () => {
		const difference = comparePlanWithManifest(full, builtFrom(full));
		expect(difference).toEqual({ added: [], changed: [], removed: [], settings: [] });
		expect(isSame(difference)).toBe(true);
	});

	test("differs by accounts in the cage, not by other accounts of the host", () => {
		const user = { name: "app", uid: 5, gid: 6, home: "/", reason: "started-as" };
		const accounts = { ...full.accounts, users: [user] };
		const before = builtFrom({ ...full, accounts });
		const more = { ...accounts, usersLeftOut: accounts.usersLeftOut + 1, groupsLeftOut: accounts.groupsLeftOut + 2 };
		expect(isSame(comparePlanWithManifest({ ...full, accounts: more }, before))).toBe(true);
		expect(compareGenerations(before, builtFrom({ ...full, accounts: more })).settings).toEqual([]);
		const other = { ...accounts, users: [{ ...user, uid: 7 }] };
		expect(comparePlanWithManifest({ ...full, accounts: other }, before).settings).toEqual(["accounts"]);
	});

	test("does not differ by reasons", () => {
		const other = { ...full, entries: full.entries.map((one) => ({ ...one, reasons: [] })) };
		expect(isSame(comparePlanWithManifest(other, builtFrom(full)))).toBe(true);
	});

	test("differs by added, removed and changed entries, with the aspects", () => {
		const [app, , lib, , passwd] = full.entries;
		const other = plan(
			[
				{ ...entry("/"), ...app, size: 4, mtime: 5, mode: 0o700 },
				{ ...entry("/"), ...lib, target: "usr/lib" as Path, uid: 5 },
				{ ...entry("/"), ...passwd, content: "other" },
				entry("/dev/null", { kind: "device", mode: 0o666, device: { type: "c", major: 1, minor: 5 } }),
				entry("/new"),
			],
			{ writable: [], permissions: { capabilities: [] } },
		);
		const difference = comparePlanWithManifest(other, builtFrom(full));
		expect(difference.added.map(({ path }) => path)).toEqual(["/new"]);
		expect(difference.removed.map(({ path }) => path)).toEqual([odd, "/var/lib", "/var/lib/app"]);
		expect(Object.fromEntries(difference.changed.map(({ path, aspects }) => [path, aspects]))).toEqual({
			"/dev/null": ["device"],
			"/etc/passwd": ["content"],
			"/lib": ["owner", "target"],
			"/usr/bin/app": ["mode", "size", "time"],
		});
		expect(difference.settings).toEqual(["writable", "openings"]);
		expect(isSame(difference)).toBe(false);
	});

	test("is compared by the calls that its filter permits and kills for, not by those that were made", () => {
		const made = (...names: string[]) => plan([], { permissions: { capabilities: [], calls: { made: names } } });
		const settings = (...names: string[]) => comparePlanWithManifest(made(...names), builtFrom(made("read"))).settings;
		expect(settings("read", "write")).toEqual([]);
		expect(settings("msgget", "read")).toEqual(["openings"]);
		// It is refused either way, but no longer kills.
		expect(settings("read", "unshare")).toEqual(["openings"]);
		const json = JSON.parse(JSON.stringify(manifestToJson(builtFrom(made("read")))));
		expect(manifestFromJson(json).permissions.calls).toEqual({ made: ["read"] });
	});

	test("is compared by the single owner if the cage was built without root", () => {
		const owner = { uid: 1000, gid: 1000 };
		const built = builtFrom(full);
		const manifest = { ...built, owner, entries: built.entries.map((one) => ({ ...one, ...owner })) };
		expect(isSame(comparePlanWithManifest(full, manifest))).toBe(true);
	});
});
