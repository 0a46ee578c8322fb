import { describe, expect, test } from "vitest";
import { accountUse } from "../../src/plan/accounts.ts";
import { accountTable } from "../../src/wizard/steps/accounts/account-rows.ts";
import { lineOf, selectedAccount, visibleAccounts } from "../../src/wizard/steps/accounts/reduce.ts";
import { hostView } from "../ui/scripted-plan.ts";
import { planFor, redis } from "../ui/scripted-session.ts";
import { atFiles, type Drive, enter, planned as plannedFor } from "./drive.ts";

const tab = "\t";

const atAccounts = (): Drive => atFiles().answer({ job: "host-view", value: hostView }).type(enter).forget();
const planned = (wizard: Drive): Drive => plannedFor(wizard).answer({ job: "host-view", value: hostView });

const lines = (wizard: Drive) => visibleAccounts(wizard.state).map((row) => `${row.mark} ${lineOf(row).split(":")[0]}`);
/** The answers' rules are `rules` and otherwise empty. */
function expectRules(wizard: Drive, rules: { accounts?: string[]; withoutAccounts?: string[] }) {
	const { accounts, withoutAccounts } = wizard.state.answers?.rules ?? redis.rules;
	expect({ accounts, withoutAccounts }).toEqual({ accounts: [], withoutAccounts: [], ...rules });
}

describe("before and after", () => {
	const plan = planFor({ ...redis, rules: { ...redis.rules, accounts: ["user:root"] } });

	test("kept lines come first, and left out lines are counted", () => {
		const { kept, leftOut, rows } = accountTable(plan, "passwd", hostView);
		expect([kept, leftOut, rows.length]).toEqual([2, 10, 12]);
		expect(rows.slice(0, 3).map(({ mark }) => mark)).toEqual(["changed", "same", "left-out"]);
		const root = (shell: string) => `root:x:0:0:root:/var/lib/root:${shell}`;
		const [before, after] = [root("/bin/bash"), root("/usr/sbin/nologin")];
		expect(rows[0]).toMatchObject({ before, after, account: { kind: "user", reason: "chosen" } });
	});
	test("groups lose members that the cage does not know", () => {
		const row = accountTable(plan, "group", hostView).rows.find((one) => one.account?.name === "adm");
		expect(row).toMatchObject({ mark: "changed", before: "adm:x:4:eve,redis", after: "adm:x:4:redis" });
	});
	test("nsswitch.conf keeps its lines, with only files and DNS", () => {
		const { rows } = accountTable(plan, "nsswitch", hostView);
		const before = "hosts: files mdns4_minimal [NOTFOUND=return] dns";
		expect(rows.find((row) => row.before?.startsWith("hosts"))).toEqual({ mark: "changed", before, after: "hosts: files dns" });
		expect(rows.filter((row) => row.mark === "left-out").map(({ before }) => before)).toEqual(["shadow: files"]);
	});
	test("until the host was read, only the cage's lines are shown", () => {
		expect(accountTable(plan, "passwd", undefined)).toMatchObject({ kept: 2, leftOut: 0 });
	});
	test("dependencies of an account", () => {
		expect(accountUse(plan, "user", 114)).toEqual({ paths: ["/var/lib/redis", "/var/log/redis"], runs: true, users: [] });
		expect(accountUse(plan, "group", 119)).toEqual({ paths: ["/var/lib/redis"], runs: true, users: ["redis"] });
		expect(accountUse(plan, "user", 5)).toEqual({ paths: [], runs: false, users: [] });
	});
});

describe("the accounts", () => {
	test("can be searched, also those that are left out", () => {
		expect(lines(atAccounts().type("/WWW"))).toEqual(["left-out www-data"]);
		expect(lines(atAccounts().type(`/www${enter}`))).toEqual(["left-out www-data"]);
	});
	test("of the host can be added and removed, and the cursor follows", () => {
		const wizard = planned(atAccounts().type(`/games${enter} /`).type("\x15").type(enter));
		expectRules(wizard, { accounts: ["user:games"] });
		expect(lines(wizard).slice(0, 2)).toEqual(["same games", "same redis"]);
		wizard.type(`/games${enter} `);
		expect(wizard.state.question).toBeUndefined();
		expectRules(planned(wizard), {});
		expect(selectedAccount(wizard.state)).toMatchObject({ mark: "left-out", account: { name: "games" } });
	});
	test("accept keys while the plan is updated", () => {
		const wizard = atAccounts().type(`/games${enter} `).type(`/\x15mail${enter} `);
		expectRules(wizard, { accounts: ["user:games", "user:mail"] });
		expectRules(wizard.type("  "), { accounts: ["user:games", "user:mail"] });
		expectRules(wizard.type(" "), { accounts: ["user:games"] });
		expect(lines(planned(wizard.type("/\x15").type(enter))).slice(0, 2)).toEqual(["same games", "same redis"]);
		wizard.type(`/games${enter} `);
		expectRules(wizard, {});
		expectRules(wizard.type(" "), { accounts: ["user:games"] });
	});
	test("with dependencies are removed only after a question", () => {
		const wizard = atAccounts().type(`${tab} `);
		const account = { kind: "group", name: "adm" };
		expect(wizard.state.question).toMatchObject({ kind: "account", account, paths: ["/var/log/redis"] });
		expectRules(wizard.forget().type("n"), {});
		expect(wizard.type(" y").wanted()).toEqual(["plan"]);
		expectRules(planned(wizard), { withoutAccounts: ["group:adm"] });
		expect(selectedAccount(wizard.state)).toMatchObject({ mark: "left-out", account: { name: "adm" } });
		expectRules(wizard.type(" "), {});
	});
	test("of the application cannot be removed, and it says why", () => {
		expect(atAccounts().type(" ").state).toMatchObject({ notice: { code: "account-always-kept-started-as" } });
	});
	test("root can be removed if the administrator added it", () => {
		const wizard = planned(atAccounts().type(`/root${enter} `));
		expectRules(wizard, { accounts: ["user:root"] });
		expect(wizard.type(" ").state.notice).toBeUndefined();
		expectRules(wizard, {});
	});
	test("Esc first clears the search and keeps the selected account", () => {
		const wizard = atAccounts().type(`/www${enter}`);
		expect(selectedAccount(wizard.state)?.account?.name).toBe("www-data");
		expect(wizard.press("escape").state).toMatchObject({ screen: "accounts", queries: { accounts: "" } });
		expect(selectedAccount(wizard.state)?.account?.name).toBe("www-data");
		expect(wizard.press("escape").state.screen).toBe("files");
	});
	test("a word for user and group splits when one is removed", () => {
		const rules = { ...redis.rules, accounts: ["games"] };
		const wizard = atAccounts();
		wizard.state = { ...wizard.state, answers: { ...redis, rules } };
		planned(wizard.type(`/games${enter} `));
		wizard.state = { ...wizard.state, plan: planFor({ ...redis, rules }), answers: { ...redis, rules } };
		expectRules(wizard.type(" "), { accounts: ["group:games"] });
		wizard.state = { ...wizard.state, jobs: {}, answers: { ...redis, rules }, hostView: { ...hostView, groups: [] } };
		expectRules(wizard.type(" "), {});
	});
	test("Tab cycles through the three files, and lookups cannot be changed", () => {
		const wizard = atAccounts().type(tab + tab);
		expect(wizard.state.accountFile).toBe("nsswitch");
		expect(wizard.type(" ").state.notice?.code).toBe("nsswitch-always");
		expect(wizard.type(tab).state.accountFile).toBe("passwd");
		expect(wizard.type("\x1b[Z").state.accountFile).toBe("nsswitch");
	});
	test("delay the next step until the plan is updated", () => {
		const wizard = atAccounts().type(`/games${enter} `);
		expect(wizard.type(enter).state).toMatchObject({ screen: "accounts", notice: { code: "goes-on-once-planned" } });
		expect(planned(wizard).state.screen).toBe("build");
	});
	test("another decision cancels Enter", () => {
		expect(planned(atAccounts().type(`/games${enter} ${enter} `)).state.screen).toBe("accounts");
	});
	test("a decision that the plan refuses is undone", () => {
		const failure = { code: "account-word-unknown", values: { value: "user:games" } };
		const wizard = atAccounts().type(`/games${enter} `).fail("plan", failure);
		expectRules(wizard, {});
		expect(wizard.state.failure).toEqual(failure);
	});
});
