import { describe, expect, test } from "vitest";
import type { Context } from "../../../src/base/engine/context.ts";
import { type Path, pathFromText } from "../../../src/base/path/path.ts";
import { unsetSession } from "../../../src/watch/denial.ts";
import { CagedProcesses } from "../../../src/watch/engine/caged-processes.ts";
import { DecoyWatch, type OpenedDecoy } from "../../../src/watch/engine/decoys.ts";
import type { Openings, OpeningsRequest } from "../../../src/watch/ports.ts";

const decoy = (cage: string, path: string) => ({
	cage,
	path: pathFromText(path),
	place: pathFromText(`/state/cages/${cage}/generations/1${path}`),
});

/** A watch on a machine that allows it until `refuse`. */
function watching() {
	const requests: OpeningsRequest[] = [];
	const running = new Set<number>();
	const warnings: string[] = [];
	const opened: OpenedDecoy[] = [];
	let isRefused = false;
	const watchOpenings = async (request: OpeningsRequest): Promise<Openings | undefined> => {
		if (isRefused) return undefined;
		const number = requests.push(request) - 1;
		running.add(number);
		return { isRunning: () => running.has(number), stop: () => running.delete(number) };
	};
	const context = {
		machine: { detection: { watchOpenings } },
		emit: ({ code }: { code: string }) => warnings.push(code),
	} as unknown as Context;
	const watch = new DecoyWatch(context, (one) => opened.push(one));
	return { watch, requests, running, warnings, opened, refuse: () => (isRefused = true) };
}

const both = [decoy("web", "/.env"), decoy("web", "/etc/shadow")];

test("the kernel is asked again only for other files or after the watcher ended", async () => {
	const { requests, running, watch } = watching();
	await watch.follow([]);
	expect(requests).toEqual([]);
	await watch.follow(both);
	await watch.follow(both);
	expect(requests.map(({ files }) => files)).toEqual([both.map(({ place }) => place)]);
	await watch.follow([...both, decoy("db", "/.env")]);
	expect([...running]).toEqual([1]);
	running.clear();
	await watch.follow([...both, decoy("db", "/.env")]);
	expect([...running]).toEqual([2]);
	await watch.follow([]);
	expect([...running]).toEqual([]);
});

test("an opening names the decoy, and whether it came from the cage", async () => {
	const { opened, requests, watch } = watching();
	await watch.follow(both);
	requests[0]?.onOpen({ file: 1, path: pathFromText("/etc/shadow"), pid: 7 });
	requests[0]?.onOpen({ file: 1, path: pathFromText("/state/cages/web/generations/1/etc/shadow"), pid: 8 });
	expect(opened).toMatchObject([
		{ cage: "web", path: "/etc/shadow", isInside: true, opening: { pid: 7 } },
		{ path: "/etc/shadow", isInside: false, opening: { pid: 8 } },
	]);
});

test("a machine that cannot watch is reported once", async () => {
	const { refuse, warnings, watch } = watching();
	refuse();
	await watch.follow([]);
	expect(warnings).toEqual([]);
	await watch.follow(both);
	await watch.follow(both);
	expect(warnings).toEqual(["decoys-unwatched"]);
});

describe("the process that opened a decoy", () => {
	const root = (cage: string, generation: number) => pathFromText(`/state/cages/${cage}/generations/${generation}`);
	const running = new Map<number, { readonly root: string; readonly isTested: boolean }>();
	const decoys = [{ path: "/.env", kind: "generated", reasons: [{ kind: "rule", rule: "decoys", value: "auto" }] }];
	const machine = {
		now: () => 1_000_000,
		elapsed: () => 1_000_000,
		detection: {
			processes: () => [...running.keys()],
			rootOf: (pid: number) => running.get(pid)?.root,
			sessionOf: (pid: number) => running.get(pid) && unsetSession,
			originOf: (pid: number) => running.get(pid) && { isTested: running.get(pid)?.isTested, hasOwnSession: false },
			rootIdentity: (path: Path) => path as string,
		},
		store: {
			root,
			names: async () => ["web"],
			generations: async () => [1, 2],
			manifest: async () => ({
				identity: { uid: 33 },
				accounts: { users: [] },
				entries: [...decoys, { path: "/etc/passwd", kind: "generated", reasons: [] }],
			}),
			cage: async () => ({ trials: [] }),
		},
	};
	const opened = (pid: number, isInside: boolean): OpenedDecoy => ({
		...decoy("web", "/.env"),
		opening: { file: 0, path: pathFromText("/.env"), pid },
		isInside,
	});
	const looked = async () => {
		const processes = new CagedProcesses({ machine } as unknown as Context, []);
		await processes.look();
		return processes;
	};

	test("is searched in all generations", async () => {
		expect((await looked()).decoys().map(({ place }) => place)).toEqual([`${root("web", 1)}/.env`, `${root("web", 2)}/.env`]);
	});
	test("is the caged process, or, if it has ended, an unknown process that used the cage's mount", async () => {
		running.set(7, { root: root("web", 2), isTested: false });
		const processes = await looked();
		expect(processes.findReader(opened(7, true))).toMatchObject({ cage: "web", knownBy: "process", isTested: false });
		expect(processes.findReader(opened(8, true))).toMatchObject({ cage: "web", knownBy: "file", isTested: false });
		expect(processes.findReader(opened(9, false))).toBeUndefined();
		running.clear();
	});
	test("counts as a test only while a test runs", async () => {
		running.set(7, { root: root("web", 1), isTested: true });
		expect((await looked()).findReader(opened(8, true))?.isTested).toBe(true);
		running.clear();
		expect((await looked()).findReader(opened(8, true))?.isTested).toBe(false);
	});
});
