import { expect, test } from "vitest";
import type { Context } from "../../../src/base/engine/context.ts";
import type { Terminal } from "../../../src/cli/terminal.ts";
import { build } from "../../../src/make/verbs/build.ts";
import { trial } from "../../../src/make/verbs/trial.ts";
import { plan } from "../../../src/plan/verbs/plan.ts";
import type { CageRequest } from "../../../src/template/engine/starting-point.ts";
import { trace } from "../../../src/trace/verbs/trace.ts";

const terminal = {
	withContext: (work: (context: Context) => Promise<number>) => work({ machine: {} } as Context),
} as unknown as Terminal;

test.each<[string, (terminal: Terminal, request: CageRequest) => Promise<number>, CageRequest["options"]]>([
	["plan", plan, {}],
	["build", build, {}],
	["trial", trial, {}],
	["trial", trial, { unit: true }],
	["trace --add", trace, { add: true }],
	["trace --for", trace, { for: 60 }],
])("%s takes no command, because the cage has one", async (verb, work, options) => {
	const refused = work(terminal, { target: "lean", command: ["foo"], options });
	await expect(refused).rejects.toMatchObject({ code: "command-unused", exit: 2, values: { verb } });
});
