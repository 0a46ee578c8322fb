import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { cagewright, make, program, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { configuration, greeter, greeterPackages, libraryFile, stateDirectory } from "./greeter.ts";
import { freePort } from "./network.ts";
import { leftovers } from "./processes.ts";

/**
 * The program is killed at random moments of whatever changes a cage, and the disk fills up at random moments. Afterwards one command brings a cage
 * that answers, its data is what it was, and nothing half is left. `CAGEWRIGHT_KILLS` says how often, `CAGEWRIGHT_SEED` repeats a run.
 */

const kills = Number(process.env.CAGEWRIGHT_KILLS ?? 200);
const fills = Math.ceil(kills / 20);
const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);
const random = generator(seed);

const state = temporaryState();
const folder = temporaryFolder("killed");
const packages = greeterPackages(folder);
const cage = (of = state) => `${of}/cages/greeter`;
let options: readonly string[];
let versions: readonly string[];

beforeAll(async () => {
	packages.install("one");
	copyFileSync(libraryFile, `${folder}/one.so`);
	packages.upgrade("2.0", "says", "two");
	copyFileSync(libraryFile, `${folder}/two.so`);
	versions = ["one", "two"];
	const port = await freePort();
	const asks = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo probe >&3; read -t 5 -r answer <&3; test -n "$answer"`;
	options = ["--name", "greeter", "--no-selftest", "--probe", `bash -c '${asks}'`, "--", greeter, String(port)];
	await makeWithData(state);
});

/** mulberry32: small, and the same on every machine. */
function generator(start: number): () => number {
	let at = start;
	return () => {
		at = (at + 0x6d2b79f5) | 0;
		let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

async function makeWithData(where: string): Promise<void> {
	await make(options, { state: where });
	writeFileSync(`${cage(where)}/data${stateDirectory}/precious`, "x".repeat(50_000));
}

function dataOf(where: string): string {
	return (
		execFileSync(
			"sh",
			[
				"-c",
				`cd ${cage(where)}/data && find . -type f -o -type d | sort | xargs stat -c '%n %a %u:%g %s' && find . -type f -exec sha256sum {} + | sort`,
			],
			{
				encoding: "utf8",
			},
		)
			// A directory's own size is the file system's business.
			.replace(/^(\S+ 7\d\d \S+) \d+$/gm, "$1")
	);
}

let turn = 0;
const changes: Readonly<Record<string, () => readonly string[]>> = {
	"update of configuration": () => {
		writeFileSync(configuration, `of turn ${turn}\n`);
		return ["update", "greeter", "--no-selftest"];
	},
	"update of a library": () => {
		const next = versions[turn % 2] ?? "one";
		// As dpkg does: another file in the place of the old one.
		copyFileSync(`${folder}/${next}.so`, `${libraryFile}.new`);
		execFileSync("mv", [`${libraryFile}.new`, libraryFile]);
		return ["update", "greeter", "--no-selftest"];
	},
	build: () => {
		writeFileSync(configuration, `of turn ${turn}\n`);
		return ["build", "greeter"];
	},
	rollback: () => ["rollback", "greeter"],
	removal: () => ["remove", "greeter", "--yes", "--keep-data"],
};

/** Starts it, and kills it after a share of the time that it takes. True where it was done before. */
async function killedAfter(args: readonly string[], milliseconds: number): Promise<boolean> {
	const child = spawn(process.execPath, [program, "--state", state, ...args], { stdio: "ignore" });
	const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
	const [status] = await once(child, "close");
	clearTimeout(timer);
	return status !== null;
}

function expectNothingHalf(where: string): void {
	const generations = readdirSync(`${cage(where)}/generations`).sort();
	const manifests = readdirSync(`${cage(where)}/manifests`).sort();
	expect(manifests).toEqual(generations.map((number) => `${number}.json`));
	expect(generations).toContain(readlinkSync(`${cage(where)}/current`).split("/")[1]);
	expect(readdirSync(cage(where)).filter((name) => name.startsWith("."))).toEqual([]);
}

test(`${kills} kills at random moments (seed ${seed})`, { timeout: 30 * 60_000 }, async () => {
	const names = Object.keys(changes);
	const took: Record<string, number> = {};
	const cutOff: Record<string, number> = {};
	const data = dataOf(state);
	for (turn = 1; turn <= kills; turn++) {
		// A removal is followed by a whole making, which takes longest: it comes every tenth time.
		const name = turn % 10 === 0 ? "removal" : (names[Math.floor(random() * (names.length - 1))] ?? "build");
		const args = changes[name]?.() ?? [];
		const began = performance.now();
		const isDone = await killedAfter(args, random() * (took[name] ?? 900) * 1.1);
		if (isDone) took[name] = Math.max(took[name] ?? 0, performance.now() - began);
		else cutOff[name] = (cutOff[name] ?? 0) + 1;
		const where = `turn ${turn}, ${name}, seed ${seed}`;

		const isGone = !existsSync(`${cage()}/cage.json`);
		// The one command: whatever comes next.
		const next = await cagewright(isGone ? ["make", "--yes", ...options] : ["trial", "greeter", "--no-selftest"], { state });
		expect({ where, status: next.status, said: next.status ? next.stderr : "" }).toEqual({ where, status: 0, said: "" });
		expectNothingHalf(state);
		await eventually(() => expect({ where, left: leftovers(state) }).toEqual({ where, left: [] }));
		expect({ where, data: dataOf(state) }).toEqual({ where, data });
	}
	// Most were cut off in the middle; a test that never hits would prove nothing.
	expect(Object.values(cutOff).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(kills / 3);
	expect(Object.keys(cutOff).sort()).toEqual([...names].sort());
});

test(`a disk that is full at ${fills} random moments leaves the old cage whole (seed ${seed})`, {
	timeout: 10 * 60_000,
}, async () => {
	const small = `${folder}/small`;
	mkdirSync(small);
	execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m,mode=755", "tmpfs", small]);
	try {
		await fillAtRandom(small);
	} finally {
		execFileSync("umount", ["-l", small]);
	}
});

async function fillAtRandom(small: string): Promise<void> {
	await makeWithData(small);
	const data = dataOf(small);
	let refused = 0;
	for (turn = 1; turn <= fills; turn++) {
		const before = readlinkSync(`${cage(small)}/current`);
		const name = random() < 0.5 ? "update of configuration" : "update of a library";
		const args = changes[name]?.() ?? [];
		const free = Number(execFileSync("df", ["--output=avail", "-B1", small], { encoding: "utf8" }).split("\n")[1]);
		// From nothing at all to what a generation takes and a little more.
		writeFileSync(`${small}/.filler`, Buffer.alloc(Math.max(0, free - Math.floor(random() * 7_000_000))));
		const result = await cagewright([...args, "--quiet"], { state: small });
		execFileSync("rm", ["-f", `${small}/.filler`]);
		const where = `turn ${turn}, ${name}, seed ${seed}`;
		if (result.status !== 0) {
			refused++;
			expect({ where, said: result.stderr }).toEqual({ where, said: expect.stringMatching(/^cagewright: [^\n]*\n$/) });
			expect({ where, present: readlinkSync(`${cage(small)}/current`) }).toEqual({ where, present: before });
		}
		const next = await cagewright(["trial", "greeter", "--no-selftest"], { state: small });
		expect({ where, status: next.status, said: next.status ? next.stderr : "" }).toEqual({ where, status: 0, said: "" });
		expectNothingHalf(small);
		expect({ where, data: dataOf(small) }).toEqual({ where, data });
		expect(readFileSync(`${cage(small)}/cage.json`, "utf8")).toContain('"greeter"');
	}
	expect(refused).toBeGreaterThan(0);
}
