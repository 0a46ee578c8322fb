import { describe, expect, test } from "vitest";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { makeElf } from "./elf/make-elf.ts";
import { application, asApp, type Did, entryAt, included, planFor, rules, trace } from "./traces.ts";
import { directory, file, link, type Node, tree } from "./tree.ts";

const program = (content = "\x7fELF", size = 1000) => file(content, { mode: 0o755, size });
const host: Record<string, Node> = {
	"/etc/vpn/vpn.conf":
		'auth = "plain[passwd=/etc/vpn/passwd]"\nbanner = /etc/vpn/banner\n# old = /etc/vpn/old\nlog = /var/log/vpn\n',
	"/etc/vpn/passwd": file("user:*:$5$abcdefgh$0123456789\n", { mode: 0o600 }),
	"/etc/vpn/banner": "Welcome\n",
	"/etc/vpn/old": "x",
	"/var/log/vpn": "x",
	"/usr/share/backup/bin/server": program('#!/usr/bin/perl\n# see also helper_old\nstart("dump"); run("$bin/nightly");\n'),
	"/usr/share/backup/bin/dump": program("#!/usr/bin/perl\nsystem('extract');\n"),
	"/usr/share/backup/bin/nightly": program("#!/usr/bin/perl\n", 2 ** 21),
	"/usr/share/backup/bin/extract": program("#!/usr/bin/perl\n"),
	"/usr/share/backup/bin/helper_old": program("#!/usr/bin/perl\n"),
	"/etc/site/site.conf": "include params;\n",
	"/etc/site/params": "x",
	"/etc/site/passwords": file("ann:$apr1$abcdefgh$0123456789abcdefghijk.\n", { mode: 0o640 }),
	"/etc/site/enabled/shop.conf": "auth_file passwords; cache hosts params.old;\n",
	"/etc/site/params.old": "x",
	"/etc/hosts": "x",
	"/etc/ban/action.conf": "banaction = nft -f\nprotocol = tcp\nshell = /bin/sh\nsend = /usr/sbin/sendmail -t\n",
	"/usr/sbin/nft": file(makeElf({ needed: ["libnftables.so.1"] }), { mode: 0o755 }),
	"/usr/sbin/tcp": file("no program"),
	"/bin": link("usr/bin"),
	"/usr/bin/sh": program(),
	"/usr/sbin/sendmail": link("mailer"),
	"/usr/sbin/mailer": file("\x7fELF", { mode: 0o4755, size: 1000 }),
};
const plan = (did: Record<string, Did>, seen: Partial<Trace> = {}, values: Parameters<typeof planFor>[2] = {}) =>
	planFor(tree(host), trace(did, seen), values);
const files = (made: ReturnType<typeof plan>) => Object.keys(included(made)).filter((path) => included(made)[path] === "file");
const unproven = (made: ReturnType<typeof plan>) => made.notes.filter(({ code }) => code.startsWith("unproven-"));

describe("a file that only the application's accounts may read", () => {
	const library = (content: string) => file(`\x7fELF\0${content}\0`, { mode: 0o755 });
	const planned = (node: Node, content = "/etc/passdb", seen: Partial<Trace> = { gids: new Set([45]) }) => {
		const files = tree({ ...host, "/usr/lib/sasl/libpassdb.so": library(content), "/etc/passdb": node });
		return planFor(files, trace({ "/usr/lib/sasl/libpassdb.so": "read" }, seen), { identity: asApp });
	};
	const kept = file("database", { gid: 45, mode: 0o640 });

	test("goes in if code that it loaded names the path", () => {
		const reasons = [{ kind: "may-use", by: "/usr/lib/sasl/libpassdb.so" }];
		expect(entryAt(planned(kept), "/etc/passdb")).toMatchObject({ decision: "include", reasons });
		expect(entryAt(planned(file("x", { uid: 900, mode: 0o600 }), "/etc/passdb", {}), "/etc/passdb")).toMatchObject({ reasons });
	});
	test("goes in if the application listed its directory", () => {
		const files = tree({ ...host, "/etc/keys": directory(), "/etc/keys/0": kept, "/etc/keys/all": "x" });
		const planOf = (did: Did) => planFor(files, trace({ "/etc/keys": did }, { gids: new Set([45]) }), { identity: asApp });
		expect(entryAt(planOf("list"), "/etc/keys/0")).toMatchObject({ reasons: [{ kind: "may-use", by: "/usr/bin/app" }] });
		expect(entryAt(planOf("list"), "/etc/keys/all")).toBeUndefined();
		expect(entryAt(planOf("look"), "/etc/keys/0")).toBeUndefined();
	});
	test.each<[string, Parameters<typeof planned>]>([
		["everybody may read", [file("database", { gid: 45, mode: 0o644 })]],
		["another group may read", [file("database", { gid: 46, mode: 0o640 })]],
		["only root may read", [file("database", { gid: 45, mode: 0o600 })]],
		["only a longer path of the code begins with", [kept, "/etc/passdb.d/more"]],
	])("stays out if %s it", (_, [...values]) => {
		expect(entryAt(planned(...values), "/etc/passdb")).toBeUndefined();
	});
	test("stays out if it is secret, and a note names the option", () => {
		const made = planned(file("user:*:$5$abcdefgh$0123456789\n", { gid: 45, mode: 0o640 }));
		const values = { place: "/usr/lib/sasl/libpassdb.so", paths: "/etc/passdb", options: "--allow-secret /etc/passdb" };
		expect(unproven(made)).toEqual([{ code: "unproven-absent", values }]);
	});
});

describe("a daemon that ran", () => {
	const binary = (...words: string[]) => file(`\x7fELF\0${words.join("\0")}\0`, { mode: 0o755 });
	const planned = (...words: string[]) => {
		const files = tree({
			...host,
			"/usr/sbin/newsd": binary(...words),
			"/usr/sbin/in.reader": binary("/etc/news/access", "/etc/news/none", "/etc/hosts", "/etc/site/params"),
			"/usr/lib/news/filter": program(),
			"/usr/bin/sort": binary("/usr/lib/news/filter"),
			"/etc/news/news.conf": "x",
			"/etc/news/access": "localhost",
		});
		const seen = { programs: new Set([pathFromText("/usr/sbin/newsd")]) };
		return included(planFor(files, trace({ "/usr/sbin/newsd": "execute", "/etc/news/news.conf": "read" }, seen)));
	};

	test("adds programs whose paths are built into it", () => {
		const made = planned("/usr/sbin/in.reader", "/usr/lib/news/filter", "/usr/bin/sort", "/usr/sbin/newsd", "/usr/sbin/none");
		expect(made).toMatchObject({ "/usr/sbin/in.reader": "file", "/usr/lib/news/filter": "file", "/usr/bin/sort": "file" });
	});
	test("adds the programs of a command line that is built into it", () => {
		const made = planned("/usr/bin/sort -n %s | /usr/sbin/in.reader -x");
		expect(made).toMatchObject({ "/usr/sbin/in.reader": "file", "/usr/bin/sort": "file" });
	});
	test("adds no shell, no program that a sentence names, and nothing for a common command that it starts", () => {
		const made = planned("see /usr/sbin/in.reader", "/bin/sh", "/usr/bin/sort");
		const paths = ["/usr/lib/news/filter", "/usr/sbin/in.reader", "/usr/bin/sh"];
		expect(paths.filter((path) => made[path] !== undefined)).toEqual([]);
	});
	test("adds files that are built into such a program, in directories from which the application read", () => {
		const made = planned("/usr/sbin/in.reader");
		expect(made["/etc/news/access"]).toBe("file");
		expect(["/etc/hosts", "/etc/site/params"].filter((path) => made[path] !== undefined)).toEqual([]);
	});
});

describe("a script", () => {
	const source =
		"pin = '/etc/portal/.creds/pin'\nkey = \"/etc/portal/none\"\nlist = '/etc/hosts'\nother = '/etc/site/params'\n# '/etc/portal/old\"\n";
	const planned = (did: Record<string, Did>, started: readonly string[] = []) => {
		const files = tree({
			...host,
			"/usr/lib/python3/dist-packages/portal/app.py": source,
			"/usr/sbin/portal": program(`#!/usr/bin/perl\n${source}`),
			"/etc/portal/keys/session": "x",
			"/etc/portal/.creds/pin": "x",
			"/etc/portal/old": "x",
		});
		const seen = { programs: new Set(started.map(pathFromText)) };
		return included(planFor(files, trace({ ...did, "/etc/hosts": "look" }, seen)));
	};
	const app = "/usr/lib/python3/dist-packages/portal/app.py";

	test.each<[string, Record<string, Did>, string[]]>([
		["looked at", { [app]: "look" }, []],
		["started", { "/usr/sbin/portal": "execute" }, ["/usr/sbin/portal"]],
	])("that was %s adds the files that it names in its directory in /etc", (_, did, started) => {
		const made = planned({ ...did, "/etc/portal/keys/session": "read" }, started);
		expect(made["/etc/portal/.creds/pin"]).toBe("file");
		expect(["/etc/site/params", "/etc/portal/old"].filter((path) => made[path] !== undefined)).toEqual([]);
	});
	test("adds nothing in a directory from which nothing was read", () => {
		expect(planned({ [app]: "look" })["/etc/portal/.creds/pin"]).toBeUndefined();
	});
});

describe("configuration that was read", () => {
	test("adds the files that it names, without secrets, logs and comments, and a note names the secret's option", () => {
		const made = plan({ "/etc/vpn/vpn.conf": "read" });
		expect(files(made)).toEqual(["/etc/vpn/banner", "/etc/vpn/vpn.conf"]);
		expect(entryAt(made, "/etc/vpn/banner")?.reasons).toEqual([{ kind: "may-use", by: "/etc/vpn/vpn.conf" }]);
		const values = { place: "/etc/vpn/vpn.conf", paths: "/etc/vpn/passwd", options: "--allow-secret /etc/vpn/passwd" };
		expect(unproven(made)).toEqual([{ code: "unproven-absent", values }]);
	});
	test("adds files that it names relative to its own directories, not to /etc, and a note names the secret", () => {
		const made = plan({ "/etc/site/site.conf": "read", "/etc/site/enabled/shop.conf": "read" });
		expect(files(made)).toEqual([
			"/etc/site/enabled/shop.conf",
			"/etc/site/params",
			"/etc/site/params.old",
			"/etc/site/site.conf",
		]);
		expect(unproven(made)).toMatchObject([{ values: { options: "--allow-secret /etc/site/passwords" } }]);
	});
	test("asks nothing about a secret that its account cannot read", () => {
		const read = { "/etc/vpn/vpn.conf": "read" };
		const lists = { ...tree(host), hasAccessList: (paths: readonly Path[]) => paths.includes(pathFromText("/etc/vpn/passwd")) };
		expect(plan(read, {}, { identity: asApp }).declined).toEqual([]);
		for (const made of [
			plan(read, { uids: new Set([0]) }, { identity: asApp }),
			plan(read, { kept: new Set(["dac_read_search"]) }, { identity: asApp }),
			plan(read, {}, { identity: asApp, rules: rules({ allow: ["dac_override"] }) }),
			planFor(lists, trace(read), { identity: asApp }),
		])
			expect(made.declined).toEqual([{ path: "/etc/vpn/passwd", risk: "secret" }]);
	});
	test("adds nothing that a rule excludes, and no note about it", () => {
		const made = plan({ "/etc/vpn/vpn.conf": "read" }, {}, { rules: rules({ exclude: ["/etc/vpn/passwd", "/etc/vpn/banner"] }) });
		expect(files(made)).toEqual(["/etc/vpn/vpn.conf"]);
		expect(unproven(made).map(({ values }) => values.options)).not.toContain("--include /etc/vpn/banner");
	});
	test("adds programs that it starts, without their setuid bits and without shells, and a note names them", () => {
		const made = plan({ "/etc/ban/action.conf": "read" });
		expect(files(made)).toEqual(["/etc/ban/action.conf", "/usr/sbin/mailer"]);
		expect(unproven(made)).toMatchObject([
			{
				code: "unproven-programs",
				values: { place: "/etc/ban/action.conf", count: 1, paths: "/usr/sbin/sendmail" },
			},
			{ code: "unproven-firewall", values: { place: "/etc/ban/action.conf", paths: "/usr/sbin/nft" } },
		]);
	});
});

test("an application's helpers go in as far as its programs name them, and a note names them", () => {
	const server = "/usr/share/backup/bin/server";
	const values = { application: { ...application, command: [server] } };
	const made = plan({ [server]: "read execute" }, { programs: new Set([pathFromText(server)]) }, values);
	const own = files(made).filter((path) => path.startsWith("/usr/share/backup"));
	expect(own).toEqual(["dump", "extract", "server"].map((name) => `/usr/share/backup/bin/${name}`));
	expect(unproven(made)).toMatchObject([
		{ code: "unproven-programs", values: { place: "/usr/share/backup/bin/dump", paths: "/usr/share/backup/bin/extract" } },
		{ code: "unproven-programs", values: { place: server, count: 2 } },
		{ code: "unproven-absent", values: { place: server, options: "--include /usr/share/backup/bin/nightly" } },
	]);
});

test("an ELF file names a helper by its path, because a word by itself may be a keyword", () => {
	const server = "/usr/lib/db/bin/server";
	const nodes = {
		[server]: program("\x7fELF\0createdb\0/usr/lib/db/bin/dump\0"),
		"/usr/lib/db/bin/createdb": program(),
		"/usr/lib/db/bin/dump": program(),
	};
	const seen = trace({ [server]: "execute" }, { programs: new Set([pathFromText(server)]) });
	const made = planFor(tree(nodes), seen, { application: { ...application, command: [server] } });
	expect(files(made)).toEqual(["/usr/lib/db/bin/dump", server]);
});

describe("a program that can resolve names", () => {
	const names = {
		"/etc/hosts": "x",
		"/etc/resolv.conf": link("/run/resolv.conf"),
		"/run/resolv.conf": "x",
		"/etc/services": "x",
		"/etc/gai.conf": "# none\n",
	};
	const planned = (imports: string[]) => {
		const content = makeElf({ needed: ["libc.so.6"], imports });
		const nodes = { ...names, "/usr/sbin/proxy": file(content, { mode: 0o755 }) };
		return Object.keys(included(planFor(tree(nodes), trace({ "/usr/sbin/proxy": "execute" }))));
	};
	test("gets the files for that", () => {
		expect(planned(["getaddrinfo"])).toEqual(expect.arrayContaining(["/etc/hosts", "/etc/resolv.conf", "/run/resolv.conf"]));
		for (const other of ["/etc/services", "/etc/gai.conf"]) expect(planned(["getaddrinfo"])).not.toContain(other);
		expect(planned(["getservbyname"])).toContain("/etc/services");
	});
	test("is one that imports a function for it", () => expect(planned(["printf"])).not.toContain("/etc/hosts"));
});
