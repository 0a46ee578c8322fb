import { describe, expect, test } from "vitest";
import { accountUse } from "../../src/core/plan/account-use.ts";
import { accountTable } from "../../src/wizard/steps/accounts/account-rows.ts";
import { lineOf, selectedAccount, visibleAccounts } from "../../src/wizard/steps/accounts/reduce.ts";
import { hostView } from "../ui/scripted-plan.ts";
import { planFor, redis } from "../ui/scripted-session.ts";
import { atFiles, type Drive, enter } from "./drive.ts";

const tab = "\t";

function atAccounts(values: Partial<typeof hostView> = {}): Drive {
	return atFiles()
		.answer({ job: "host-view", value: { ...hostView, ...values } })
		.type(enter);
}

/** Answers the plan that a decision asked for. */
function planned(wizard: Drive): Drive {
	return wizard
		.answer({ job: "plan", value: planFor(wizard.state.answers ?? redis) })
		.answer({ job: "host-view", value: hostView });
}

const lines = (wizard: Drive) => visibleAccounts(wizard.state).map((row) => `${row.mark} ${lineOf(row).split(":")[0]}`);
const rulesOf = ({ state }: Drive) => {
	const { accounts, withoutAccounts } = state.answers?.rules ?? redis.rules;
	return { accounts, withoutAccounts };
};

describe("before and after", () => {
	const plan = planFor({ ...redis, rules: { ...redis.rules, accounts: ["user:root"] } });

	test("what is kept comes first, what is left out is there and counted", () => {
		const { kept, leftOut, rows } = accountTable(plan, "passwd", hostView);
		expect([kept, leftOut, rows.length]).toEqual([2, 10, 12]);
		expect(rows.slice(0, 3).map(({ mark }) => mark)).toEqual(["changed", "same", "left-out"]);
		expect(rows[0]).toMatchObject({
			before: "root:x:0:0:root:/var/lib/root:/bin/bash",
			after: "root:x:0:0:root:/var/lib/root:/usr/sbin/nologin",
			account: { kind: "user", reason: "chosen" },
		});
	});
	test("groups lose the members whom the cage does not know", () => {
		const row = accountTable(plan, "group", hostView).rows.find((one) => one.account?.name === "adm");
		expect(row).toMatchObject({ mark: "changed", before: "adm:x:4:eve,redis", after: "adm:x:4:redis" });
	});
	test("of nsswitch.conf each line, and nothing but files and DNS behind it", () => {
		const { rows } = accountTable(plan, "nsswitch", hostView);
		expect(rows.find((row) => row.before?.startsWith("hosts"))).toEqual({
			mark: "changed",
			before: "hosts: files mdns4_minimal [NOTFOUND=return] dns",
			after: "hosts: files dns",
		});
		expect(rows.filter((row) => row.mark === "left-out").map(({ before }) => before)).toEqual(["shadow: files"]);
	});
	test("until the host was looked at, what the cage gets stands alone", () => {
		expect(accountTable(plan, "passwd", undefined)).toMatchObject({ kept: 2, leftOut: 0 });
	});
	test("what hangs on an account", () => {
		expect(accountUse(plan, "user", 114)).toEqual({ paths: ["/var/lib/redis", "/var/log/redis"], runs: true, users: [] });
		expect(accountUse(plan, "group", 119)).toEqual({ paths: ["/var/lib/redis"], runs: true, users: ["redis"] });
		expect(accountUse(plan, "user", 5)).toEqual({ paths: [], runs: false, users: [] });
	});
});

describe("the accounts", () => {
	test("a search narrows them, also those that are left out", () => {
		expect(lines(atAccounts().type("/WWW"))).toEqual(["left-out www-data"]);
		expect(lines(atAccounts().type(`/www${enter}`))).toEqual(["left-out www-data"]);
	});
	test("one of the host is let in, and let go again, and the cursor stays with it", () => {
		const wizard = planned(atAccounts().type(`/games${enter} /`).type("\x15").type(enter));
		expect(rulesOf(wizard)).toEqual({ accounts: ["user:games"], withoutAccounts: [] });
		expect(lines(wizard).slice(0, 2)).toEqual(["same games", "same redis"]);
		wizard.type(`/games${enter} `);
		expect(wizard.state.question).toBeUndefined();
		expect(rulesOf(planned(wizard))).toEqual({ accounts: [], withoutAccounts: [] });
		expect(selectedAccount(wizard.state)).toMatchObject({ mark: "left-out", account: { name: "games" } });
	});
	test("keys that come before the plan is made count all the same", () => {
		const wizard = atAccounts().type(`/games${enter} `).type(`/\x15mail${enter} `);
		expect(rulesOf(wizard)).toEqual({ accounts: ["user:games", "user:mail"], withoutAccounts: [] });
		// The same key twice is as none.
		expect(rulesOf(wizard.type("  "))).toEqual({ accounts: ["user:games", "user:mail"], withoutAccounts: [] });
		expect(rulesOf(wizard.type(" "))).toEqual({ accounts: ["user:games"], withoutAccounts: [] });
		expect(lines(planned(wizard.type("/\x15").type(enter))).slice(0, 2)).toEqual(["same games", "same redis"]);
		wizard.type(`/games${enter} `);
		expect(rulesOf(wizard)).toEqual({ accounts: [], withoutAccounts: [] });
		expect(rulesOf(wizard.type(" "))).toEqual({ accounts: ["user:games"], withoutAccounts: [] });
	});
	test("what hangs on one is asked about before it goes", () => {
		const wizard = atAccounts().type(`${tab} `);
		expect(wizard.state.question).toMatchObject({
			kind: "account",
			account: { kind: "group", name: "adm" },
			paths: ["/var/log/redis"],
		});
		wizard.wanted();
		expect(rulesOf(wizard.type("n"))).toEqual({ accounts: [], withoutAccounts: [] });
		expect(wizard.type(" y").wanted()).toEqual(["plan"]);
		expect(rulesOf(planned(wizard))).toEqual({ accounts: [], withoutAccounts: ["group:adm"] });
		expect(selectedAccount(wizard.state)).toMatchObject({ mark: "left-out", account: { name: "adm" } });
		expect(rulesOf(wizard.type(" "))).toEqual({ accounts: [], withoutAccounts: [] });
	});
	test("root and whom the application starts as stay, and it says why", () => {
		expect(atAccounts().type(" ").state).toMatchObject({ notice: { code: "account-always-kept-started-as" } });
		const wizard = planned(atAccounts().type(`/root${enter} `));
		expect(wizard.type(" ").state.notice?.code).toBe("account-always-kept-root");
		expect(rulesOf(wizard)).toEqual({ accounts: ["user:root"], withoutAccounts: [] });
	});
	test("a word for both splits where one of them goes", () => {
		const rules = { ...redis.rules, accounts: ["games"] };
		const wizard = atAccounts();
		wizard.state = { ...wizard.state, answers: { ...redis, rules } };
		planned(wizard.type(`/games${enter} `));
		wizard.state = { ...wizard.state, plan: planFor({ ...redis, rules }), answers: { ...redis, rules } };
		expect(rulesOf(wizard.type(" "))).toEqual({ accounts: ["group:games"], withoutAccounts: [] });
		wizard.state = { ...wizard.state, jobs: {}, answers: { ...redis, rules }, hostView: { ...hostView, groups: [] } };
		expect(rulesOf(wizard.type(" "))).toEqual({ accounts: [], withoutAccounts: [] });
	});
	test("Tab goes round the three files, whose lines of lookups are nobody's to change", () => {
		const wizard = atAccounts().type(tab + tab);
		expect(wizard.state.accountFile).toBe("nsswitch");
		expect(wizard.type(" ").state.notice?.code).toBe("nsswitch-always");
		expect(wizard.type(tab).state.accountFile).toBe("passwd");
		expect(wizard.type("\x1b[Z").state.accountFile).toBe("nsswitch");
	});
	test("nobody goes on with a plan that is being made anew", () => {
		const wizard = atAccounts().type(`/games${enter} `);
		expect(wizard.type(enter).state.screen).toBe("accounts");
		expect(planned(wizard).type(enter).state.screen).toBe("build");
	});
	test("a decision that the plan refuses is taken back", () => {
		const wizard = atAccounts().type(`/games${enter} `);
		wizard.fail("plan", { code: "account-word-unknown", values: { value: "user:games" } });
		expect(rulesOf(wizard)).toEqual({ accounts: [], withoutAccounts: [] });
		expect(wizard.state.failure?.code).toBe("account-word-unknown");
	});
});
