import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { bootedTree } from "./booted-tree.ts";
import { program } from "./cagewright.ts";
import { type GroupView, groupView } from "./cgroups.ts";
import { afterFile } from "./clean-up.ts";
import { eventually } from "./eventually.ts";
import { allProcesses, nameOf, parentOf, statusField } from "./processes.ts";
import type { Ran } from "./resident.ts";

/**
 * A Debian that boots a real systemd for a test file in a few seconds, with real units, restarts and package scripts. Each boot has its
 * own copy of the tree, network and cgroups, so boots do not affect each other. `cagewright` is the program under test.
 */
export interface Booted {
	/** Runs a shell line in the system, as a separate service: systemd ends everything that it starts. */
	run(line: string): Promise<Ran>;
	/** Runs a shell line that must succeed. Resolves to its trimmed output. */
	must(line: string): Promise<string>;
	/** Like `must`, but not as a service, which takes four times as long. For lines that only look. */
	query(line: string): Promise<string>;
	/** The command of a terminal on which a program of the system runs, as a separate service. */
	onTerminal(program: string): readonly string[];
	/** Shuts the system down as its own command does, and boots the same files again. */
	reboot(): Promise<void>;
	/** Ends the system and removes its files. A system that a test does not dispose is disposed at the end. */
	dispose(): Promise<void>;
	/** Path of the system's files on the host. */
	readonly tree: string;
	/** Path of its root on the host, with everything that is mounted there. */
	root(): string;
	/** Path of its network namespace on the host. */
	network(): string;
}

/** Milliseconds for the hook that boots: the first boot on a machine downloads its packages. */
export const bootTime = 1_800_000;

interface BootOptions {
	readonly disk?: string;
	/** Installed in addition to those of every tree. */
	readonly packages?: readonly string[];
	/** Packages whose archives the system has in `archives`. */
	readonly renewed?: readonly string[];
	readonly services?: readonly string[];
	/** The unit to reach, if not everything that is enabled. */
	readonly target?: string;
	/** A tree of `debianTree`, instead of this machine's release with `packages`. */
	readonly original?: string;
	/** Folders of the host by their path in the system. */
	readonly binds?: Readonly<Record<string, string>>;
	/** A boot counts even if units failed. */
	readonly isTolerant?: boolean;
	/** Version 2 of cgroups alone, which systemd 258 and later require. */
	readonly isUnified?: boolean;
}

/**
 * Boots with these units enabled: `nginx`, `redis-server`, `named` and `ssh` are available. Or boots the disk in this file, whose
 * files are then not visible below `tree`.
 */
export async function boot(options: BootOptions = {}): Promise<Booted> {
	const { disk, packages, renewed, services = [], target } = options;
	const original = options.original ?? bootedTree(packages, renewed);
	const folder = mkdtempSync("/var/tmp/cagewright-boot-");
	const tree = join(folder, "tree");
	const view = await groupView();
	const groups = controlGroups(view, basename(folder));
	let container: ChildProcess | undefined;
	/** Pid of the container's systemd. */
	let leader = 0;
	let console = "";
	let isDisposed = false;
	const system: Booted = {
		tree,
		root: () => `/proc/${leader}/root`,
		network: () => `/proc/${leader}/ns/net`,
		run: (line) => runIn(leader, ["systemd-run", "--pipe", ...asService, "sh", "-c", line]),
		must: async (line) => outputOf(line, await system.run(line)),
		query: async (line) => outputOf(line, await runIn(leader, ["sh", "-c", `cd /; ${line}`])),
		onTerminal: (name) => {
			const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
			return ["nsenter", ...inSystem(leader), "env", ...variables, "systemd-run", "--pty", ...asService, name];
		},
		async reboot() {
			const ended = container && once(container, "close");
			// systemd(1): starts poweroff.target. `systemctl` fails if the system goes down before it has heard the answer.
			await system.query("/bin/kill -s RTMIN+4 1");
			await ended;
			await comeUp();
		},
		async dispose() {
			if (isDisposed) return;
			isDisposed = true;
			if (container && container.exitCode === null && container.signalCode === null) {
				container.kill("SIGKILL");
				await once(container, "close");
			}
			for (const group of groups) await eventually(() => removeGroup(view.from(group)));
			await view.dispose();
			rmSync(folder, { recursive: true, force: true });
		},
	};
	const comeUp = async () => {
		container = start(tree, view, groups, options);
		for (const stream of [container.stdout, container.stderr])
			stream?.setEncoding("utf8").on("data", (text: string) => {
				console += text;
			});
		const { pid = 0 } = container;
		await eventually(() => {
			leader = firstProcess(pid);
			if (!existsSync(`/proc/${leader}/root/run/dbus/system_bus_socket`)) throw new Error("no systemd yet");
		});
		const failed = options.isTolerant ? "systemctl is-system-running | grep -qx degraded" : "{ systemctl --failed >&2; exit 1; }";
		await eventually(() => system.query(`systemctl is-system-running --wait || ${failed}`));
	};
	afterFile(() => system.dispose());
	try {
		if (disk) mkdirSync(tree);
		else execFileSync("cp", ["-a", "--reflink=auto", original, tree]);
		if (target) execFileSync("systemctl", ["--quiet", `--root=${tree}`, "set-default", target], { stdio: "pipe" });
		if (services.length) execFileSync("systemctl", ["--quiet", `--root=${tree}`, "enable", ...services], { stdio: "pipe" });
		// Not recursive: if the parent cannot have folders, as in sysfs, Node.js retries forever.
		for (const group of groups) mkdirSync(view.from(group));
		await comeUp();
		return system;
	} catch (error) {
		await system.dispose();
		throw new Error(`the system did not boot: ${console}`, { cause: error });
	}
}

/**
 * Starts the container in a PID namespace that ends with the test process, so nothing that it boots outlives the test. SYSTEMD_SECCOMP
 * turns systemd's system call filter off, because the program under test creates namespaces, mounts and device nodes.
 */
function start(
	tree: string,
	{ enter: [enter = "", ...into] }: GroupView,
	groups: readonly string[],
	{ binds = {}, disk, isUnified = false }: Pick<BootOptions, "binds" | "disk" | "isUnified">,
): ChildProcess {
	const installed = dirname(dirname(program));
	const shared = ["bin", "dist", "packaging", "templates", "package.json"];
	const nspawn = [
		"systemd-nspawn",
		"--quiet",
		`--directory=${tree}`,
		`--machine=${basename(dirname(tree))}`,
		"--boot",
		"--register=no",
		"--keep-unit",
		"--private-network",
		"--capability=all",
		"--console=pipe",
		...shared.map((name) => `--bind-ro=${join(installed, name)}:/opt/cagewright/${name}`),
		...Object.entries(binds).map(([inside, outside]) => `--bind=${outside}:${inside}`),
	];
	// nspawn's notes about its containers vanish with the mount namespace.
	const notes = "/run/systemd/nspawn";
	const mountDisk = disk ? `mount -n -o loop,commit=1 ${disk} ${tree} && ` : "";
	const inside = `${mountDisk}mount -n -t tmpfs nspawn ${notes} && exec "$@"`;
	const unshare = ["unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "sh", "-c", inside, "sh", ...nspawn];
	const joinGroups = groups.map((group) => `echo $$ >${group}/cgroup.procs && `).join("");
	const outside = `${joinGroups} mkdir -p ${notes} && exec setpriv --pdeathsig KILL "$@"`;
	return spawn(enter, [...into, "sh", "-c", outside, "sh", ...unshare], {
		env: { ...process.env, SYSTEMD_SECCOMP: "0", ...(isUnified ? { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" } : {}) },
		stdio: ["ignore", "pipe", "pipe"],
	});
}

/** Returns the pid of the container's systemd: the first process of the inner of two PID namespaces. */
function firstProcess(container: number): number {
	const descends = (pid: number): boolean => pid > 1 && (pid === container || descends(parentOf(pid)));
	const isFirst = (pid: number) => /^\d+\s+\d+\s+1$/.test(statusField(pid, "NSpid"));
	return allProcesses().find((pid) => nameOf(pid) === "systemd" && isFirst(pid) && descends(pid)) ?? 0;
}

const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", LANG: "C.UTF-8", NO_COLOR: "1", HOME: "/root" };

/** systemd-run makes a command a service, with the system's cgroup and environment instead of the test's. */
const asService = [
	"--quiet",
	"--wait",
	"--collect",
	"--service-type=exec",
	"--property=User=root",
	...["LANG", "NO_COLOR", "HOME"].map((name) => `--setenv=${name}`),
];

function inSystem(leader: number): readonly string[] {
	const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd=/"];
	return ["--target", String(leader), ...namespaces];
}

function runIn(leader: number, command: readonly string[]): Promise<Ran> {
	const args = [...inSystem(leader), ...command];
	return new Promise((resolve) => {
		execFile("nsenter", args, { encoding: "utf8", env: environment, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
			resolve({ status: error ? (typeof error.code === "number" ? error.code : 1) : 0, stdout, stderr });
		});
	});
}

function outputOf(line: string, { status, stderr, stdout }: Ran): string {
	if (status !== 0) throw new Error(`${line}\nended with ${status}: ${stdout}${stderr}`);
	return stdout.trim();
}

/** Returns systemd's cgroup hierarchies: version 2, or version 2 next to systemd's own version 1 (cgroups(7)). */
function controlGroups(view: GroupView, name: string): string[] {
	const mixed = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"].filter((path) => existsSync(view.from(path)));
	return (mixed.length ? mixed : ["/sys/fs/cgroup"]).map((path) => join(path, name));
}

function removeGroup(group: string): void {
	if (!existsSync(group)) return;
	for (const entry of readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(group, entry.name));
	rmdirSync(group);
}
