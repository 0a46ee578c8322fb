import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { begin, cagewright, make, type Started, temporaryFolder, temporaryState } from "./cagewright.ts";
import { type Daemon, redis, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { preparedRedis } from "./prepared.ts";
import { leftovers } from "./processes.ts";

const state = temporaryState();
let daemon: Daemon;

beforeAll(async () => {
	daemon = redis(await freePort());
});

/** Files in cage folders except for data, which could also be the kept data of an earlier cage. */
function half(): string[] {
	return cages().flatMap((name) =>
		readdirSync(`${state}/cages/${name}`).filter((one) => one !== "data" && one !== "seeded.json"),
	);
}

/** Large enough that its build still runs when the signal arrives. */
const large = ["--include", "/usr/lib/python3*/**"];

function beginMake(name: string, options: readonly string[] = []): Started {
	return begin(["make", "--yes", "--events", "--name", name, "--user", "redis", ...options, ...wordsOf(daemon)], { state });
}

function cages(): string[] {
	return readdirSync(`${state}/cages`);
}

test.each(
	some(1, [
		["SIGHUP", "trace", /"event":"application-started"/, 129, []],
		["SIGTERM", "build", /"event":"file-copied"/, 143, large],
	] as const),
)("%s during the %s leaves nothing", async (signal, _, moment, status, options) => {
	const work = beginMake("cut-short", options);
	await work.says(moment);
	expect(await work.stop(signal)).toMatchObject({ status });
	expect(leftovers(state, [daemon.folder])).toEqual([]);
	expect(cages()).toEqual([]);
});

test.each(
	some(1, [
		["the build", /"event":"file-copied"/, "de", large],
		["the trace", /"event":"application-started"/, "en", []],
		["the trial", /"where":"cage"/, "en", []],
	] as const),
)("INT during %s says that nothing was made", async (_, moment, language, options) => {
	const work = beginMake("cut-short", ["--lang", language, ...options]);
	await work.says(moment);
	const { status, stderr, stdout } = await work.stop("SIGINT");
	const last = language === "en" ? "Interrupted. Nothing was made." : "Abgebrochen. Es wurde nichts angelegt.";
	expect({ status, stdout, last: stderr.trimEnd().split("\n").at(-1) }).toEqual({
		status: 130,
		stdout: "",
		last: `cagewright: ${last}`,
	});
	expect(cages()).toEqual([]);
});

test("a failed make leaves nothing, or says what it left and how to remove it", async () => {
	const make = (...words: string[]) => cagewright(["make", "--name", "failed", "--yes", ...words], { state });
	const untraced = await make("--probe", "false", "--timeout", "5", "--", "/bin/sh", "-c", "echo broken >&2; exit 7");
	expect(untraced.status).toBe(1);
	expect(cages()).toEqual([]);

	// It answers on the host, and is left out of the cage.
	const untried = await make("--user", "redis", "--exclude", "/usr/bin/redis-server", ...wordsOf(daemon));
	expect(untried).toMatchObject({ status: expect.any(Number), stdout: "" });
	expect(untried.status).toBeGreaterThan(0);
	const said =
		/^The trace and the settings of failed stay for another try\. To remove them: `cagewright --state \S+ remove failed`\.$/m;
	expect(untried.stderr).toMatch(said);
	expect(cages()).toEqual(["failed"]);
	expect((await cagewright(["remove", "failed", "--yes"], { state })).status).toBe(0);
	expect(cages()).toEqual([]);
});

test.runIf(isLong)("INT during the trial leaves the cage as it was before", async () => {
	const folder = temporaryState();
	const { daemon: made, ...prepared } = await preparedRedis(folder);
	const before = readdirSync(`${folder}/cages/redis/generations`);
	const options = ["--name", "redis", "--user", "redis", "--include", "/usr/share/doc/strace", "--probe", made.probe];
	const work = begin(["make", "--yes", "--events", ...options, "--", ...made.command], { state: folder });
	await work.says(/"where":"cage"/);
	const { events, status, stderr } = await work.stop("SIGINT");
	expect(status).toBe(130);
	expect(events).toContainEqual(expect.objectContaining({ event: "application-started", where: "cage" }));
	expect(stderr).toMatch(/^cagewright: Interrupted\. Nothing was made\.\n$/m);
	expect(readdirSync(`${folder}/cages/redis/generations`)).toEqual(before);
	expect((await cagewright(["show", "redis", "--json"], { state: folder })).json).toMatchObject({ root: prepared.made.root });
});

test.each(
	some(1, [
		["update", ["--yes"]],
		["trial", ["--yes"]],
		["selftest", []],
	]),
)("INT during %s says that nothing was changed", async (verb, options) => {
	const folder = temporaryState();
	const { made } = await preparedRedis(folder);
	const page = `${temporaryFolder("page")}/page`;
	writeFileSync(page, "");
	if (verb === "update") await cagewright(["plan", "redis", "--include", page], { state: folder });
	const work = begin([verb, "redis", "--events", ...options], { state: folder });
	await work.says(/"event":/);
	const { events, status, stderr } = await work.stop("SIGINT");
	expect(events.length).toBeGreaterThan(0);
	expect({ status, last: stderr.trimEnd().split("\n").at(-1) }).toEqual({
		status: 130,
		last: "cagewright: Interrupted. Nothing was changed.",
	});
	expect((await cagewright(["show", "redis", "--json"], { state: folder })).json).toMatchObject({ root: made.root });
});

test.each(
	some(2, [
		["the trial", /"where":"cage"/, []],
		["the trace", /"event":"application-started"/, []],
		["the build", /"event":"file-copied"/, large],
	]),
)(
	"KILL during %s ends its processes, the next command removes the unfinished work and stopped processes, and the job can be repeated",
	async (_, moment, options) => {
		const work = beginMake("killed", options);
		await work.says(moment);
		expect((await work.stop("SIGKILL")).status).toBe(137);
		const isScratch = (what: string) => what.startsWith("scratch/");
		await eventually(() => expect(leftovers(state, [daemon.folder]).filter((what) => !isScratch(what))).toEqual([]));
		// strace leaves such a stopped process if it is killed while it creates one.
		const stopped = leftovers(state, [daemon.folder])
			.filter(isScratch)
			.map((scratch) => spawn("sh", ["-c", "kill -STOP $$; :", `${state}/${scratch}/launch.sh`], { stdio: "ignore" }));
		if (moment.source.includes("application-started")) expect(stopped).not.toEqual([]);
		const ended = stopped.map((child) => once(child, "close"));
		// The next command removes the unfinished work, and says so once.
		const said = async () => (await cagewright(["list"], { state })).stderr;
		expect(await said()).toBe("An earlier command was interrupted. Its unfinished work on killed was removed.\n");
		for (const one of await Promise.all(ended)) expect(one).toEqual([null, "SIGKILL"]);
		expect([...leftovers(state), ...half()]).toEqual([]);
		expect(await said()).toBe("");
		if (!moment.source.includes("cage")) return;

		const made = await make(["--name", "killed", "--user", "redis", ...wordsOf(daemon)], { state });
		expect(made.answered).toBe(true);
		expect(leftovers(state, [daemon.folder])).toEqual([]);
		expect(readdirSync(`${state}/cages/killed/generations`)).toHaveLength(1);
		expect((await cagewright(["remove", "killed", "--yes"], { state })).status).toBe(0);
		expect(cages()).toEqual([]);
	},
);
