import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { isInPlace } from "../../src/plan/binds.ts";
import { asApp, asRoot, type Did, planFor, rules, trace, writableOf } from "./traces.ts";
import { directory, file, link, type Node, node, socket, tree } from "./tree.ts";

const own = directory({ uid: 900, gid: 901, mode: 0o750 });
const groups = directory({ gid: 901, mode: 0o775 });
const web = { name: "www-data", uid: 33, gid: 33, groups: [], home: "/var/www" };
const host = { "/var/lib/app": own, "/var/lib/zones": groups, "/var/lib/zones/db": "", "/var/cache/app": own };

const plan = (did: Record<string, Did>, more: Record<string, Node> = {}, values: Parameters<typeof planFor>[2] = {}) =>
	planFor(tree({ ...host, ...more }), trace(did), { identity: asApp, ...values });

describe("a state directory of the application's account", () => {
	test.each<[string, Record<string, Did>, string[], Record<string, Node>?]>([
		["with a file that it read", { "/var/lib/app/f": "read" }, ["/var/lib/app"], { "/var/lib/app/f": "" }],
		["that its group may write", { "/var/lib/zones/db": "read" }, ["/var/lib/zones"]],
		["that its group may only read", { "/var/lib/zones/db": "read" }, [], { "/var/lib/zones": directory({ gid: 901 }) }],
		["that it did not use", {}, []],
		["of another account", { "/var/lib/x/f": "read" }, [], { "/var/lib/x": directory({ uid: 1000 }), "/var/lib/x/f": "" }],
		["with configuration", { "/etc/app/f": "read" }, [], { "/etc/app": own, "/etc/app/f": "" }],
	])("%s: %j", (_, did, expected, more) => {
		expect(writableOf(plan(did, more))).toEqual(expected);
	});

	test("is not planned for an account that many services use", () => {
		const more = { "/var/lib/site": directory({ uid: 33, gid: 33 }), "/var/lib/site/f": "" };
		const users = [{ ...web, gecos: "", shell: "/usr/sbin/nologin" }];
		expect(writableOf(plan({ "/var/lib/site/f": "read" }, more, { identity: web, users }))).toEqual([]);
	});
});

describe("the directories around written state", () => {
	test("are planned if they belong to the application's account", () => {
		const more = { "/var/cache/web": own, "/var/cache/web/2": own, "/var/cache/web/2/d": own, "/var/cache/web/3": own };
		expect(writableOf(plan({ "/var/cache/web/2/d/f": "create write" }, more))).toEqual([
			"/var/cache/web",
			"/var/cache/web/2",
			"/var/cache/web/2/d",
		]);
	});
	test("are not planned if they belong to root", () => {
		const more = { "/var/cache/web": directory(), "/var/cache/web/2": own };
		expect(writableOf(plan({ "/var/cache/web/2/f": "create write" }, more))).toEqual(["/var/cache/web/2"]);
	});
});

describe("a state directory of which the application asked whether it may write there", () => {
	const asked = (path: string) => {
		const seen = { ...trace({ [path]: "look" }), writeTests: new Set([pathFromText(path)]) };
		return writableOf(planFor(tree({ "/var/lib/agent/conf": "", "/usr/lib/agent/x": "", "/etc/agent/y": "" }), seen));
	};
	test("is planned", () => {
		expect(asked("/var/lib/agent/conf")).toEqual(["/var/lib/agent"]);
		expect(asked("/var/lib/agent")).toEqual(["/var/lib/agent"]);
	});
	test("is not planned if it is none", () => {
		for (const path of ["/usr/lib/agent/x", "/etc/agent/y", "/var/lib"]) expect(asked(path)).toEqual([]);
	});
});

describe("a directory that the application's configuration names", () => {
	const configured = (text: string, more: Record<string, Node> = {}) =>
		writableOf(plan({ "/etc/app/conf": "read" }, { "/etc/app/conf": text, "/srv/node": own, "/srv": directory(), ...more }));

	test("is planned if it belongs to one of its accounts, although no run used it", () => {
		expect(configured("devices = /srv/node\ncache = /var/cache/app\n")).toEqual(["/srv/node", "/var/cache/app"]);
	});
	test.each<[string, string, Record<string, Node>?]>([
		["in a comment", "# devices = /srv/node\n"],
		["of another account", "devices = /srv/other\n", { "/srv/other": directory({ uid: 1000 }) }],
		["of root", "devices = /srv\n"],
		["with configuration", "include /etc/app/more\n", { "/etc/app/more": own }],
	])("is not planned %s", (_, text, more) => expect(configured(text, more)).toEqual([]));
});

describe("state in place", () => {
	const inPlace = (did: Record<string, Did>, more: Record<string, Node> = {}, values: Parameters<typeof planFor>[2] = {}) =>
		plan(did, more, { stateInPlace: [], ...values });

	test("includes directories of the account that no run used, and copies nothing", () => {
		const made = inPlace({ "/var/lib/app/f": "read write" }, { "/var/lib/app/f": "" });
		expect(made.stateInPlace).toEqual(["/var/cache/app", "/var/lib/app"]);
		expect(made.writable.flatMap(({ seeds }) => seeds)).toEqual([]);
	});

	test("excludes the directory around another instance's state", () => {
		const instances = { "/var/lib/app/1": own, "/var/lib/app/2": own };
		expect(inPlace({ "/var/lib/app/1/f": "create write" }, instances).stateInPlace).toEqual(["/var/cache/app", "/var/lib/app/1"]);
	});

	test.each<[string, string, Record<string, Node>, readonly string[]]>([
		["of the account with a file that a program writes", "# AUTO-GENERATED FILE - DO NOT EDIT!!", {}, ["/etc/app/db"]],
		["of the account with a file that persons write", "# Listen on this port", {}, []],
		["of another account", "# DO NOT EDIT", { "/etc/app/db": directory() }, []],
	])("includes configuration %s only if the service writes it itself", (_, text, more, expected) => {
		const config = { "/etc/app/db": own, "/etc/app/db/a": file(text, { uid: 900 }), ...more };
		const made = inPlace({ "/etc/app/db/a": "read" }, config);
		expect(made.stateInPlace?.filter((path) => path.startsWith("/etc"))).toEqual(expected);
	});

	test.each<[string, string, Record<string, Node>, Parameters<typeof planFor>[2]?]>([
		["that does not exist yet", "/var/lib/new", {}],
		["in a directory that others may replace", "/srv/x/y", { "/srv/x": directory({ uid: 1000 }), "/srv/x/y": own }],
		["in a directory that everybody may write", "/srv/x/y", { "/srv/x": directory({ mode: 0o777 }), "/srv/x/y": own }],
		["of a person", "/home/other/app", { "/home/other": directory({ uid: 1000 }), "/home/other/app": directory() }],
		["that is emptied at boot", "/run/app", { "/run/app": own }],
		["with a socket that controls the machine", "/srv/x", { "/srv/x": directory(), "/srv/x/docker.sock": socket() }],
	])("excludes a directory %s", (_, path, more, values) => {
		const made = inPlace({}, more, { ...values, identity: asRoot, rules: rules({ writable: [path] }) });
		expect(writableOf(made)).toContain(path);
		expect(made.stateInPlace).not.toContain(path);
	});

	test("includes a person's directory that the administrator allowed", () => {
		const more = { "/home/other": directory(), "/home/other/app": directory() };
		const allowed = rules({ writable: ["/home/other/app"], allowWrite: ["/home/other/app"] });
		expect(inPlace({}, more, { identity: asRoot, rules: allowed }).stateInPlace).toEqual(["/home/other/app"]);
	});

	test("keeps a directory that is in place, whatever became of it", () => {
		const stateInPlace = [pathFromText("/var/lib/app")];
		const made = inPlace({ "/var/lib/app/f": "write" }, { "/var/lib/app": directory({ uid: 1000 }) }, { stateInPlace });
		expect(made.stateInPlace?.some((path) => isInPlace(pathFromText("/var/lib/app"), { inPlace: [path] }))).toBe(true);
	});

	test("has real paths only", () => {
		const more = { "/var/lib/old": link("/srv/state"), "/srv/state": own, "/dev/sda": node(8, 0, "block-device") };
		expect(inPlace({ "/var/lib/old/f": "create write" }, more).stateInPlace).toContain("/srv/state");
	});
});
