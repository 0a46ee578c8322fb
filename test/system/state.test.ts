import fs from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readAdoption } from "../../src/adopt/host/adoption-file.ts";
import { requireSafeFolder } from "../../src/base/host/folder.ts";
import { appendLog, readLog } from "../../src/base/host/log.ts";
import { writeAtomic } from "../../src/base/host/text-files.ts";
import { join, type Path, pathFromText } from "../../src/base/path/path.ts";
import {
	beginRemoval,
	cagePaths,
	clearRemovedCages,
	endRemoval,
	listCages,
	openState,
	readCage,
	removeContents,
	writeCage,
} from "../../src/cage/host/cages.ts";
import { readMadeAccount } from "../../src/cage/host/made-account.ts";
import { readSeeded } from "../../src/cage/host/seed.ts";
import { unfinishedCages } from "../../src/cage/host/unfinished.ts";
import { readTrace, writeTrace } from "../../src/trace/host/traces.ts";
import { emptyTrace } from "../../src/trace/trace.ts";
import { addAlarm, readAlarms } from "../../src/watch/host/alarms.ts";
import { cageOf, trialOf } from "../cage/plans.ts";
import { alarmOf } from "../watch/report/every-alarm.ts";

let folder: Path;
let state: Path;

const at = (name: string) => join(folder, name);

const cage = (name: string) =>
	cageOf({
		name,
		additions: [
			{ kind: "path", path: "/odd\xff" as Path, round: 1, call: "openat" },
			{ kind: "capability", name: "chown", round: 2, call: "chown" },
		],
		exercises: ["true"],
		signals: ["SIGHUP"],
		trials: [trialOf()],
	});

beforeEach(() => {
	folder = pathFromText(fs.mkdtempSync(`${tmpdir()}/cagewright-state-`));
	state = at("state");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the state folder", () => {
	test("is created for its owner only, and can be opened again", async () => {
		fs.chmodSync(folder, 0o1777);
		await openState(state);
		expect(fs.lstatSync(state).mode & 0o777).toBe(0o700);
		await openState(state);
		fs.writeFileSync(join(state, "notes of an administrator"), "");
		await openState(state);
	});

	test("can be the top of a new file system", async () => {
		fs.mkdirSync(join(state, "lost+found"), { recursive: true, mode: 0o700 });
		await openState(state);
		expect(fs.readdirSync(state)).toContain("cages");
	});

	test.each(["/", "/usr", "/etc"])("cannot be %s", async (path) => {
		const before = fs.readdirSync(path);
		await expect(openState(path as Path)).rejects.toMatchObject({ code: "foreign-directory", exit: 4 });
		expect(fs.readdirSync(path)).toEqual(before);
	});

	test("cannot be a used folder of another kind, nor one that others may write to", async () => {
		fs.mkdirSync(state);
		fs.writeFileSync(join(state, "thesis.tex"), "");
		await expect(openState(state)).rejects.toMatchObject({ code: "foreign-directory", values: { name: "thesis.tex" } });
		fs.rmSync(join(state, "thesis.tex"));
		fs.chmodSync(state, 0o770);
		await expect(openState(state)).rejects.toMatchObject({ code: "unsafe-directory", values: { problem: "writable" } });
	});

	test("is refused if its path is a loop of links", () => {
		fs.symlinkSync("loop", at("loop"));
		const loop = { code: "unsafe-directory", values: expect.objectContaining({ problem: "loop" }) };
		expect(() => requireSafeFolder(at("loop"))).toThrow(expect.objectContaining(loop));
		expect(() => requireSafeFolder(at("none"))).toThrow(expect.objectContaining({ code: "no-such-directory" }));
	});
});

describe("cages", () => {
	test("are described, listed and removed", async () => {
		await openState(state);
		expect(await listCages(state)).toEqual([]);
		expect(await readCage(state, "redis")).toBeUndefined();
		for (const name of ["redis", "Web.site-2"]) await writeCage(state, cage(name));
		fs.mkdirSync(join(state, "cages/half"));
		expect(await listCages(state)).toEqual(["Web.site-2", "redis"]);
		expect(await readCage(state, "redis")).toEqual(cage("redis"));
		const { data, description, directory } = cagePaths(state, "redis");
		expect(fs.lstatSync(directory).mode & 0o777).toBe(0o700);
		expect(fs.lstatSync(description).mode & 0o777).toBe(0o600);
		expect(fs.readFileSync(description, "utf8")).toContain('{"base64":"L29kZP8="}');

		fs.mkdirSync(data);
		fs.writeFileSync(join(data, "state"), "x");
		const remove = async (removal: { keepData: boolean }) => {
			await beginRemoval(directory, removal);
			expect(await listCages(state)).toEqual(["Web.site-2"]);
			expect(await unfinishedCages(join(state, "cages") as Path)).toEqual(["redis"]);
			await removeContents(directory, removal);
			await endRemoval(directory, removal);
		};
		await remove({ keepData: true });
		expect(fs.readdirSync(directory)).toEqual(["data"]);
		await remove({ keepData: false });
		expect([fs.readdirSync(directory), await unfinishedCages(join(state, "cages") as Path)]).toEqual([[], []]);
	});

	test("are cleaned up after a killed removal", async () => {
		await openState(state);
		fs.mkdirSync(join(state, "cages/.removed-1-1-0123456789ab/data"), { recursive: true });
		await clearRemovedCages(state);
		expect(fs.readdirSync(join(state, "cages"))).toEqual([]);
	});

	test.each(["", "{", "[]", '{"schema":"cagewright/cage/1"}', '{"schema":"other/2"}'])(
		"are reported as damaged with the description %j",
		async (text) => {
			await openState(state);
			await writeCage(state, cage("redis"));
			fs.writeFileSync(cagePaths(state, "redis").description, text);
			await expect(readCage(state, "redis")).rejects.toMatchObject({ code: "state-damaged" });
		},
	);

	test.each(["cage.json", "adoption.json", "account.json", "seeded.json"])(
		"are newer with a newer schema in %s",
		async (name) => {
			await openState(state);
			await writeCage(state, cage("redis"));
			const { directory } = cagePaths(state, "redis");
			const kind = name.replace(".json", "");
			fs.writeFileSync(join(directory, name), JSON.stringify({ schema: `cagewright/${kind}/9` }));
			const readers = [
				readCage(state, "redis"),
				readAdoption(cagePaths(state, "redis").adoption),
				readMadeAccount(directory),
				readSeeded(directory),
			];
			const codes = (await Promise.allSettled(readers)).flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
			expect(codes).toEqual(["state-newer"]);
		},
	);
});

describe("files", () => {
	test("are replaced completely, even if they are links", async () => {
		fs.writeFileSync(at("victim"), "old");
		fs.symlinkSync("victim", at("file"));
		await writeAtomic(at("file"), "new");
		expect([fs.readFileSync(at("victim"), "utf8"), fs.readFileSync(at("file"), "utf8")]).toEqual(["old", "new"]);
		expect(fs.lstatSync(at("file")).mode & 0o7777).toBe(0o600);
		await expect(writeAtomic(at("none/file"), "x")).rejects.toMatchObject({ code: "cannot-write" });
		expect(fs.readdirSync(folder).sort()).toEqual(["file", "victim"]);
	});

	test("include a log that grows line by line, also with two writers and line breaks in values", async () => {
		const lines = Array.from({ length: 20 }, (_, index) => ({
			time: "2025-01-02T03:04:05.678Z",
			action: "build",
			details: { index, path: "/a\nb" },
		}));
		await Promise.all(lines.map((line) => appendLog(at("log"), line)));
		const read = await readLog(at("log"));
		expect(read.length).toBe(20);
		expect(new Set(read.map(({ details }) => (details as { index: number }).index)).size).toBe(20);
		expect(fs.lstatSync(at("log")).mode & 0o777).toBe(0o600);
		fs.symlinkSync("log", at("link"));
		await expect(appendLog(at("link"), lines[0] ?? { time: "", action: "", details: 0 })).rejects.toMatchObject({
			code: "state-not-regular",
		});
	});

	test("include alarms, without damaged lines and without the oldest ones", async () => {
		const alarm = alarmOf({ call: "mount", pid: 1, uid: 33, executable: "x".repeat(4000) });
		expect(await readAlarms(at("alarms"))).toEqual([]);
		await addAlarm(at("alarms"), alarm);
		fs.writeFileSync(at("alarms"), '2026-01-02T03:04:05.678Z alarm {"time":"today"}\nnonsense\n2026-01-02T03:04:05.6', {
			flag: "a",
		});
		await addAlarm(at("alarms"), { ...alarm, pid: 2 });
		expect((await readAlarms(at("alarms"))).map(({ pid }) => pid)).toEqual([1, 2]);
		expect(fs.lstatSync(at("alarms")).mode & 0o777).toBe(0o600);
		for (let pid = 3; pid <= 200; pid++) await addAlarm(at("alarms"), { ...alarm, pid });
		const left = await readAlarms(at("alarms"));
		expect(left.length).toBeGreaterThan(60);
		expect(left.length).toBeLessThan(150);
		expect(left.map(({ pid }) => pid)).toEqual(left.map((_, index) => 201 - left.length + index));
	});

	test("include traces, which are restored unchanged", async () => {
		const trace = emptyTrace();
		trace.uids.add(33);
		trace.programs.add("/odd\xff" as Path);
		await writeTrace(at("traces"), "host", trace);
		expect(await readTrace(at("traces"), "host")).toEqual(trace);
		expect(await readTrace(at("traces"), "other")).toBeUndefined();
		fs.writeFileSync(at("traces/host.json.gz"), "damaged");
		await expect(readTrace(at("traces"), "host")).rejects.toMatchObject({ code: "state-damaged" });
		// What cannot be read is not called damaged.
		await expect(readTrace(at("traces"), "x".repeat(300))).rejects.toMatchObject({ code: "ENAMETOOLONG" });
	});
});
