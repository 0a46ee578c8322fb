import { describe, expect, test } from "vitest";
import { type Path, pathFromBytes, pathToJson } from "../../src/base/path/path.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import { application, asApp, type Did, entryAt, included, planFor, rules, trace } from "./traces.ts";
import { directory, file, link, type Node, socket, tree } from "./tree.ts";

const key = "-----BEGIN RSA PRIVATE KEY-----\n";
const host: Record<string, Node> = {
	"/lib": link("usr/lib"),
	"/usr/lib/libx.so.1": link("libx.so.1.2"),
	"/usr/lib/libx.so.1.2": "x",
	"/usr/share/app/data": "d",
	"/usr/share/app/more/data": "d",
	"/etc/app/key.pem": file(key, { mode: 0o600 }),
	"/etc/app/current": link("key.pem"),
	"/usr/bin/tool": file("#!", { mode: 0o4755 }),
	"/var/big": file("", { size: 2 ** 21 }),
	"/run/s": socket(),
	"/usr/bin/pipe": { kind: "fifo" },
};
const plan = (did: Record<string, Did>, values: Parameters<typeof planFor>[2] = {}, more: Record<string, Node> = {}) =>
	planFor(tree({ ...host, ...more }), trace(did), values);

describe("an access adds", () => {
	test("the file, the unchanged links to it, and the parent directories", () => {
		expect(included(plan({ "/lib/libx.so.1": "read" }))).toEqual({
			"/lib": "-> usr/lib",
			"/usr": "directory",
			"/usr/lib": "directory",
			"/usr/lib/libx.so.1": "-> libx.so.1.2",
			"/usr/lib/libx.so.1.2": "file",
		});
	});
	test("a listed directory without its content", () => {
		const directories = { "/usr": "directory", "/usr/share": "directory", "/usr/share/app": "directory" };
		expect(included(plan({ "/usr/share/app": "list" }))).toEqual(directories);
	});
	test("a directory that a mkdir found", () => {
		expect(included(plan({ "/usr/share/app": "EEXIST:create" }))).toHaveProperty(["/usr/share/app"], "directory");
		expect(included(plan({ "/usr/share/app/data": "EEXIST:create" }))).not.toHaveProperty(["/usr/share/app/data"]);
	});
	test("a dangling link as far as it leads", () => {
		const made = plan({ "/etc/gone": "look" }, {}, { "/etc/gone": link("nowhere/x") });
		expect(included(made)).toEqual({ "/etc/gone": "-> nowhere/x" });
	});
	test.each<[string, Record<string, Did>]>([
		["failed accesses", { "/usr/share/app/data": "ENOENT:read" }],
		["sockets, FIFOs and devices", { "/run/s": "connect", "/usr/bin/pipe": "read" }],
		["kernel files", { "/proc/1/status": "read", "/sys/x": "read", "/dev/pts/0": "read" }],
		["files that were only written, such as another program's log", { "/var/big": "write create" }],
		["byte code", { "/usr/lib/__pycache__/a.pyc": "read" }],
	])("nothing for %s", (_, did) => {
		const files = { "/proc/1/status": "", "/sys/x": "", "/dev/pts/0": "", "/usr/lib/__pycache__/a.pyc": "" };
		expect(Object.values(included(plan(did, {}, files))).filter((kind) => kind !== "directory")).toEqual([]);
	});
	test("the real file for a name with `..`", () => {
		const made = plan({ "/lib/../share/app/data": "read" });
		expect(included(made)).toMatchObject({ "/lib": "-> usr/lib", "/usr/share/app/data": "file" });
	});
	test("names as bytes", () => {
		const name = pathFromBytes(Buffer.from("/srv/\xff\n", "latin1"));
		const files = tree({ ...host, "/srv": directory() });
		const status = { kind: "file" as const, mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0 };
		const accesses = new Map([...trace({ x: "read" }).accesses.values()].map((access) => [name, { ...access, path: name }]));
		const machine = { ...files, status: (path: Path) => (path === name ? status : files.status(path)) };
		const made = planFor(machine, trace({}, { accesses }));
		expect(made.entries.map((entry) => pathToJson(entry.path))).toContainEqual({ base64: "L3Nydi//Cg==" });
	});
	test("the working directory, which the launcher enters before the trace starts", () => {
		const now = { "/srv/now": link("v1"), "/srv/v1": directory() };
		const made = plan({}, { application: { ...application, cwd: "/srv/now" } }, now);
		expect(included(made)).toEqual({ "/srv": "directory", "/srv/now": "-> v1", "/srv/v1": "directory" });
		expect(entryAt(made, "/srv/v1")?.reasons).toEqual([{ kind: "launcher" }]);
	});
});

describe("reasons", () => {
	test("name who asked, at most four times", () => {
		const many = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`/l${index}`, link("/usr/share/app/data")]));
		const did = Object.fromEntries(Object.keys(many).map((path) => [path, { did: "read", calls: [`call${path}`] }]));
		const made = plan(did, {}, many);
		expect(entryAt(made, "/usr/share/app/data")?.reasons).toHaveLength(4);
	});
	test("prefer any other reason to a child below", () => {
		const made = plan({ "/usr/share/app/data": "read", "/usr/share/app": "list" });
		expect(entryAt(made, "/usr/share/app")?.reasons.map((reason) => reason.kind)).toEqual(["traced"]);
		expect(entryAt(made, "/usr/share")?.reasons).toEqual([{ kind: "parent-of", child: "/usr/share/app/data" }]);
	});
});

describe("secrets and setuid files", () => {
	const declined = (did: Record<string, Did>, asked: Parameters<typeof rules>[0]) => plan(did, { rules: rules(asked) }).declined;
	test("are declined and listed, whoever asks for them", () => {
		for (const values of [{}, { rules: rules({ include: ["/etc/app", "/usr/bin"] }) }]) {
			const made = plan({ "/etc/app/key.pem": "read", "/usr/bin/tool": "execute" }, values);
			expect(made.declined).toEqual([
				{ path: "/etc/app/key.pem", risk: "secret" },
				{ path: "/usr/bin/tool", risk: "setuid" },
			]);
			expect(included(made)).not.toHaveProperty(["/etc/app/key.pem"]);
		}
	});
	test("the program that root starts goes in without its setuid bit, and a note says so", () => {
		const own = { application: { ...application, command: ["/usr/bin/tool"] } };
		const made = plan({ "/usr/bin/tool": "execute" }, own);
		expect(made.declined).toEqual([]);
		expect(cageEntries(made).find(({ path }) => path === "/usr/bin/tool")?.mode).toBe(0o755);
		expect(made.notes.map(({ code }) => code)).toContain("program-without-setuid");
		expect(plan({ "/usr/bin/tool": "execute" }, { ...own, identity: asApp }).declined).toHaveLength(1);
		const allowed = plan({ "/usr/bin/tool": "execute" }, { ...own, rules: rules({ allowSetuid: ["/usr/bin/tool"] }) });
		expect(cageEntries(allowed).find(({ path }) => path === "/usr/bin/tool")?.mode).toBe(0o4755);
		expect(allowed.notes.map(({ code }) => code)).not.toContain("program-without-setuid");
	});
	test("are declined behind a link too", () => {
		const made = plan({ "/etc/app/current": "read" });
		expect(included(made)).toMatchObject({ "/etc/app/current": "-> key.pem" });
		expect(made.declined).toEqual([{ path: "/etc/app/key.pem", risk: "secret" }]);
	});
	test.each(["/etc/app/key.pem", "/etc/app/current", "/etc/app", "/etc/app/"])(
		"are included by --allow-secret %s",
		(allowSecret) => {
			const made = plan({ "/etc/app/current": "read" }, { rules: rules({ allowSecret: [allowSecret] }) });
			expect(included(made)).toHaveProperty(["/etc/app/key.pem"], "file");
			expect(made.declined).toEqual([]);
		},
	);
	test("need their own permission, and only exactly below the allowed path", () => {
		expect(declined({ "/etc/app/key.pem": "read" }, { allowSetuid: ["/etc/app/key.pem"] })).toHaveLength(1);
		expect(declined({ "/etc/app/key.pem": "read" }, { allowSecret: ["/etc/app/key"] })).toHaveLength(1);
		expect(declined({ "/usr/bin/tool": "execute" }, { allowSetuid: ["/usr/bin/tool"] })).toEqual([]);
	});
	test("need both permissions for a file that is both", () => {
		const more = { "/srv/both": file(key, { mode: 0o4755 }) };
		const allowed = (values: Parameters<typeof rules>[0]) =>
			included(plan({ "/srv/both": "read" }, { rules: rules(values) }, more));
		expect(allowed({ allowSecret: ["/srv/both"] })).not.toHaveProperty(["/srv/both"]);
		expect(allowed({ allowSecret: ["/srv/both"], allowSetuid: ["/srv/both"] })).toHaveProperty(["/srv/both"]);
	});
});

describe("large files", () => {
	test("stay out if they were only looked at", () => {
		expect(plan({ "/var/big": "look" }).declined).toEqual([{ path: "/var/big", risk: "large" }]);
		expect(plan({ "/var/big": "read" }).declined).toEqual([]);
		expect(plan({ "/usr/share/app/data": "look" }).declined).toEqual([]);
	});
	test("that the administrator left out do not wait for a permission", () => {
		const values = { rules: rules({ exclude: ["/var/big"] }) };
		const made = plan({ "/var/big": "read" }, values, { "/var/big": file("", { size: 2 ** 27 }) });
		expect(entryAt(made, "/var/big")).toMatchObject({ decision: "declined", risks: ["large"] });
		expect(made.declined).toEqual([]);
		expect(plan({ "/var/big": "look" }, values).declined).toEqual([]);
	});
	test("are included as soon as any other access asks for them, in any order", () => {
		const more = { "/also": link("/var/big") };
		expect(included(plan({ "/also": "look", "/var/big": "read" }, {}, more))).toHaveProperty(["/var/big"], "file");
		const additions = [{ kind: "path", path: "/var/big" as Path, round: 1, call: "openat" }] as const;
		expect(entryAt(plan({ "/var/big": "look" }, { additions }), "/var/big")).toMatchObject({ decision: "include", risks: [] });
		const asked = plan({ "/var/big": "look" }, { rules: rules({ include: ["/var/big"] }) });
		expect(included(asked)).toHaveProperty(["/var/big"], "file");
	});
});

describe("excludes", () => {
	const did = {
		"/usr/share/app/data": "read",
		"/usr/share/app/more": "list",
		"/usr/share/app/more/data": "read",
		"/lib/libx.so.1": "read",
	};
	const without = (...exclude: string[]) => included(plan(did, { rules: rules({ exclude }) }));

	test("leave out a file and list it in the plan", () => {
		const made = plan(did, { rules: rules({ exclude: ["/usr/share/app/data"] }) });
		expect(entryAt(made, "/usr/share/app/data")?.decision).toBe("declined");
		expect(made.declined).toEqual([]);
	});
	test("leave out a parent directory with everything below it", () => {
		expect(Object.keys(without("/usr/share/app/more"))).not.toContain("/usr/share/app/more");
		expect(Object.keys(without("/usr/share/app/")).filter((path) => path.includes("/usr/share/app"))).toEqual([]);
		expect(Object.keys(without("/usr/share/app/m*"))).toContain("/usr/share/app/data");
	});
	test("match the real file under any name", () => {
		for (const exclude of ["/lib/libx.so.1.2", "/usr/lib/libx.so.1.2", "/lib/*.so.*"])
			expect(without(exclude), exclude).not.toHaveProperty(["/usr/lib/libx.so.1.2"]);
	});
	test("win over includes", () => {
		const made = plan({}, { rules: rules({ include: ["/usr/share/app"], exclude: ["/usr/share/app/more"] }) });
		const below = Object.keys(included(made)).filter((path) => path.startsWith("/usr/share/app"));
		expect(below).toEqual(["/usr/share/app", "/usr/share/app/data"]);
	});
	test("cannot remove the accounts", () => {
		const made = plan({ "/etc/app/current": "read" }, { rules: rules({ exclude: ["/etc"] }) });
		expect(entryAt(made, "/etc/passwd")?.decision).toBe("include");
		expect(cageEntries(made).map((entry) => entry.path)).toContain("/etc");
	});
});

describe("generated files", () => {
	const accounts = {
		"/etc/passwd": "root:x:0:0::/:/bin/sh\nother:x:1:1::/:/bin/sh\n",
		"/etc/group": "",
		"/etc/nsswitch.conf": "passwd: sss\n",
		"/etc/ld.so.cache": "cache",
	};
	test("replace the host's, even if an include, a trial or a link names those", () => {
		const more = { ...accounts, "/srv/users": link("/etc/passwd") };
		const additions = [{ kind: "path", path: "/etc/group" as Path, round: 1, call: "openat" }] as const;
		const did = { "/etc/passwd": "read", "/srv/users": "read" };
		const made = plan(did, { rules: rules({ include: ["/etc"] }), additions }, more);
		for (const path of Object.keys(accounts)) expect([path, entryAt(made, path)?.kind]).toEqual([path, "generated"]);
		expect(entryAt(made, "/etc/passwd")?.content).not.toContain("other");
		expect(included(made)).toHaveProperty(["/srv/users"], "-> /etc/passwd");
		expect(made.entries.filter((entry) => entry.path === "/etc/passwd")).toHaveLength(1);
	});
	test("replace a link of the host", () => {
		const more = { "/etc/nsswitch.conf": link("authselect/nsswitch.conf"), "/etc/authselect/nsswitch.conf": "" };
		const made = plan({ "/etc/nsswitch.conf": "read" }, {}, more);
		expect(entryAt(made, "/etc/nsswitch.conf")).toMatchObject({ kind: "generated" });
		expect(entryAt(made, "/etc/nsswitch.conf")?.target).toBeUndefined();
	});
	test("include the loader's cache only if the host has one", () => {
		expect(entryAt(plan({}), "/etc/ld.so.cache")).toBeUndefined();
	});
});

test("entries are sorted by bytes, parents first, each path once", () => {
	const made = plan({ "/usr/share/app/data": "read", "/lib/libx.so.1": "read", "/etc/app/current": "read" });
	const paths = made.entries.map((entry) => entry.path);
	expect(paths).toEqual([...new Set(paths)].sort());
	expect(() => cageEntries(made)).not.toThrow();
});
