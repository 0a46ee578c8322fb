import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
	chmodSync,
	chownSync,
	copyFileSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Failure } from "../../base/failure.ts";
import { withNewFile } from "../../base/host/place.ts";
import { mainProcess, processStatus } from "../../base/host/processes.ts";
import { nativeProgramFile } from "../../base/host/release.ts";
import { startTool } from "../../base/host/tools.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { baseName, type Path, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { printable } from "../../base/path/quote.ts";
import { attemptsProgram, emptyName, initName } from "../../confine/places.ts";
import { launchInit } from "../../launch/host/launch-folder.ts";
import { observeConfinement } from "../../launch/host/observe-confinement.ts";
import { must, removeRuntimeUnit, runtimeUnits, systemServices } from "../../unit/host/systemctl.ts";
import { parseBystander } from "../escape-arguments.ts";
import type { AttemptsService, Bystander, SelftestTools, StartedAttempts } from "../ports.ts";

export const selftestTools: SelftestTools = {
	program: () => pathFromText(nativeProgramFile("escape")),

	hostRoot() {
		const { dev, ino } = statSync("/", { bigint: true });
		// MKDEV of <linux/kdev_t.h>: a file system without a disk has major number 0 and cannot be opened.
		const isDisk = ((dev >> 8n) & 0xfffn) > 0n;
		return { identity: `${dev}:${ino}`, disk: isDisk ? Number(dev) : 0 };
	},

	async bystander({ gid, uid }: Identity): Promise<Bystander> {
		const account = process.getuid?.() === 0 ? [`uid=${uid}`, `gid=${gid}`] : [];
		const token = randomBytes(8).toString("hex");
		const child = startTool(nativeProgramFile("escape"), ["bystander", `token=${token}`, ...account], {
			stdio: ["pipe", "pipe", "ignore"],
			detached: true,
		});
		const closed = once(child, "close");
		child.stdin.on("error", () => {});
		let line = "";
		for await (const chunk of child.stdout) {
			line += String(chunk);
			if (line.includes("\n")) break;
		}
		const facts = parseBystander(line.trimEnd());
		const dispose = async () => {
			child.stdin.end();
			await closed;
		};
		if (!facts) {
			await dispose();
			throw new Failure("selftest-broken", { detail: "decoy" }, 70);
		}
		return { facts, [Symbol.asyncDispose]: dispose };
	},

	service: startAttempts,
};

/** The unit of the escape techniques exists for one start, in /run. */

const nameOf = (pid: number) => `cagewright-selftest-${pid}.service`;

async function startAttempts({ brought, directories, launcher, output, text }: AttemptsService): Promise<StartedAttempts> {
	await clearAbandoned();
	const name = nameOf(process.pid);
	const launchFolder = nativePath(launcher);
	makeLaunchFolder(launchFolder);
	place(join(launchFolder, initName), () => writeFileSync(join(launchFolder, initName), launchInit()));
	const files = [
		[nativeProgramFile("escape"), baseName(attemptsProgram)],
		...brought.map((path) => [nativePath(path), baseName(path)]),
	];
	for (const [file = "", name = ""] of files) {
		const copy = join(launchFolder, name);
		place(copy, () => copyFileSync(file, copy));
	}
	for (const { place: directory, source } of directories) {
		// A service's own directory may not exist yet.
		const { gid, mode, uid } = lstatSync(pathToBytes(source), { throwIfNoEntry: false }) ?? { gid: 0, mode: 0o755, uid: 0 };
		mkdirSync(pathToBytes(directory), { recursive: true });
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

/** The text of one of our paths, which all start with the state folder. */
const nativePath = (path: Path) => pathToBytes(path).toString();

/** The cage's account must be able to read it, whatever our umask is. */
function place(file: string, write: () => void): void {
	write();
	chmodSync(file, 0o755);
}

/** Removes the units of killed commands, whose processes have ended. */
async function clearAbandoned(): Promise<void> {
	for (const file of readdirSync(runtimeUnits)) {
		const pid = Number(/^cagewright-selftest-(\d+)\.service$/.exec(file)?.[1] ?? 0);
		if (pid && (pid === process.pid || !processStatus(pid))) await removeRuntimeUnit(file);
	}
}

/**
 * Creates the folder that a unit shows as `/.launch`, with its empty directory. The cage's account must be able to enter both,
 * whatever our umask is.
 */
function makeLaunchFolder(folder: string): void {
	for (const directory of [folder, join(folder, emptyName)]) {
		mkdirSync(directory);
		chmodSync(directory, 0o755);
	}
}

/** Writes the program of the escape techniques to a new file. Throws `file-exists` or `no-such-directory` (exit 2). */
export function writeTechniques(path: Path): Promise<void> {
	return withNewFile(path, async (file) => {
		await file.writeFile(readFileSync(nativeProgramFile("escape")));
		await file.chmod(0o755);
	});
}
