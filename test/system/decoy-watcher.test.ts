import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { nativeProgramFile } from "../../src/base/host/release.ts";
import { eventually } from "./eventually.ts";

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
		const results: number[] = [];
		const opened: string[] = [];
		const child = spawn(
			nativeProgramFile("decoys"),
			names.map((name) => `${folder}/${name}`),
			{ stdio: ["pipe", "pipe", "ignore"] },
		);
		running.push(child);
		createInterface({ input: child.stdout }).on("line", (line) => {
			const [first = 0, pid] = line.split(" ").map(Number);
			if (pid === undefined) results.push(first);
			else {
				opened.push(`${readlinkSync(`/proc/${child.pid}/fd/${first}`)} ${pid}`);
				child.stdin.write("\n");
			}
		});
		const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
		const isReady = () => eventually(() => expect(results).toHaveLength(names.length));
		return { child, ended, isReady, opened, results };
	}

	test("reports only the process and the file of each opening", async () => {
		const { isReady, opened, results } = start("a", "missing", "b");
		await isReady();
		expect(results).toEqual([0, 2, 0]);
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
