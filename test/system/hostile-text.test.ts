import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { some } from "../long.ts";
import { editJson, editTrace } from "./archives.ts";
import { inProcess, must, temporaryState } from "./cagewright.ts";
import { exportedRedis } from "./hostile-archives.ts";

/** An imported cage whose texts contain terminal sequences, line breaks and characters that reorder text. */

const { archive, changed, take, there } = exportedRedis();

const evil = "\u001b]0;x\u0007\u009b31m\u202e\nforged";
const unseen = "\u009b31m\u202e";
const forbidden = /(?![\n\t])\p{Cc}|\u202e/u;
// biome-ignore lint/suspicious/noExplicitAny: the archive's author writes whatever it likes
type Json = any;

function describe(json: Json): void {
	json.application.command.push(evil);
	json.application.probes.push(`true ${evil}`);
	json.application.exercises.push(evil);
	json.application.env[`A${evil}`] = evil;
	const values = { account: evil, cage: evil, name: evil, paths: evil, program: evil };
	json.notes = ["attached-late", "shares-port-cage", "constructor", evil].map((code) => ({ code, values }));
	json.parameters = { [evil]: evil };
	Object.assign(json, { madeAt: evil, template: evil });
	const trial = { round: 1, call: evil };
	json.additions.push({ kind: "call", name: evil, ...trial }, { kind: "path", path: `/etc/${evil}`, ...trial });
	const counts = { exercises: 1, probes: 1, signals: 1, trials: 1 };
	json.minimised = { at: evil, isComplete: true, paths: [`/x${evil}`], ...counts };
	json.rules.exclude.push(evil);
}

function list(json: Json): void {
	for (const entry of json.entries) {
		const rule = { kind: "rule", rule: "include", value: evil };
		entry.reasons = [{ kind: "traced", calls: [evil], program: `/x${evil}` }, rule, { kind: "trial", round: 1, call: evil }];
		Object.assign(entry, { origin: `/x${evil}`, package: { name: evil, version: evil } });
	}
	for (const name of ["proc", "memfd", "netlink", "unixSockets", "scheduling", "sys"]) json.openings[name] = evil;
	json.openings.refused = [{ name: "ports", why: evil }];
	Object.assign(json, { command: [evil], marksBy: evil });
	for (const user of json.accounts.users) user.reason = evil;
}

beforeAll(() => {
	const file = changed((tree) => {
		editJson(`${tree}/cage.json`, describe);
		editJson(`${tree}/manifests/1.json`, list);
		const log = `${tree}/log`;
		const details = JSON.stringify({ generation: evil, [evil]: evil });
		writeFileSync(log, `${readFileSync(log, "utf8")}2026-01-01T00:00:00.000Z tried ${details}\n`);
		editTrace(tree, (trace) => {
			for (const access of trace.accesses) access.calls = [evil];
			trace.refusals.push({ call: evil, count: 1, error: evil });
			for (const name of ["families", "kept", "ports", "possibleNeeds"]) trace[name].push(`tcp ${evil}`);
		});
	});
	writeFileSync(`${archive}.evil`, readFileSync(file));
});

const verbs = [
	["list"],
	["show", "taken"],
	["show", "taken", "--history"],
	["check", "taken"],
	["record", "taken", "--format", "md"],
	["record", "taken", "--format", "html"],
	["plan", "taken"],
	["explain", "taken", "mount"],
	["unit", "taken"],
	["run", "taken", "--print"],
	["list", "--json"],
	["show", "taken", "--json"],
	["check", "taken", "--nagios"],
	["check", "taken", "--json"],
	["stale"],
	["metrics"],
	["record", "taken", "--format", "json"],
	["record", "taken", "--format", "cyclonedx"],
	["update", "taken", "--dry-run"],
	["update", "taken", "--dry-run", "--json"],
	["remove", "taken", "--dry-run"],
	["export", "taken", "--format", "kubernetes"],
	["show", "taken", "--record"],
	["diff", "taken"],
	["template", "new", "taken"],
	["minimise", "taken", "--dry-run"],
	["selftest", "taken"],
];

test("no verb prints a control character of an archive, or a line that it forged", async () => {
	const dry = await take(`${archive}.evil`, "--dry-run");
	expect(dry.stdout + dry.stderr).not.toMatch(forbidden);
	const taken = await must(take(`${archive}.evil`, "--yes", "--no-trial"));
	expect(taken.stderr).not.toMatch(forbidden);
	for (const words of some(10, verbs)) {
		const { status, stderr, stdout } = await inProcess(words, { state: there });
		const shown = stdout + stderr;
		const at = shown.search(forbidden);
		expect({ words, shown: at < 0 ? "" : shown.slice(Math.max(0, at - 80), at + 20) }).toEqual({ words, shown: "" });
		expect({ words, status }).not.toEqual({ words, status: 70 });
		// Quoted words of a shell may contain line ends.
		const forged = !words.includes("--print") && /^forged/m.test(shown);
		expect({ words, forged }).toEqual({ words, forged: false });
	}
});

test("no verb prints a control character of the state folder's name", async () => {
	const state = `${temporaryState()}/${unseen}`;
	const accept = ["--accept-finding", "account-used-outside", "--no-selftest", "--yes"];
	for (const words of [
		["make", "demo", "--dry-run"],
		["make", "demo", ...accept],
		["show", "demo"],
		["template", "save", "demo"],
		["template", "export", "demo", "-o", `${state}/demo.json`],
		["template", "check", `${state}/demo.json`],
	]) {
		const { status, stderr, stdout } = await inProcess(words, { state });
		expect({ words, status, shown: stdout + stderr }).toEqual({ words, status: 0, shown: expect.not.stringMatching(forbidden) });
	}
});
