import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReturnStage } from "../../src/core/adoption/adoption.ts";
import { join, type Path, pathFromText } from "../../src/core/path/path.ts";
import { finish, makeStage, prepare, swap, undo } from "../../src/system/adoption/return-state.ts";

const name = ".cagewright-release-0123456789abcdef" as Path;
const { signal } = new AbortController();

let folder: Path;
let place: Path;
let data: Path;
beforeEach(() => {
	folder = pathFromText(mkdtempSync(`${tmpdir()}/cagewright-give-back-`));
	place = join(folder, "place");
	data = join(folder, "data");
	for (const directory of [place, join(data, place)]) mkdirSync(directory, { recursive: true });
	writeFileSync(join(place, "important"), "host");
	writeFileSync(join(data, `${place}/important` as Path), "cage");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const important = () => readFileSync(join(place, "important"), "utf8");

async function staged(): Promise<ReturnStage> {
	const stage = { name, inode: await makeStage(data, place, name), untouched: true };
	await prepare(data, place, stage, signal);
	return stage;
}

/** What somebody who may write to the place could lay there in time. */
function plant(): void {
	mkdirSync(join(place, `${name}/old`), { recursive: true, mode: 0o700 });
	writeFileSync(join(place, `${name}/old/evil`), "evil");
}

describe("state that is given back", () => {
	test("replaces the host's, and nothing else stays", async () => {
		const stage = await staged();
		await swap(place, stage);
		await finish(place, stage);
		expect([important(), readdirSync(place)]).toEqual(["cage", ["important"]]);
	});

	test("replaces the host's where what is made takes its group from above", async () => {
		chmodSync(place, 0o2750);
		const stage = await staged();
		await swap(place, stage);
		await finish(place, stage);
		expect([important(), readdirSync(place)]).toEqual(["cage", ["important"]]);
	});

	test("is taken away again by an undo", async () => {
		const stage = await staged();
		await swap(place, stage);
		await undo(place, stage);
		expect([important(), readdirSync(place)]).toEqual(["host", ["important"]]);
	});

	test("is not made in a folder that was there before", async () => {
		plant();
		await expect(makeStage(data, place, name)).rejects.toMatchObject({ code: "release-stage-changed", exit: 4 });
		await undo(place, { name, untouched: true });
		expect([important(), existsSync(join(place, `${name}/old/evil`))]).toEqual(["host", true]);
	});

	test.each([
		["another folder", () => {}],
		["an open folder", () => chmodSync(join(place, name), 0o755)],
		["a link", () => symlinkSync(join(folder, "elsewhere"), join(place, name))],
	])("is not undone from %s in its place", async (what, change) => {
		const stage = await staged();
		if (what !== "an open folder") renameSync(join(place, name), join(folder, "elsewhere"));
		if (what === "another folder") plant();
		change();
		await expect(undo(place, stage)).rejects.toMatchObject({ code: "release-stage-changed", exit: 4 });
		expect(important()).toBe("host");
	});

	test("lets nobody else's folder go at its end", async () => {
		const stage = await staged();
		renameSync(join(place, name), join(folder, "elsewhere"));
		plant();
		await finish(place, stage);
		expect(existsSync(join(place, `${name}/old/evil`))).toBe(true);
	});

	test("leaves nothing of a stage that was made and not yet written down", async () => {
		await makeStage(data, place, name);
		await undo(place, { name, untouched: true });
		expect(readdirSync(place)).toEqual(["important"]);
	});
});
