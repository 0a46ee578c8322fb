import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { remedyOption } from "../../src/options/trial-decisions.ts";
import { findMissing, findMissingAtStart } from "../../src/plan/find-missing.ts";
import { type Evidence, type Missing, permissionOf, rankMissing } from "../../src/plan/missing.ts";
import { absent } from "../cage/plans.ts";
import { makeElf } from "./elf/make-elf.ts";
import { application, planFor, refusals, rules, trace } from "./traces.ts";
import { file, link, tree } from "./tree.ts";

const nothing: Evidence = { output: "", ended: false, lastFailed: [], owners: new Map() };
const levels = (missing: readonly Missing[], evidence: Partial<Evidence>) =>
	rankMissing(missing, { ...nothing, ...evidence }).map(({ call, importance, path }) => `${path ?? call}: ${importance.level}`);

describe("missing items by importance", () => {
	test("begin with what the application named just before it exited, with its line", () => {
		const line = "fatal: cannot load '/etc/app/main.conf': No such file or directory";
		const lastFailed = ["/etc/app/main.conf", "/etc/app/a.conf"];
		const evidence = { ...nothing, output: `starting\n${line}\n`, ended: true, lastFailed };
		const [first] = rankMissing([absent("/etc/app/a.conf"), absent("/etc/app/main.conf")], evidence);
		expect([first?.path, first?.importance]).toEqual(["/etc/app/main.conf", { level: "said", line }]);
	});

	test.each([
		["by the end of its path", "open conf/main.conf failed (2)"],
		["by its name", "error while loading: main.conf: cannot open"],
		["with a line number", "in /etc/app/conf/main.conf:12: unknown"],
		["at the end of a sentence", "I need ./main.conf."],
		["behind an equals sign", "config=/etc/app/conf/main.conf"],
		["in colours", "cannot open \x1b[3m/etc/app/conf/main.conf\x1b[0m"],
	])("a file is recognised as %s", (_, output) => {
		expect(levels([absent("/etc/app/conf/main.conf")], { output })).toEqual(["/etc/app/conf/main.conf: said"]);
	});

	test.each([
		["another file of that beginning", "see /etc/app/conf/main.conf.example"],
		["another file of that name", "read /srv/main.conf"],
		["a part of a word", "mainconf and domain.conf"],
	])("%s is not recognised", (_, output) => {
		expect(levels([absent("/etc/app/conf/main.conf")], { output })).toEqual(["/etc/app/conf/main.conf: configuration"]);
	});

	test("later lines count more, and old ones not at all", () => {
		const talk = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
		const output = `lost /etc/old.conf\n${talk}\nno /etc/one.conf\nno /etc/two.conf\n`;
		const found = levels([absent("/etc/old.conf"), absent("/etc/one.conf"), absent("/etc/two.conf")], { output });
		expect(found).toEqual(["/etc/two.conf: said", "/etc/one.conf: said", "/etc/old.conf: configuration"]);
	});

	test("an error without a name refers to the latest failure with it", () => {
		const words = "/usr/share/locale/de/LC_MESSAGES/libc.mo";
		const refused = absent("/srv/c", { kind: "owner-or-mode", error: "EACCES" });
		const lastFailed = ["/srv/a", "/srv/c", "/srv/b", words, "/nowhere"];
		const evidence = { ...nothing, output: "app: No such file or directory", ended: true, lastFailed };
		const ranked = rankMissing([absent("/srv/a"), absent("/srv/b"), refused, absent(words)], evidence);
		expect(ranked.map(({ importance, path }) => [path, importance.level, importance.before])).toEqual([
			["/srv/b", "error-said", 3],
			["/srv/a", "error-said", 5],
			["/srv/c", "last-call", 4],
			[words, "noise", undefined],
		]);
	});

	test("a refused access is found by the text of its error", () => {
		const refused = [absent("/srv/c", { kind: "owner-or-mode", error: "EACCES" }), absent("/srv/d")];
		expect(levels(refused, { output: "app: Permission denied", ended: true })).toEqual(["/srv/c: error-said", "/srv/d: other"]);
	});

	test("a kernel file is noise unless the application names it", () => {
		const path = "/proc/sys/kernel/ngroups_max";
		const levelsAfter = (output: string) =>
			levels([absent(path, { kind: "kernel-file" })], { ended: true, lastFailed: [path], output });
		expect(levelsAfter("queue: error in offline directory setup\napp: No such file or directory")).toEqual([`${path}: noise`]);
		expect(levelsAfter(`cannot read ${path}`)).toEqual([`${path}: said`]);
	});

	test("the last failures count only if the application exited", () => {
		const levelsAfter = (ended: boolean) =>
			levels([absent("/srv/a"), absent("/srv/b")], { lastFailed: ["/srv/a", "/srv/b"], ended });
		expect(levelsAfter(true)).toEqual(["/srv/b: last-call", "/srv/a: last-call"]);
		expect(levelsAfter(false)).toEqual(["/srv/a: other", "/srv/b: other"]);
	});

	test("without a message the order is configuration, libraries, the package's files, others, noise", () => {
		const own = ["/etc/z.conf", "/usr/share/app/data"].map((path) => [pathFromText(path), { name: "app" }] as const);
		const missing = [
			absent("/proc/self/stat", { kind: "kernel-file" }),
			absent("/srv/data"),
			absent("/usr/share/zoneinfo/Europe/Berlin"),
			absent("/usr/share/app/data"),
			absent("/usr/lib/libx.so.1"),
			absent("/etc/a.conf"),
			absent("/etc/z.conf"),
		];
		expect(levels(missing, { owners: new Map(own), package: "app" })).toEqual([
			"/etc/z.conf: configuration",
			"/etc/a.conf: configuration",
			"/usr/lib/libx.so.1: library",
			"/usr/share/app/data: package",
			"/srv/data: other",
			"/proc/self/stat: noise",
			"/usr/share/zoneinfo/Europe/Berlin: noise",
		]);
	});

	test("an account and a call without a path are recognised by name", () => {
		const missing: Missing[] = [
			{ kind: "filtered", call: "setgroups", error: "EPERM", declined: false },
			{ kind: "account", call: "www-data", error: "ENOENT", declined: false },
		];
		const output = "setgroups: refused\nunknown user www-data";
		expect(levels(missing, { output })).toEqual(["www-data: said", "setgroups: said"]);
	});
});

describe("a TCP port that the trace did not show", () => {
	const found = (refusedPorts: string[], onHost: Parameters<typeof trace>[1] = {}, allow: string[] = []) => {
		const files = tree({});
		const seen = trace({}, { ports: new Set(["tcp 80"]), ...onHost });
		const cage = trace({}, { refusedPorts: new Set(refusedPorts), refusals: refusals("EACCES", "bind") });
		return findMissing({ host: seen, cage }, planFor(files, seen, { rules: rules({ allow }) }), files, 2);
	};

	test("is missing, and only the administrator can allow it", () => {
		const [missing, ...others] = found(["tcp 8080", "udp 53"]);
		expect([missing, others]).toMatchObject([{ kind: "port", call: "bind 8080", port: 8080, unseen: true }, []]);
		expect(permissionOf(missing as Missing)).toBe("port:8080");
		expect(remedyOption(missing as Missing)).toBe("--allow port:8080");
	});
	test("is noise if the host refused it too", () => {
		const onHost = { refusedPorts: new Set(["tcp 8080"]), refusals: refusals("EACCES", "bind") };
		expect(found(["tcp 8080"], onHost)).toEqual([]);
	});
	test("is refused for another reason if the plan does not limit ports", () => {
		expect(found(["tcp 8080"], {}, ["ports"])).toMatchObject([{ kind: "capability", call: "bind" }]);
	});
});

const loader = "/lib64/ld.so";
const files = tree({
	"/lib64": link("usr/lib64"),
	"/usr/lib64/ld.so": file(makeElf({}), { mode: 0o755 }),
	"/usr/bin/sh": file(makeElf({ interpreter: loader }), { mode: 0o755 }),
	"/usr/bin/app": link("app-1"),
	"/usr/bin/app-1": file("#!/usr/bin/sh\n", { mode: 0o755 }),
	"/usr/bin/other": file(makeElf({ interpreter: loader }), { mode: 0o755 }),
});
const seen = trace({ "/usr/bin/app": { did: "execute", real: "/usr/bin/app-1" }, "/usr/bin/other": "execute" });

const without = (...exclude: string[]) => {
	const input = { application: { ...application, command: ["/usr/bin/app"] }, rules: rules({ exclude }) };
	return findMissingAtStart(planFor(files, seen, input), files).map(({ declined, path }) => [path, declined]);
};

test.each(["/usr/bin/app", "/usr/bin/app-1", "/usr/bin/sh", "/lib64", "/usr/lib64/ld.so"])(
	"the application cannot start without %s, which was left out",
	(path) => expect(without(path)).toContainEqual([path, true]),
);

test("the application starts without other programs, and with a complete cage nothing is missing", () => {
	expect(without("/usr/bin/other")).toEqual([]);
	expect(without()).toEqual([]);
});
