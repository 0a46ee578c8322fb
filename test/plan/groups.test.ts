import { describe, expect, test } from "vitest";
import { groupsOf } from "../../src/plan/groups.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { makeElf } from "./elf/make-elf.ts";
import { planFor, reads, rules, trace } from "./traces.ts";
import { directory, empty, file, link, node, tree } from "./tree.ts";

const loader = "/lib64/ld-linux-x86-64.so.2";
const host = {
	"/dev/null": node(1, 3),
	[loader]: file(makeElf({ soname: "ld-linux-x86-64.so.2" })),
	"/usr/bin/app": file(makeElf({ interpreter: loader, needed: ["libx.so.1"] }), { mode: 0o755 }),
	"/usr/lib/x86_64-linux-gnu/libx.so.1": file(makeElf({ soname: "libx.so.1" })),
	"/usr/lib/app/modules/one.so": file(makeElf({ soname: "one.so" })),
	"/usr/lib/app/modules/two.so": file(makeElf({ soname: "two.so" })),
	...empty("/usr/lib/python3.13/os.py", "/usr/share/app/page", "/etc/app/app.conf"),
	"/etc/app/key.pem": "-----BEGIN PRIVATE KEY-----\n",
	"/etc/localtime": link("/usr/share/zoneinfo/UTC"),
	"/usr/share/zoneinfo/UTC": "",
	"/var/lib/app/db": "1234",
	"/var/lib/app/more": "12345678",
	"/var/www/site/index.html": "",
	"/run/app": directory(),
	"/var/log/app": directory(),
};
const seen = trace({
	"/usr/bin/app": "execute",
	...reads("/usr/lib/app/modules/one.so", "/usr/lib/python3.13/os.py", "/usr/share/app/page", "/var/www/site/index.html"),
	...reads("/etc/app/app.conf", "/etc/app/key.pem", "/etc/localtime"),
	"/var/lib/app/db": "read write",
	"/run/app/pid": "create write",
	"/var/log/app/log": "create write",
});
const pathsOf = (plan: Plan, name: string) =>
	groupsOf(plan)
		.filter((group) => group.name === name)
		.flatMap((group) => group.paths);

describe("groups", () => {
	const made = planFor(tree(host), seen);
	test.each([
		["program", ["/usr/bin/app"]],
		["libraries", [loader, "/usr/lib/app/modules/one.so", "/usr/lib/x86_64-linux-gnu/libx.so.1"]],
		["interpreter", ["/usr/lib/python3.13/os.py"]],
		["configuration", ["/etc/app/app.conf", "/etc/localtime"]],
		["accounts", ["/etc/group", "/etc/nsswitch.conf", "/etc/passwd"]],
		["data", ["/var/www/site"]],
		["time-zones", ["/usr/share/zoneinfo/UTC"]],
		["resources", ["/usr/share/app/page"]],
		["state", ["/var/lib/app"]],
		["logs", ["/var/log/app"]],
		["runtime", ["/run/app"]],
		["devices", ["/dev/null"]],
		["secrets", ["/etc/app/key.pem"]],
	])("%s", (name, paths) => expect(pathsOf(made, name)).toEqual(paths));
	test("say what happens with each", () => {
		const done = Object.fromEntries(groupsOf(made).map(({ name, recommendation }) => [name, recommendation]));
		expect(done).toMatchObject({
			program: "copy",
			accounts: "generate",
			data: "bind",
			state: "seed",
			logs: "empty",
			devices: "make",
			secrets: "leave-out",
		});
	});
	test("contain every entry except directories once", () => {
		const all = groupsOf(made).flatMap((group) => group.paths);
		const expected = made.entries.filter((entry) => entry.kind !== "directory").length + made.writable.length;
		expect(all.length).toBe(expected);
		expect(new Set(all).size).toBe(expected);
	});
	test("name a directory that programs read completely and most services do not need", () => {
		const zones = Array.from({ length: 50 }, (_, index) => `/usr/share/zoneinfo/Z${index}`);
		const files = tree({ ...host, ...Object.fromEntries(zones.map((path) => [path, "z"])) });
		const read = trace(Object.fromEntries(zones.map((path) => [path, "read"])));
		expect(groupsOf(planFor(files, read)).find(({ name }) => name === "time-zones")).toMatchObject({
			spare: "/usr/share/zoneinfo",
			bytes: 50,
		});
		const without = planFor(files, read, { rules: rules({ exclude: ["/usr/share/zoneinfo"] }) });
		expect(groupsOf(without).map(({ name }) => name)).not.toContain("time-zones");
	});
});

describe("offers", () => {
	test("include modules next to a loaded one, and unread state of the host", () => {
		expect(planFor(tree(host), seen).offers).toEqual([
			{ kind: "plug-ins", path: "/usr/lib/app/modules", files: 1, bytes: expect.any(Number) },
			{ kind: "state", path: "/var/lib/app", files: 1, bytes: 8 },
		]);
	});
	test("disappear once they were accepted", () => {
		const taken = rules({ include: ["/usr/lib/app/modules"], seed: ["/var/lib/app"] });
		expect(planFor(tree(host), seen, { rules: taken }).offers).toEqual([]);
	});
});
