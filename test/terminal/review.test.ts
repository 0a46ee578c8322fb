import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { patience } from "../system/eventually.ts";
import { preparedDemo } from "../system/prepared.ts";
import { leftovers } from "../system/processes.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { atFiles, finish, leave, plannedFiles, save } from "./wizards.ts";

/** Accounts, review and build on a terminal, and the result on disk. */

function temporary(): string {
	const folder = fs.mkdtempSync("/srv/cagewright-review-");
	onTestFinished(() => fs.rmSync(folder, { recursive: true }));
	return folder;
}

/** Resumes a prepared session of the demonstration and goes to its accounts. */
async function atAccountsOfDemo(state: string, size?: { columns: number; rows: number }): Promise<PtyProgram> {
	const wizard = await atFiles(state, size);
	await wizard.pressAt(plannedFiles, keys.enter);
	await wizard.sees(/\d+ kept, \d+ left out/);
	return wizard;
}

describe("the accounts", () => {
	it.runIf(isLong)("can be searched, added and left out at every size, and end up in the cage's files", async () => {
		const state = temporaryState();
		const wizard = await atAccountsOfDemo(state);
		// One read contains all keys, as over a slow line.
		wizard.press("/games", keys.enter, " ");
		await wizard.sees(/❯ \[✓\] {3}games:x:/);
		await wizard.seesAt(60, 15, /❯ \[✓\] {3}games:x:/);
		expect(await wizard.seesAt(200, 60, "In the cage")).toMatch(/games:x:.* │ games:x:/);
		wizard.resize(80, 24);
		await wizard.pressAt(/❯ \[✓\] {3}games:x:/, "/\x15nobody", keys.enter, " ");
		await wizard.pressAt("the application starts as this account", keys.tab, "/", "\x15", keys.enter);
		await wizard.pressAt("[group]", "/\x15games", keys.enter, " ");
		await wizard.pressAt(/Leave out games\?.*\(y\/n\)/, "y");
		await wizard.pressAt(/❯ \[ \] - games:x:/, keys.enter);
		await wizard.pressAt("step 5/7", keys.enter);
		await wizard.sees("It answers from its cage");
		wizard.press(keys.enter);
		await save(wizard);
		await wizard.sees("make demo");
		await finish(wizard);
		const etc = join(state, "cages/demo/generations/1/etc");
		expect(fs.readFileSync(join(etc, "passwd"), "utf8")).toMatch(/^games:x:5:60:[^:]*:[^:]*:\/usr\/sbin\/nologin$/m);
		expect(fs.readFileSync(join(etc, "group"), "utf8")).not.toContain("games");
		expect((await wizard.screen()).join("")).toContain("--account user:games --without-account group:games");
		const record = fs.readFileSync(join(state, "cages/demo/record.md"), "utf8");
		expect(record).toMatch(/`games` \| 5 \| 60 \| chosen by the administrator/);
		expect(leftovers(state)).toEqual([]);
	});
});

describe("the review", () => {
	it.runIf(isLong)("shows the dry run, and is written to the given path", async () => {
		const state = temporaryState();
		const folder = temporary();
		const wizard = await atAccountsOfDemo(state, { columns: 200, rows: 60 });
		wizard.press(keys.enter);
		await wizard.sees(/Existing cage ─+\n +none/);
		wizard.press("d");
		const shown = await wizard.sees("make --dry-run");
		const { stdout } = await cagewright(["make", "demo", "--dry-run"], { state });
		const words = (text: string) => text.replace(/\s+/g, " ");
		for (const line of stdout.trimEnd().split("\n")) expect(words(shown)).toContain(words(line).trim());
		wizard.press(keys.escape);
		await wizard.seesAt(60, 15, /Warnings ─+/);
		await wizard.seesAt(80, 24, "Build and test this cage?");
		const file = join(folder, "demo.txt");
		wizard.press("s", "\x15", file, keys.enter);
		await wizard.sees(/Only its owner can\s+read it/);
		expect(fs.statSync(file).mode & 0o777).toBe(0o600);
		const text = fs.readFileSync(file, "utf8");
		expect(text).toMatch(/^Review of the cage demo$/m);
		for (const part of ["Permissions", "Disk space", "Files", "Accounts"]) expect(text).toContain(`\n${part}\n`);
		wizard.press("s", "\x15", file, keys.enter);
		await wizard.sees(/already\s+exists/);
		const target = join(folder, "target");
		fs.symlinkSync(target, join(folder, "link"));
		wizard.press("\x15", join(folder, "link"), keys.enter);
		await wizard.sees(/link\s+already/);
		expect(fs.readdirSync(folder).sort()).toEqual(["demo.txt", "link"]);
		expect(fs.readFileSync(file, "utf8")).toBe(text);
		wizard.press(keys.escape);
		await leave(wizard, state);
	});
});

/** Large enough that a key can be pressed while it is copied. Sparse, so it takes no disk space. */
function bulk(): string {
	const folder = temporary();
	fs.mkdirSync(join(folder, "data"));
	for (let number = 0; number < 8; number++) {
		fs.writeFileSync(join(folder, "data", `part-${number}`), "");
		fs.truncateSync(join(folder, "data", `part-${number}`), 1 << 30);
	}
	return join(folder, "data");
}

async function building(wizard: PtyProgram): Promise<void> {
	wizard.press(keys.escape);
	await wizard.pressAt("step 3/7", "+", bulk(), keys.enter);
	await wizard.pressAt(/8\.\d GB/, keys.enter);
	await wizard.pressAt("step 4/7", keys.enter);
	await wizard.pressAt("step 5/7", keys.enter);
	await wizard.sees(/▸ copying files[\s\S]*\d+ %/);
}

const generations = (state: string, name: string) => {
	try {
		return fs.readdirSync(join(state, "cages", name, "generations")).sort();
	} catch {
		return [];
	}
};

describe("a build", () => {
	it.runIf(isLong)("shows its progress at every size, and can be stopped and restarted", async () => {
		const state = temporaryState();
		const wizard = await atAccountsOfDemo(state);
		await building(wizard);
		await wizard.seesAt(60, 15, /copying files[\s\S]*\d+ %/);
		wizard.resize(200, 60);
		await wizard.pressAt(/○ auditing/, keys.escape);
		await wizard.sees("The build was stopped and removed.");
		await expect.poll(() => fs.readdirSync(join(state, "cages/demo")), { timeout: patience }).toEqual(["lock"]);
		await expect.poll(() => leftovers(state), { timeout: patience }).toEqual([]);
		// Leave the large file out again.
		wizard.press("3");
		await wizard.pressAt("step 3/7", "u");
		// The earlier plan is shown at once; a key that comes too early is reported.
		await expect
			.poll(
				async () => {
					wizard.press(keys.enter);
					await new Promise((resolve) => setTimeout(resolve, 300));
					return (await wizard.screen()).join("\n");
				},
				{ timeout: patience },
			)
			.toContain("step 5/7");
		wizard.press(keys.enter);
		await wizard.sees("It answers from its cage");
		await leave(wizard);
		expect(generations(state, "demo")).toEqual([]);
		await expect.poll(() => leftovers(state), { timeout: patience }).toEqual([]);
	});

	it("leaves nothing behind on Ctrl-C twice, and the existing cage unchanged", async () => {
		const state = temporaryState();
		await preparedDemo(state);
		const before = await cagewright(["show", "demo", "--json"], { state });
		const wizard = await atAccountsOfDemo(state);
		await building(wizard);
		await leave(wizard, state);
		expect(generations(state, "demo")).toEqual(["1"]);
		const after = await cagewright(["show", "demo", "--json"], { state });
		expect(after.json).toEqual(before.json);
		expect((await cagewright(["check", "demo"], { state })).status).toBe(0);
	});
});
