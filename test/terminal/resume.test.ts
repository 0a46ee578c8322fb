import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { isLong } from "../long.ts";
import { cagewright, temporaryFolder, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { fillDisk } from "../system/fill-disk.ts";
import { leftovers } from "../system/processes.ts";
import { mounted } from "../system/scoped.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { atFiles, form, leave, offered, openWizard, plannedFiles, sessionAtFiles, sessionsOf, untilAnswered } from "./wizards.ts";

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
	it("resumes at its files with everything that was decided, also after a step back", async () => {
		const state = temporaryState();
		let wizard = await atFiles(state);
		wizard.press("jjjj");
		await wizard.sees(/^❯ ▸ \[✓\] (?!Program)/m);
		const before = await listOf(wizard);
		wizard = await leaveAndGoOn(wizard, state, plannedFiles);
		expect(await listOf(wizard)).toBe(before);
		wizard.press(keys.enter);
		await wizard.pressAt("step 4/7", keys.escape);
		await wizard.pressAt(plannedFiles, keys.escape);
		// The trace is stored, so nothing starts again.
		await wizard.pressAt("step 2/7", keys.enter);
		await wizard.sees(plannedFiles);
		await leave(wizard, state);
	});

	it.runIf(isLong)("keeps its session on SIGHUP during a trace", async () => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await untilAnswered(wizard);
		wizard.kill("SIGHUP");
		expect((await wizard.ended).exitCode).toBe(129);
		expect(leftovers(state)).toEqual([]);
		const next = openWizard(state, ["--resume"]);
		await next.sees("step 2/7");
		await next.sees("Resumed session demo");
	});

	it.runIf(isLong)("keeps several sessions, each for one wizard at a time", async () => {
		const state = temporaryState();
		const edit = async (wizard: PtyProgram, name: string) => {
			await wizard.pressAt(form, "\x1b[5~", name.slice("demo".length));
			await wizard.sees(name);
		};
		const first = openWizard(state);
		await first.sees(/demo\s+Demonstration/);
		first.press(keys.enter);
		await edit(first, "demo1");
		await eventually(async () => expect(await sessionsOf(state)).toMatchObject([{ name: "demo1" }]));
		const second = openWizard(state);
		await second.pressAt(/^❯ demo1\s+session\s+open in process \d+/m, keys.enter);
		await second.pressAt(/! Session [0-9a-f]{8} is open in process \d+/, keys.down, keys.enter);
		await edit(second, "demo2");
		await eventually(async () => expect((await sessionsOf(state)).map(({ name }) => name).sort()).toEqual(["demo1", "demo2"]));
		const refused = await cagewright(["sessions", "remove", "demo1", "--yes"], { state });
		expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining(`process ${first.pid}`) });
		first.press(keys.ctrlC, keys.ctrlC);
		expect((await first.ended).exitCode).toBe(130);
		const third = openWizard(state, ["--resume", "demo1"]);
		await third.sees(/demo1.*Start tracing/s);
	});

	it.runIf(isLong)("names the process that holds a session's cage", async () => {
		const state = temporaryState();
		await sessionAtFiles(state);
		const { store } = systemMachine(state);
		const lock = await store.lock("demo");
		const wizard = openWizard(state, ["--resume", "demo"]);
		await wizard.sees(`! Process ${process.pid} is working on cage demo`);
		await lock.release();
		await wizard.pressAt(offered, keys.enter);
		await wizard.sees(plannedFiles);
	});

	it("discards a session from the list and on exit, and stores nothing for an untouched form", async () => {
		const state = temporaryState();
		await sessionAtFiles(state);
		const wizard = openWizard(state);
		await wizard.pressAt(offered, "d");
		await wizard.pressAt("Discard session demo", "n");
		await wizard.pressAt(offered, "dy");
		await wizard.sees(/^❯ demo\s+Demonstration/m);
		expect(await sessionsOf(state)).toEqual([]);
		wizard.press(keys.enter);
		await wizard.pressAt(form, keys.ctrlC);
		await wizard.pressAt("There are no answers to save", "n");
		await wizard.pressAt(form, "\x1b[5~", "x");
		await wizard.pressAt("demox", keys.ctrlC);
		await wizard.pressAt(/Press d to\s+discard it/, "d");
		await wizard.ended;
		expect((await wizard.screen()).join("")).not.toContain("--resume");
		expect(await sessionsOf(state)).toEqual([]);
	});
});

it("an unknown session is reported before the terminal is taken", async () => {
	const wizard = openWizard(temporaryState(), ["--resume", "nothing"]);
	expect((await wizard.ended).exitCode).toBe(2);
	expect((await wizard.screen()).join(" ")).toContain("Unknown session 'nothing'");
	expect(wizard.raw).not.toContain("\x1b[?1049h");
});

describe("a session on a full disk", () => {
	it("is not reported as saved", async () => {
		const disk = temporaryFolder("full-session");
		using _disk = mounted(disk, "-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs");
		const wizard = await atFiles(`${disk}/state`);
		wizard.press(keys.escape);
		await wizard.pressAt("step 2/7", keys.escape);
		await wizard.sees(form);
		// When the trace's files go, there would be room for the session.
		await eventually(() => expect(readdirSync(`${disk}/state/scratch`)).toEqual([]));
		fillDisk(`${disk}/filler`);
		wizard.press("\x1b[5~", "x");
		await wizard.sees("demox");
		await leave(wizard);
		const said = (await wizard.screen()).join("");
		expect(said).toContain("You left the wizard early.");
		expect(said).toMatch(
			/The session could not be saved, so it cannot be resumed: No space left on the device for \S+\. Free some space and try again\./,
		);
		expect(said).not.toContain("To resume the session");
	});
});
