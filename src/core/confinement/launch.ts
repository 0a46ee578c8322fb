import type { OwnedDirectory } from "../application/made-directory.ts";
import { baseName, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import { quoteShell, quoteShellLine } from "../path/quote.ts";
import type { Identity } from "../plan/plan.ts";

/**
 * What a launch is, as data, and the plain shell script that does it. Traces, trials and runs differ only in this value.
 * The order of the steps and the reasons for each are in docs/confinement.md; the numbers behind them were measured.
 */
export interface LaunchSpec {
	readonly root: CageRoot | RehearsalRoot | HostRoot;
	readonly identity: Identity;
	readonly command: readonly string[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** `own`: a network namespace with nothing but lo; `none`: without even that; `host`: shared. */
	readonly network: "host" | "own" | "none";
	/** The process whose network namespace is `own` already. */
	readonly joins?: number;
	/** The process that starts it, and that it must not outlive. */
	readonly starter?: number;
	/**
	 * Host paths of the init executable, setpriv and chroot. Never names: behind `env -i` they would be looked up in the
	 * application's own PATH, as root.
	 */
	readonly init: Path;
	readonly setpriv: Path;
	readonly chroot: Path;
}

/** A built cage: read-only, with its writable directories, its own /dev and /tmp, and every layer of confinement. */
export interface CageRoot {
	readonly kind: "cage";
	readonly directory: Path;
	/** Directories below the root that are mounted over, parents before children. */
	readonly mounts: readonly CageMount[];
	/** What of the cage stays visible below a temporary directory, which is otherwise empty at each start. */
	readonly kept: readonly KeptInTemporary[];
	readonly devices: readonly {
		readonly path: Path;
		readonly type: "c" | "b";
		readonly major: number;
		readonly minor: number;
		readonly mode: number;
	}[];
	readonly proc: boolean;
	/** The host's socket that `/dev/log` leads to, by way of its directory. */
	readonly syslog?: Path;
	/** Capabilities that the application keeps, lower case without CAP_. */
	readonly capabilities: readonly string[];
	/** Host path of the seccomp filter. */
	readonly filter: Path;
	/** The init and the filter themselves, for a script that has to do without files of ours. */
	readonly inScript?: { readonly init: Uint8Array; readonly filter: Uint8Array };
	/** The loader and the libraries of setpriv: host paths. */
	readonly tools: readonly [loader: Path, ...libraries: Path[]];
}

/** Something of the cage directly below /tmp or /var/tmp. */
export interface KeptInTemporary {
	readonly path: Path;
	readonly kind: "directory" | "file" | "symlink";
	readonly target?: Path;
}

export interface CageMount {
	/** Where, inside the cage. */
	readonly path: Path;
	/** What, on the host. */
	readonly source: Path;
	readonly access: "ro" | "rw";
	/** A trial writes here instead: a folder that holds `upper` and `work` (and gets `lower`). */
	readonly scratch?: Path;
}

/** The host itself, with an overlay over each writable mount, so that what is written is thrown away. */
export interface RehearsalRoot {
	readonly kind: "rehearsal";
	/** Folder that will be the new root; empty. */
	readonly directory: Path;
	/** Folder for all layers, where it has to be memory: an overlay cannot write to another overlay (a container's disk). */
	readonly memory?: Path;
	/** Mounts of the host in the order in which they are made, `/` first. */
	readonly mounts: readonly RehearsalMount[];
	/** Sockets of the host that shall be heard through the overlay. Real places. */
	readonly sockets: readonly Path[];
	/** Made in the overlay where they are absent. Real places: a link on the way would lead to the host. */
	readonly directories: readonly (OwnedDirectory & { readonly path: Path })[];
	/** Handed to the account, whoever owns them on the host. */
	readonly given: readonly Path[];
	/** Capabilities that an account is given while it is watched. */
	readonly capabilities: readonly string[];
}

export type RehearsalMount =
	| { readonly kind: "overlay"; readonly path: Path; readonly scratch: Path }
	| { readonly kind: "bind"; readonly path: Path }
	| { readonly kind: "proc"; readonly path: Path }
	| { readonly kind: "sysfs"; readonly path: Path }
	| { readonly kind: "tmpfs"; readonly path: Path };

/** The real file system and, usually, the real network: only on request. */
export interface HostRoot {
	readonly kind: "host";
	readonly capabilities: readonly string[];
}

/** Where the launcher's own files are seen inside. */
export const launchDirectory = pathFromText("/.launch");
/** Its name fits the fifteen characters that a process name has (proc_pid_comm(5)). */
export const initName = "cagewright-init";
export const initInside = join(launchDirectory, initName);

/** Where systemd-journald(8) has its sockets, and where the /dev/log of systemd's PrivateDevices= leads. */
export const journalDirectory = pathFromText("/run/systemd/journal");

/** Directories that get an empty file system of their own at every launch. */
export const temporaryDirectories = [pathFromText("/tmp"), pathFromText("/var/tmp")] as const;

/** The command that makes the namespaces and runs the script in them. `--kill-child` and `--pdeathsig`: whoever dies, all end. */
export function namespaceCommand(spec: LaunchSpec, script: string): string[] {
	const inCage = spec.root.kind === "cage";
	return [
		...["setpriv", "--pdeathsig", "KILL"],
		...(spec.joins === undefined ? [] : ["nsenter", `--net=/proc/${spec.joins}/ns/net`, "--"]),
		...["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--ipc"],
		...(inCage ? ["--uts", "--cgroup"] : []),
		...(spec.network === "host" || spec.joins !== undefined ? [] : ["--net"]),
		...["sh", "-eu", script],
	];
}

/**
 * The script, in bytes as latin1 like a `Path`. Every mount is made with `-n`: the namespace is private, /run/mount/utab is not, and
 * an entry there would outlive the mount (mount(8)).
 */
export function launchScript(spec: LaunchSpec): string {
	const lines = [
		"umask 022",
		...(spec.starter === undefined ? [] : [stopWithout(spec.starter)]),
		...(spec.network === "own" ? loopbackUp : []),
	];
	switch (spec.root.kind) {
		case "cage":
			lines.push(...cageSteps(spec, spec.root));
			break;
		case "rehearsal":
			lines.push(...rehearsalSteps(spec, spec.root));
			break;
		case "host":
			lines.push("mount -n -t proc -o nosuid,nodev,noexec proc /proc", ...start(spec, [], spec.root.capabilities, spec.init));
			break;
		default:
			spec.root satisfies never;
	}
	return `${lines.join("\n")}\n`;
}

/**
 * A starter that was killed before `--pdeathsig` and `--kill-child` were in force would not be missed. By now they are, so one look
 * is enough; the link of a dead process that nobody has waited for yet leads nowhere (proc_pid_exe(5)).
 */
const stopWithout = (starter: number) => `[ -e /proc/${starter}/exe ]`;

/** sysfs belongs to the network namespace that mounts it; IFF_UP | IFF_LOOPBACK. Saves asking for iproute2. */
const loopbackUp = ["mount -n -t sysfs sysfs /sys", "echo 0x9 >/sys/class/net/lo/flags", "umount -n /sys"];

function cageSteps(spec: LaunchSpec, cage: CageRoot): string[] {
	const inside = (path: Path) => quoteShell(`${cage.directory}${path}`);
	const lines = [`mount -n -o bind,ro,nosuid,nodev ${quoteShell(cage.directory)} ${quoteShell(cage.directory)}`];
	for (const path of temporaryDirectories) lines.push(...temporary(path, cage, inside));
	for (const mount of cage.mounts) lines.push(...cageMount(mount, inside(mount.path)));
	lines.push(`mount -n -t tmpfs -o nosuid,noexec,size=64k,mode=755 tmpfs ${inside(pathFromText("/dev"))}`);
	for (const device of cage.devices) {
		const parent = device.path.slice(0, device.path.lastIndexOf("/")) as Path;
		if (parent !== "/dev") lines.push(`mkdir -p ${inside(parent)}`);
		lines.push(`mknod -m ${device.mode.toString(8)} ${inside(device.path)} ${device.type} ${device.major} ${device.minor}`);
	}
	for (const [name, target] of deviceLinks) lines.push(`ln -s ${target} ${inside(pathFromText(`/dev/${name}`))}`);
	if (cage.syslog !== undefined) lines.push(...syslogSteps(cage.syslog, inside));
	lines.push(
		`mkdir -m 1777 ${inside(pathFromText("/dev/shm"))}`,
		`mount -n -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs ${inside(pathFromText("/dev/shm"))}`,
		`mount -n -o remount,ro,nosuid,noexec ${inside(pathFromText("/dev"))}`,
	);
	if (cage.proc)
		lines.push(`mount -n -t proc -o nosuid,nodev,noexec,hidepid=invisible,subset=pid proc ${inside(pathFromText("/proc"))}`);
	const launch = inside(launchDirectory);
	lines.push(
		`mount -n -t tmpfs -o nosuid,nodev,size=16m,mode=755 tmpfs ${launch}`,
		...bringTools(spec, cage, launch),
		`mount -n -o remount,ro,nosuid,nodev ${launch}`,
		`cd ${quoteShell(cage.directory)}`,
		// Now the cage is the root of the mount namespace: there is no directory above it that an open descriptor could lead to.
		"mount -n --move . /",
	);
	const tool = [
		join(launchDirectory, fileName(cage.tools[0])),
		"--library-path",
		launchDirectory,
		join(launchDirectory, fileName(spec.setpriv)),
	];
	const writable = [
		...cage.mounts.filter((mount) => mount.access === "rw").map((mount) => mount.path),
		...temporaryDirectories,
		pathFromText("/dev/shm"),
	];
	const confine = [
		...tool,
		...["--pdeathsig", "KILL", "--no-new-privs", "--landlock-access", "fs"],
		...["--landlock-rule", "path-beneath:execute,read-file,read-dir:/"],
		...["--landlock-rule", "path-beneath:write-file:/dev"],
		...writable.flatMap((path) => ["--landlock-rule", `path-beneath:${writeRights}:${path}`]),
		...["--seccomp-filter", join(launchDirectory, fileName(cage.filter))],
	];
	lines.push(...start(spec, [...confine], cage.capabilities, initInside, tool));
	return lines;
}

function bringTools(spec: LaunchSpec, cage: CageRoot, launch: string): string[] {
	const ours: [Path, Uint8Array | undefined][] = [
		[cage.filter, cage.inScript?.filter],
		[spec.init, cage.inScript?.init],
	];
	const copied = [spec.setpriv, ...cage.tools, ...ours.flatMap(([file, content]) => (content ? [] : [file]))];
	const written = ours.flatMap(([file, content]) => {
		if (!content) return [];
		const target = `${launch}/${quoteShell(fileName(file))}`;
		return [`echo ${Buffer.from(content).toString("base64")} | base64 -d >${target}`, `chmod 755 ${target}`];
	});
	return [`cp -L ${copied.map((tool) => quoteShell(tool)).join(" ")} ${launch}`, ...written];
}

/** An empty directory, and in it what the cage has there: bound back by way of the still empty `.launch`. */
function temporary(path: Path, cage: CageRoot, inside: (path: Path) => string): string[] {
	const mount = `mount -n -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs ${inside(path)}`;
	const kept = cage.kept.filter((one) => isWithin(one.path, path));
	if (!kept.length) return [mount];
	const lines = [`mount -n --bind ${inside(path)} ${inside(launchDirectory)}`, mount];
	for (const one of kept) {
		const stashed = inside(join(launchDirectory, one.path.slice(path.length + 1)));
		if (one.kind === "symlink") {
			lines.push(`ln -s -- ${quoteShell(one.target ?? "")} ${inside(one.path)}`);
			continue;
		}
		lines.push(one.kind === "directory" ? `mkdir ${inside(one.path)}` : `: >${inside(one.path)}`);
		lines.push(`mount -n -o bind,ro,nosuid,nodev ${stashed} ${inside(one.path)}`);
	}
	return [...lines, `umount -n ${inside(launchDirectory)}`];
}

const writeRights =
	"write-file,read-file,read-dir,remove-dir,remove-file,make-dir,make-reg,make-sock,make-fifo,make-sym,refer,truncate";

const deviceLinks = [
	["fd", "/proc/self/fd"],
	["stdin", "/proc/self/fd/0"],
	["stdout", "/proc/self/fd/1"],
	["stderr", "/proc/self/fd/2"],
] as const;

/**
 * In the launcher's own /dev, where no link of the application's can lead the mount astray. A host whose syslog is away keeps no
 * application from its start: as there, messages are lost meanwhile.
 */
function syslogSteps(socket: Path, inside: (path: Path) => string): string[] {
	const source = quoteShell(parent(socket));
	const place = inside(pathFromText("/dev/syslog"));
	return [
		`if [ -d ${source} ]; then`,
		`mkdir ${place}`,
		`mount -n -o bind,ro,nosuid,nodev,noexec ${source} ${place}`,
		`ln -s -- ${quoteShell(`syslog/${baseName(socket)}`)} ${inside(pathFromText("/dev/log"))}`,
		"fi",
	];
}

function cageMount(mount: CageMount, target: string): string[] {
	const flags = `${mount.access},nosuid,nodev${mount.access === "rw" ? ",noexec" : ""}`;
	if (mount.scratch === undefined) return [`mount -n -o bind,${flags} ${quoteShell(mount.source)} ${target}`];
	return [...overlayIn(mount.scratch, mount.source, target, `,nosuid,nodev${mount.access === "rw" ? ",noexec" : ",ro"}`)];
}

/**
 * An overlay whose layers are named relative to its scratch folder: no character of a path can end an option (overlayfs takes
 * `,` and `:` as separators). The upper layer's root is what is seen, so it takes over owner and mode of what it covers.
 */
function overlayIn(scratch: Path, lower: Path, target: string, flags: string): string[] {
	return [
		`cd ${quoteShell(scratch)}`,
		"mkdir -p lower upper work",
		`mount -n --bind ${quoteShell(lower)} lower`,
		"chown --reference=lower upper",
		"chmod --reference=lower upper",
		`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work${flags} overlay ${target}`,
		"cd /",
	];
}

function rehearsalSteps(spec: LaunchSpec, rehearsal: RehearsalRoot): string[] {
	const lines: string[] = [];
	if (rehearsal.memory !== undefined) {
		const memory = quoteShell(rehearsal.memory);
		lines.push(`mount -n -t tmpfs -o mode=700 tmpfs ${memory}`, `mkdir -p ${quoteShell(rehearsal.directory)}`);
		for (const mount of rehearsal.mounts) if (mount.kind === "overlay") lines.push(`mkdir -p ${quoteShell(mount.scratch)}`);
	}
	for (const mount of rehearsal.mounts) {
		const target = quoteShell(mount.path === "/" ? rehearsal.directory : `${rehearsal.directory}${mount.path}`);
		switch (mount.kind) {
			case "overlay":
				lines.push(...overlayIn(mount.scratch, mount.path, target, ""));
				break;
			case "bind":
				lines.push(`mount -n --bind ${quoteShell(mount.path)} ${target}`);
				break;
			default:
				lines.push(
					`mount -n -t ${mount.kind} -o nosuid${mount.kind === "tmpfs" ? ",nodev,mode=1777" : ""} ${mount.kind} ${target}`,
				);
		}
	}
	// A unix socket is found by its inode (unix(7)), and that of an overlay is another one.
	for (const socket of rehearsal.sockets) {
		const target = quoteShell(`${rehearsal.directory}${socket}`);
		lines.push(`[ ! -S ${target} ] || mount -n --bind ${quoteShell(socket)} ${target}`);
	}
	for (const { gid, mode, path, uid } of rehearsal.directories) {
		const target = quoteShell(`${rehearsal.directory}${path}`);
		const bits = mode.toString(8).padStart(4, "0");
		lines.push(`[ -d ${target} ] || { mkdir -p ${target} && chown ${uid}:${gid} ${target} && chmod ${bits} ${target}; }`);
	}
	const { uid, gid } = spec.identity;
	for (const directory of rehearsal.given) {
		const target = quoteShell(`${rehearsal.directory}${directory}`);
		lines.push(`mkdir -p ${target}`, `chown ${uid}:${gid} ${target}`);
	}
	const launch = `${rehearsal.directory}${launchDirectory}`;
	lines.push(
		`mkdir -p ${quoteShell(launch)}`,
		`cp ${quoteShell(spec.init)} ${quoteShell(launch)}`,
		`cd ${quoteShell(rehearsal.directory)}`,
		"mount -n --move . /",
	);
	lines.push(...start(spec, [], rehearsal.capabilities, initInside));
	return lines;
}

/**
 * The last line: environment, root, what applies to the init and the application alike (`confine`), the init, and what applies
 * to the application alone: its account and capabilities. setpriv runs twice, because the init keeps CAP_KILL for itself.
 */
function start(
	spec: LaunchSpec,
	confine: readonly string[],
	capabilities: readonly string[],
	init: Path,
	tool: readonly string[] = [spec.setpriv],
): string[] {
	const { identity } = spec;
	const root = identity.uid === 0;
	const kept = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
	const inherited = root ? "-all" : kept;
	const unlimited = root && spec.root.kind !== "cage";
	const account = [
		...tool,
		...["--reuid", String(identity.uid), "--regid", String(identity.gid)],
		...(identity.groups.length ? ["--groups", identity.groups.join(",")] : ["--clear-groups"]),
		...(unlimited ? [] : [`--inh-caps=${inherited}`, `--ambient-caps=${inherited}`, `--bounding-set=${kept}`]),
		"--",
	];
	const words = [
		...["exec", "setsid", "env", "-i"],
		...Object.entries(spec.env).map(([name, value]) => pathFromText(`${name}=${value}`)),
		...(spec.root.kind === "host" ? [] : [spec.chroot, "."]),
		...confine,
		...[init, pathFromText(spec.cwd)],
		...account,
		...spec.command.map(pathFromText),
	];
	return [quoteShellLine(words)];
}

function fileName(path: Path): string {
	return path.slice(path.lastIndexOf("/") + 1);
}
