import { existsSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../../base/failure.ts";
import { removeTree } from "../../base/host/remove.ts";
import { runQuickTool, toolEnvironment, toolRunner } from "../../base/host/tools.ts";
import { baseName, join as joinPath, type Path, parent, pathFromText } from "../../base/path/path.ts";
import { printable } from "../../base/path/quote.ts";
import { hostService } from "../../service/host/unit-files.ts";
import { type Exposure, parseExposure } from "../exposure.ts";
import { administratorsUnits } from "../installed.ts";
import type { UnitSet, Units } from "../ports.ts";
import {
	hooksFor,
	installedFor,
	installedForCages,
	presentPlace,
	readInstalled,
	removeInstalled,
	writeInstalled,
} from "./installed.ts";

/** Units of this machine, or of the system in the file tree `root` (an image that is not running). */
export function systemUnits(root = "/"): Units {
	const inTree = (place: Path) => pathFromText(join(root, place));
	return {
		version: systemdVersion,
		service: (name) => hostService(name, root),
		complaints,
		exposure,
		installedFor: (cage) => installedFor(inTree(administratorsUnits), cage),
		installedForCages: () => installedForCages(inTree(administratorsUnits)),
		hooksFor: (cage) => hooksFor(inTree, cage),
		installed: (place) => readInstalled(inTree(place)),
		async presentPlace(place) {
			const inside = inTree(place);
			const present = await presentPlace(inside);
			return present === inside ? place : joinPath(parent(place), baseName(present));
		},
		install: (place, text, cage) => writeInstalled(inTree(place), text, cage),
		uninstall: (place) => removeInstalled(inTree(place)),
		reload: () => (root === "/" && isBooted() ? daemonReload() : Promise.resolve(false)),
	};
}

/** sd_booted(3) */
function isBooted(): boolean {
	return existsSync("/run/systemd/system");
}

async function daemonReload(): Promise<boolean> {
	const run = await toolRunner();
	const { failed, shortMessage, stderr } = await run("/usr/bin/systemctl", ["daemon-reload"], { stdin: "ignore", reject: false });
	if (failed) throw new Failure("unit-reload-failed", { problem: printable(stderr || shortMessage || "") });
	return true;
}

const newestKnown = 257;

function systemdVersion(): number {
	try {
		const { stdout } = runQuickTool("systemctl", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
		return Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? newestKnown);
	} catch {
		return newestKnown;
	}
}

/** systemd-analyze(1) needs no running systemd and works on copies. */

const tool = "/usr/bin/systemd-analyze";

/** systemd's complaints about our file, which the others do not cause alone. Undefined without systemd-analyze. */
async function complaints(units: UnitSet, ours: string): Promise<readonly string[] | undefined> {
	const all = await complaintsAbout(units, ours);
	const others = units.files.filter(({ name }) => baseName(pathFromText(name)) !== ours);
	if (!all?.length || !others.length) return all;
	const before = await complaintsAbout({ ...units, files: others }, ours);
	return all.filter((line) => !before?.includes(line));
}

async function complaintsAbout(units: UnitSet, ours: string): Promise<readonly string[] | undefined> {
	const answer = await analyze(units, ["verify", "--man=no", "--generators=no"]);
	return answer
		?.split("\n")
		.filter((line) => line.includes(ours) || line.startsWith(`${units.name}:`))
		.filter((line) => !isBesideThePoint(line))
		.map((line) => line.replace(/^\S*\//, ""));
}

/**
 * False alarms: it looks for programs on the host despite RootDirectory=, its call groups contain names that the installed
 * libseccomp does not know, and it warns about `nobody`, which the audit of the cage covers.
 */
function isBesideThePoint(line: string): boolean {
	return /Command \S+ is not executable|System call \S+ is not known|Special user \S+ configured/.test(line);
}

/** Undefined without systemd-analyze, or without an answer. */
async function exposure(units: UnitSet): Promise<Exposure | undefined> {
	return parseExposure((await analyze(units, ["security", "--offline=yes", "--no-pager"])) ?? "");
}

async function analyze({ files, name }: UnitSet, args: readonly string[]): Promise<string | undefined> {
	const folder = await mkdtemp("/tmp/cagewright-units-");
	try {
		for (const file of files) {
			const path = join(folder, file.name);
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, file.text, { mode: 0o600 });
		}
		return await output([...args, join(folder, name)], folder);
	} finally {
		await removeTree(pathFromText(folder));
	}
}

/** Both outputs. A colon at the end of the path appends the usual places (systemd.unit(5)). */
async function output(args: readonly string[], folder: string): Promise<string | undefined> {
	const run = await toolRunner();
	const { code, stderr, stdout } = await run(tool, args, {
		env: { ...toolEnvironment, SYSTEMD_UNIT_PATH: `${folder}:`, SYSTEMD_COLORS: "0" },
		timeout: 60_000,
		stdin: "ignore",
		reject: false,
	});
	return code === "ENOENT" ? undefined : `${stdout}\n${stderr}`;
}
