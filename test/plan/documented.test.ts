import { expect, test } from "vitest";
import type { PackageContents } from "../../src/base/machine/facts.ts";
import type { Path } from "../../src/base/path/path.ts";
import { configuredPrograms, documentedOffers, withDocumented } from "../../src/plan/offers.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { noRules, type Rules } from "../../src/service/application.ts";
import { configurationMentions, type Mention } from "../../src/service/documentation.ts";
import { directory, empty, file, link, tree } from "./tree.ts";

const files = tree({
	"/usr/sbin/served": "",
	"/etc/served/served.conf": "main",
	"/etc/served/more.conf": "more",
	...empty("/etc/served/sites-available/default", "/etc/other/served.conf", "/etc/default/served", "/etc/hosts"),
	...empty("/usr/lib/served/plug.so"),
	"/usr/share/served/errors/404.html": "gone",
	"/usr/share/doc/served/README.Debian": "",
	"/usr/share/zoneinfo/UTC": "",
	"/var/lib/served": directory({ uid: 100 }),
	"/var/lib/zones": directory({ gid: 100, mode: 0o775 }),
	"/var/lib/strange": directory({ uid: 7 }),
	"/var/run": link("/run"),
	"/run/served": directory({ uid: 100 }),
	"/home/served": directory({ uid: 100 }),
});
const served: PackageContents = {
	ref: { name: "served", version: "1" },
	files: [
		"/usr/sbin/served",
		"/etc/served",
		"/etc/served/served.conf",
		"/etc/served/more.conf",
		"/etc/served/sites-available/default",
		"/etc/other/served.conf",
		"/etc/default/served",
		"/usr/lib/served/plug.so",
		"/usr/share/served",
		"/var/lib/served",
		"/usr/share/doc/served/README.Debian",
		"/usr/share/served/errors",
		"/usr/share/served/errors/404.html",
	] as Path[],
};
const mention = (path: string, more: Partial<Mention> = {}): Mention => ({
	path: path as Path,
	passage: { kind: "readme", document: "README.Debian", text: path },
	...more,
});
const offers = (mentions: readonly Mention[], rules: Partial<Rules> = {}, writable: string[] = []) =>
	documentedOffers({
		mentions,
		packages: [served],
		plan: {
			entries: ["/usr/sbin/served", "/etc/served/served.conf"].map((path) => ({ path, kind: "file" })),
			writable: writable.map((path) => ({ path })),
			rules: { ...noRules, ...rules },
		} as unknown as Plan,
		uids: new Set([100]),
		gids: new Set([100]),
		files,
	});
const named = (list: ReturnType<typeof offers>) => list.map(({ kind, path }) => `${kind === "documented" ? "" : "w "}${path}`);

test("the packages' own configuration and state are offered even without documentation", () => {
	const listed = (path: string) => ({ path, passage: { kind: "package", document: "served", text: path } });
	expect(offers([])).toEqual([
		{ kind: "documented", ...listed("/etc/served/more.conf"), files: 1, bytes: 4 },
		{ kind: "documented-writable", ...listed("/var/lib/served"), files: 0, bytes: 0 },
	]);
});

test("a documented path is offered only if it exists and belongs to the application", () => {
	const mentions = [
		"/etc/hosts",
		"/etc/sysconfig/served",
		"/opt/served",
		"/usr/sbin/served",
		"/usr/lib/served/plug.so",
		"/etc/other/served.conf",
		"/etc/default/served",
		"/usr/share/doc/served/README.Debian",
		"/etc/served/sites-available/default",
		"/home/served",
		"/var/lib/strange",
		"/proc/sys/fs",
		"/dev/log",
		"/var/lib",
		"/etc",
		"/usr/share/zoneinfo",
	].map((path) => mention(path));
	expect(named(offers(mentions))).toEqual(named(offers([])));
	expect(named(offers([mention("/usr/share/zoneinfo", { inChroot: true })]))).toContain("/usr/share/zoneinfo");
	expect(
		named(offers([mention("/usr/share/served/errors"), mention("/var/lib/zones"), mention("/var/run/served", { writes: true })])),
	).toEqual(["/etc/served/more.conf", "w /run/served", "/usr/share/served/errors", "w /var/lib/served", "w /var/lib/zones"]);
});

test("a path that the plan has, mounts or leaves out is not offered, and documentation is a better reason than a package list", () => {
	expect(named(offers([], { exclude: ["/etc/served/more.conf"] }, ["/var/lib"]))).toEqual([]);
	const passage = { kind: "readme", document: "R", text: "More is there." } as const;
	const [first] = offers([mention("/etc/served/more.conf", { passage })]);
	expect(first?.passage).toMatchObject({ kind: "readme", text: "More is there." });
	const known = { kind: "state" as const, path: "/var/lib/served" as Path, files: 1, bytes: 1 };
	expect(withDocumented([known], offers([])).map(({ kind }) => kind)).toEqual(["documented", "state"]);
});

test("configuration is not offered as writable, whatever names it, and neither is a place that the host executes", () => {
	const machine = tree({
		"/etc/served/served.conf": "",
		"/etc/served": directory({ uid: 100 }),
		"/var/spool/cron/crontabs": directory({ uid: 100 }),
		"/var/lib/served": directory({ uid: 100 }),
	});
	const permitted = ["/etc/served", "/var/spool/cron/crontabs", "/var/lib/served"].map((path) => mention(path, { writes: true }));
	const found = documentedOffers({
		mentions: permitted,
		packages: [{ ...served, files: [...served.files, "/var/spool/cron/crontabs" as Path] }],
		plan: { entries: [{ path: "/etc/served/served.conf", kind: "file" }], writable: [], rules: noRules } as unknown as Plan,
		uids: new Set([100]),
		gids: new Set([]),
		files: machine,
	});
	expect(named(found)).toEqual(["w /var/lib/served"]);
});

test("programs that the configuration names and no run started are offered once each, with their line", () => {
	const machine = tree({
		"/usr/lib/checks/check_load": file("", { mode: 0o755, size: 7 }),
		"/usr/lib/checks/check_disk": file("", { mode: 0o755 }),
		"/usr/lib/checks/readme": "",
		"/usr/bin/seen": file("", { mode: 0o755 }),
		"/usr/bin/check": link("/usr/lib/checks/check_load"),
	});
	const text = [
		"# command[disk]=/usr/lib/checks/check_disk",
		"command[load]=/usr/lib/checks/check_load -w 1",
		"again=/usr/bin/check, /usr/lib/checks/readme, /usr/lib/checks, /usr/bin/gone",
		"known /usr/bin/seen",
	];
	const mentions = configurationMentions("/etc/agent.cfg", text.join("\n"));
	const plan = { entries: [{ path: "/usr/bin/seen" as Path }] } as unknown as Plan;
	const passage = { kind: "configuration", document: "/etc/agent.cfg", line: 2, text: text[1] };
	const offer = { kind: "documented", path: "/usr/lib/checks/check_load", files: 1, bytes: 7, passage };
	expect(configuredPrograms(mentions, plan, machine)).toEqual([offer]);
});
