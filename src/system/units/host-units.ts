import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { socketPlace } from "../../core/application/handed-socket.ts";
import { applicationFromUnit } from "../../core/application/unit-application.ts";
import { isHanded, type SocketAddress } from "../../core/application/unit-sockets.ts";
import { administratorsUnits } from "../../core/confinement/unit/installed.ts";
import { Failure } from "../../core/failure.ts";
import { baseName, join as joinPath, type Path, parent, pathFromText } from "../../core/path/path.ts";
import { printable } from "../../core/path/quote.ts";
import type { HostService, Units } from "../../engine/systemd-ports.ts";
import { complaints, exposure } from "./analyze.ts";
import { hooksFor } from "./hooks.ts";
import { installedFor, presentPlace, readInstalled, removeInstalled, writeInstalled } from "./installed.ts";
import { UnitFiles } from "./unit-files.ts";
import { UnitTree } from "./unit-tree.ts";

/** Units of this machine, or of the system whose file tree is `root`: an image, which no systemd runs from. */
export function systemUnits(root = "/"): Units {
	const inTree = (place: Path) => pathFromText(join(root, place));
	return {
		version: systemdVersion,
		service: (name) => hostService(name, root),
		complaints,
		exposure,
		installedFor: (cage) => installedFor(inTree(administratorsUnits), cage),
		hooksFor: (cage) => hooksFor(inTree, cage),
		installed: (place) => readInstalled(inTree(place)),
		async presentPlace(place) {
			const inside = inTree(place);
			const present = await presentPlace(inside);
			return present === inside ? place : joinPath(parent(place), baseName(present));
		},
		install: (place, text, cage) => writeInstalled(inTree(place), text, cage),
		uninstall: (place) => removeInstalled(inTree(place)),
		reload: () => (root === "/" && isBooted() ? daemonReload() : Promise.resolve(false)),
	};
}

/** sd_booted(3) */
function isBooted(): boolean {
	return existsSync("/run/systemd/system");
}

function daemonReload(): Promise<boolean> {
	return new Promise((resolve, reject) => {
		execFile("/usr/bin/systemctl", ["daemon-reload"], { encoding: "utf8" }, (error, _stdout, stderr) => {
			if (error) reject(new Failure("unit-reload-failed", { problem: printable(stderr.trim() || error.message) }));
			else resolve(true);
		});
	});
}

function hostService(name: string, root: string): HostService | undefined {
	const service = new UnitFiles(new UnitTree(root)).load(name);
	if (service === undefined) return undefined;
	const { files, surroundings, texts, unit } = service;
	const { reloadSignal } = applicationFromUnit(unit, surroundings);
	const sockets = (surroundings.sockets ?? []).filter((socket) => !socket.accept && isHanded(socket, unit));
	return {
		name: unit.name.full,
		files,
		texts,
		sockets: sockets.map((socket) => socket.name),
		socketPaths: sockets.flatMap(({ listens }) => listens.flatMap(pathOf)),
		...(reloadSignal === undefined ? {} : { reloadSignal }),
		forks: unit.type === "forking",
		reloads: unit.execReload.length > 0,
	};
}

function pathOf({ address, kind }: SocketAddress): Path[] {
	const place = kind === "other" ? undefined : socketPlace(address);
	return place?.family === "unix" ? [pathFromText(place.path)] : [];
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
