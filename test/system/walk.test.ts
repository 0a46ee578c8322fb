import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { walk } from "../../src/base/host/walk.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { temporaryFolder } from "./cagewright.ts";

/** Creates `inside` and `outside` with the same directories. The walk must only see files of `inside`. */
function trees(): string {
	const folder = temporaryFolder("walk");
	for (const [top, file] of [
		["inside", "mine"],
		["outside", "secret"],
	] as const) {
		mkdirSync(join(folder, top, "a/b"), { recursive: true });
		writeFileSync(join(folder, top, "a/b", file), "");
	}
	return folder;
}

test.each(["/a", "/a/b"])("a walk stays in its directory if that is swapped for a link after it reached %s", (at) => {
	const folder = trees();
	const seen: string[] = [];
	for (const { path } of walk(pathFromText(join(folder, "inside")), pathFromText("/"))) {
		seen.push(path);
		if (path !== at) continue;
		renameSync(join(folder, "inside/a"), join(folder, "inside/moved"));
		symlinkSync(join(folder, "outside/a"), join(folder, "inside/a"));
	}
	expect(seen).not.toContain("/a/b/secret");
	expect(seen.includes("/a/b/mine")).toBe(at === "/a/b");
});

test("a walk reports a tree that is too deep, and continues with the rest", () => {
	const folder = temporaryFolder("walk-deep");
	mkdirSync(join(folder, "d/".repeat(600)), { recursive: true });
	writeFileSync(join(folder, "z"), "");
	const walked = [...walk(pathFromText(folder), pathFromText("/"))];
	expect(walked.filter(({ error }) => error !== undefined).map(({ error }) => error)).toEqual(["ENAMETOOLONG"]);
	expect(walked.at(-1)?.path).toBe("/z");
});
