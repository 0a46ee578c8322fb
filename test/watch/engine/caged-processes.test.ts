import { describe, expect, test } from "vitest";
import type { Context, Machine } from "../../../src/base/engine/context.ts";
import { attemptsProgram } from "../../../src/confine/places.ts";
import { unsetSession } from "../../../src/watch/denial.ts";
import { CagedProcesses } from "../../../src/watch/engine/caged-processes.ts";

interface FakeProcess {
	readonly root: string;
	readonly session: number;
	/** The session began with its cage. */
	readonly isOwn: boolean;
	/** `ended`: what started it. */
	readonly isTested: boolean | "ended";
}

/** Cages `web` and `api` with one account, `db` with its own; their roots are named as they are. */
async function setting({ hasForeignNumbers = false } = {}) {
	const clock = { now: 1_000_000, wall: 2_000_000 };
	const searches = { count: 0 };
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
			hasForeignNumbers: () => hasForeignNumbers,
			processes() {
				searches.count++;
				return [...processes.keys()];
			},
			rootOf: (pid: number) => processes.get(pid)?.root,
			sessionOf: (pid: number) => processes.get(pid)?.session,
			originOf(pid: number) {
				const { isOwn, isTested } = processes.get(pid) ?? {};
				return isTested === "ended" ? undefined : { isTested, hasOwnSession: isOwn };
			},
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
	const run = (pid: number, root: string, values: Partial<FakeProcess> = {}) => {
		processes.set(pid, { root, session: unsetSession, isOwn: false, isTested: false, ...values });
	};
	/** A process of a cage that was started in a session of its own. */
	const start = (pid: number, root: string, session: number, isTested = false) => {
		run(pid, root, { session, isOwn: true, isTested });
	};
	return { caged, clock, manifests, processes, run, searches, start };
}

const host = "host";
const redis = "/usr/bin/redis-server";
const gone = { pid: 700, uid: 90, program: redis, session: unsetSession };

describe("a start with a session of its own", () => {
	test("has every process of the session, also one that ended before anybody saw it, whatever its account and program", async () => {
		const { caged, start } = await setting();
		start(7, "web", 41);
		const ended = { pid: 700, uid: 4242, program: "/tmp/unknown", session: 41 };
		expect(caged.find(ended)).toMatchObject({ cage: "web", isTested: false, knownBy: "process" });
		expect(caged.find(ended)?.expected).toEqual(new Set(["unshare"]));
	});

	test("is remembered after its end, even if its process numbers are used again", async () => {
		const { caged, clock, processes, start } = await setting();
		start(7, "web", 41);
		await caged.look();
		processes.clear();
		start(7, "api", 42);
		clock.now += 3_600_000;
		await caged.look();
		expect(caged.find({ pid: 7, session: 41 })).toMatchObject({ cage: "web" });
		expect(caged.find({ pid: 7, session: 42 })).toMatchObject({ cage: "api" });
	});

	test("is never blamed for a process outside, whether it runs or has ended", async () => {
		const { caged, run, start } = await setting();
		start(7, "db", 41);
		for (const session of [unsetSession, 99]) {
			run(700, host, { session });
			expect(caged.find({ ...gone, session })).toBeUndefined();
			expect(caged.find({ ...gone, pid: 701, session })).toBeUndefined();
		}
	});

	test("is never blamed for a process outside that got the number of one of its ended processes", async () => {
		const { caged, processes, start } = await setting();
		start(7, "db", 41);
		start(8, "db", 41);
		await caged.look();
		processes.delete(8);
		expect(caged.find({ ...gone, pid: 8 })).toBeUndefined();
		expect(caged.find({ ...gone, pid: 8, session: 41 })).toMatchObject({ cage: "db" });
	});

	test("belongs to its cage only, whoever else runs under its account", async () => {
		const { caged, start } = await setting();
		start(7, "web", 41);
		start(8, "api", 42);
		const ended = { pid: 700, uid: 33, program: "/usr/bin/perl" };
		expect(caged.find({ ...ended, session: 41 })).toMatchObject({ cage: "web" });
		expect(caged.find({ ...ended, session: 42 })).toMatchObject({ cage: "api" });
		expect(caged.find({ ...ended, session: 43 })).toBeUndefined();
	});

	test("that began after the last search is found by a new one", async () => {
		const { caged, processes, start } = await setting();
		start(7, "web", 41);
		expect(caged.find({ pid: 700, session: 41 })).toMatchObject({ cage: "web" });
		processes.clear();
		expect(caged.find({ pid: 701, session: 42 })).toBeUndefined();
	});

	test("is found by its session if the numbers of records count in another PID namespace", async () => {
		const { caged, run, start } = await setting({ hasForeignNumbers: true });
		start(7, "web", 41);
		run(700, "api");
		run(701, host);
		expect(caged.find({ pid: 700, session: 41 })).toMatchObject({ cage: "web" });
		expect(caged.find({ pid: 701, session: 41 })).toMatchObject({ cage: "web" });
		expect(caged.find({ pid: 700 })).toBeUndefined();
	});

	test("is found even if others ask for many sessions at the same time, which cost one search each", async () => {
		const { caged, clock, run, searches, start } = await setting();
		const before = searches.count;
		for (let time = 0; time < 50; time++) {
			for (let session = 100; session < 150; session++) caged.find({ ...gone, session });
			run(900 + time, host);
			clock.now += 1;
		}
		expect(searches.count - before).toBe(50);
		start(7, "web", 41);
		expect(caged.find({ pid: 800, session: 41 })).toMatchObject({ cage: "web" });
	});
});

describe("a running process", () => {
	test("is known by its root, also if its session is one of many", async () => {
		const { caged, run } = await setting();
		run(7, "web", { session: 5 });
		expect(caged.find({ pid: 7, session: 5 })).toMatchObject({ cage: "web", isTested: false, knownBy: "process" });
		expect(caged.find({ pid: 7 })).toMatchObject({ cage: "web" });
	});

	test("with another session than the record is not the one that made the call", async () => {
		const { caged, run } = await setting();
		run(7, "web", { session: 5 });
		expect(caged.find({ ...gone, pid: 7, session: 6 })).toBeUndefined();
	});

	test("is known by its number for ten seconds after its end, if a record has only that", async () => {
		const { caged, clock, processes, run } = await setting();
		for (const pid of [7, 8]) run(pid, "db");
		await caged.look();
		processes.delete(7);
		run(8, host);
		expect(caged.find({ pid: 8 })).toBeUndefined();
		expect(caged.find({ pid: 7 })).toMatchObject({ cage: "db", knownBy: "process" });
		clock.now += 11_000;
		await caged.look();
		expect(caged.find({ pid: 7 })).toBeUndefined();
	});
});

describe("an ended process of a start without a session of its own", () => {
	test("is guessed after its start ended, if that was before the watch and in a session", async () => {
		const { caged } = await setting();
		const earlier = { ...gone, session: 77, isEarlier: true };
		expect(caged.find(earlier)).toMatchObject({ cage: "db", knownBy: "account" });
		expect(caged.find({ ...earlier, session: unsetSession })).toBeUndefined();
		expect(caged.find({ ...earlier, program: "/usr/bin/perl" })).toBeUndefined();
		expect(caged.find({ ...gone, session: 77 })).toBeUndefined();
	});

	test.each([90, 91])("is guessed by account %i and program", async (uid) => {
		const { caged, run } = await setting();
		run(7, "db");
		expect(caged.find({ ...gone, uid })).toMatchObject({ cage: "db", isTested: false, knownBy: "account" });
	});

	test.each([
		["no cage of that account runs", 8, gone],
		["it has another account", 7, { ...gone, uid: 33 }],
		["it has another session than the cage", 7, { ...gone, session: 6 }],
		["the cage has no such program", 7, { ...gone, program: "/usr/bin/perl" }],
	])("belongs to no cage if %s", async (_reason, pid, denial) => {
		const { caged, run } = await setting();
		run(7, pid === 7 ? "db" : "web");
		expect(caged.find(denial)).toBeUndefined();
	});

	test("belongs to no cage if two with its account and program run", async () => {
		const { caged, clock, run } = await setting();
		const denial = { ...gone, uid: 33, program: "/usr/bin/perl" };
		run(7, "web");
		expect(caged.find(denial)).toMatchObject({ cage: "web" });
		run(8, "api");
		clock.now += 1000;
		expect(caged.find(denial)).toBeUndefined();
	});

	test("belongs to no cage if the process runs outside", async () => {
		const { caged, run } = await setting();
		run(7, "db");
		run(700, host);
		expect(caged.find(gone)).toBeUndefined();
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
	test("are known by what started them, also after their end", async () => {
		const { caged, processes, start } = await setting();
		start(7, "db", 41, true);
		await caged.look();
		processes.clear();
		expect(caged.find({ ...gone, session: 41 })).toMatchObject({ isTested: true, knownBy: "process" });
	});

	test("do not hide an attack on the same cage", async () => {
		const { caged, start } = await setting();
		start(7, "db", 41, true);
		start(8, "db", 42);
		await caged.look();
		expect(caged.find({ ...gone, session: 42 })).toMatchObject({ isTested: false });
		expect(caged.find({ ...gone, session: 42, program: attemptsProgram })).toMatchObject({ isTested: false });
	});

	test("may be the cause of a guess shortly after their end, but not later", async () => {
		const { caged, clock, processes, run } = await setting();
		run(7, "db", { isTested: true });
		run(8, "db");
		await caged.look();
		processes.delete(7);
		expect(caged.find(gone)).toMatchObject({ isTested: true });
		clock.now += 11_000;
		run(8, "db");
		await caged.look();
		expect(caged.find(gone)).toMatchObject({ isTested: false });
	});

	test("are not known by a program's name, which a process with a root of its own can choose", async () => {
		const { caged, run } = await setting();
		run(8, "db");
		expect(caged.find({ ...gone, program: attemptsProgram })).toMatchObject({ cage: "db", isTested: false });
	});

	test("of which the start was not seen are not remembered", async () => {
		const { caged, run, start } = await setting();
		run(7, "db", { isTested: "ended" });
		expect(caged.find({ pid: 7 })).toMatchObject({ cage: "db", isTested: false, knownBy: "process" });
		start(7, "db", 41, true);
		expect(caged.find({ pid: 7 })).toMatchObject({ isTested: true });
	});
});
