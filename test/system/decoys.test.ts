import { readFileSync, statSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import {
	begin,
	cagewright,
	inProcess,
	type Json,
	type Made,
	make,
	startRun,
	temporaryFolder,
	temporaryState,
} from "./cagewright.ts";
import { perlServer, wordsOf } from "./daemons.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { found } from "./findings.ts";
import { fetchPage, freePort } from "./network.ts";

/** A caged application with decoys, which opens one only when it is asked to, like one that an intruder has taken over. */

const state = temporaryState();
const key = "/root/.ssh/id_ed25519";
let port: number;
let made: Made;

/** `GET /read` opens a decoy itself, `GET /child` in a process that ends at once. */
const answers = `if ($what eq 'read') { open(my $f, '<', '${key}') or die; $text = <$f> }
	if ($what eq 'child') { unless (fork) { open(my $f, '<', '/.env'); exit } wait }`;

beforeAll(async () => {
	port = await freePort();
	const words = ["--name", "victim", "--user", "nobody", "--accept-finding", "way-sticky", "--decoy"];
	made = await make([...words, ...wordsOf(perlServer(port, answers))], { state });
});

const request = (what: string) => fetchPage(`http://127.0.0.1:${port}/${what}`);
const at = (path: string, root = made.root) => readFileSync(`${root}${path}`, "utf8");
/** Other tests' processes of this account may cause alarms of other kinds. */
const alarmsIn = (text: string): Json[] =>
	text
		.split("\n")
		.filter(Boolean)
		.map((line) => describedJson(line))
		.filter(({ kind }) => kind === "decoy");

test("a cage has decoys that its account can read, and every verb handles them", async () => {
	expect(at(key)).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
	expect(at("/etc/shadow")).toMatch(/^root:\$6\$/);
	expect(statSync(`${made.root}${key}`).mode & 0o7777).toBe(0o644);
	expect(found(await cagewright(["check", "victim", "--deep"], { state }))).toEqual([]);
	expect((await cagewright(["explain", "victim", key], { state })).stdout).toContain("decoy: worthless");
	expect(await inProcess(["plan", "victim"], { state })).toMatchObject({ stdout: /^decoys +6 +generated$/m });
	expect((await cagewright(["record", "victim"], { state })).stdout).toMatch(/\| decoys \| 6 \|/);
});

test.runIf(isLong)("another generation and an imported cage have the same decoys", async () => {
	const paths = ["/.env", key, "/root/.bash_history"];
	const before = paths.map((path) => at(path));
	const built = await cagewright(["build", "victim", "--include", "/etc/hostname", "--json"], { state });
	expect(built.status).toBe(0);
	const { root } = built.json;
	expect(root).not.toBe(made.root);
	expect(paths.map((path) => at(path, root))).toEqual(before);
	expect(found(await cagewright(["check", "victim"], { state }))).toEqual([]);

	const archive = `${temporaryFolder("archive")}/victim.tar`;
	const there = temporaryState();
	expect(await inProcess(["export", "victim", "--format", "tar", "-o", archive], { state })).toMatchObject({ status: 0 });
	const imported = await inProcess(["import", archive, "--yes", "--no-trial", "--json"], { state: there });
	expect(imported.status).toBe(0);
	const folder = `${there}/cages/victim/generations/${imported.json.generation}`;
	expect(paths.map((path) => at(path, folder))).toEqual(before);
	expect((await cagewright(["explain", "victim", key], { state: there })).stdout).toContain("decoy: worthless");
});

describe("the watch", () => {
	test("reports an opening in the cage, but not normal work or a reader outside", async () => {
		const file = `${temporaryFolder("alarm")}/alarms`;
		writeFileSync(file, "");
		await using _run = startRun("victim", { state });
		await eventually(() => request(""));
		await using watch = begin(["watch", "victim", "--json", "--on-alarm", `cat >>${file}`], { state });
		const reported = (count: number) => eventually(() => expect(alarmsIn(readFileSync(file, "utf8"))).toHaveLength(count));
		await watch.says("Watching");
		await request("");
		await cagewright(["check", "victim", "--deep"], { state });
		for (const path of [key, "/etc/shadow", "/.env"]) at(path);
		expect(await request("read")).toContain("BEGIN OPENSSH");
		await reported(1);
		await request("child");
		await reported(2);
		expect(alarmsIn((await watch.stop()).stdout)).toMatchObject([
			{
				schema: "cagewright/alarm/1",
				cage: "victim",
				kind: "decoy",
				severity: "high",
				result: "opened",
				path: key,
				executable: "/usr/bin/perl",
				technique: "T1552",
				knownBy: "process",
			},
			{ cage: "victim", kind: "decoy", path: "/.env" },
		]);
	});

	test("reports a confined shell with --with-tests", async () => {
		await using watch = begin(["watch", "--json", "--with-tests"], { state });
		await watch.says("Watching");
		const { stdout } = await cagewright(["shell", "victim", "--", "cat", "/root/.aws/credentials"], { state });
		expect(stdout).toContain("aws_access_key_id");
		await eventually(() => expect(watch.stdout()).toContain('"path":"/root/.aws/credentials"'));
	});
});
