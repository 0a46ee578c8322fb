import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { join, type Path } from "../../src/base/path/path.ts";
import { clearLeftovers, currentGeneration, listGenerations, readManifest } from "../../src/cage/host/generations.ts";
import type { Entry, Plan } from "../../src/plan/plan.ts";
import { entry, plan } from "../cage/plans.ts";
import { mounted } from "./scoped.ts";
import { build, cage, everything, folder, host, hostFile, inCage, inHost, openWorkshop, ownProcess } from "./workshop.ts";

openWorkshop();

describe("a host that changes during the build", () => {
	test("causes one failure and leaves nothing, if a file vanishes or becomes a FIFO or link", async () => {
		const one = plan([hostFile("a"), hostFile("b")]);
		const failing = async (code: string) => {
			await expect(build(one)).rejects.toMatchObject({ code, values: { path: inHost("b") } });
			expect(everything()).toEqual([join(cage, "generations"), join(cage, "manifests")]);
			rmSync(inHost("b"));
		};
		rmSync(inHost("b"));
		symlinkSync("/etc/shadow", inHost("b"));
		await failing("source-is-link");
		execFileSync("mkfifo", [inHost("b")]);
		await failing("source-not-regular");
		await expect(build(one)).rejects.toMatchObject({ code: "source-gone" });
	});

	test("cannot redirect the copy by a link that appears after the files were checked", async () => {
		// Far more files than the build copies at once, so that it has not started the last one when the first is done.
		const one = plan([...Array.from({ length: 60 }, (_, index) => hostFile(`a${index}`)), hostFile("f")]);
		const swap = () => {
			symlinkSync("/etc/shadow", inHost("link"));
			renameSync(inHost("link"), inHost("f"));
		};
		await expect(build(one, { onFile: swap })).rejects.toMatchObject({ code: "source-is-link" });
		expect(everything().length).toBe(2);
	});

	test("cannot make a plan write through a link", async () => {
		hostFile("victim", "old");
		const one = plan([
			entry("/lib", { kind: "symlink", target: host }),
			entry("/lib/victim", { kind: "generated", content: "new" }),
		]);
		await expect(build(one)).rejects.toMatchObject({ code: "plan-path-below-file" });
		expect(readFileSync(inHost("victim"), "utf8")).toBe("old");
	});

	test("leaves nothing if the build is aborted", async () => {
		const entries = Array.from({ length: 20 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(3_000_000, index)));
		const controller = new AbortController();
		const stop = (_: Path, done: number) => {
			if (done > 20_000_000) controller.abort();
		};
		await expect(build(plan(entries), { onFile: stop, signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
		expect(everything().length).toBe(2);
		expect((await build(plan(entries))).generation).toBe(1);
	});

	test("does not keep the progress from counting all bytes", async () => {
		const entries = Array.from({ length: 9 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(300_000, index)));
		const steps: number[][] = [];
		await build(plan([...entries, hostFile("empty", "")]), { onFile: (_, done, total) => steps.push([done, total]) });
		expect(steps.at(-1)).toEqual([2_700_000, 2_700_000]);
		// One step for each chunk of each file, and one for the empty file.
		expect(steps.length).toBeGreaterThanOrEqual(10);
		expect(steps.map(([done]) => done)).toEqual(steps.map(([done]) => done).sort((a = 0, b = 0) => a - b));
	});
});

describe("a full disk", () => {
	const onSmallDisk = async (options: string, work: () => Promise<void>) => {
		mkdirSync(cage, { recursive: true });
		using _disk = mounted(cage, "-t", "tmpfs", "-o", `mode=700,${options}`, "tmpfs");
		await work();
		expect(everything()).toEqual([join(cage, "generations"), join(cage, "manifests")]);
	};

	test("is detected before anything is copied", async () => {
		const one = plan([hostFile("big", Buffer.alloc(9_000_000, 1))]);
		await onSmallDisk("size=5m", async () => {
			const failure = { code: "disk-full", exit: 1, values: { needed: expect.any(Number), free: expect.any(Number) } };
			await expect(build(one)).rejects.toMatchObject(failure);
		});
	});

	test("that fills during the build, by bytes or inodes, causes one failure", async () => {
		const entries = Array.from({ length: 40 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(100_000, 1)));
		await onSmallDisk("size=5m", async () => {
			const fill = () => writeFileSync(join(folder, "cages/app/ballast"), Buffer.alloc(1_500_000));
			await expect(build(plan(entries), { onFile: fill })).rejects.toMatchObject({ code: "disk-full" });
			rmSync(join(cage, "ballast"));
		});
		await onSmallDisk("nr_inodes=30", async () => {
			await expect(build(plan(entries))).rejects.toMatchObject({
				code: "disk-full",
				values: { path: expect.stringMatching(/\/cages\/app\/generations\/.*\/f/) },
			});
		});
	});
});

describe("after a kill", () => {
	const inOwnProcess = (from: Plan, lines: string) =>
		ownProcess(
			`import { buildGeneration } from "./src/cage/host/generation-store.ts";
			import { switchGeneration } from "./src/cage/host/generations.ts";
			const { plan, cage } = JSON.parse(process.argv[2]);
			const build = async (onFile) => {
				const { generation } = await buildGeneration({ plan, cage, now: new Date(0), onFile });
				await switchGeneration(cage, generation);
			};
			${lines}`,
			[JSON.stringify({ plan: from, cage })],
		);

	async function buildAndKill(entries: Entry[]): Promise<void> {
		const child = inOwnProcess(plan(entries), 'await build((path, done) => process.stdout.write(done + "\\n"));');
		let seen = 0;
		child.stdout.on("data", () => {
			if (++seen === 2) child.kill("SIGKILL");
		});
		expect((await once(child, "close"))[1]).toBe("SIGKILL");
	}

	test("at any moment, the present generation is complete", async () => {
		const entries = Array.from({ length: 6 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(200_000, index)));
		const from = plan([...entries, entry("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 } })]);
		await build(from);
		for (const delay of [0, 7, 14, 21, 28, 35, 42, 49, 56, "after a build"] as const) {
			const child = inOwnProcess(from, 'process.stdout.write("x"); for (;;) { await build(); process.stdout.write("x"); }');
			await once(child.stdout, "data");
			if (typeof delay === "number") await sleep(delay);
			else await once(child.stdout, "data");
			child.kill("SIGKILL");
			await once(child, "close");
			await clearLeftovers(cage);
			const present = await currentGeneration(cage);
			const { entries: made } = await readManifest(cage, present ?? 0);
			for (const { kind, path, sha256 } of made) {
				if (kind === "file")
					expect(
						createHash("sha256")
							.update(readFileSync(inCage(path, present)))
							.digest("hex"),
					).toBe(sha256);
			}
			expect(
				readdirSync(join(cage, "generations"))
					.map(Number)
					.sort((a, b) => a - b),
			).toEqual(await listGenerations(cage));
			expect(readdirSync(cage).sort()).toEqual(["current", "generations", "manifests", "tried.json"]);
		}
		expect(await currentGeneration(cage)).toBeGreaterThan(1);
	});

	test("the old generation is complete, and the next command removes the rest", async () => {
		const entries = Array.from({ length: 30 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(4_000_000, index)));
		await build(plan([hostFile("old")]));
		await buildAndKill(entries);
		const left = readdirSync(join(cage, "generations")).filter((name) => name.startsWith(".staging-"));
		expect(left.length).toBe(1);
		expect(lstatSync(join(cage, `generations/${left[0]}`)).mode & 0o7777).toBe(0o700);
		expect(await currentGeneration(cage)).toBe(1);
		expect(await clearLeftovers(cage)).toEqual([join(cage, `generations/${left[0]}`)]);
		expect(readdirSync(join(cage, "generations"))).toEqual(["1"]);
		expect(await clearLeftovers(cage)).toEqual([]);
		expect((await build(plan(entries))).generation).toBe(2);
	});

	test("an unrecorded generation is removed, but not one that a living process is building", async () => {
		await build(plan([hostFile("a")]));
		mkdirSync(join(cage, "generations/7/usr"), { recursive: true });
		const start = readFileSync("/proc/self/stat", "latin1").split(") ")[1]?.split(" ")[19];
		const alive = `.staging-${process.pid}-${start}-0123456789ab`;
		const dead = `.staging-${process.pid}-1-0123456789ab`;
		for (const name of [alive, dead]) mkdirSync(join(cage, `generations/${name}`));
		writeFileSync(join(cage, ".tmp-1-1-0123456789ab"), "");
		// An interrupted removal deleted generation 5's files, but not their description.
		writeFileSync(join(cage, "manifests/5.json"), "{}");
		expect((await clearLeftovers(cage)).length).toBe(4);
		expect(readdirSync(join(cage, "manifests"))).toEqual(["1.json"]);
		expect(readdirSync(join(cage, "generations")).sort()).toEqual([alive, "1"]);
	});
});
