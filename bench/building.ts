import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToText } from "../src/base/path/path.ts";
import type { Plan } from "../src/plan/plan.ts";
import { contextIn, planOf } from "./cages.ts";
import { type Bench, inFolder, inTurn, milliseconds, type Result, ratios, seconds } from "./harness.ts";

/** Compares building a cage's files with manual commands: copy, record checksums, sync to disk. */
export const building: Bench = {
	name: "building",
	run: () =>
		inFolder(async (folder) => {
			const results: Result[] = [];
			for (const name of ["redis", "nginx", "demo"]) results.push(await buildOf(name, folder));
			return results;
		}),
};

async function buildOf(name: string, folder: string): Promise<Result> {
	const context = contextIn(join(folder, "state"));
	const { store } = context.machine;
	const plan = await planOf(context, name);
	const lock = await store.lock(name);
	try {
		const build = async () => {
			const { generation } = await store.building.build({ name, plan, signal: context.signal, onFile() {} });
			return () => store.building.discard(name, generation);
		};
		const timed = async () => {
			let undo: () => Promise<void> = async () => {};
			const taken = await seconds(async () => {
				undo = await build();
			});
			await undo();
			return taken;
		};
		// The first build also creates the data folders, and warms the page cache for both.
		await timed();
		const { byHand, ours } = await inTurn(11, { ours: timed, byHand: () => copyByHand(plan, join(folder, "by-hand")) });
		return {
			what: `building ${name}`,
			against: "cp -a, sha256sum, sync",
			values: ratios(ours, byHand),
			unit: "x",
			target: { atMost: 1.5 },
			note: `${milliseconds(ours)} / ${milliseconds(byHand)}`,
		};
	} finally {
		await lock.release();
	}
}

export async function copyByHand(plan: Plan, to: string): Promise<number> {
	const files = plan.entries
		.filter((entry) => entry.decision === "include" && entry.kind !== "device" && entry.content === undefined)
		.filter((entry) => entry.kind === "file" || entry.kind === "symlink")
		.flatMap((entry) => pathToText(entry.path) ?? []);
	mkdirSync(to);
	const script =
		'to=$1; shift; cp -a --parents -t "$to" -- "$@"; cd "$to"; find . -type f -exec sha256sum {} + >SHA256SUMS; sync -f .';
	const taken = await seconds(() => execFileSync("sh", ["-eu", "-c", script, "sh", to, ...files]));
	rmSync(to, { recursive: true });
	return taken;
}
