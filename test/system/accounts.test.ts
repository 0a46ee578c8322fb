import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cagewright, temporaryState } from "./cagewright.ts";

const make = async (state: string, ...options: string[]) => {
	const { json, ...rest } = await cagewright(["make", "demo", "--yes", "--no-selftest", "--json", ...options], { state });
	return { ...rest, made: json as unknown as { root: string; accounts: { users: string[]; groups: string[] } } };
};

describe("accounts by name", () => {
	test("are known in the cage without password and shell, stay there with the cage, and can be left out again", async () => {
		const state = temporaryState();
		const { made, status } = await make(state, "--account", "user:games", "--account", "mail");
		expect(status).toBe(0);
		expect(made.accounts.users).toEqual(expect.arrayContaining(["games", "mail"]));
		expect(made.accounts.groups).toEqual(expect.arrayContaining(["games", "mail"]));
		const passwd = readFileSync(join(made.root, "etc/passwd"), "utf8");
		expect(passwd).toMatch(/^games:x:5:\d+:[^:]*:[^:]*:\/usr\/sbin\/nologin$/m);
		const shown = await cagewright(["plan", "demo"], { state });
		expect(shown.stdout).toContain("Accounts that you chose: user:games, mail");
		expect((await make(state, "--without-account", "mail")).made.accounts.users).not.toContain("mail");
	});
	test.each([
		[["--account", "nobody-like-this"], "account nobody-like-this on this machine"],
		[["--account", "0"], "names no account"],
		[["--without-account", "root"], "root is not left out"],
		[["--user", "nobody", "--without-account", "user:nobody"], "nobody is what the application is started as"],
	])("%j is refused before anything is started", async (options, said) => {
		const { status, stderr } = await make(temporaryState(), ...options);
		expect(status).toBe(2);
		expect(stderr).toContain(said);
		expect(stderr).not.toContain("\n\n");
	});
});
