import { readFileSync, readlinkSync, statSync } from "node:fs";
import type { Limits } from "../../core/application/application.ts";
import { capabilitiesOfMask } from "../../core/confinement/capabilities.ts";
import { limitsGiven } from "../../core/confinement/limits.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import type { Measured } from "../../engine/ports.ts";
import { heldLimits } from "./limits.ts";

/** Files of /proc/PID/ns (namespaces(7)) and how we call them. */
export const namespaceKinds = {
	mnt: "mount",
	pid: "pid",
	ipc: "ipc",
	uts: "uts",
	cgroup: "cgroup",
	net: "net",
	user: "user",
} as const;

/** Reads what the kernel says of a process; undefined where it ended. */
export function measureConfinement(pid: number, root: Path, limits: Limits = {}): Measured | undefined {
	try {
		const status = readFileSync(`/proc/${pid}/status`, "latin1");
		const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
		const sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((name) => BigInt(`0x${field(name) || "0"}`));
		const all = sets.reduce((union, set) => union | set, 0n);
		const seen = statSync(`/proc/${pid}/root/.`, { bigint: true });
		const wanted = statSync(pathToBytes(root), { bigint: true });
		return {
			inside: seen.dev === wanted.dev && seen.ino === wanted.ino,
			seccomp: field("Seccomp") === "2",
			noNewPrivileges: field("NoNewPrivs") === "1",
			capabilities: capabilitiesOfMask(all.toString(16)),
			namespaces: Object.entries(namespaceKinds).flatMap(([kind, name]) =>
				readlinkSync(`/proc/${pid}/ns/${kind}`) === readlinkSync(`/proc/self/ns/${kind}`) ? [] : [name],
			),
			...(limitsGiven(limits).length ? { limits: heldLimits(pid, limits) } : {}),
		};
	} catch {
		return undefined;
	}
}
