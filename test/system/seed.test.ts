import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	chmodSync,
	existsSync,
	lchownSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { join, type Path, pathFromText } from "../../src/core/path/path.ts";
import type { WritableDirectory } from "../../src/core/plan/plan.ts";
import { seedData } from "../../src/system/files/seed.ts";
import { writable } from "../core/cage/plans.ts";

let folder: Path;
let state: Path;
let cage: Path;
const inState = (name: string) => join(state, name);
const inData = (name = "") => `${cage}/data${state}${name && `/${name}`}`;

/** The application's state directory, with these files to copy. */
function directory(seeds: readonly string[], values: Partial<WritableDirectory> = {}): WritableDirectory {
	return {
		...writable("/"),
		path: state,
		seeds: seeds.map((name) => ({ path: name ? inState(name) : state, bytes: 1 })),
		...values,
	};
}
const seed = (...directories: WritableDirectory[]) => seedData({ plan: { writable: directories }, cage });

beforeEach(() => {
	folder = pathFromText(mkdtempSync(`${tmpdir()}/cagewright-seed-`));
	state = join(folder, "state");
	cage = join(folder, "cage");
	mkdirSync(inState("sub/deep"), { recursive: true });
	chmodSync(state, 0o700);
	chmodSync(inState("sub"), 0o2770);
	lchownSync(inState("sub"), 33, 34);
	writeFileSync(inState("sub/deep/data"), "data");
	chmodSync(inState("sub/deep/data"), 0o6664);
	lchownSync(inState("sub/deep/data"), 35, 36);
	symlinkSync("../../../etc/passwd", inState("sub/link"));
	execFileSync("mkfifo", [inState("sub/fifo")]);
	writeFileSync(inState("top"), "top");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the data of a cage", () => {
	test("starts empty with the plan's owner and mode", async () => {
		await seed(directory([], { mode: 0o1770, uid: 900, gid: 901 }));
		expect(lstatSync(inData())).toMatchObject({ mode: 0o41770, uid: 900, gid: 901 });
		expect(readdirSync(inData())).toEqual([]);
		expect(readdirSync(cage)).toEqual(["data"]);
	});

	test("gets a whole directory with owners, modes and links, but without setuid bits, sockets and FIFOs", async () => {
		const before = statSync(inState("sub/deep/data"));
		const result = await seed(directory([""], { uid: 900, gid: 901 }));
		expect(result).toEqual({ copied: [state], kept: [], skipped: [inState("sub/fifo")], unstable: [] });
		expect(lstatSync(inData())).toMatchObject({ mode: 0o40750, uid: 900, gid: 901 });
		expect(lstatSync(inData("sub"))).toMatchObject({ mode: 0o42770, uid: 33, gid: 34 });
		expect(lstatSync(inData("sub/deep/data"))).toMatchObject({ mode: 0o100664, uid: 35, gid: 36 });
		expect(Math.floor(lstatSync(inData("sub/deep/data")).mtimeMs)).toBe(Math.floor(before.mtimeMs));
		expect(readlinkSync(inData("sub/link"))).toBe("../../../etc/passwd");
		expect(readdirSync(inData("sub")).sort()).toEqual(["deep", "link"]);
	});

	test("gets one file and its parent directories as on the host", async () => {
		await seed(directory(["sub/deep/data"]));
		expect(lstatSync(inData("sub"))).toMatchObject({ uid: 33, gid: 34 });
		expect(readFileSync(inData("sub/deep/data"), "utf8")).toBe("data");
		expect(existsSync(inData("top"))).toBe(false);
	});

	test("fits on a small disk if it consists of holes, and otherwise leaves nothing", async () => {
		const bytes = 40_000_000;
		const query = (name: string) => directory([], { seeds: [{ path: inState(name), bytes }] });
		writeFileSync(inState("sparse"), "x");
		truncateSync(inState("sparse"), bytes);
		writeFileSync(inState("full"), Buffer.alloc(bytes, 1));
		mkdirSync(cage);
		execFileSync("mount", ["-t", "tmpfs", "-o", "mode=700,size=5m", "tmpfs", cage]);
		try {
			await expect(seed(query("full"))).rejects.toMatchObject({ code: "disk-full", exit: 1 });
			expect(readdirSync(cage)).toEqual(["data"]);
			expect(await seed(query("sparse"))).toMatchObject({ copied: [inState("sparse")] });
		} finally {
			execFileSync("umount", [cage]);
		}
	});

	test("is never overwritten, and no path is seeded twice", async () => {
		await seed(directory(["top"]));
		writeFileSync(inData("top"), "state of the cage");
		rmSync(inState("top"));
		writeFileSync(inState("top"), "new on the host");
		expect(await seed(directory(["top"]))).toMatchObject({ copied: [], kept: [] });
		rmSync(inData("top"));
		await seed(directory(["top"]));
		expect(existsSync(inData("top"))).toBe(false);
	});

	test("gets a later seed without a change to existing files", async () => {
		await seed(directory([]));
		mkdirSync(inData("sub"));
		writeFileSync(inData("top"), "own");
		const result = await seed(directory([""]));
		expect(result).toMatchObject({ copied: [], kept: [state] });
		expect(readFileSync(inData("top"), "utf8")).toBe("own");
		expect(readFileSync(inData("sub/deep/data"), "utf8")).toBe("data");
		expect(readdirSync(cage).sort()).toEqual(["data", "seeded.json"]);
	});

	test("is not seeded through a link of the application", async () => {
		await seed(directory([]));
		mkdirSync(join(folder, "victim"));
		symlinkSync(join(folder, "victim"), inData("sub"));
		const result = await seed(directory(["sub/deep/data"]));
		expect(result).toMatchObject({ copied: [], kept: [inState("sub/deep/data")] });
		renameSync(inData(), `${inData()}.old`);
		symlinkSync(join(folder, "victim"), inData());
		await expect(seed(directory(["top"]))).rejects.toMatchObject({ code: "unsafe-data", exit: 4 });
		await expect(seed({ ...directory([]), path: inState("nested/dir") })).rejects.toMatchObject({ code: "unsafe-data" });
		expect(readdirSync(join(folder, "victim"))).toEqual([]);
		expect(readdirSync(cage).sort()).toEqual(["data", "seeded.json"]);
	});

	test("may have nested seeds, but none whose host path contains a link", async () => {
		await seed({ ...directory([]), path: inState("sub"), mode: 0o711 }, directory([]));
		expect(lstatSync(inData("sub")).mode & 0o7777).toBe(0o711);
		symlinkSync("sub", inState("alias"));
		await expect(seed(directory(["alias/deep/data"]))).rejects.toMatchObject({
			code: expect.stringMatching(/source-(is-link|gone)/),
		});
		expect(readdirSync(cage)).toEqual(["data"]);
	});

	test("is not seeded with a directory whose host path contains a link", async () => {
		symlinkSync("state", join(folder, "alias"));
		const seeds = [{ path: join(folder, "alias/sub"), bytes: 1 }];
		await expect(seed({ ...directory([]), path: join(folder, "alias/sub"), seeds })).rejects.toMatchObject({
			code: expect.stringMatching(/source-(is-link|gone)/),
		});
		expect(readdirSync(cage)).toEqual(["data"]);
	});

	test("gets a file that changes during the copy, with a notice", async () => {
		writeFileSync(inState("live"), Buffer.alloc(4_000_000, 1));
		let value = 0;
		const onFile = () => writeFileSync(inState("live"), Buffer.alloc(4_000_000, ++value));
		const result = await seedData({ plan: { writable: [directory(["live"])] }, cage, onFile });
		expect(result).toMatchObject({ copied: [inState("live")], unstable: [inState("live")] });
		appendFileSync(inState("live"), "x");
	});

	test("has no partial seed after an abort", async () => {
		for (let index = 0; index < 10; index++) writeFileSync(inState(`f${index}`), Buffer.alloc(2_000_000, 1));
		const controller = new AbortController();
		let files = 0;
		const onFile = () => {
			if (++files === 5) controller.abort();
		};
		const request = { plan: { writable: [directory([""])] }, cage, onFile, signal: controller.signal };
		await expect(seedData(request)).rejects.toMatchObject({ name: "AbortError" });
		expect(existsSync(inData())).toBe(false);
		expect(readdirSync(cage)).toEqual(["data"]);
		expect(await seed(directory([""]))).toMatchObject({ copied: [state] });
	});
});
