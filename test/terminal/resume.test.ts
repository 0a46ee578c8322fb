import { execFileSync } from "node:child_process";
import { readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cagewright, temporaryFolder, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { leftovers } from "../system/processes.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { takeNames } from "./to-trial.ts";
import { atFiles, form, offered, openWizard, plannedFiles, seesChoices, sessionsOf, untilAnswered } from "./wizard-sessions.ts";

/** Leaving the wizard, and resuming. */

/** Quits with the question and resumes from the list. */
async function leaveAndGoOn(wizard: PtyProgram, state: string, sees: string | RegExp): Promise<PtyProgram> {
	wizard.press(keys.ctrlC);
	await wizard.pressAt("The session is saved", "y");
	expect((await wizard.ended).exitCode).toBe(1);
	expect((await wizard.screen()).join("")).toContain(`cagewright --state ${state} --resume demo`);
	const next = openWizard(state);
	await next.sees(offered);
	await next.pressAt("Resume demo: step", keys.enter);
	await next.sees(sees);
	await next.sees("Resumed session demo, saved just now");
	return next;
}

/** The screen without its notice. */
async function listOf(wizard: PtyProgram): Promise<string> {
	return (await wizard.screen()).slice(3, 14).join("\n");
}

describe("the wizard", () => {
	it("resumes in every step, and removes its session at the end", async () => {
		const state = temporaryState();
		let wizard = openWizard(state);
		await seesChoices(wizard);
		wizard.press(keys.enter);
		await wizard.pressAt(form, "\x1b[5~", "x");
		await wizard.pressAt(/demox/, keys.ctrlC, "y");
		await wizard.ended;
		wizard = openWizard(state, "--resume", "demox");
		await wizard.pressAt(/demox.*Start tracing/s, "\x7f", "\x1b[6~");
		await wizard.pressAt(form, keys.enter);
		await wizard.pressAt("It answers.", keys.enter);
		await wizard.pressAt(plannedFiles, "jjjj");
		await wizard.sees(/^❯ ▸ \[✓\] (?!Program)/m);
		const before = await listOf(wizard);
		wizard = await leaveAndGoOn(wizard, state, plannedFiles);
		expect(await listOf(wizard)).toBe(before);
		wizard.press(keys.enter);
		await wizard.sees("step 4/7");
		wizard = await leaveAndGoOn(wizard, state, "step 4/7");
		wizard.press(keys.escape);
		await wizard.pressAt(plannedFiles, keys.escape);
		await wizard.sees("step 2/7");
		wizard = await leaveAndGoOn(wizard, state, "step 2/7");
		// The trace is stored, so nothing starts again.
		wizard.press(keys.enter);
		await wizard.pressAt(plannedFiles, keys.enter);
		await wizard.pressAt("step 4/7", keys.enter);
		await wizard.sees("step 5/7");
		wizard = await leaveAndGoOn(wizard, state, "step 5/7");
		wizard.press(keys.enter);
		await wizard.sees("It answers from its cage");
		wizard = await leaveAndGoOn(wizard, state, "It answers from its cage");
		// The candidate was discarded, so it is built and tested again.
		wizard.press(keys.enter);
		await wizard.sees("make demo --yes");
		await takeNames(wizard);
		wizard.press(keys.enter);
		expect((await wizard.ended).exitCode).toBe(0);
		expect((await cagewright(["show", "demo", "--json"], { state })).json.generation).toBe(1);
		expect(await sessionsOf(state)).toEqual([]);
		expect(readdirSync(join(state, "sessions"))).toEqual([]);
		expect(leftovers(state)).toEqual([]);
	}, 180_000);

	it.each([
		["SIGHUP", 129],
		["SIGTERM", 143],
	] as const)("keeps its session on %s during a trace", async (signal, status) => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await untilAnswered(wizard);
		wizard.kill(signal);
		expect((await wizard.ended).exitCode).toBe(status);
		expect(leftovers(state)).toEqual([]);
		const next = openWizard(state, "--resume");
		await next.sees("step 2/7");
		await next.sees("Resumed session demo");
		if (signal !== "SIGHUP") return;
		next.press("r");
		await next.pressAt("It answers.", keys.enter);
		await next.sees(plannedFiles);
	});

	it("keeps several sessions, each for one wizard at a time", async () => {
		const state = temporaryState();
		const [first, second] = [openWizard(state), openWizard(state)];
		for (const [index, wizard] of [first, second].entries()) {
			await seesChoices(wizard);
			wizard.press(keys.enter);
			await wizard.pressAt(form, "\x1b[5~", `${index + 1}`);
			await wizard.sees(`demo${index + 1}`);
		}
		await eventually(async () => expect((await sessionsOf(state)).map(({ name }) => name).sort()).toEqual(["demo1", "demo2"]));
		const third = openWizard(state);
		await third.sees(/demo1\s+session\s+open in process \d+/);
		const shown = await third.sees(/demo2\s+session\s+open in process \d+/);
		expect(shown).toMatch(/^❯ demo[12]/m);
		third.press(keys.enter);
		await third.sees(/! Session [0-9a-f]{8} is open in process \d+/);
		const refused = await cagewright(["sessions", "remove", "demo1", "--yes"], { state });
		expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining(`process ${first.pid}`) });
		first.press(keys.ctrlC, keys.ctrlC);
		expect((await first.ended).exitCode).toBe(130);
		const fourth = openWizard(state, "--resume", "demo1");
		await fourth.sees(/demo1.*Start tracing/s);
	}, 120_000);

	it("names the process that holds a session's cage", async () => {
		const state = temporaryState();
		const wizard = await atFiles(state);
		wizard.press(keys.ctrlC, keys.ctrlC);
		await wizard.ended;
		const [held] = await sessionsOf(state);
		const other = openWizard(state);
		await other.pressAt(offered, keys.down);
		await other.pressAt(/❯ demo\s+demo/, keys.enter);
		await other.pressAt(form, keys.enter);
		await other.sees("It answers.");
		const next = openWizard(state, "--resume", held?.id ?? "");
		await next.sees(`! Process ${other.pid} is working on cage demo`);
		other.press(keys.ctrlC, "d");
		await other.ended;
		await next.pressAt(/demo\s+session\s+step 3 of 7/, keys.down);
		await next.pressAt(/^❯ demo\s+session\s+step 3 of 7/m, keys.enter);
		await next.sees(plannedFiles);
	}, 120_000);

	it("discards a session on exit and from the list", async () => {
		const state = temporaryState();
		const wizard = await atFiles(state);
		wizard.press("q");
		await wizard.pressAt(/Press d to\s+discard it/, "d");
		await wizard.ended;
		expect((await wizard.screen()).join("")).not.toContain("--resume");
		expect(await sessionsOf(state)).toEqual([]);
		const again = await atFiles(state);
		again.press(keys.ctrlC, keys.ctrlC);
		await again.ended;
		const next = openWizard(state);
		await next.pressAt(offered, "d");
		await next.pressAt("Discard session demo", "n");
		await next.pressAt(offered, "dy");
		await next.sees(/^❯ demo\s+demo/m);
		expect(await sessionsOf(state)).toEqual([]);
	}, 120_000);

	it("stores nothing for an untouched form", async () => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await seesChoices(wizard);
		wizard.press(keys.enter);
		await wizard.pressAt(form, keys.ctrlC);
		await wizard.pressAt("There are no answers to save", "y");
		await wizard.ended;
		expect(await sessionsOf(state)).toEqual([]);
	});
});

describe("a session that cannot be resumed", () => {
	it.each([
		[["--resume"], 2, "No session is saved"],
		[["--resume", "nothing"], 2, "Unknown session 'nothing'"],
	])("%s ends with a message before the terminal is taken", async (args, status, words) => {
		const wizard = openWizard(temporaryState(), ...args);
		expect((await wizard.ended).exitCode).toBe(status);
		expect((await wizard.screen()).join(" ")).toContain(words);
		expect(wizard.raw).not.toContain("\x1b[?1049h");
	});
});

describe("a session on a full disk", () => {
	it("is not reported as saved", async () => {
		const disk = temporaryFolder("full-session");
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs", disk]);
		try {
			const wizard = await atFiles(`${disk}/state`);
			wizard.press(keys.escape);
			await wizard.pressAt("step 2/7", keys.escape);
			await wizard.sees(form);
			// When the trace's files go, there would be room for the session.
			await eventually(() => expect(readdirSync(`${disk}/state/scratch`)).toEqual([]));
			writeFileSync(`${disk}/filler`, Buffer.alloc(statfsSync(disk).bavail * 4096));
			wizard.press("\x1b[5~", "x");
			await wizard.pressAt("demox", keys.ctrlC, keys.ctrlC);
			expect((await wizard.ended).exitCode).toBe(130);
			const said = (await wizard.screen()).join("");
			expect(said).toContain("You left the wizard early.");
			expect(said).toMatch(
				/The session could not be saved, so it cannot be resumed: No space left on the device for \S+\. Free some space and try again\./,
			);
			expect(said).not.toContain("To resume the session");
		} finally {
			execFileSync("umount", ["-l", disk]);
		}
	});
});
