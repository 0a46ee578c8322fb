import { expect, test } from "vitest";
import { findMissingAccounts } from "../../../src/core/plan/accounts.ts";
import type { Plan } from "../../../src/core/plan/plan.ts";
import { writable } from "../cage/plans.ts";
import { asApp, type Did, groups, planFor, rules, trace, users } from "./traces.ts";
import { tree } from "./tree.ts";

const files = tree({ "/etc/app.conf": "# User nobody\nSystemGroup certificates\nlisten other\n" });
const nobody = { name: "nobody", uid: 65534, gid: 65534, gecos: "", home: "/nonexistent", shell: "" };
const reads: Record<string, Did> = { "/etc/passwd": "read" };
const plan = planFor(files, trace({}), { identity: asApp });
const find = (output: string, did = reads, ended = true, owned: Plan["writable"] = []) =>
	findMissingAccounts(
		{ trace: trace(did), output, ended, round: 2 },
		{ plan: { ...plan, writable: owned }, users: [...users, nobody], groups, files },
	);
const names = (...given: Parameters<typeof find>) => find(...given).map(({ call }) => call);

test("an account in the application's complaint is missing if the host has it and the cage does not", () => {
	const output = "starting\nfatal: main.cf: parameter default_privs: unknown user name value: other\n";
	expect(find(output)).toEqual([
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

test("an account that the administrator left out is named without a remedy", () => {
	const without = planFor(files, trace({}), { identity: asApp, rules: rules({ withoutAccounts: ["other"] }) });
	const look = { trace: trace(reads), output: "unknown user: other", ended: true, round: 1 };
	const [found, ...more] = findMissingAccounts(look, { plan: without, users, groups, files });
	expect(more).toEqual([]);
	expect(found).toEqual({ kind: "account", call: "other", error: "ENOENT", declined: true });
});

test.each([
	["that it has already", 'cannot find user "app"', reads],
	["of which the host knows nothing", "unknown user: somebody", reads],
	["that is only part of a word", "unknown user: otherwise", reads],
	["in a line about something else", "in other news: failed", reads],
	["where it never looked one up", "unknown user: other", { "/etc/passwd": "ENOENT:read" } as Record<string, Did>],
])("no account is missing %s", (_, output, did) => expect(names(output, did)).toEqual([]));

test("the unprivileged account is missing if the application exits silently right after a look-up", () => {
	const later: Record<string, Did> = { ...reads, "/dev/log": "ENOENT:connect" };
	expect(names("\n", later)).toEqual(["nobody"]);
	expect(names("", later, true, [writable("/var/spool/app", { gid: 902 })])).toEqual(["nobody", "certificates"]);
	expect(names("\n", later, false)).toEqual([]);
	expect(names("starting\n", later)).toEqual([]);
	expect(names("", { ...reads, "/usr/share/app": "read" })).toEqual([]);
});

test("accounts in its configuration are missing if the application exits silently", () => {
	const configured: Record<string, Did> = { ...reads, "/etc/app.conf": "read" };
	expect(names("", configured)).toEqual(["certificates"]);
	expect(names("", configured, false)).toEqual([]);
	expect(names("listening\n", configured)).toEqual([]);
});

test("a found account is kept in the cage, as user and as group", () => {
	const found = planFor(files, trace({}), {
		identity: asApp,
		additions: [{ kind: "account", name: "other", round: 1, call: "other" }],
	});
	const kept = (all: readonly { name: string; reason: string }[]) => all.map(({ name, reason }) => `${name}: ${reason}`);
	expect(kept(found.accounts.users)).toEqual(["app: started-as", "other: looked-up"]);
	expect(kept(found.accounts.groups)).toEqual(["app: started-as", "other: looked-up"]);
});
