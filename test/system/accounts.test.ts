import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Made, temporaryState } from "./cagewright.ts";

const make = (state: string, ...options: string[]) =>
	cagewright(["make", "demo", "--yes", "--no-selftest", "--json", ...options], { state });

describe("accounts by name", () => {
	const state = temporaryState();
	test("are in the cage without password and shell, and in the plan", async () => {
		const { json, status } = await make(state, "--account", "user:games", "--account", "mail");
		expect(status).toBe(0);
		const made = json as Made;
		expect(made.accounts.users).toEqual(expect.arrayContaining(["games", "mail"]));
		expect(made.accounts.groups).toEqual(expect.arrayContaining(["games", "mail"]));
		const passwd = readFileSync(join(made.root, "etc/passwd"), "utf8");
		expect(passwd).toMatch(/^games:x:5:\d+:[^:]*:[^:]*:\/usr\/sbin\/nologin$/m);
		expect(await cagewright(["plan", "demo"], { state })).toMatchObject({ stdout: /Accounts that you chose: user:games, mail/ });
	});
	test.runIf(isLong)("can be left out again with the next make", async () => {
		const without = (await make(state, "--without-account", "mail")).json as Made;
		expect(without.accounts.users).not.toContain("mail");
	});
	test.each([
		[["--account", "nobody-like-this"], "Unknown account 'nobody-like-this'"],
		[["--account", "0"], "Invalid account '0'"],
		[["--without-account", "root"], "Account root cannot be left out"],
		[
			["--user", "nobody", "--without-account", "user:nobody"],
			"Account nobody cannot be left out: the application starts as this account",
		],
	])("%j is refused before anything is started", async (options, said) => {
		const { status, stderr } = await make(temporaryState(), ...options);
		expect(status).toBe(2);
		expect(stderr).toContain(said);
		expect(stderr).not.toContain("\n\n");
	});
});
