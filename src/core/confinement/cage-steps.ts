import { baseName, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import { quoteShell, quoteShellLine, showPath } from "../path/quote.ts";
import {
	type CageMount,
	type CageRoot,
	coveredKernelFiles,
	coveredSysDirectories,
	initInside,
	type LaunchSpec,
	launchDirectory,
	syslogName,
	temporaryDirectories,
	temporaryLimits,
} from "./launch.ts";
import { mountOptions } from "./layers.ts";
import { overlayIn } from "./overlay.ts";
import { confineWords, insideTool, start } from "./start.ts";

/** The steps that mount a cage, make it the root, and start the application in it. */
export function cageSteps(spec: LaunchSpec, cage: CageRoot): string[] {
	const inside = (path: Path) => quoteShell(`${cage.directory}${path}`);
	const { without = [] } = spec;
	const isRootless = spec.rootless !== undefined;
	const options: Options = (text) => mountOptions(text, without);
	const lines = [`mount -n -o ${options("bind,ro,nosuid,nodev")} ${quoteShell(cage.directory)} ${quoteShell(cage.directory)}`];
	for (const path of temporaryDirectories) lines.push(...temporary(path, cage, inside, options));
	for (const mount of cage.mounts) lines.push(...cageMount(mount, inside(mount.path), options, isRootless));
	lines.push(`mount -n -t tmpfs -o ${options("nosuid,noexec,size=64k,mode=755")} tmpfs ${inside(pathFromText("/dev"))}`);
	for (const device of cage.devices) lines.push(...deviceSteps(device, inside, isRootless));
	for (const [name, target] of deviceLinks) lines.push(`ln -s ${target} ${inside(pathFromText(`/dev/${name}`))}`);
	if (cage.syslog !== undefined) lines.push(...syslogSteps(cage.syslog, inside, options));
	lines.push(
		`mkdir -m 1777 ${inside(pathFromText("/dev/shm"))}`,
		`mount -n -t tmpfs -o ${options(`nosuid,nodev,noexec,${temporaryLimits},mode=1777`)} tmpfs ${inside(pathFromText("/dev/shm"))}`,
		`mount -n -o ${options("remount,ro,nosuid,noexec")} ${inside(pathFromText("/dev"))}`,
	);
	lines.push(...kernelSteps(cage, inside, options));
	const launch = inside(launchDirectory);
	lines.push(
		`mount -n -t tmpfs -o ${options("nosuid,nodev,size=64m,mode=755")} tmpfs ${launch}`,
		...bringTools(spec, cage, launch),
		// Now, and not when it is over: a starter that is killed leaves no file behind.
		...(spec.spent === undefined ? [] : [`rm -r ${quoteShell(spec.spent)}`]),
		`mount -n -o ${options("remount,ro,nosuid,nodev")} ${launch}`,
		`cd ${quoteShell(cage.directory)}`,
		// Now the cage is the root of the mount namespace: there is no directory above it that an open descriptor could lead to.
		...(without.includes("root") ? [] : ["mount -n --move . /"]),
	);
	const tool = insideTool(spec, cage);
	lines.push(...start(spec, confineWords(cage, without), cage.capabilities, initInside, tool));
	return lines;
}

/** Flags of a mount, but for those that this launch leaves out. */
type Options = (text: string) => string;

function bringTools(spec: LaunchSpec, cage: CageRoot, launch: string): string[] {
	const ours: [Path, Uint8Array | undefined][] = [
		[cage.confiner, cage.inScript?.confiner],
		[spec.init, cage.inScript?.init],
		[spec.environment, cage.inScript?.environment],
		...(spec.acceptor === undefined ? [] : [[spec.acceptor, cage.inScript?.acceptor] as [Path, Uint8Array | undefined]]),
		...(spec.socketsProgram === undefined
			? []
			: [[spec.socketsProgram, cage.inScript?.sockets] as [Path, Uint8Array | undefined]]),
	];
	// Each name once: cp(1) refuses a second file of the same name, and one library may be known by several paths.
	const copied = new Map<Path, Path>();
	const all = [spec.setpriv, ...cage.tools, ...ours.flatMap(([file, content]) => (content ? [] : [file])), ...cage.brought];
	for (const file of all) if (!copied.has(baseName(file))) copied.set(baseName(file), file);
	const written = ours.flatMap(([file, content]) => {
		if (!content) return [];
		const target = `${launch}/${quoteShell(baseName(file))}`;
		return [`echo ${Buffer.from(content).toString("base64")} | base64 -d >${target}`, `chmod 755 ${target}`];
	});
	const [first] = cage.brought;
	const links =
		first === undefined || !cage.names.length
			? []
			: [`for name in ${quoteShellLine(cage.names)}; do ln -s -- ${quoteShell(baseName(first))} ${launch}/"$name"; done`];
	return [`cp -L ${[...copied.values()].map((tool) => quoteShell(tool)).join(" ")} ${launch}`, ...links, ...written];
}

/** An empty directory, and in it what the cage has there: bound back by way of the still empty `.launch`. */
function temporary(path: Path, cage: CageRoot, inside: (path: Path) => string, options: Options): string[] {
	const mount = `mount -n -t tmpfs -o ${options(`nosuid,nodev,noexec,${temporaryLimits},mode=1777`)} tmpfs ${inside(path)}`;
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
		lines.push(`mount -n -o ${options("bind,ro,nosuid,nodev")} ${stashed} ${inside(one.path)}`);
	}
	return [...lines, `umount -n ${inside(launchDirectory)}`];
}

/** No user namespace may make a node, but it may show one of the host. `ro` keeps its mode and owner as they are, and is no matter to what a device does. */
export function deviceSteps(device: CageRoot["devices"][number], inside: (path: Path) => string, isRootless: boolean): string[] {
	const { major, minor, mode, path, type } = device;
	const node = inside(path);
	const folder = parent(path) === "/dev" ? [] : [`mkdir -p ${inside(parent(path))}`];
	if (isRootless) return [...folder, `: >${node}`, `mount -n -o bind,ro,nosuid,noexec ${quoteShell(path)} ${node}`];
	return [...folder, `mknod -m ${mode.toString(8)} ${node} ${type} ${major} ${minor}`];
}

const deviceLinks = [
	["fd", "/proc/self/fd"],
	["stdin", "/proc/self/fd/0"],
	["stdout", "/proc/self/fd/1"],
	["stderr", "/proc/self/fd/2"],
] as const;

/**
 * The socket alone: beside it journald has one that takes commands. It is mounted in the launcher's own /dev, where no link of the application's leads the
 * mount elsewhere. systemd holds journald's sockets, so they outlive its restarts; a daemon that makes its socket again is heard by the next start. The application
 * also starts on a host whose syslog is not running: its messages are lost, as they are there.
 */
function syslogSteps(socket: Path, inside: (path: Path) => string, options: Options): string[] {
	const source = quoteShell(socket);
	const place = inside(syslogName);
	return [
		`if [ -S ${source} ]; then`,
		`: >${place}`,
		`mount -n -o ${options("bind,ro,nosuid,nodev,noexec")} ${source} ${place}`,
		"fi",
	];
}

/**
 * Of /proc its own processes, and the machine's files only by a permission. Those that tell more than a monitor needs, or do something when they are
 * written, are covered by one that is harmless. All of it is new and read-only: uid 0 could change kernel settings without any capability.
 */
function kernelSteps({ kernelProc, proc, sys }: CageRoot, inside: (path: Path) => string, options: Options): string[] {
	const place = inside(pathFromText("/proc"));
	const mounted = (type: string, more: string, at: string) =>
		`mount -n -t ${type} -o ${options(`ro,nosuid,nodev,noexec${more}`) || "defaults"} ${type} ${at}`;
	const lines: string[] = [];
	if (kernelProc) {
		const cover = `mount -n -o ${options("bind,ro,nosuid,nodev,noexec")} ${place}/version ${place}/"$name"`;
		lines.push(
			mounted("proc", ",hidepid=invisible", place),
			`for name in ${coveredKernelFiles.join(" ")}; do [ ! -e ${place}/"$name" ] || ${cover}; done`,
		);
	} else if (proc) lines.push(mounted("proc", ",hidepid=invisible,subset=pid", place));
	if (sys) {
		const empty = `mount -n -t tmpfs -o ${options("ro,nosuid,nodev,noexec,size=4k,mode=755") || "defaults"} tmpfs "$directory"`;
		lines.push(
			mounted("sysfs", "", inside(pathFromText("/sys"))),
			`for directory in ${coveredSysDirectories.map(inside).join(" ")}; do [ ! -d "$directory" ] || ${empty}; done`,
		);
	}
	return lines;
}

function cageMount(mount: CageMount, target: string, options: Options, isRootless: boolean): string[] {
	const flags = options(mount.access === "rw" ? `rw,nosuid,nodev${mount.isExecutable ? "" : ",noexec"}` : "ro,nosuid,nodev");
	const { scratch, source } = mount;
	if (scratch === undefined) return [`mount -n -o bind,${flags} ${quoteShell(source)} ${target}`, ...expected(mount, target)];
	return [
		...overlayIn(scratch, source, target, `,${flags}`, isRootless),
		...expected(mount, quoteShell(join(scratch, pathFromText("lower")))),
	];
}

/** mount(8) follows links: whoever can swap a part of the way for one chooses what is mounted. So what was mounted is looked at. */
function expected({ identity, source }: CageMount, mounted: string): string[] {
	if (identity === undefined) return [];
	const complaint = quoteShell(
		`cagewright-bind: ${showPath(source)} was replaced during the start; find out by whom, and start again`,
	);
	return [`[ "$(stat -c %d:%i ${mounted})" = ${identity} ] || { echo ${complaint} >&2; exit 125; }`];
}
