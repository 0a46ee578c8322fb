import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { program } from "../system/cagewright.ts";

const said = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8" }).stderr;

test("--debug names the sources where a verb failed", () => {
	const words = ["--state", "/nonexistent", "show", "nowhere"];
	expect(said(...words)).not.toContain("    at ");
	const stack = said("--debug", ...words);
	expect(stack).toMatch(/^ {4}at .*src\/engine\/cages\.ts:\d+:\d+/m);
	expect(stack).not.toMatch(/^ {4}at .*dist\/(?!main\.js)/m);
});
