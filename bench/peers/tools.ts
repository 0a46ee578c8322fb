import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { firstAnswer, shell, start, stop } from "./serving.ts";
import type { Repair, RepairStep, Subject } from "./subjects.ts";

/** A tool that makes a cage from an installed service. */
export interface Tool {
	readonly name: string;
	readonly version: string;
	/** Makes the cage in an empty folder; returns the directory to chroot into. */
	make(subject: Subject, folder: string): Promise<string>;
	/** Words before a traced command; absent if the tool traces nothing. The folder is empty. */
	readonly watch?: (folder: string) => readonly string[];
	/** A shell line that copies a host path to the cage, `$ROOT`. */
	readonly copy?: (path: string) => string;
}

/** Upstream's version, without Debian's epoch and revision. */
function versionOf(name: string): string {
	const status = execFileSync("dpkg", ["-s", name], { encoding: "utf8" });
	return /^Version: (?:\d+:)?(.*?)(?:-[^-]*)?$/m.exec(status)?.[1] ?? "";
}

export const jailkit: Tool = {
	name: "jailkit",
	version: versionOf("jailkit"),
	async make({ command }, folder) {
		const root = join(folder, "jail");
		mkdirSync(root, { mode: 0o755 });
		shell(`jk_init -j '${root}' uidbasics netbasics && jk_cp -o -j '${root}' ${command[0]}`);
		return root;
	},
	copy: (path) => `jk_cp -o -j "$ROOT" ${path}`,
};

export const cde: Tool = {
	name: "CDE",
	version: versionOf("cde"),
	async make(subject, folder) {
		await watched(subject, ["cde", ...subject.command], folder);
		return join(folder, "cde-package", "cde-root");
	},
	watch: () => ["cde"],
};

export const reprozip: Tool = {
	name: "ReproZip",
	version: versionOf("reprozip"),
	async make(subject, folder) {
		await watched(subject, ["reprozip", "trace", "-d", "trace", ...subject.command], folder);
		const unpack = "mkdir root pack && tar -xf bench.rpz -C pack && tar -xzf pack/DATA.tar.gz -C root --strip-components=1";
		shell(`cd '${folder}' && reprozip pack -d trace bench.rpz && ${unpack}`, { HOME: folder });
		return join(folder, "root");
	},
	watch: (folder) => ["reprozip", "trace", "-d", join(folder, "trace")],
};

/** One run of the service on the host, until its first answer and its exit. */
async function watched(subject: Subject, command: readonly string[], folder: string): Promise<void> {
	const run = start(command, folder);
	const problem = await firstAnswer(subject, run);
	await stop(subject, run);
	if (problem !== undefined) throw new Error(`${command[0]} of ${subject.name}: ${problem}`);
}

/** Starts a server in a peer's cage as its unit would, by chroot(8). */
export function chrootCommand({ account, command }: Subject, root: string): string[] {
	return ["chroot", ...(account ? [`--userspec=${account.uid}:${account.gid}`] : []), root, ...command];
}

export interface NumberedRepair {
	/** The message that the administrator reads. */
	readonly message: string;
	/** The command that the administrator types; the cage is `$ROOT`. */
	readonly line: string;
}

/** Returns the repair for a message, unless it was done already. */
export function repairFor(
	subject: Subject,
	tool: Tool,
	output: string,
	done: readonly NumberedRepair[],
): NumberedRepair | undefined {
	for (const repair of subject.repairs) {
		const found = matches(repair, output);
		const line = found && lineOf(repair.does(found), tool);
		if (found && line !== undefined && !done.some((one) => one.line === line))
			return { message: found[0].replace(/\s+/g, " "), line };
	}
	return undefined;
}

/** The last message counts. */
function matches({ message }: Repair, output: string): RegExpExecArray | undefined {
	return [...output.matchAll(new RegExp(message, "g"))].at(-1);
}

function lineOf(step: RepairStep, { copy = copyByHand }: Tool): string {
	if ("copy" in step) return copy(step.copy);
	if ("line" in step) return `mkdir -p "$ROOT/etc" && grep '^${step.line}:' ${step.of} >>"$ROOT${step.of}"`;
	if ("owner" in step) return `chown -R --reference=${step.owner} "$ROOT${step.owner}"`;
	const place = `"$ROOT${step.directory}"`;
	const like = `--reference=${step.directory}`;
	return `mkdir -p ${place} && chown ${like} ${place} && chmod ${like} ${place}`;
}

const copyByHand = (path: string) => `cp -a --parents ${path} "$ROOT"`;
