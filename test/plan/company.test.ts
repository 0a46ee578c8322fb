import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { namedNeighbours, undecidedNeighbours } from "../../src/plan/company.ts";
import type { Company } from "../../src/service/company.ts";
import { asApp, asRoot, entryAt, planFor, rules, trace, writableOf } from "./traces.ts";
import { directory, file, link, type Node, socket, tree } from "./tree.ts";

const lonely: Company = { neighbours: [], clientFiles: [] };
const php = "/run/php/php.sock" as Path;
const shop = {
	"/etc/web/web.conf": 'server { root "/srv/shop/current/public"; }\n# root /srv/old;\n',
	"/srv/shop/current": link("releases/1"),
	"/srv/shop/releases/1/public/page.php": "<?php",
	"/srv/old/page": "x",
	"/usr/bin/app": "#!",
};
type Values = Parameters<typeof planFor>[2];
const plan = (nodes: Record<string, Node> = {}, values: Values = {}) =>
	planFor(tree({ ...shop, ...nodes }), trace({ "/etc/web/web.conf": "read" }, { uids: new Set([0, 33]), gids: new Set([33]) }), {
		company: lonely,
		stateInPlace: [],
		...values,
	});
const sharedOf = (made: ReturnType<typeof plan>) => made.shared.map(({ kind, path }) => `${kind} ${path}`);
const codes = (made: ReturnType<typeof plan>) =>
	made.notes.map(({ code }) => code).filter((code) => /^(site|neighbour)-/.test(code));

describe("content that configuration names", () => {
	test("is shared although no request used it, from the directory whose link a deployment replaces", () => {
		const made = plan();
		expect(made.shared).toEqual([{ path: "/srv/shop", kind: "site", example: "/etc/web/web.conf", files: 1, bytes: 5 }]);
		expect(codes(made)).toEqual([]);
	});
	test("is shared if the file is directly in /etc and has the application's name, but not if it belongs to the system", () => {
		const nodes = { "/etc/appd.conf": "path = /srv/old", "/etc/other.conf": "/srv/other", "/srv/other/page": "x" };
		const programs = new Set(["/usr/bin/app" as Path]);
		const seen = trace({ "/etc/appd.conf": "read", "/etc/other.conf": "read" }, { programs });
		const made = planFor(tree({ ...shop, ...nodes }), seen, { company: lonely, stateInPlace: [] });
		expect(sharedOf(made)).toEqual(["site /srv/old"]);
	});
	test("is not shared unless a running service moves", () => {
		const { company: _, ...made } = { company: lonely, made: planFor(tree(shop), trace({ "/etc/web/web.conf": "read" })) };
		expect(made.made.shared).toEqual([]);
	});
	test("is shared without its link if the directory around both holds a secret, which a note says", () => {
		const made = plan({ "/srv/shop/shared/.env": "A=b" });
		expect(sharedOf(made)).toEqual(["site /srv/shop/releases/1/public"]);
		expect(entryAt(made, "/srv/shop/current")).toMatchObject({ kind: "symlink", target: "releases/1" });
		expect(made.notes).toContainEqual({
			code: "site-link",
			values: { link: "/srv/shop/current", path: "/srv/shop/releases/1/public" },
		});
	});
	test("stays outside if it holds a secret itself, which a note names", () => {
		const made = plan({ "/srv/shop/releases/1/public/.env": "A=b" });
		expect(sharedOf(made)).toEqual([]);
		const [note] = made.notes.filter(({ code }) => code === "site-left-out");
		expect(note?.values).toMatchObject({ by: "/etc/web/web.conf", problem: "/srv/shop/releases/1/public/.env" });
	});
	test("of a client comes from all of its enabled configuration", () => {
		const client = {
			"/etc/front/socket.conf": `pass unix:${php};`,
			"/etc/front/sites-available/blog": "root /srv/blog;",
			"/etc/front/sites-available/off": "root /srv/off;",
			"/etc/front/sites-enabled/blog": link("../sites-available/blog"),
			"/srv/blog/index.php": "<?php",
			"/srv/off/index.php": "<?php",
		};
		const made = plan(client, { company: { ...lonely, clientFiles: ["/etc/front/socket.conf" as Path] } });
		expect(sharedOf(made)).toEqual(["site /srv/blog", "site /srv/shop"]);
	});
	test("is found by its path after anything that no path contains", () => {
		const before = fc.constantFrom(" ", "=", '"', "'", "unix:", "\t", "(", ";");
		const after = fc.constantFrom(";", '"', "'", "", " ", ")", "/;");
		fc.assert(
			fc.property(before, after, (left, right) => {
				expect(sharedOf(plan({ "/etc/web/web.conf": `a${left}/srv/old${right}` }))).toEqual(["site /srv/old"]);
			}),
		);
		for (const text of ["#/srv/old", "b/srv/old", "/x/srv/old", "http://srv/old", "/srv/oldest", "; /srv/old"])
			expect(sharedOf(plan({ "/etc/web/web.conf": text }))).toEqual([]);
	});
});

describe("a directory of content that the application's account may write", () => {
	const at = "/srv/shop/up";
	test.each<[string, Node]>([
		["its account", directory({ uid: 33 })],
		["its group", directory({ gid: 33, mode: 0o775 })],
	])("stays in place, writable inside the shared content, by %s", (_, up) => {
		const made = plan({ [at]: up });
		expect([sharedOf(made), writableOf(made), made.stateInPlace]).toEqual([["site /srv/shop"], [at], [at]]);
	});
	test("is mounted instead of shared content if it is the content", () => {
		const made = plan({ "/etc/web/web.conf": "root /srv/old;", "/srv/old": directory({ uid: 33 }) });
		expect([sharedOf(made), made.stateInPlace]).toEqual([[], ["/srv/old"]]);
	});
	test("may hold files that would keep content outside", () => {
		const made = plan({
			[at]: directory({ uid: 33 }),
			[`${at}/private`]: file("x", { mode: 0o600, uid: 33 }),
			[`${at}/.env`]: "A=b",
		});
		expect(sharedOf(made)).toEqual(["site /srv/shop"]);
	});
	test.each<[string, Record<string, Node>]>([
		["belongs to another account", { [at]: directory({ uid: 1000, gid: 33, mode: 0o775 }) }],
		["is in another account's directory", { "/srv/shop": directory({ uid: 1000 }), [at]: directory({ uid: 33 }) }],
	])("is read-only if it %s, which a note says", (_, nodes) => {
		const made = plan(nodes);
		expect([sharedOf(made), writableOf(made), codes(made)]).toEqual([["site /srv/shop"], [], ["site-read-only"]]);
	});
});

describe("services of the host that something names", () => {
	const mysql = "/run/mysqld/mysqld.sock" as Path;
	const postgres = "/run/postgresql/.s.PGSQL.5432" as Path;
	const library = (text: string) => file(Buffer.from(`\x7fELF\0${text}\0`, "latin1"));
	const nodes = {
		[php]: socket(),
		[mysql]: socket(),
		[postgres]: socket(),
		"/run/docker.sock": socket(),
		"/var/run": link("/run"),
		"/etc/web/web.conf": "pass unix:/var/run/php/php.sock; # other\n",
		"/usr/lib/a.so": library("/var/run/mysqld/mysqld.sock"),
		"/usr/lib/b.so.5": library("/run/postgresql"),
		"/usr/lib/c.so": library("/run/docker.sock"),
	};
	const running = [php, mysql, postgres, "/run/docker.sock" as Path].map((path) => ({ path, service: "x.service" }));
	const seen = (uids: readonly number[]) =>
		trace(
			{ "/etc/web/web.conf": "read", "/usr/lib/a.so": "read", "/usr/lib/b.so.5": "read", "/usr/lib/c.so": "read" },
			{ uids: new Set(uids) },
		);
	const harmless: readonly Path[] = [];
	const asked = { command: ["/usr/bin/web", "-c", "/srv/web.conf"], identity: asRoot, rules: rules({}), harmless };
	const found = (uids: readonly number[], more: Record<string, Node> = {}) =>
		namedNeighbours({ trace: seen(uids), files: tree({ ...nodes, ...more }), ...asked, running });
	test("are found by configuration, by a library's socket and by a library's directory", () => {
		expect(found([0, 33]).map(({ by, name, path }) => [path, by, name])).toEqual([
			[php, "/etc/web/web.conf", "/var/run/php/php.sock"],
			[mysql, "/usr/lib/a.so", "/var/run/mysqld/mysqld.sock"],
			[postgres, "/usr/lib/b.so.5", postgres],
		]);
	});
	test("are found by configuration anywhere that the command names", () => {
		const input = { ...asked, trace: trace({ "/srv/web.conf": "read" }, { uids: new Set([0, 33]) }), running };
		const named = namedNeighbours({ ...input, files: tree({ ...nodes, "/srv/web.conf": `pass unix:${php}\n` }) });
		expect(named.map(({ by, path }) => [path, by])).toEqual([[php, "/srv/web.conf"]]);
	});
	test("are left out if a root client is their administrator, or if the account may not connect", () => {
		expect(found([0]).map(({ path }) => path)).toEqual([php, postgres]);
		expect(found([0, 33], { [php]: { ...socket(), mode: 0o660, uid: 5, gid: 5 } }).map(({ path }) => path)).toEqual([
			mysql,
			postgres,
		]);
	});
	test("are noted if configuration names them and nobody decided about them", () => {
		const docker = "/run/docker.sock" as Path;
		const undecided = (words: Parameters<typeof rules>[0]) =>
			undecidedNeighbours({
				...asked,
				trace: seen([0, 33]),
				rules: rules(words),
				running,
				files: tree({ ...nodes, "/etc/web/web.conf": "pass unix:/run/docker.sock;\n" }),
			}).map(({ values }) => values.path);
		expect(undecided({})).toEqual([docker]);
		expect(undecided({ allow: [`socket:${docker}`] })).toEqual([]);
		expect(undecided({ refuse: [`socket:${docker}`] })).toEqual([]);
	});
	test("are harmless in a cage that limits their clients, unless a rule refuses them", () => {
		const app = "/run/shop/app.sock" as Path;
		const files = tree({ ...nodes, [app]: socket(), "/etc/web/web.conf": `pass unix:${app};\n` });
		const running = [{ path: app, service: "app.service" }];
		const decide = (more: Partial<typeof asked>) => {
			const input = { ...asked, trace: seen([0, 33]), running, files, ...more };
			return [namedNeighbours(input).map(({ path }) => path), undecidedNeighbours(input).map(({ values }) => values.path)];
		};
		expect(decide({})).toEqual([[], [app]]);
		expect(decide({ harmless: [app] })).toEqual([[app], []]);
		expect(decide({ harmless: [php] })).toEqual([[], [app]]);
		const refused = { harmless: [app], rules: rules({ refuse: [`socket:${app}`] }) };
		expect(decide(refused)).toEqual([[], []]);
	});
	test("are not noted if they are the system's log, about which the plan decides", () => {
		const log = "/run/systemd/journal/dev-log" as Path;
		const nodes = { "/dev/log": link(log), [log]: socket(), "/etc/web/web.conf": "log /dev/log local0\n" };
		const running = [{ path: log, service: "systemd-journald.service" }];
		const input = { ...asked, trace: seen([0, 33]), running, files: tree(nodes) };
		expect(undecidedNeighbours(input)).toEqual([]);
	});
	const company = { ...lonely, neighbours: [{ path: php, service: "php.service", by: "/etc/web/web.conf" as Path, name: php }] };
	test("give the socket's directory and the permission, and say why", () => {
		const made = plan({ ...nodes, ...shop }, { company });
		expect(sharedOf(made)).toEqual(["socket /run/php", "site /srv/shop"]);
		expect(made.permissions.unixSockets).toBe(`connect ${php}`);
		expect(made.grants).toContainEqual({ word: "unix-sockets", call: `connect ${php}`, source: "company" });
		expect(codes(made)).toEqual(["neighbour-named"]);
	});
	test.each([["socket:/run/php/php.sock"], ["unix-sockets"]])("give nothing with --refuse %s", (word) => {
		const made = plan({ ...nodes, ...shop }, { company, rules: rules({ refuse: [word] }) });
		expect([sharedOf(made), made.permissions.unixSockets, codes(made)]).toEqual([["site /srv/shop"], undefined, []]);
	});
	test("are no reason for an application without an account to know them", () => {
		expect(planFor(tree(nodes), seen([900]), { identity: asApp }).shared).toEqual([]);
	});
});
