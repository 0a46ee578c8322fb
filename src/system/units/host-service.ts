import { socketPlace } from "../../core/application/passed-socket.ts";
import { applicationFromUnit } from "../../core/application/unit-application.ts";
import { isPassed, type SocketAddress } from "../../core/application/unit-sockets.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import type { HostService } from "../../engine/systemd-ports.ts";
import { UnitFiles } from "./unit-files.ts";
import { UnitTree } from "./unit-tree.ts";

/** The service and its drop-ins, read from the unit files below `root`. Undefined if there is none of that name or it is masked. */
export function hostService(name: string, root = "/"): HostService | undefined {
	const service = new UnitFiles(new UnitTree(root)).load(name);
	if (service === undefined) return undefined;
	const { files, surroundings, texts, unit } = service;
	const { reloadSignal } = applicationFromUnit(unit, surroundings);
	const sockets = (surroundings.sockets ?? []).filter((socket) => !socket.accept && isPassed(socket, unit));
	return {
		name: unit.name.full,
		files,
		texts,
		sockets: sockets.map((socket) => socket.name),
		socketPaths: sockets.flatMap(({ listens }) => listens.flatMap(pathOf)),
		...(reloadSignal === undefined ? {} : { reloadSignal }),
		reloads: unit.execReload.length > 0,
	};
}

function pathOf({ address, kind }: SocketAddress): Path[] {
	const place = kind === "other" ? undefined : socketPlace(address);
	return place?.family === "unix" ? [pathFromText(place.path)] : [];
}
