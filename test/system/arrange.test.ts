import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { arrangeData, bringBackMissing, isToBeArranged } from "../../src/cage/host/arrange.ts";
import { separateDataName } from "../../src/cage/layout.ts";
import { bundle } from "../bundle.ts";
import { generator } from "./random.ts";

/** The place of each writable directory's state when generations change. */

let data: string;
beforeEach(() => {
	data = fs.mkdtempSync(join(tmpdir(), "cagewright-arrange-"));
});
afterEach(() => fs.rmSync(data, { recursive: true, force: true }));

const paths = (all: readonly string[]) => all.map(pathFromText);
const arrangement = (roots: readonly string[], others: readonly string[]) => ({
	data: pathFromText(data),
	roots: paths(roots),
	others: paths(others),
});
const arrange = (roots: readonly string[], others: readonly string[]) => arrangeData(arrangement(roots, others));

/** Creates state owned by an account, with a file that names its place. */
function state(path: string, uid = 65534): void {
	fs.mkdirSync(join(data, path), { recursive: true });
	for (const one of path.split("/").map((_, index, all) => all.slice(0, index + 1).join("/")))
		if (one) fs.chownSync(join(data, one), 0, 0);
	fs.chownSync(join(data, path), uid, uid);
	fs.chmodSync(join(data, path), 0o750);
	fs.writeFileSync(join(data, path, "file"), path);
}

/** Maps every file's path to its content. No content may ever be lost, wherever it is. */
function contents(): Map<string, string> {
	const found = new Map<string, string>();
	const look = (directory: string) => {
		for (const entry of fs.readdirSync(join(data, directory), { withFileTypes: true })) {
			const path = join(directory, entry.name);
			if (entry.isDirectory()) look(path);
			else if (entry.isFile()) found.set(path, fs.readFileSync(join(data, path), "utf8"));
		}
	};
	look("/");
	return found;
}
const apart = (path: string) => `/${separateDataName}${path}`;

describe("the state of a cage", () => {
	beforeEach(() => {
		state("/a");
		for (const path of ["/a/b", "/a/b/c", "/a/d"]) {
			fs.mkdirSync(join(data, path));
			fs.writeFileSync(join(data, path, "file"), path);
			fs.chownSync(join(data, path), 65534, 0);
		}
	});

	test("stays in its place while no generation mounts a directory above it", async () => {
		for (const others of [[], ["/a"], ["/a/b"], ["/other"]])
			expect(await isToBeArranged(arrangement(["/a"], others))).toBe(false);
		expect(await isToBeArranged(arrangement(["/x/y"], ["/x"]))).toBe(false);
	});

	test("of a narrower directory moves below directories of root, and the rest waits apart until a wider one is mounted again", async () => {
		const inode = fs.lstatSync(join(data, "/a")).ino;
		expect(await isToBeArranged(arrangement(["/a/b"], ["/a"]))).toBe(true);
		await arrange(["/a/b"], ["/a"]);
		expect(fs.lstatSync(join(data, "/a"))).toMatchObject({ uid: 0, gid: 0, mode: 0o40755 });
		expect(fs.lstatSync(join(data, "/a/b"))).toMatchObject({ uid: 65534 });
		expect([...contents().keys()].sort()).toEqual([apart("/a/d/file"), apart("/a/file"), "/a/b/c/file", "/a/b/file"]);
		expect(fs.lstatSync(join(data, separateDataName)).mode).toBe(0o40700);
		expect(await isToBeArranged(arrangement(["/a/b"], ["/a"]))).toBe(false);
		await arrange(["/a"], ["/a/b"]);
		expect(fs.lstatSync(join(data, "/a"))).toMatchObject({ uid: 65534, mode: 0o40750, ino: inode });
		expect([...contents().keys()].sort()).toEqual(["/a/b/c/file", "/a/b/file", "/a/d/file", "/a/file"]);
		expect(fs.readdirSync(data)).toEqual(["a"]);
	});

	test.each([
		["a narrower directory", ["/a/b"]],
		["a much narrower one", ["/a/b/c"]],
		["one after the other", ["/a/b", "/a/b/c"]],
		["one after the other, and back", ["/a/b", "/a/b/c", "/a/b"]],
	])("that is completely in %s keeps the wider directory's owner and mode", async (_, narrower) => {
		for (const path of ["/a/file", "/a/d/file", "/a/d", "/a/b/file"])
			fs.rmSync(join(data, path), { recursive: true, force: true });
		fs.chownSync(join(data, "/a/b"), 65534, 7);
		fs.chmodSync(join(data, "/a/b"), 0o700);
		const before = ["/a", "/a/b"].map((path) => fs.lstatSync(join(data, path)).ino);
		const others = ["/a", "/a/b", "/a/b/c"];
		for (const root of narrower) await arrange([root], others);
		await arrange(["/a"], others);
		expect(["/a", "/a/b"].map((path) => fs.lstatSync(join(data, path)).ino)).toEqual(before);
		expect(fs.lstatSync(join(data, "/a"))).toMatchObject({ uid: 65534, mode: 0o40750 });
		expect(fs.lstatSync(join(data, "/a/b"))).toMatchObject({ uid: 65534, gid: 7, mode: 0o40700 });
		expect(fs.readdirSync(data)).toEqual(["a"]);
	});

	test("of a directory that was moved apart returns for a generation that mounts it", async () => {
		await arrange(["/a/b"], ["/a"]);
		await bringBackMissing(pathFromText(data), paths(["/a/d"]));
		expect(fs.readFileSync(join(data, "/a/d/file"), "utf8")).toBe("/a/d");
		await arrange(["/a/d"], ["/a", "/a/b"]);
		await arrange(["/a"], ["/a/b", "/a/d"]);
		expect([...contents().keys()].sort()).toEqual(["/a/b/c/file", "/a/b/file", "/a/d/file", "/a/file"]);
	});

	test("in two places with one name is lost in neither", async () => {
		await arrange(["/a/b"], ["/a"]);
		fs.writeFileSync(join(data, "/a/file"), "an administrator's");
		const before = contents();
		await expect(arrange(["/a"], ["/a/b"])).rejects.toMatchObject({ code: "data-twice", exit: 4 });
		expect([...contents().values()].sort()).toEqual([...before.values()].sort());
		fs.rmSync(join(data, "/a/file"));
		await arrange(["/a"], ["/a/b"]);
		expect(fs.readFileSync(join(data, "/a/file"), "utf8")).toBe("/a");
	});

	const climbing = "../".repeat(20);
	test.each([
		["in its place", "/a/b", "/a/b", (outside: string) => outside],
		["in the middle of the path", "/a/b/c", "/a/b", (outside: string) => outside],
		["to the root of whoever follows it", "/a/b", "/a/b", (outside: string) => `/proc/1/root${outside}`],
		["that is relative and climbs", "/a/b", "/a/b", (outside: string) => `${climbing}${outside.slice(1)}`],
		["that dangles", "/a/b", "/a/b", (outside: string) => `${outside}/absent`],
		["to a file", "/a/b", "/a/b", () => "file"],
		["to another directory of its own", "/a/b", "/a/b", () => "d"],
	])("is not moved through a link %s", async (_, root, link, target) => {
		fs.rmSync(join(data, link), { recursive: true });
		const outside = fs.mkdtempSync(join(tmpdir(), "cagewright-outside-"));
		try {
			fs.mkdirSync(join(outside, "c"));
			fs.symlinkSync(target(outside), join(data, link));
			const before = contents();
			await expect(arrange([root], ["/a"])).rejects.toMatchObject({ code: "unsafe-data", exit: 4 });
			expect(contents()).toEqual(before);
			expect(fs.readdirSync(outside)).toEqual(["c"]);
		} finally {
			fs.rmSync(outside, { recursive: true });
		}
	});
});

/** Each generation's directories. Each is wider or narrower than another one. */
const generations = [["/a"], ["/a/b"], ["/a/b/c", "/a/d"], ["/a/d"], ["/a", "/e/f"], ["/e"], ["/e/f", "/a/b"]];

describe("a kill between any two renames", () => {
	test("loses nothing, and the move can be completed for the old or the new generation", async () => {
		const random = generator(1);
		for (let round = 0; round < 8; round++) {
			fs.rmSync(data, { recursive: true, force: true });
			fs.mkdirSync(data);
			for (const path of ["/a", "/e"]) state(path);
			for (const path of ["/a/b", "/a/b/c", "/a/d", "/e/f"]) {
				fs.mkdirSync(join(data, path), { recursive: true });
				fs.writeFileSync(join(data, path, "file"), path);
			}
			const values = [...contents().values()].sort();
			let present = 0;
			await arrangeFor(0);
			for (let step = 0; step < 5; step++) {
				const next = Math.floor(random() * generations.length);
				await killed(next, Math.floor(random() * 12));
				expect([...contents().values()].sort()).toEqual(values);
				if (random() < 0.5) present = next;
				await arrangeFor(present);
				expect([...contents().values()].sort()).toEqual(values);
				for (const root of generations[present] ?? [])
					expect([root, fs.lstatSync(join(data, root)).isDirectory()]).toEqual([root, true]);
			}
			await arrangeFor(generations.length);
			const all = contents();
			for (const path of ["/a", "/a/b", "/a/b/c", "/a/d", "/e", "/e/f"]) expect(all.get(`${path}/file`)).toBe(path);
		}
		expect(kills).toBeGreaterThan(10);
	});

	let program: string;
	let kills = 0;
	beforeAll(() => {
		const folder = fs.mkdtempSync(join(tmpdir(), "cagewright-arrange-"));
		program = bundle(join(folder, "killed.mjs"), { file: "test/system/arrange-killed.ts" });
	});
	afterAll(() => fs.rmSync(dirname(program), { recursive: true }));

	/** The last generation is followed by the arrangement of the beginning. */
	const rootsOf = (index: number) => generations[index] ?? ["/a", "/e"];
	const arrangeFor = (index: number) => arrange(rootsOf(index), generations.flat());

	/** Arranges in a process that exits at its n-th rename or removal. */
	async function killed(index: number, after: number): Promise<void> {
		const request = JSON.stringify({ ...arrangement(rootsOf(index), generations.flat()), after });
		const [status, signal] = await once(spawn(process.execPath, [program, request], { stdio: "inherit" }), "exit");
		expect([status, signal]).toEqual(signal === null ? [0, null] : [null, "SIGKILL"]);
		if (signal !== null) kills++;
	}
});
