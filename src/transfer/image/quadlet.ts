import { isWithin, type Path, pathFromText } from "../../base/path/path.ts";
import { octal } from "../../base/text.ts";
import { launchFailed } from "../../confine/places.ts";
import { lineText, pathText } from "../../unit/lines.ts";
import { isExecutable, memoryDirectories, mountedVolume, podmanPath, volumeNames } from "./podman.ts";
import { imageName, type Workload } from "./workload.ts";

/**
 * Returns units for podman's generator (podman-systemd.unit(5)) by file name. Throws `unit-inexpressible` (exit 2). A volume is created
 * from the image's directory, with its owner and mode.
 */
export function quadletUnits(workload: Workload): Map<string, string> {
	const { binds, capabilities, devices, identity, image, limits, name, network } = workload;
	const offered = offeredDirectories(workload);
	const volumes = volumeNames({ name, volumes: workload.volumes.filter((one) => !offered.includes(one)) });
	const others = identity.groups.filter((gid) => gid !== identity.gid);
	const line = (key: string, values: readonly string[]) => values.map((value) => `${key}=${value}`);
	const container = [
		"[Unit]",
		`Description=${lineText("Description", `${name} in its cage`)}`,
		"",
		"[Container]",
		`ContainerName=${imageName(name)}`,
		`Image=${image}`,
		"# The image is loaded by hand and never fetched.",
		"Pull=never",
		"ReadOnly=true",
		"ReadOnlyTmpfs=false",
		...line("Tmpfs", memoryDirectories(workload)),
		"NoNewPrivileges=true",
		"DropCapability=all",
		...line(
			"AddCapability",
			capabilities.map((one) => `CAP_${one.toUpperCase()}`),
		),
		...line("GroupAdd", others.map(String)),
		...(network === "none"
			? ["Network=none"]
			: ["# As in the cage. For a network of its own, replace it by PublishPort=.", "Network=host"]),
		...line(
			"AddDevice",
			devices.map((path) => plainPath("AddDevice", path)),
		),
		...line(
			"Volume",
			[...volumes].map(([path, volume]) =>
				mountedVolume(`${volume}.volume`, plainPath("Volume", path), "rw", isExecutable(workload, path)),
			),
		),
		...line(
			"Volume",
			offered.map(({ path }) => mountedVolume(ofManager(path), path, "rw", isExecutable(workload, path))),
		),
		...line(
			"Volume",
			binds.map(({ access, path: text }) => {
				const path = plainPath("Volume", pathFromText(text));
				return mountedVolume(path, path, access, isExecutable(workload, pathFromText(text)));
			}),
		),
		...(limits.processes === undefined ? [] : [`PidsLimit=${limits.processes}`]),
		...(limits.files === undefined ? [] : [`Ulimit=nofile=${limits.files}`]),
		...(limits.memory === undefined ? [] : [`PodmanArgs=--memory=${limits.memory}`]),
		"LogDriver=journald",
		"StopTimeout=90",
		"",
		"[Service]",
		...(offered.length ? ["# Clients find its sockets at the same paths, and in a user's manager below $XDG_RUNTIME_DIR."] : []),
		...line("ExecStartPre", offered.map(installLine)),
		...line("ExecStopPost", offered.map(removeLine)),
		"Restart=on-failure",
		`RestartPreventExitStatus=${launchFailed}`,
		"TimeoutStopSec=100",
		"",
		"[Install]",
		"WantedBy=multi-user.target default.target",
		"",
	];
	return new Map([
		[`${imageName(name)}.container`, container.join("\n")],
		...[...volumes.values()].map((volume): [string, string] => [`${volume}.volume`, `[Volume]\nVolumeName=${volume}\n`]),
	]);
}

const run = pathFromText("/run");

/** Directories below /run, which contain sockets for clients and nothing that outlives the service. Their paths need no quotes. */
function offeredDirectories({ volumes }: Workload): Workload["volumes"] {
	return volumes.filter(({ path }) => isWithin(path, run) && path !== run && /^[\w./-]+$/.test(path));
}

/** /run, or the user's own runtime directory (systemd.unit(5)). */
function ofManager(path: Path): string {
	return `%t${path.slice(run.length)}`;
}

/** RuntimeDirectory= would give the directory to root again before it starts podman (systemd.exec(5)). */
function installLine({ gid, mode, path, uid }: Workload["volumes"][number]): string {
	return asImage(`install -d -m ${octal(mode)} -o ${uid} -g ${gid} ${ofManager(path)}`);
}

function removeLine({ path }: Workload["volumes"][number]): string {
	return asImage(`rm -rf ${ofManager(path)}`);
}

/** An account of the image has another number outside if podman runs without root. */
function asImage(command: string): string {
	return `/bin/sh -c 'test "$$(id -u)" = 0 || set -- podman unshare; exec "$$@" ${command}'`;
}

function plainPath(setting: string, path: Path): string {
	return pathText(setting, podmanPath(setting, path));
}
