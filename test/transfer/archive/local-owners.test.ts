import { expect, test } from "vitest";
import type { Cage } from "../../../src/cage/cage.ts";
import type { Manifest } from "../../../src/cage/manifest.ts";
import { noRules } from "../../../src/service/application.ts";
import { emptyTrace } from "../../../src/trace/trace.ts";
import { localCage } from "../../../src/transfer/archive/local-owners.ts";
import { bareApplication, entry, writable } from "../../cage/plans.ts";

const passwd = "db:x:102:105::/:/usr/sbin/nologin\n";
const manifest: Manifest = {
	schema: "cagewright/manifest/1",
	generation: 1,
	name: "db",
	command: [],
	madeAt: "",
	binds: [],
	entries: [entry("/etc/passwd", { kind: "generated", content: passwd }), entry("/etc/db.conf", { uid: 102, gid: 4 })],
	writable: [writable("/var/lib/db", { uid: 102, gid: 105 })],
	accounts: {
		users: [{ name: "db", uid: 102, gid: 105, home: "/", reason: "started-as" }],
		groups: [{ name: "db", gid: 105, members: [], reason: "started-as" }],
		usersLeftOut: 0,
		groupsLeftOut: 0,
	},
	permissions: { capabilities: [] },
	identity: { name: "db", uid: 102, gid: 105, groups: [4], home: "/" },
};
const application = { ...bareApplication, user: "db", directories: ["/run/db:0750:db:db"] };
const cage = { name: "db", application, rules: noRules } as unknown as Cage;
const owners = { users: { 102: "db" }, groups: { 105: "db", 4: "adm" } };
const user = (name: string, uid: number, gid: number) => ({ name, uid, gid, gecos: "", home: "/", shell: "" });
const group = (name: string, gid: number) => ({ name, gid, members: [] });
const here = { users: [user("db", 7, 8)], groups: [group("db", 8), group("adm", 9)], own: undefined };
const take = (foreign: object = {}, local: object = {}) =>
	localCage({ cage, manifest, observed: [], owners, ...foreign }, { ...here, ...local }, (text) => `hash of ${text}`);
const failure = (work: () => unknown) => {
	try {
		return work();
	} catch (error) {
		return (error as { code: string }).code;
	}
};

test("files, directories, accounts and the trace get this machine's numbers of the same names", () => {
	const { contents, manifest: local, trace } = take();
	expect(local).toMatchObject({
		identity: { uid: 7, gid: 8 },
		writable: [{ uid: 7, gid: 8 }],
		accounts: { users: [{ name: "db", uid: 7, gid: 8 }], groups: [{ gid: 8 }] },
	});
	const line = "db:x:7:8::/:/usr/sbin/nologin\n";
	expect(local.entries).toMatchObject([
		{ content: line, sha256: `hash of ${line}` },
		{ uid: 7, gid: 9 },
	]);
	expect([...contents]).toEqual([["/etc/passwd", line]]);
	const traced = trace({ ...emptyTrace(), uids: new Set([0, 102, 5000]), gids: new Set([4]) });
	expect([traced.uids, traced.gids]).toEqual([new Set([0, 7]), new Set([9])]);
});

test("an archive makes nobody a member of this machine's groups", () => {
	const groups = [{ name: "adm", gid: 4, members: ["db", "other"], reason: "account" }];
	const entries = [entry("/etc/group", { kind: "generated", content: "db:x:105:\nadm:x:4:db,other\n" })];
	const foreign = { ...manifest, entries, accounts: { ...manifest.accounts, groups } };
	const members = (local: object) => {
		const { manifest: owned } = take({ manifest: foreign }, local);
		return [owned.accounts.groups[0]?.members, owned.entries[0]?.content];
	};
	expect(members({})).toEqual([[], "db:x:8:\nadm:x:9:\n"]);
	expect(members({ groups: [group("db", 8), { ...group("adm", 9), members: ["db"] }] })).toEqual([
		["db"],
		"db:x:8:\nadm:x:9:db\n",
	]);
});

test("a number without a name, a missing name and a name that is root here are refused", () => {
	expect(failure(() => take({ owners: { users: {}, groups: {} } }))).toBe("import-nameless");
	expect(failure(() => take({}, { users: [] }))).toBe("import-no-user");
	expect(failure(() => take({}, { groups: [group("db", 8)] }))).toBe("import-no-group");
	expect(failure(() => take({}, { users: [user("db", 0, 0)] }))).toBe("import-account");
	expect(failure(() => take({ manifest: { ...manifest, identity: { ...manifest.identity, uid: 1 } } }))).toBe("import-account");
});

test("the cage's own account replaces one that this machine lacks, and the old name means it too", () => {
	const dedicated = { name: "cage-db", uid: 500, gid: 500 };
	const { cage: local, manifest: owned } = take({}, { users: [], groups: [group("adm", 9)], dedicated });
	expect(owned.identity).toMatchObject({ name: "cage-db", uid: 500, gid: 500 });
	expect(owned.entries[0]?.content).toBe(
		"db:x:500:500::/:/usr/sbin/nologin\ncage-db:x:500:500::/nonexistent:/usr/sbin/nologin\n",
	);
	expect(local).toMatchObject({
		dedicatedAccount: "cage-db",
		application: { user: "cage-db", directories: ["/run/db:0750:cage-db:cage-db"] },
	});
});

test("without root, everything belongs to the account that imports", () => {
	const own = { name: "me", uid: 1001, gid: 1001, groups: [], home: "/" };
	const theirs = { uid: 102, gid: 105 };
	const entries = manifest.entries.map((one) => ({ ...one, ...theirs }));
	const { manifest: local } = take({ manifest: { ...manifest, owner: theirs, entries } }, { users: [], groups: [], own });
	expect(local).toMatchObject({ owner: { uid: 1001, gid: 1001 }, writable: [{ uid: 1001, gid: 1001 }] });
});

test("the manifest is not searched again for each file of the archive", () => {
	let searched = 0;
	const get = () => {
		searched++;
		return "/usr/bin/db";
	};
	const counted = () => Object.defineProperty(entry("/usr/bin/db"), "path", { enumerable: true, get });
	const entries = Array.from({ length: 100 }, counted);
	const observed = entries.map((one, index) => ({ ...one, path: `/other/${index}`, links: 1 }));
	searched = 0;
	take({ manifest: { ...manifest, entries }, observed });
	expect(searched).toBeLessThan(10 * entries.length);
});
