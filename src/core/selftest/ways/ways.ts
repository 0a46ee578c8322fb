import type { Group, Way } from "../way.ts";
import { files } from "./files.ts";
import { inherited } from "./inherited.ts";
import { kernel } from "./kernel.ts";
import { memory } from "./memory.ts";
import { namespaces } from "./namespaces.ts";
import { processes } from "./processes.ts";
import { rights } from "./rights.ts";
import { sockets } from "./sockets.ts";

/** Every way out that is tried, by what it aims at. */
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
