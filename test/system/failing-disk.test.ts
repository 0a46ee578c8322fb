import { execFileSync } from "node:child_process";
import { open } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inProcess, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

/** fsync(2) fails as on a broken disk. `full-disk.test.ts` has a disk without free space. */
const state = temporaryState();
let restore = () => {};
let calls = 0;
let failing = 0;

beforeAll(async () => {
	await preparedRedis(state);
	const handle = await open("/");
	const prototype = Object.getPrototypeOf(handle) as typeof handle;
	await handle.close();
	const { sync } = prototype;
	prototype.sync = async function () {
		calls++;
		if (calls === failing) throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO", syscall: "fsync" });
		return sync.call(this);
	};
	restore = () => {
		prototype.sync = sync;
	};
});
afterAll(() => restore());

function withFailingSync(number: number, args: readonly string[]) {
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
	const { stdout } = await inProcess(["list"], { state });
	expect(stdout).toMatch(/^redis +1 /m);
});
