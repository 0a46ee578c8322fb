import { Failure } from "../failure.ts";
import type { FileStatus, Files } from "../machine/facts.ts";
import { baseName, join, normalise, type Path, parent, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { areaOf } from "./areas.ts";
import { placeOf } from "./links.ts";

/** Devices without state and without a way to anything else (null(4), full(4), random(4)). */
const harmless = new Set(["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]);

const memory = 1;

/** Numbers as in the kernel's list of devices. A terminal is there so that asking for one fails as it does outside: nobody has one. */
export const sandboxDevices = (
	[
		["null", memory, 3],
		["zero", memory, 5],
		["full", memory, 7],
		["random", memory, 8],
		["urandom", memory, 9],
		["tty", 5, 0],
	] as const
).map(([name, major, minor]) => ({ path: pathFromText(`/dev/${name}`), type: "c" as const, major, minor, mode: 0o666 }));

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

/** The name below /dev that a device gets in the cage: a link there becomes the device itself, because the launcher makes nodes alone. */
export function deviceName(path: Path, files: Files): Path | undefined {
	const real = placeOf(path, files);
	if (areaOf(real) !== "device" || !files.status(real)?.device) return undefined;
	const name = join(placeOf(parent(path), files), baseName(path));
	return areaOf(name) === "device" && normalise(name) === name ? name : real;
}

/** The same of one that a rule names. Throws `device-unknown` (exit 2), and `device-refused` (exit 4) for what never goes in. */
export function namedDevice(value: string, files: Files): Path {
	const path = deviceName(normalise(pathFromText(value)), files);
	const status = path === undefined ? undefined : files.status(placeOf(path, files));
	if (path === undefined || !status) throw new Failure("device-unknown", { path: value }, 2);
	if (judgeDevice(path, status) === "refuse") throw new Failure("device-refused", { path: showPath(path) }, 4);
	return path;
}
