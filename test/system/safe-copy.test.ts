import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CopyRequest, copyRegularFile } from "../../src/base/host/safe-copy.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../src/base/path/path.ts";
import { eventually } from "./eventually.ts";
import { mounted } from "./scoped.ts";

let folder: Path;
const at = (name: string) => join(folder, name);
const copy = (values: Partial<CopyRequest> = {}) => copyRegularFile({ from: at("from"), to: at("to"), mode: 0o644, ...values });
const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

beforeEach(() => {
	folder = pathFromText(fs.mkdtempSync(`${tmpdir()}/cagewright-copy-`));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("a copy", () => {
	test("has content, hash, mode, owner and time", async () => {
		fs.writeFileSync(at("from"), "hello");
		fs.chmodSync(at("from"), 0o4755);
		execFileSync("touch", ["-d", "@1600000000.123", at("from")]);
		const done = await copy({ mode: 0o750, owner: { uid: 33, gid: 34 } });
		expect(done).toMatchObject({ size: 5, sha256: sha256("hello"), mtime: 1_600_000_000_123, stable: true });
		expect(fs.lstatSync(at("to"))).toMatchObject({ size: 5, mode: 0o100750, uid: 33, gid: 34 });
		expect(Math.floor(fs.lstatSync(at("to")).mtimeMs)).toBe(1_600_000_000_123);
		expect(done.copy.inode).toBe(String(fs.lstatSync(at("to")).ino));
	});

	test("keeps setuid only on request", async () => {
		fs.writeFileSync(at("from"), "");
		await copy({ mode: 0o4711, owner: { uid: 1, gid: 1 } });
		expect(fs.lstatSync(at("to")).mode & 0o7777).toBe(0o4711);
	});

	test.each([0, 1, 65_535, 1_048_575, 1_048_576, 1_048_577, 5_000_001])("of %i bytes is complete", async (size) => {
		const data = Buffer.alloc(size, "The quick brown fox");
		fs.writeFileSync(at("from"), data);
		const steps: number[] = [];
		const done = await copy({ onBytes: (bytes) => steps.push(bytes) });
		expect(done.sha256).toBe(sha256(data));
		expect(fs.readFileSync(at("to")).equals(data)).toBe(true);
		expect(steps.at(-1) ?? 0).toBe(size);
	});

	test("can have a name that is not text", async () => {
		const name = at("odd\xff\n\x1b");
		fs.writeFileSync(pathToBytes(name), "odd");
		await copy({ from: name, to: at("copy\xff"), atItsRealPath: true });
		expect(fs.readFileSync(pathToBytes(at("copy\xff")), "utf8")).toBe("odd");
	});

	test("keeps holes in the middle and at the end", async () => {
		const file = fs.openSync(at("from"), "w");
		fs.writeSync(file, "begin", 0);
		fs.writeSync(file, Buffer.alloc(100_000, 1), 0, 100_000, 20_000_000);
		fs.closeSync(file);
		fs.truncateSync(at("from"), 50_000_000);
		const done = await copy();
		expect(done.sha256).toBe(sha256(fs.readFileSync(at("from"))));
		expect(fs.statSync(at("to")).size).toBe(50_000_000);
		expect(fs.statSync(at("to")).blocks * 512).toBeLessThan(1_000_000);
		expect(execFileSync("cmp", [at("from"), at("to")]).length).toBe(0);
	});

	test("has no stamp if the source is so new that a change could be missed", async () => {
		let turn = 0;
		const copied = () => copy({ to: at(`copy-${turn++}`) });
		// A slow machine may copy so late that the source is old.
		await eventually(async () => {
			fs.writeFileSync(at("from"), "x");
			expect((await copied()).source).toBeUndefined();
		});
		await eventually(async () => expect((await copied()).source).toMatchObject({ size: "1" }));
	});
});

describe("a source that is no longer a file", () => {
	test("is reported as gone", async () => {
		await expect(copy()).rejects.toMatchObject({ code: "source-gone", exit: 1 });
	});

	test("is refused if it is a FIFO, without waiting for a writer", async () => {
		execFileSync("mkfifo", [at("from")]);
		await expect(copy()).rejects.toMatchObject({ code: "source-not-regular", exit: 4 });
		expect(fs.existsSync(at("to"))).toBe(false);
	});

	test("is refused if it is a link or directory", async () => {
		fs.symlinkSync("/etc/shadow", at("from"));
		await expect(copy()).rejects.toMatchObject({ code: "source-is-link", exit: 4 });
		fs.mkdirSync(at("dir"));
		await expect(copy({ from: at("dir") })).rejects.toMatchObject({ code: "source-not-regular" });
		expect(fs.existsSync(at("to"))).toBe(false);
	});

	test("is refused below a directory that was swapped for a link", async () => {
		fs.mkdirSync(at("app"));
		fs.mkdirSync(at("secret"));
		fs.writeFileSync(at("app/key"), "public");
		fs.writeFileSync(at("secret/key"), "secret");
		fs.renameSync(at("app"), at("moved"));
		fs.symlinkSync("secret", at("app"));
		await expect(copy({ from: at("app/key"), atItsRealPath: true })).rejects.toMatchObject({ code: "source-moved", exit: 4 });
		expect(fs.existsSync(at("to"))).toBe(false);
	});

	test("is refused if it is a kernel file that claims to be empty", async () => {
		await expect(copy({ from: "/proc/version" as Path })).rejects.toMatchObject({ code: "source-of-kernel", exit: 2 });
	});
});

describe("a source that changes during the copy", () => {
	test("is copied in its first state if it grows", async () => {
		const before = Buffer.alloc(8_000_000, "log line\n");
		fs.writeFileSync(at("from"), before);
		const done = await copy({ onBytes: () => fs.appendFileSync(at("from"), Buffer.alloc(2_000_000, "more")) });
		expect(done).toMatchObject({ size: 8_000_000, sha256: sha256(before), source: undefined, stable: true });
		expect(fs.statSync(at("from")).size).toBeGreaterThan(8_000_000);
	});

	test("is an error if it shrinks, and nothing is left", async () => {
		fs.writeFileSync(at("from"), Buffer.alloc(8_000_000, 1));
		let size = 6_000_000;
		const shrink = () => {
			size -= 50_000;
			fs.truncateSync(at("from"), Math.max(size, 0));
		};
		await expect(copy({ onBytes: shrink })).rejects.toMatchObject({ code: "source-changed" });
		expect(fs.existsSync(at("to"))).toBe(false);
	});

	test("is read again if it was rewritten once", async () => {
		fs.writeFileSync(at("from"), Buffer.alloc(4_000_000, 1));
		let once = true;
		const rewrite = () => {
			if (once) fs.writeFileSync(at("from"), Buffer.alloc(4_000_000, 2));
			once = false;
		};
		const done = await copy({ onBytes: rewrite });
		expect(done.sha256).toBe(sha256(Buffer.alloc(4_000_000, 2)));
	});

	test("is an error or accepted with a notice if it is rewritten all the time", async () => {
		fs.writeFileSync(at("from"), Buffer.alloc(4_000_000, 1));
		let value = 1;
		const rewrite = () => {
			const file = fs.openSync(at("from"), "r+");
			fs.writeSync(file, Buffer.alloc(10, value++), 0, 10, 0);
			fs.closeSync(file);
		};
		await expect(copy({ onBytes: rewrite })).rejects.toMatchObject({ code: "source-changed" });
		expect(fs.existsSync(at("to"))).toBe(false);
		expect(await copy({ onBytes: rewrite, onChange: "accept" })).toMatchObject({ stable: false, source: undefined });
	});
});

describe("a destination", () => {
	test("is not overwritten, not even a link", async () => {
		fs.writeFileSync(at("from"), "new");
		fs.writeFileSync(at("old"), "old");
		fs.symlinkSync("old", at("to"));
		await expect(copy()).rejects.toMatchObject({ code: "cannot-write", values: { error: "EEXIST" } });
		await expect(copy({ to: at("old") })).rejects.toMatchObject({ code: "cannot-write" });
		expect(fs.readFileSync(at("old"), "utf8")).toBe("old");
		expect(fs.lstatSync(at("to")).isSymbolicLink()).toBe(true);
	});
});

test.runIf(fs.existsSync("/usr/sbin/mkfs.xfs"))(
	"blocks are shared if the file system can, and otherwise this is tried only once",
	async () => {
		fs.writeFileSync(at("from"), Buffer.alloc(4_000_000, 1));
		const reflinks = new Set<bigint>();
		await copy({ reflinks });
		const here = fs.statSync(at("from"), { bigint: true }).dev;
		fs.writeFileSync(at("disk"), "");
		fs.truncateSync(at("disk"), 400_000_000);
		execFileSync("mkfs.xfs", ["-q", at("disk")]);
		fs.mkdirSync(at("xfs"));
		using _disk = mounted(at("xfs"), "-o", "loop", at("disk"));
		fs.writeFileSync(at("xfs/from"), Buffer.alloc(4_000_000, 2));
		fs.chmodSync(at("xfs/from"), 0o4755);
		const there = new Set<bigint>();
		const done = await copy({
			from: at("xfs/from"),
			to: at("xfs/to"),
			mode: 0o640,
			owner: { uid: 5, gid: 6 },
			reflinks: there,
		});
		expect(done).toMatchObject({ size: 4_000_000, sha256: sha256(Buffer.alloc(4_000_000, 2)), stable: true });
		expect(there.size).toBe(0);
		expect(fs.lstatSync(at("xfs/to"))).toMatchObject({ mode: 0o100640, uid: 5, gid: 6, size: 4_000_000 });
		expect(execFileSync("filefrag", ["-v", at("xfs/to")], { encoding: "utf8" })).toContain("shared");
		expect(reflinks.size === 0 || reflinks.has(here)).toBe(true);
	},
);
