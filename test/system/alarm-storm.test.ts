import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { cageStore } from "../../src/cli/cage-store.ts";
import { filterPermissions } from "../../src/confine/seccomp/filter-permissions.ts";
import { uidsOf } from "../../src/plan/accounts.ts";
import { times } from "../long.ts";
import { begin, type Json, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { preparedRedis } from "./prepared.ts";
import { isFirstNamespace, statusField } from "./processes.ts";
import { generator, shuffled } from "./random.ts";
import {
	callWords,
	chooseDisguises,
	disguisedWords,
	disguises,
	forgeryWords,
	imitated,
	type MadeCall,
	oddNames,
	problemsOf,
	type Raised,
	type RefusedCall,
	raisedAtOnce,
	refusedCalls,
} from "./storm.ts";
import { ArrivingAlarms, Slots } from "./storm-notes.ts";

/**
 * A caged application attacks in random disguises, next to healthy cages with its accounts and its program, and to processes outside
 * that imitate it. The alarms count each of its calls once, and nothing else. `CAGEWRIGHT_SEED` repeats a run, and
 * `CAGEWRIGHT_STORM` sets its seconds; without either, a sample.
 */

const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);
const sample = 100;
const seconds = Number(process.env.CAGEWRIGHT_STORM ?? times(0, 600));
/** Attacks at a time. */
const workers = 4;
/** Those of the other two cages. */
const accounts = [65534, Number(execFileSync("id", ["-u", "redis"]))];

const state = temporaryState();
const folder = temporaryFolder("storm");
const program = `${folder}/storm`;
const own = `${folder}/data`;

interface Answering {
	readonly port: number;
	readonly made: Made;
}
let intruder: Answering;
let calm: Answering;
let redis: Answering;

beforeAll(async () => {
	mkdirSync(own);
	execFileSync("gcc", ["-static", "-O1", "-Wall", "-o", program, fileURLToPath(new URL("storm.c", import.meta.url))]);
	const makeCage = async (name: string, options: readonly string[], word: readonly string[] = []): Promise<Answering> => {
		const port = await freePort();
		const asks = `exec 3<>/dev/tcp/127.0.0.1/${port} && echo ping >&3 && read -r answer <&3 && test "$answer" = pong`;
		const accepted = ["--accept-finding", "account-used-outside"];
		const command = ["--probe", `bash -c '${asks}'`, "--", program, String(port), own, ...word];
		return { port, made: await make(["--name", name, ...accepted, ...options, ...command], { state }) };
	};
	redis = await preparedRedis(state);
	intruder = await makeCage("storm", ["--writable", own, "--allow", `executable-data:${own}`]);
	calm = await makeCage("calm", ["--user", "nobody"], ["calm"]);
});

/** Sends one line and returns the answer. */
async function ask(port: number, line: string): Promise<string> {
	const socket = connect(port, "127.0.0.1").setEncoding("utf8");
	let answer = "";
	socket.on("data", (text: string) => {
		answer += text;
		if (answer.endsWith("\n")) socket.end();
	});
	socket.write(`${line}\n`);
	await once(socket, "close");
	return answer;
}

function copyProgram(path: string): void {
	const place = Buffer.from(path, "latin1");
	mkdirSync(Buffer.from(dirname(path), "latin1"), { recursive: true });
	copyFileSync(program, place);
}

/** Repeats the work of each until one of them fails or is done. */
async function together(works: readonly (() => Promise<boolean>)[]): Promise<void> {
	let isOver = false;
	await Promise.all(
		works.map(async (work) => {
			try {
				while (!isOver && (await work()));
			} finally {
				isOver = true;
			}
		}),
	);
}

/** CPU time of a process and its children in seconds, and its memory in MiB (proc_pid_stat(5), 100 ticks a second). */
function useOf(pid: number) {
	const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
		.replace(/^.*\) /s, "")
		.split(" ")
		.slice(11, 15)
		.map(Number);
	return { cpu: fields.reduce((all, ticks) => all + ticks / 100, 0), memory: statusField(pid, "VmHWM") };
}

/** What the cage refuses and records, by severity. */
async function refusals(random: () => number) {
	const manifest = await cageStore(state).manifest("storm", 1);
	if (!manifest) throw new Error("no manifest");
	const permissions = filterPermissions(manifest.permissions, { ...manifest.identity, uids: uidsOf(manifest.accounts) });
	const all = refusedCalls(permissions, random);
	const of = (severity: RefusedCall["severity"]) => all.filter((call) => call.severity === severity);
	return { all, attacks: shuffled(of("high"), random), harmless: of("medium") };
}

test.runIf(isFirstNamespace)(`the alarms of a storm are its attacks (seed ${seed})`, async () => {
	const random = generator(seed);
	const { all, attacks, harmless } = await refusals(random);
	expect(attacks.map(({ call }) => call)).toEqual(expect.arrayContaining(["mount", "setns", "ptrace", "bpf", "mknod", "clone"]));
	const reactions = `${temporaryFolder("reactions")}/alarms`;
	await using _storm = startRun("storm", { state });
	await using _calm = startRun("calm", { state });
	await using _redis = startRun("redis", { state });
	for (const { port } of [intruder, calm]) await eventually(async () => expect(await ask(port, "ping")).toBe("pong\n"));
	await eventually(async () => expect(await ask(redis.port, "PING")).toBe("+PONG\r\n"));
	await using watch = begin(["watch", "--json", "--on-alarm", `cat >>${reactions}`], { state });
	await watch.says("Watching");
	using alarms = new ArrivingAlarms(watch);
	const data = `${intruder.made.data}${own}`;
	const copy = (path: string) => copyProgram(`${data}${path.slice(own.length)}`);
	for (const name of oddNames) copy(`${own}/${name}`);
	for (const path of imitated(program)) copy(`${own}/root${path}`);

	const made: MadeCall[] = [];
	const reached = new Set<string>();
	const slots = new Slots(`${data}/slots`);
	const began = Date.now();
	let number = 0;
	const attack = async () => {
		const index = number++;
		const call = attacks[index % attacks.length] as RefusedCall;
		const chosen = chooseDisguises(index, random);
		const calls: { readonly slot: number; readonly call: RefusedCall }[] = [];
		const wordsOf = (how: "call" | "flood" | "killed", one: RefusedCall, count: number) => {
			const slot = slots.take();
			calls.push({ slot, call: one });
			return callWords(how, slot, one, count);
		};
		const draw = { random, program, folder: own, copy, harmless, accounts, most: times(300, 3000), flood: wordsOf };
		const words = disguisedWords(chosen, wordsOf(call.result === "killed" ? "killed" : "call", call, 1), draw).join(" ");
		expect(await ask(intruder.port, words)).toBe("ok\n");
		for (const one of calls) made.push(await slots.wait(one.slot, one.call, words));
		for (const [name] of chosen) reached.add(name);
		return seconds === 0 ? number < sample : Date.now() < began + 1000 * seconds;
	};
	const forged = new Slots(`${folder}/forged`);
	const forge = async () => {
		const pids = alarms.all.map(({ pid }) => pid);
		const words = forgeryWords({ random, calls: all, slot: forged.take(), pids, data, accounts });
		const [status] = await once(spawn(program, [`${folder}/forged`, ...words], { stdio: "ignore" }), "close");
		expect(status, words.join(" ")).toBe(0);
		await sleep(50);
		return true;
	};
	let requests = 0;
	const request = async () => {
		expect(await ask(calm.port, "ping")).toBe("pong\n");
		expect(await ask(redis.port, "PING")).toBe("+PONG\r\n");
		requests++;
		await sleep(20);
		return true;
	};
	await together([...Array.from({ length: workers }, () => attack), forge, request]);
	const took = Math.round((Date.now() - began) / 1000);

	// Alarms that are only counted come after ten seconds.
	const ofStorm = () => alarms.all.filter(({ cage }) => cage === "storm");
	await eventually(() => expect(problemsOf(made, ofStorm()), watch.stderr()).toEqual([]));
	expect(alarms.all.filter(({ cage }) => cage !== "storm")).toEqual([]);
	expect(watch.stderr()).not.toContain("were lost");
	const serious = made.filter(({ call }) => call.severity === "high").map(({ call }) => call.call);
	await eventually(() => {
		const reacted = readFileSync(reactions, "utf8").split("\n").filter(Boolean);
		const kinds = reacted.map((line) => JSON.parse(line) as Json).map(({ cage, call }) => `${cage} ${call}`);
		expect(new Set(kinds)).toEqual(new Set(serious.map((call) => `storm ${call}`)));
	});
	expect(disguises.map(([name]) => name).filter((name) => !reached.has(name))).toEqual([]);
	expect(new Set(serious).size).toBe(attacks.length);

	const calls = made.reduce((sum, one) => sum + one.calls, 0);
	const figures = { seed, seconds: took, attacks: number, calls, alarms: alarms.all.length, forgeries: forged.used, requests };
	process.stderr.write(`${JSON.stringify({ ...figures, watch: useOf(watch.pid), ...latenciesOf(ofStorm()) })}\n`);
});

/** Milliseconds from the kernel's record to the line. */
function latenciesOf(raised: readonly Raised[]) {
	const all = raisedAtOnce(raised)
		.map(({ arrived, time }) => arrived - Date.parse(time))
		.sort((a, b) => a - b);
	const share = (part: number) => all[Math.floor(part * (all.length - 1))];
	return { raisedAtOnce: all.length, milliseconds: { median: share(0.5), most: share(0.99), slowest: share(1) } };
}
