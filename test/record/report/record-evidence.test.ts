import { describe, expect, test } from "vitest";
import { sha256 as hash } from "../../../src/base/host/hash.ts";
import { checklistOf, type ItemId, type ItemState } from "../../../src/record/checklist.ts";
import { type CageRecord, watchedBy } from "../../../src/record/record.ts";
import { recordHtml } from "../../../src/record/report/html.ts";
import { recordToJson } from "../../../src/record/report/json.ts";
import { recordMarkdown } from "../../../src/record/report/markdown.ts";
import { manifestEntry } from "../../make/report/made.ts";
import { messagesIn } from "../../texts.ts";
import { recordFor } from "./records.ts";

/** The record shows only what was measured. Each statement has a fact below it, and without that fact it is open. */

const at = "2026-01-01T00:00:00.000Z";
const measured = { inside: true, seccomp: true, noNewPrivileges: true, capabilities: [], namespaces: ["mount", "pid"] };
const sha256 = "a".repeat(64);
const entries = [
	manifestEntry("/usr/bin/app", { sha256, package: { name: "app", version: "1" } }),
	...["/etc/passwd", "/etc/group"].map((path) => manifestEntry(path, { kind: "generated", sha256 })),
];
const selftest = { at, tried: 140, escaped: [], openByDesign: [], findings: [] };
const alarms = { at, generation: 1, filtered: 96, raised: 94, slowest: 0.1, silent: ["io-uring"] };
const alarmService = { installed: true, active: true, covers: true };
const history = [`${at} made {"generation":1}`, `${at} updated {"generation":1}`];

/** A record in which every fact was measured and is as it should be. */
function complete(): CageRecord {
	const record = recordFor(
		{ entries, cage: { selftest, alarms }, trial: { measured, weaker: [], landlock: 7 } },
		history,
		undefined,
		{
			responsible: { purpose: "mail", initiatedBy: "a", implementedBy: "b", approved: { by: "c", at, generation: 1 } },
			alarmService,
		},
	);
	const { evidence } = record;
	if (!evidence) throw new Error("no evidence");
	const appArmor = { enabled: true, profile: "/etc/apparmor.d/app", loaded: true };
	return { ...record, evidence: { ...evidence, machine: { ...evidence.machine, appArmor } } };
}

const statesOf = (record: CageRecord) => new Map(checklistOf(record).map(({ id, state }) => [id, state]));
const without = <K extends keyof CageRecord>(name: K): CageRecord => {
	const { [name]: _, ...rest } = complete();
	return rest as CageRecord;
};
/** Changes the trial that the evidence keeps, as of this generation. */
const withTrial = (change: (trial: CageRecord["cage"]["trials"][number]) => CageRecord["cage"]["trials"]): CageRecord => {
	const record = complete();
	const trials = record.cage.trials.flatMap(change);
	const { evidence } = record;
	return { ...record, cage: { ...record.cage, trials }, ...(evidence ? { evidence: { ...evidence, trials } } : {}) };
};
const withMeasured = (values: Partial<typeof measured>) =>
	withTrial((trial) => [{ ...trial, measured: { ...measured, ...values } }]);
const withSelftest = (values: Partial<typeof selftest> | undefined): CageRecord => {
	const { cage, evidence, ...record } = complete();
	const { selftest: _, ...untested } = cage;
	if (!evidence) throw new Error("no evidence");
	const { selftest: __, ...unproven } = evidence;
	const tested = values === undefined ? {} : { selftest: { ...selftest, ...values } };
	return { ...record, cage: { ...untested, ...tested }, evidence: { ...unproven, ...tested } };
};
const withAppArmor = (appArmor: object): CageRecord => {
	const { evidence, ...record } = complete();
	if (!evidence) throw new Error("no evidence");
	return { ...record, evidence: { ...evidence, machine: { ...evidence.machine, appArmor: { enabled: true, ...appArmor } } } };
};
const withNotes = (code: "shares-port" | "shares-directory"): CageRecord => {
	const { evidence, ...record } = complete();
	if (!evidence) throw new Error("no evidence");
	return { ...record, evidence: { ...evidence, notes: [{ code, values: { name: "other", port: 80, path: "/srv" } }] } };
};
const withAlarms = (values: object | undefined): CageRecord => {
	const { cage, ...record } = complete();
	const { alarms: _, ...silent } = cage;
	return { ...record, cage: { ...silent, ...(values ? { alarms: { ...alarms, ...values } } : {}) } };
};
const withService = (values: Partial<typeof alarmService>): CageRecord => ({
	...complete(),
	alarmService: { ...alarmService, ...values },
});
const withEntries = (...changed: readonly ReturnType<typeof manifestEntry>[]): CageRecord => {
	const record = complete();
	return { ...record, manifest: { ...record.manifest, entries: changed } };
};
const lines = (...actions: string[]) => actions.map((action) => ({ time: at, action, details: "{}" }));

test("a record in which everything was measured has no open item", () => {
	expect(new Set(statesOf(complete()).values())).toEqual(new Set(["shown", "explains"]));
});

type Case = readonly [fact: string, record: CageRecord, states: Partial<Record<ItemId, ItemState>>];
const fresh = { at, findings: [], drift: [], outdated: false };
const finding = { code: "account-used-outside", path: "/", severity: "warning", values: { account: "app" } } as const;
const cases: readonly Case[] = [
	[
		"the running application was not measured",
		withTrial(({ measured: _, ...trial }) => [trial]),
		{ s4: "open", s5: "open", s6: "open", s9: "open", r1: "open", r2: "open" },
	],
	[
		"there was no trial",
		withTrial(() => []),
		{ s4: "open", s9: "open", s15: "open", s16: "open", s18: "open", r1: "open", q4: "open" },
	],
	["the application did not answer", withTrial((trial) => [{ ...trial, answered: false }]), { s15: "failed", q4: "failed" }],
	["the root was another one", withMeasured({ inside: false }), { s4: "failed", s5: "failed", s6: "failed", r2: "failed" }],
	["there was no mount namespace", withMeasured({ namespaces: [] }), { s4: "shown", s6: "failed", s9: "failed", r2: "failed" }],
	["there was no filter", withMeasured({ seccomp: false }), { s9: "failed", r1: "failed" }],
	["new privileges were possible", withMeasured({ noNewPrivileges: false }), { s9: "failed", r1: "failed" }],
	["no technique was tried", withSelftest(undefined), { s7: "open", s10: "open", s11: "open", q5: "open" }],
	["the self-test tried nothing", withSelftest({ tried: 0 }), { s7: "open", s10: "open", s11: "open", q5: "open" }],
	["another service uses the port", withNotes("shares-port"), { s8: "failed" }],
	["another service uses the directory", withNotes("shares-directory"), { s8: "failed" }],
	[
		"another process uses the account",
		{ ...complete(), check: { ...fresh, findings: [{ ...finding, path: "/" as never, accepted: true, known: true }] } },
		{ s8: "failed" },
	],
	["nobody compared the cage", without("check"), { s8: "open", q6: "open" }],
	["the host has newer files", { ...complete(), check: { ...fresh, outdated: true } }, { q6: "failed" }],
	["the cage was never updated", { ...complete(), history: lines("made", "tried", "recorded") }, { q6: "open" }],
	[
		"only attempts to update are in the log",
		{ ...complete(), history: lines("made", "update-refused", "update-undone") },
		{ q6: "open" },
	],
	["the log is empty", { ...complete(), history: [] }, { q6: "open", q10: "open" }],
	["an older version built the cage", without("evidence"), { r3: "open", q7: "open" }],
	["the profile is not loaded", withAppArmor({ profile: "/etc/apparmor.d/app", loaded: false }), { r3: "failed" }],
	["nobody knows whether the profile is loaded", withAppArmor({ profile: "/etc/apparmor.d/app" }), { r3: "failed" }],
	["the program has no profile", withAppArmor({}), { r3: "person" }],
	["no watch is known", without("alarmService"), { s14: "person" }],
	["the watch does not start at boot", withService({ installed: false }), { s14: "person" }],
	["the watch does not run", withService({ active: false }), { s14: "person" }],
	["the watch is for other cages", withService({ covers: false }), { s14: "person" }],
	["alarms were not measured", withAlarms(undefined), { s14: "person" }],
	["alarms were measured with another generation", withAlarms({ generation: 2 }), { s14: "person" }],
	["no technique raised an alarm", withAlarms({ raised: 0 }), { s14: "person" }],
	[
		"an entry has no reason",
		withEntries(...entries, manifestEntry("/x", { sha256, reasons: [] })),
		{ s16: "failed", s19: "failed", q1: "failed" },
	],
	["a file has no checksum", withEntries(...entries, manifestEntry("/x")), { q1: "failed" }],
	[
		"nothing was traced",
		withEntries(...entries.map((one) => ({ ...one, reasons: [{ kind: "launcher" as const }] }))),
		{ s16: "open" },
	],
	["the cage has no /etc/passwd", withEntries(...entries.slice(0, 1)), { s20: "failed" }],
	["nobody is named", { ...complete(), responsible: {} }, { s1: "person", s2: "person", q8: "person", q9: "person" }],
];

/** The states in the page's checklist, and in the text's. */
const ofHtml = (page: string) => {
	const [section = ""] = (page.split('<section id="checklist">')[1] ?? "").split("</section>");
	return [...section.matchAll(/<span class="state (\w+)">/g)].map(([, state = ""]) => state);
};
const ofMarkdown = (text: string, { record: { checklist, parts } }: ReturnType<typeof messagesIn>) => {
	const [section = ""] = (text.split(`## ${parts.sections.checklist}\n`)[1] ?? "").split("\n## ");
	const rows = section.split("\n").filter((line) => /^\| (A10-|Q)?\d/.test(line));
	const stateOf = new Map(Object.entries(checklist.states).map(([state, words]) => [words, state]));
	return rows.map(
		(row) =>
			stateOf.get(
				row
					.replaceAll("\\", "")
					.split(" | ")
					.find((cell) => stateOf.has(cell)) ?? "",
			) ?? row,
	);
};

describe.each(cases)("if %s,", (_, record, states) => {
	test("the items that rest on it are not shown", () => {
		expect(Object.fromEntries([...statesOf(record)].filter(([id]) => id in states))).toEqual(states);
		const { checklist } = recordToJson(record) as { checklist: { id: ItemId; state: ItemState }[] };
		expect(Object.fromEntries(checklist.filter(({ id }) => id in states).map(({ id, state }) => [id, state]))).toEqual(states);
	});

	test.each(["en", "de"] as const)("both pages count what their tables contain (%s)", (language) => {
		const messages = messagesIn(language);
		const [html, markdown] = [recordHtml(record, messages, hash), recordMarkdown(record, messages)];
		const states = ofHtml(html);
		expect(states).toEqual([...statesOf(record).values()]);
		expect(ofMarkdown(markdown, messages)).toEqual(states);
		const count = (...wanted: readonly ItemState[]) => states.filter((state) => wanted.some((one) => one === state)).length;
		const sentence = messages.fill(messages.record.checklist.count, {
			of: states.length - count("explains"),
			shown: count("shown"),
			failed: count("failed"),
			// "open" and "open (person)" are both open.
			open: count("open", "person"),
			person: count("person"),
		});
		for (const text of [html, markdown]) expect(text).toContain(sentence);
		expect(markdown).not.toMatch(/undefined|\[object|NaN|\{[a-z]+(:count)?\}/);
	});
});

test.each([
	["every cage", ["/usr/bin/node", "/usr/bin/cagewright", "--state", "/x", "watch", "--journal"], { state: "/x", names: [] }],
	["named cages", ["cagewright", "watch", "--journal", "--on-alarm", "stop", "redis", "web"], { names: ["redis", "web"] }],
	["a cage named like an option's value", ["cagewright", "watch", "--check-every", "5", "stop"], { names: ["stop"] }],
	["another program", ["/usr/bin/node", "server.js"], undefined],
	["no process", [], undefined],
])("the words of a watch show that it watches %s", (_, words, watched) => {
	expect(watchedBy(words)).toEqual(watched);
});
