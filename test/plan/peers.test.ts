import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { User } from "../../src/base/machine/facts.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { asApp, type Did, entryAt, planFor, rules, trace, users } from "./traces.ts";
import { file, tree } from "./tree.ts";

/** Both are ELF files of this machine: id(1) imports getpwuid(3), true(1) does not. */
const asking = readFileSync("/usr/bin/id");
const silent = readFileSync("/usr/bin/true");
const account = (name: string, uid: number, shell = "/usr/sbin/nologin"): User => ({
	name,
	uid,
	gid: uid + 1,
	gecos: "Real Name",
	home: `/home/${name}`,
	shell,
});
const all = [...users, account("web", 33), account("ident", 70), account("unseen", 71), account("clerk", 2000, "/bin/bash")];
const did: Record<string, Did> = { "/run/app/a.sock": "listen create", "/etc/app/map.conf": "read", "/etc/services": "read" };
const planned = (program: Buffer, values: Parameters<typeof planFor>[2] = {}, seen = did): Plan =>
	planFor(
		tree({
			"/usr/bin/app": file(program),
			"/etc/app/map.conf": "# unseen comes from a comment\nlocal ident peer\n",
			"/etc/services": "unseen 7/tcp\n",
		}),
		trace(seen),
		{ identity: asApp, users: all, activeAccounts: ["web"], ...values },
	);
const peersOf = (plan: Plan) => (plan.accounts.peers ?? []).map(({ name, reason }) => `${name}: ${reason}`);

describe("a service that can look up its client by number", () => {
	test("knows root, accounts of its configuration, with processes and with a login by name and number alone", () => {
		const plan = planned(asking);
		expect(peersOf(plan)).toEqual(["root: root", "other: logs-in", "web: active", "ident: configured", "clerk: logs-in"]);
		const passwd = entryAt(plan, "/etc/passwd")?.content ?? "";
		expect(passwd).toContain("root:x:0:0::/nonexistent:/usr/sbin/nologin\n");
		expect(passwd).toContain("clerk:x:2000:2001::/nonexistent:/usr/sbin/nologin\n");
		expect(passwd).not.toMatch(/Real Name|unseen/);
		expect(entryAt(plan, "/etc/group")?.content).not.toContain("2001");
	});
	test("knows none that a rule leaves out", () => {
		expect(peersOf(planned(asking, { rules: rules({ withoutAccounts: ["clerk", "user:web"] }) }))).toEqual([
			"root: root",
			"other: logs-in",
			"ident: configured",
		]);
	});
});

test("a service that never looks up a number, or offers no socket, knows nobody else", () => {
	expect(peersOf(planned(silent))).toEqual([]);
	expect(peersOf(planned(asking, {}, { "/etc/app/map.conf": "read" }))).toEqual([]);
});
