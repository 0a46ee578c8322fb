import type { FileStatus } from "../machine/facts.ts";
import { type Path, pathFromText } from "../path/path.ts";

/** Devices without state and without a way to anything else (null(4), full(4), random(4)). */
const harmless = new Set(["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]);

const memory = 1;
/** Memory, kernel log and ports of the machine: they lead out of any cage (mem(4)). */
const neverMinorsOfMemory = new Set([1, 2, 4, 11]); // mem, kmem, port, kmsg

/** Disks by another name (SCSI generic, raw) and the processor's registers (msr), as the kernel's list of devices numbers them. */
const neverMajors = new Set([21, 162, 202]);

export const nullDevice = pathFromText("/dev/null");

/**
 * `give`: goes in when it was used. `ask`: only when the administrator names it. `refuse`: never, whoever asks: block devices
 * are the host's disks.
 */
export function judgeDevice(path: Path, status: FileStatus): "give" | "ask" | "refuse" {
	if (status.kind === "block-device") return "refuse";
	const { major, minor } = status.device ?? { major: 0, minor: 0 };
	if (neverMajors.has(major) || (major === memory && neverMinorsOfMemory.has(minor))) return "refuse";
	// The name alone proves nothing.
	return harmless.has(path) && major === memory ? "give" : "ask";
}
