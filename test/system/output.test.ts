import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { home, program, temporaryFolder, temporaryState } from "./cagewright.ts";

/** Output that nobody accepts: the disk is full, or the reader has stopped. */

const state = temporaryState();
const folder = temporaryFolder("output");

/** `behind` is the rest of the shell line. The result's status is the program's. */
function run(words: string, behind: string): Promise<{ status: number; stderr: string }> {
	const line = `"$0" "$1" --state "$2" ${words} ${behind}; exit "\${PIPESTATUS[0]}"`;
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
