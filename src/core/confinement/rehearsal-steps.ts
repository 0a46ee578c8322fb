import { quoteShell } from "../path/quote.ts";
import { initInside, type LaunchSpec, launchDirectory, type RehearsalRoot } from "./launch.ts";
import { overlayIn } from "./overlay.ts";
import { start } from "./start.ts";

/** The steps that lay overlays over the host, make that the root, and start the application in it. */
export function rehearsalSteps(spec: LaunchSpec, rehearsal: RehearsalRoot): string[] {
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
		`cp ${quoteShell(spec.init)} ${quoteShell(spec.environment)} ${quoteShell(launch)}`,
		`cd ${quoteShell(rehearsal.directory)}`,
		"mount -n --move . /",
	);
	lines.push(...start(spec, [], rehearsal.capabilities, initInside));
	return lines;
}
