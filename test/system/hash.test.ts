import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hashFiles } from "../../src/base/host/hash.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../src/base/path/path.ts";
import { temporaryFolder } from "./cagewright.ts";

const folder = pathFromText(temporaryFolder("hash"));
const at = (name: string) => join(folder, name as Path);
const file = (name: string, size: number) => {
	const content = randomBytes(size);
	writeFileSync(pathToBytes(at(name)), content);
	return [at(name), createHash("sha256").update(content).digest("hex")] as const;
};

test("many files are hashed in order, and other kinds of file are skipped without waiting", async () => {
	const sizes = [0, 1, 1_048_575, 1_048_576, 1_048_577, 5_000_000];
	const files = [...sizes.map((size) => file(`of ${size}`, size)), file("odd\xff\n", 10)];
	const small = Array.from({ length: 100 }, (_, number) => file(`small ${number}`, number * 100));
	mkdirSync(at("folder"));
	symlinkSync(at("of 1"), at("link"));
	execFileSync("mkfifo", [at("fifo")]);
	const others = ["folder", "link", "fifo", "nothing"].map((name) => [at(name), undefined] as const);
	for (const all of [
		[...files, ...others],
		[...files, ...others, ...small],
	]) {
		expect(await hashFiles(all.map(([path]) => path))).toEqual(all.map(([, hash]) => hash));
	}
});

test("hashing can be cancelled", async () => {
	const paths = Array.from({ length: 64 }, (_, number) => file(`large ${number}`, 1_000_000)[0]);
	const controller = new AbortController();
	const hashing = hashFiles([...paths, ...paths, ...paths], controller.signal);
	controller.abort(new Error("enough"));
	await expect(hashing).rejects.toThrow("enough");
});
