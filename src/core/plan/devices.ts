import type { FileStatus } from "../machine/facts.ts";
import { type Path, pathFromText } from "../path/path.ts";

/** Devices without state and without a way to anything else (null(4), full(4), random(4)); major 1 throughout. */
const harmless = new Set(["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]);

/** Memory, kernel log and ports of the machine: they lead out of any cage (mem(4)). */
const neverMinorsOfMajor1 = new Set([1, 2, 4, 11]); // mem, kmem, port, kmsg

export const nullDevice = pathFromText("/dev/null");

/**
 * `give`: goes in when it was used. `ask`: only when the administrator names it. `refuse`: never, whoever asks: block devices
 * are the host's disks.
 */
export function judgeDevice(path: Path, status: FileStatus): "give" | "ask" | "refuse" {
	if (status.kind === "block-device") return "refuse";
	if (status.device?.major === 1 && neverMinorsOfMajor1.has(status.device.minor)) return "refuse";
	return harmless.has(path) ? "give" : "ask";
}
