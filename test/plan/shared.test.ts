import { describe, expect, test } from "vitest";
import type { Files } from "../../src/base/machine/facts.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { servedTrees } from "../../src/plan/shared.ts";
import { application, asApp, type Did, entryAt, included, planFor, reads, rules, trace } from "./traces.ts";
import { directory, empty, file, link, type Node, node, socket, tree } from "./tree.ts";

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n";
const key = "-----BEGIN PRIVATE KEY-----\nMIIB\n";
const site = { "/var/www/site/index.html": "12345", "/var/www/site/css/a.css": "123", "/usr/bin/app": "#!" };
const page = "/var/www/site/index.html";
type Values = Parameters<typeof planFor>[2];
const plan = (nodes: Record<string, Node>, did: Record<string, Did>, values: Values = {}) =>
	planFor(tree(nodes), trace(did), values);
/** The plan of the site with more files, whose page is read. */
const planOf = (more: Record<string, Node> = {}, values: Values = {}) => plan({ ...site, ...more }, { [page]: "read" }, values);
const named = (plan: Plan) => plan.shared.map(({ kind, path }) => `${kind} ${path}`);
const shared = (...given: Parameters<typeof plan>) => named(plan(...given));

describe("content that a service only reads", () => {
	const anothers = { "/var/www/site": directory({ uid: 33 }) };
	test("stays the host's as a directory, with its size and a used file", () => {
		const made = planOf();
		expect(made.shared).toEqual([{ path: "/var/www/site", kind: "data", example: page, files: 2, bytes: 8 }]);
		expect(made.rules.binds).toEqual([{ path: "/var/www/site", access: "ro" }]);
		const reasons = [{ kind: "shared", what: "data", example: page }];
		expect(entryAt(made, "/var/www/site")).toMatchObject({ kind: "bind", reasons });
		expect(entryAt(made, page)).toBeUndefined();
	});
	test("is shared if it was only listed", () => {
		expect(shared(site, { "/var/www/site": "list" })).toEqual(["data /var/www/site"]);
		expect(shared(site, { "/var/www": "list", "/usr": "list" })).toEqual([]);
	});
	test("is shared once if one directory contains the other", () => {
		expect(shared(site, { "/var/www/site/css/a.css": "read", [page]: "read" })).toEqual(["data /var/www/site"]);
	});
	test.each<[string, Record<string, string>, Parameters<typeof rules>[0]]>([
		["it is excluded", {}, { exclude: ["/var/www/site"] }],
		["an include asks for a copy", {}, { include: [page] }],
		["it is bound already", {}, { binds: [{ path: "/var/www", access: "ro" }] }],
		["it holds a secret that nobody allowed", { "/var/www/site/.htpasswd": "a:$apr1$x$y" }, {}],
	])("is not shared if %s", (_, more, asked) => {
		expect(planOf(more, { rules: rules(asked) }).shared).toEqual([]);
	});
	test.each<[string, Record<string, Node>]>([
		["a setuid program", { "/var/www/site/tool": file("x", { mode: 0o4755 }) }],
		["a file that the application may not read", { "/var/www/site/sub/dump.sql": file("x", { mode: 0o600, uid: 5 }) }],
		["the socket of somebody", { "/var/www/site/x.sock": socket() }],
		["a device", { "/var/www/site/disk": node(8, 0, "block-device") }],
		["an environment file", { "/var/www/site/.env": "A=b" }],
	])("is not shared if it contains %s", (_, more) => expect(planOf(more).shared).toEqual([]));
	test.each<[string, Record<string, Node>, number, boolean]>([
		["belongs to another", { "/var/www": directory({ uid: 33 }) }, 0, false],
		["is writable by another", { "/var/www": directory({ mode: 0o777 }) }, 0, false],
		["belongs to whom the cage belongs to", { "/var/www": directory({ uid: 1000 }) }, 1000, true],
		["is sticky and keeps what is root's", { "/var/www": directory({ mode: 0o1777 }) }, 0, true],
		["is sticky and holds what is another's", { "/var/www": directory({ mode: 0o1777 }), ...anothers }, 0, false],
		["is root's, whosever the content is", anothers, 0, true],
	])("is not shared if its path %s", (_, more, owner, isShared) => {
		expect(named(planOf(more, { owner }))).toEqual(isShared ? ["data /var/www/site"] : []);
	});
	test("is shared with files that only the application's own account may read", () => {
		const own = { "/var/www/site/note": file("x", { mode: 0o640, uid: 0, gid: 33 }) };
		const made = planFor(tree({ ...site, ...own }), trace({ [page]: "read" }, { gids: new Set([33]) }));
		expect(named(made)).toEqual(["data /var/www/site"]);
	});
	test.each(["/srv/a:b", "/srv/a b", "/srv/it's", "/srv/100%", "/srv/n\nl"])(
		"is copied if its name is %j, which not every consumer accepts",
		(name) => {
			const made = plan({ [`${name}/page`]: "p" }, { [`${name}/page`]: "read" });
			expect(made.shared).toEqual([]);
			expect(entryAt(made, `${name}/page`)).toMatchObject({ kind: "file" });
		},
	);
	test("with a numbered harmless file does not let in a numbered secret", () => {
		const texts = { "/srv/a/id.txt": link("d/id1.txt"), "/srv/a/d/id1.txt": "text", "/srv/a/d/id2.txt": key };
		expect(shared(texts, { "/srv/a/id.txt": "read" })).toEqual([]);
		const pems = { "/srv/a/c.pem": link("d/c1.pem"), "/srv/a/d/c1.pem": certificate, "/srv/a/d/c2.pem": key };
		expect(shared(pems, { "/srv/a/c.pem": "read" })).toEqual([]);
	});
	test("is not shared if the application writes there or keeps its configuration or program there", () => {
		const nodes = { ...site, "/srv/app/app.conf": "c", "/srv/app/run": directory() };
		expect(shared(nodes, { [page]: "read", "/var/www/site/upload": "create write" })).toEqual([]);
		const configured = { application: { ...application, command: ["/usr/bin/app", "-c/srv/app/app.conf"] } };
		expect(shared(nodes, { "/srv/app/app.conf": "read" }, configured)).toEqual([]);
	});
	test("is copied in any other place", () => {
		const paths = ["/usr/share/app/x", "/etc/app/conf", "/home/user/page"];
		const made = plan(empty(...paths), reads(...paths));
		expect(made.shared).toEqual([]);
		expect(included(made)).toMatchObject(Object.fromEntries(paths.map((path) => [path, "file"])));
	});
});

describe("certificates", () => {
	const lineage = {
		"/etc/letsencrypt/live/site/fullchain.pem": link("../../archive/site/fullchain1.pem"),
		"/etc/letsencrypt/live/site/privkey.pem": link("../../archive/site/privkey1.pem"),
		"/etc/letsencrypt/live/site/README": "read me",
		"/etc/letsencrypt/archive/site/fullchain1.pem": certificate,
		"/etc/letsencrypt/archive/site/fullchain2.pem": certificate,
		"/etc/letsencrypt/archive/site/privkey1.pem": key,
		"/etc/letsencrypt/archive/site/privkey2.pem": key,
	};
	const read = reads("/etc/letsencrypt/live/site/fullchain.pem", "/etc/letsencrypt/live/site/privkey.pem");
	const allowed = { rules: rules({ allowSecret: ["/etc/letsencrypt/live/site/privkey.pem"] }) };
	test("share the directories of their names and of the files once their key is allowed", () => {
		const both = ["archive", "live"].map((name) => `certificates /etc/letsencrypt/${name}/site`);
		expect(shared(lineage, read, allowed)).toEqual(both);
		const declined = plan(lineage, read);
		expect(declined.shared).toEqual([]);
		expect(declined.declined).toEqual([{ path: "/etc/letsencrypt/archive/site/privkey1.pem", risk: "secret" }]);
	});
	test("are copied if another key in the same place was not allowed", () => {
		const made = plan({ ...lineage, "/etc/letsencrypt/archive/site/other.pem": key }, read, allowed);
		expect(made.shared).toEqual([]);
		expect(entryAt(made, "/etc/letsencrypt/archive/site/privkey1.pem")).toMatchObject({ kind: "file", decision: "include" });
	});
	test("are copied if they are among other files, in a system store, or only a key", () => {
		const pems = { "/etc/app/cert.pem": certificate, "/etc/ssl/certs/ca.pem": certificate, "/etc/keys/only.pem": key };
		const values = { rules: rules({ allowSecret: ["/etc/keys/only.pem"] }) };
		expect(shared({ ...pems, "/etc/app/conf": "c" }, reads(...Object.keys(pems)), values)).toEqual([]);
	});
});

describe("sockets of other services", () => {
	const sockets = { "/run/php/php.sock": socket(), "/run/redis.sock": socket() };
	const token = { "/run/app/token": file("t", { mode: 0o600 }) };
	test("share their directory if it contains only sockets", () => {
		const php = { path: "/run/php", kind: "socket", example: "/run/php/php.sock", files: 0, bytes: 0 };
		expect(plan(sockets, { "/run/php/php.sock": "connect" }).shared).toEqual([php]);
	});
	test.each([
		["/run itself", "/run/redis.sock", {}],
		["everybody's state", "/var/lib/redis.sock", {}],
		["other things", "/run/app/redis.sock", token],
		["much", "/run/app/redis.sock", { "/run/app/cache": "x".repeat(20_000) }],
		["a socket that is not for everybody", "/run/app/redis.sock", { "/run/app/control.sock": socket() }],
		["a writable directory of the application", "/run/app/redis.sock", { "/run/app/own/x": "x" }],
	])("are mounted alone in a directory with other content: %s", (_, path, more) => {
		const own = { "/run/app/own/state": "create write" } as const;
		const made = plan({ [path]: socket(), ...more }, { [path]: "connect", ...("/run/app/own/x" in more ? own : {}) });
		expect(made.shared).toEqual([{ path, kind: "socket", example: path, files: 0, bytes: 0, isSocket: true }]);
		expect(made.rules.binds).toEqual([{ path, access: "ro", isSocket: true }]);
		const reasons = [{ kind: "shared", what: "socket", example: path }];
		expect(entryAt(made, path)).toMatchObject({ kind: "generated", decision: "include", content: "", reasons });
		expect(made.notes).toContainEqual({ code: "socket-alone", values: { path } });
		// Nothing else of the directory is in the cage.
		for (const other of Object.keys(more)) expect(entryAt(made, other)).toBeUndefined();
	});
	test.each<[string, string, Record<string, Node>, Values]>([
		["it is in a home", "/home/user/redis.sock", {}, {}],
		["it is in root's home", "/root/redis.sock", {}, {}],
		["root's start makes it an administrator's", "/run/mysql.sock", {}, {}],
		["its directory is another's", "/run/app/redis.sock", { "/run/app": directory({ uid: 33 }), ...token }, {}],
		["everybody may write its directory", "/run/app/redis.sock", { "/run/app": directory({ mode: 0o777 }), ...token }, {}],
		["it is another's in a sticky directory", "/run/redis.sock", { "/run": directory({ mode: 0o1777 }) }, {}],
		["it is excluded", "/run/redis.sock", {}, { rules: rules({ exclude: ["/run/redis.sock"] }) }],
		["its directory is bound", "/srv/a/redis.sock", {}, { rules: rules({ binds: [{ path: "/srv/a", access: "ro" }] }) }],
		["its name has a blank", "/run/app/a redis.sock", token, { rules: rules({ allow: ["socket:/run/app/a redis.sock"] }) }],
	])("are not mounted alone if %s", (_, path, more, values) => {
		expect(shared({ [path]: socket({ uid: 6 }), ...more }, { [path]: "connect" }, values)).toEqual([]);
	});
	test("are mounted alone whoever started their service, unless the directory with them is mounted", () => {
		const own = { "/run/redis.sock": socket({ uid: 33 }), "/run/php/php.sock": socket() };
		const both = { "/run/redis.sock": "connect", "/run/php/php.sock": "connect" } as const;
		expect(shared(own, both)).toEqual(["socket /run/php", "socket /run/redis.sock"]);
	});
	test("may be mounted alone in a directory of root that everybody may write, as long as nobody else can rename them", () => {
		const allowed = { rules: rules({ allow: ["socket:/tmp/control.sock"] }) };
		const nodes = { "/tmp": directory({ mode: 0o1777 }), "/tmp/control.sock": socket() };
		expect(shared(nodes, {}, allowed)).toEqual(["socket /tmp/control.sock"]);
	});
	test("may share it with pid and lock files of their service", () => {
		const mysql = "/run/mysqld/mysqld.sock";
		const more = { ...empty("/run/mysqld/mysqld.pid", `${mysql}.lock`), "/run/mysqld/now.sock": link("mysqld.sock") };
		expect(shared({ [mysql]: socket(), ...more }, { [mysql]: "connect" }, { identity: asApp })).toEqual(["socket /run/mysqld"]);
	});
	test("may share it with small files that every account may read", () => {
		const more = { "/run/slapd/slapd.args": "/usr/sbin/slapd -h ldapi:///\n", ...empty("/run/slapd/slapd.pid") };
		const connects = { "/run/slapd/ldapi": "connect" } as const;
		expect(shared({ "/run/slapd/ldapi": socket(), ...more }, connects, { identity: asApp })).toEqual(["socket /run/slapd"]);
	});
	test("stay reachable for an application with a file of its own directly in /run", () => {
		const made = plan(sockets, { "/run/php/php.sock": "connect", "/run/app.pid": "create write" });
		expect([named(made), made.writable.map(({ path }) => path)]).toEqual([["socket /run/php"], ["/run"]]);
	});
	test("are not the application's own, nor those that control the machine", () => {
		expect(shared(sockets, { "/run/php/php.sock": "connect listen create" })).toEqual([]);
		expect(shared({ "/run/docker/api.sock": socket() }, { "/run/docker/api.sock": "connect" })).toEqual([]);
	});
});

describe("a directory of pages", () => {
	const files = tree({
		...empty("/etc/radio/web/status.xsl", "/etc/radio/web/style.css", "/etc/radio/radio.xml", "/etc/radio/web/.git/config"),
		...empty("/etc/radio/web/.well-known/security.txt", "/etc/index.html", "/usr/lib/node_modules/app/a.js"),
		"/etc/radio/web/private.xsl": file("secret", { mode: 0o640 }),
		"/usr/share/radio/web/status.xsl": link("/etc/radio/web/status.xsl"),
		"/usr/share/radio/web/style.css": link("/etc/radio/web/style.css"),
		"/etc/radio/web/.env": "A=b",
		"/etc/radio/web/planted.css": link("/etc/radio/web/private.xsl"),
	});
	test("goes in completely once a page was requested, by its own path or a link's", () => {
		const trees = servedTrees(trace(reads("/usr/share/radio/web/status.xsl", "/etc/radio/radio.xml")), files);
		const treeAt = (top: string, ...names: string[]) => ({ top, paths: names.map((name) => `${top}/${name}`) });
		expect(trees).toEqual([
			treeAt("/etc/radio/web", "status.xsl", "style.css", ".well-known/security.txt"),
			treeAt("/usr/share/radio/web", "status.xsl", "style.css"),
		]);
	});
	test("goes in completely if the server found no page for the directory itself, and no other files were looked for", () => {
		const tops = (path: string, did: string) => servedTrees(trace({ [path]: did }), files).map(({ top }) => top);
		expect(tops("/etc/radio/web/index.html", "ENOENT:look")).toEqual(["/etc/radio/web"]);
		expect(tops("/etc/radio/web/index.html", "EACCES:read")).toEqual([]);
		expect(tops("/etc/radio/web/missing.css", "ENOENT:read")).toEqual([]);
		expect(tops("/etc/index.html", "ENOENT:look")).toEqual([]);
	});
	test("is searched completely, however many directories it has", () => {
		const page = tree(empty("/srv/web/index.html"));
		const inside = (path: string) => path.startsWith("/srv/web/") && !path.endsWith(".html");
		let listed = 0;
		const endless: Files = {
			...page,
			list: () => (listed++ > 5000 ? [] : ["a", "b"].map(pathFromText)),
			status: (path) => page.status(inside(path) ? pathFromText("/srv/web") : path),
		};
		expect(servedTrees(trace({ "/srv/web/index.html": "read" }), endless)).toEqual([]);
		expect(listed).toBeLessThan(3000);
	});
	test("is not a directory for everybody or one that the application writes", () => {
		expect(servedTrees(trace({ "/etc/index.html": "read", "/etc/radio/web/status.xsl": "read write" }), files)).toEqual([]);
	});
});
