import { type Path, parent } from "../base/path/path.ts";
import { quoteShell } from "../base/path/quote.ts";
import { cgroupWords, limitWords } from "../confine/limits.ts";
import { launchFailed } from "../confine/places.ts";
import { cageSteps } from "./cage-steps.ts";
import { type LaunchSpec, type LaunchSteps, ownUser, type Rootless } from "./launch.ts";
import { sandboxSteps } from "./sandbox-steps.ts";
import { start } from "./start.ts";

const dieWithParent = ["setpriv", "--pdeathsig", "KILL"];

/** A shell that ends instead of becoming the next program has failed, whichever of its steps it was, and even if that printed nothing. */
const failIfEnded = `trap 'exit ${launchFailed}' EXIT`;

/**
 * The cgroups are entered before the cgroup namespace is created: systemd mounts them with `nsdelegate`, and then no process
 * leaves the groups of its namespace (cgroups(7)).
 */
const limitPrefix = ({ groups = [], limits = {} }: LaunchSpec) => [...cgroupWords(groups), ...limitWords(limits, groups)];

/**
 * strace enters the sandbox's cgroups too, whose limits are far above what it needs: the kernel schedules cgroups in turn, as it does
 * sessions (start.ts). A cage's limits are for the application alone.
 */
const limitsTracer = ({ isTraced, root }: LaunchSpec) => isTraced && root.kind === "sandbox";

/**
 * Returns the command that runs the script in new namespaces. If one of its processes dies, all processes end. `tracer` are
 * strace's words before the traced command, if `spec.isTraced`. strace gets its own PID namespace, because at each fork it looks
 * for the child's number in /proc of all processes: 200 forks took three times as long on a machine with 80 processes
 * (measured). /proc then shows no number of the host, so the network is joined before.
 */
export function namespaceCommand(spec: LaunchSpec, script: string, tracer: readonly string[] = []): string[] {
	const kinds = namespaceKinds(spec);
	const joins = spec.joins === undefined ? [] : join(spec.joins, spec.rootless);
	const user = spec.rootless && spec.joins === undefined ? ownUser : [];
	const entering = [...joins, "unshare", ...user];
	const traced = [...entering, "--mount-proc", "--pid", "--fork", "--kill-child", ...tracer, ...dieWithParent];
	const [outside, inside] = limitsTracer(spec) ? [limitPrefix(spec), []] : [[], limitPrefix(spec)];
	return [
		...dieWithParent,
		...outside,
		...(spec.isTraced ? [...ifStarterLives(spec), ...traced] : []),
		...inside,
		...(spec.isTraced ? ["unshare"] : entering),
		"--mount",
		"--propagation",
		"private",
		"--fork",
		"--kill-child",
		...kinds.map((kind) => `--${kind}`),
		"sh",
		"-eu",
		script,
	];
}

/** Without its starter, strace would wait for a reader of its output and never start the script, which looks for the starter. */
function ifStarterLives({ rootless, starter }: LaunchSpec): string[] {
	return starter === undefined ? [] : ["sh", "-euc", `${failIfEnded}\n${requireStarter(starter, rootless)}\nexec "$@"`, "sh"];
}

function namespaceKinds({ joins, network, root, without = [] }: LaunchSpec): string[] {
	const isNetworkNew = network !== "host" && joins === undefined;
	const kinds = ["pid", "ipc", ...(root.kind === "host" ? [] : ["uts", "cgroup"]), ...(isNetworkNew ? ["net"] : [])];
	return kinds.filter((kind) => !without.some((layer) => layer === kind));
}

/** Returns the command that runs the mounts of `splitLaunchScript` in the namespaces of the process `pid`. */
export function mountsCommand(spec: LaunchSpec, pid: number, script: string): string[] {
	// The file system of /sys belongs to the network namespace of who mounts it.
	const joined = [...(spec.rootless ? ["user"] : []), ...(spec.joins === undefined ? [] : ["net"])];
	const kinds = [...joined, "mount", ...namespaceKinds(spec)].map((kind) => `--${kind}`);
	const keeping = spec.rootless ? keepingRights : [];
	// Without `--root`, a process would get the namespace's root, which is above ours if we run in a chroot ourselves.
	return [...dieWithParent, "nsenter", "--target", String(pid), ...kinds, "--root", ...keeping, "--", "sh", "-eu", script];
}

/**
 * Returns the script in latin1, like a `Path`. Mounts use `-n`, because the namespace is private but /run/mount/utab is not,
 * and an entry there would outlast the mount (mount(8)).
 */
export function launchScript(spec: LaunchSpec): string {
	const { mounts, start } = rootSteps(spec);
	return textOf([...processSteps(spec), ...nullSteps(spec), ...networkOf(spec), ...descriptorSteps(spec), ...mounts, ...start]);
}

/**
 * Returns the same launch as two scripts. `mounts` runs in the namespaces of `script`, in a process that strace does not
 * follow: strace stops its few dozen programs at thousands of calls, which takes longer than the rest of the launch
 * (measured). `script` writes its process ID on the host to descriptor 3. It reads the exit status of `mounts`, then its
 * messages, from descriptor 4.
 */
export function splitLaunchScript(spec: LaunchSpec): { readonly script: string; readonly mounts: string } {
	const { mounts, start } = rootSteps(spec);
	const [nullMount = "", ...nullStreams] = nullSteps(spec);
	return {
		script: textOf([...processSteps(spec), ...handOver, ...nullStreams, ...descriptorSteps(spec), ...start]),
		mounts: textOf(["umask 022", nullMount, ...networkOf(spec), ...mounts]),
	};
}

/** At this point /proc is still the host's, so it shows the process ID on the host. */
const handOver = [
	"read -r pid _ </proc/self/stat",
	'echo "$pid" >&3',
	"read -r status <&4",
	'[ "$status" = 0 ] || { cat <&4 >&2; exit 1; }',
	"exec 3>&- 4<&-",
];

const textOf = (lines: readonly string[]) => `${lines.join("\n")}\n`;

/** Settings of the launch's shell, which the application inherits. */
function processSteps(spec: LaunchSpec): string[] {
	return [
		...(spec.starter === undefined ? [] : [failIfEnded]),
		"umask 022",
		// Below it is the host's.
		...(spec.isTraced ? ["umount -n /proc"] : []),
		...(spec.starter === undefined ? [] : [requireStarter(spec.starter, spec.rootless)]),
		...(spec.root.kind === "host" ? [] : ownSession(spec)),
	];
}

const nullSteps = ({ root }: LaunchSpec) => (root.kind === "host" ? [] : unchangeableNull);

function networkOf({ joins, network, networkProgram, rootless }: LaunchSpec): string[] {
	return network === "own" && joins === undefined ? networkSteps(networkProgram, rootless) : [];
}

/** A descriptor for the self-test to find. */
const descriptorSteps = ({ without }: LaunchSpec) => (without?.includes("descriptors") ? ["exec 9</"] : []);

function rootSteps(spec: LaunchSpec): LaunchSteps {
	switch (spec.root.kind) {
		case "cage":
			return cageSteps(spec, spec.root);
		case "sandbox":
			return sandboxSteps(spec, spec.root);
		case "host":
			return {
				mounts: ["mount -n -t proc -o nosuid,nodev,noexec proc /proc"],
				start: start(spec, undefined, parent(spec.init)),
			};
		default:
			return spec.root satisfies never;
	}
}

/**
 * Setting the login uid makes the kernel begin an audit session, which all later processes inherit and none of them can change. It
 * tells `watch` the cage of each record. The uid stays what it is, so that records still name who started the cage; a launch that
 * no login started gets root's, and without root the account itself, because rules for people begin at 1000. Fails
 * harmlessly without auditing, and where somebody set the uid before and we may not change it (CAP_AUDIT_CONTROL, `loginuid_immutable`).
 */
function ownSession({ identity, rootless }: LaunchSpec): string[] {
	const initial = rootless ? identity.uid : 0;
	return [
		`login=${unsetLogin}`,
		"{ read -r login </proc/self/loginuid; } 2>/dev/null || :",
		`[ "$login" != ${unsetLogin} ] || login=${initial}`,
		'{ echo "$login" >/proc/self/loginuid; } 2>/dev/null || :',
	];
}

/** AUDIT_UID_UNSET of linux/audit.h. */
const unsetLogin = 0xffff_ffff;

/**
 * The standard streams may be the host's /dev/null, and uid 0 can change a file's mode, owner and times through any descriptor
 * (fchmod(2)). Opened on a read-only mount, the device stays writable, but its inode cannot be changed.
 */
const unchangeableNull = [
	"mount -n -o bind,ro,nosuid,noexec /dev/null /dev/null",
	...[0, 1, 2].map((stream) => `[ ! /proc/self/fd/${stream} -ef /dev/null ] || exec ${stream}<>/dev/null`),
];

/** For nsenter(1) into a user namespace, where the account keeps its number and gets the capabilities. */
const keepingRights = ["--preserve-credentials", "--keep-caps"];

/** A network namespace belongs to the user namespace that created it, and entering requires a capability there. */
function join(pid: number, rootless: Rootless | undefined): string[] {
	const net = `--net=/proc/${pid}/ns/net`;
	return rootless ? ["nsenter", `--user=/proc/${pid}/ns/user`, net, ...keepingRights, "--"] : ["nsenter", net, "--"];
}

/**
 * `--pdeathsig` and `--kill-child` miss a starter that was killed before they took effect, so the script checks once
 * afterwards. A zombie's link has no target (proc_pid_exe(5)). In a user namespace the link is unreadable, but the state is
 * readable, unless the host hides other accounts' processes (`hidepid`).
 */
function requireStarter(starter: number, rootless: Rootless | undefined): string {
	if (!rootless) return `[ -e /proc/${starter}/exe ]`;
	return `[ ! -e /proc/1 ] || grep -q '^State:[[:space:]]*[^ZX]' /proc/${starter}/status`;
}

/**
 * Returns the steps for its own network; `program` is the place of `networkExecutable`. It is copied, because the state folder's
 * file system may be mounted noexec. It avoids a dependency on iproute2.
 */
export function networkSteps(program: Path, rootless: Rootless | undefined): string[] {
	const ports = rootless && rootless.lowestPort !== 1024;
	return [
		"mount -n -t tmpfs -o size=1m,mode=700 tmpfs /sys",
		`cp ${quoteShell(program)} /sys/network`,
		"/sys/network",
		"umount -n /sys",
		...(ports ? [`echo ${rootless.lowestPort} >/proc/sys/net/ipv4/ip_unprivileged_port_start`] : []),
		// No closed connection waits (TIME_WAIT), so that a port is free again for the next start. Not every kernel permits this.
		"echo 0 2>/dev/null >/proc/sys/net/ipv4/tcp_max_tw_buckets || :",
	];
}
