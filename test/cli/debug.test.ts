import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { program } from "../system/cagewright.ts";

const said = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8" }).stderr;

test.each([["show"], ["check"]])("--debug names the sources where %s failed", (verb) => {
	const state = ["--state", "/nonexistent"];
	expect(said(...state, verb, "nowhere")).not.toContain("    at ");
	const stack = said("--debug", ...state, verb, "nowhere");
	expect(stack).toMatch(/^ {4}at .*src\/engine\/cages\.ts:\d+:\d+/m);
	expect(stack).not.toMatch(/^ {4}at .*dist\/(?!main\.js)/m);
});
