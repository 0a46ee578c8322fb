import { expect, test } from "vitest";
import { findMissingAccounts } from "../../../src/core/plan/missing-accounts.ts";
import { asApp, type Did, groups, planFor, trace, users } from "./traces.ts";
import { tree } from "./tree.ts";

const files = tree({});
const reads: Record<string, Did> = { "/etc/passwd": "read" };
const { accounts } = planFor(files, trace({}), { identity: asApp });
const names = (output: string, did = reads) =>
	findMissingAccounts(trace(did), output, accounts, users, groups, 2).map(({ call }) => call);

test("an account that the application names in its complaint, the host has and the cage has not", () => {
	const output = "starting\nfatal: main.cf: parameter default_privs: unknown user name value: other\n";
	expect(findMissingAccounts(trace(reads), output, accounts, users, groups, 2)).toEqual([
		{
			kind: "account",
			call: "other",
			error: "ENOENT",
			remedy: { kind: "account", name: "other", round: 2, call: "other" },
			declined: false,
		},
	]);
	expect(names('getgrnam("certificates") failed')).toEqual(["certificates"]);
});

test.each([
	["that it has already", 'cannot find user "app"', reads],
	["of which the host knows nothing", "unknown user: somebody", reads],
	["that is only part of a word", "unknown user: otherwise", reads],
	["in a line about something else", "in other news: failed", reads],
	["where it never looked one up", "unknown user: other", { "/etc/passwd": "ENOENT:read" } as Record<string, Did>],
])("none %s", (_, output, did) => expect(names(output, did)).toEqual([]));

test("what was found is kept in the cage, as user and as group", () => {
	const plan = planFor(files, trace({}), {
		identity: asApp,
		additions: [{ kind: "account", name: "other", round: 1, call: "other" }],
	});
	const kept = (all: readonly { name: string; reason: string }[]) => all.map(({ name, reason }) => `${name}: ${reason}`);
	expect(kept(plan.accounts.users)).toEqual(["app: started-as", "other: looked-up"]);
	expect(kept(plan.accounts.groups)).toEqual(["app: started-as", "other: looked-up"]);
});
