import { baseName, isWithin, join, type Path, parent, pathFromText } from "../base/path/path.ts";
import { quoteShell, quoteShellLine, showPath } from "../base/path/quote.ts";
import { octal } from "../base/text.ts";
import { mountOptions } from "../confine/method.ts";
import {
	coveredKernelFiles,
	coveredSysDirectories,
	launchDirectory,
	launchFailed,
	syslogName,
	temporaryDirectories,
	temporaryLimits,
} from "../confine/places.ts";
import type { DirectoryBelow, DirectoryOwner } from "../service/application.ts";
import { credentialsDirectory, notifySocket, type ServiceCredential } from "../service/service-settings.ts";
import { emptySteps } from "./emptied.ts";
import type { CageMount, CageRoot, LaunchSpec, LaunchSteps } from "./launch.ts";
import { overlayIn } from "./overlay.ts";
import { copyFiles, ownPrograms, start } from "./start.ts";

/** Returns the steps that mount a cage, and those that make it the root and start the application. */
export function cageSteps(spec: LaunchSpec, cage: CageRoot): LaunchSteps {
	const inside = (path: Path) => quoteShell(`${cage.directory}${path}`);
	const { without = [] } = spec;
	const isRootless = spec.rootless !== undefined;
	const options: Options = (text) => mountOptions(text, without);
	const lines = [`mount -n -o ${options("bind,ro,nosuid,nodev")} ${quoteShell(cage.directory)} ${quoteShell(cage.directory)}`];
	for (const path of temporaryDirectories) lines.push(...temporary(path, cage, inside, options));
	for (const mount of cage.mounts) {
		if (cage.mounts.some(({ access, path }) => access === "rw" && path === parent(mount.path)))
			lines.push(mountPoint(inside(mount.path), mount.isFile ?? false));
		lines.push(...cageMount(mount, inside(mount.path), options, isRootless));
	}
	for (const socket of cage.sockets ?? []) lines.push(...showSocket(socket, inside(socket)));
	lines.push(...emptySteps(spec, cage));
	lines.push(`mount -n -t tmpfs -o ${options("nosuid,noexec,size=64k,mode=755")} tmpfs ${inside(pathFromText("/dev"))}`);
	for (const device of cage.devices) lines.push(...deviceSteps(device, inside, isRootless));
	for (const [name, target] of deviceLinks) lines.push(`ln -s ${target} ${inside(pathFromText(`/dev/${name}`))}`);
	if (cage.syslog !== undefined) lines.push(...syslogSteps(cage.syslog, inside, options));
	lines.push(
		...notifySteps(spec, inside, options),
		...credentialSteps(spec, inside, options),
		`mkdir -m 1777 ${inside(pathFromText("/dev/shm"))}`,
		`mount -n -t tmpfs -o ${options(`nosuid,nodev,noexec,${temporaryLimits},mode=1777`)} tmpfs ${inside(pathFromText("/dev/shm"))}`,
		`mount -n -o ${options("remount,ro,nosuid,noexec")} ${inside(pathFromText("/dev"))}`,
	);
	lines.push(...kernelSteps(cage, inside, options));
	const launch = inside(launchDirectory);
	lines.push(
		`mount -n -t tmpfs -o ${options("nosuid,nodev,size=64m,mode=755")} tmpfs ${launch}`,
		...copyTools(spec, cage, launch),
		// At once instead of at the end, so that a killed starter leaves no file behind.
		...(spec.disposableFolder === undefined ? [] : [`rm -r ${quoteShell(spec.disposableFolder)}`]),
		`mount -n -o ${options("remount,ro,nosuid,nodev")} ${launch}`,
	);
	return {
		mounts: lines,
		start: [
			`cd ${quoteShell(cage.directory)}`,
			// Makes the cage the root of the mount namespace, so that no directory above is reachable through an open descriptor.
			...(without.includes("root") ? [] : ["mount -n --move . /"]),
			...start(spec, join(launchDirectory, baseName(cage.confiner)), cage.hidesLaunch ? hiddenLaunch : launchDirectory),
		],
	};
}

/** The confiner enters `.launch` before it unmounts it. */
const hiddenLaunch = pathFromText(".");

/** Returns a mount's flags without those that this launch omits. */
type Options = (text: string) => string;

function copyTools(spec: LaunchSpec, cage: CageRoot, launch: string): string[] {
	const ours = ownPrograms(spec, cage.confiner);
	const copied = ours.flatMap(([name, file]) => (cage.inScript?.[name] ? [] : [file]));
	const written = ours.flatMap(([name, file]) => {
		const content = cage.inScript?.[name];
		if (!content) return [];
		const target = `${launch}/${quoteShell(baseName(file))}`;
		return [
			`echo ${Buffer.from(content).toString("base64")} | base64 -d >${target}`,
			`chmod ${name === "acceptor" ? 755 : 700} ${target}`,
		];
	});
	const [first] = cage.hostFiles;
	const links =
		first === undefined || !cage.names.length
			? []
			: [`for name in ${quoteShellLine(cage.names)}; do ln ${launch}/${quoteShell(baseName(first))} ${launch}/"$name"; done`];
	const files = [...copied, ...cage.hostFiles];
	return [...(files.length ? [copyFiles(files, launch)] : []), ...links, ...written];
}

/** The launch's own socket for sd_notify(3). systemd's would reach the host's PID 1. */
export function notifySteps({ notifications }: LaunchSpec, inside: (path: Path) => string, options: Options): string[] {
	if (notifications === undefined) return [];
	const place = inside(notifySocket);
	return [`: >${place}`, `mount -n -o ${options("bind,ro,nosuid,nodev,noexec")} ${quoteShell(notifications)} ${place}`];
}

/**
 * Passes the service's secrets in files that only its account reads, as systemd does: in memory that is never swapped out, and
 * read-only. Nothing of them is in the cage, so that a renewed secret needs no rebuild.
 */
export function credentialSteps({ identity, service }: LaunchSpec, inside: (path: Path) => string, options: Options): string[] {
	const { credentials = [] } = service ?? {};
	if (!credentials.length) return [];
	const place = inside(credentialsDirectory);
	const files = credentials.map((one) => {
		const target = inside(join(credentialsDirectory, pathFromText(one.name)));
		return `( umask 077; ${credentialText(one)} >${target} ) || exit ${launchFailed}`;
	});
	return [
		`mkdir ${place}`,
		`mount -n -t ramfs -o ${options("nosuid,nodev,noexec,mode=700")} ramfs ${place}`,
		...files,
		`chmod -R a-w,u+rX ${place}`,
		`chown -R ${identity.uid}:${identity.gid} ${place}`,
		`mount -n -o ${options("remount,ro,nosuid,nodev,noexec")} ${place}`,
	];
}

function credentialText({ content, files = [], name }: ServiceCredential): string {
	const sources = files.map((text) => quoteShell(pathFromText(text)));
	const complaint = quoteShell(
		`cagewright-credential: the credential ${name} needs the file ${files[0] ?? ""}; create it, and start again`,
	);
	const other = content === undefined ? `echo ${complaint} >&2; false` : `echo ${content} | base64 -d`;
	return sources.reduceRight((otherwise, source) => `if [ -f ${source} ]; then cat ${source}; else ${otherwise}; fi`, other);
}

/** Mounts an empty directory and binds the cage's own entries into it again, via the still empty `.launch`. */
function temporary(path: Path, cage: CageRoot, inside: (path: Path) => string, options: Options): string[] {
	const mount = `mount -n -t tmpfs -o ${options(`nosuid,nodev,noexec,${temporaryLimits},mode=1777`)} tmpfs ${inside(path)}`;
	const temporaryEntries = cage.temporaryEntries.filter((one) => isWithin(one.path, path));
	if (!temporaryEntries.length) return [mount];
	const lines = [`mount -n --bind ${inside(path)} ${inside(launchDirectory)}`, mount];
	for (const one of temporaryEntries) {
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

/** Creates a node, or binds the host's in a user namespace. `ro` protects the node's mode and owner, not the device. */
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
 * Mounts only the socket, because journald has another one next to it that takes commands. The mount is in the launcher's own
 * /dev, where the application cannot place a link. systemd holds journald's socket, so it survives a restart; if another daemon
 * recreates its socket, only the next start uses it. The application also starts without a syslog daemon, whose messages are
 * lost as on the host.
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
 * Mounts /proc with its own processes only, and with the machine's files only by permission. Files that reveal more than
 * monitoring needs, or that act when written, are covered by a harmless one. Everything is new and read-only, because uid 0 can
 * change kernel settings without capabilities. With `ownProcess`, the files of its processes are writable.
 */
function kernelSteps(
	{ directory, kernelProc, ownProcess, proc, sys }: CageRoot,
	inside: (path: Path) => string,
	options: Options,
): string[] {
	const place = inside(pathFromText("/proc"));
	const mounted = (type: string, more: string, at: string, access = "ro") =>
		`mount -n -t ${type} -o ${options(`${access},nosuid,nodev,noexec${more}`) || "defaults"} ${type} ${at}`;
	const access = ownProcess ? "rw" : "ro";
	const locked = ownProcess ? lockSettings(join(directory, pathFromText("proc")), options("bind,ro,nosuid,nodev,noexec")) : [];
	const lines: string[] = [];
	if (kernelProc) {
		const cover = `mount -n -o ${options("bind,ro,nosuid,nodev,noexec")} ${place}/version ${place}/"$name"`;
		lines.push(
			mounted("proc", ",hidepid=invisible", place, access),
			...locked,
			`for name in ${coveredKernelFiles.join(" ")}; do [ ! -e ${place}/"$name" ] || ${cover}; done`,
		);
	} else if (proc) lines.push(mounted("proc", ",hidepid=invisible,subset=pid", place, access), ...locked);
	if (sys) {
		const empty = `mount -n -t tmpfs -o ${options("ro,nosuid,nodev,noexec,size=4k,mode=755") || "defaults"} tmpfs "$directory"`;
		lines.push(
			mounted("sysfs", "", inside(pathFromText("/sys"))),
			`for directory in ${coveredSysDirectories.map(inside).join(" ")}; do [ ! -d "$directory" ] || ${empty}; done`,
		);
	}
	return lines;
}

/**
 * Makes everything in a writable /proc read-only that is not of a process. Modes and owners do not protect the kernel's settings from
 * uid 0, even without capabilities, and a mode that it changes there is changed for the whole machine (measured). The init is our own
 * process, which it must not change either. `proc`: where it is mounted.
 */
export function lockSettings(proc: Path, options: string): string[] {
	// As fstab(5) writes special characters.
	const written = proc.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
	const place = quoteShell(written as Path);
	const line = `printf '%s/%s %s/%s none ${options}\\n' ${place} "$setting" ${place} "$setting"`;
	return [
		// A process for each of some fifty files takes twenty times as long as one that reads a table. It must be a regular file.
		"mount -n -t tmpfs -o size=1m,mode=700 tmpfs /sys",
		// Looks at no other process, because it may end meanwhile.
		`( cd ${quoteShell(proc)} || exit ${launchFailed}`,
		'for setting in [!0-9]* 1; do [ ! -L "$setting" ] || continue',
		`{ [ -d "$setting" ] || [ -f "$setting" ]; } && ${line} || exit ${launchFailed}`,
		"done >/sys/table ) || exit",
		`mount -n -a -T /sys/table || exit ${launchFailed}`,
		"umount -n /sys",
	];
}

/**
 * Mounts only the socket, because its directory holds more than the application may see. Without its service, the application finds an
 * empty file, to which nobody can connect. If the service creates a new socket, the next start mounts it.
 */
function mountSocket(socket: Path, target: string, options: Options): string[] {
	const source = quoteShell(socket);
	const flags = options("bind,ro,nosuid,nodev,noexec");
	return [`if [ -S ${source} ]; then`, `mount -n -o ${flags} ${source} ${target}`, ...verifyFile(socket, target), "fi"];
}

/** A unix socket is found by its inode (unix(7)), which differs in an overlay. Its service may have put a link there. */
export function showSocket(socket: Path, target: string): string[] {
	return [`if [ -S ${target} ]; then`, `mount -n --bind ${quoteShell(socket)} ${target}`, ...verifyFile(socket, target), "fi"];
}

/** In a writable directory, the application may have put anything there, or nothing. It does not run yet, so that this stays. */
function mountPoint(target: string, isFile: boolean): string {
	const [is, make] = isFile ? ["-f", `: >${target}`] : ["-d", `mkdir ${target}`];
	return `[ ${is} ${target} ] && [ ! -L ${target} ] || { rm -f ${target} && ${make}; } || exit ${launchFailed}`;
}

function cageMount(mount: CageMount, target: string, options: Options, isRootless: boolean): string[] {
	const flags = options(mount.access === "rw" ? `rw,nosuid,nodev${mount.isExecutable ? "" : ",noexec"}` : "ro,nosuid,nodev");
	const { created, isSocket, scratch, source } = mount;
	if (isSocket) return mountSocket(source, target, options);
	if (created) {
		const verified = created.isFile ? verifyFile(source, target) : [];
		return [...createSource(source, created), `mount -n -o bind,${flags} ${quoteShell(source)} ${target}`, ...verified];
	}
	if (scratch === undefined) return [`mount -n -o bind,${flags} ${quoteShell(source)} ${target}`, ...verifyMount(mount, target)];
	return [
		...overlayIn({ ...mount, scratch, lower: source }, target, `,${flags}`, isRootless),
		...verifyMount(mount, quoteShell(join(scratch, pathFromText("lower")))),
	];
}

/** Only root can replace the directory or one above it, so nothing is compared. */
function createSource(source: Path, created: DirectoryOwner): string[] {
	const { isFile } = created;
	const place = quoteShell(source);
	const kind = isFile ? "file" : "directory";
	const complaint = quoteShell(`cagewright-bind: ${showPath(source)} is no ${kind}; remove what is there, and start again`);
	const create = (isFile ? createFile : createDirectory)(place, created);
	return [
		`[ -e ${place} ] || ${create} || exit ${launchFailed}`,
		`{ [ -${isFile ? "f" : "d"} ${place} ] && [ ! -L ${place} ]; } || { echo ${complaint} >&2; exit ${launchFailed}; }`,
	];
}

/** Returns a shell command for a new directory at `place`, a quoted word. It stays root's until it has those below it. */
export function createDirectory(place: string, { below = [], ...owner }: DirectoryOwner): string {
	const give = (target: string, { gid, mode, uid }: Omit<DirectoryBelow, "path">) =>
		`chown ${uid}:${gid} ${target} && chmod ${octal(mode)} ${target}`;
	const inside = below.map((one) => {
		const target = `${place}/${quoteShell(pathFromText(one.path))}`;
		return `mkdir -m 700 ${target} && ${give(target, one)}`;
	});
	return `{ ${[`mkdir -m 700 ${place}`, ...inside, give(place, owner)].join(" && ")}; }`;
}

/**
 * Returns a shell command for a new file at `place`, a quoted word. Owner and mode are set through its descriptor, because somebody who
 * may write in its directory could replace the name by a link.
 */
export function createFile(place: string, { gid, mode, uid }: Pick<DirectoryOwner, "gid" | "mode" | "uid">): string {
	const file = "/proc/self/fd/3";
	return `( set -C; umask 077; exec 3>${place} && chown ${uid}:${gid} ${file} && chmod ${octal(mode)} ${file} )`;
}

/** A group may be able to replace a file in a directory of many services. stat(1) follows no link. */
function verifyFile(source: Path, target: string): string[] {
	const complaint = quoteShell(
		`cagewright-bind: ${showPath(source)} was replaced during the start; find out by whom, and start again`,
	);
	return [
		`[ "$(stat -c %d:%i ${quoteShell(source)})" = "$(stat -c %d:%i ${target})" ] || { echo ${complaint} >&2; exit ${launchFailed}; }`,
	];
}

/** mount(8) follows links, so replacing a directory by a link would change what is mounted. */
function verifyMount({ identity, source }: CageMount, mounted: string): string[] {
	if (identity === undefined) return [];
	const complaint = quoteShell(
		`cagewright-bind: ${showPath(source)} was replaced during the start; find out by whom, and start again`,
	);
	return [`[ "$(stat -c %d:%i ${mounted})" = ${identity} ] || { echo ${complaint} >&2; exit ${launchFailed}; }`];
}
