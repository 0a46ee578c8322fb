import { expect, test } from "vitest";
import type { Context } from "../../../src/base/engine/context.ts";
import type { Event } from "../../../src/base/engine/events.ts";
import { TraceReport } from "../../../src/trace/engine/watched-run.ts";
import { TraceFold } from "../../../src/trace/fold.ts";
import { startAtFirstExecve } from "../folding.ts";

/** A machine whose clock the test advances. */
class Clock {
	readonly events: Event[] = [];
	readonly context: Context;
	#now = 1_000_000;
	#sleepers: { at: number; wake: () => void }[] = [];

	constructor() {
		const machine = {
			elapsed: () => this.#now,
			sleep: (milliseconds: number) =>
				new Promise<void>((wake) => void this.#sleepers.push({ at: this.#now + milliseconds, wake })),
			accounts: { users: () => [{ name: "www-data", uid: 33 }] },
		};
		this.context = {
			machine: machine as unknown as Context["machine"],
			emit: (event) => void this.events.push(event),
			signal: new AbortController().signal,
		};
	}

	async pass(milliseconds: number): Promise<void> {
		this.#now += milliseconds;
		const due = this.#sleepers.filter(({ at }) => at <= this.#now);
		this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
		for (const { wake } of due) wake();
		await Promise.resolve();
		await Promise.resolve();
	}

	of<E extends Event["event"]>(event: E): Extract<Event, { event: E }>[] {
		return this.events.filter((one): one is Extract<Event, { event: E }> => one.event === event);
	}
}

function begun(): { clock: Clock; fold: TraceFold; report: TraceReport; line: (text: string) => void } {
	const clock = new Clock();
	const fold = new TraceFold({ start: startAtFirstExecve() });
	const report = new TraceReport(clock.context, fold, 1);
	const line = (text: string) => {
		fold.feed(Buffer.from(`${text}\n`, "latin1"));
		report.fed();
	};
	line('10  execve("/bin/app", ["app"], 0x7 /* 1 var */) = 0');
	return { clock, fold, report, line };
}

test("a thousand chunks a second cause ten reports, including the last state", async () => {
	const { clock, line } = begun();
	for (let piece = 0; piece < 1000; piece++) {
		line(`10  stat("/file-${piece}", {st_mode=0}) = 0`);
		await clock.pass(1);
	}
	expect(clock.of("accesses-counted").length).toBeLessThanOrEqual(12);
	expect(clock.of("accesses-counted").length).toBeGreaterThanOrEqual(9);
	await clock.pass(200);
	expect(clock.of("accesses-counted").at(-1)?.counts).toMatchObject({
		paths: 1001,
		newest: expect.arrayContaining(["/file-999"]),
	});
	const count = clock.events.length;
	// Without new chunks nothing is reported.
	await clock.pass(5000);
	expect(clock.events.length).toBe(count);
});

test("processes are reported when they change, with their accounts' names", async () => {
	const { clock, line } = begun();
	await clock.pass(200);
	line("10  fork() = 11");
	await clock.pass(200);
	line("11  setuid(33) = 0");
	await clock.pass(200);
	line('11  stat("/x", {st_mode=0}) = 0');
	await clock.pass(200);
	expect(clock.of("processes-seen").map(({ processes }) => processes.rows.map(({ account, pid }) => account ?? pid))).toEqual([
		[10],
		[10, 11],
		[10, "www-data"],
	]);
});

test("the end reports everything at once, and nothing follows", async () => {
	const { clock, line, report } = begun();
	line('10  stat("/x", {st_mode=0}) = 0');
	report.end();
	expect(clock.of("accesses-counted").at(-1)?.counts.paths).toBe(2);
	const count = clock.events.length;
	await clock.pass(1000);
	report.fed();
	expect(clock.events.length).toBe(count);
});

test("coverage is reported once a second at most, including the last state", async () => {
	const clock = new Clock();
	const fold = new TraceFold({ start: startAtFirstExecve() });
	const reported: number[] = [];
	const reach = {
		ready: Promise.resolve(),
		measure: ({ accesses }: { accesses: ReadonlyMap<unknown, unknown> }) => ({ next: [], paths: accesses.size }),
		report: ({ paths }: { paths: number }) => void reported.push(paths),
	};
	const report = new TraceReport(clock.context, fold, 1, reach as never);
	for (let piece = 0; piece < 100; piece++) {
		const line = piece ? `stat("/file-${piece}", {st_mode=0}) = 0` : 'execve("/bin/app", ["app"], 0x7 /* 1 var */) = 0';
		fold.feed(Buffer.from(`10  ${line}\n`, "latin1"));
		report.fed();
		await clock.pass(10);
	}
	expect(reported.length).toBeLessThanOrEqual(2);
	await clock.pass(1000);
	expect(reported.at(-1)).toBe(100);
	await clock.pass(5000);
	expect(reported.length).toBeLessThanOrEqual(3);
});
