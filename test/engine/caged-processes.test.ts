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
	const run = (pid: number, root: string, isTested = false) => processes.set(pid, { root, isTested });
	return { caged, clock, manifests, processes, run };
}

const gone = { pid: 700, uid: 90, program: "/usr/bin/redis-server" };

describe("a process with a refused call", () => {
	test("is identified by its root while it runs, and by its number afterwards", async () => {
		const { caged, processes, run } = await setting();
		run(7, "web");
		const known = { cage: "web", isTested: false, knownBy: "process" };
		expect(caged.find({ pid: 7 })).toMatchObject(known);
		expect(caged.find({ pid: 7 })?.expected).toEqual(new Set(["unshare"]));
		processes.clear();
		expect(caged.find({ pid: 7 })).toMatchObject(known);
	});

	test("is forgotten a minute after its end, or if another process has its number", async () => {
		const { caged, clock, processes, run } = await setting();
		for (const pid of [7, 8]) run(pid, "db");
		await caged.look();
		processes.delete(7);
		run(8, "elsewhere");
		expect(caged.find({ pid: 8 })).toBeUndefined();
		clock.now += 61_000;
		await caged.look();
		expect(caged.find({ pid: 7 })).toBeUndefined();
	});

	test.each([90, 91])("that was never seen is identified by account %i and program", async (uid) => {
		const { caged, run } = await setting();
		run(7, "db");
		expect(caged.find({ ...gone, uid })).toMatchObject({ cage: "db", isTested: false, knownBy: "account" });
	});

	test.each([
		["no cage of that account runs", 8, gone],
		["it has another account", 7, { ...gone, uid: 33 }],
		["the cage has no such program", 7, { ...gone, program: "/usr/bin/perl" }],
	])("that was never seen belongs to no cage if %s", async (_reason, pid, denial) => {
		const { caged, run } = await setting();
		run(7, pid === 7 ? "db" : "web");
		expect(caged.find(denial)).toBeUndefined();
	});

	test("that was never seen belongs to no cage if two with its account and program run", async () => {
		const { caged, clock, run } = await setting();
		const denial = { pid: 700, uid: 33, program: "/usr/bin/perl" };
		run(7, "web");
		expect(caged.find(denial)).toMatchObject({ cage: "web" });
		run(8, "api");
		clock.now += 1000;
		expect(caged.find(denial)).toBeUndefined();
	});
});

test("a new cage is found, also if the clock was set back", async () => {
	const { caged, clock, manifests, run } = await setting();
	manifests.new = manifests.db;
	run(7, "new");
	clock.wall = 0;
	clock.now += 5000;
	await caged.look();
	expect(caged.find({ pid: 7 })).toMatchObject({ cage: "new" });
});

describe("tests", () => {
	test("are identified by the process that started them", async () => {
		const { caged, run } = await setting();
		run(7, "db", true);
		expect(caged.find({ pid: 7 })).toMatchObject({ isTested: true, knownBy: "process" });
	});

	test("may be the cause shortly after their end, but not later", async () => {
		const { caged, clock, processes, run } = await setting();
		run(7, "db", true);
		run(8, "db");
		await caged.look();
		processes.delete(7);
		expect(caged.find(gone)).toMatchObject({ isTested: true });
		clock.now += 11_000;
		expect(caged.find(gone)).toMatchObject({ isTested: false });
	});

	test("a self-test is identified by its program, even if it was never seen", async () => {
		const { caged, run } = await setting();
		run(8, "db");
		expect(caged.find({ ...gone, program: attemptsLoader })).toMatchObject({ cage: "db", isTested: true });
	});

	test("that just ended are not remembered", async () => {
		const { caged, processes, run } = await setting();
		processes.set(7, { root: "db", isTested: undefined });
		expect(caged.find({ pid: 7 })).toMatchObject({ cage: "db", isTested: false, knownBy: "process" });
		run(7, "db", true);
		expect(caged.find({ pid: 7 })).toMatchObject({ isTested: true });
	});
});
