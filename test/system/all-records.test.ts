import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { recordProblems } from "../record/report/record-schemas.ts";
import { cagewright, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

const state = temporaryState();
const folder = join(temporaryFolder("records"), "all");

beforeAll(async () => {
	const { made } = await preparedRedis(state);
	appendFileSync(`${made.root}/usr/bin/redis-server`, "x");
});

const sha256 = (file: string) => execFileSync("sha256sum", [file], { encoding: "utf8" }).slice(0, 64);

test("`record --all` writes a record of each cage and an index", async () => {
	const words = ["record", "--all", "--format", "json", "-o", folder];
	expect(await cagewright([...words, "--checksum"], { state })).toEqual({
		status: 0,
		stdout: "",
		stderr: `Wrote 1 record and an index to ${folder}.\n`,
	});
	expect(readdirSync(folder).sort()).toEqual(["_index.json", "_index.md", "redis.json", "redis.json.sha256"]);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(recordProblems(JSON.parse(readFileSync(`${folder}/redis.json`, "utf8")))).toEqual([]);
	execFileSync("sha256sum", ["--check", "--status", "redis.json.sha256"], { cwd: folder });
	const index = JSON.parse(readFileSync(`${folder}/_index.json`, "utf8"));
	expect(index).toMatchObject({
		schema: "cagewright/record-index/1",
		cages: [
			{ name: "redis", file: "redis.json", sha256: sha256(`${folder}/redis.json`), generation: 1, dangers: 1, escapes: null },
		],
		damaged: [],
	});
	expect(readFileSync(`${folder}/_index.md`, "utf8")).toMatch(
		/\| \[redis\]\(redis\.json\) \| 1 \| \S+ \| 1 \| \d \| no \| open \| open \|\n/,
	);
});

test("a damaged cage is in the index, does not keep the others from being recorded, and shows in the status", async () => {
	const broken = `${state}/cages/broken`;
	cpSync(`${state}/cages/redis/cage.json`, `${broken}/cage.json`);
	writeFileSync(`${broken}/cage.json`, "{");
	const { json, status } = await cagewright(["record", "--all", "-o", folder, "--json"], { state });
	expect(status).toBe(1);
	expect(json).toMatchObject({
		schema: "cagewright/record-index/1",
		cages: [{ name: "redis", file: "redis.md" }],
		damaged: [{ name: "broken" }],
	});
});

test.each([
	["no cage and no --all", []],
	["a cage and --all", ["redis", "--all", "-o", folder]],
	["--all without a folder", ["--all"]],
])("record refuses %s", async (_, words) => {
	expect(await cagewright(["record", ...words], { state })).toMatchObject({
		status: 2,
		stderr: "cagewright: Name one cage, or write the records of all cages with --all -o DIR.\n",
	});
});

test("record refuses to write all records into a file or for a state folder without cages", async () => {
	const file = join(temporaryFolder("records"), "file");
	mkdirSync(`${file}s`);
	writeFileSync(file, "");
	const empty = temporaryState();
	expect((await cagewright(["record", "--all", "-o", file], { state })).status).toBe(4);
	expect((await cagewright(["record", "--all", "-o", `${file}s`], { state: empty })).status).toBeGreaterThan(0);
	expect(readdirSync(`${file}s`)).toEqual([]);
});
