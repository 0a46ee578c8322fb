import { expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { type PinFacts, type PinRules, pinsOf } from "../../src/minimise/pins.ts";
import { extensionsOf, unitsOf, withNeeded } from "../../src/minimise/units.ts";
import { joinMinimised, leaveOut, type MinimiseRecord } from "../../src/plan/minimised.ts";
import type { Entry } from "../../src/plan/plan.ts";
import { entry, plan } from "../cage/plans.ts";
import { manifestEntry } from "../make/report/made.ts";

const paths = (...texts: string[]) => texts.map(pathFromText);
const proof = { at: "2026-01-01T00:00:00.000Z", probes: 1, exercises: 0, signals: 0, trials: 1, isComplete: true };
const minimised = (...texts: string[]): MinimiseRecord => ({ ...proof, paths: paths(...texts) });
const included = (entries: readonly Entry[]) =>
	entries.filter(({ decision }) => decision === "include").map(({ path }) => path as string);

const parentOf = { kind: "parent-of", child: pathFromText("/usr") } as const;
const folder = (path: string, values: Partial<Entry> = {}) =>
	entry(path, { kind: "directory", mode: 0o755, reasons: [parentOf], ...values });

test("a plan leaves out what was proven unnecessary, and directories that contained nothing else", () => {
	const entries = [
		folder("/etc"),
		folder("/etc/app"),
		entry("/etc/app/conf"),
		folder("/etc/used", { reasons: [{ kind: "traced", calls: ["getdents64"] }] }),
		entry("/etc/used/a"),
		entry("/etc/z"),
	];
	const { entries: left } = leaveOut(plan(entries), minimised("/etc/app/conf", "/etc/used/a"), []);
	expect(included(left)).toEqual(["/etc", "/etc/used", "/etc/z"]);
	expect(left.find(({ path }) => path === "/etc/app/conf")?.reasons.at(-1)).toMatchObject({ kind: "unneeded", probes: 1 });
	expect(leaveOut(plan(entries), undefined, []).entries).toEqual(entries);
});

test("a file that a rule names stays, and one that a trial found missing returns with the links to it", () => {
	const entries = [
		entry("/etc/named", { reasons: [{ kind: "rule", rule: "include", value: "/etc/named" }] }),
		folder("/usr"),
		folder("/usr/lib"),
		entry("/usr/lib/a.so", { kind: "symlink", target: pathFromText("a.so.1") }),
		entry("/usr/lib/a.so.1"),
		entry("/usr/lib/b.so.1"),
	];
	const all = minimised("/etc/named", "/usr/lib/a.so", "/usr/lib/a.so.1", "/usr/lib/b.so.1");
	const back = { kind: "path", path: pathFromText("/usr/lib/a.so"), call: "openat", round: 1 } as const;
	const kept = included(leaveOut(plan(entries), all, [back]).entries);
	expect(kept).toEqual(["/etc/named", "/usr", "/usr/lib", "/usr/lib/a.so", "/usr/lib/a.so.1"]);
});

test("earlier results stay left out, unless the cage contains them again", () => {
	const found = joinMinimised(minimised("/a", "/b"), new Set(paths("/b", "/c")), minimised("/c"));
	expect(found.paths).toEqual(["/a", "/c"]);
});

const facts = (values: Partial<PinFacts> = {}): PinFacts => ({
	entries: [],
	application: plan([]).application,
	program: pathFromText("/usr/bin/app"),
	edited: new Set(),
	...values,
});
const noRules: PinRules = { keep: [], keepKinds: [], giveUp: [] };

test("pinned files that no probe would miss stay, unless the pin is lifted", () => {
	const owner = { package: { name: "app", version: "1" } };
	const zone = manifestEntry("/usr/share/zoneinfo/Europe/Berlin");
	const own = manifestEntry("/etc/app/own.conf");
	const shipped = manifestEntry("/etc/app/app.conf", owner);
	const key = manifestEntry("/etc/app/key.pem", { risks: ["secret"] });
	const certificate = manifestEntry("/etc/ssl/certs/one.crt", owner);
	const hosts = manifestEntry("/etc/hosts");
	const reasons = [{ kind: "part-of", tree: pathFromText("/usr/lib/python3") } as const];
	const library = manifestEntry("/usr/lib/python3/x.py", { reasons });
	const entries = [zone, own, shipped, key, certificate, hosts, library];
	const application = { ...plan([]).application, env: { TZ: "Europe/Berlin" } };
	const of = (rules: Partial<PinRules>) => entries.map(pinsOf(facts({ application, entries }), { ...noRules, ...rules }));
	expect(of({})).toEqual(["time-zone", "configuration", undefined, "rule", "tls", "name-service", "interpreter"]);
	const giveUp = ["time-zone", "configuration", "tls", "name-service", "interpreter"] as const;
	// A key is kept whatever is lifted.
	expect(of({ giveUp })).toEqual([undefined, undefined, undefined, "rule", undefined, undefined, undefined]);
	const kept = of({ giveUp, keep: ["/etc/**"], keepKinds: ["time-zones"] });
	expect(kept).toEqual(["kept", "kept", "kept", "rule", "kept", "kept", undefined]);
});

test("the name service is pinned if a run used it, not because a program could", () => {
	const mayUse = { reasons: [{ kind: "may-use", by: pathFromText("/usr/bin/app") } as const] };
	const entries = [manifestEntry("/etc/hosts", mayUse), manifestEntry("/etc/resolv.conf", mayUse)];
	const pins = (all: typeof entries) => all.map(pinsOf(facts({ entries: all }), noRules));
	expect(pins(entries)).toEqual([undefined, undefined]);
	expect(pins([...entries, manifestEntry("/etc/resolv.conf")])[0]).toBe("name-service");
});

test("program, accounts, rules and edited files stay whatever is lifted", () => {
	const pin = pinsOf(facts({ edited: new Set(paths("/etc/edited")) }), { ...noRules, giveUp: ["configuration"] });
	const named = { reasons: [{ kind: "rule", rule: "include", value: "/x" }] } as const;
	expect(pin(manifestEntry("/usr/bin/app"))).toBe("program");
	expect(pin(manifestEntry("/etc/passwd", { kind: "generated" }))).toBe("accounts");
	expect(pin(manifestEntry("/x", named))).toBe("rule");
	expect(pin(manifestEntry("/etc/edited"))).toBe("edited");
	expect(pin(manifestEntry("/etc/other"))).toBeUndefined();
});

test("a file goes with the links to it, and a kept file keeps what it needs", () => {
	const entries = [
		...["/usr", "/usr/bin", "/usr/lib", "/usr/share"].map((path) => manifestEntry(path, { kind: "directory" })),
		manifestEntry("/usr/bin/app", { size: 10 }),
		manifestEntry("/usr/lib/a.so", { kind: "symlink", target: pathFromText("a.so.1") }),
		manifestEntry("/usr/lib/a.so.1", { size: 5 }),
		manifestEntry("/usr/lib/none.so", { kind: "symlink", target: pathFromText("gone.so") }),
		manifestEntry("/usr/share/dir", { kind: "directory" }),
		manifestEntry("/usr/share/to-dir", { kind: "symlink", target: pathFromText("dir") }),
	];
	const needs = new Map([[pathFromText("/usr/bin/app"), new Set(paths("/usr/lib/a.so.1"))]]);
	const units = withNeeded(unitsOf(entries, needs, pinsOf(facts({ entries }), noRules)));
	expect(units.map(({ bytes, files, links, path, pin }) => ({ bytes, files, links, path, pin }))).toEqual([
		{ path: "/usr/bin/app", links: [], files: 1, bytes: 10, pin: "program" },
		{ path: "/usr/lib/a.so.1", links: ["/usr/lib/a.so"], files: 1, bytes: 5, pin: "needed" },
		{ path: "/usr/lib/none.so", links: [], files: 0, bytes: 0, pin: undefined },
	]);
});

test("settings contain the modules that they load by name, except in comments", () => {
	const text = new Map([
		["/etc/a.load", "LoadModule a_module /usr/lib/mod/mod_a.so\n# LoadModule b_module /usr/lib/mod/mod_b.so\n"],
		["/etc/php.ini", "; extension=c\nextension=d\nzend_extension=opcache\n"],
	]);
	const read = (path: string) => Buffer.from(text.get(path) ?? "");
	const libraries = ["mod_a", "mod_b", "c", "d", "opcache"].map((name) => pathFromText(`/usr/lib/mod/${name}.so`));
	const found = extensionsOf(paths("/etc/a.load", "/etc/php.ini"), libraries, { read });
	expect([...found].map(([path, wanted]) => [path, [...wanted]])).toEqual([
		["/etc/a.load", ["/usr/lib/mod/mod_a.so"]],
		["/etc/php.ini", ["/usr/lib/mod/d.so", "/usr/lib/mod/opcache.so"]],
	]);
});
