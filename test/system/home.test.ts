import { expect, test, vi } from "vitest";
import type { Context } from "../../src/base/engine/context.ts";
import { Failure } from "../../src/base/failure.ts";
import { ThreadPlanner } from "../../src/base/host/thread-planner.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { recordWriter } from "../../src/record/verbs/record.ts";
import { splitCommandLine } from "../../src/service/command-line.ts";
import { Wizard } from "../../src/wizard/session/engine-session.ts";
import type { ActionRequest } from "../../src/wizard/state/home.ts";
import { SystemChooser } from "../../src/wizard/verbs/chooser.ts";
import { SystemHome } from "../../src/wizard/verbs/home.ts";
import { isLong } from "../long.ts";
import { messagesIn } from "../texts.ts";
import { cagewright, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

const state = temporaryState();
const machine = systemMachine(state);
const terminal = new Terminal({ state }, messagesIn("en"));
const home = new SystemHome(terminal);
const context: Context = { machine, emit() {}, signal: new AbortController().signal };
const about = (action: ActionRequest["action"], value?: string): ActionRequest =>
	value === undefined ? { action, cage: "demo" } : { action, cage: "demo", value };

test("a cage's page shows what its verbs would do, does it, and shows the result", async () => {
	await preparedDemo(state);
	expect((await home.list(context, true)).cages).toMatchObject([{ name: "demo", generation: 1, running: false, alarms: 0 }]);
	const { actions } = await home.page(context, "demo");
	expect(actions.map(({ action }) => action)).toEqual(expect.arrayContaining(["update", "run", "edit", "record", "remove"]));

	const allow = about("allow", "memfd");
	expect(await home.preview(context, allow)).toMatchObject({
		command: expect.stringMatching(/ build demo --allow memfd$/),
		acts: true,
	});
	expect((await cagewright(["list", "--json"], { state })).json.cages).toMatchObject([{ generation: 1 }]);
	await home.perform(context, allow);
	expect((await home.list(context, false)).cages).toMatchObject([{ generation: 2 }]);

	expect((await home.preview(context, about("rollback"))).lines.join("\n")).toContain("1");
	await home.perform(context, about("rollback"));
	expect((await home.list(context, false)).cages).toMatchObject([{ generation: 1 }]);

	for (const view of ["reach", "history", "files"] as const) expect(await home.view(context, "demo", view)).not.toEqual([]);
	expect((await home.view(context, "demo", "history"))[0]?.text).toContain("rolled back");

	const preview = await home.preview(context, about("remove"));
	expect(preview.lines.join("\n")).toContain("generations");
	expect((await home.list(context, false)).cages).toHaveLength(1);
	await home.perform(context, about("remove"));
	expect((await home.list(context, false)).cages).toEqual([]);
});

/** The commands that make its cage again. */
let repeating: readonly string[] = [];

test.runIf(isLong)(
	"a session that saved a cage lets the unit's installation lock it, and can name people afterwards",
	async () => {
		const planner = new ThreadPlanner(state);
		const options = { home, terminal: "dumb", full: false, jobs: 1 };
		const session = new Wizard(machine, new SystemChooser(machine, messagesIn("en"), { state }), planner, {
			...options,
			writeRecord: recordWriter(terminal),
		});
		// Nothing may be installed on the machine that runs the tests.
		const reached = new Failure("disk-full", { path: "" }, 1);
		vi.spyOn(machine.services, "running").mockReturnValue(true);
		const install = vi.spyOn(machine.units, "install").mockRejectedValue(reached);
		try {
			const demo = (await session.choices()).find(({ kind }) => kind === "demo");
			if (!demo) throw new Error("no demo");
			const proposed = await session.propose(demo);
			const exercise = `sh -c 'exit 0 # ${"a script ".repeat(100)}'`;
			const answers = { ...proposed, application: { ...proposed.application, exercises: [exercise] } };
			const stop = session.listen(({ event }) => {
				if (event === "probe-tried") session.finishEarly();
			});
			await session.trace(answers);
			stop();
			await session.plan(answers);
			await session.buildAndTry(answers);
			const { command } = await session.finish(answers);
			expect(command.length).toBeLessThan(400);
			repeating = command.split(" && ");
			await expect(session.installUnit(undefined)).rejects.toBe(reached);
			expect(install).toHaveBeenCalledOnce();
			expect(await session.nameForRecord("Ada", "Grace")).toMatchObject({ initiatedBy: "Ada" });
		} finally {
			await session.close();
			vi.restoreAllMocks();
		}
	},
);

test.runIf(isLong)("the commands shown after saving make the cage again, however long its exercises are", async () => {
	expect(repeating).toHaveLength(2);
	for (const line of repeating) {
		const split = splitCommandLine(line);
		if ("error" in split) throw new Error(line);
		const words = split.words.slice(1);
		const ran = await cagewright(words.includes("make") ? [...words, "--dry-run"] : words, { state });
		expect(ran, ran.stderr).toMatchObject({ status: 0 });
	}
	expect((await cagewright(["template", "show", "demo-saved", "--json"], { state })).stdout).toContain("a script a script");
});
