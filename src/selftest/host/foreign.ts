import { once } from "node:events";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { fileIdentity, linkTarget, namesIn, statusText, textOf } from "../../base/host/proc.ts";
import { children, mainProcess, processStatus } from "../../base/host/processes.ts";
import { nativeProgramFile } from "../../base/host/release.ts";
import { shellLineEnvironment } from "../../base/host/shell-line.ts";
import { findTool, startTool, toolEnvironment } from "../../base/host/tools.ts";
import { parseMountinfo } from "../../base/machine/mountinfo.ts";
import { isWithin, type Path, pathFromText, pathToText } from "../../base/path/path.ts";
import { quoteShell } from "../../base/path/quote.ts";
import { initName } from "../../confine/places.ts";
import { cgroupMounts } from "../../launch/host/cgroups.ts";
import { observeConfinement } from "../../launch/host/observe-confinement.ts";
import { runGroup } from "../../launch/host/shell.ts";
import { systemServices } from "../../unit/host/systemctl.ts";
import { type ForeignTarget, type ProcessState, processState } from "../foreign.ts";
import type { ForeignSandboxes, StartedProgram } from "../ports.ts";

export const foreignSandboxes: ForeignSandboxes = {
	ownPid: process.pid,

	async find(kind, name) {
		if (process.getuid?.() !== 0) throw new Failure("foreign-needs-root", {}, 3);
		const started = await startedProcess(kind, name);
		const pid = processStatus(started)?.name === initName ? (mainProcess(started) ?? started) : started;
		const program = linkTarget(pid, "exe");
		// Kernel threads have no program.
		if (program === undefined || state(pid) === undefined) throw new Failure("foreign-no-process", { pid }, 2);
		return { kind, name, pid, program: pathToText(program) ?? "" };
	},
	state,
	observe(pid) {
		const seen = observeConfinement(pid, pid, pathFromText(`/proc/${pid}/root`));
		return seen && { ...seen, inside: fileIdentity(`/proc/${pid}/root/.`) !== fileIdentity("/") };
	},
	covers: coversOf,
	groupFiles: groupFilesOf,
	start: startProgram,
};

async function startedProcess(kind: ForeignTarget["kind"], name: string): Promise<number> {
	if (kind === "container") return containerProcess(name);
	if (kind === "unit") {
		if (!systemServices.running()) throw new Failure("foreign-no-systemd", { name }, 3);
		const { mainPid } = await systemServices.state(name.includes(".") ? name : `${name}.service`);
		if (!mainPid) throw new Failure("foreign-unit-stopped", { name }, 2);
		return mainPid;
	}
	if (!/^[1-9]\d{0,8}$/.test(name)) throw new Failure("foreign-no-process", { pid: name }, 2);
	return Number(name);
}

const engines = ["podman", "docker"];
const engineSeconds = 30;

/** With the environment of shell lines, which names the engine that the administrator uses (`CONTAINER_HOST`, `DOCKER_HOST`). */
async function containerProcess(name: string): Promise<number> {
	const installed = engines.flatMap((engine) => findTool(engine) ?? []);
	if (!installed.length) throw new Failure("foreign-no-engine", { name }, 3);
	const words = ["container", "inspect", "--format", "pid={{.State.Pid}}", "--", name];
	for (const engine of installed) {
		const { output, status } = await runGroup(
			[engine, ...words],
			{ ...shellLineEnvironment(), ...toolEnvironment },
			engineSeconds,
		);
		const pid = Number(/^pid=(\d+)$/m.exec(output)?.[1] ?? 0);
		if (status === 0 && pid) return pid;
	}
	throw new Failure("foreign-no-container", { name }, 2);
}

const namespaceFiles = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

function state(pid: number): ProcessState | undefined {
	const file = (name: string) => textOf(`/proc/${pid}/${name}`);
	const status = statusText(pid);
	const identity = (name: string) => fileIdentity(`/proc/${pid}/${name}/.`);
	const root = identity("root");
	if (status === undefined || root === "" || /^State:\s*Z/m.test(status)) return undefined;
	return processState({
		pid,
		status,
		root,
		directory: identity("cwd"),
		uidMap: file("uid_map") ?? "",
		gidMap: file("gid_map") ?? "",
		label: (file("attr/current") ?? "").replaceAll("\0", ""),
		groups: groupLines(pid).join("\n"),
		namespaces: Object.fromEntries(
			namespaceFiles.flatMap((name) => {
				const target = linkTarget(pid, `ns/${name}`);
				return target === undefined ? [] : [[name, String(target)]];
			}),
		),
	});
}

const commonPlaces = ["/tmp", "/var/tmp", "/run", "/dev/shm"].map(pathFromText);
const kernelPlaces = ["/proc", "/sys", "/dev"].map(pathFromText);
/** Enough for each kind of mount. */
const mostCovers = 24;

function coversOf(pid: number): Path[] {
	const mounts = parseMountinfo(textOf(`/proc/${pid}/mountinfo`) ?? "")
		.filter(({ options, path }) => options.includes("rw") && path !== "/" && !kernelPlaces.some((place) => isWithin(path, place)))
		.map(({ path }) => path);
	const isDirectory = (path: Path) => {
		const status = lstatSync(join(`/proc/${pid}/root`, pathToText(path) ?? "."), { throwIfNoEntry: false });
		return status?.isDirectory() ?? false;
	};
	const found = [...new Set([...commonPlaces, ...mounts])].filter(isDirectory);
	const top = () => namesIn(`/proc/${pid}/root`).map((name) => pathFromText(`/${name}`));
	const any = found.length ? found : top().filter((path) => !kernelPlaces.includes(path) && isDirectory(path));
	return any.slice(0, mostCovers);
}

/** Without the freezer of version 1: if it is frozen, even SIGKILL does not end a process there. */
function groupLines(pid: number | "self"): string[] {
	return (textOf(`/proc/${pid}/cgroup`) ?? "").split("\n").filter((line) => line && !line.includes(":freezer:"));
}

/** Hierarchies in which it is elsewhere than this process (cgroups(7)). */
function groupFilesOf(pid: number): string[] {
	const own = new Set(groupLines("self"));
	return groupLines(pid)
		.filter((line) => !own.has(line))
		.flatMap((line) => {
			const [, controllers = "", ...path] = line.split(":");
			const place = hierarchyPlace(controllers);
			return place === undefined ? [] : [join(place, path.join(":"), "cgroup.procs")];
		});
}

function hierarchyPlace(controllers: string): string | undefined {
	const [first = ""] = controllers.split(",");
	const isWanted = ({ options, version }: ReturnType<typeof cgroupMounts>[number]) =>
		first === "" ? version === 2 : version === 1 && options.includes(first);
	// Only a mount of the whole hierarchy has the paths of /proc/PID/cgroup.
	return cgroupMounts().find((mount) => mount.root === "/" && isWanted(mount))?.place;
}

/** If a cgroup has no memory left, the kernel ends this process and not one of the sandbox. */
function startProgram(args: readonly string[], groupFiles: readonly string[]): StartedProgram {
	const script = [
		"echo 1000 >/proc/$$/oom_score_adj",
		...groupFiles.map((file) => `echo $$ >${quoteShell(file)}`),
		'exec "$@"',
	].join("\n");
	const child = startTool("sh", ["-c", script, "sh", nativeProgramFile("escape"), ...args], {
		stdio: ["ignore", "pipe", "ignore"],
		detached: true,
	});
	let output = "";
	let isOver = false;
	child.stdout.setEncoding("latin1").on("data", (text: string) => {
		output += text;
	});
	const closed = once(child, "close").then(() => {
		isOver = true;
	});
	return {
		output: () => output,
		hasEnded: () => isOver,
		child: () => (child.pid === undefined ? undefined : children(child.pid)[0]),
		async stop() {
			const { pid } = child;
			if (!isOver && pid !== undefined) attempt(() => process.kill(-pid, "SIGKILL"));
			await closed;
		},
	};
}
