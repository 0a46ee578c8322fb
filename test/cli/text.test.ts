import { describe, expect, test } from "vitest";
import { pathFromBytes, pathFromText } from "../../src/base/path/path.ts";
import { eventToJson } from "../../src/cli/events.ts";
import { indent, table } from "../../src/cli/format.ts";
import { dryRunText, madeText } from "../../src/make/report/make.ts";
import { roundText } from "../../src/make/report/trial.ts";
import type { Importance } from "../../src/plan/missing.ts";
import type { Reason } from "../../src/plan/plan.ts";
import { missingTable } from "../../src/plan/report/missing.ts";
import { planText } from "../../src/plan/report/plan.ts";
import { showReason } from "../../src/plan/report/reasons.ts";
import { noRules } from "../../src/service/application.ts";
import { templateCommands } from "../../src/template/report/template.ts";
import { absent, entry, plan, roundOf, writable } from "../cage/plans.ts";
import { made } from "../make/report/made.ts";
import { application } from "../plan/traces.ts";
import { smallest, template } from "../template/corpus.ts";
import { messagesIn } from "../texts.ts";

const languages = ["en", "de"] as const;
const en = messagesIn("en");
const evil = "x\x1b]0;pwned\x07\u202ey\r";
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Expects no control character except newlines. */
function expectPlain(text: string) {
	for (const line of text.split("\n")) expect(line).not.toMatch(controls);
	expect(text).not.toMatch(/undefined|\[object|NaN/);
}

describe("tables", () => {
	test("have columns as wide as their widest cell, and no trailing blanks", () => {
		const rows = ["a bb c", "aaa  "].map((row) => row.split(" "));
		expect(table(rows)).toBe("a    bb  c\naaa");
		expect(table([])).toBe("");
	});
	test("are indented line by line, except empty lines", () => expect(indent("a\n\nb")).toBe("  a\n\n  b"));
});

describe("a plan for people", () => {
	const opened = { proc: "open /proc/x", unixSockets: "AF_UNIX", memfd: "memfd_create" };
	const hostile = plan(
		[
			entry(`/srv/${evil}`, { reasons: [{ kind: "rule", rule: "include", value: evil }] }),
			entry("/l", { kind: "symlink", target: pathFromText(evil), reasons: [{ kind: "trial", round: 1, call: evil }] }),
			entry("/dir", { kind: "directory" }),
			entry("/left", { decision: "declined" }),
		],
		{
			writable: [writable(`/var/${evil}`, { seeds: [{ path: pathFromText("/var/x"), bytes: 2048 }] }), writable("/empty")],
			declined: [{ path: pathFromText(`/etc/${evil}`), risk: "secret" }],
			notes: [{ code: "writes-system-directory", values: { path: evil } }],
			accounts: { users: [{ name: evil, uid: 1, gid: 1, home: "/", reason: "" }], groups: [], usersLeftOut: 3, groupsLeftOut: 4 },
			permissions: { ...opened, capabilities: [{ name: "chown", why: "fchown" }] },
		},
	);
	test.each(languages)("cannot control a terminal (%s)", (language) => expectPlain(planText(hostile, messagesIn(language))));
	test("lists entries with reasons, writable directories, excluded items and permissions", () => {
		const text = planText(hostile, en);
		for (const part of ["/srv/x\\x1b]0;pwned\\x07\\u{202e}y\\x0d", "/l -> x", "/var/x", "/etc/x", "chown", "--allow-secret"])
			expect(text).toContain(part);
		expect(text).not.toContain("/left");
		expect(text).not.toContain("/dir\n");
	});
	test.each([
		["en", "1 devices"],
		["de", "1 Geräte"],
	] as const)("counts one device as one (%s)", (language, wrong) => {
		const text = planText(plan([entry("/dev/null", { kind: "device" })]), messagesIn(language));
		expect(text).not.toContain(wrong);
		expect(text).toContain(wrong.slice(0, -1));
	});
	test("says so if there is no permission", () => expect(planText(plan([]), en)).toContain(en.cli.plan.noPermissions));
});

test.each([
	["en", "1.3"],
	["de", "1,3"],
] as const)("a round's seconds are written as the language writes numbers (%s)", (language, seconds) => {
	expect(roundText("app", roundOf(), { seconds: 1.27, open: 0 }, messagesIn(language))).toMatch(new RegExp(` ${seconds} `));
});

test("each kind of reason has words in both languages", () => {
	const reasons: Reason[] = [
		{ kind: "traced", calls: ["openat"], program: pathFromBytes(Buffer.from("/\xff", "latin1")) },
		{ kind: "traced", calls: [] },
		{ kind: "needed-by", by: pathFromText(`/${evil}`) },
		{ kind: "interpreter-of", by: pathFromText(`/${evil}`) },
		{ kind: "link-to", target: pathFromText(`/${evil}`) },
		{ kind: "parent-of", child: pathFromText(`/${evil}`) },
		{ kind: "rule", rule: "exclude", value: evil },
		{ kind: "account" },
		{ kind: "loader-cache" },
		{ kind: "launcher" },
		{ kind: "service-directory" },
		{ kind: "own-state" },
		{ kind: "trial", round: 2, call: evil },
	];
	for (const language of languages) {
		for (const reason of reasons) {
			expect(showReason(reason, messagesIn(language)).length).toBeGreaterThan(3);
			expectPlain(showReason(reason, messagesIn(language)));
		}
	}
});

describe("a trial round for people", () => {
	const missing = absent(`/${evil}`);
	test("lists missing items, probe results and the next steps", () => {
		const probes = [{ command: `curl ${evil}`, ok: false, output: `refused\n${evil}` }];
		const text = roundText("app", roundOf({ probes, missing: [missing] }), { generation: 3, seconds: 1.25, open: 1 }, en);
		expectPlain(text);
		expect(text).toContain("openat: ENOENT");
		expect(text).toMatch(/^1 +yes +0\/1 +1 +3 +1\.3 +-$/m);
		expect(text).toContain("\n  refused\n  x\\x1b");
		expect(text).toContain("app");
	});
	test("reports an exercise that failed in the cage", () => {
		const text = roundText("app", roundOf({ failedExercises: [`curl ${evil}`] }), { open: 0 }, en);
		expectPlain(text);
		expect(text).toContain("[fail] curl x");
	});
	test("shows the last five lines of an application that did not answer, without control sequences", () => {
		const output = `1\n2\n3\nC:\\new ${evil}\n5\n6\n`;
		const text = roundText("app", roundOf({ answered: false, output }), { open: 0 }, en);
		expectPlain(text);
		expect(text).toContain("  C:\\new x\\x1b");
		expect(text).toContain("\n  5\n  6");
		expect(text).not.toMatch(/^ *1$/m);
	});
	test("gives the evidence for each missing item", () => {
		const importances: Importance[] = [
			{ level: "said", line: `cannot open ${evil}` },
			{ level: "last-call", before: 1 },
			{ level: "last-call", before: 7 },
			{ level: "configuration", package: "nginx" },
			{ level: "noise" },
		];
		const all = importances.map((importance) => ({ ...missing, importance }));
		const text = missingTable(all, en);
		expectPlain(text);
		expect(text.split("\n").map((line) => line.split(/ {2,}/).at(-1))).toEqual([
			expect.stringContaining("the application printed: cannot open x"),
			"last failed call before the application exited",
			"one of the last 7 failed calls before the application exited",
			"configuration of the application's package nginx",
			"most applications do not need it",
		]);
	});
	test("shows a call without a path by its name", () => {
		const refused = { kind: "filtered", call: "setgroups", error: "EPERM", declined: false } as const;
		expect(missingTable([refused], en)).toMatch(/setgroups +setgroups: EPERM$/);
	});
});

test.each(languages)("the result of make is a few lines (%s)", (language) => {
	const text = madeText(
		made(),
		{ root: "/state/root", data: "/state/data" },
		["cagewright", "--state", "/state"],
		messagesIn(language),
	);
	expectPlain(text);
	for (const part of ["/state/root", "/state/data", "/state/record.md", "cagewright --state /state run app"])
		expect(text).toContain(part);
});

test.each([
	[4, en.cli.plan.tcpPorts([6379])],
	[3, en.cli.plan.portsUnlimited],
])("the ports that a cage may bind are shown if the kernel limits them (Landlock %d)", (landlock, line) => {
	const limited = made({ plan: { permissions: { capabilities: [], tcpPorts: [6379] } }, trial: { landlock } });
	expect(madeText(limited, { root: "/root", data: "/data" }, ["cagewright"], en).split("\n")).toContain(line);
});

test.each(languages)("a dry run cannot control a terminal, whatever a template contains (%s)", (language) => {
	const words = { command: ["/bin/app", evil], user: evil, cwd: `/${evil}`, probes: [evil], exercises: [evil] };
	const answers = { name: "app", application: { ...application, ...words }, rules: noRules, onHost: false, rounds: 5 };
	const text = dryRunText(
		answers,
		{ state: "/state", command: `cagewright make --probe '${evil}' --exercise 'a\nb'` },
		messagesIn(language),
	);
	expectPlain(text);
	expect(text).toContain("--exercise 'a\nb'");
});

test("a warning that names a failure has its code in problem and in cause", () => {
	const values = { name: "redis", cause: "unit-reload-failed" };
	const json = eventToJson({ event: "warned", code: "unit-not-refreshed", values });
	expect(json).toMatchObject({ values: { ...values, problem: "unit-reload-failed" } });
	const other = { event: "warned", code: "template-not-unit", values: { template: "nginx" } } as const;
	expect(eventToJson(other)).toEqual(other);
});

test("the review of a template shows its sockets, including those for other systems", () => {
	const other = { systems: ["fedora"], tried: true, application: { sockets: ["stream /run/other.socket"] } };
	const application = { ...smallest.application, sockets: ["stream /run/app.socket mode=0660"] };
	const shown = templateCommands(template({ ...smallest, application, alternatives: [other] }), messagesIn("en"));
	expect(shown).toContain("stream /run/app.socket mode=0660");
	expect(shown).toContain("stream /run/other.socket");
});
