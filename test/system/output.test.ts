import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { home, program, temporaryFolder, temporaryState } from "./cagewright.ts";

/** Output that nobody accepts: the disk is full, or the reader has stopped. */

const state = temporaryState();
const folder = temporaryFolder("output");

/** `behind` is the rest of the shell line. Descriptor 9 is a pipe whose reader has gone. The result's status is the program's. */
function run(words: string, behind: string): Promise<{ status: number; stderr: string }> {
	const line = `exec 9> >(:); wait $!; "$0" "$1" --state "$2" ${words} ${behind}; exit "\${PIPESTATUS[0]}"`;
	return new Promise((resolve) => {
		execFile("bash", ["-c", line, process.execPath, program, state], { cwd: home }, (error, _, stderr) => {
			resolve({ status: error ? Number(error.code) : 0, stderr });
		});
	});
}

test.each(["list", "--quiet check --all", "--version", "--help"])(
	"%s with a full disk as stdout fails with one line",
	async (words) => {
		const said = { status: 1, stderr: "cagewright: No space left on the device for stdout. Free some space and try again.\n" };
		expect(await run(words, ">/dev/full")).toEqual(said);
	},
);

test("the line about the full disk is translated", async () => {
	expect((await run("--lang de list", ">/dev/full")).stderr).toMatch(
		/^cagewright: Für stdout ist kein Speicherplatz mehr frei\. .*\n$/,
	);
});

test("a reader that stops reading does not change the exit status", async () => {
	writeFileSync(`${folder}/wrong.json`, "{}");
	const words = `--json template check "${folder}/wrong.json"`;
	expect(await run(words, "| cat >/dev/null")).toEqual({ status: 2, stderr: "" });
	expect(await run(words, "| true")).toEqual({ status: 2, stderr: "" });
	expect(await run("--help", "| true")).toEqual({ status: 0, stderr: "" });
});

describe.each(["2>/dev/full", "2>&9"])("messages that nobody can read (%s)", (lost) => {
	test.each([
		["check nosuch", 2],
		["--bogus", 2],
		["list nosuch", 2],
		["--debug check nosuch", 2],
	])("do not change the exit status of %s", async (words, status) => {
		expect((await run(words, lost)).status).toBe(status);
	});

	test("do not stop an import", async () => {
		const folder = temporaryFolder("templates");
		const names = ["first", "second", "third", "fourth"];
		const template = readFileSync(`${home}/templates/demo.json`, "utf8");
		for (const name of names) writeFileSync(`${folder}/${name}.json`, template.replace('"demo"', `"${name}"`));
		expect((await run(`template import "${folder}" --yes --replace`, lost)).status).toBe(0);
		for (const name of names) expect(existsSync(`${state}/templates/${name}.json`)).toBe(true);
	});
});
