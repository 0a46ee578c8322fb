import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { preparedDemo } from "../system/prepared.ts";
import { leftovers } from "../system/processes.ts";
import { keys } from "./terminal.ts";
import { atFiles, hangUp, openWizard, planned, plannedFiles, sessionsOf, untilAnswered } from "./wizards.ts";

describe("the wizard, killed or hung up,", () => {
	it("keeps its session on HUP during a build, and leaves nothing of the build", async () => {
		const state = temporaryState();
		const wizard = await atFiles(state);
		await planned(wizard);
		await eventually(() => expect(readdirSync(join(state, "cages/demo/generations"))).not.toEqual([]));
		await hangUp(wizard, state);
		expect(readdirSync(join(state, "cages"))).toEqual([]);
		const next = openWizard(state, ["--resume", "demo"]);
		await next.pressAt("step 5/7", keys.enter);
		await next.sees("It answers from its cage");
	});

	it("hung up during a trace, says that it did not end, and traces again", async () => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await untilAnswered(wizard);
		await hangUp(wizard, state);
		const next = openWizard(state, ["--resume", "demo"]);
		await next.sees("This trace did not end");
		next.press("r");
		await next.sees("It answers");
	});

	it("loses no decision when it is killed in the files step", async () => {
		const state = temporaryState();
		const wizard = await atFiles(state);
		wizard.press("w");
		await wizard.pressAt("Make this directory writable", "\x15/srv", keys.enter);
		await eventually(() => execFileSync("grep", ["-rqF", '"/srv"', join(state, "sessions")]));
		wizard.kill("SIGKILL");
		await wizard.ended;
		const shown = await cagewright(["sessions", "show", "demo", "--json"], { state });
		expect(shown.json.session).toMatchObject({ screen: "files", answers: { rules: { writable: ["/srv"] } } });
		const { stdout } = await cagewright(["sessions", "show", "demo"], { state });
		expect(stdout).toContain(`cagewright --state ${state} --resume ${shown.json.session.id}`);
		const next = openWizard(state, ["--resume", "demo"]);
		await next.pressAt(plannedFiles, keys.enter);
		await next.pressAt("step 4/7", keys.enter);
		await next.sees("step 5/7");
		await eventually(async () => {
			next.press("\x1b[6~");
			expect((await next.screen()).join("\n")).toMatch(/ \/srv\b/);
		});
	});

	it("a candidate of a killed wizard is cleaned up by the next one", async () => {
		const state = temporaryState();
		await preparedDemo(state);
		const wizard = await atFiles(state);
		wizard.press("w");
		await wizard.pressAt("Make this directory writable", "\x15/srv", keys.enter);
		await wizard.sees(plannedFiles);
		await new Promise((resolve) => setTimeout(resolve, 1000));
		await planned(wizard);
		await wizard.sees("step 6/7");
		const generation = join(state, "cages/demo/generations/2");
		await eventually(() => expect(existsSync(generation)).toBe(true));
		await new Promise((resolve) => setTimeout(resolve, 300));
		wizard.kill("SIGKILL");
		await wizard.ended;
		expect(existsSync(generation)).toBe(true);
		expect(await cagewright(["sessions", "remove", "demo", "--yes"], { state })).toMatchObject({ stdout: /demo/ });
		expect(existsSync(generation)).toBe(false);
		expect((await cagewright(["show", "demo", "--json"], { state })).json.generation).toBe(1);
		expect(await sessionsOf(state)).toEqual([]);
		// Its processes ended with it. The next launch removes its scratch files.
		expect((await cagewright(["trial", "demo", "--no-selftest"], { state })).status).toBe(0);
		await eventually(() => expect(leftovers(state)).toEqual([]));
	});
});
