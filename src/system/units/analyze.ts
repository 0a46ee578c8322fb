import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Exposure, parseExposure } from "../../core/confinement/unit/exposure.ts";
import type { UnitSet } from "../../engine/systemd-ports.ts";

/** systemd's own opinion of units, by systemd-analyze(1). It needs no systemd that runs, and looks at copies. */

const tool = "/usr/bin/systemd-analyze";

/** Lines that systemd would complain about in what we wrote; undefined where there is no systemd-analyze. */
export async function complaints(units: UnitSet, ours: string): Promise<readonly string[] | undefined> {
	const answer = await analyze(units, ["verify", "--man=no", "--generators=no"]);
	return answer
		?.split("\n")
		.filter((line) => line.includes(ours) || line.startsWith(`${units.name}:`))
		.filter((line) => !isBesideThePoint(line))
		.map((line) => line.replace(/^\S*\//, ""));
}

/**
 * It looks for programs on the host, whatever RootDirectory= says; has names of its own call groups that the installed libseccomp does
 * not know; and thinks of `nobody` what the audit of the cage says of any account that others use.
 */
function isBesideThePoint(line: string): boolean {
	return /Command \S+ is not executable|System call \S+ is not known|Special user \S+ configured/.test(line);
}

/** Undefined where there is no systemd-analyze, or no answer. */
export async function exposure(units: UnitSet): Promise<Exposure | undefined> {
	return parseExposure((await analyze(units, ["security", "--offline=yes", "--no-pager"])) ?? "");
}

async function analyze({ files, name }: UnitSet, args: readonly string[]): Promise<string | undefined> {
	const folder = await mkdtemp(join(tmpdir(), "cagewright-units-"));
	try {
		for (const file of files) {
			const path = join(folder, file.name);
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, file.text, { mode: 0o600 });
		}
		return await output([...args, join(folder, name)], folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** What it says on both of its outputs. A colon at the end of the path adds the usual places to it (systemd.unit(5)). */
function output(args: readonly string[], folder: string): Promise<string | undefined> {
	const env = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", SYSTEMD_UNIT_PATH: `${folder}:`, SYSTEMD_COLORS: "0" };
	return new Promise((resolve) => {
		execFile(tool, args, { env, encoding: "utf8", timeout: 60_000 }, (error, stdout, stderr) => {
			resolve(error?.code === "ENOENT" ? undefined : `${stdout}\n${stderr}`);
		});
	});
}
