import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { stateFolder } from "../../src/cli/arguments.ts";
import { program } from "../system/cagewright.ts";

/** An empty variable of a script must not select the current directory as the state folder. */

afterEach(() => void vi.unstubAllEnvs());

test("an empty variable counts as unset", () => {
	vi.stubEnv("CAGEWRIGHT_STATE", undefined);
	vi.stubEnv("XDG_STATE_HOME", undefined);
	const usual = stateFolder(undefined);
	vi.stubEnv("CAGEWRIGHT_STATE", "");
	vi.stubEnv("XDG_STATE_HOME", "");
	expect(stateFolder(undefined)).toBe(usual);
});

test("a relative XDG_STATE_HOME is ignored, as the specification requires", () => {
	vi.stubEnv("CAGEWRIGHT_STATE", undefined);
	vi.stubEnv("XDG_STATE_HOME", "state");
	vi.spyOn(process, "getuid").mockReturnValue(1000);
	expect(stateFolder(undefined)).toBe(`${homedir()}/.local/state/cagewright`);
});

test("--debug names the sources where a verb failed", () => {
	const said = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8" }).stderr;
	const words = ["--state", "/nonexistent", "show", "nowhere"];
	expect(said(...words)).not.toContain("    at ");
	const stack = said("--debug", ...words);
	expect(stack).toMatch(/^ {4}at .*src\/cage\/engine\/cages\.ts:\d+:\d+/m);
	expect(stack).not.toMatch(/^ {4}at .*dist\/(?!main\.js)/m);
});
