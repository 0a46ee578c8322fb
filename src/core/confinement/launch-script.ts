import { quoteShell } from "../path/quote.ts";
import { cageSteps } from "./cage-steps.ts";
import { coreLimit, type LaunchSpec, type LaunchSteps, type Rootless } from "./launch.ts";
import { enterGroups, limitWords } from "./limits.ts";
import { sandboxSteps } from "./sandbox-steps.ts";
import { start } from "./start.ts";

const dying = ["setpriv", "--pdeathsig", "KILL"];
const limiting = ({ groups = [], limits = {} }: LaunchSpec) => limitWords(limits, groups);

/** The command that makes the namespaces and runs the script in them. `--kill-child` and `--pdeathsig`: whoever dies, all end. */
export function namespaceCommand(spec: LaunchSpec, script: string): string[] {
	const kinds = namespaceKinds(spec);
	return [
		...dying,
		...limiting(spec),
		...(spec.joins === undefined ? [] : join(spec.joins, spec.rootless)),
		...["unshare", ...(spec.rootless && spec.joins === undefined ? ownUser : [])],
		...["--mount", "--propagation", "private", "--fork", "--kill-child"],
		...kinds.map((kind) => `--${kind}`),
		...["sh", "-eu", script],
	];
}

function namespaceKinds({ joins, network, root, without = [] }: LaunchSpec): string[] {
	const isNetworkNew = network !== "host" && joins === undefined;
	const kinds = ["pid", "ipc", ...(root.kind === "host" ? [] : ["uts", "cgroup"]), ...(isNetworkNew ? ["net"] : [])];
	return kinds.filter((kind) => !without.some((layer) => layer === kind));
}

/** The command that runs the mounts of `splitLaunchScript` in the namespaces of the process `pid`. */
export function mountsCommand(spec: LaunchSpec, pid: number, script: string): string[] {
	const kinds = ["mount", ...namespaceKinds(spec)].map((kind) => `--${kind}`);
	return [...dying, "nsenter", "--target", String(pid), ...kinds, "--", "sh", "-eu", script];
}

/**
 * The script, in bytes as latin1 like a `Path`. Every mount is made with `-n`: the namespace is private, /run/mount/utab is not, and
 * an entry there would outlive the mount (mount(8)).
 */
export function launchScript(spec: LaunchSpec): string {
	const { mounts, start } = rootSteps(spec);
	return textOf([...processSteps(spec), ...nullSteps(spec), ...networkOf(spec), ...descriptorSteps(spec), ...mounts, ...start]);
}

/**
 * The same launch in two scripts: `mounts` runs in the namespaces of `script`, as a process that strace does not follow. strace stops each of its few dozen
 * programs at thousands of calls, which takes several times as long as the launch (measured). Descriptor 3 gets the process ID of `script`, as the
 * host knows it; descriptor 4 answers with the exit status of `mounts`, then with what it printed.
 */
export function splitLaunchScript(spec: LaunchSpec): { readonly script: string; readonly mounts: string } {
	const { mounts, start } = rootSteps(spec);
	const [nullMount = "", ...nullStreams] = nullSteps(spec);
	return {
		script: textOf([...processSteps(spec), ...handOver, ...nullStreams, ...descriptorSteps(spec), ...start]),
		mounts: textOf(["umask 022", nullMount, ...networkOf(spec), ...mounts]),
	};
}

/** The kernel shows a process its own number in the PID namespace of the mounted /proc, which is still the host's. */
const handOver = [
	"read -r pid _ </proc/self/stat",
	'echo "$pid" >&3',
	"read -r status <&4",
	'[ "$status" = 0 ] || { cat <&4 >&2; exit 1; }',
	"exec 3>&- 4<&-",
];

const textOf = (lines: readonly string[]) => `${lines.join("\n")}\n`;

/** What the launch's own shell sets for itself and for what it becomes. */
function processSteps(spec: LaunchSpec): string[] {
	return [
		"umask 022",
		...(spec.starter === undefined ? [] : [stopWithout(spec.starter, spec.rootless)]),
		...enterGroups(spec),
		...(spec.root.kind === "host" ? [] : [withoutCoreDumps(spec.rootless !== undefined)]),
	];
}

const nullSteps = ({ root }: LaunchSpec) => (root.kind === "host" ? [] : unchangeableNull);

function networkOf({ joins, network, rootless }: LaunchSpec): string[] {
	return network === "own" && joins === undefined ? networkSteps(rootless) : [];
}

/** Something for a self-test to find. */
const descriptorSteps = ({ without }: LaunchSpec) => (without?.includes("descriptors") ? ["exec 9</"] : []);

function rootSteps(spec: LaunchSpec): LaunchSteps {
	switch (spec.root.kind) {
		case "cage":
			return cageSteps(spec, spec.root);
		case "rehearsal":
			return sandboxSteps(spec, spec.root);
		case "host":
			return {
				mounts: ["mount -n -t proc -o nosuid,nodev,noexec proc /proc"],
				start: start(spec, [], spec.root.capabilities, spec.init),
			};
		default:
			return spec.root satisfies never;
	}
}

/**
 * A crash must not start the host's core handler (`|program` in core_pattern), which runs as root outside and reads what the application chose.
 * The kernel does not look at a limit of 0 there; a limit of one byte is what it refuses (`cprm.limit == 1` in fs/coredump.c). An ordinary user's
 * hard limit may be 0 already, and nobody but root raises it.
 */
function withoutCoreDumps(isRootless: boolean): string {
	return `prlimit --pid $$ --core=${coreLimit}:${coreLimit}${isRootless ? " 2>/dev/null || :" : ""}`;
}

/**
 * The standard streams may be the host's /dev/null, and uid 0 changes mode, owner and times of a file through any descriptor of it (fchmod(2)). Opened on a
 * read-only mount, the device is written to as before and its inode stays as it is.
 */
const unchangeableNull = [
	"mount -n -o bind,ro,nosuid,noexec /dev/null /dev/null",
	...[0, 1, 2].map((stream) => `[ ! /proc/self/fd/${stream} -ef /dev/null ] || exec ${stream}<>/dev/null`),
];

/**
 * The account keeps its number and gets every capability inside (user_namespaces(7)). Without `--keep-caps` they would be lost with the next
 * program, for it is not root.
 */
export const ownUser = ["--user", "--map-current-user", "--keep-caps"];

/** A network belongs to the user namespace that made it, and nobody enters it who has no capability there. */
function join(pid: number, rootless: Rootless | undefined): string[] {
	const net = `--net=/proc/${pid}/ns/net`;
	return rootless
		? ["nsenter", `--user=/proc/${pid}/ns/user`, net, "--preserve-credentials", "--keep-caps", "--"]
		: ["nsenter", net, "--"];
}

/**
 * A starter that was killed before `--pdeathsig` and `--kill-child` were in force would not be missed. By now they are, so one look
 * is enough; the link of a dead process that nobody has waited for yet leads nowhere (proc_pid_exe(5)). From a user namespace that link
 * cannot be followed, but the state can be read, if the host does not hide what others run (`hidepid`).
 */
function stopWithout(starter: number, rootless: Rootless | undefined): string {
	if (!rootless) return `[ -e /proc/${starter}/exe ]`;
	return `[ ! -e /proc/1 ] || grep -q '^State:[[:space:]]*[^ZX]' /proc/${starter}/status`;
}

/** What a network of its own needs. */
export function networkSteps(rootless: Rootless | undefined): string[] {
	if (!rootless) return loopbackUp;
	const { loopback, lowestPort } = rootless;
	const ports = lowestPort === 1024 ? [] : [`echo ${lowestPort} >/proc/sys/net/ipv4/ip_unprivileged_port_start`];
	return [quoteShell(loopback), ...ports];
}

/**
 * sysfs belongs to the network namespace that mounts it; IFF_UP | IFF_LOOPBACK. Saves asking for iproute2. Its files belong to root, whom the
 * user namespace of an ordinary account does not know (measured), hence a program of ours there.
 */
const loopbackUp = ["mount -n -t sysfs sysfs /sys", "echo 0x9 >/sys/class/net/lo/flags", "umount -n /sys"];
