import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { chmod, cp, lstat, mkdir, readdir, readFile, readlink, rename, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorName } from "../../base/host/errors.ts";
import { makeReadableFolders, requireSafeFolder } from "../../base/host/folder.ts";
import { namesIn } from "../../base/host/proc.ts";
import { programFolder } from "../../base/host/release.ts";
import { removeTree } from "../../base/host/remove.ts";
import { type Path, parent, pathFromText, pathToText } from "../../base/path/path.ts";
import {
	isManual,
	manualFolders,
	packagedFolder,
	packagedWatchUnit,
	programFolder as placeOfProgram,
	programLink,
} from "../installation.ts";
import type { ProgramPlace } from "../ports.ts";

/** The parts of a release (CONTRIBUTING, "Releases"). */
const parts = ["bin", "dist", "packaging", "templates", "package.json"];

/** Excludes code that Node.js compiled for the source folder (bin/cagewright.js), and what only packages need. */
const isShipped = (path: string) => !/\/(dist\/\.cache|packaging\/(deb|rpm|node\.json))$/.test(path);

/** The installed program, below the root of this or another system. */
export function programPlace(root = "/"): ProgramPlace {
	const inTree = (path: Path) => join(root, pathToText(path) ?? "");
	const [folder, link] = [inTree(placeOfProgram), inTree(programLink)];
	return {
		package() {
			const place = inTree(packagedFolder);
			if (!existsSync(place + executable)) return "none";
			return realpathSync(place) === realpathSync(programFolder()) ? "running" : "other";
		},
		async state() {
			const there = await lstat(link).catch(() => undefined);
			if (there === undefined) return "none";
			const target = there.isSymbolicLink() ? await readlink(link) : "";
			if (target === pathToText(placeOfProgram) + executable) return "ours";
			// As the README describes for a clone.
			return target.endsWith(executable) ? "link" : "foreign";
		},
		async folder() {
			const there = await lstat(folder).catch(() => undefined);
			if (there === undefined) return "none";
			if (there.isDirectory() && namesIn(folder).every((name) => parts.includes(name))) return "ours";
			return folder === programFolder() ? "clone" : "foreign";
		},
		released: (path) => readFileSync(join(programFolder(), path), "utf8"),
		packagedWatch() {
			const unit = inTree(packagedWatchUnit);
			return this.package() === "running" && existsSync(unit) ? readFileSync(unit, "utf8") : undefined;
		},
		manuals: () => readdirSync(join(programFolder(), "dist/man")).sort(),
		installedManuals: () => manualFolders.flatMap((place) => namesIn(inTree(place)).filter(isManual)).sort(),
		async install() {
			const from = programFolder();
			for (const place of [folder, link]) {
				const above = parent(pathFromText(place));
				await makeReadableFolders(above);
				requireSafeFolder(above);
			}
			if (from === folder) return;
			const staging = `${folder}.new-${process.pid}`;
			const old = `${folder}.old-${process.pid}`;
			await clearCutOff(folder);
			try {
				// Private until every mode is set, because under a wide umask others could add files.
				await mkdir(staging, { mode: 0o700 });
				for (const part of parts) {
					await cp(join(from, part), join(staging, part), { recursive: true, errorOnExist: true, filter: isShipped });
				}
				await pinNode(join(staging, executable));
				await letEverybodyRead(staging);
				await rename(folder, old).catch(ignoreAbsent);
				await rename(staging, folder);
			} catch (error) {
				await removeTree(pathFromText(staging));
				throw error;
			}
			await removeTree(pathFromText(old));
			const linking = `${link}.new-${process.pid}`;
			await symlink((pathToText(placeOfProgram) ?? "") + executable, linking);
			await rename(linking, link);
		},
		async uninstall() {
			if ((await this.state()) === "ours") await unlink(link);
			if ((await this.folder()) !== "ours") return false;
			requireSafeFolder(pathFromText(folder));
			await removeTree(pathFromText(folder));
			await clearCutOff(folder);
			return true;
		},
	};
}

const executable = "/bin/cagewright.js";

/** The kernel's program has no mode for execution, because failures.c loads it. */
const isExecuted = (path: string) => path.endsWith(executable) || /\/dist\/native\/\w+\/[^./]+$/.test(path);

/** Ordinary users run the program too, and only root may change it, whatever the source's modes and the umask are. */
async function letEverybodyRead(folder: string): Promise<void> {
	for (const entry of await readdir(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) await letEverybodyRead(path);
		else if (entry.isFile()) await chmod(path, isExecuted(path) ? 0o755 : 0o644);
	}
	await chmod(folder, 0o755);
}

/** Names the running Node.js, because hooks and timers have no reliable PATH. */
async function pinNode(script: string): Promise<void> {
	const text = await readFile(script, "utf8");
	await writeFile(script, text.replace(/^#!.*\n/, `#!${process.execPath}\n`), { mode: 0o755 });
}

/** Deletes leftovers of a killed installation. */
async function clearCutOff(folder: string): Promise<void> {
	const above = join(folder, "..");
	for (const name of await readdir(above)) {
		if (/^cagewright\.(new|old)-\d+$/.test(name)) await removeTree(pathFromText(join(above, name)));
	}
}

function ignoreAbsent(error: unknown): void {
	if (errorName(error) !== "ENOENT") throw error;
}
