import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { home, temporaryFolder } from "./cagewright.ts";
import { endAfterFile, endProcess } from "./clean-up.ts";
import type { Network } from "./network.ts";
import { descendantsOf, statusField } from "./processes.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

/**
 * A copy of this machine that a command may damage: an overlay over its root file system, with its own devices, processes, mounts,
 * network and IPC. Kernel settings and cgroups are read-only there. Nothing reaches the machine, and other programs on the machine change
 * nothing in the copy.
 */
export interface HostCopy extends Network {
	/** Path of its root on this machine. */
	readonly root: string;
	/** All that changed since the copy was made: the overlay's upper layer, other file systems, mounts and processes. */
	snapshot(): Snapshot;
	/** Ends its processes. A copy that a test does not dispose ends after the file's tests. */
	dispose(): Promise<void>;
}

/** The state folder, which is a file system of its own, because the sandbox cannot have its layers on another overlay. */
export const stateInCopy = "/var/lib/cagewright";

const devices = [
	"null c 1 3",
	"zero c 1 5",
	"full c 1 7",
	"random c 1 8",
	"urandom c 1 9",
	"tty c 5 0",
	// No driver has this one.
	"no-driver b 7 1048575",
];
/** File systems in memory, with their modes. Homes are empty, because they may contain anything. */
const ownFileSystems = { "/dev/shm": 1777, "/run": 755, "/tmp": 1777, "/root": 700, "/home": 755, [stateInCopy]: 700 };
/** Each. A cage may be told to contain the whole machine. */
const mostBytes = 256 * 1024 * 1024;
const readOnly = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/acpi", "/proc/fs"];

/** `prepare` are shell lines that run in the copy before its first snapshot. Processes that they start in the background stay. */
export async function hostCopy(prepare: readonly string[] = []): Promise<HostCopy> {
	const folder = temporaryFolder("copy");
	const root = `${folder}/root`;
	const mount = (type: string, place: string, options = "rw") => `mount -n -t ${type} -o ${options} ${type} ${root}${place}`;
	const outside = [
		`mount -n -t tmpfs -o mode=755,size=${mostBytes} tmpfs ${folder}`,
		`mkdir ${folder}/upper ${folder}/work ${root}`,
		`mount -n -t overlay -o lowerdir=/,upperdir=${folder}/upper,workdir=${folder}/work overlay ${root}`,
		// This shell stays in the namespace in which the overlay's layers are visible, and the copy ends with it.
		'setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child=KILL --net --ipc --uts bash -euc "$0"',
		"exit",
	];
	const inside = [
		`mkdir -p ${root}${stateInCopy}`,
		mount("proc", "/proc"),
		...readOnly
			.filter(existsSync)
			.flatMap((place) => [`mount -n --bind ${root}${place} ${root}${place}`, `mount -n -o remount,bind,ro ${root}${place}`]),
		mount("sysfs", "/sys"),
		`echo 0x9 >${root}/sys/class/net/lo/flags`,
		`mount -n -o remount,ro ${root}/sys`,
		mount("tmpfs", "/dev", "mode=755"),
		...["pts", "shm"].map((name) => `mkdir ${root}/dev/${name}`),
		mount("devpts", "/dev/pts", "newinstance,ptmxmode=666,mode=620"),
		...devices.map((line) => `mknod -m 666 ${root}/dev/${line}`),
		`ln -s pts/ptmx ${root}/dev/ptmx`,
		...Object.entries({ fd: "", stdin: "/0", stdout: "/1", stderr: "/2" }).map(
			([name, number]) => `ln -s /proc/self/fd${number} ${root}/dev/${name}`,
		),
		...Object.entries(ownFileSystems).map(([place, mode]) => mount("tmpfs", place, `mode=${mode},size=${mostBytes}`)),
		// The file systems of the copy may cover the program, but not the working directory.
		`cd ${home}`,
		`[ -e ${root}$PWD/dist ] || { mkdir -p ${root}$PWD && mount -n --bind . ${root}$PWD; }`,
		`cd ${root} && pivot_root . tmp && cd / && umount -n -l tmp`,
		...prepare,
		"echo up",
		// bash waits for the processes that lost their parent.
		"while read -r _; do :; done",
	];
	const holder = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-euc", outside.join("\n"), inside.join("\n")], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	endAfterFile(holder, "SIGKILL");
	await Promise.race([
		once(holder.stdout, "data"),
		once(holder, "close").then(() => {
			throw new Error("the copy of the machine could not be made");
		}),
	]);
	const pid = descendantsOf(holder.pid ?? 0).find((one) => /\s1$/.test(statusField(one, "NSpid"))) ?? 0;
	const own = `/proc/${pid}/root`;
	const upper = `/proc/${holder.pid}/root${folder}/upper`;
	return {
		root: own,
		pid,
		enter: ["nsenter", `--target=${pid}`, "--mount", "--pid", "--net", "--ipc", "--uts", "--"],
		snapshot() {
			const changed = [...snapshot({ root: upper, places: ["/"] })].filter(([path]) => !isSameDirectory(upper, path));
			return new Map([...changed, ...snapshot({ root: own, places: fileSystemsOf(pid), pid })]);
		},
		async dispose() {
			await endProcess(holder, "SIGKILL");
		},
	};
}

/** Places of the file systems in memory. */
function fileSystemsOf(pid: number): string[] {
	const lines = readFileSync(`/proc/${pid}/mountinfo`, "latin1").trim().split("\n");
	return lines.filter((line) => line.includes(" - tmpfs ")).map((line) => line.split(" ")[4] ?? "");
}

/** An overlay copies a directory up when something in it changes. */
function isSameDirectory(upper: string, path: string): boolean {
	const [here, there] = [path, `${upper}${path}`].map((one) => lstatSync(Buffer.from(one, "latin1"), { throwIfNoEntry: false }));
	return !!here?.isDirectory() && here.mode === there?.mode && here.uid === there.uid && here.gid === there.gid;
}
