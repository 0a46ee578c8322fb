import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { endAfterFile } from "./clean-up.ts";

/**
 * A mount namespace with cgroups at /sys/fs/cgroup, even if this machine mounts none there, as in a container or a changed root. Its
 * mounts are invisible outside.
 */
export interface GroupView {
	/** Words before a command that runs in the namespace. */
	readonly enter: readonly string[];
	/** Maps a path of the namespace to one that the test can use. */
	from(path: string): string;
	dispose(): Promise<void>;
}

const place = "/sys/fs/cgroup";

/** Succeeds if systemd would recognise the cgroups: version 2, or version 1 with a folder for each hierarchy (cgroups(7)). */
const showsAny = `[ -e ${place}/cgroup.procs ] || [ -d ${place}/unified ] || [ -d ${place}/systemd ]`;

/** The kernel assigns each controller to one hierarchy, of version 2 or of version 1. */
const showsControllers = `[ -d ${place}/pids ] || grep -qw pids ${place}/cgroup.controllers 2>/dev/null`;
const mountControllers = [
	`mount -n -t tmpfs tmpfs ${place}`,
	...["memory", "pids"].map((name) => `mkdir ${place}/${name} && mount -n -t cgroup -o ${name} cgroup ${place}/${name}`),
].join(" && ");

/** `controllers`: requires cgroups that can limit memory and processes. */
export async function groupView({ controllers = false }: { controllers?: boolean } = {}): Promise<GroupView> {
	const script = [
		`${showsAny} || mount -n -t cgroup2 cgroup2 ${place}`,
		...(controllers ? [`${showsControllers} || { ${mountControllers}; }`] : []),
		"echo up",
		"exec cat",
	];
	const words = ["--mount", "--propagation", "private", "sh", "-ec", script.join("\n")];
	const holder = spawn("unshare", words, { stdio: ["pipe", "pipe", "inherit"] });
	endAfterFile(holder);
	await Promise.race([
		once(holder.stdout, "data"),
		once(holder, "close").then(() => {
			throw new Error("control groups cannot be shown");
		}),
	]);
	const pid = holder.pid ?? 0;
	return {
		enter: ["nsenter", `--mount=/proc/${pid}/ns/mnt`, "--"],
		from: (path) => join(`/proc/${pid}/root`, path),
		async dispose() {
			holder.stdin.end();
			if (holder.exitCode === null) await once(holder, "close");
		},
	};
}
