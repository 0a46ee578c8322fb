import { existsSync } from "node:fs";
import { chmod, lstat, readdir, readFile, rmdir, unlink } from "node:fs/promises";
import type { Companions } from "../../core/adoption/adoption.ts";
import { dropinName } from "../../core/confinement/unit/installed.ts";
import { Failure } from "../../core/failure.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { printable, showPath } from "../../core/path/quote.ts";
import type { ServiceState, Services } from "../../engine/ports.ts";
import { errorName, writeFailure } from "../files/errors.ts";
import { exists } from "../files/merge.ts";
import { runGroup } from "../launch/shell.ts";
import { requireTool, toolEnvironment } from "../launch/tools.ts";
import { writeAtomic } from "../state/atomic.ts";
import { makeSafeFolder } from "../state/folder.ts";
import { isLeftover } from "../state/process.ts";

/** Longer than any start that systemd itself waits for by default (TimeoutStartSec, 90 s). */
const patience = 300;
const units = pathFromText("/etc/systemd/system");

/** The running systemd of this machine, by systemctl(1); and our drop-ins beside its units. */
export const systemServices: Services = {
	// sd_booted(3)
	running: () => existsSync("/run/systemd/system"),
	state,
	companions,
	async start(service, { dependents, triggers }) {
		await must(["start", ...triggers, service]);
		if (dependents.length) await must(["start", ...dependents]);
	},
	stop: (service, { triggers }) => must(["stop", ...triggers, service]),
	reload: () => must(["daemon-reload"]),
	async forgetFailure(service) {
		await systemctl(["reset-failed", service]);
	},
	dropin,
	async writeDropin(service, text) {
		const folder = dropinFolder(service);
		const isNew = !(await exists(folder));
		await makeSafeFolder(folder);
		await clearCutOff(folder);
		if (isNew) await chmod(pathToBytes(folder), 0o755);
		await writeAtomic(join(folder, dropinName as Path), text, 0o644);
	},
	async removeDropin(service) {
		const folder = dropinFolder(service);
		await unlink(pathToBytes(join(folder, dropinName as Path))).catch((error: unknown) => {
			if (errorName(error) !== "ENOENT") throw writeFailure(error, folder);
		});
		await clearCutOff(folder);
		// The administrator's own drop-ins may lie there too.
		await rmdir(pathToBytes(folder)).catch(() => {});
	},
};

async function state(service: string): Promise<ServiceState> {
	const { output, status } = await systemctl(["show", "--property=ActiveState,MainPID,Result", service]);
	const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(output)?.[1] ?? "";
	if (status !== 0) throw new Failure("systemctl-failed", { what: service, detail: printable(output.trim()) }, 3);
	return { active: value("ActiveState"), mainPid: Number(value("MainPID")), result: value("Result") };
}

async function companions(service: string): Promise<Companions> {
	const related = async (...properties: string[]) => {
		const { output } = await systemctl(["show", "--value", `--property=${properties.join(",")}`, service]);
		const names = output.split(/\s+/).filter((name) => /\.(service|socket|timer|path)$/.test(name));
		const states = await Promise.all(names.map(async (name) => ({ name, ...(await state(name)) })));
		return states.filter(({ active }) => active === "active").map(({ name }) => name);
	};
	return {
		triggers: await related("TriggeredBy"),
		dependents: await related("RequiredBy", "BoundBy", "ConsistsOf"),
	};
}

async function must(words: readonly string[]): Promise<void> {
	const { output, status } = await systemctl(words);
	if (status === 0) return;
	const detail = printable(output.trim().replace(/\s*\n\s*/g, " "));
	throw new Failure("systemctl-failed", { what: words.join(" "), detail: detail || status }, 1);
}

/** In a group of its own: a Ctrl-C on the terminal is ours, and what was begun is waited for. */
function systemctl(words: readonly string[]) {
	return runGroup([requireTool("systemctl"), "--no-pager", "--no-ask-password", ...words], toolEnvironment, patience);
}

/** What a kill in the middle of writing left. */
async function clearCutOff(folder: Path): Promise<void> {
	const names = await readdir(pathToBytes(folder)).catch(() => []);
	for (const name of names) if (isLeftover(name)) await unlink(pathToBytes(join(folder, name as Path)));
}

function dropinFolder(service: string): Path {
	return join(units, `${service}.d` as Path);
}

async function dropin(service: string): Promise<string | undefined> {
	const path = join(dropinFolder(service), dropinName as Path);
	try {
		if (!(await lstat(pathToBytes(path))).isFile()) throw new Failure("dropin-foreign", { path: showPath(path) }, 4);
		return await readFile(pathToBytes(path), "utf8");
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		throw error;
	}
}
