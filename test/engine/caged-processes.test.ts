import { describe, expect, test } from "vitest";
import { attemptsLoader } from "../../src/core/confinement/launch.ts";
import type { Context, Machine } from "../../src/engine/context.ts";
import { CagedProcesses } from "../../src/engine/watch/caged-processes.ts";

interface FakeProcess {
	readonly root: string;
	readonly isTested: boolean | undefined;
}

/** Cages `web` and `api` with one account, `db` with its own; their roots are named as they are. */
async function setting() {
	const clock = { now: 1_000_000, wall: 2_000_000 };
	const processes = new Map<number, FakeProcess>();
	const manifest = (uid: number, program: string) => ({
		identity: { uid },
		accounts: { users: [{ uid: uid + 1, reason: "switched-to" }] },
		entries: [{ kind: "file", path: program, reasons: [] }],
	});
	const manifests: Record<string, unknown> = {
		web: manifest(33, "/usr/bin/perl"),
		api: manifest(33, "/usr/bin/perl"),
		db: manifest(90, "/usr/bin/redis-server"),
	};
	const machine = {
		elapsed: () => clock.now,
		now: () => clock.wall,
		detection: {
			processes: () => [...processes.keys()],
			rootOf: (pid: number) => processes.get(pid)?.root,
			isTested: (pid: number) => processes.get(pid)?.isTested,
			rootIdentity: (root: string) => root,
		},
		store: {
			names: async () => Object.keys(manifests),
			generations: async () => [1],
			root: (name: string) => name,
			manifest: async (name: string) => manifests[name],
			cage: async () => ({ trials: [{ generation: 1, answered: true, refusedCalls: ["unshare"] }] }),
		},
	} as unknown as Machine;
	const caged = new CagedProcesses({ machine } as Context, []);
	await caged.look();
	clock.now += 1000;
	return { caged, clock, manifests, processes };
}

const gone = { pid: 700, uid: 90, program: "/usr/bin/redis-server" };

describe("a process with a refused call", () => {
	test("is identified by its root while it runs, and by its number afterwards", async () => {
		const { caged, processes } = await setting();
		processes.set(7, { root: "web", isTested: false });
		const known = { cage: "web", isTested: false, knownBy: "process" };
		expect(caged.find({ pid: 7 })).toMatchObject(known);
		expect(caged.find({ pid: 7 })?.expected).toEqual(new Set(["unshare"]));
		processes.clear();
		expect(caged.find({ pid: 7 })).toMatchObject(known);
	});

	test("is forgotten a minute after its end, or if another process has its number", async () => {
		const { caged, clock, processes } = await setting();
		processes.set(7, { root: "db", isTested: false });
		processes.set(8, { root: "db", isTested: false });
		await caged.look();
		processes.delete(7);
		processes.set(8, { root: "elsewhere", isTested: false });
		expect(caged.find({ pid: 8 })).toBeUndefined();
		clock.now += 61_000;
		await caged.look();
		expect(caged.find({ pid: 7 })).toBeUndefined();
	});

	test.each([90, 91])("that was never seen is identified by account %i and program", async (uid) => {
		const { caged, processes } = await setting();
		processes.set(7, { root: "db", isTested: false });
		expect(caged.find({ ...gone, uid })).toMatchObject({ cage: "db", isTested: false, knownBy: "account" });
	});

	test.each([
		["no cage of that account runs", 8, gone],
		["it has another account", 7, { ...gone, uid: 33 }],
		["the cage has no such program", 7, { ...gone, program: "/usr/bin/perl" }],
	])("that was never seen belongs to no cage if %s", async (_reason, pid, denial) => {
		const { caged, processes } = await setting();
		processes.set(7, { root: pid === 7 ? "db" : "web", isTested: false });
		expect(caged.find(denial)).toBeUndefined();
	});

	test("that was never seen belongs to no cage if two with its account and program run", async () => {
		const { caged, clock, processes } = await setting();
		const denial = { pid: 700, uid: 33, program: "/usr/bin/perl" };
		processes.set(7, { root: "web", isTested: false });
		expect(caged.find(denial)).toMatchObject({ cage: "web" });
		processes.set(8, { root: "api", isTested: false });
		clock.now += 1000;
		expect(caged.find(denial)).toBeUndefined();
	});
});

test("a new cage is found, also if the clock was set back", async () => {
	const { caged, clock, manifests, processes } = await setting();
	manifests.new = manifests.db;
	processes.set(7, { root: "new", isTested: false });
	clock.wall = 0;
	clock.now += 5000;
	await caged.look();
	expect(caged.find({ pid: 7 })).toMatchObject({ cage: "new" });
});

describe("tests", () => {
	test("are identified by the process that started them", async () => {
		const { caged, processes } = await setting();
		processes.set(7, { root: "db", isTested: true });
		expect(caged.find({ pid: 7 })).toMatchObject({ isTested: true, knownBy: "process" });
	});

	test("may be the cause shortly after their end, but not later", async () => {
		const { caged, clock, processes } = await setting();
		processes.set(7, { root: "db", isTested: true });
		processes.set(8, { root: "db", isTested: false });
		await caged.look();
		processes.delete(7);
		expect(caged.find(gone)).toMatchObject({ isTested: true });
		clock.now += 11_000;
		expect(caged.find(gone)).toMatchObject({ isTested: false });
	});

	test("a self-test is identified by its program, even if it was never seen", async () => {
		const { caged, processes } = await setting();
		processes.set(8, { root: "db", isTested: false });
		expect(caged.find({ ...gone, program: attemptsLoader })).toMatchObject({ cage: "db", isTested: true });
	});

	test("that just ended are not remembered", async () => {
		const { caged, processes } = await setting();
		processes.set(7, { root: "db", isTested: undefined });
		expect(caged.find({ pid: 7 })).toMatchObject({ cage: "db", isTested: false, knownBy: "process" });
		processes.set(7, { root: "db", isTested: true });
		expect(caged.find({ pid: 7 })).toMatchObject({ isTested: true });
	});
});
