import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, lstatSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach } from "vitest";
import { join, type Path, pathFromText, pathToBytes } from "../../src/base/path/path.ts";
import type { BuildRequest } from "../../src/cage/host/fill.ts";
import { buildGeneration } from "../../src/cage/host/generation-store.ts";
import { switchGeneration } from "../../src/cage/host/generations.ts";
import type { Manifest } from "../../src/cage/manifest.ts";
import type { Entry, Plan } from "../../src/plan/plan.ts";
import { bundle } from "../bundle.ts";
import { entry } from "../cage/plans.ts";
import { home } from "./cagewright.ts";

/** A folder with files like a host's, and a place for a cage. Files that call `openWorkshop` get a new one for each test. */
export let folder: Path;
export let host: Path;
export let cage: Path;

export const now = new Date("2025-01-02T03:04:05.678Z");
export const root = (generation = 1) => join(cage, `generations/${generation}`);
export const inCage = (path: string, generation = 1) => `${root(generation)}${path}`;
export const inHost = (name: string) => join(host, name);
export const buildOnly = (plan: Plan, values: Partial<BuildRequest> = {}) => buildGeneration({ plan, cage, now, ...values });
/** Builds a generation and makes it the present one. */
export async function build(plan: Plan, values: Partial<BuildRequest> = {}): Promise<Manifest> {
	const manifest = await buildOnly(plan, values);
	await switchGeneration(values.cage ?? cage, manifest.generation);
	return manifest;
}
export const everything = () =>
	execFileSync("find", [cage, "-mindepth", "1"], { encoding: "latin1" }).split("\n").filter(Boolean).sort();

export function openWorkshop(): void {
	beforeEach(() => {
		folder = pathFromText(mkdtempSync(`${tmpdir()}/cagewright-build-`));
		host = join(folder, "host");
		cage = join(folder, "cages/app");
		mkdirSync(host);
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));
}

/** Returns an entry for a host file in its current state. */
export function fileEntry(name: string, values: Partial<Entry> = {}): Entry {
	const { mode, mtimeMs, size } = lstatSync(pathToBytes(inHost(name)));
	return { ...entry("/"), path: inHost(name), mode: mode & 0o7777, mtime: Math.floor(mtimeMs), size, ...values };
}

export function hostFile(name: string, content: string | Buffer = name): Entry {
	writeFileSync(pathToBytes(inHost(name)), content);
	utimesSync(pathToBytes(inHost(name)), 1_600_000_000, 1_600_000_000);
	return fileEntry(name);
}

/** Runs TypeScript in a separate process. Its imports are relative to the repository. `command` precedes node. */
export function ownProcess(lines: string, words: readonly string[], command: readonly string[] = []) {
	const place = mkdtempSync(`${tmpdir()}/cagewright-script-`);
	const script = `${place}/script.mjs`;
	bundle(script, { text: lines });
	// What it finds as the program's folder (`programFolder`).
	mkdirSync(`${place}/templates`);
	for (const file of ["package.json", "templates/schema.json"]) copyFileSync(`${home}/${file}`, `${place}/${file}`);
	execFileSync("chmod", ["-R", "a+rX", place]);
	const [program = "", ...rest] = [...command, process.execPath, script, ...words];
	const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
	child.once("close", () => rmSync(place, { recursive: true, force: true }));
	return child;
}
