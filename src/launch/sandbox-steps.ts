import { baseName, join, type Path, parent, pathFromText } from "../base/path/path.ts";
import { quoteShell, quoteShellLine } from "../base/path/quote.ts";
import { octal } from "../base/text.ts";
import { launchDirectory, syslogName } from "../confine/places.ts";
import { privateTopOf } from "../plan/dedicated.ts";
import { credentialSteps, deviceSteps, lockSettings, notifySteps, showSocket } from "./cage-steps.ts";
import { enterExisting } from "./emptied.ts";
import type { LaunchSpec, LaunchSteps, SandboxRoot } from "./launch.ts";
import { layersSize, preparedOverlay, prepareLayers, type SandboxLayer } from "./overlay.ts";
import { copyFiles, ownPrograms, start } from "./start.ts";

/**
 * Returns the steps that mount overlays over the host, and those that make them the root and start the application. Every
 * program here is the host's own, because the application's first run may have replaced one in the new root.
 * docs/security.md lists what an application can reach from here.
 */
export function sandboxSteps(spec: LaunchSpec, sandbox: SandboxRoot): LaunchSteps {
	const isRootless = spec.rootless !== undefined;
	const inside = (path: Path) => quoteShell(path === "/" ? sandbox.directory : `${sandbox.directory}${path}`);
	const lines: string[] = [];
	if (sandbox.memory !== undefined) {
		const memory = quoteShell(sandbox.memory);
		const layers = sandbox.mounts.filter((mount): mount is Extract<typeof mount, SandboxLayer> => mount.kind === "overlay");
		lines.push(
			`mount -n -t tmpfs -o mode=700,size=${layersSize} tmpfs ${memory}`,
			`mkdir -p ${quoteShell(sandbox.directory)}`,
			...prepareLayers(layers),
		);
	}
	for (const mount of sandbox.mounts) lines.push(...mountSteps(mount, sandbox, inside, isRootless));
	for (const socket of sandbox.sockets) {
		const target = inside(socket);
		if (parent(socket) === "/dev")
			lines.push(`rm -f ${target}`, `: >${target}`, `mount -n --bind ${quoteShell(socket)} ${target}`);
		else lines.push(...showSocket(socket, target));
	}
	const asGiven = (text: string) => text;
	lines.push(...notifySteps(spec, inside, asGiven), ...credentialSteps(spec, inside, asGiven), ...directorySteps(spec, sandbox));
	const launch = inside(launchDirectory);
	const own = ownPrograms(spec, sandbox.confiner).map(([, path]) => path);
	lines.push(
		// The first run may have left a link here.
		`[ ! -L ${launch} ] || rm ${launch}`,
		`[ -d ${launch} ] || mkdir ${launch}`,
		`mount -n -t tmpfs -o nosuid,nodev,size=64m,mode=755 tmpfs ${launch}`,
		copyFiles(own, launch),
		...logSteps(sandbox, inside),
		`mount -n -o remount,ro,nosuid,nodev ${launch}`,
	);
	const confiner = `.${join(launchDirectory, baseName(sandbox.confiner))}` as Path;
	return {
		mounts: lines,
		start: [`cd ${quoteShell(sandbox.directory)}`, ...start(spec, confiner, launchDirectory)],
	};
}

/** Share of the machine's memory for /dev/shm. */
const sharedMemorySize = "20%";

function mountSteps(
	mount: SandboxRoot["mounts"][number],
	sandbox: SandboxRoot,
	inside: (path: Path) => string,
	isRootless: boolean,
): string[] {
	const target = inside(mount.path);
	// Mounts may disappear, and so may files in /tmp and /run, where a rootless launch mounts each entry.
	const isMade = isRootless && mount.kind === "file";
	const isThere = `[ -e ${quoteShell(mount.path)} ]${isMade ? "" : ` && [ -e ${target} ]`}`;
	const ifThere = (steps: string[]) => (mount.path === "/" ? steps : [`if ${isThere}; then`, ...steps, "fi"]);
	const source = quoteShell(mount.path);
	const bind = (options: string) => `mount -n -o ${options} ${source} ${target}`;
	// mount(8) before 2.39 removes each flag that it is not given, which a user namespace forbids.
	const [first, second] = isRootless
		? ["bind,ro", `"bind,$(findmnt -n -o VFS-OPTIONS --target ${source}),ro"`]
		: ["bind,ro,nosuid,nodev", "bind,ro,nosuid,nodev"];
	// It may also disappear between the check and the mount. A message about that would count as the reason if the launch fails.
	const show = `${bind(first)} 2>/dev/null || if ${isThere}; then ${bind(second)} || exit 1; fi`;
	switch (mount.kind) {
		case "overlay": {
			const flags = `${isRootless ? ",userxattr" : ""},nosuid,nodev${mount.readOnly ? ",ro" : ""}`;
			return ifThere(preparedOverlay(mount.scratch, target, flags, mount.path === "/" ? undefined : show));
		}
		case "bind":
			return ifThere([show]);
		case "file":
			return ifThere([...(isRootless ? [`: >${target}`] : []), show]);
		case "skeleton":
			return [`mount -n -t tmpfs -o nosuid,nodev,mode=555 tmpfs ${target}`, ...folderSteps(sandbox)];
		case "folder":
			return []; // made with the skeleton
		case "link":
			return [`ln -s -- ${quoteShell(mount.target)} ${target}`];
		case "dev":
			return devSteps(sandbox, inside, isRootless);
		case "proc":
			if (isRootless) return [`mount -n -t proc -o ro,nosuid,nodev,noexec proc ${target}`];
			return [
				`mount -n -t proc -o nosuid,nodev,noexec proc ${target}`,
				...lockSettings(`${sandbox.directory}${mount.path}` as Path, "bind,ro,nosuid,nodev,noexec"),
			];
		case "sysfs":
			// Modes and owners do not protect this from uid 0, even without capabilities.
			return [`mount -n -t sysfs -o ro,nosuid,nodev,noexec sysfs ${target}`];
		default:
			return mount satisfies never;
	}
}

/** A link, because a syslog daemon removes the file at `/dev/log` and creates its own socket. */
function logSteps({ log, sockets }: SandboxRoot, inside: (path: Path) => string): string[] {
	if (log === undefined || sockets.includes(syslogName)) return [];
	const [link, place] = [inside(syslogName), join(launchDirectory, baseName(log))];
	return [`: >${inside(place)}`, `mount -n --bind ${quoteShell(log)} ${inside(place)}`, `ln -sfn ${quoteShell(place)} ${link}`];
}

/** Its own /dev, because the host's contains hardware, terminals and logs. */
function devSteps(sandbox: SandboxRoot, inside: (path: Path) => string, isRootless: boolean): string[] {
	const at = (name: string) => inside(pathFromText(`/dev/${name}`));
	const { deviceLinks, devices } = sandbox;
	const words = (paths: readonly Path[]) => paths.map((path) => quoteShell(path)).join(" ");
	const links = deviceLinks.filter((path) => parent(path) === "/dev");
	// The owner of what everybody may use makes no difference.
	const owned = isRootless ? [] : devices.filter(({ mode }) => (mode & 0o6) !== 0o6);
	return [
		`mount -n -t tmpfs -o nosuid,noexec,size=1m,mode=755 tmpfs ${at("")}`,
		// Not by `cp -a`: that of the Rust coreutils copies neither a link to a directory nor a device.
		...(links.length ? [`for link in ${words(links)}; do ln -s -- "$(readlink "$link")" ${at("")}"\${link##*/}"; done`] : []),
		...devices.flatMap((device) => deviceSteps(device, inside, isRootless)),
		...owned.map(({ path }) => `chown "$(stat -c %u:%g ${quoteShell(path)})" ${inside(path)}`),
		`mkdir ${at("pts")} ${at("shm")} ${at("mqueue")}`,
		`ln -s pts/ptmx ${at("ptmx")}`,
		`mount -n -t devpts -o newinstance,nosuid,noexec,mode=620,ptmxmode=666 devpts ${at("pts")}`,
		`mount -n -t tmpfs -o nosuid,nodev,mode=1777,size=${sharedMemorySize} tmpfs ${at("shm")}`,
		`mount -n -t mqueue -o nosuid,nodev,noexec mqueue ${at("mqueue")} || :`, // not in every kernel
	];
}

/**
 * Creates the application's directories and changes the owner of those for its account. The second run finds what the first one
 * left, perhaps a link to a host directory: `into` only enters directories, so nothing outside is created or handed over.
 */
function directorySteps(spec: LaunchSpec, { directories, directory, given, leftovers = [] }: SandboxRoot): string[] {
	if (!directories.length && !given.length && !leftovers.length) return [];
	const isRootless = spec.rootless !== undefined;
	const { gid, uid } = spec.identity;
	const into = (path: Path) => {
		const parts = path.split("/").filter((part) => part !== "");
		return `into ${quoteShell(directory)} ${parts.map((part) => quoteShell(part as Path)).join(" ")}`;
	};
	return [
		...enterDirectory,
		// The host's mounts below stay.
		...leftovers.map((path) => {
			const names = parent(path)
				.split("/")
				.filter((part) => part !== "");
			const entered = quoteShellLine([directory, ...names.map((name) => name as Path)]);
			return `( if enter ${entered}; then rm -rf --one-file-system -- ${quoteShell(`./${baseName(path)}`)} 2>/dev/null || :; fi )`;
		}),
		...directories.flatMap(({ gid, mode, path, uid }) => {
			const own = isRootless ? "" : `chown ${uid}:${gid} . && `;
			return `( if ${into(path)} && [ "$made" = 1 ]; then ${own}chmod ${octal(mode)} .; fi )`;
		}),
		...given.flatMap((path) => {
			if (isRootless) return [`( if ${into(path)}; then chmod u+rwx .; fi )`];
			const top = privateTopOf(path);
			if (top === undefined) return [`( if ${into(path)}; then chown ${uid}:${gid} .; fi )`];
			// Its files belong to the dynamic user's uid; systemd changes their owner at each start too.
			return [`( if ${into(top)}; then chmod 755 .; fi )`, `( if ${into(path)}; then chown -R -h ${uid}:${gid} .; fi )`];
		}),
	];
}

/**
 * `into ROOT NAME…` enters ROOT/NAME/… and creates missing directories (`made`), `enter` creates none. Both fail if a name is not a
 * directory.
 */
const enterDirectory = [
	...enterExisting,
	"into() {",
	"made=",
	'cd "$1"; shift',
	"for name; do",
	'if [ -L "$name" ] || { [ -e "$name" ] && [ ! -d "$name" ]; }; then return 1; fi',
	'[ -d "$name" ] || { mkdir -- "$name" && made=1; } || exit 125',
	'cd -- "./$name" || exit 125',
	"done",
	"}",
];

/** Creates all folders with as few programs as possible: one call for folders of the same mode, unless a parent comes later. */
function folderSteps({ directory, mounts }: SandboxRoot): string[] {
	const runs: { readonly mode: number; readonly targets: string[] }[] = [];
	for (const mount of mounts) {
		if (mount.kind !== "folder") continue;
		if (runs.at(-1)?.mode !== mount.mode) runs.push({ mode: mount.mode, targets: [] });
		runs.at(-1)?.targets.push(quoteShell(`${directory}${mount.path}`));
	}
	return runs.map(({ mode, targets }) => `mkdir -m ${mode.toString(8)} ${targets.join(" ")}`);
}
