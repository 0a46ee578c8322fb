import type { Group, Technique } from "../technique.ts";
import { files } from "./files.ts";
import { kernel, memory } from "./kernel.ts";
import { namespaces, rights } from "./namespaces.ts";
import { inherited, processes, sockets } from "./processes.ts";

/** All escape techniques by target. */
export const techniques: Readonly<Record<Group, readonly Technique[]>> = {
	files,
	inherited,
	processes,
	namespaces,
	kernel,
	memory,
	sockets,
	rights,
};

export const allTechniques = Object.values(techniques).flat();
