import type { Group, Permission, StoppingLayer } from "./technique.ts";
import { techniqueList } from "./technique-list.ts";

/** An escape technique: one attempt of native/escape.c. */
export interface Technique {
	readonly id: string;
	/** Layers that stop it; each should be enough. */
	readonly stoppedBy: readonly StoppingLayer[];
	/** Permissions of the cage's plan that allow it: then its success is no escape. */
	readonly opens?: readonly Permission[];
	/** Omitted where it would succeed, because the call makes the kernel load a module. */
	readonly loadsModule: boolean;
}

export type TechniqueId = (typeof techniqueList)[number][0];

const opens: Readonly<Partial<Record<TechniqueId, readonly Permission[]>>> = {
	"file-handle": ["capability dac_read_search"],
	"file-capability": ["capability setfcap"],
	"run-written": ["executable-data"],
	"map-written": ["executable-data"],
	...Object.fromEntries(
		["mount-tmpfs", "mount-bind", "mount-proc", "mount-overlay", "unmount", "pivot-root"].map((id) => [
			id,
			["capability sys_admin"],
		]),
	),
	"set-clock": ["capability sys_time"],
	"adjust-clock": ["capability sys_time"],
	"without-landlock": ["weak landlock"],
	"writable-code": ["writable-code"],
	"code-without-file": ["writable-code"],
	loopback: ["network"],
	"abstract-socket": ["abstract-sockets"],
	"abstract-by-pair": ["abstract-sockets"],
	"other-port": ["ports"],
	...Object.fromEntries(
		["packet", "packet-by-inet", "raw", "raw-inet6", "xdp"].map((family) => [`socket-${family}`, ["capability net_raw"]]),
	),
	"socket-netlink-events": ["uevents"],
	"become-root": ["capability setuid"],
	"join-group": ["capability setgid"],
	"secure-bits": ["capability setpcap"],
	chown: ["capability chown"],
	"raise-limit": ["capability sys_resource"],
	"raise-priority": ["capability sys_nice"],
};

const inGroup = (group: Group): Technique[] =>
	techniqueList.flatMap(([id, itsGroup, layers, module]) => {
		const stoppedBy = layers.split(" ") as StoppingLayer[];
		return itsGroup === group ? [{ id, stoppedBy, loadsModule: module !== "", ...(opens[id] ? { opens: opens[id] } : {}) }] : [];
	});

/** All escape techniques by target, in the order in which they are tried. */
export const techniques: Readonly<Record<Group, readonly Technique[]>> = {
	files: inGroup("files"),
	inherited: inGroup("inherited"),
	processes: inGroup("processes"),
	namespaces: inGroup("namespaces"),
	kernel: inGroup("kernel"),
	memory: inGroup("memory"),
	sockets: inGroup("sockets"),
	rights: inGroup("rights"),
};

export const allTechniques = Object.values(techniques).flat();

/** What each technique tries, in English. */
export const techniqueTitles = Object.fromEntries(techniqueList.map(([id, , , , title]) => [id, title])) as Record<
	TechniqueId,
	string
>;
