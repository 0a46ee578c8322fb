import { expect, test } from "vitest";
import { SystemHome } from "../../src/cli/home.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import type { Context } from "../../src/engine/context.ts";
import type { ActionRequest } from "../../src/wizard/session/home.ts";
import { messagesIn } from "../texts.ts";
import { cagewright, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

const state = temporaryState();
const machine = systemMachine(state);
const never = () => Promise.reject(new Error("nothing was killed"));
const home = new SystemHome(new Terminal({ state }, messagesIn("en"), () => machine, never));
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
