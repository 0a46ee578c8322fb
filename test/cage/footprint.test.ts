import { expect, test } from "vitest";
import { type Footprint, footprintOf, overlaps } from "../../src/cage/footprint.ts";
import { runningUids } from "../../src/plan/accounts.ts";
import { emptyTrace } from "../../src/trace/trace.ts";
import { plan, writable } from "./plans.ts";

const user = (name: string, uid: number, reason: string) => ({ name, uid, gid: uid, home: "/", reason });
const accounts = {
	users: [user("root", 0, "started-as"), user("www", 33, "switched-to"), user("adm", 4, "owns-files")],
	groups: [],
	usersLeftOut: 0,
	groupsLeftOut: 0,
};

const mine: Footprint = {
	ports: ["tcp 80", "udp 53"],
	uids: [33],
	writable: ["/var/lib/a"],
	binds: [{ path: "/srv", access: "ro" }],
};
const nothing: Footprint = { ports: [], uids: [], writable: [], binds: [] };
const shared = (theirs: Partial<Footprint>, from: Footprint = mine) =>
	overlaps(from, new Map([["other", { ...nothing, ...theirs }]]), (uid) => `uid ${uid}`).map(({ code, values }) => [
		code,
		values.port ?? values.account ?? values.path,
	]);

test("the accounts of processes are those that start or are switched to, without owners of files and root", () => {
	expect(runningUids(plan([], { accounts, identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/" } }))).toEqual([33]);
	expect(runningUids(plan([], { accounts }))).toEqual([33, 900]);
});

test("the footprint contains what a plan and its trace use that others may use too", () => {
	const trace = { ...emptyTrace(), ports: new Set(["udp 53", "tcp 53"]) };
	const made = plan([], { writable: [writable("/var/lib/a")] });
	expect(footprintOf(made, trace)).toEqual({ ports: ["tcp 53", "udp 53"], uids: [900], writable: ["/var/lib/a"], binds: [] });
	const closed = { ...made, application: { ...made.application, network: "none" as const } };
	expect(footprintOf(closed, trace).ports).toEqual([]);
});

test("different footprints share nothing", () => {
	expect(shared({ ports: ["tcp 53"], uids: [34], writable: ["/var/lib/ab"], binds: [{ path: "/srv2", access: "rw" }] })).toEqual(
		[],
	);
});

test("common ports, accounts and state are noted", () => {
	expect(shared({ ports: ["tcp 80"], uids: [33], writable: ["/var/lib/a/b"] })).toEqual([
		["shares-port", "tcp 80"],
		["shares-account-cage", "uid 33"],
		["separate-state", "/var/lib/a"],
	]);
});

test("a note names all cages that share the same", () => {
	const others = new Map(
		["a", "b", "c"].map((name, at) => [name, { ...nothing, ports: at === 2 ? ["udp 53"] : ["tcp 80", "udp 53"] }]),
	);
	expect(overlaps(mine, others, String)).toEqual([
		{ code: "shares-port", values: { name: "a, b", port: "tcp 80" } },
		{ code: "shares-port", values: { name: "a, b, c", port: "udp 53" } },
	]);
});

test("state below a system directory that another cage writes is not noted", () => {
	expect(shared({ writable: ["/var/lib", "/run"] }, { ...mine, writable: ["/var/lib/a", "/run"] })).toEqual([]);
});

test("a host directory is shared if one of the two may write it", () => {
	expect(shared({ binds: [{ path: "/srv/www", access: "ro" }] })).toEqual([]);
	expect(shared({ binds: [{ path: "/srv/www", access: "rw" }] })).toEqual([["shares-directory", "/srv"]]);
	const writer = { ...nothing, binds: [{ path: "/srv/www", access: "rw" as const }] };
	expect(shared({ binds: [{ path: "/srv", access: "ro" }] }, writer)).toEqual([["shares-directory", "/srv/www"]]);
});
