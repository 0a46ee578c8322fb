import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { otherState, ownStateFolders, stateFolder } from "../../src/cli/arguments.ts";

/** The state folder of an account without a usable home. */

function noEntry(): never {
	throw Object.assign(new Error("A system error occurred: uv_os_get_passwd returned ENOENT"), { code: "ERR_SYSTEM_ERROR" });
}

const entry = (homedir: string) => ({ homedir, username: "ann", uid: 1000, gid: 1000, shell: "/bin/sh" });

beforeEach(() => {
	vi.spyOn(process, "getuid").mockReturnValue(1000);
	for (const name of ["CAGEWRIGHT_STATE", "XDG_STATE_HOME", "HOME"]) vi.stubEnv(name, undefined);
	accountIs(() => entry("/home/ann"));
});

afterEach(() => {
	vi.unstubAllEnvs();
	vi.restoreAllMocks();
	syncBuiltinESMExports();
});

function accountIs(read: () => ReturnType<typeof entry>): void {
	vi.spyOn(os, "userInfo").mockImplementation(read as typeof os.userInfo);
	syncBuiltinESMExports();
}

test.each([undefined, "", "home"])("HOME as %j is not used", (home) => {
	vi.stubEnv("HOME", home);
	expect(stateFolder(undefined)).toBe("/home/ann/.local/state/cagewright");
});

test("HOME comes before the account's own home", () => {
	vi.stubEnv("HOME", "/srv/ann");
	expect(stateFolder(undefined)).toBe("/srv/ann/.local/state/cagewright");
	expect(otherState(undefined)).toBeUndefined();
});

test.each(["no entry", "", "home"])("without a home (%j), the state folder must be named", (home) => {
	accountIs(() => (home === "no entry" ? noEntry() : entry(home)));
	expect(() => stateFolder(undefined)).toThrow(expect.objectContaining({ code: "no-home", exit: 2 }));
	expect(stateFolder("/srv/state")).toBe("/srv/state");
	expect(otherState("/srv/state")).toBe("/srv/state");
	expect(ownStateFolders("/srv/state")).toEqual(["/srv/state"]);
	vi.stubEnv("CAGEWRIGHT_STATE", "/srv/other");
	expect(stateFolder(undefined)).toBe("/srv/other");
	expect(ownStateFolders("/srv/state")).toEqual(["/srv/state", "/srv/other"]);
});
