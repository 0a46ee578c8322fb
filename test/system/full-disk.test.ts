import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockCage } from "../../src/base/host/lock.ts";
import { appendLog, readLog } from "../../src/base/host/log.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { cagewright, inProcess, make, temporaryFolder } from "./cagewright.ts";
import { fillDisk } from "./fill-disk.ts";
import { type GreeterFiles, greeterFiles } from "./greeter.ts";
import { leftovers } from "./processes.ts";
import { mounted } from "./scoped.ts";

/** Effects of a disk that is full at a certain step. `killed.test.ts` fills it at random moments. */
const disk = temporaryFolder("full");
const state = `${disk}/state`;
const cage = `${state}/cages/greeter`;
const filler = `${disk}/filler`;
const page = 4096;

beforeAll(() => execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m,mode=755", "tmpfs", disk]));
afterAll(() => execFileSync("umount", ["-l", disk]));
// Not below /tmp, because every application has a separate /tmp.
const home = mkdtempSync("/opt/cagewright-full-");
afterAll(() => rmSync(home, { recursive: true }));

/** Leaves this many bytes free, runs the work, and frees the space again. */
async function withFree<T>(free: number, work: () => T | Promise<T>): Promise<T> {
	fillDisk(filler, free);
	try {
		return await work();
	} finally {
		rmSync(filler);
	}
}

const everything = () =>
	execFileSync("sh", ["-c", "find . -printf '%p %l\\n' | sort; cat cages/greeter/cage.json cages/greeter/log"], {
		encoding: "utf8",
		cwd: state,
	});
const clear = expect.stringMatching(
	/^cagewright: [^\n]*No space left on the device for [^\n]*\. Free some space and try again\.\n$/,
);

test("a lock needs no free block", async () => {
	const folder = `${disk}/lock`;
	mkdirSync(folder);
	await withFree(0, () => {
		const lock = lockCage(pathFromText(`${folder}/lock`), "app");
		expect(() => lockCage(pathFromText(`${folder}/lock`), "app")).toThrow(expect.objectContaining({ code: "cage-busy" }));
		// ext4 stores a link's target in the inode if it is shorter than this, so a lock needs no free block.
		expect(readlinkSync(`${folder}/lock`).length).toBeLessThan(60);
		lock.release();
	});
	expect(execFileSync("ls", ["-A", folder], { encoding: "utf8" })).toBe("");
});

test("a lock that cannot be created leaves nothing", () => {
	const folder = `${disk}/no-inodes`;
	mkdirSync(folder);
	using _disk = mounted(folder, "-t", "tmpfs", "-o", "size=1m,nr_inodes=1", "tmpfs");
	expect(() => lockCage(pathFromText(`${folder}/lock`), "app")).toThrow(expect.objectContaining({ code: "disk-full" }));
	expect(execFileSync("ls", ["-A", folder], { encoding: "utf8" })).toBe("");
});

test("a truncated line of the log does not damage the next one", async () => {
	const log = pathFromText(`${disk}/log`);
	const line = (action: string, length: number) => ({ time: "2026-01-01T00:00:00Z", action, details: "x".repeat(length) });
	await appendLog(log, line("first", 10));
	await withFree(page, () =>
		expect(appendLog(log, line("too-long", 3 * page))).rejects.toMatchObject({ code: "disk-full", values: { path: log } }),
	);
	await appendLog(log, line("last", 10));
	expect((await readLog(log)).map(({ action }) => action)).toEqual(["first", "last"]);
});

describe("a cage on a full disk", () => {
	let files: GreeterFiles;
	/** If this file exists, the probe fills the disk and fails. */
	const trap = `${disk}/trap`;
	const asks = 'exec 3<>/dev/tcp/127.0.0.1/4000; echo probe >&3; read -t 30 -r answer <&3; test -n "$answer"';
	const probe = `if test -e ${trap}; then dd if=/dev/zero of=${filler} bs=64k; false; else bash -c '${asks}'; fi`;

	beforeAll(async () => {
		chmodSync(home, 0o755);
		files = greeterFiles(home, ["one"]);
		await make(["--name", "greeter", "--probe", probe, "--", files.program, "4000"], { state });
		writeFileSync(files.configuration, "changed\n");
		expect((await cagewright(["build", "greeter"], { state })).status).toBe(0);
	});

	test("is rolled back completely or not at all, whatever space is left", async () => {
		const before = everything();
		for (let pages = 0; ; pages++) {
			const { status, stderr } = await withFree(pages * page, () => inProcess(["rollback", "greeter"], { state }));
			if (status === 0) break;
			expect({ pages, status, stderr }).toEqual({ pages, status: 1, stderr: clear });
			expect({ pages, everything: everything() }).toEqual({ pages, everything: before });
		}
		expect(readlinkSync(`${cage}/current`)).toBe("generations/1");
		expect(readFileSync(`${cage}/log`, "utf8")).toContain(" rolled-back ");
		expect(leftovers(state)).toEqual([]);
	});

	test("stays unchanged if its trial fills the disk, and update reports it", async () => {
		const before = readlinkSync(`${cage}/current`);
		writeFileSync(files.configuration, "changed again\n");
		writeFileSync(trap, "");
		const { status, stderr } = await cagewright(["update", "greeter", "--quiet", "--no-selftest"], { state });
		for (const file of [filler, trap]) rmSync(file);
		expect({ status, stderr }).toEqual({ status: 1, stderr: clear });
		expect(stderr).toContain("stays at generation ");
		expect(readlinkSync(`${cage}/current`)).toBe(before);
		expect(leftovers(state)).toEqual([]);
	});

	test("can be removed without a free block", async () => {
		const { status, stderr } = await withFree(0, () => cagewright(["remove", "greeter", "--yes"], { state }));
		expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
		expect(execFileSync("ls", ["-A", `${state}/cages`], { encoding: "utf8" })).toBe("");
	});
});
