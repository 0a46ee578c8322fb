import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockCage } from "../../src/base/host/lock.ts";
import { isGone, isLeftover, thisProcess, transientName } from "../../src/base/host/processes.ts";
import { join, type Path, pathFromText } from "../../src/base/path/path.ts";
import { cagePaths, openState } from "../../src/cage/host/cages.ts";
import { buildGeneration } from "../../src/cage/host/generation-store.ts";
import { plan } from "../cage/plans.ts";
import { times } from "../long.ts";
import { ownProcess } from "./workshop.ts";

let folder: Path;
let state: Path;
const at = (name: string) => join(folder, name);

beforeEach(() => {
	folder = pathFromText(mkdtempSync(`${tmpdir()}/cagewright-lock-`));
	state = at("state");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a lock", () => {
	/** Starts a process that takes the lock, says so, and waits. The output is lost if nobody listens before the process ends. */
	const holder = async () => {
		const child = ownProcess(
			`import { lockCage } from "./src/base/host/lock.ts";
			try { lockCage(process.argv[2], "app"); console.log("held"); setInterval(() => {}, 1000); }
			catch (error) { console.log(error.code); }`,
			[at("lock")],
		);
		const said = once(child.stdout as NodeJS.ReadableStream, "data").then(([chunk]) => String(chunk).trim());
		return { child, said };
	};

	test("excludes a second lock until it is released", () => {
		const lock = lockCage(at("lock"), "app");
		expect(() => lockCage(at("lock"), "app")).toThrow(
			expect.objectContaining({ code: "cage-busy", exit: 1, values: { name: "app", pid: process.pid } }),
		);
		lock.release();
		lock.release();
		lockCage(at("lock"), "app").release();
		expect(readdirSync(folder)).toEqual([]);
	});

	test("of a running process stays, and that of a killed one is taken over", async () => {
		const { child, said } = await holder();
		expect(await said).toBe("held");
		expect(() => lockCage(at("lock"), "app")).toThrow(
			expect.objectContaining({ code: "cage-busy", values: { name: "app", pid: child.pid } }),
		);
		child.kill("SIGKILL");
		await once(child, "close");
		lockCage(at("lock"), "app").release();
		expect(readdirSync(folder).filter((name) => name.startsWith("lock"))).toEqual([]);
	});

	test("of a dead process is taken over by only one of several", async () => {
		for (let round = 0; round < times(1, 3); round++) {
			const dead = await holder();
			await dead.said;
			dead.child.kill("SIGKILL");
			await once(dead.child, "close");
			const holders = await Promise.all([holder(), holder(), holder(), holder(), holder(), holder()]);
			const words = await Promise.all(holders.map(({ said }) => said));
			expect(words.sort()).toEqual([...Array.from({ length: 5 }, () => "cage-busy"), "held"]);
			for (const { child } of holders) child.kill("SIGKILL");
			await Promise.all(holders.map(({ child }) => child.exitCode ?? child.signalCode ?? once(child, "close")));
		}
	});

	test("is not created over another file", () => {
		writeFileSync(at("lock"), "something");
		expect(() => lockCage(at("lock"), "app")).toThrow(expect.objectContaining({ code: "lock-unreadable" }));
		expect(readFileSync(at("lock"), "utf8")).toBe("something");
	});

	test("permits only one of two builds of a cage", async () => {
		const { directory, lock } = cagePaths(state, "app");
		await openState(state);
		mkdirSync(directory, { mode: 0o700 });
		const build = async () => {
			using _lock = lockCage(lock, "app");
			return await buildGeneration({ plan: plan([]), cage: directory, now: new Date(0) });
		};
		const ends = await Promise.allSettled([build(), build()]);
		expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
		expect(ends.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "cage-busy" } });
		expect(readdirSync(join(directory, "generations"))).toEqual(["1"]);
	});
});

describe("processes", () => {
	test("are identified by start time, boot and PID namespace", () => {
		const us = thisProcess();
		expect(isGone(us)).toBe(false);
		expect(isGone({ ...us, start: "1" })).toBe(true);
		expect(isGone({ ...us, pid: 2 ** 22 })).toBe(true);
		expect(isGone({ ...us, boot: "another" })).toBe(true);
		expect(isGone({ ...us, pid: 2 ** 22, namespace: "pid:[1]" })).toBe(false);
		expect(isLeftover(transientName("staging"))).toBe(false);
		expect(isLeftover(".staging-1-1-0123456789ab")).toBe(true);
		expect(isLeftover("staging")).toBe(false);
	});
});
