import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { removeTree } from "../../src/base/host/remove.ts";
import { join, type Path, pathFromBytes, pathFromText, pathToBytes } from "../../src/base/path/path.ts";
import { mounted, scoped } from "./scoped.ts";

let folder: Path;
const at = (name: string) => join(folder, name);

beforeEach(() => {
	folder = pathFromText(mkdtempSync(`${tmpdir()}/cagewright-remove-`));
	mkdirSync(at("tree/a/b"), { recursive: true });
	mkdirSync(at("outside"));
	writeFileSync(at("outside/file"), "keep");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a tree is removed with entries of every kind, without following links", async () => {
	symlinkSync(at("outside"), at("tree/link"));
	symlinkSync(at("outside/file"), at("tree/a/b/link"));
	writeFileSync(pathToBytes(at("tree/a/odd\xff\n")), "");
	mkdirSync(at("tree/closed"), { mode: 0 });
	execFileSync("mkfifo", [at("tree/fifo")]);
	execFileSync("mknod", [at("tree/null"), "c", "1", "3"]);
	expect(await removeTree(at("tree"))).toBe(true);
	expect(existsSync(at("tree"))).toBe(false);
	expect(readFileSync(at("outside/file"), "utf8")).toBe("keep");
	expect(await removeTree(at("tree"))).toBe(false);
});

test("a link is removed, not its target", async () => {
	symlinkSync(at("outside"), at("link"));
	await removeTree(at("link"));
	expect(existsSync(at("outside/file"))).toBe(true);
});

test("nothing is removed while something is mounted below, whatever its name", async () => {
	mkdirSync(at("tree/mount point"));
	{
		using _mount = mounted(at("tree/mount point"), "--bind", at("outside"));
		await expect(removeTree(at("tree"))).rejects.toMatchObject({
			code: "mounted-below",
			exit: 4,
			values: { mount: at("tree/mount point") },
		});
		expect(existsSync(at("tree/a/b"))).toBe(true);
	}
	await removeTree(at("tree"));
	expect(existsSync(at("outside/file"))).toBe(true);
});

test("directories that become links during a removal lead nowhere", async () => {
	const script = `while :; do rm -rf x 2>/dev/null; ln -s ${at("outside")} x 2>/dev/null; rm -f x; mkdir x 2>/dev/null; touch x/file 2>/dev/null; done`;
	for (let round = 0; round < 5; round++) {
		mkdirSync(at("tree/a"), { recursive: true });
		{
			await using _attacker = scoped(spawn("sh", ["-c", script], { cwd: at("tree/a"), stdio: "ignore" }));
			await new Promise((resolve) => setTimeout(resolve, 30));
			await removeTree(at("tree")).catch(() => undefined);
		}
		expect(readFileSync(at("outside/file"), "utf8")).toBe("keep");
		await removeTree(at("tree"));
	}
});

describe("files that root can make in its sandbox", () => {
	const flagged = (flag: string, ...names: string[]) => execFileSync("chattr", [flag, "--", ...names.map(at)]);

	test("are removed even if they are immutable or append-only", async () => {
		mkdirSync(at("tree/a/b/c/d"), { recursive: true });
		for (const name of ["tree/file", "tree/a/b/file", "tree/a/b/c/-i", "tree/a/b/c/new\nline"]) writeFileSync(at(name), "");
		symlinkSync(at("outside/file"), at("tree/a/b/link"));
		flagged("+a", "tree/a/b/file", "tree/a/b/c/d");
		flagged("+i", "tree/file", "tree/a/b/c/-i", "tree/a/b/c/new\nline", "tree/a/b/c", "tree/a/b");
		flagged("+a", "tree");
		await removeTree(at("tree"));
		expect(existsSync(at("tree"))).toBe(false);
	});

	test("are removed by name even if they are immutable", async () => {
		flagged("+i", "outside/file");
		await removeTree(at("outside/file"));
		expect(existsSync(at("outside/file"))).toBe(false);
	});

	test("are removed without changing the flags of a file to which they link", async () => {
		symlinkSync(at("outside"), at("tree/a/b/directory"));
		symlinkSync(at("outside/file"), at("tree/a/b/link"));
		flagged("+i", "outside/file", "tree/a/b");
		try {
			await removeTree(at("tree"));
			expect(execFileSync("lsattr", [at("outside/file")], { encoding: "utf8" })).toMatch(/^\S*i\S* /);
		} finally {
			flagged("-i", "outside/file");
		}
	});
});

test("a tree of 5,000 levels is removed with two descriptors", async () => {
	execFileSync("perl", ["-e", 'chdir $ARGV[0] or die; for (1 .. 5000) { mkdir "d" or die; chdir "d" or die }', at("tree")]);
	await removeTree(at("tree"));
	expect(existsSync(at("tree"))).toBe(false);
});

test("names of 255 bytes, with line breaks and invalid UTF-8, are removed at any depth", async () => {
	const odd = pathFromBytes(Buffer.from(`\n\xff\\$(x)'"-${"n".repeat(245)}`, "latin1"));
	let directory = at("tree");
	for (let level = 0; level < 8; level++) {
		directory = join(directory, odd);
		mkdirSync(pathToBytes(directory));
		writeFileSync(pathToBytes(join(directory, "\n -rf *" as Path)), "");
	}
	await removeTree(at("tree"));
	expect(existsSync(at("tree"))).toBe(false);
});
