import { describe, expect, test } from "vitest";
import type { Files } from "../../../src/core/machine/facts.ts";
import { pathFromText } from "../../../src/core/path/path.ts";
import type { Plan } from "../../../src/core/plan/plan.ts";
import { servedTrees } from "../../../src/core/plan/shared.ts";
import { application, asApp, entryAt, included, planFor, rules, trace } from "./traces.ts";
import { directory, file, link, type Node, node, socket, tree } from "./tree.ts";

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n";
const key = "-----BEGIN PRIVATE KEY-----\nMIIB\n";
const site = { "/var/www/site/index.html": "12345", "/var/www/site/css/a.css": "123", "/usr/bin/app": "#!" };
const page = "/var/www/site/index.html";
/** The plan of the site with more files, whose page is read. */
const planOf = (more: Record<string, Node> = {}, values: Parameters<typeof planFor>[2] = {}) =>
	planFor(tree({ ...site, ...more }), trace({ [page]: "read" }), values);
const shared = (plan: Plan) => plan.shared.map(({ kind, path }) => `${kind} ${path}`);

describe("content that a service only reads", () => {
	test("stays the host's as a directory, with its size and a used file", () => {
		const made = planOf();
		expect(made.shared).toEqual([
			{ path: "/var/www/site", kind: "data", example: "/var/www/site/index.html", files: 2, bytes: 8 },
		]);
		expect(made.rules.binds).toEqual([{ path: "/var/www/site", access: "ro" }]);
		expect(entryAt(made, "/var/www/site")).toMatchObject({
			kind: "bind",
			reasons: [{ kind: "shared", what: "data", example: "/var/www/site/index.html" }],
		});
		expect(entryAt(made, "/var/www/site/index.html")).toBeUndefined();
	});
	test("is shared if it was only listed", () => {
		expect(shared(planFor(tree(site), trace({ "/var/www/site": "list" })))).toEqual(["data /var/www/site"]);
		expect(shared(planFor(tree(site), trace({ "/var/www": "list", "/usr": "list" })))).toEqual([]);
	});
	test("is shared once if one directory contains the other", () => {
		const read = { "/var/www/site/css/a.css": "read", "/var/www/site/index.html": "read" };
		expect(shared(planFor(tree(site), trace(read)))).toEqual(["data /var/www/site"]);
	});
	test.each<[string, Record<string, string>, Parameters<typeof rules>[0]]>([
		["it is excluded", {}, { exclude: ["/var/www/site"] }],
		["an include asks for a copy", {}, { include: ["/var/www/site/index.html"] }],
		["it is bound already", {}, { binds: [{ path: "/var/www", access: "ro" }] }],
		["it holds a secret that nobody allowed", { "/var/www/site/.htpasswd": "a:$apr1$x$y" }, {}],
	])("is not shared if %s", (_, more, asked) => {
		const made = planOf(more, { rules: rules(asked) });
		expect(made.shared).toEqual([]);
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
		[
			"is sticky and holds what is another's",
			{ "/var/www": directory({ mode: 0o1777 }), "/var/www/site": directory({ uid: 33 }) },
			0,
			false,
		],
		["is root's, whosever the content is", { "/var/www/site": directory({ uid: 33 }) }, 0, true],
	])("is not shared if its path %s", (_, more, owner, isShared) => {
		const made = planOf(more, { owner });
		expect(shared(made)).toEqual(isShared ? ["data /var/www/site"] : []);
	});
	test("is shared with files that only the application's own account may read", () => {
		const own = { "/var/www/site/note": file("x", { mode: 0o640, uid: 0, gid: 33 }) };
		const made = planFor(tree({ ...site, ...own }), trace({ "/var/www/site/index.html": "read" }, { gids: new Set([33]) }));
		expect(shared(made)).toEqual(["data /var/www/site"]);
	});
	test.each(["/srv/a:b", "/srv/a b", "/srv/it's", "/srv/100%", "/srv/n\nl"])(
		"is copied if its name is %j, which not every consumer accepts",
		(name) => {
			const made = planFor(tree({ [`${name}/page`]: "p" }), trace({ [`${name}/page`]: "read" }));
			expect(made.shared).toEqual([]);
			expect(entryAt(made, `${name}/page`)).toMatchObject({ kind: "file" });
		},
	);
	test("with a numbered harmless file does not let in a numbered secret", () => {
		const files = tree({ "/srv/a/id.txt": link("d/id1.txt"), "/srv/a/d/id1.txt": "text", "/srv/a/d/id2.txt": key });
		expect(planFor(files, trace({ "/srv/a/id.txt": "read" })).shared).toEqual([]);
		const pems = tree({ "/srv/a/c.pem": link("d/c1.pem"), "/srv/a/d/c1.pem": certificate, "/srv/a/d/c2.pem": key });
		expect(planFor(pems, trace({ "/srv/a/c.pem": "read" })).shared).toEqual([]);
	});
	test("is not shared if the application writes there or keeps its configuration or program there", () => {
		const files = tree({ ...site, "/srv/app/app.conf": "c", "/srv/app/run": directory() });
		const written = trace({ "/var/www/site/index.html": "read", "/var/www/site/upload": "create write" });
		expect(planFor(files, written).shared).toEqual([]);
		const configured = { application: { ...application, command: ["/usr/bin/app", "-c/srv/app/app.conf"] } };
		expect(planFor(files, trace({ "/srv/app/app.conf": "read" }), configured).shared).toEqual([]);
	});
	test("is copied in any other place", () => {
		const files = tree({ "/usr/share/app/x": "x", "/etc/app/conf": "c", "/home/user/page": "p" });
		const made = planFor(files, trace({ "/usr/share/app/x": "read", "/etc/app/conf": "read", "/home/user/page": "read" }));
		expect(made.shared).toEqual([]);
		expect(included(made)).toMatchObject({ "/usr/share/app/x": "file", "/etc/app/conf": "file", "/home/user/page": "file" });
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
	const read = trace({ "/etc/letsencrypt/live/site/fullchain.pem": "read", "/etc/letsencrypt/live/site/privkey.pem": "read" });
	const allowed = { rules: rules({ allowSecret: ["/etc/letsencrypt/live/site/privkey.pem"] }) };
	test("share the directories of their names and of the files once their key is allowed", () => {
		expect(shared(planFor(tree(lineage), read, allowed))).toEqual([
			"certificates /etc/letsencrypt/archive/site",
			"certificates /etc/letsencrypt/live/site",
		]);
		const declined = planFor(tree(lineage), read);
		expect(shared(declined)).toEqual([]);
		expect(declined.declined).toEqual([{ path: "/etc/letsencrypt/archive/site/privkey1.pem", risk: "secret" }]);
	});
	test("are copied if another key in the same place was not allowed", () => {
		const more = { ...lineage, "/etc/letsencrypt/archive/site/other.pem": key };
		const made = planFor(tree(more), read, allowed);
		expect(shared(made)).toEqual([]);
		expect(entryAt(made, "/etc/letsencrypt/archive/site/privkey1.pem")).toMatchObject({ kind: "file", decision: "include" });
	});
	test("are copied if they are among other files, in a system store, or only a key", () => {
		const files = tree({
			"/etc/app/conf": "c",
			"/etc/app/cert.pem": certificate,
			"/etc/ssl/certs/ca.pem": certificate,
			"/etc/keys/only.pem": key,
		});
		const all = trace({ "/etc/app/cert.pem": "read", "/etc/ssl/certs/ca.pem": "read", "/etc/keys/only.pem": "read" });
		expect(planFor(files, all, { rules: rules({ allowSecret: ["/etc/keys/only.pem"] }) }).shared).toEqual([]);
	});
});

describe("sockets of other services", () => {
	const files = tree({ "/run/php/php.sock": socket(), "/run/redis.sock": socket() });
	test("share their directory if it contains only sockets", () => {
		expect(planFor(files, trace({ "/run/php/php.sock": "connect" })).shared).toEqual([
			{ path: "/run/php", kind: "socket", example: "/run/php/php.sock", files: 0, bytes: 0 },
		]);
		expect(planFor(files, trace({ "/run/redis.sock": "connect" })).shared).toEqual([]);
	});
	test.each([
		["a home", "/home/user/redis.sock", {}],
		["root's home", "/root/redis.sock", {}],
		["/tmp itself", "/tmp/mysql.sock", {}],
		["everybody's state", "/var/lib/redis.sock", {}],
		["other things", "/run/app/redis.sock", { "/run/app/token": "t" }],
		["a socket that is not for everybody", "/run/app/redis.sock", { "/run/app/control.sock": socket() }],
	])("are left alone in a directory with other content: %s", (_, path, more) => {
		expect(planFor(tree({ [path]: socket(), ...more }), trace({ [path]: "connect" })).shared).toEqual([]);
	});
	test("may share it with pid and lock files of their service", () => {
		const more = {
			"/run/mysqld/mysqld.pid": "1",
			"/run/mysqld/mysqld.sock.lock": "",
			"/run/mysqld/now.sock": link("mysqld.sock"),
		};
		const mysql = "/run/mysqld/mysqld.sock";
		const made = planFor(tree({ [mysql]: socket(), ...more }), trace({ [mysql]: "connect" }), { identity: asApp });
		expect(shared(made)).toEqual(["socket /run/mysqld"]);
	});
	test("are not the application's own, nor those that control the machine", () => {
		expect(planFor(files, trace({ "/run/php/php.sock": "connect listen create" })).shared).toEqual([]);
		const docker = tree({ "/run/docker/api.sock": socket() });
		expect(planFor(docker, trace({ "/run/docker/api.sock": "connect" })).shared).toEqual([]);
	});
});

describe("a directory of pages", () => {
	const files = tree({
		"/etc/radio/web/status.xsl": file("<x/>", { mode: 0o644 }),
		"/etc/radio/web/style.css": file("a{}", { mode: 0o644 }),
		"/etc/radio/web/private.xsl": file("secret", { mode: 0o640 }),
		"/etc/radio/radio.xml": file("<radio/>", { mode: 0o644 }),
		"/usr/share/radio/web/status.xsl": link("/etc/radio/web/status.xsl"),
		"/usr/share/radio/web/style.css": link("/etc/radio/web/style.css"),
		"/etc/radio/web/.git/config": file("[core]", { mode: 0o644 }),
		"/etc/radio/web/.env": file("A=b", { mode: 0o644 }),
		"/etc/radio/web/.well-known/security.txt": file("x", { mode: 0o644 }),
		"/etc/radio/web/planted.css": link("/etc/radio/web/private.xsl"),
		"/etc/index.html": file("", { mode: 0o644 }),
		"/usr/lib/node_modules/app/a.js": file("", { mode: 0o644 }),
	});
	test("goes in completely once a page was requested, by its own path or a link's", () => {
		const trees = servedTrees(trace({ "/usr/share/radio/web/status.xsl": "read", "/etc/radio/radio.xml": "read" }), files);
		expect(trees).toEqual([
			{
				top: "/etc/radio/web",
				paths: ["/etc/radio/web/status.xsl", "/etc/radio/web/style.css", "/etc/radio/web/.well-known/security.txt"],
			},
			{ top: "/usr/share/radio/web", paths: ["/usr/share/radio/web/status.xsl", "/usr/share/radio/web/style.css"] },
		]);
	});
	test("is searched completely, however many directories it has", () => {
		const page = tree({ "/srv/web/index.html": file("", { mode: 0o644 }) });
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
		const seen = trace({ "/etc/index.html": "read", "/etc/radio/web/status.xsl": "read write" });
		expect(servedTrees(seen, files)).toEqual([]);
	});
});
