import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { headOf, mostBytes } from "../../src/wizard/state/file-head.ts";
import { readHead } from "../../src/wizard/verbs/chooser.ts";

const folder = mkdtempSync(join(tmpdir(), "cagewright-head-"));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, name);
const path = (name: string) => pathFromText(place(name));

test("a text is shown by lines, and its end is said to be missing if it is long", async () => {
	writeFileSync(place("text"), "first\nsecönd\n");
	expect(await readHead(path("text"))).toMatchObject({ lines: ["first", "secönd"], isBinary: false, isCut: false, size: 14 });
	writeFileSync(place("long"), "x".repeat(mostBytes + 1));
	expect(await readHead(path("long"))).toMatchObject({ isCut: true, size: mostBytes + 1 });
	expect(headOf(path("lines"), "\n".repeat(5000), 5000)).toMatchObject({ isCut: true, lines: { length: 1000 } });
});

test("a binary file is shown by its texts", () => {
	expect(headOf(path("x"), "\x7fELF\0\0/lib/ld.so\0\x01abc\0version 7", 40)).toMatchObject({
		isBinary: true,
		lines: ["/lib/ld.so", "version 7"],
	});
});

test("a FIFO, a device, a directory and a link are refused at once", async () => {
	execFileSync("mkfifo", [place("fifo")]);
	symlinkSync("/etc/passwd", place("link"));
	for (const one of [path("fifo"), path("link"), pathFromText("/dev/zero"), pathFromText(folder), path("absent")])
		await expect(readHead(one)).rejects.toMatchObject({ code: "file-not-shown" });
});
