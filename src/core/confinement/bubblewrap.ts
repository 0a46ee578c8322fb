import { baseName, join, type Path, parent, pathFromText } from "../path/path.ts";
import { quoteShell, quoteShellLine } from "../path/quote.ts";
import { deviceLinks } from "./cage-steps.ts";
import { type CageMount, type CageRoot, initInside, type LaunchSpec, launchDirectory, temporaryDirectories } from "./launch.ts";
import { upperLayer } from "./overlay.ts";
import { applicationWords, confineWords, insideTool } from "./start.ts";

/**
 * The same cage by bwrap(1), where util-linux is too old or missing: it makes the namespaces and the mounts in one process and drops
 * the capabilities that the last steps do not need. What follows inside (confiner, init, account) is the same.
 */

/**
 * Needed by the init (KILL), by setpriv to become the account and to limit what it can get back, and to reach the application's
 * directories (DAC_READ_SEARCH). The application itself keeps none of them, unless the plan says so.
 */
const neededInside = ["kill", "setuid", "setgid", "setpcap", "dac_read_search"];

/** For `sh -eu`: checks and layers, then bwrap in place of the shell, so that it dies with whoever started that. */
export function bubblewrapScript(spec: LaunchSpec, cage: CageRoot): string {
	const lines = [
		"umask 022",
		...(spec.starter === undefined ? [] : [`[ -e /proc/${spec.starter}/exe ]`]),
		...cage.devices.flatMap(sameNode),
		...cage.mounts.flatMap((mount) => (mount.scratch === undefined ? [] : upperLayer(mount.scratch, mount.source))),
		"cd /",
		...(cage.syslog === undefined ? ["set --"] : syslogWords(cage.syslog)),
		...execution(spec, cage),
	];
	return `${lines.join("\n")}\n`;
}

/** The host's node is brought in, so it has to be the one that was planned. stat(1) prints hexadecimal. */
function sameNode({ major, minor, path }: CageRoot["devices"][number]): string[] {
	const number = `${major.toString(16)}:${minor.toString(16)}`;
	return [
		`[ "$(stat -c %t:%T ${quoteShell(path)})" = ${number} ] || { echo ${quoteShellLine([`sh: ${path} is another device`])} >&2; exit 1; }`,
	];
}

/** A host whose syslog is away keeps no application from its start. */
function syslogWords(socket: Path): string[] {
	const source = parent(socket);
	const bound = ["--ro-bind", source, pathFromText("/dev/syslog")];
	const link = ["--symlink", `syslog/${baseName(socket)}`, "/dev/log"];
	return [`if [ -d ${quoteShell(source)} ]; then set -- ${quoteShellLine([...bound, ...link])}; else set --; fi`];
}

/** bwrap and its words; those of the syslog are the shell's own. */
function execution(spec: LaunchSpec, cage: CageRoot): string[] {
	const before = [
		...["exec", "bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup"],
		...(spec.network === "host" || spec.joins !== undefined ? [] : ["--unshare-net"]),
		...["--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"],
		...[...neededInside, ...cage.capabilities].flatMap((name) => ["--cap-add", `CAP_${name.toUpperCase()}`]),
		// The directory is entered here too: bwrap sets PWD to wherever it is, even with --clearenv (measured).
		...["--clearenv", "--chdir", pathFromText(spec.cwd)],
		...Object.entries(spec.env).flatMap(([name, value]) => ["--setenv", name, pathFromText(value)]),
		...["--ro-bind", cage.directory, "/"],
		...temporaryDirectories.flatMap((path) => [...emptyAt(path, "1777"), ...keptIn(path, cage)]),
		...cage.mounts.flatMap(mountWords),
		...emptyAt(pathFromText("/dev"), "0755"),
		...cage.devices.flatMap(({ path }) => ["--dev-bind", path, path]),
		...deviceLinks.flatMap(([name, target]) => ["--symlink", target, `/dev/${name}`]),
	];
	const after = [
		...emptyAt(pathFromText("/dev/shm"), "1777"),
		...["--remount-ro", "/dev"],
		...(cage.proc ? ["--proc", "/proc"] : []),
		...emptyAt(launchDirectory, "0755"),
		...[...new Set([spec.setpriv, ...cage.tools, ...cage.brought])].flatMap((file) => ["--ro-bind", file, inLaunch(file)]),
	];
	const inside = [
		...["--remount-ro", launchDirectory, "--"],
		...confineWords(cage, insideTool(spec, cage)),
		...[initInside, pathFromText(spec.cwd)],
		...applicationWords(spec, cage.capabilities, insideTool(spec, cage)),
	];
	const ours = [spec.init, cage.confiner.file];
	const command = (brought: readonly string[]) =>
		`${quoteShellLine(before)} "$@" ${quoteShellLine([...after, ...brought, ...inside])}`;
	if (cage.inScript === undefined) return [command(ours.flatMap((file) => ["--ro-bind", file, inLaunch(file)]))];
	const contents = [cage.inScript.init, cage.inScript.confiner];
	const read = ours.flatMap((file, index) => ["--perms", "0755", "--ro-bind-data", String(8 + index), inLaunch(file)]);
	return [...contents.flatMap((bytes, index) => openContent(bytes, 8 + index)), command(read)];
}

/** Bytes as an open descriptor, by way of a file that is gone before anything else happens. */
const openContent = (bytes: Uint8Array, descriptor: number) => [
	"file=$(mktemp)",
	`echo ${Buffer.from(bytes).toString("base64")} | base64 -d >"$file"`,
	`exec ${descriptor}<"$file"`,
	'rm "$file"',
];

const inLaunch = (file: Path) => join(launchDirectory, baseName(file));

function emptyAt(path: Path, mode: string): string[] {
	return ["--perms", mode, "--tmpfs", path];
}

function keptIn(directory: Path, cage: CageRoot): string[] {
	return cage.kept
		.filter(({ path }) => parent(path) === directory)
		.flatMap(({ kind, path, target }) =>
			kind === "symlink" ? ["--symlink", target ?? "", path] : ["--ro-bind", `${cage.directory}${path}`, path],
		);
}

function mountWords({ access, path, scratch, source }: CageMount): string[] {
	if (scratch === undefined) return [access === "rw" ? "--bind" : "--ro-bind", source, path];
	const layer = (name: string) => join(scratch, pathFromText(name));
	return ["--overlay-src", source, "--overlay", layer("upper"), layer("work"), path];
}
