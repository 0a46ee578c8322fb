import { describe, expect, test, vi } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { becomesOwned } from "../../src/plan/writable.ts";
import { application, asApp, asRoot, entryAt, planFor, rules, trace } from "./traces.ts";
import { directory, file, link, tree } from "./tree.ts";
import { host, plan, seedsOf } from "./writable-plans.ts";

describe("owners and modes", () => {
	test("are the host's, or else the account's", () => {
		const values = { application: { ...application, directories: ["/run/app"] }, identity: asApp };
		const made = plan({ "/var/lib/app/f": "create" }, {}, values);
		expect(made.writable).toMatchObject([
			{ path: "/run/app", mode: 0o755, uid: 900, gid: 901 },
			{ path: "/var/lib/app", mode: 0o750, uid: 900, gid: 901 },
		]);
		const run = plan({ "/run/f": "create" }, { "/run": directory({ mode: 0o2775, gid: 5 }) });
		expect(run.writable[0]).toMatchObject({ mode: 0o775, gid: 5 });
	});
	test("are those that the application gave itself in the sandbox", () => {
		const run = trace({
			"/var/lib/app2": { did: "create", owner: { uid: 33, gid: -1 } },
			"/var/lib/app2/body": "create",
			"/var/lib/app": { did: "enter", owner: { uid: 33, gid: 33 } },
			"/var/lib/app/f": "create",
		});
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

	test("contain databases that the configuration names, and no other file that it names", () => {
		const conf = [
			"db = sqlite:////var/lib/app/users.db",
			"/var/lib/app/db /var/log/app/log.db /opt/out/other.db /var/lib/app/none",
			"# /var/lib/app/old.db",
		];
		const more = {
			"/etc/app/conf": conf.join("\n"),
			"/var/lib/app/users.db-wal": "w",
			"/var/log/app": directory({ uid: 900 }),
			...Object.fromEntries(
				["lib/app/users.db", "lib/app/old.db", "log/app/log.db"].map((name) => [`/var/${name}`, "SQLite format 3\0x"]),
			),
			"/opt/out/other.db": "SQLite format 3\0x",
		};
		const made = plan({ ...write, "/var/log/app/new": "create write", "/etc/app/conf": "read" }, { ...state, ...more });
		expect(made.writable.flatMap(({ seeds }) => seeds.map(({ path }) => path))).toEqual([
			"/var/lib/app/users.db",
			"/var/lib/app/users.db-wal",
		]);
	});
	test("contain files at which the application only looked beside those that it read", () => {
		const part = { "/var/lib/app/parts/1/index": "read", "/var/lib/app/parts/1/data": "look", "/var/lib/app/db": "look" };
		const made = plan({ ...write, ...part }, { ...state, "/var/lib/app/parts/1/index": "i", "/var/lib/app/parts/1/data": "d" });
		expect(seedsOf(made, "/var/lib/app")).toEqual(["/var/lib/app/parts/1/data", "/var/lib/app/parts/1/index"]);
	});
	test("contain state that the application read and the links to it, not what it only looked at elsewhere", () => {
		const read = { "/var/lib/app/db": "read", "/var/lib/app/queue/job": "look", "/var/lib/app/current/conf": "read" };
		const made = plan({ ...write, ...read }, state);
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
	test("start empty if data is emptied at boot or only written, so that sd_booted does not see systemd in the cage", () => {
		const more = { "/run/app/old": "x", "/run/systemd/system": directory(), "/var/log/app/a.log": "x" };
		const run = { "/run/app/old": "read", "/run/x": "create", "/run/systemd/system": "look" };
		const made = plan({ ...run, "/var/log/app/a.log": "read write" }, more);
		expect(made.writable).toMatchObject(["/run", "/var/log/app"].map((path) => ({ path, seeds: [] })));
	});
	test("contain directories with nothing in them at which no run looked, such as the disks of a storage server", () => {
		const more = {
			"/var/lib/app/disks/d1": directory({ uid: 900 }),
			"/var/lib/app/disks/d2/objects/a": directory({ uid: 900 }),
			"/var/lib/app/disks/d3/objects/1": "object",
			"/var/lib/app/disks/d3/tmp": directory({ uid: 900 }),
			"/var/lib/app/private": directory({ uid: 900 }),
			"/var/log/app/old": directory({ uid: 900 }),
		};
		const asked = { rules: rules({ exclude: ["/var/lib/app/private"] }) };
		const made = plan({ ...write, "/var/log/app/a.log": "create" }, { ...state, ...more }, asked);
		expect(seedsOf(made, "/var/lib/app")).toEqual(["d1", "d2", "d3/tmp"].map((name) => `/var/lib/app/disks/${name}`));
		expect(seedsOf(made, "/var/log/app")).toEqual([]);
		const many = Object.fromEntries(
			Array.from({ length: 1001 }, (_, index) => [`/var/lib/app/users/${index}/new`, directory({ uid: 900 })]),
		);
		expect(seedsOf(plan(write, { ...state, ...many }), "/var/lib/app")).toEqual([]);
	});
	test("contain a whole directory if a rule says so, even one that would start empty", () => {
		const seed = ["/var/lib/app", "/var/run/app"];
		const made = plan({ "/var/lib/app/db": "read" }, { ...state, "/run/app/keep": "abc" }, { rules: rules({ seed }) });
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
	test("are joined by empty files that root would create with another owner than on the host", () => {
		const more = {
			"/var/log/app": directory({ uid: 900 }),
			"/var/log/app/web.log": file("old lines", { uid: 900, mode: 0o640 }),
			"/var/log/app/shared.log": file("", { mode: 0o662 }),
			"/var/log/app/root.log": file("old lines", { mode: 0o644 }),
			"/var/log/app/replaced.log": file("", { uid: 900 }),
			"/var/log/app/unwanted.log": file("", { uid: 900 }),
			"/run/app/pid": file("1", { uid: 900 }),
		};
		const names = Object.keys(more).filter((path) => path !== "/var/log/app");
		const written = Object.fromEntries(names.map((path) => [path, "write"] as const));
		const did = { ...written, "/var/log/app/replaced.log": "write remove" };
		const excluding = { rules: rules({ exclude: ["/var/log/app/unwanted.log"] }) };
		const emptyFiles = (identity = asRoot) =>
			plan(did, more, { ...excluding, identity }).writable.flatMap((one) => one.emptyFiles ?? []);
		expect(emptyFiles()).toEqual(["/var/log/app/shared.log", "/var/log/app/web.log"]);
		expect(emptyFiles(asApp)).toEqual([]);
		const seeded = { identity: asRoot, rules: rules({ seed: ["/var/log/app"] }) };
		expect(plan(did, more, seeded).writable.flatMap((one) => one.emptyFiles ?? [])).toEqual([]);
	});
	test("take four times as many file accesses for four times as many files", () => {
		const [some, many] = [250, 1000].map((count) => {
			const of = Object.fromEntries(
				Array.from({ length: count }, (_, index) => [`/var/lib/app/d${index % 100}/f${index}`, file("x")]),
			);
			const files = tree({ ...host, ...of });
			const status = vi.spyOn(files, "status");
			const seen = trace({ ...write, ...Object.fromEntries(Object.keys(of).map((path) => [path, "read"])) });
			expect(planFor(files, seen).writable[0]?.seeds).toHaveLength(count);
			return status.mock.calls.length;
		});
		expect(some).toBeGreaterThan(250);
		expect(many).toBeLessThan((some ?? 0) * 4.5);
	});
});
