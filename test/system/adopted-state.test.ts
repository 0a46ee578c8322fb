import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Adoption, neverCopied } from "../../src/adopt/adoption.ts";
import { adoptedState, fingerprint, foreignLink, restoreData, useState } from "../../src/adopt/host/adopted-state.ts";
import { adoptionFromJson, adoptionToJson } from "../../src/adopt/host/adoption-file.ts";
import { join, type Path, pathFromText } from "../../src/base/path/path.ts";
import { makeDeep } from "./deep.ts";

let folder: Path;
beforeEach(() => {
	folder = pathFromText(fs.mkdtempSync(`${tmpdir()}/cagewright-adopted-`));
});
// Node's rmSync fails beyond PATH_MAX.
afterEach(() => void execFileSync("rm", ["-rf", folder]));

describe("a fingerprint", () => {
	test("differs for a file that was rewritten with the same size and a reset time", async () => {
		const file = join(folder, "file");
		fs.writeFileSync(file, "one");
		const { atime, mtime } = fs.statSync(file);
		fs.utimesSync(file, atime, mtime);
		const before = await fingerprint(folder);
		expect(await fingerprint(folder)).toBe(before);
		fs.writeFileSync(file, "two");
		fs.utimesSync(file, atime, mtime);
		expect(await fingerprint(folder)).not.toBe(before);
	});

	test("covers files deeper than a path can name", async () => {
		makeDeep(folder, "touch file");
		const before = await fingerprint(folder);
		makeDeep(folder, "echo more >file");
		expect(await fingerprint(folder)).not.toBe(before);
	});

	test("does not exist for a missing directory", async () => {
		expect(await fingerprint(join(folder, "absent"))).toBeUndefined();
	});
});

describe("a link to a place outside the state", () => {
	test("is found deeper than a path can name", async () => {
		makeDeep(folder, "ln -s /etc/shadow trap");
		expect(await foreignLink(folder, "/var/lib/app" as Path)).toMatch(/^\/var\/lib\/app\/.*\/trap$/);
	});

	test("is accepted if the host has the same one", async () => {
		const [cage, host] = [join(folder, "cage"), join(folder, "host")];
		for (const directory of [cage, host]) {
			fs.mkdirSync(directory);
			fs.symlinkSync("/etc/shadow", join(directory, "link"));
		}
		expect(await foreignLink(cage, host)).toBeUndefined();
		fs.rmSync(join(host, "link"));
		expect(await foreignLink(cage, host)).toBe(join(host, "link"));
	});
});

describe("the data of a cage whose service was released", () => {
	beforeEach(async () => {
		for (const [directory, text] of [
			["data", "own"],
			["adopting/data", "host"],
		] as const) {
			fs.mkdirSync(join(folder, directory), { recursive: true, mode: 0o700 });
			fs.writeFileSync(join(folder, `${directory}/file`), text);
		}
		await useState(folder);
		fs.writeFileSync(join(folder, "data/file"), "accepted");
	});

	test("is the cage's earlier data, and the service's writes are kept beside it", async () => {
		const kept = await restoreData(folder, "2026-01-02T03:04:05.678Z");
		expect(kept).toBe(join(folder, "data.undone-20260102T030405678Z"));
		expect(fs.readFileSync(`${kept}/file`, "utf8")).toBe("accepted");
		expect(fs.readFileSync(join(folder, "data/file"), "utf8")).toBe("own");
		expect(await restoreData(folder, "2026-01-02T03:04:05.678Z")).toBe(kept);
	});

	test("is kept only if it has files", async () => {
		fs.rmSync(join(folder, "data/file"));
		fs.mkdirSync(join(folder, "data/var/lib/app"), { recursive: true });
		expect(await restoreData(folder, "2026-01-02T03:04:05.678Z")).toBeUndefined();
		expect(fs.readdirSync(folder).filter((name) => name.startsWith("data"))).toEqual(["data"]);
	});

	test("keeps no writes of a service that never started", async () => {
		expect(await restoreData(folder)).toBeUndefined();
		expect(fs.readFileSync(join(folder, "data/file"), "utf8")).toBe("own");
		expect(fs.readdirSync(folder).filter((name) => name.startsWith("data"))).toEqual(["data"]);
		expect(fs.existsSync(join(folder, "adopting"))).toBe(false);
	});
});

describe("a place that came into the cage after the adoption", () => {
	const state = (place: Path) => adoptedState(folder).laterPlace("app", place);
	let place: Path;
	beforeEach(() => {
		place = join(folder, "host/place");
		fs.mkdirSync(join(folder, `cages/app/data${place}` as Path), { recursive: true });
	});
	const write = (top: string) => {
		fs.mkdirSync(top, { recursive: true });
		fs.writeFileSync(`${top}/file`, "state");
	};

	test("is none without files", async () => {
		expect(await state(place)).toBeUndefined();
		expect(await state(join(folder, "host/other"))).toBeUndefined();
	});

	test("is unchanged on a host that has no files there", async () => {
		write(`${folder}/cages/app/data${place}`);
		expect(await state(place)).toEqual({ path: place, cage: neverCopied });
		fs.mkdirSync(place, { recursive: true });
		expect(await state(place)).toEqual({ path: place, cage: neverCopied, host: await fingerprint(place) });
	});

	test("is changed on a host that has other files there", async () => {
		write(`${folder}/cages/app/data${place}`);
		write(place);
		expect(await state(place)).toEqual({ path: place, cage: neverCopied, host: neverCopied });
	});
});

const adoption = (stage: string): Adoption => ({
	service: "app.service",
	phase: "returning",
	since: "2026-01-02T03:04:05.678Z",
	companions: { triggers: [], dependents: [] },
	dropin: "[Service]\n",
	probes: [],
	timeout: 3,
	places: [
		{ path: "/var/lib/app" as Path, host: "a", cage: "b", stage: { name: stage as Path, inode: "12", untouched: true } },
		{ path: "/var/log/app" as Path, cage: "c" },
	],
});

test("an adoption survives its file, with the stages of its release", () => {
	const written = adoption(".cagewright-release-0a1b");
	expect(adoptionFromJson(adoptionToJson(written))).toEqual(written);
});

test("a stage outside the directory is rejected", () => {
	expect(adoptionFromJson(adoptionToJson(adoption(".cagewright-release-0a1b/../../etc")))).toBeUndefined();
});
