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

test.each([
	"check --nagios",
	"check --nagios --bogus",
	"check one --nagios --accept x",
	"check --nagios --all --lang xx",
	"--state /etc/passwd check --all --nagios",
	"--state /nonexistent check one --nagios",
])("every error of a monitored check is UNKNOWN on stdout: %s", (words) => {
	const { status, stderr, stdout } = spawnSync(process.execPath, [program].concat(words.split(" ")), { encoding: "utf8" });
	expect({ status, stderr, stdout }).toEqual({
		status: 3,
		stderr: "",
		stdout: expect.stringMatching(/^CAGEWRIGHT UNKNOWN - [^\n]+\n$/),
	});
});

test("a word of another command does not make a check a monitored one", () => {
	const { status, stdout } = spawnSync(process.execPath, [program, "check", "--", "--nagios"], { encoding: "utf8" });
	expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
});

const outcome = (words: string, env = {}) => {
	const options = { encoding: "utf8", env: { ...process.env, CAGEWRIGHT_STATE: undefined, ...env } } as const;
	const { status, stderr } = spawnSync(process.execPath, [program].concat(words.split(" ")), options);
	return { status, stderr };
};
const absent = "cagewright: State folder /nonexistent contains no cage. Check the path, or choose another folder with --state.\n";

test.each(["check --all", "update --all --yes"])("%s fails if the named state folder does not exist", (words) => {
	expect(outcome(`--state /nonexistent ${words}`)).toEqual({ status: 2, stderr: absent });
	expect(outcome(words, { CAGEWRIGHT_STATE: "/nonexistent" })).toEqual({ status: 2, stderr: absent });
});

test("an absent state folder has no cages to list", () => {
	expect(outcome("--state /nonexistent list")).toEqual({ status: 0, stderr: "" });
});

test.each(["list", "check --all", "update --all"])("%s refuses a file as the state folder", (words) => {
	expect(outcome(`--state /etc/passwd ${words}`)).toEqual({ status: 2, stderr: expect.stringContaining("/etc/passwd") });
});
