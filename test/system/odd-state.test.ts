import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { begin, cagewright, must, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

/** Our own files may become too large, a FIFO or a device, and the working directory may vanish. Every verb then ends with one line. */

const state = temporaryState();
const cage = `${state}/cages/demo`;

beforeAll(async () => {
	await preparedDemo(state);
	await must(cagewright(["record", "demo", "--purpose", "a test"], { state }));
});

/** What may be at the place of a file. None of it can be read to its end. */
const kinds: Readonly<Record<string, (file: string) => void>> = {
	"file of 2 GiB": (file) => execFileSync("truncate", ["-s", "2G", file]),
	FIFO: (file) => execFileSync("mkfifo", [file]),
	"file of 700 MiB": (file) => execFileSync("truncate", ["-s", "700M", file]),
	"endless device": (file) => execFileSync("mknod", [file, "c", "1", "5"]),
	directory: (file) => mkdirSync(file),
};

/** Verbs that only read, with the options that make them do so. */
const verbs = [
	"list",
	"metrics",
	"stale",
	"check --all",
	"check demo",
	"show demo",
	"show demo --history",
	"show demo --record",
	"explain demo",
	"record demo",
	"diff demo",
	"run demo --print",
	"unit demo",
	"rollback demo --dry-run",
	"update demo --dry-run",
	"plan demo",
	"remove demo --dry-run",
	"minimise demo --dry-run",
	"make demo --yes --dry-run",
	"template list",
	"sessions list",
	"run demo -- /usr/bin/node --version",
	"selftest demo",
	"signal demo HUP",
].map((line) => line.split(" "));

/** Regular files of ours in the state folder, without the cage's content. */
function ownFiles(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return ["generations", "data"].includes(entry.name) ? [] : ownFiles(path);
		return entry.isFile() || entry.name === "current" ? [path] : [];
	});
}

async function withFileReplaced(file: string, replace: (file: string) => void, work: () => Promise<void>): Promise<void> {
	const kept = `${file}.kept`;
	if (existsSync(file)) renameSync(file, kept);
	try {
		replace(file);
		await work();
	} finally {
		rmSync(file, { recursive: true, force: true });
		if (existsSync(kept)) renameSync(kept, file);
	}
}

/** One line for the error, and never one that asks for a bug report. Progress and warnings may come before. */
function expectClearEnd({ status, stderr, stdout }: { status: number; stderr: string; stdout: string }): void {
	expect(status, stderr).not.toBe(70);
	expect(stderr + stdout).not.toMatch(/Internal error|^\s+at .*:\d+/m);
	expect(stderr.split("\n").filter((line) => line.startsWith("cagewright: ")).length).toBeLessThanOrEqual(1);
	if (status > 0 && stdout === "") expect(stderr).toMatch(/^cagewright: .+\n$/m);
}

describe.each(some(2, Object.keys(kinds)))("a %s in place of a state file", (kind) => {
	const replace = kinds[kind] ?? (() => {});

	test("ends every verb with a clear line", async () => {
		const isWhole = isLong && ["file of 2 GiB", "FIFO"].includes(kind);
		const files = isWhole ? ownFiles(state) : [`${cage}/cage.json`, `${cage}/log`, `${cage}/manifests/1.json`];
		const used = isWhole ? verbs : verbs.filter(([verb = ""]) => ["list", "show", "check", "record"].includes(verb));
		for (const file of files) {
			await withFileReplaced(file, replace, async () => {
				for (const verb of used) expectClearEnd(await cagewright(verb, { state }));
			});
		}
	});

	test("is not taken for an empty log", async () => {
		await withFileReplaced(`${cage}/log`, replace, async () => {
			for (const verb of ["show demo --history", "record demo"]) {
				expect(await cagewright(verb.split(" "), { state })).toMatchObject({
					status: 1,
					stderr: new RegExp(`^cagewright: ${cage}/log is .*\\. Move it away.*\\n$`),
				});
			}
		});
	});

	test("is not written into", async () => {
		await withFileReplaced(`${cage}/log`, replace, async () => {
			const before = statSync(`${cage}/log`).size;
			const result = await cagewright(["build", "demo", "--include", "/etc/hostname"], { state });
			expect(result).toMatchObject({ status: 1, stderr: new RegExp(`^cagewright: ${cage}/log is .*`, "m") });
			expect(statSync(`${cage}/log`).size).toBe(before);
		});
	});

	test("is no setting, and stops a record that needs it", async () => {
		await withFileReplaced(`${state}/settings.json`, replace, async () => {
			const result = await cagewright(["record", "demo"], { state });
			expect(result).toMatchObject({ status: 1, stderr: new RegExp(`^cagewright: ${state}/settings.json is .*\\n$`) });
		});
	});
});

test("a removed working directory ends in one line where a relative path or the directory itself is needed", async () => {
	const folder = temporaryFolder("gone");
	const inRemoved = async (...words: string[]) => {
		const place = mkdtempSync(`${folder}/`);
		// The shell enters the directory and removes it before it starts the program there.
		const enter = ["sh", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', place];
		const result = await begin(words, { state, enter }).ended;
		if (existsSync(place)) rmdirSync(place);
		return result;
	};
	const gone = {
		status: 2,
		stdout: "",
		stderr: "cagewright: The current directory no longer exists. Change to another one with `cd`, then try again.\n",
	};
	expect(await inRemoved("--state", "relative", "list")).toEqual(gone);
	expect(await inRemoved("import", "x.tar")).toEqual(gone);
	expect(await inRemoved("export", "demo", "-o", "x.tar")).toEqual(gone);
	expect(await inRemoved("record", "demo", "-o", "x.html")).toEqual(gone);
	expect(await inRemoved("make", "demo", "--name", "other", "--yes")).toEqual(gone);
	expect(await inRemoved("--lang", "de", "template", "new", "shop", "-o", "shop.json")).toMatchObject({
		status: 2,
		stderr: /^cagewright: Das aktuelle Verzeichnis .*\n$/,
	});
	// Others need none.
	expect(await inRemoved("list")).toMatchObject({ status: 0, stderr: "" });
	expect(await inRemoved("check", "--all")).toMatchObject({ stderr: "" });
});
