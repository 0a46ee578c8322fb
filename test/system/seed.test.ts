import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { join, type Path, pathFromText } from "../../src/base/path/path.ts";
import { seedData } from "../../src/cage/host/seed.ts";
import type { WritableDirectory } from "../../src/plan/plan.ts";
import { writable } from "../cage/plans.ts";
import { mounted } from "./scoped.ts";

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
	folder = pathFromText(fs.mkdtempSync(`${tmpdir()}/cagewright-seed-`));
	state = join(folder, "state");
	cage = join(folder, "cage");
	fs.mkdirSync(inState("sub/deep"), { recursive: true });
	fs.chmodSync(state, 0o700);
	fs.chmodSync(inState("sub"), 0o2770);
	fs.lchownSync(inState("sub"), 33, 34);
	fs.writeFileSync(inState("sub/deep/data"), "data");
	fs.chmodSync(inState("sub/deep/data"), 0o6664);
	fs.lchownSync(inState("sub/deep/data"), 35, 36);
	fs.symlinkSync("../../../etc/passwd", inState("sub/link"));
	execFileSync("mkfifo", [inState("sub/fifo")]);
	fs.writeFileSync(inState("top"), "top");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the data of a cage", () => {
	test("starts empty with the plan's owner and mode", async () => {
		await seed(directory([], { mode: 0o1770, uid: 900, gid: 901 }));
		expect(fs.lstatSync(inData())).toMatchObject({ mode: 0o41770, uid: 900, gid: 901 });
		expect(fs.readdirSync(inData())).toEqual([]);
		expect(fs.readdirSync(cage)).toEqual(["data"]);
	});

	test("gets a whole directory with owners, modes and links, but without setuid bits, sockets and FIFOs", async () => {
		const before = fs.statSync(inState("sub/deep/data"));
		const result = await seed(directory([""], { uid: 900, gid: 901 }));
		expect(result).toEqual({ copied: [state], kept: [], skipped: [inState("sub/fifo")], unstable: [] });
		expect(fs.lstatSync(inData())).toMatchObject({ mode: 0o40750, uid: 900, gid: 901 });
		expect(fs.lstatSync(inData("sub"))).toMatchObject({ mode: 0o42770, uid: 33, gid: 34 });
		expect(fs.lstatSync(inData("sub/deep/data"))).toMatchObject({ mode: 0o100664, uid: 35, gid: 36 });
		expect(Math.floor(fs.lstatSync(inData("sub/deep/data")).mtimeMs)).toBe(Math.floor(before.mtimeMs));
		expect(fs.readlinkSync(inData("sub/link"))).toBe("../../../etc/passwd");
		expect(fs.readdirSync(inData("sub")).sort()).toEqual(["deep", "link"]);
	});

	test("gets one file and its parent directories as on the host", async () => {
		await seed(directory(["sub/deep/data"]));
		expect(fs.lstatSync(inData("sub"))).toMatchObject({ uid: 33, gid: 34 });
		expect(fs.readFileSync(inData("sub/deep/data"), "utf8")).toBe("data");
		expect(fs.existsSync(inData("top"))).toBe(false);
	});

	test("gets empty files with owner and mode of the host's, once, and keeps its own", async () => {
		const emptyFiles = ["sub/deep/data", "top", "vanished"].map(inState);
		await seed(directory([], { emptyFiles: [inState("top")] }));
		fs.writeFileSync(inData("top"), "own");
		await seed(directory([], { emptyFiles }));
		expect(fs.lstatSync(inData("sub"))).toMatchObject({ uid: 33, gid: 34 });
		expect(fs.lstatSync(inData("sub/deep/data"))).toMatchObject({ mode: 0o100664, uid: 35, gid: 36, size: 0 });
		expect(fs.readFileSync(inData("top"), "utf8")).toBe("own");
		expect(fs.readdirSync(inData()).sort()).toEqual(["sub", "top"]);
		fs.rmSync(inData("top"));
		await seed(directory([], { emptyFiles }));
		expect(fs.readdirSync(inData())).toEqual(["sub"]);
	});

	test("fits on a small disk if it consists of holes, and otherwise leaves nothing", async () => {
		const bytes = 40_000_000;
		const query = (name: string) => directory([], { seeds: [{ path: inState(name), bytes }] });
		fs.writeFileSync(inState("sparse"), "x");
		fs.truncateSync(inState("sparse"), bytes);
		fs.writeFileSync(inState("full"), Buffer.alloc(bytes, 1));
		fs.mkdirSync(cage);
		using _disk = mounted(cage, "-t", "tmpfs", "-o", "mode=700,size=5m", "tmpfs");
		await expect(seed(query("full"))).rejects.toMatchObject({ code: "disk-full", exit: 1 });
		expect(fs.readdirSync(cage)).toEqual(["data"]);
		expect(await seed(query("sparse"))).toMatchObject({ copied: [inState("sparse")] });
	});

	test("is never overwritten, and no path is seeded twice", async () => {
		await seed(directory(["top"]));
		fs.writeFileSync(inData("top"), "state of the cage");
		fs.rmSync(inState("top"));
		fs.writeFileSync(inState("top"), "new on the host");
		expect(await seed(directory(["top"]))).toMatchObject({ copied: [], kept: [] });
		fs.rmSync(inData("top"));
		await seed(directory(["top"]));
		expect(fs.existsSync(inData("top"))).toBe(false);
	});

	test("gets a later seed without a change to existing files", async () => {
		await seed(directory([]));
		fs.mkdirSync(inData("sub"));
		fs.writeFileSync(inData("top"), "own");
		const result = await seed(directory([""]));
		expect(result).toMatchObject({ copied: [], kept: [state] });
		expect(fs.readFileSync(inData("top"), "utf8")).toBe("own");
		expect(fs.readFileSync(inData("sub/deep/data"), "utf8")).toBe("data");
		expect(fs.readdirSync(cage).sort()).toEqual(["data", "seeded.json"]);
	});

	test("is not seeded through a link of the application", async () => {
		await seed(directory([]));
		fs.mkdirSync(join(folder, "victim"));
		fs.symlinkSync(join(folder, "victim"), inData("sub"));
		const result = await seed(directory(["sub/deep/data"]));
		expect(result).toMatchObject({ copied: [], kept: [inState("sub/deep/data")] });
		fs.renameSync(inData(), `${inData()}.old`);
		fs.symlinkSync(join(folder, "victim"), inData());
		await expect(seed(directory(["top"]))).rejects.toMatchObject({ code: "unsafe-data", exit: 4 });
		await expect(seed({ ...directory([]), path: inState("nested/dir") })).rejects.toMatchObject({ code: "unsafe-data" });
		expect(fs.readdirSync(join(folder, "victim"))).toEqual([]);
		expect(fs.readdirSync(cage).sort()).toEqual(["data", "seeded.json"]);
	});

	test("may have nested seeds, but none whose host path contains a link", async () => {
		await seed({ ...directory([]), path: inState("sub"), mode: 0o711 }, directory([]));
		expect(fs.lstatSync(inData("sub")).mode & 0o7777).toBe(0o711);
		fs.symlinkSync("sub", inState("alias"));
		await expect(seed(directory(["alias/deep/data"]))).rejects.toMatchObject({ code: /source-(is-link|gone)/ });
		expect(fs.readdirSync(cage)).toEqual(["data"]);
	});

	test("is not seeded with a directory whose host path contains a link", async () => {
		fs.symlinkSync("state", join(folder, "alias"));
		const seeds = [{ path: join(folder, "alias/sub"), bytes: 1 }];
		await expect(seed({ ...directory([]), path: join(folder, "alias/sub"), seeds })).rejects.toMatchObject({
			code: expect.stringMatching(/source-(is-link|gone)/),
		});
		expect(fs.readdirSync(cage)).toEqual(["data"]);
	});

	test("gets a file that changes during the copy, with a notice", async () => {
		fs.writeFileSync(inState("live"), Buffer.alloc(4_000_000, 1));
		let value = 0;
		const onFile = () => fs.writeFileSync(inState("live"), Buffer.alloc(4_000_000, ++value));
		const result = await seedData({ plan: { writable: [directory(["live"])] }, cage, onFile });
		expect(result).toMatchObject({ copied: [inState("live")], unstable: [inState("live")] });
		fs.appendFileSync(inState("live"), "x");
	});

	test("has no partial seed after an abort", async () => {
		for (let index = 0; index < 10; index++) fs.writeFileSync(inState(`f${index}`), Buffer.alloc(2_000_000, 1));
		const controller = new AbortController();
		let files = 0;
		const onFile = () => {
			if (++files === 5) controller.abort();
		};
		const request = { plan: { writable: [directory([""])] }, cage, onFile, signal: controller.signal };
		await expect(seedData(request)).rejects.toMatchObject({ name: "AbortError" });
		expect(fs.existsSync(inData())).toBe(false);
		expect(fs.readdirSync(cage)).toEqual(["data"]);
		expect(await seed(directory([""]))).toMatchObject({ copied: [state] });
	});
});
