import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { afterEach, beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Made, must, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

/** `check --accept` makes a nightly check succeed until something is new. It permits nothing else. */

const state = temporaryState();
const stored = `${state}/cages/demo/acknowledged.json`;
let made: Made;

beforeAll(async () => {
	made = await preparedDemo(state);
});

const inCage = (path: string) => `${made.root}${path}`;
const [edited, other, danger] = ["/etc/extra", "/etc/other", "/usr/bin/extra"];

afterEach(() => {
	for (const path of [edited, other, danger]) rmSync(inCage(path), { force: true });
	rmSync(stored, { force: true });
});

const check = (...words: string[]) => cagewright(["check", ...(words[0] === "--all" ? [] : ["demo"]), ...words], { state });
const findingOf = async (id: string) =>
	(await check("--json")).json.cages[0].findings.find((one: { finding: string }) => one.finding === id);

test("an acknowledged finding is accepted, with who and when, and a new one is reported", async () => {
	writeFileSync(inCage(edited), "");
	expect(await check()).toMatchObject({ status: 1, stdout: /^demo: warning added \/etc\/extra: /m });
	expect(await check("--json")).toMatchObject({ json: { cages: [{ open: [`added:${edited}`], acknowledged: [] }] } });

	const today = new Date().toISOString().slice(0, 10);
	const name = userInfo().username;
	const accepted = await check("--accept", `added:${edited}`, "--until", "2999-12-31");
	const line = /^demo: accepted added \/etc\/extra: .* \(acknowledged by .* on \d{4}-\d\d-\d\d, until 2999-12-31\)$/m;
	expect(accepted).toMatchObject({ status: 0, stderr: "", stdout: line });
	for (const words of [["--all"], ["--all", "--nagios"], ["--deep"]]) expect((await check(...words)).status).toBe(0);
	expect(await check("--all", "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
	expect(await findingOf(`added:${edited}`)).toMatchObject({
		accepted: true,
		known: false,
		acknowledged: { by: expect.stringContaining(name), at: expect.stringContaining(today.slice(0, 4)), until: "2999-12-31" },
	});

	writeFileSync(inCage(other), "");
	expect(await check("--all", "--quiet")).toMatchObject({ status: 1, stdout: /^demo: warning added \/etc\/other: [^\n]*\n$/ });
	expect(await check("--nagios")).toMatchObject({ status: 1, stdout: /warnings in demo .*warnings=1/ });
});

test.runIf(isLong)("who acknowledged is in the log, the record and `show`, and --revoke goes back", async () => {
	writeFileSync(inCage(edited), "");
	const env = { SUDO_USER: "alice" };
	await must(cagewright(["check", "demo", "--accept", "added"], { state, env }));
	const history = async () => (await cagewright(["show", "demo", "--history", "--json"], { state })).json.history.at(-1);
	expect(await history()).toMatch(/ finding-acknowledged \{"findings":\["added:\/etc\/extra"\],"by":"alice \(sudo, \w+\)"\}$/);
	expect(readFileSync(`${state}/cages/demo/record.md`, "utf8")).toMatch(/finding-acknowledged .*alice/);
	const shown = await cagewright(["show", "demo"], { state });
	expect(shown.stdout).toMatch(/^Accepted {2,}added:\/etc\/extra \(acknowledged by alice \(sudo, \w+\) on \S+\)$/m);
	const record = await cagewright(["record", "demo", "--format", "json"], { state });
	expect(record.json.check.findings).toContainEqual(
		expect.objectContaining({ path: edited, acknowledged: { by: expect.stringContaining("alice"), at: expect.any(String) } }),
	);
	expect((await cagewright(["record", "demo"], { state })).stdout).toContain("acknowledged by alice");

	expect(await check("--revoke", `added:${edited}`)).toMatchObject({ status: 1, stdout: /^demo: warning added/m });
	expect(await history()).toMatch(/ acknowledgement-revoked \{"findings":\["added:\/etc\/extra"\]/);
	expect(existsSync(stored)).toBe(false);
	expect(await check("--revoke", `added:${edited}`)).toMatchObject({
		status: 2,
		stderr: /^cagewright: Nobody acknowledged [^\n]*\n$/,
	});
});

test("an acknowledgement expires", async () => {
	writeFileSync(inCage(edited), "");
	await must(check("--accept", `added:${edited}`, "--until", "2999-12-31"));
	writeFileSync(stored, readFileSync(stored, "utf8").replace("2999-12-31", "2026-01-01"));
	expect(await check()).toMatchObject({ status: 1, stdout: /^demo: warning added \/etc\/extra/m });
	const { json } = await cagewright(["show", "demo", "--json"], { state });
	expect(json.acknowledged).toMatchObject([{ finding: `added:${edited}`, until: "2026-01-01", expired: true }]);
});

test("an acknowledged danger still prevents a start", async () => {
	writeFileSync(inCage(danger), "", { mode: 0o755 });
	const accepted = await check("--accept", `added:${danger}`);
	expect(accepted).toMatchObject({
		status: 0,
		stderr: /^added:\/usr\/bin\/extra still prevents every start of demo; only `cagewright .*run demo --accept-finding added:.*`/,
	});
	const run = await cagewright(["run", "demo", "--", "/usr/bin/node", "--version"], { state });
	expect(run).toMatchObject({ status: 4, stderr: /not started because it is not safe/ });
});

test.each([
	[
		["--accept", "added:/etc/extraa"],
		/^cagewright: Cage demo has no finding 'added:\/etc\/extraa'\. Did you mean 'added:\/etc\/extra'\? /,
	],
	[
		["--accept", "device:/dev/null"],
		/^cagewright: Cage demo has no finding 'device:\/dev\/null'\. It has: .*added:\/etc\/extra\b.*\n$/,
	],
	[["--accept", "added", "--until", "tomorrow"], /^cagewright: 'tomorrow' is not a date\. /],
	[["--accept", "added", "--until", "2020-01-01"], /^cagewright: 2020-01-01 is over /],
	[["--until", "2999-01-01"], /^cagewright: --until belongs to --accept FINDING\. /],
	[["--all", "--accept", "added"], /^cagewright: --accept and --revoke concern one cage\. /],
	[["--lang", "de", "--accept", "aded"], /^cagewright: Käfig demo hat keinen Befund 'aded'\./],
])("check %j is one clear line and changes nothing", async (words, line) => {
	writeFileSync(inCage(edited), "");
	const result = await check(...words);
	expect(result).toMatchObject({ status: 2, stdout: "", stderr: line });
	expect(result.stderr).toMatch(/^[^\n]*\n$/);
	expect(existsSync(stored)).toBe(false);
});

test("a damaged acknowledgement stops a check with advice, and hides nothing", async () => {
	writeFileSync(inCage(edited), "");
	writeFileSync(stored, "[{");
	expect(await check()).toMatchObject({ status: 1, stdout: /^demo: damaged: .*acknowledged\.json is damaged/ });
});
