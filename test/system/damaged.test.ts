import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { some } from "../long.ts";
import { cagewright, inProcess, type Made, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { type Daemon, redis } from "./daemons.ts";
import { found } from "./findings.ts";
import { freePort } from "./network.ts";

/** A cage's description in the state folder is truncated or replaced. Commands report it and offer a fix. */

const state = temporaryState();
const name = "damaged";
const included = temporaryFolder("included");
let daemon: Daemon;
let made: Made;

beforeAll(async () => {
	daemon = redis(await freePort());
	writeFileSync(`${included}/page`, "a page\n");
	made = await make([...words(), "--", ...daemon.command], { state });
});

/** Options of the cage, before its command. The state of these tests is below /tmp. */
const words = () => [
	"--name",
	name,
	"--user",
	"redis",
	"--include",
	included,
	"--accept-finding",
	"way-sticky",
	"--probe",
	daemon.probe,
];

const check = (...words: string[]) => cagewright(["check", ...(words.length ? words : [name])], { state });

test.each(some(1, ["cage.json", "manifest"]))("a FIFO in place of %s is reported as damage and blocks nothing", async (what) => {
	const folder = `${state}/cages/${name}`;
	const file = what === "manifest" ? `${folder}/manifests/${basename(made.root)}.json` : `${folder}/${what}`;
	renameSync(file, `${file}.kept`);
	execFileSync("mkfifo", [file]);
	const result = await check("--all");
	rmSync(file);
	renameSync(`${file}.kept`, file);
	expect(result).toMatchObject({ status: 1, stdout: expect.stringMatching(new RegExp(`^${name}: damaged: `)) });
	expect(found(await check())).toEqual([]);
});

test.each(some(1, ["cage.json", "manifests/1.json"]))(
	"a damaged %s is listed with the other cages, and make --replace rebuilds the cage with its data",
	async (file) => {
		const folder = `${state}/cages/${name}`;
		writeFileSync(`${made.data}${daemon.folder}/data/kept`, "kept");
		const generation = basename(made.root);
		writeFileSync(`${folder}/${file.replace("1.json", `${generation}.json`)}`, "{");

		const list = await cagewright(["list"], { state });
		expect(list.status).toBe(1);
		expect(list.stdout).toMatch(new RegExp(`^${name} +- +- +- +damaged +\\S.* is damaged.*--replace`, "m"));
		expect(await check("--all")).toMatchObject({ status: 1, stdout: new RegExp(`^${name}: damaged: .*--replace`) });
		const one = await cagewright(["list", "--json"], { state });
		expect(one.json.cages).toMatchObject([{ name, generation: null, damage: expect.stringContaining("damaged") }]);
		// Also if it is the only one.
		const all = await cagewright(["update", "--all", "--json"], { state });
		expect(all.json.cages).toMatchObject([{ name, outcome: "failed", problem: expect.stringContaining("damaged") }]);
		expect(all.status).toBe(1);
		expect(await cagewright(["update", name, "--json"], { state })).toMatchObject({ status: 1, stdout: "" });

		// A change on the host leads to another generation.
		writeFileSync(`${included}/page`, "another page\n");
		const again = ["make", ...words(), "--yes", "--quiet", "--", ...daemon.command];
		expect((await inProcess(again, { state })).status).toBe(1);
		made = await make([...words(), "--replace", "--", ...daemon.command], { state });
		expect(made.root).toBe(`${folder}/generations/${Number(generation) + 1}`);
		expect(existsSync(`${made.data}${daemon.folder}/data/kept`)).toBe(true);
		expect((await cagewright(["list"], { state })).status).toBe(0);
	},
);

test("a damaged manifest of the present generation does not prevent a rollback", async () => {
	const [folder, from] = [`${state}/cages/${name}`, Number(basename(made.root))];
	const next = (await cagewright(["build", name, "--include", "/etc/hostname", "--json"], { state })).json as Made;
	expect(Number(basename(next.root))).toBe(from + 1);
	const manifest = `${folder}/manifests/${from + 1}.json`;
	writeFileSync(manifest, '{"schema":"cagewright/manifest/1"}');
	expect(await cagewright(["show", name], { state })).toMatchObject({
		status: 1,
		stderr: new RegExp(`^cagewright: ${manifest} is damaged\\. .*rollback ${name}[^\\n]*\\n$`),
	});
	const back = await cagewright(["rollback", name, "--json"], { state });
	expect(back.json).toMatchObject({ from: from + 1, to: from });
	expect((await cagewright(["show", name, "--json"], { state })).json).toMatchObject({
		root: made.root,
		generations: expect.arrayContaining([from, from + 1]),
	});
});

test("a damaged account.json stops a removal with advice", async () => {
	const file = `${state}/cages/${name}/account.json`;
	writeFileSync(file, "{");
	expect((await cagewright(["list"], { state })).status).toBe(0);
	const remove = () => cagewright(["remove", name, "--dry-run"], { state });
	expect(await remove()).toMatchObject({
		status: 1,
		stderr: expect.stringMatching(`^cagewright: ${file} is damaged, .* delete it`),
	});
	rmSync(file);
	expect((await remove()).status).toBe(0);
});
