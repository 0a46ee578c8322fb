import { describe, expect, test, vi } from "vitest";
import { type Path, pathFromText } from "../../../src/core/path/path.ts";
import { becomesOwned } from "../../../src/core/plan/writable.ts";
import { application, asApp, asRoot, type Did, entryAt, planFor, rules, trace, writableOf } from "./traces.ts";
import { directory, file, link, type Node, tree } from "./tree.ts";

const host = {
	"/var/run": link("/run"),
	"/run": directory(),
	"/var/lib/app": directory({ uid: 900, gid: 901, mode: 0o750 }),
	"/var/log": directory(),
	"/var/cache": directory(),
	"/tmp": directory({ mode: 0o1777 }),
	"/etc/app.conf": "",
};

const plan = (did: Record<string, Did>, more: Record<string, Node> = {}, values: Parameters<typeof planFor>[2] = {}) =>
	planFor(tree({ ...host, ...more }), trace(did), values);
const seedsOf = (made: ReturnType<typeof plan>, path: string) =>
	made.writable.find((one) => one.path === path)?.seeds.map((seed) => seed.path);

describe("directories that the application writes", () => {
	test.each<[string, Record<string, Did>, string[]]>([
		["a file that it makes", { "/var/lib/app/new": "create write" }, ["/var/lib/app"]],
		["a file that it takes away", { "/var/lib/app/old": "remove" }, ["/var/lib/app"]],
		["a socket that it listens on", { "/run/app.sock": "listen" }, ["/run"]],
		["a name below a linked parent", { "/var/run/app.pid": "create write" }, ["/run"]],
		["a name with `..`", { "/var/lib/app/x/../../app/f": "create write" }, ["/var/lib/app"]],
		["a directory made on the way", { "/var/lib/app/deep/er/f": "create write" }, ["/var/lib/app"]],
		["byte code", { "/usr/lib/python3/__pycache__/a.pyc": "create write" }, []],
		["kernel files and devices", { "/proc/self/oom_score_adj": "write", "/dev/null": "write", "/sys/x": "create" }, []],
		["the cage's own temporary directories", { "/tmp/a": "create write", "/tmp/made/b": "create", "/var/tmp/c": "remove" }, []],
	])("are planned for: %s", (_, did, expected) => expect(writableOf(plan(did))).toEqual(expected));

	test("share one mount if files are moved between them", () => {
		const spool = {
			"/var/spool/app": directory({ mode: 0o711 }),
			"/var/spool/app/in": directory({ uid: 900, mode: 0o700 }),
			"/var/spool/app/out": directory({ uid: 900, mode: 0o700 }),
		};
		const did = { "/var/spool/app/in/f": "create write remove", "/var/spool/app/out/f": "create" };
		const moved = (moves: readonly string[]) =>
			planFor(tree({ ...host, ...spool }), trace(did, { moves: new Set(moves.map(pathFromText)) }));
		expect(writableOf(moved([]))).toEqual(["/var/spool/app/in", "/var/spool/app/out"]);
		const made = moved(["/var/spool/app"]);
		expect(writableOf(made)).toEqual(["/var/spool/app", "/var/spool/app/in", "/var/spool/app/out"]);
		expect(made.writable[0]).toMatchObject({ uid: 0, mode: 0o711 });
	});
	test("do not include a shared parent if files are moved between two applications' directories", () => {
		const did = { "/var/lib/app/f": "remove", "/var/log/f": "create" };
		const made = planFor(tree({ ...host, "/var/log": directory() }), trace(did, { moves: new Set([pathFromText("/var")]) }));
		expect(writableOf(made)).not.toContain("/var");
	});
	test("include a host directory below /tmp like other state", () => {
		expect(writableOf(plan({ "/tmp/app/f": "create write" }, { "/tmp/app": directory() }))).toEqual(["/tmp/app"]);
	});
	test("include only the place that a link leads to when it is written", () => {
		const more = {
			"/etc/app/state": link("/var/lib/app/state"),
			"/var/lib/app/state": "x",
			"/etc/app/new": link("/var/lib/app/new"),
		};
		expect(writableOf(plan({ "/etc/app/state": "read write" }, more))).toEqual(["/var/lib/app"]);
		expect(writableOf(plan({ "/etc/app/new": "create write" }, more))).toEqual(["/var/lib/app"]);
		expect(writableOf(plan({ "/etc/app/state": "remove" }, more))).toEqual(["/etc/app"]);
	});
	test("do not include a log that is a link to standard output, and the link goes in", () => {
		const more = { "/var/log/app/out": link("/dev/stdout"), "/dev/stdout": link("/proc/self/fd/1"), "/proc/self": link("99") };
		const made = plan(
			{ "/var/log/app/out": "write create" },
			{ ...more, "/proc/99/fd/1": link("/root/report"), "/root/report": "x" },
		);
		expect(made.writable).toEqual([]);
		expect(entryAt(made, "/root/report")).toBeUndefined();
		const read = plan(
			{ "/var/log/app/out": "look write" },
			{ ...more, "/proc/99/fd/1": link("/root/report"), "/root/report": "x" },
		);
		expect(entryAt(read, "/var/log/app/out")).toMatchObject({ kind: "symlink", target: "/dev/stdout" });
		expect(entryAt(read, "/root/report")).toBeUndefined();
	});
	test("include a directory itself, not its parent, if its mode changes or an unnamed file is created", () => {
		expect(writableOf(plan({ "/var/lib/app": { did: "write", calls: ["chmod"] } }))).toEqual(["/var/lib/app"]);
		expect(writableOf(plan({ "/run/app": { did: "write", calls: ["openat"] } }, { "/run/app": directory() }))).toEqual([
			"/run/app",
		]);
	});
	test("include the surrounding directory of an existing mkdir target, and the target itself below a system directory", () => {
		expect(writableOf(plan({ "/run/app": "EEXIST:create" }, { "/run/app": directory() }))).toEqual(["/run"]);
		const made = plan({ "/var/lib/app": "EEXIST:create", "/var/lib": "EEXIST:create", "/var": "EEXIST:create" });
		expect(writableOf(made)).toEqual(["/var/lib/app"]);
		expect(made.notes).toEqual([]);
	});
	test("include only what the application creates among everybody's state", () => {
		expect(
			writableOf(plan({ "/var/cache/new": { did: "create", calls: ["mkdir"] }, "/var/cache/new/f": "create write" })),
		).toEqual(["/var/cache/new"]);
		expect(plan({ "/var/cache/new": { did: "create", calls: ["mkdir"] }, "/var/cache/new/f": "create" }).notes).toEqual([]);
	});
	test("never include a system directory, and a note says so once", () => {
		const made = plan(
			{ "/var/lib/app.db": "create write", "/var/lib/b.db": "create write", "/usr/share/app/x": "create write" },
			{
				"/usr/share/app": directory(),
			},
		);
		expect(made.writable).toEqual([]);
		expect(made.notes).toEqual(
			["/usr/share/app", "/var/lib"].map((path) => ({ code: "writes-system-directory", values: { path } })),
		);
	});
	test("include only what it creates next to its own program, with a note about files there", () => {
		const own = { "/srv/app/run.sh": "#!/bin/sh", "/srv/app/made": directory() };
		const programs = new Set(["/srv/app/run.sh" as never]);
		const made = (did: Record<string, Did>) => planFor(tree({ ...host, ...own }), trace(did, { programs }));
		expect(
			writableOf(made({ "/srv/app/new": { did: "create", calls: ["mkdir"] }, "/srv/app/new/page": "create write" })),
		).toEqual(["/srv/app/new"]);
		expect(
			writableOf(made({ "/srv/app": "EEXIST:create", "/srv/app/made": "EEXIST:create", "/srv/app/made/page": "create write" })),
		).toEqual(["/srv/app/made"]);
		const beside = made({ "/srv/app/log": "create write" });
		expect(writableOf(beside)).toEqual(["/srv/app"]);
		expect(beside.notes).toEqual([{ code: "writes-beside-program", values: { path: "/srv/app" } }]);
	});
	test("include an empty log directory for a log directly in /var/log", () => {
		const made = plan({ "/var/log/app.log": "create write", "/var/log/wtmp": "read" }, { "/var/log/wtmp": "w" });
		expect(made.writable).toMatchObject([{ path: "/var/log", uid: 0, seeds: [] }]);
		// Other programs write wtmp.
		expect(made.notes).toEqual([{ code: "unproven-logs", values: { path: "/var/log" } }]);
	});
	test("include a directory with everybody's state only if a trial asks for it, and a system directory never", () => {
		const additions = ["/var/lib", "/usr/share"].map((path) => ({
			kind: "writable" as const,
			path: path as never,
			round: 1,
			call: "openat",
		}));
		expect(writableOf(plan({}, {}, { additions }))).toEqual(["/var/lib"]);
	});
	test("include a directory that the account owns, by its real name", () => {
		const more = {
			"/run/app": directory({ uid: 900 }),
			"/etc/app": directory({ uid: 900 }),
			"/srv/now": link("/srv/v2"),
			"/srv/v2": directory({ uid: 900 }),
		};
		const did = { "/var/run/app": "look", "/etc/app": "list", "/srv/now": "enter", "/var/lib/app": "ENOENT:look" };
		expect(writableOf(plan(did, more, { identity: asApp }))).toEqual(["/run/app", "/srv/v2"]);
		expect(writableOf(plan(did, more))).toEqual([]);
		expect(writableOf(planFor(tree({ ...host, ...more }), trace(did, { uids: new Set([900]) })))).toEqual([
			"/run/app",
			"/srv/v2",
		]);
	});
	test("include a spool that a group may write, with its mode", () => {
		const more = {
			"/var/spool/app": directory({ mode: 0o711 }),
			"/var/spool/app/drop": directory({ gid: 777, mode: 0o770 }),
			"/var/spool/app/done": directory({ gid: 777, mode: 0o750 }),
			"/usr/share/app": directory({ gid: 777, mode: 0o775 }),
		};
		const made = plan({ "/var/spool/app/drop": "look", "/var/spool/app/done": "look", "/usr/share/app": "look" }, more);
		expect(made.writable).toMatchObject([{ path: "/var/spool/app/drop", uid: 0, gid: 777, mode: 0o770 }]);
	});
});

describe("requested writable directories", () => {
	test("come from the unit, rules and trials, by real place", () => {
		const made = plan(
			{},
			{},
			{
				application: { ...application, directories: ["/run/app/"] },
				rules: rules({ writable: ["/var/run//other"], seed: ["/var/lib/app/db"] }),
				additions: [{ kind: "writable", path: "/var/run/found" as Path, round: 1, call: "mkdir" }],
			},
		);
		expect(made.writable.map(({ path, reasons }) => [path, reasons[0]?.kind])).toEqual([
			["/run/app", "service-directory"],
			["/run/found", "trial"],
			["/run/other", "rule"],
			["/var/lib/app/db", "rule"],
		]);
	});
	test("are the parent of a file that is named", () => {
		expect(writableOf(plan({}, { "/srv/app/f": "" }, { rules: rules({ writable: ["/srv/app/f"] }) }))).toEqual(["/srv/app"]);
	});
	test("never cover a directory that the cage needs", () => {
		const made = plan(
			{},
			{ "/lib": link("/usr/lib"), "/usr/lib": directory() },
			{
				rules: rules({
					writable: ["/", "/etc", "/usr", "/var/log", "/usr/share/app", "/dev/shm", "/proc", "/.launch"],
					seed: ["/etc/app.conf"],
				}),
			},
		);
		expect(writableOf(made)).toEqual(["/usr/share/app", "/var/log"]);
		expect(made.notes.map((note) => note.values.path)).toEqual(["/", "/etc", "/usr"]);
	});
	test("do not cover a mounted host directory", () => {
		const made = plan(
			{ "/srv/data/cache/f": "create write", "/srv/other/f": "create write" },
			{ "/srv/data/cache": directory(), "/srv/other": directory(), "/srv/link": link("data") },
			{
				rules: rules({ binds: [{ path: "/srv/link/", access: "rw" }] }),
			},
		);
		expect(writableOf(made)).toEqual(["/srv/other"]);
		expect(made.rules.binds).toEqual([{ path: "/srv/data", access: "rw" }]);
		expect(entryAt(made, "/srv/data")?.kind).toBe("bind");
	});
});

describe("owners and modes", () => {
	test("are the host's, or else the account's", () => {
		const made = plan(
			{ "/var/lib/app/f": "create" },
			{},
			{ application: { ...application, directories: ["/run/app"] }, identity: asApp },
		);
		expect(made.writable).toMatchObject([
			{ path: "/run/app", mode: 0o755, uid: 900, gid: 901 },
			{ path: "/var/lib/app", mode: 0o750, uid: 900, gid: 901 },
		]);
		expect(plan({ "/run/f": "create" }, { "/run": directory({ mode: 0o2775, gid: 5 }) }).writable[0]).toMatchObject({
			mode: 0o775,
			gid: 5,
		});
	});
	test("are those that the application gave itself in the sandbox", () => {
		const run = trace({
			"/var/lib/app2": "create",
			"/var/lib/app2/body": "create",
			"/var/lib/app": "enter",
			"/var/lib/app/f": "create",
		});
		const give = (path: string, uid: number, gid: number) => {
			const access = run.accesses.get(pathFromText(path));
			if (access) access.owner = { uid, gid };
		};
		give("/var/lib/app2", 33, -1);
		give("/var/lib/app", 33, 33);
		const made = planFor(tree({ ...host, "/var/lib": directory() }), run, { identity: asRoot });
		expect(made.writable.find((one) => one.path === "/var/lib/app2")).toMatchObject({ uid: 33, gid: 0, mode: 0o755 });
		expect(made.writable.find((one) => one.path === "/var/lib/app")).toMatchObject({ uid: 33, gid: 33, mode: 0o750 });
	});
	test("of a directory that the account could not write become the account's if a rule names it", () => {
		const given = (values: Parameters<typeof directory>[0], rule = "/srv/x", identity = asApp) =>
			becomesOwned(pathFromText("/srv/x"), rules({ writable: [rule] }), identity, tree({ "/srv/x": directory(values) }));
		expect(given({})).toBe(true);
		expect(given({}, "/srv/y")).toBe(false);
		expect(given({}, "/srv/x", asRoot)).toBe(false);
		expect(given({ uid: 900, mode: 0o700 })).toBe(false);
		expect(given({ uid: 900, mode: 0o577 })).toBe(true);
		expect(given({ gid: 901, mode: 0o775 })).toBe(false);
		expect(given({ gid: 902, mode: 0o775 }, "/srv/x", { ...asApp, groups: [902] })).toBe(false);
		expect(given({ gid: 901, mode: 0o757 })).toBe(true);
		expect(given({ mode: 0o777 })).toBe(false);
		expect(becomesOwned(pathFromText("/srv/new"), rules({ writable: ["/srv/new"] }), asApp, tree({}))).toBe(true);
	});
});

describe("seeds", () => {
	const state = {
		"/var/lib/app/db": "12345",
		"/var/lib/app/unread": "",
		"/var/lib/app/queue": directory({ uid: 900 }),
		"/var/lib/app/queue/job": "1",
		"/var/lib/app/current": link("releases/2"),
		"/var/lib/app/releases/2/conf": "22",
		"/var/lib/app/out": link("/opt/out"),
		"/opt/out/lib.so": "o",
	};
	const write = { "/var/lib/app/new": "create write" };

	test("contain what the application read of its state and the links on the way, not what it only looked at", () => {
		const made = plan(
			{ ...write, "/var/lib/app/db": "read", "/var/lib/app/unread": "look", "/var/lib/app/current/conf": "read" },
			state,
		);
		expect(seedsOf(made, "/var/lib/app")).toEqual(["/var/lib/app/current", "/var/lib/app/db", "/var/lib/app/releases/2/conf"]);
		expect(made.writable[0]?.seeds[1]).toEqual({ path: "/var/lib/app/db", bytes: 5 });
	});
	test("contain a link out of the state, while its target goes into the cage", () => {
		const made = plan({ ...write, "/var/lib/app/out/lib.so": "read" }, state);
		expect(seedsOf(made, "/var/lib/app")).toEqual(["/var/lib/app/out"]);
		expect(entryAt(made, "/opt/out/lib.so")).toMatchObject({ kind: "file", decision: "include" });
	});
	test("keep a directory that was only listed, empty, with its owner", () => {
		const made = plan({ ...write, "/var/lib/app/queue": "list" }, state);
		expect(made.writable).toMatchObject([
			{ path: "/var/lib/app", seeds: [] },
			{ path: "/var/lib/app/queue", uid: 900, seeds: [] },
		]);
	});
	test("start empty where data is emptied at boot or only written: sd_booted must not see systemd in the cage", () => {
		const more = { "/run/app/old": "x", "/run/systemd/system": directory(), "/var/log/app/a.log": "x" };
		const made = plan(
			{ "/run/app/old": "read", "/run/x": "create", "/run/systemd/system": "look", "/var/log/app/a.log": "read write" },
			more,
		);
		expect(made.writable.map(({ path, seeds }) => [path, seeds])).toEqual([
			["/run", []],
			["/var/log/app", []],
		]);
	});
	test("contain a whole directory if a rule says so, even one that would start empty", () => {
		const made = plan(
			{ "/var/lib/app/db": "read" },
			{ ...state, "/run/app/keep": "abc" },
			{ rules: rules({ seed: ["/var/lib/app", "/var/run/app"] }) },
		);
		expect(made.writable).toMatchObject([
			{ path: "/run/app", seeds: [{ path: "/run/app", bytes: 3 }] },
			{ path: "/var/lib/app", seeds: [{ path: "/var/lib/app", bytes: 8 }] },
		]);
	});
	test("belong to the innermost writable directory and are not copied twice", () => {
		const did = { ...write, "/var/lib/app/db": "read", "/var/lib/app/queue/new": "create", "/var/lib/app/queue/job": "read" };
		const made = plan(did, state);
		expect(seedsOf(made, "/var/lib/app")).toEqual(["/var/lib/app/db"]);
		expect(seedsOf(made, "/var/lib/app/queue")).toEqual(["/var/lib/app/queue/job"]);
		const whole = plan(did, state, { rules: rules({ seed: ["/var/lib/app"] }) });
		expect(seedsOf(whole, "/var/lib/app")).toEqual(["/var/lib/app"]);
		expect(seedsOf(whole, "/var/lib/app/queue")).toEqual([]);
	});
	test("contain a secret only if it is allowed, and the plan lists it", () => {
		const more = { ...state, "/var/lib/app/tls/key.pem": "-----BEGIN PRIVATE KEY-----\n", "/var/lib/app/tls/cert.pem": "c" };
		const did = { ...write, "/var/lib/app/tls/key.pem": "read", "/var/lib/app/db": "read" };
		const made = plan(did, more);
		expect(seedsOf(made, "/var/lib/app")).toEqual(["/var/lib/app/db"]);
		expect(made.declined).toEqual([{ path: "/var/lib/app/tls/key.pem", risk: "secret" }]);
		const allowed = plan(did, more, { rules: rules({ allowSecret: ["/var/lib/app/tls/key.pem"] }) });
		expect(seedsOf(allowed, "/var/lib/app")).toEqual(["/var/lib/app/db", "/var/lib/app/tls/key.pem"]);
		expect(allowed.declined).toEqual([]);
	});
	test("of a whole directory leave out secrets and excluded files", () => {
		const more = { ...state, "/var/lib/app/tls/key.pem": "-----BEGIN PRIVATE KEY-----\n", "/var/lib/app/tls/cert.pem": "c" };
		const made = plan({}, more, { rules: rules({ seed: ["/var/lib/app"], exclude: ["/var/lib/app/queue"] }) });
		expect(seedsOf(made, "/var/lib/app")).toEqual(
			["current", "db", "out", "releases", "tls/cert.pem", "unread"].map((name) => `/var/lib/app/${name}`),
		);
		expect(made.declined.map(({ path }) => path)).toEqual(["/var/lib/app/tls/key.pem"]);
		expect(entryAt(made, "/var/lib/app/queue")).toMatchObject({ kind: "directory", decision: "declined" });
	});
	test("take four times as many file accesses for four times as many files", () => {
		const [some, many] = [1000, 4000].map((count) => {
			const of = Object.fromEntries(
				Array.from({ length: count }, (_, index) => [`/var/lib/app/d${index % 100}/f${index}`, file("x")]),
			);
			const files = tree({ ...host, ...of });
			const status = vi.spyOn(files, "status");
			const seen = trace({ ...write, ...Object.fromEntries(Object.keys(of).map((path) => [path, "read"])) });
			expect(planFor(files, seen).writable[0]?.seeds).toHaveLength(count);
			return status.mock.calls.length;
		});
		expect(some).toBeGreaterThan(1000);
		expect(many).toBeLessThan((some ?? 0) * 4.5);
	});
});
