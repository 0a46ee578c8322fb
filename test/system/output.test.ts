import { execFile } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { home, program, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

/** Output that nobody accepts: the disk is full, or the reader has stopped. */

const state = temporaryState();
const folder = temporaryFolder("output");

/** `behind` is the rest of the shell line. Descriptor 9 is a pipe whose reader has gone. The result's status is the program's. */
function run(words: string, behind: string): Promise<{ status: number; stderr: string }> {
	return shell(`"$0" "$1" --state "$2" ${words} ${behind}; exit "\${PIPESTATUS[0]}"`);
}

function shell(line: string): Promise<{ status: number; stderr: string }> {
	const words = ["-c", `exec 9> >(:); wait $!; ${line}`, process.execPath, program, state];
	return new Promise((resolve) => {
		execFile("bash", words, { cwd: home }, (error, _, stderr) => {
			resolve({ status: error ? Number(error.code) : 0, stderr });
		});
	});
}

test.each(some(2, ["list", "--help", "--quiet apps", "--version"]))(
	"%s with a full disk as stdout fails with one line",
	async (words) => {
		const said = { status: 1, stderr: "cagewright: No space left on the device for stdout. Free some space and try again.\n" };
		expect(await run(words, ">/dev/full")).toEqual(said);
	},
);

test.runIf(isLong)("the line about the full disk is translated", async () => {
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

describe("watch, whose output is its work", () => {
	const watched = temporaryState();
	const watch = `"$0" "$1" --state "${watched}" watch demo --check-every 1`;
	beforeAll(async () => {
		const { data } = await preparedDemo(watched);
		const setuid = `${data}/var/lib/cagewright-demo/evil`;
		writeFileSync(setuid, "");
		chmodSync(setuid, 0o4755);
	});

	const outputs: readonly [string, string][] = [
		[">&9", "The reader of /dev/fd/1 stopped"],
		[">/dev/full", "No space left on the device for /dev/fd/1"],
	];
	test.each(some(1, outputs))("ends with an error if nobody takes an alarm (%s)", async (output, text) => {
		const { status, stderr } = await shell(`${watch} ${output}`);
		expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`cagewright: ${text}`) });
	});

	test.each(some(1, ["--on-alarm true", "--journal"]))("warns and continues with %s", async (words) => {
		const messages = `${folder}/messages`;
		const until = `until grep -q 'not printed' "${messages}"; do sleep 0.1; done; kill $!; wait $!`;
		const { status } = await shell(`${watch} ${words} >&9 2>"${messages}" & ${until}`);
		expect(status).toBe(143);
		expect(readFileSync(messages, "utf8")).toContain(
			"An alarm was not printed, but the watch goes on: The reader of /dev/fd/1 stopped",
		);
	});
});

describe.each(some(1, ["2>&9", "2>/dev/full"]))("messages that nobody can read (%s)", (lost) => {
	const refused: readonly [string, number][] = [
		["check nosuch", 2],
		["--bogus", 2],
		["list nosuch", 2],
		["--debug check nosuch", 2],
	];
	test.each(some(2, refused))("do not change the exit status of %s", async (words, status) => {
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
