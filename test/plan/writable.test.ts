import { describe, expect, test } from "vitest";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { application, asApp, type Did, entryAt, planFor, rules, trace, writableOf } from "./traces.ts";
import { directory, link, type Node, tree } from "./tree.ts";
import { host, plan } from "./writable-plans.ts";

/** The application creates a directory and a file in it. */
const made = (path: string): Record<string, Did> => ({
	[path]: { did: "create", calls: ["mkdir"] },
	[`${path}/f`]: "create write",
});

describe("directories that the application writes", () => {
	const state = { "/etc/app/state": link("/var/lib/app/state"), "/var/lib/app/state": "x" };
	const found = { "/var/lib/app": "EEXIST:create", "/var/lib": "EEXIST:create", "/var": "EEXIST:create" };
	test.each<[string, Record<string, Did>, string[], Record<string, Node>?]>([
		["a file that it makes", { "/var/lib/app/new": "create write" }, ["/var/lib/app"]],
		["a file that it takes away", { "/var/lib/app/old": "remove" }, ["/var/lib/app"]],
		["a socket that it listens on", { "/run/app.sock": "listen" }, ["/run"]],
		["a name below a linked parent", { "/var/run/app.pid": "create write" }, ["/run"]],
		["a name with `..`", { "/var/lib/app/x/../../app/f": "create write" }, ["/var/lib/app"]],
		["a directory created above a file", { "/var/lib/app/deep/er/f": "create write" }, ["/var/lib/app"]],
		["byte code", { "/usr/lib/python3/__pycache__/a.pyc": "create write" }, []],
		["kernel files and devices", { "/proc/self/oom_score_adj": "write", "/dev/null": "write", "/sys/x": "create" }, []],
		["the cage's own temporary directories", { "/tmp/a": "create write", "/tmp/made/b": "create", "/var/tmp/c": "remove" }, []],
		["a host directory below /tmp", { "/tmp/app/f": "create write" }, ["/tmp/app"], { "/tmp/app": directory() }],
		["a link's target that it writes", { "/etc/app/state": "read write" }, ["/var/lib/app"], state],
		["a link's target that it makes", { "/etc/new": "create write" }, ["/var/lib/app"], { "/etc/new": link("/var/lib/app/new") }],
		["a link that it takes away", { "/etc/app/state": "remove" }, ["/etc/app"], state],
		["a directory whose mode it changes", { "/var/lib/app": { did: "write", calls: ["chmod"] } }, ["/var/lib/app"]],
		["an unnamed file", { "/run/app": { did: "write", calls: ["openat"] } }, ["/run/app"], { "/run/app": directory() }],
		["a directory that a mkdir found", { "/run/app": "EEXIST:create" }, ["/run"], { "/run/app": directory() }],
		["one below a system directory", found, ["/var/lib/app"]],
		["a directory that it creates among everybody's state", made("/var/cache/new"), ["/var/cache/new"]],
	])("are planned without a note for %s", (_, did, expected, more) => {
		const made = plan(did, more);
		expect([writableOf(made), made.notes]).toEqual([expected, []]);
	});

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
	test("do not include a log that is a link to standard output, and the link goes in", () => {
		const more = { "/var/log/app/out": link("/dev/stdout"), "/dev/stdout": link("/proc/self/fd/1") };
		const kernel = { "/proc/self": link("99"), "/proc/99/fd/1": link("/root/report"), "/root/report": "x" };
		const made = plan({ "/var/log/app/out": "write create" }, { ...more, ...kernel });
		expect(made.writable).toEqual([]);
		expect(entryAt(made, "/root/report")).toBeUndefined();
		const read = plan({ "/var/log/app/out": "look write" }, { ...more, ...kernel });
		expect(entryAt(read, "/var/log/app/out")).toMatchObject({ kind: "symlink", target: "/dev/stdout" });
		expect(entryAt(read, "/root/report")).toBeUndefined();
	});
	test("never include a system directory, and a note says so once", () => {
		const did = { "/var/lib/app.db": "create write", "/var/lib/b.db": "create write", "/usr/share/app/x": "create write" };
		const made = plan(did, { "/usr/share/app": directory() });
		expect(made.writable).toEqual([]);
		const note = (path: string) => ({ code: "writes-system-directory", values: { path } });
		expect(made.notes).toEqual(["/usr/share/app", "/var/lib"].map(note));
	});
	test("include only what it creates next to its own program, with a note about files there", () => {
		const own = { "/srv/app/run.sh": "#!/bin/sh", "/srv/app/made": directory() };
		const programs = new Set(["/srv/app/run.sh" as never]);
		const planned = (did: Record<string, Did>) => planFor(tree({ ...host, ...own }), trace(did, { programs }));
		expect(writableOf(planned(made("/srv/app/new")))).toEqual(["/srv/app/new"]);
		const found = { "/srv/app": "EEXIST:create", "/srv/app/made": "EEXIST:create", "/srv/app/made/page": "create write" };
		expect(writableOf(planned(found))).toEqual(["/srv/app/made"]);
		const beside = planned({ "/srv/app/log": "create write" });
		expect(writableOf(beside)).toEqual(["/srv/app"]);
		expect(beside.notes).toEqual([{ code: "writes-beside-program", values: { path: "/srv/app" } }]);
	});
	test("include an empty log directory for logs directly in /var/log that it rotates itself", () => {
		const rotated = { "/var/log/app.log": "create write remove", "/var/log/app.log.1": "create" };
		const made = plan({ ...rotated, "/var/log/wtmp": "read" }, { "/var/log/wtmp": "w" });
		expect(made.writable).toMatchObject([{ path: "/var/log", uid: 0, seeds: [] }]);
		// Other programs write wtmp.
		expect(made.notes).toEqual([{ code: "unproven-logs", values: { path: "/var/log" } }]);
	});
	test("include a directory with everybody's state only if a trial asks for it, and a system directory never", () => {
		const asked = { kind: "writable", round: 1, call: "openat" } as const;
		const additions = ["/var/lib", "/usr/share"].map((path) => ({ ...asked, path: path as Path }));
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
		const switched = planFor(tree({ ...host, ...more }), trace(did, { uids: new Set([900]) }));
		expect(writableOf(switched)).toEqual(["/run/app", "/srv/v2"]);
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
		const values = {
			application: { ...application, directories: ["/run/app/"] },
			rules: rules({ writable: ["/var/run//other"], seed: ["/var/lib/app/db"] }),
			additions: [{ kind: "writable", path: "/var/run/found" as Path, round: 1, call: "mkdir" } as const],
		};
		const made = plan({}, {}, values);
		expect(made.writable.map(({ path, reasons }) => [path, reasons[0]?.kind])).toEqual([
			["/run/app", "service-directory"],
			["/run/found", "trial"],
			["/run/other", "rule"],
			["/var/lib/app/db", "rule"],
		]);
	});
	test("keep the unit's owner and mode while the host has only root's directory, with a published process number", () => {
		const values = { application: { ...application, directories: ["/run/app"] }, identity: asApp };
		const owned = (status: Parameters<typeof directory>[0]) =>
			plan({}, { "/run/app": directory({ mode: 0o755, ...status }) }, values).writable;
		expect(owned({ uid: 0, gid: 0 })).toMatchObject([{ path: "/run/app", uid: 900, gid: 901, mode: 0o755 }]);
		expect(owned({ uid: 0, gid: 901, mode: 0o775 })).toMatchObject([{ path: "/run/app", uid: 0, gid: 901, mode: 0o775 }]);
	});
	test("are the parent of a file that is named", () => {
		expect(writableOf(plan({}, { "/srv/app/f": "" }, { rules: rules({ writable: ["/srv/app/f"] }) }))).toEqual(["/srv/app"]);
	});
	test("never cover a directory that the cage needs", () => {
		const writable = ["/", "/etc", "/usr", "/var/log", "/usr/share/app", "/dev/shm", "/proc", "/.launch"];
		const values = { rules: rules({ writable, seed: ["/etc/app.conf"] }) };
		const made = plan({}, { "/lib": link("/usr/lib"), "/usr/lib": directory() }, values);
		expect(writableOf(made)).toEqual(["/usr/share/app", "/var/log"]);
		expect(made.notes.map((note) => note.values.path)).toEqual(["/", "/etc", "/usr"]);
	});
	test("do not cover a mounted host directory", () => {
		const made = plan(
			{ "/srv/data/cache/f": "create write", "/srv/other/f": "create write" },
			{ "/srv/data/cache": directory(), "/srv/other": directory(), "/srv/link": link("data") },
			{ rules: rules({ binds: [{ path: "/srv/link/", access: "rw" }] }) },
		);
		expect(writableOf(made)).toEqual(["/srv/other"]);
		expect(made.rules.binds).toEqual([{ path: "/srv/data", access: "rw" }]);
		expect(entryAt(made, "/srv/data")?.kind).toBe("bind");
	});
});
