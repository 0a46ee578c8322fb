import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { beforeAll, beforeEach, expect } from "vitest";
import { type Appended, packed, unpacked } from "./archives.ts";
import { cagewright, inProcess, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

/** An exported cage, from which tests make archives that attack this machine. Each test file gets its own. */
export function exportedRedis() {
	const state = temporaryState();
	const there = temporaryState();
	const folder = temporaryFolder("hostile-archive");
	const archive = `${folder}/redis.tar`;
	const victim = `${folder}/victim`;
	let data = "";

	beforeAll(async () => {
		const { daemon } = await preparedRedis(state);
		data = `${daemon.folder}/data`;
		const exported = await cagewright(["export", "redis", "-o", archive], { state });
		expect(exported.status, exported.stderr).toBe(0);
		mkdirSync(victim, { mode: 0o700 });
		writeFileSync(`${victim}/secret`, "of the host");
		mkdirSync(`${there}/cages`, { recursive: true, mode: 0o700 });
	});

	beforeEach(() => rmSync(`${there}/cages/taken`, { recursive: true, force: true }));

	const snapshot = () => execFileSync("find", [victim, there, "-printf", "%p %m %U %s %T@ %l\n"], { encoding: "utf8" });
	const take = (file: string, ...options: string[]) =>
		inProcess(["import", file, "--name", "taken", ...options], { state: there });

	let refusals = 0;
	/** An import neither accepts the archive nor leaves anything behind. Every fourth time, a dry run says the same, because both share their checks. */
	async function expectRefused(file: string, why: RegExp, statuses: readonly number[] = [2, 4]): Promise<void> {
		const before = snapshot();
		const taken = await take(file, "--yes", "--no-trial");
		expect(statuses, taken.stderr).toContain(taken.status);
		expect(taken.stderr).toMatch(/^cagewright: [^\n]*\n$/);
		expect(taken.stderr).toMatch(why);
		if (refusals++ % 4 === 0) {
			const dry = await take(file, "--dry-run");
			expect(dry).toMatchObject({ status: taken.status, stderr: taken.stderr });
		}
		expect(snapshot()).toBe(before);
	}

	const file = `${folder}/changed.tar`;
	const changed = (change: (tree: string) => void, options?: readonly string[]) => {
		const tree = unpacked(archive, `${folder}/tree`);
		change(tree);
		return packed(tree, file, options);
	};
	const withData = (tree: string) => {
		mkdirSync(`${tree}/data${data}`, { recursive: true });
		return `${tree}/data${data}`;
	};

	return {
		state,
		there,
		folder,
		archive,
		/** A directory of the host that no archive may reach. */
		victim,
		/** The application's data directory, known when the tests run. */
		data: () => data,
		file,
		take,
		expectRefused,
		changed,
		withData,
	};
}

export function sparse(name: string, size: number): Record<string, string> {
	return { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name, "GNU.sparse.realsize": String(size) };
}

/** A sparse file's map, padded to whole blocks. */
export function map(text: string): string {
	return text.padEnd(Math.ceil(text.length / 512) * 512, "\0");
}

/** An entry for a file that is one hole. */
export function holes(name: string, size: number): Appended {
	return { name: "GNUSparseFile.0/x", pax: sparse(name, size), data: map(`1\n${size}\n0\n`) };
}
