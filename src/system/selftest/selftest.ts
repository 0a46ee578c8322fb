import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
	chmodSync,
	chownSync,
	copyFileSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { attemptsLoader, emptyName, initName, launchDirectory } from "../../core/confinement/launch.ts";
import { Failure } from "../../core/failure.ts";
import { baseName, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { printable } from "../../core/path/quote.ts";
import type { Identity } from "../../core/plan/plan.ts";
import { bystanderProgram, parseBystander } from "../../core/selftest/program.ts";
import type { AttemptsService, Bystander, Interpreter, SelftestTools, StartedAttempts } from "../../engine/ports.ts";
import { architecture } from "../launch/method.ts";
import { observeConfinement } from "../launch/observe-confinement.ts";
import { launchInit, loaderAndLibraries } from "../launch/own-programs.ts";
import { mainProcess, processStatus } from "../launch/processes.ts";
import { findTool, startTool } from "../tools.ts";
import { must, removeRuntimeUnit, runtimeUnits, systemServices } from "../units/systemctl.ts";

export const selftestTools: SelftestTools = {
	architecture,

	interpreter(): Interpreter | undefined {
		const perl = findTool("perl");
		if (perl === undefined) return undefined;
		const [loader, ...libraries] = loaderAndLibraries(perl);
		const inside = (path: string) => join(launchDirectory, basename(path));
		return {
			brought: [loader, pathFromText(perl), ...libraries],
			names: [baseName(attemptsLoader)],
			loader: pathFromText(inside(loader)),
			command: [attemptsLoader, "--library-path", launchDirectory, inside(perl), "-e"],
		};
	},

	hostRoot() {
		const { dev, ino } = statSync("/", { bigint: true });
		// MKDEV of <linux/kdev_t.h>: a file system without a disk has major number 0 and cannot be opened.
		const isDisk = ((dev >> 8n) & 0xfffn) > 0n;
		return { identity: `${dev}:${ino}`, disk: isDisk ? Number(dev) : 0 };
	},

	async bystander({ gid, uid }: Identity): Promise<Bystander> {
		const program = bystanderProgram(architecture, randomBytes(8).toString("hex"));
		const account = ["--reuid", String(uid), "--regid", String(gid), "--clear-groups", "--"];
		const perl = [findTool("perl") ?? "perl", "-e", program];
		const child = startTool("setpriv", process.getuid?.() === 0 ? [...account, ...perl] : ["--", ...perl], {
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

async function startAttempts({ brought, directories, launcher, names, output, text }: AttemptsService): Promise<StartedAttempts> {
	await clearAbandoned();
	const name = nameOf(process.pid);
	const launchFolder = nativePath(launcher);
	makeLaunchFolder(launchFolder);
	place(join(launchFolder, initName), () => writeFileSync(join(launchFolder, initName), launchInit()));
	for (const file of brought.map(nativePath)) {
		const copy = join(launchFolder, basename(file));
		place(copy, () => copyFileSync(file, copy));
	}
	const [first = ""] = brought.map(nativePath);
	for (const name of names) linkSync(join(launchFolder, basename(first)), join(launchFolder, name));
	for (const { place: directory, source } of directories) {
		// A service's own directory may not exist yet.
		const { gid, mode, uid } = lstatSync(pathToBytes(source), { throwIfNoEntry: false }) ?? { gid: 0, mode: 0o755, uid: 0 };
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
