import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { afterAll, expect, test } from "vitest";
import { isLong, times } from "../long.ts";
import { begin, cagewright, make, program, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { fillDisk } from "./fill-disk.ts";
import { type GreeterFiles, greeterFiles } from "./greeter.ts";
import { ask, hostNetwork, privateNetwork } from "./network.ts";
import { leftovers } from "./processes.ts";
import { generator, shuffled } from "./random.ts";
import { differences, type Snapshot, snapshot } from "./snapshot.ts";

/**
 * Kills the program at random moments of every command that changes a cage, and fills the disk at random moments. Afterwards one
 * command restores a cage that answers, its data is intact, and nothing unfinished remains. `CAGEWRIGHT_SEED` repeats
 * a run.
 */

const kills = times(5, 500);
const fills = times(5, 100);
/** Applications that are changed at the same time. */
const lanesInAll = times(1, 2);
const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);
const words = ["one", "two"] as const;
const port = "4000";
const asks = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo probe >&3; read -t 30 -r answer <&3; test -n "$answer"`;

// Not below /tmp, because every application has a separate /tmp.
const homes = fs.mkdtempSync("/opt/cagewright-killed-");
fs.chmodSync(homes, 0o755);
afterAll(() => fs.rmSync(homes, { recursive: true, force: true }));

/** An application with its own cage. All lanes run at the same time. */
class Lane {
	readonly state: string;
	readonly number: number;
	readonly random: () => number;
	readonly #files: GreeterFiles;
	#options: readonly string[] = [];
	turn = 0;
	#network = hostNetwork;

	constructor(state: string, number: number) {
		this.state = state;
		this.number = number;
		this.random = generator(seed + number);
		this.#files = greeterFiles(fs.mkdtempSync(`${homes}/greeter-`), words);
		fs.chmodSync(this.#files.program.replace(/\/[^/]*$/, ""), 0o755);
	}

	get cage(): string {
		return `${this.state}/cages/greeter`;
	}

	async makeWithData(): Promise<void> {
		this.#network = await privateNetwork();
		this.#options = ["--name", "greeter", "--no-selftest", "--probe", `bash -c '${asks}'`];
		this.#options = [...this.#options, "--", this.#files.program, port];
		await make(this.#options, { state: this.state });
		fs.writeFileSync(`${this.cage}/data${this.#files.stateDirectory}/precious`, "x".repeat(50_000));
	}

	readonly changes: Readonly<Record<string, () => readonly string[]>> = {
		"update of configuration": () => {
			fs.writeFileSync(this.#files.configuration, `of turn ${this.turn}\n`);
			return ["update", "greeter", "--no-selftest"];
		},
		"update of a library": () => {
			// Differs from the cage's, also after an update that was cut off.
			const inCage = fs.readFileSync(`${this.cage}/current${this.#files.library}`);
			for (const word of words) {
				this.#files.replaceLibrary(word);
				if (!fs.readFileSync(this.#files.library).equals(inCage)) break;
			}
			return ["update", "greeter", "--no-selftest"];
		},
		build: () => {
			fs.writeFileSync(this.#files.configuration, `of turn ${this.turn}\n`);
			return ["build", "greeter"];
		},
		rollback: () => ["rollback", "greeter"],
		removal: () => ["remove", "greeter", "--yes", "--keep-data"],
	};

	/** Ensures that there is a generation to roll back to. */
	async haveTwo(): Promise<void> {
		const present = Number(fs.readlinkSync(`${this.cage}/current`).split("/")[1]);
		if (fs.readdirSync(`${this.cage}/generations`).some((number) => Number(number) < present)) return;
		const { status, stderr } = await cagewright(this.changes.build?.() ?? [], { state: this.state });
		expect({ status, stderr: status ? stderr : "" }).toEqual({ status: 0, stderr: "" });
	}

	data(): Snapshot {
		return snapshot({ root: this.cage, places: ["/data"], by: "content" });
	}

	/** The next command repairs everything, and the cage answers. */
	async expectWhole(where: string, data: Snapshot): Promise<void> {
		// The file `removal` marks an unfinished removal, which the next command completes.
		const isRemoved = fs.existsSync(this.cage) && fs.readdirSync(this.cage).includes("removal");
		const isGone = isRemoved || !fs.existsSync(`${this.cage}/cage.json`);
		// Run a trial only rarely: it takes several times as long as a start, and builds and updates run one anyway.
		const again = this.turn % 10 === 5 ? ["trial", "greeter", "--no-selftest"] : ["list"];
		const args = isGone ? ["make", "--yes", ...this.#options] : again;
		const next = await cagewright(args, { state: this.state });
		expect({ where, status: next.status, said: next.status ? next.stderr : "" }).toEqual({ where, status: 0, said: "" });
		const generations = fs.readdirSync(`${this.cage}/generations`).sort();
		const manifests = fs.readdirSync(`${this.cage}/manifests`).sort();
		expect(manifests).toEqual(generations.map((number) => `${number}.json`));
		expect(generations).toContain(fs.readlinkSync(`${this.cage}/current`).split("/")[1]);
		const half = fs.readdirSync(this.cage).filter((name) => name.startsWith(".") || /^(removal|switching\.json)$/.test(name));
		expect({ where, half }).toEqual({ where, half: [] });
		expect({ where, data: differences(data, this.data()) }).toEqual({ where, data: [] });
		if (args === again) await this.#expectAnswer(where);
	}

	/** Starts the cage for a real answer, then removes the lines that the question added to its state. */
	async #expectAnswer(where: string): Promise<void> {
		const lines = `${this.cage}/data${this.#files.stateDirectory}/lines`;
		const before = fs.existsSync(lines) ? fs.statSync(lines).size : undefined;
		const run = startRun("greeter", { state: this.state, enter: this.#network.enter });
		await eventually(async () => {
			const { output } = await ask(["bash", "-c", asks], this.#network);
			expect({ where, output, said: run.stderr() }).toEqual({ where, output: "", said: "" });
		});
		const { status, stderr } = await run.stop();
		expect({ where, status, stderr }).toEqual({ where, status: 143, stderr: "" });
		if (before === undefined) fs.rmSync(lines);
		else fs.truncateSync(lines, before);
	}
}

/** Starts the command and kills it after this time. Resolves to true if it ended before. */
async function killedAfter(state: string, args: readonly string[], milliseconds: number): Promise<boolean> {
	const child = spawn(process.execPath, [program, "--state", state, ...args], { stdio: "ignore" });
	const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
	const [status] = await once(child, "close");
	clearTimeout(timer);
	return status !== null;
}

test(`${kills} kills at random moments leave a complete cage and its data (seed ${seed})`, async () => {
	const cutOff: Record<string, number> = {};
	let failed = false;
	const killing = async (lane: Lane, most: number) => {
		await lane.makeWithData();
		const data = lane.data();
		const took: Record<string, number> = {};
		for (const { name, share } of strikes(lane, most)) {
			// Without any time, the program would not even start.
			let part = share === 0 ? lane.random() / 3 : share;
			// A command that ended before the kill shows how long it takes, and is tried again.
			for (let isCutOff = false; !isCutOff && !failed; part *= 0.9) {
				lane.turn++;
				if (name === "rollback") await lane.haveTwo();
				const args = lane.changes[name]?.() ?? [];
				const began = performance.now();
				isCutOff = !(await killedAfter(lane.state, args, part * (took[name] ?? 900)));
				if (isCutOff) cutOff[name] = (cutOff[name] ?? 0) + 1;
				else took[name] = performance.now() - began;
				const where = `turn ${lane.turn}, ${name}, seed ${seed}`;
				await lane.expectWhole(where, data);
				await eventually(() => expect({ where, left: leftovers(lane.state) }).toEqual({ where, left: [] }));
			}
		}
		return Object.keys(lane.changes);
	};
	const lanes = Array.from({ length: lanesInAll }, (_, number) => new Lane(temporaryState(), number));
	const done = await Promise.all(
		lanes.map((lane) =>
			killing(lane, kills / lanes.length).catch((error: unknown) => {
				failed = true;
				throw error;
			}),
		),
	);
	expect(Object.values(cutOff).reduce((sum, count) => sum + count, 0)).toBe(kills);
	expect(Object.keys(cutOff).sort()).toEqual([...(done[0] ?? [])].sort());
});

/**
 * When the disk fills up: before the command starts, or during its run. `share` is from 0 to 1: of the space that the command may need,
 * or of its usual duration.
 */
interface Strike {
	readonly name: string;
	readonly share: number;
	readonly when: "from the start" | "meanwhile";
}

/** Bytes that each command needs, and a little more. A rollback's record takes a few pages. */
const room: Readonly<Record<string, number>> = { rollback: 4 * 4096, removal: 4096 };
const roomOfGeneration = 7_000_000;

/** Spreads equally many moments of all lanes over each command's whole duration, so that none is missed by chance. */
function strikes({ changes, number, random }: Lane, most: number): Strike[] {
	const names = Object.keys(changes);
	const each = Math.ceil(most / names.length);
	const all = names.flatMap((name) =>
		Array.from({ length: each }, (_, index): Strike => {
			const at = index * lanesInAll + ((number + index) % lanesInAll);
			// The first moment leaves no space at all, so that each command is refused at least once.
			const share = at === 0 ? 0 : (at + random()) / (each * lanesInAll);
			return { name, share, when: at % 2 === 0 ? "from the start" : "meanwhile" };
		}),
	);
	return shuffled(all, random);
}

test.runIf(isLong)(`a disk that is full at ${fills} random moments leaves the old cage complete (seed ${seed})`, async () => {
	const folder = temporaryFolder("killed");
	const disks = Array.from({ length: lanesInAll }, (_, number) => `${folder}/disk-${number}`);
	try {
		const refused = await Promise.all(
			disks.map(async (disk, number) => {
				fs.mkdirSync(disk);
				execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", disk]);
				return fillAtRandom(new Lane(`${disk}/state`, number), `${disk}/filler`, fills / disks.length);
			}),
		);
		// A removal needs no space.
		expect([...new Set(refused.flat())].sort()).toEqual(["build", "rollback", "update of a library", "update of configuration"]);
	} finally {
		for (const disk of disks) execFileSync("umount", ["-l", disk]);
	}
});

/** Returns the changes that were refused. */
async function fillAtRandom(lane: Lane, filler: string, most: number): Promise<readonly string[]> {
	await lane.makeWithData();
	const data = lane.data();
	const { state } = lane;
	const took: Record<string, number> = {};
	const refused = new Set<string>();
	for (const { name, share, when } of strikes(lane, most)) {
		lane.turn++;
		if (name === "rollback") await lane.haveTwo();
		const before = fs.readlinkSync(`${lane.cage}/current`);
		const args = lane.changes[name]?.() ?? [];
		const began = performance.now();
		const fill = () => fillDisk(filler, when === "from the start" ? share * (room[name] ?? roomOfGeneration) : 0);
		if (when === "from the start") fill();
		const timer = when === "meanwhile" && setTimeout(fill, share * (took[name] ?? 900));
		const result = await begin([...args, "--quiet"], { state }).ended;
		if (timer) clearTimeout(timer);
		const where = `turn ${lane.turn}, ${name}, full ${when} (${share.toFixed(3)}), seed ${seed}`;
		fs.rmSync(filler, { force: true });
		if (result.status === 0) took[name] = performance.now() - began;
		else {
			refused.add(name);
			const said = expect.stringMatching(
				/^cagewright: [^\n]*(?:no space (?:left on the device|is left) for|filled the disk)[^\n]*free some space[^\n]*\n$/i,
			);
			expect({ where, status: result.status, said: result.stderr }).toEqual({ where, status: 1, said });
			expect({ where, present: fs.readlinkSync(`${lane.cage}/current`) }).toEqual({ where, present: before });
		}
		await lane.expectWhole(where, data);
		await eventually(() => expect({ where, left: leftovers(state) }).toEqual({ where, left: [] }));
	}
	return [...refused];
}
