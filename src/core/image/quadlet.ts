import { launchFailed } from "../confinement/launch.ts";
import { lineText, pathText } from "../confinement/unit/quote.ts";
import { type Path, pathFromText } from "../path/path.ts";
import { isExecutable, memoryDirectories, mountedVolume, podmanPath, volumeNames } from "./podman.ts";
import { imageName, type Workload } from "./workload.ts";

/**
 * Returns units for podman's generator (podman-systemd.unit(5)) by file name. Throws `unit-inexpressible` (exit 2). A volume is created
 * from the image's directory, with its owner and mode.
 */
export function quadletUnits(workload: Workload): Map<string, string> {
	const { binds, capabilities, devices, identity, image, limits, name, network } = workload;
	const volumes = volumeNames(workload);
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

function plainPath(setting: string, path: Path): string {
	return pathText(setting, podmanPath(setting, path));
}
