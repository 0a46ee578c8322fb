import fs from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReturnStage } from "../../src/adopt/adoption.ts";
import { endUndo, finish, makeStage, prepare, swap, undo } from "../../src/adopt/host/return-state.ts";
import { join, type Path, pathFromText } from "../../src/base/path/path.ts";

const name = ".cagewright-release-0123456789abcdef" as Path;
const { signal } = new AbortController();

let folder: Path;
let place: Path;
let data: Path;
beforeEach(() => {
	folder = pathFromText(fs.mkdtempSync(`${tmpdir()}/cagewright-give-back-`));
	place = join(folder, "place");
	data = join(folder, "data");
	for (const directory of [place, join(data, place)]) fs.mkdirSync(directory, { recursive: true });
	fs.writeFileSync(join(place, "important"), "host");
	fs.writeFileSync(join(data, `${place}/important` as Path), "cage");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The whole undo of a return after which nothing ran on the host. */
async function undoAll(stage: ReturnStage): Promise<void> {
	await undo(place, stage);
	expect(await endUndo(place, stage, join(folder, "kept"))).toBe(false);
}

const important = () => fs.readFileSync(join(place, "important"), "utf8");

async function staged(): Promise<ReturnStage> {
	const stage = { name, inode: await makeStage(data, place, name), untouched: true };
	await prepare(data, place, stage, signal);
	return stage;
}

/** Plants what somebody with write access could place there in time. */
function plant(): void {
	fs.mkdirSync(join(place, `${name}/old`), { recursive: true, mode: 0o700 });
	fs.writeFileSync(join(place, `${name}/old/evil`), "evil");
}

describe("state that is returned to the host", () => {
	// Also in a directory with the set-group-ID bit.
	test.each([0o750, 0o2750])("replaces the host's, and nothing else remains (mode %s)", async (mode) => {
		fs.chmodSync(place, mode);
		const stage = await staged();
		await swap(place, stage);
		await finish(place, stage);
		expect([important(), fs.readdirSync(place)]).toEqual(["cage", ["important"]]);
	});

	test("is removed again by an undo", async () => {
		const stage = await staged();
		await swap(place, stage);
		await undoAll(stage);
		expect([important(), fs.readdirSync(place)]).toEqual(["host", ["important"]]);
	});

	test("is kept with what the service wrote on the host, if it may have run there", async () => {
		const stage = { ...(await staged()), isUsed: true } as const;
		const kept = join(folder, "kept");
		await swap(place, stage);
		fs.writeFileSync(join(place, "accepted"), "on the host");
		for (let repeat = 0; repeat < 2; repeat++) await undo(place, stage);
		expect(await endUndo(place, stage, kept)).toBe(true);
		expect([important(), fs.readdirSync(place)]).toEqual(["host", ["important"]]);
		const at = join(kept, place.slice(1) as Path);
		expect([fs.readFileSync(join(at, "accepted"), "utf8"), fs.readFileSync(join(at, "important"), "utf8")]).toEqual([
			"on the host",
			"cage",
		]);
		expect(fs.statSync(kept).mode & 0o777).toBe(0o700);
		expect(await endUndo(place, stage, kept)).toBe(false);
	});

	test("is whole again after an undo that finds a directory half moved", async () => {
		for (const file of ["one", "two"]) {
			fs.mkdirSync(join(place, "directory"), { recursive: true });
			fs.writeFileSync(join(place, `directory/${file}`), file);
		}
		const stage = await staged();
		await swap(place, stage);
		// As on an overlay, where a directory moves file by file.
		fs.renameSync(join(place, `${name}/old`), join(place, `${name}/moving`));
		fs.mkdirSync(join(place, "directory"));
		fs.renameSync(join(place, `${name}/moving/directory/one`), join(place, "directory/one"));
		fs.rmSync(join(place, "important"));
		await undoAll(stage);
		expect([important(), fs.readdirSync(place).sort(), fs.readdirSync(join(place, "directory")).sort()]).toEqual([
			"host",
			["directory", "important"],
			["one", "two"],
		]);
	});

	test("is not staged in a folder that exists already", async () => {
		plant();
		await expect(makeStage(data, place, name)).rejects.toMatchObject({ code: "release-stage-changed", exit: 4 });
		await undo(place, { name, untouched: true });
		expect([important(), fs.existsSync(join(place, `${name}/old/evil`))]).toEqual(["host", true]);
	});

	test.each([
		["another folder", () => {}],
		["an open folder", () => fs.chmodSync(join(place, name), 0o755)],
		["a link", () => fs.symlinkSync(join(folder, "elsewhere"), join(place, name))],
	])("is not undone from %s in place of the stage", async (what, change) => {
		const stage = await staged();
		if (what !== "an open folder") fs.renameSync(join(place, name), join(folder, "elsewhere"));
		if (what === "another folder") plant();
		change();
		await expect(undo(place, stage)).rejects.toMatchObject({ code: "release-stage-changed", exit: 4 });
		expect(important()).toBe("host");
	});

	test("does not remove another folder in place of the stage", async () => {
		const stage = await staged();
		fs.renameSync(join(place, name), join(folder, "elsewhere"));
		plant();
		await finish(place, stage);
		expect(fs.existsSync(join(place, `${name}/old/evil`))).toBe(true);
	});

	test("leaves nothing of a stage that was not recorded yet", async () => {
		await makeStage(data, place, name);
		await undo(place, { name, untouched: true });
		expect(fs.readdirSync(place)).toEqual(["important"]);
	});
});
