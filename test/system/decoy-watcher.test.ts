import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DecoyWatcherOutput, type OpeningEvent } from "../../src/core/detection/decoy-watcher.ts";
import { nativeProgramFile } from "../../src/system/native-program.ts";
import { eventually } from "./eventually.ts";

test("the watcher's output is parsed wherever it is cut", () => {
	const result = Buffer.alloc(4);
	result.writeInt32LE(-2);
	const event = Buffer.alloc(24);
	event.writeInt32LE(5, 16);
	event.writeInt32LE(77, 20);
	const lost = Buffer.alloc(24);
	lost.writeInt32LE(-1, 16);
	const bytes = Buffer.concat([Buffer.alloc(4), result, event, lost]);
	for (const size of [1, 5, 24, 100]) {
		const output = new DecoyWatcherOutput(2);
		const events: OpeningEvent[] = [];
		for (let at = 0; at < bytes.length; at += size) events.push(...output.add(bytes.subarray(at, at + size)));
		expect(output.results).toEqual([0, -2]);
		expect(events).toEqual([{ pid: 77, descriptor: 5 }, { pid: 0 }]);
	}
});

describe.skipIf(process.getuid?.() !== 0)("the watcher", () => {
	let folder: string;
	const running: ChildProcess[] = [];
	beforeAll(() => {
		folder = mkdtempSync(`${tmpdir()}/cagewright-watcher-`);
		for (const name of ["a", "b", "other"]) writeFileSync(`${folder}/${name}`, name);
	});
	afterEach(() => {
		for (const child of running.splice(0)) child.kill("SIGKILL");
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	/** Starts it and answers each event after noting which file was opened, as `PATH PID`. */
	function start(...names: string[]) {
		const output = new DecoyWatcherOutput(names.length);
		const opened: string[] = [];
		const child = spawn(
			nativeProgramFile("decoys"),
			names.map((name) => `${folder}/${name}`),
			{ stdio: ["pipe", "pipe", "ignore"] },
		);
		running.push(child);
		child.stdout.on("data", (chunk: Buffer) => {
			for (const { descriptor, pid } of output.add(chunk)) {
				opened.push(`${readlinkSync(`/proc/${child.pid}/fd/${descriptor}`)} ${pid}`);
				child.stdin.write("\n");
			}
		});
		const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
		const isReady = () => eventually(() => expect(output.results).toBeDefined());
		return { child, ended, isReady, opened, results: () => output.results };
	}

	test("reports only the process and the file of each opening", async () => {
		const { isReady, opened, results } = start("a", "missing", "b");
		await isReady();
		expect(results()).toEqual([0, -2, 0]);
		readFileSync(`${folder}/other`);
		// The kernel joins equal events that nobody has read yet.
		for (const [index, name] of ["b", "a", "b"].entries()) {
			readFileSync(`${folder}/${name}`);
			await eventually(() => expect(opened).toHaveLength(index + 1));
		}
		expect(opened).toEqual(["b", "a", "b"].map((name) => `${folder}/${name} ${process.pid}`));
	});

	test("ends with the reader of its output", async () => {
		const { child, ended, isReady } = start("a");
		await isReady();
		child.stdin?.end();
		child.stdout?.destroy();
		readFileSync(`${folder}/a`);
		expect(await ended).not.toBe(0);
	});
});
