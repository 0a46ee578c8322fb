import { existsSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { begin, cagewright, must, type Result, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";
import { leftovers } from "./processes.ts";

/** Ctrl-C at several moments of the verbs that change a cage or write a file. */

interface Case {
	readonly verb: string;
	/** Prepares the state and returns the words. `folder` is an empty one for what the verb writes. */
	prepare(state: string, folder: string): Promise<readonly string[]>;
	/** Whether the verb has done its work. */
	isDone(state: string, folder: string): Promise<boolean>;
}

const show = (state: string) => cagewright(["show", "redis", "--json"], { state });
const generation = async (state: string) => (await show(state)).json.generation as number;

/** Makes a second generation, with one file more. */
async function updated(state: string): Promise<void> {
	await preparedRedis(state);
	const page = "/usr/share/doc/strace/copyright";
	await must(cagewright(["build", "redis", "--include", page], { state }));
}

const cases: readonly Case[] = [
	{
		verb: "export",
		async prepare(state, folder) {
			await preparedRedis(state);
			return ["export", "redis", "-o", `${folder}/redis.tar`];
		},
		isDone: async (_, folder) => existsSync(`${folder}/redis.tar`),
	},
	{
		verb: "import",
		async prepare() {
			const from = temporaryState();
			await preparedRedis(from);
			const archive = `${temporaryFolder("archive")}/redis.tar`;
			await must(cagewright(["export", "redis", "-o", archive], { state: from }));
			return ["import", archive, "--yes"];
		},
		isDone: async (state) => (await show(state)).status === 0,
	},
	{
		verb: "remove",
		async prepare(state) {
			await preparedRedis(state);
			return ["remove", "redis", "--yes"];
		},
		isDone: async (state) => (await show(state)).status !== 0,
	},
	{
		verb: "rollback",
		async prepare(state) {
			await updated(state);
			return ["rollback", "redis"];
		},
		isDone: async (state) => (await generation(state)) === 1,
	},
	{
		verb: "minimise",
		async prepare(state) {
			await preparedRedis(state);
			return ["minimise", "redis", "--yes"];
		},
		isDone: async (state) => (await show(state)).status === 0,
	},
	{
		verb: "record",
		async prepare(state, folder) {
			await preparedRedis(state);
			return ["record", "redis", "-o", `${folder}/record.md`];
		},
		isDone: async (_, folder) => existsSync(`${folder}/record.md`),
	},
];

/** Shares of the verb's own duration, so that a signal arrives at different steps however slow the machine is. */
const moments = isLong ? [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] : [0.3, 0.7];

describe.each(cases)("INT during $verb", ({ isDone, prepare, verb }) => {
	test("leaves what was there or what it should make, says so in one line, and the verb can be repeated", async () => {
		const duration = await seconds(async (state, folder) => {
			await must(cagewrightOf(await prepare(state, folder), state));
		});
		for (const moment of moments) {
			const state = temporaryState();
			const folder = temporaryFolder("written");
			const words = await prepare(state, folder);
			const work = begin(words, { state });
			await sleep(duration * moment * 1000);
			const { status, stderr } = await work.stop("SIGINT");
			// 128: the signal ended Node before it read the program.
			expect([0, 128, 130], stderr).toContain(status);
			if (status === 130) expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^cagewright: Interrupted\./);
			expect(leftovers(state)).toEqual([]);
			expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
			const done = await isDone(state, folder);
			if (status === 0) expect(done).toBe(true);
			if (!done || verb === "minimise") await must(cagewrightOf(words, state));
			expect(await isDone(state, folder)).toBe(true);
			expect((await cagewright(["list"], { state })).stderr).toBe("");
		}
	});
});

function cagewrightOf(words: readonly string[], state: string): Promise<Result> {
	return cagewright(words, { state });
}

async function seconds(work: (state: string, folder: string) => Promise<void>): Promise<number> {
	const state = temporaryState();
	const folder = temporaryFolder("written");
	const began = performance.now();
	await work(state, folder);
	return (performance.now() - began) / 1000;
}
