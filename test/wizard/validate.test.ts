import { expect, test } from "vitest";
import type { Context } from "../../src/engine/context.ts";
import { validateAnswers } from "../../src/wizard/session/validate.ts";
import { redis } from "../ui/scripted-session.ts";

const root = { name: "root", uid: 0, gid: 0, home: "/root", shell: "/bin/sh" };
const context = {
	machine: {
		accounts: { own: () => undefined, users: () => [root], groups: () => [] },
		files: { resolve: () => "/usr/bin/redis-server" },
		launcher: { lineProblem: async () => undefined },
	},
} as unknown as Context;

/** The name is invalid, so that no cage is looked up. */
const problemsOf = async (values: Partial<typeof redis.application>) => {
	const { user: _, ...application } = redis.application;
	const found = await validateAnswers(context, { ...redis, name: "", application: { ...application, ...values } });
	return found.filter(({ field }) => field !== "name").map(({ code, field, line }) => ({ code, field, line }));
};

test("a missing probe is a problem only of a known command", async () => {
	expect(await problemsOf({ probes: [] })).toEqual([{ code: "no-probe", field: "probe", line: undefined }]);
	expect(await problemsOf({ command: [], probes: [] })).toEqual([{ code: "nothing-to-cage", field: "command", line: undefined }]);
});

test("an invalid variable is a problem of its own row", async () => {
	expect(await problemsOf({ env: { A: "1", "2B": "x=y" } })).toEqual([{ code: "env-invalid", field: "env", line: "2B=x=y" }]);
});
