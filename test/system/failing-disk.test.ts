import { execFileSync } from "node:child_process";
import { existsSync, readlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runIn } from "../../src/base/host/tools.ts";
import { isLong } from "../long.ts";
import { inProcess, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

/** fsync(2) fails as on a broken disk. `full-disk.test.ts` has a disk without free space. */
const state = temporaryState();
let restore = () => {};
let calls = 0;
let failing = 0;
/** Every later call fails, too. */
let isLasting = false;

beforeAll(async () => {
	await preparedRedis(state);
	const handle = await open("/");
	const prototype = Object.getPrototypeOf(handle) as typeof handle;
	await handle.close();
	const { sync } = prototype;
	prototype.sync = async function () {
		calls++;
		if (failing === 0) return sync.call(this);
		if (calls === failing || (calls > failing && isLasting))
			throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO", syscall: "fsync" });
		return sync.call(this);
	};
	restore = () => {
		prototype.sync = sync;
	};
});
afterAll(() => restore());

function withFailingSync(number: number, args: readonly string[], lasting = false) {
	isLasting = lasting;
	calls = 0;
	failing = number;
	return inProcess(args, { state });
}

/** Names and links, without the files of generations. */
const names = () =>
	execFileSync("find", ["cages", "-path", "*/generations/*/*", "-prune", "-o", "-printf", "%p %l\n"], {
		cwd: state,
		encoding: "utf8",
	});

test.each([
	["build", ["build", "redis", "--include", "/etc/hostname"], 3],
	["removal", ["remove", "redis", "--yes"], 1],
])("a %s whose fsync fails ends with one line, and the next command finds nothing of it", async (_, args, most) => {
	const before = names();
	for (let number = 1; number <= most; number++) {
		const { status, stderr } = await withFailingSync(number, args);
		expect(stderr).toMatch(/^cagewright: The disk reports an error \(EIO\) at [^\n]+\.\n$/);
		expect(status).toBe(1);
		expect(names()).toBe(before);
	}
	expect(await inProcess(["list"], { state })).toMatchObject({ stdout: /^redis +1 /m });
});

test("an export whose fsync fails names its own file and leaves none", async () => {
	const file = `${temporaryFolder("failing-disk")}/redis.json`;
	const { status, stderr } = await withFailingSync(1, ["export", "redis", "--format", "seccomp", "-o", file]);
	expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`reports an error (EIO) at ${file}.`) });
	expect(existsSync(file)).toBe(false);
});

test.runIf(isLong)("a build on a disk that stays broken names the first error", async () => {
	for (let number = 1; ; number++) {
		const { status, stderr } = await withFailingSync(number, ["build", "redis", "--include", "/etc/hostname"], true);
		failing = 0;
		if (status === 0) break;
		expect({ number, status, stderr }).toEqual({
			number,
			status: 1,
			stderr: expect.stringMatching(/^cagewright: The disk reports an error \(EIO\) at [^\n]+\.\n$/),
		});
	}
});

test("a broken copy in the previous generation is named, not the host's file", async () => {
	expect((await inProcess(["build", "redis", "--include", "/etc/services"], { state })).status).toBe(0);
	const present = readlinkSync(`${state}/cages/redis/current`);
	const copy = `${state}/cages/redis/${present}/usr/bin/redis-check-rdb`;
	const handle = await open("/");
	const prototype = Object.getPrototypeOf(handle);
	await handle.close();
	const { read } = prototype;
	prototype.read = async function (...words: unknown[]) {
		if (readlinkSync(`/proc/self/fd/${this.fd}`) !== copy) return read.apply(this, words);
		throw Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", syscall: "read" });
	};
	try {
		expect(await inProcess(["build", "redis", "--include", "/etc/debian_version"], { state })).toMatchObject({
			status: 1,
			stderr: expect.stringContaining(`The disk reports an error (EIO) at ${copy}.`),
		});
	} finally {
		prototype.read = read;
	}
});

test("a program that the disk fails is not blamed", async () => {
	await using folder = await open(state);
	const says = (text: string) => runIn(folder, "sh", ["-c", `echo 'ldconfig: ${text}' >&2; exit 1`]);
	await expect(says("Writing of cache data failed: Input/output error")).rejects.toMatchObject({
		code: "disk-error",
		values: { path: state },
	});
	await expect(says("Bad option")).rejects.toMatchObject({ code: "program-failed" });
});
