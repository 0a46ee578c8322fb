import { type Path, root } from "../path/path.ts";
import { quoteShell } from "../path/quote.ts";
import { initInside, type LaunchSpec, launchDirectory, type RehearsalRoot } from "./launch.ts";
import { overlayIn, preparedOverlay, prepareLayers } from "./overlay.ts";
import { start } from "./start.ts";

/** The steps that lay overlays over the host, make that the root, and start the application in it. */
export function rehearsalSteps(spec: LaunchSpec, rehearsal: RehearsalRoot): string[] {
	const lines: string[] = [];
	const isRootless = spec.rootless !== undefined;
	// Mounts come and go, and so does what lies in /tmp and /run, where without root each name in a directory may be a mount.
	const ifThere = (path: Path, steps: string[]) =>
		path === root ? steps : [`if [ -e ${quoteShell(path)} ]; then`, ...steps, "fi"];
	if (rehearsal.memory !== undefined) {
		const memory = quoteShell(rehearsal.memory);
		lines.push(`mount -n -t tmpfs -o mode=700 tmpfs ${memory}`, `mkdir -p ${quoteShell(rehearsal.directory)}`);
		for (const mount of rehearsal.mounts) if (mount.kind === "overlay") lines.push(`mkdir -p ${quoteShell(mount.scratch)}`);
	}
	for (const mount of rehearsal.mounts) {
		const target = quoteShell(mount.path === "/" ? rehearsal.directory : `${rehearsal.directory}${mount.path}`);
		switch (mount.kind) {
			case "overlay":
				lines.push(
					...ifThere(
						mount.path,
						mount.mode === undefined
							? overlayIn(mount.scratch, mount.path, target, "", false)
							: preparedOverlay(mount.scratch, mount.path, target),
					),
				);
				break;
			case "bind":
				lines.push(...ifThere(mount.path, [`mount -n --bind ${quoteShell(mount.path)} ${target}`]));
				break;
			case "skeleton":
				lines.push(`mount -n -t tmpfs -o nosuid,nodev,mode=555 tmpfs ${target}`, ...skeleton(rehearsal));
				break;
			case "folder":
				break; // made with the skeleton
			case "link":
				lines.push(`ln -s -- ${quoteShell(mount.target)} ${target}`);
				break;
			case "file":
				lines.push(...ifThere(mount.path, [`: >${target}`, `mount -n -o bind,ro ${quoteShell(mount.path)} ${target}`]));
				break;
			case "tree":
				lines.push(`mount -n --rbind ${quoteShell(mount.path)} ${target}`);
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
		const own = isRootless ? "" : ` && chown ${uid}:${gid} ${target}`;
		lines.push(`[ -d ${target} ] || { mkdir -p ${target}${own} && chmod ${bits} ${target}; }`);
	}
	const { uid, gid } = spec.identity;
	for (const directory of rehearsal.given) {
		const target = quoteShell(`${rehearsal.directory}${directory}`);
		lines.push(`mkdir -p ${target}`, isRootless ? `chmod u+rwx ${target}` : `chown ${uid}:${gid} ${target}`);
	}
	const launch = `${rehearsal.directory}${launchDirectory}`;
	lines.push(
		`mkdir -p ${quoteShell(launch)}`,
		`cp ${quoteShell(spec.init)} ${quoteShell(spec.environment)} ${quoteShell(launch)}`,
		`cd ${quoteShell(rehearsal.directory)}`,
		"mount -n --move . /",
	);
	lines.push(...start(spec, [], rehearsal.capabilities, initInside));
	return lines;
}

/** All folders and layers by as few programs as can be. Those of one mode are made at once, as long as none comes before what holds it. */
function skeleton({ directory, mounts }: RehearsalRoot): string[] {
	const runs: { readonly mode: number; readonly targets: string[] }[] = [];
	for (const mount of mounts) {
		if (mount.kind !== "folder") continue;
		if (runs.at(-1)?.mode !== mount.mode) runs.push({ mode: mount.mode, targets: [] });
		runs.at(-1)?.targets.push(quoteShell(`${directory}${mount.path}`));
	}
	const layers = mounts.flatMap((mount) =>
		mount.kind === "overlay" && mount.mode !== undefined ? [{ scratch: mount.scratch, mode: mount.mode }] : [],
	);
	return [...runs.map(({ mode, targets }) => `mkdir -m ${mode.toString(8)} ${targets.join(" ")}`), ...prepareLayers(layers)];
}
