import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "./cagewright.ts";
import { mounted } from "./scoped.ts";
import { differences, type Scope, snapshot } from "./snapshot.ts";

function example(): string {
	const folder = temporaryFolder("snapshot");
	mkdirSync(`${folder}/directory`);
	writeFileSync(`${folder}/file`, "as it was");
	symlinkSync("file", `${folder}/link`);
	execFileSync("mkfifo", [`${folder}/fifo`]);
	execFileSync("mknod", [`${folder}/null`, "c", "1", "3"]);
	return folder;
}

function changesOf(folder: string, work: () => void, scope: Partial<Scope> = {}): string[] {
	const look = () => snapshot({ root: folder, places: ["/"], ...scope });
	const before = look();
	work();
	return differences(before, look()).map((line) => line.replace(/ \(.*$/, ""));
}

test.each([
	["a new file", "new: /new", (folder: string) => writeFileSync(`${folder}/new`, "")],
	["a missing file", "gone: /fifo", (folder: string) => rmSync(`${folder}/fifo`)],
	["another mode", "changed: /directory", (folder: string) => chmodSync(`${folder}/directory`, 0o700)],
	["another target", "changed: /link", (folder: string) => execFileSync("ln", ["-sfn", "null", `${folder}/link`])],
	["another content", "changed: /file", (folder: string) => writeFileSync(`${folder}/file`, "as it is!")],
	["the same content in another file", "changed: /file", (folder: string) => replace(`${folder}/file`)],
	["an extended attribute", "changed: /file", (folder: string) => execFileSync("setcap", ["cap_chown+p", `${folder}/file`])],
	["a regular file in place of a device", "changed: /null", (folder: string) => replace(`${folder}/null`)],
	[
		"another device",
		"changed: /null",
		(folder: string) => execFileSync("sh", ["-c", `rm ${folder}/null; mknod ${folder}/null c 1 5`]),
	],
])("a snapshot notices %s", (_, expected, change) => {
	const folder = example();
	expect(changesOf(folder, () => change(folder))).toEqual([expected]);
});

/** As a program does that writes a new file and renames it. */
function replace(path: string): void {
	execFileSync("sh", ["-c", 'printf "as it was" >"$1.new" && mv "$1.new" "$1"', "sh", path]);
}

test("contents are the same if a file was replaced by a copy or touched, but not if it contains something else", () => {
	const folder = example();
	const both = () => {
		replace(`${folder}/file`);
		utimesSync(`${folder}/file`, 1, 1);
	};
	expect(changesOf(folder, both, { by: "content" })).toEqual([]);
	expect(changesOf(folder, () => writeFileSync(`${folder}/file`, "as it is!"), { by: "content" })).toEqual(["changed: /file"]);
});

test("a file whose name is not UTF-8 is part of a snapshot", () => {
	const folder = example();
	expect(changesOf(folder, () => writeFileSync(Buffer.from(`${folder}/\xff`, "latin1"), ""))).toEqual(["new: /\xff"]);
});

test("a snapshot notices mounts and processes, and does not enter another file system", () => {
	const folder = example();
	using _mount = mounted(`${folder}/directory`, "-t", "tmpfs", "tmpfs");
	writeFileSync(`${folder}/directory/elsewhere`, "");
	expect(statSync(`${folder}/directory/elsewhere`).isFile()).toBe(true);
	const found = [...snapshot({ root: folder, places: ["/"], pid: process.pid }).keys()];
	expect(found).not.toContain("/directory/elsewhere");
	expect(found).toContainEqual(expect.stringMatching(`^mount ${folder}/directory \\d+$`));
	expect(found).toContain(`process ${process.pid}`);
});
