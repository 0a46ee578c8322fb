import { spawnSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { cagewright, home, type Made, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

const state = temporaryState();
const folder = temporaryFolder("collector");
const file = join(folder, "cagewright.prom");
const rules = join(home, "packaging/prometheus/alerts.yml");
let made: Made;

beforeAll(async () => {
	({ made } = await preparedRedis(state));
});

const promtool = (args: readonly string[], input = "") => {
	const { status, stderr, stdout } = spawnSync("promtool", args, { encoding: "utf8", input });
	return { status, output: stdout + stderr };
};

test("metrics of all cages are replaced in one step, readable by the exporter, and valid for Prometheus", async () => {
	for (const _ of ["new", "replaced"])
		expect(await cagewright(["metrics", "-o", file], { state })).toMatchObject({ status: 0, stdout: "" });
	expect(readdirSync(folder)).toEqual(["cagewright.prom"]);
	expect(statSync(file).mode & 0o777).toBe(0o644);
	const text = readFileSync(file, "utf8");
	expect(text).toContain('cagewright_cage_info{cage="redis",generation="1",template="",unit=""} 1\n');
	expect(text).toContain('cagewright_cage_findings{cage="redis",severity="danger",state="open"} 0\n');
	expect(promtool(["check", "metrics"], text)).toEqual({ status: 0, output: "" });
	expect((await cagewright(["metrics"], { state })).stdout.split("\n").length).toBe(text.split("\n").length);
});

test("the alert rules are valid, and a changed program raises an alert", async () => {
	expect(promtool(["check", "rules", rules])).toMatchObject({ status: 0 });
	appendFileSync(`${made.root}/usr/bin/redis-server`, "x");
	const { stdout } = await cagewright(["metrics"], { state });
	const samples = stdout.split("\n").filter((line) => line && !line.startsWith("#") && !line.includes("timestamp"));
	const series = samples.map((line) => ({
		series: line.slice(0, line.lastIndexOf(" ")),
		values: `${line.slice(line.lastIndexOf(" ") + 1)}x3`,
	}));
	const alert = (alertname: string, exp_alerts: readonly object[]) => ({ eval_time: "2m", alertname, exp_alerts });
	const danger = {
		exp_labels: { cage: "redis", severity: "critical", state: "open" },
		exp_annotations: {
			summary: "Dangerous findings in cage redis on : 1. It will not start.",
			description: "Run `cagewright check redis`; it explains each finding and its fix.",
		},
	};
	const tests = [
		{
			interval: "1m",
			input_series: series,
			alert_rule_test: [alert("CagewrightDanger", [danger]), alert("CagewrightEscape", [])],
		},
	];
	const cases = join(temporaryFolder("rules"), "cases.yml");
	// JSON is YAML.
	writeFileSync(cases, JSON.stringify({ rule_files: [rules], tests }));
	expect(promtool(["test", "rules", cases])).toMatchObject({ status: 0 });
});

test.each([
	["a folder that does not exist", ["-o", `${folder}/missing/cagewright.prom`], "missing' does not exist."],
	["a folder", ["-o", "/usr"], "/usr is a directory."],
	["JSON on stdout", ["--json"], "two formats"],
])("metrics refuses %s", async (_, words, message) => {
	const { status, stderr, stdout } = await cagewright(["metrics", ...words], { state });
	expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
	expect(stderr).toContain(message);
});
