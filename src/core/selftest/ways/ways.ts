import type { Group, Way } from "../way.ts";
import { files } from "./files.ts";
import { kernel, memory } from "./kernel.ts";
import { namespaces, rights } from "./namespaces.ts";
import { inherited, processes, sockets } from "./processes.ts";

/** All escape techniques by target. */
export const ways: Readonly<Record<Group, readonly Way[]>> = {
	files,
	inherited,
	processes,
	namespaces,
	kernel,
	memory,
	sockets,
	rights,
};
