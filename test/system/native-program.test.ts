import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nativeProgram, programFolder } from "../../src/base/host/release.ts";
import { initData } from "../../src/launch/programs/init.ts";
import { temporaryFolder } from "./cagewright.ts";

/** Bytes of the ELF header and four program headers. */
const headers = 64 + 4 * 56;
const folder = temporaryFolder("native");
/** Another name for each program, because the last one may still run. */
let written = 0;
function write(program: Buffer): string {
	const file = join(folder, `program-${++written}`);
	writeFileSync(file, program, { mode: 0o755 });
	return file;
}

/** Loaded segments as binutils reads them. */
function segments(program: Buffer): { flags: string; offset: number; address: number; size: number; memory: number }[] {
	const { stderr, stdout } = spawnSync("readelf", ["-lhW", write(program)], { encoding: "utf8" });
	expect(stderr).toBe("");
	expect(stdout).toMatch(/^ {2}Number of section headers: +0$/m);
	const pattern = /^ {2}LOAD +0x(\w+) 0x(\w+) 0x\w+ 0x(\w+) 0x(\w+) ([RWE ]{3}) 0x(\w+)$/gm;
	return [...stdout.matchAll(pattern)].map(([, ...fields]) => {
		const [offset = 0, address = 0, size = 0, memory = 0, , align = 0] = fields.map((field) => Number.parseInt(field, 16));
		expect(offset % align).toBe(address % align);
		return { flags: fields[4] ?? "", offset, address, size, memory };
	});
}

test("appended data is all of a program's last segment, and the rest stays", () => {
	const bare = nativeProgram("init");
	const before = segments(bare);
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 1, maxLength: 200_000 }), (data) => {
			const program = nativeProgram("init", data);
			const [last, ...others] = segments(program).reverse();
			expect(last).toMatchObject({ flags: "R  ", size: data.length, memory: data.length });
			expect(program.subarray(last?.offset).equals(data)).toBe(true);
			expect(others.reverse()).toEqual(before.slice(0, -1));
			// Behind the headers.
			expect(program.subarray(headers, last?.offset).equals(bare.subarray(headers, last?.offset))).toBe(true);
		}),
		{ numRuns: 20 },
	);
});

test("data behind what a program reads does not change what it does", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 100_000 }), fc.integer({ min: 0, max: 124 }), (rest, status) => {
			const program = write(nativeProgram("init", Buffer.concat([initData(), rest])));
			expect(spawnSync(program, ["/", "/bin/sh", "-c", `exit ${status}`]).status).toBe(status);
		}),
		{ numRuns: 20 },
	);
});

test("no segment is writable and executable, and the stack is not executable", () => {
	const listing = execFileSync("readelf", ["-lW", write(nativeProgram("init", initData()))], { encoding: "utf8" });
	expect(listing).not.toMatch(/ (RWE|.WE) /);
	expect(listing).toMatch(/GNU_STACK.* RW /);
});

test.skipIf(process.getuid?.() !== 0)("an installation on a noexec file system says so", () => {
	const copy = join(folder, "noexec");
	mkdirSync(copy);
	const script = `mount -t tmpfs -o noexec,mode=0755 tmpfs "$1" && cp -r bin dist templates package.json "$1" &&
		exec "$2" "$1/bin/cagewright.js" --lang en selftest --program "$1/escape"`;
	const words = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", copy, process.execPath];
	const { status, stderr } = spawnSync("unshare", words, { cwd: programFolder(), encoding: "utf8" });
	expect({ status, stderr }).toEqual({
		status: 3,
		stderr: `cagewright: ${copy}/dist/native/${process.arch}/escape cannot be executed. If its file system is mounted noexec, install Cagewright elsewhere; otherwise install it again.\n`,
	});
});
