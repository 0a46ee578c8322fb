import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { asApp, asRoot, type Did, entryAt, planFor, rules, trace, writableOf } from "./traces.ts";
import { directory, file, link, type Node, tree } from "./tree.ts";

type Values = Parameters<typeof planFor>[2];
const own = { uid: asApp.uid, gid: 4 };
const log = "/var/log/app.log";
const service = (nodes: Record<string, Node>, did: Record<string, Did>, values: Values = {}) =>
	planFor(tree({ "/var/log/other.log": file("theirs"), ...nodes }), trace(did), { identity: asApp, ...values });
const files = ({ rules }: Plan) => rules.binds.flatMap(({ created, path }) => (created?.isFile ? [path] : []));
const written = "write create";

describe("a log that the application writes directly in /var/log", () => {
	const made = service({ [log]: file("7", { ...own, mode: 0o640 }) }, { [log]: written });

	test("is mounted from the host alone, with its owner and mode", () => {
		expect(made.rules.binds).toEqual([{ path: log, access: "rw", created: { ...own, mode: 0o640, isFile: true } }]);
		expect(writableOf(made)).toEqual([]);
		expect(entryAt(made, log)).toMatchObject({ kind: "generated", content: "", reasons: [{ kind: "own-file" }] });
		expect(entryAt(made, "/var/log/other.log")).toBeUndefined();
	});
	test("is created if the host does not have it yet", () => {
		const made = service({}, { [log]: { did: written, owner: { uid: asApp.uid, gid: -1 } } }, { identity: asRoot });
		expect(made.rules.binds).toEqual([
			{ path: log, access: "rw", created: { uid: asApp.uid, gid: 0, mode: 0o600, isFile: true } },
		]);
	});
	test("is mounted although a group may write the directory", () => {
		const nodes = { "/var/log": directory({ gid: 4, mode: 0o775 }), [log]: file("", own) };
		expect(files(service(nodes, { [log]: written }))).toEqual([log]);
	});
	test("is mounted for each of several, while the application's own directory stays its state", () => {
		const did = { [log]: written, "/var/log/error.log": written, "/var/log/app/today.log": written };
		const made = service({ "/var/log/app": directory(own), [log]: file("", own) }, did);
		expect([files(made), writableOf(made)]).toEqual([[log, "/var/log/error.log"], ["/var/log/app"]]);
	});
});

describe("the application gets a directory of its own instead if", () => {
	test.each<[string, Record<string, Node>, Record<string, Did>, Values?]>([
		[
			"a trial asked for it",
			{},
			{ [log]: written },
			{ additions: [{ kind: "writable", path: "/var/log" as Path, round: 1, call: "openat" }] },
		],
		["it replaces the file", {}, { [log]: `${written} remove` }],
		["it also creates names that it removes", { [log]: file("", own) }, { [log]: written, "/var/log/app.tmp": "create remove" }],
		["the file belongs to another account", { [log]: file("", { uid: 77 }) }, { [log]: written }],
		["the file is a link", { [log]: link("/srv/app.log"), "/srv/app.log": file("", own) }, { [log]: "create" }],
		["everybody may replace the file", { "/var/log": directory({ mode: 0o777 }) }, { [log]: written }],
		["a rule makes the directory writable", {}, { [log]: written }, { rules: rules({ writable: ["/var/log"] }) }],
		["the cage has another account", {}, { [log]: written }, { isDedicated: true }],
		["root does not build the cage", {}, { [log]: written }, { owner: own.uid }],
	])("%s", (_, nodes, did, values = {}) => {
		const made = service(nodes, did, values);
		expect(files(made)).toEqual([]);
	});
});
