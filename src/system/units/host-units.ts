import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { applicationFromUnit } from "../../core/application/unit-application.ts";
import { dropinName } from "../../core/confinement/unit/installed.ts";
import type { HostService, Units } from "../../engine/ports.ts";
import { UnitFiles } from "./unit-files.ts";
import { UnitTree } from "./unit-tree.ts";

/** Units of this machine, or below another root (an image, a test). */
export function systemUnits(root = "/"): Units {
	return {
		version: systemdVersion,
		service: (name) => hostService(name, root),
	};
}

function hostService(name: string, root: string): HostService | undefined {
	const service = new UnitFiles(new UnitTree(root)).load(name, (file) => basename(file) === dropinName);
	if (service === undefined) return undefined;
	const { files, surroundings, texts, unit } = service;
	const { reloadSignal } = applicationFromUnit(unit, surroundings);
	return {
		name: unit.name.full,
		files,
		texts,
		sockets: (surroundings.sockets ?? [])
			.filter((socket) => !socket.accept && (socket.enabled || unit.sockets.includes(socket.name)))
			.map((socket) => socket.name),
		...(reloadSignal === undefined ? {} : { reloadSignal }),
	};
}

const newestKnown = 257;

function systemdVersion(): number {
	try {
		const text = execFileSync("/usr/bin/systemctl", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
		return Number(/^systemd (\d+)/.exec(text)?.[1] ?? newestKnown);
	} catch {
		return newestKnown;
	}
}
