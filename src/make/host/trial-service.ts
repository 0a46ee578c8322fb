import { once } from "node:events";
import { closeSync, existsSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { join as joinText } from "node:path";
import { Failure } from "../../base/failure.ts";
import { below, namesOf, openWay } from "../../base/host/descriptor.ts";
import { openBind, openWritable, withSource } from "../../base/host/mounts.ts";
import { isLeftover, transientName } from "../../base/host/processes.ts";
import { type ChildProcess, startTool } from "../../base/host/tools.ts";
import { copyTree, type TreeCopy } from "../../base/host/trees.ts";
import {
	baseName,
	isWithin,
	join,
	outermost,
	type Path,
	parent,
	pathFromText,
	pathToBytes,
	pathToText,
} from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { readBytesOf } from "../../cage/host/survey.ts";
import { isCreated, makeEmpty } from "../../launch/host/service-directories.ts";
import type { CageLayout, Sandbox } from "../../launch/ports.ts";
import { sourceOf, writableBinds } from "../../plan/binds.ts";
import { must, removeRuntimeUnit, runtimeUnits, systemctl } from "../../unit/host/systemctl.ts";
import type { UnitInput } from "../../unit/input.ts";
import type { TrialServices } from "../ports.ts";

const prefix = "cagewright-trial";

export const trialServices: TrialServices = {
	fits,
	copies: copiedMounts,
	async place(text) {
		await clearAbandoned();
		const id = `${prefix}${transientName("scratch")}`;
		const name = `${id}.service`;
		const client = await startClient(`${id}.scope`);
		const remove = async () => {
			try {
				await removeRuntimeUnit(name);
			} finally {
				client.stdin?.end();
			}
		};
		try {
			writeFileSync(joinText(runtimeUnits, name), text(`${id}.scope`), { mode: 0o600 });
			await must(["daemon-reload"]);
			const { output } = await systemctl(["show", "--value", "--property=CanReload", name]);
			return { name, reloads: output.trim() === "yes", remove };
		} catch (error) {
			await remove();
			throw error;
		}
	},
};

/** Removes the services of killed commands. Each ended with its client. */
async function clearAbandoned(): Promise<void> {
	for (const file of readdirSync(runtimeUnits)) {
		const transient = file.startsWith(prefix) && file.endsWith(".service") ? file.slice(prefix.length, -".service".length) : "";
		if (isLeftover(transient)) await removeRuntimeUnit(file);
	}
}

/**
 * Starts a process in a systemd scope that lives until its stdin closes, which happens even if this process is killed. Throws
 * `launch-failed` (exit 3).
 */
async function startClient(scope: string): Promise<ChildProcess> {
	const words = ["--quiet", "--scope", "--collect", `--unit=${scope}`, "--", "/bin/sh", "-c", "echo; exec cat"];
	const client = startTool("systemd-run", words, {
		stdio: ["pipe", "pipe", "pipe"],
		detached: true,
	});
	let said = "";
	client.stderr?.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	client.stdin?.on("error", () => {}); // Somebody else may end it.
	const closed = once(client, "close");
	const isUp = await Promise.race([
		once(client.stdout as NonNullable<typeof client.stdout>, "data"),
		closed.then(() => undefined),
	]);
	if (!isUp) throw new Failure("launch-failed", { detail: said.trim().split("\n")[0] ?? "systemd-run" }, 3);
	return client;
}

/** Copies the application's writable files into the sandbox, because systemd units cannot mount an overlay. */
async function copiedMounts(
	cage: CageLayout,
	{ folder }: Sandbox,
	sockets: readonly Path[],
): Promise<Pick<UnitInput, "data" | "binds">> {
	const copied: { path: Path; source: Path }[] = [];
	const job: TreeCopy = { isRoot: true, reflinks: new Set(), skipped: [], unstable: [] };
	for (const [path, open] of [
		...outermost(cage.writable).map((path) => [path, () => openWritable(path, cage)] as const),
		...writableBinds(cage.binds.filter((bind) => !isCreated(bind))).map((path) => [path, () => openBind(path)] as const),
	]) {
		const source = join(folder, `data${copied.length}`);
		// A second start finds the first one's files.
		if (!existsSync(pathToBytes(source))) await withSource(open(), (from) => copyTree(job, from, source, path));
		copied.push({ path, source });
	}
	for (const { created, path: text } of cage.binds.filter(isCreated)) {
		const source = join(folder, `data${copied.length}`);
		makeEmpty(source, created);
		copied.push({ path: pathFromText(text), source });
	}
	const shown = sockets.filter((socket) => makeMountPoint(socket, copied));
	return {
		data: copied,
		binds: [
			...cage.binds.filter(({ access }) => access === "ro"),
			...shown.map((socket) => ({ path: pathToText(socket) ?? socket, access: "ro" as const, isSocket: true as const })),
		],
	};
}

/** Creates the file over which a socket is mounted, because a copy has no sockets. The application may have left a link in it. */
function makeMountPoint(socket: Path, copies: UnitInput["data"]): boolean {
	const copy = copies.find(({ path }) => isWithin(socket, path));
	if (!copy) return false;
	const directory = openWay(copy.source, namesOf(parent(socket).slice(copy.path.length) as Path), ({ error }) => {
		return new Failure("data-unsafe", { path: showPath(socket), error }, 4);
	});
	try {
		const place = pathToBytes(below(directory, baseName(socket)));
		if (!lstatSync(place, { throwIfNoEntry: false })) writeFileSync(place, "", { mode: 0o600, flag: "wx" });
	} finally {
		closeSync(directory);
	}
	return true;
}

/** Whether these copies read at most this many bytes. Unreadable files do not count. */
function fits(cage: CageLayout, bytes: number): boolean {
	const binds = writableBinds(cage.binds.filter((bind) => !isCreated(bind)));
	const copied = [...outermost(cage.writable).map((path) => sourceOf(path, cage)), ...binds];
	return copied.reduce((sum, place) => (sum > bytes ? sum : sum + readBytesOf(place, bytes - sum)), 0) <= bytes;
}
