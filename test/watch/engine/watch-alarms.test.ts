import { describe, expect, test } from "vitest";
import type { Context, Machine } from "../../../src/base/engine/context.ts";
import { Failure } from "../../../src/base/failure.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import type { Alarm } from "../../../src/watch/alarm.ts";
import { watchAlarms } from "../../../src/watch/engine/alarms.ts";
import type { FollowRequest, OpeningsRequest } from "../../../src/watch/ports.ts";
import type { StoredReaction } from "../../../src/watch/reaction.ts";

/** Attacks on the watch itself, by cages whose kernel records are invented here. */

const pids = { noisy: 7, quiet: 8 } as const;

interface Circumstances {
	/** Records from before the watch. */
	readonly earlier?: readonly string[];
	/** When the last watch ended. */
	readonly until?: number;
	/** When every process started. */
	readonly started?: number;
	/** What earlier watches stored. */
	readonly stored?: readonly StoredReaction[];
	readonly addAlarm?: () => Promise<void>;
	readonly runCommand?: (alarm: Alarm) => Promise<void>;
}

/** Watches both cages until `attack` has ended. Resolves to the alarms and to those that caused the reaction. */
async function watched(
	attack: (record: (text: string) => void, open: OpeningsRequest["onOpen"], handled: readonly Alarm[]) => void | Promise<void>,
	{ addAlarm = async () => {}, earlier = [], runCommand = async () => {}, started = 0, stored = [], until }: Circumstances = {},
) {
	const files = new Map<string, readonly StoredReaction[]>(
		Object.keys(pids).map((name) => [name, stored.filter(({ alarm }) => alarm.cage === name)]),
	);
	const ended = new AbortController();
	const aborted = new Promise((_, reject) => ended.signal.addEventListener("abort", () => reject(ended.signal.reason)));
	aborted.catch(() => {});
	const decoy = { path: pathFromText("/.env"), kind: "generated", reasons: [{ kind: "rule", rule: "decoys", value: "auto" }] };
	const reported: Alarm[] = [];
	const handled: Alarm[] = [];
	const requests: { follow?: FollowRequest; openings?: OpeningsRequest } = {};
	const machine = {
		now: () => 1_000_000,
		elapsed: () => 1_000_000,
		sleep: (_: number, signal: AbortSignal) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
		detection: {
			follow: async (request: FollowRequest) => {
				requests.follow = request;
				for (const text of earlier) request.onEarlier?.(text);
				return {
					isLimited: false,
					ended: new Promise((resolve) => request.signal.addEventListener("abort", resolve)),
				};
			},
			watchOpenings: async (request: OpeningsRequest) => {
				requests.openings = request;
				return { isRunning: () => true, stop() {} };
			},
			processes: () => Object.values(pids),
			rootOf: (pid: number) => Object.entries(pids).find(([, one]) => one === pid)?.[0],
			hasForeignNumbers: () => false,
			sessionOf: (pid: number) => (Object.values<number>(pids).includes(pid) ? 1 : undefined),
			originOf: () => ({ isTested: false, hasOwnSession: false }),
			rootIdentity: (root: string) => root,
			toJournal() {},
			watch: thisWatch,
			hasEnded: ({ pid }: StoredReaction["watch"]) => pid !== runningWatch,
			runCommand: async (_: string, input: string) => {
				const alarm = JSON.parse(input) as Alarm;
				handled.push(alarm);
				// As a killed command.
				await Promise.race([runCommand(alarm), aborted]);
			},
		},
		launcher: {
			running: (root: string) => ({ processes: [pids[root as keyof typeof pids]], inits: [] }),
			startedAt: () => started,
			requireSafeState() {},
		},
		store: {
			names: async () => Object.keys(pids),
			generations: async () => [1],
			root: (name: string) => name,
			manifest: async () => ({ identity: { uid: 33 }, accounts: { users: [] }, entries: [decoy] }),
			cage: async () => ({ trials: [] }),
			addAlarm,
			log: async () => {},
			watchedUntil: async () => until,
			noteWatched: async () => {},
			upkeep: {
				reactions: async (name: string) => files.get(name) ?? [],
				saveReactions: async (name: string, all: readonly StoredReaction[]) => void files.set(name, all),
			},
		},
	};
	const context = { machine: machine as unknown as Machine, signal: ended.signal, emit() {} } as unknown as Context;
	await watchAlarms(context, {
		onReaction() {},
		names: [],
		reaction: { kind: "command", command: "" },
		checkEvery: 0,
		toLine: (alarm) => JSON.stringify(alarm),
		onAlarm: (alarm) => reported.push(alarm),
		toJournal: () => "",
		onReady: async () => {
			await attack(
				(text) => requests.follow?.onRecord(text, 1),
				(opening) => requests.openings?.onOpen(opening),
				handled,
			);
			// A reaction that the end of the watch cuts off is left for the next one.
			await new Promise((resolve) => setTimeout(resolve, 20));
			ended.abort();
		},
	});
	return { reported, handled, stored: [...files.values()].flat() };
}

const thisWatch = { pid: 1, start: "1", boot: "", namespace: "" };
const runningWatch = 2;

/** A record of the kernel log. 165 is mount(2). */
const record = ({ arch = "c000003e", call = 165, code = "0x50000", comm = '"app"', exe = '"/usr/bin/app"', pid = 7 as number }) =>
	`audit: type=1326 audit(1795821997.790:1): auid=1 uid=33 gid=33 ses=1 pid=${pid} comm=${comm} exe=${exe} sig=0 arch=${arch} syscall=${call} compat=0 ip=0x7f code=${code}`;
const hex = (text: string) => Buffer.from(text).toString("hex").toUpperCase();
const shown = (alarms: readonly Alarm[]) => alarms.map(({ call, cage, path }) => `${cage} ${call ?? path}`);

describe("a cage cannot hide another one's alarms", () => {
	test("with a flood of every refused call, of calls that do not exist and of killed processes", async () => {
		const { handled, reported } = await watched((refuse, open) => {
			for (let call = 0; call < 20_000; call++) refuse(record({ call: call % 10_000 }));
			for (let call = 0; call < 2000; call++) refuse(record({ call, arch: "40000003", code: "0x80000000" }));
			refuse(record({ call: 308, pid: pids.quiet }));
			open({ file: 1, path: pathFromText("/.env"), pid: pids.quiet });
		});
		const noisy = reported.filter(({ cage }) => cage === "noisy");
		// Each known call once, and one alarm for all unknown ones, refused or killed.
		expect(noisy.length).toBeLessThan(1000);
		expect(shown(reported).filter((one) => one.startsWith("quiet"))).toEqual(["quiet setns", "quiet /.env"]);
		expect(shown(handled)).toEqual(expect.arrayContaining(["quiet setns", "quiet /.env"]));
	});

	test("by names that contain records, fields, line breaks and terminal sequences", async () => {
		const forged = `x" pid=${pids.quiet} syscall=308\n${record({ call: 308, pid: pids.quiet })}\x1b[2J`;
		const { reported } = await watched((refuse) => refuse(record({ comm: hex(forged.slice(0, 15)), exe: hex(forged) })));
		expect(reported).toMatchObject([{ cage: "noisy", call: "mount", pid: pids.noisy, executable: forged }]);
	});

	test("by filling the disk, so that no alarm can be stored", async () => {
		const { handled } = await watched((refuse) => refuse(record({ call: 308, pid: pids.quiet })), {
			addAlarm: () => Promise.reject(new Failure("disk-full", { path: "/state" }, 1)),
		});
		expect(shown(handled)).toEqual(["quiet setns"]);
	});

	test.each([
		["its output", record({ pid: pids.quiet }).replace("audit: ", "app: audit: ")],
		["its output, in several lines", `app\n${record({ pid: pids.quiet })}`],
		["the name of a crashed process", `x[${pids.quiet}]: segfau[${pids.noisy}]: segfault at 0 ip 7f sp 7f error 4`],
	])("by a record in %s", async (_, text) => {
		const { reported } = await watched((refuse) => refuse(text));
		expect(reported.filter(({ cage }) => cage === "quiet")).toEqual([]);
	});
});

describe("the kernel's records from before the watch", () => {
	const time = 1_795_821_997_790;
	const setns = record({ call: 308, pid: pids.quiet });
	const missed = { earlier: [setns], until: time - 1000 };

	test("are reacted to, if an earlier watch had not handled them", async () => {
		const { handled, reported } = await watched((refuse) => refuse(record({})), missed);
		expect(shown(reported)).toEqual(["quiet setns", "noisy mount"]);
		expect(shown(handled).sort()).toEqual(["noisy mount", "quiet setns"]);
	});

	test("are only reported, if the cage was restarted since", async () => {
		const { handled, reported } = await watched(() => {}, { ...missed, started: time + 1000 });
		expect(shown(reported)).toEqual(["quiet setns"]);
		expect(handled).toEqual([]);
	});

	test("do not prevent the reaction to the next alarm of their kind", async () => {
		const { handled, reported } = await watched((refuse) => refuse(setns), { ...missed, started: time + 1000 });
		expect(shown(reported)).toEqual(["quiet setns"]);
		expect(shown(handled)).toEqual(["quiet setns"]);
	});

	test.each([undefined, time + 1000])("are not reported if the last watch ended at %s", async (until) => {
		const { reported } = await watched(() => {}, { earlier: [setns], ...(until === undefined ? {} : { until }) });
		expect(reported).toEqual([]);
	});
});

describe("a reaction", () => {
	const alarm: Alarm = {
		time: "2026-11-27T23:26:37.790Z",
		cage: "quiet",
		kind: "syscall",
		severity: "high",
		result: "refused",
		call: "setns",
		pid: pids.quiet,
		knownBy: "process",
		count: 1,
	};
	const failing = async () => Promise.reject(new Failure("reaction-command-failed", { command: "", status: 1 }));

	test("that hangs in one cage does not delay another one's", async () => {
		const { handled } = await watched(
			async (refuse) => {
				refuse(record({}));
				refuse(record({ call: 308, pid: pids.quiet }));
			},
			{ runCommand: ({ cage }) => new Promise((resolve) => cage === "quiet" && resolve()) },
		);
		expect(shown(handled)).toEqual(["noisy mount", "quiet setns"]);
	});

	test("that failed is stored, and the next watch tries it again", async () => {
		const first = await watched((refuse) => refuse(record({})), { runCommand: failing });
		expect(first.stored).toMatchObject([{ state: "failed", alarm: { call: "mount" } }]);
		const second = await watched(() => {}, { stored: first.stored });
		expect(shown(second.handled)).toEqual(["noisy mount"]);
		expect(second.stored).toEqual([]);
	});

	test("that a killed watch began is completed, but not that of a running watch", async () => {
		const begun = (pid: number): StoredReaction => ({
			reaction: "command",
			alarm,
			state: "pending",
			at: alarm.time,
			watch: { ...thisWatch, pid },
		});
		expect(shown((await watched(() => {}, { stored: [begun(3)] })).handled)).toEqual(["quiet setns"]);
		const other = await watched(() => {}, { stored: [begun(runningWatch)] });
		expect(other.handled).toEqual([]);
		expect(other.stored).toHaveLength(1);
	});
});
