import { chmodSync, chownSync, copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { initExecutable } from "../../core/confinement/init.ts";
import { emptyName, initName } from "../../core/confinement/launch.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { printable } from "../../core/path/quote.ts";
import type { AttemptsService, StartedAttempts } from "../../engine/ports.ts";
import { must, systemServices } from "../adoption/services.ts";
import { observeConfinement } from "../launch/observe.ts";
import { mainProcess, processStatus } from "../launch/processes.ts";
import { removeRuntimeUnit, runtimeUnits } from "../launch/runtime-unit.ts";

/** The attempts as a service of systemd: its unit is there for this one start, in /run. */

const nameOf = (pid: number) => `cagewright-selftest-${pid}.service`;

export async function startAttempts({ brought, directories, launcher, output, text }: AttemptsService): Promise<StartedAttempts> {
	await clearAbandoned();
	const name = nameOf(process.pid);
	const launchFolder = nativePath(launcher);
	makeLaunchFolder(launchFolder);
	const init = initExecutable(process.arch);
	if (init) place(join(launchFolder, initName), () => writeFileSync(join(launchFolder, initName), init));
	for (const file of brought.map(nativePath)) {
		const copy = join(launchFolder, basename(file));
		place(copy, () => copyFileSync(file, copy));
	}
	for (const { place: directory, source } of directories) {
		const { gid, mode, uid } = lstatSync(pathToBytes(source));
		mkdirSync(pathToBytes(directory), { mode: 0o700 });
		chownSync(pathToBytes(directory), uid, gid);
		chmodSync(pathToBytes(directory), mode & 0o1777);
	}
	writeFileSync(nativePath(output), "", { mode: 0o600 });
	const remove = () => removeRuntimeUnit(name);
	try {
		writeFileSync(join(runtimeUnits, name), text, { mode: 0o600 });
		await must(["daemon-reload"]);
		await must(["start", name]);
	} catch (error) {
		await remove();
		throw error;
	}
	return {
		output: () => readFileSync(nativePath(output), "latin1"),
		async runs() {
			return ["active", "activating"].includes((await systemServices.state(name)).active);
		},
		async observe(root) {
			const { mainPid } = await systemServices.state(name);
			if (!mainPid) return undefined;
			const isInit = processStatus(mainPid)?.name === initName;
			const main = isInit ? mainProcess(mainPid) : mainPid;
			return main === undefined ? undefined : observeConfinement(main, mainPid, root);
		},
		async problem() {
			const { active, result } = await systemServices.state(name);
			return printable(`${active}, ${result}`);
		},
		remove,
	};
}

/** The text of a path of ours, which leads through the state folder. */
const nativePath = (path: Path) => pathToBytes(path).toString();

/** The account of the cage must get at it, whatever our umask is. */
function place(file: string, write: () => void): void {
	write();
	chmodSync(file, 0o755);
}

/** Units of commands that were killed; what they started ended by itself. */
async function clearAbandoned(): Promise<void> {
	for (const file of readdirSync(runtimeUnits)) {
		const pid = Number(/^cagewright-selftest-(\d+)\.service$/.exec(file)?.[1] ?? 0);
		if (pid && (pid === process.pid || !processStatus(pid))) await removeRuntimeUnit(file);
	}
}

/** Makes the folder that a unit shows as `/.launch`, with its empty directory. The cage's account has to go through both, whatever our umask is. */
function makeLaunchFolder(folder: string): void {
	for (const directory of [folder, join(folder, emptyName)]) {
		mkdirSync(directory);
		chmodSync(directory, 0o755);
	}
}
