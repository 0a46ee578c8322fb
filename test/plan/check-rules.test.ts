import { expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import { checkRules } from "../../src/plan/rules.ts";
import { asApp, included, planFor, rules, trace, users } from "./traces.ts";
import { directory, file, link, node, socket, tree } from "./tree.ts";

const files = tree({
	"/etc/hosts": file(""),
	"/dev/null": node(1, 3),
	"/dev/log": link("/run/log"),
	"/run/log": socket(),
	"/dev/stdout": link("/proc/self/fd/1"),
	"/srv/node": node(1, 3),
	"/srv/control.sock": socket(),
	"/dev/sda": node(8, 0, "block-device"),
	"/srv/shop/state/list": file(""),
	"/srv/settings": link("/etc"),
	"/srv/app/data/in": directory(),
	"/srv/app/site/deep": directory(),
	"/srv/link": link("app/site"),
});

const facts = { files, users, identity: asApp };

test.each([
	["include-matches-nothing", 2, { include: ["/etc/hosts", "/nowhere/x"] }],
	["include-matches-nothing", 2, { include: ["/etc/*.conf"] }],
	["device-unknown", 2, { devices: ["/dev/none"] }],
	["device-unknown", 2, { devices: ["/etc/hosts"] }],
	["device-unknown", 2, { devices: ["/dev/log"] }],
	["device-unknown", 2, { devices: ["/dev/stdout"] }],
	["device-unknown", 2, { devices: ["/srv/node"] }],
	["device-refused", 4, { devices: ["/dev/sda"] }],
	["decoy-refused", 2, { decoys: ["/proc/kcore"] }],
	["decoy-refused", 2, { decoys: ["/tmp/id_rsa"] }],
	["decoy-refused", 2, { decoys: ["/"] }],
	["seed-unknown", 2, { seed: ["/srv/none"] }],
	["bind-unknown", 2, { binds: [{ path: "/srv/none", access: "ro" as const }] }],
	["bind-socket", 2, { binds: [{ path: "/srv/control.sock", access: "ro" as const }] }],
	["bind-refused", 4, { binds: [{ path: "/etc", access: "ro" as const }] }],
	["writable-refused", 4, { writable: ["/"] }],
	["writable-refused", 4, { writable: ["/etc/hosts"] }],
	["writable-refused", 4, { writable: ["/srv/settings"] }],
	["writable-refused", 4, { writable: ["/dev/null"] }],
	["writable-refused", 4, { writable: ["/proc/sys"] }],
	["writable-refused", 4, { seed: ["/etc/hosts"] }],
])("%s (exit %i): %j", (code, exit, wrong) => {
	expect(() => checkRules(rules(wrong), facts)).toThrow(expect.objectContaining({ code, exit }));
});

test("possible rules pass: state may be created later, and every cage has shared memory", () => {
	const writable = ["/srv/shop/state", "/srv/shop/made-later", "/tmp", "/dev/shm"];
	checkRules(
		rules({ writable, seed: ["/srv/shop/state/list"], include: ["/etc/h*"], devices: ["/dev/null"], decoys: ["auto", "/x/y"] }),
		facts,
	);
});

const bound = (...paths: string[]) => rules({ binds: paths.map((path) => ({ path, access: "ro" as const })) });
test("a bind is planned at its real place, and a link above it stays a link", () => {
	const made = planFor(files, trace({ "/srv/link/deep/f": "read" }), { rules: bound("/srv/link/deep") });
	expect(made.rules.binds).toEqual([{ path: "/srv/app/site/deep", access: "ro" }]);
	expect(included(made)).toMatchObject({ "/srv/link": "-> app/site", "/srv/app/site/deep": "bind" });
	expect(() => cageEntries(made)).not.toThrow();
});

test.each([
	["a writable directory", { ...bound("/srv/app/data/in"), writable: ["/srv/app/data"] }, "writable", "data/in", "data"],
	["another bind, under any of its names,", bound("/srv/app/site", "/srv/link/deep"), "bind", "site/deep", "site"],
] as const)("a bind below %s is refused", (_, asked, what, path, above) => {
	expect(() => planFor(files, trace({}), { rules: asked })).toThrow(
		new Failure(`bind-below-${what}`, { path: `/srv/app/${path}`, above: `/srv/app/${above}` }, 2),
	);
});
