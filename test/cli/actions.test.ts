import { describe, expect, it } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { createProgram } from "../../src/cli/program.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { sessionActions, sessions } from "../../src/sessions/verbs/sessions.ts";
import { template, templateActions } from "../../src/template/verbs/template.ts";

/** Each action honours an option, or refuses it before its work. */

const started = new Error("the work started");
const terminal = { withContext: () => Promise.reject(started) } as unknown as Terminal;

const verbs = {
	template: {
		run: template,
		actions: templateActions,
		honoured: {
			list: [],
			new: ["output"],
			show: [],
			save: ["as", "replace"],
			check: [],
			diff: [],
			import: ["as", "replace", "yes", "dryRun"],
			accept: ["yes", "dryRun"],
			export: ["output"],
			remove: ["yes"],
		} as Readonly<Record<string, readonly string[]>>,
	},
	sessions: {
		run: sessions,
		actions: sessionActions,
		honoured: { list: [], show: [], remove: ["yes"] } as Readonly<Record<string, readonly string[]>>,
	},
};

const program = createProgram([], async () => {});

describe.each(Object.entries(verbs))("%s", (verb, { actions, honoured, run }) => {
	const names = program.commands.find((command) => command.name() === verb)?.options.map((option) => option.attributeName());
	const outcome = (action: string, name: string | undefined, options: object) =>
		run(terminal, action, name, options).catch((error: unknown) => (error instanceof Failure ? error : "worked"));

	it.each(actions)("%s takes the options that it honours, and refuses all others", async (action) => {
		expect(names?.length).toBeGreaterThan(0);
		const accepted: string[] = [];
		for (const name of names ?? []) {
			const result = await outcome(action, undefined, { [name]: true });
			if (result === "worked") accepted.push(name);
			else expect(result).toMatchObject({ code: "option-unused", exit: 2, values: { verb: `${verb} ${action}` } });
		}
		expect(accepted.sort()).toEqual([...(honoured[action] ?? ["unknown action"])].sort());
	});

	it.each(actions)("%s refuses a name unless it takes one", async (action) => {
		const result = await outcome(action, "redis", {});
		if (action === "list") expect(result).toMatchObject({ code: "action-without-name", exit: 2 });
		else expect(result).toBe("worked");
	});
});

it("the message names the actions that take the option", async () => {
	const error = await template(terminal, "remove", "mine", { dryRun: true }).catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({ values: { option: "--dry-run", others: "`template import`, `template accept`" } });
});
