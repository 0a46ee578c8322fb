import { Failure } from "../base/failure.ts";
import type { FileStatus, Files } from "../base/machine/facts.ts";
import { baseName, join, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { areaOf } from "./areas.ts";
import { placeOf } from "./links.ts";

/** Devices without state or access to anything else (null(4), full(4), random(4)). */
const harmless = new Set(["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]);

/** The major number of memory devices. */
const memory = 1;

/**
 * Numbers from the kernel's list of devices. /dev/tty exists so that opening it fails as on the host: no process has a terminal.
 */
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

/** The machine's memory, kernel log and I/O ports: each would allow an escape (mem(4)). */
const neverMinorsOfMemory = new Set([1, 2, 4, 11]); // mem, kmem, port, kmsg

/** Disks by another name (SCSI generic, raw) and the processor's registers (msr), from the kernel's list of devices. */
const neverMajors = new Set([21, 162, 202]);

/** From the same list: flash memory (MTD), and the miscellaneous devices that type as a keyboard, or control disks or firmware. */
const flash = 90;
const miscellaneous = 10;
const controllingMinors = new Set([144, 223, 231, 236, 237, 239]); // nvram, uinput, snapshot, mapper/control, loop-control, uhid

/** Drivers that get a number at their start: NVMe controllers, and the block layer's SCSI generic, take raw commands for disks. */
const controllingNames = /^\/dev\/(nvme\d+|ng\d+n\d+|bsg\/.+|megaraid\w*|mpt\d*ctl)$/;

export const nullDevice = pathFromText("/dev/null");

/** Whether a device is the machine's memory or a disk: no cage starts with one. */
export function isMachine({ device, kind }: Pick<FileStatus, "device" | "kind">): boolean {
	const { major, minor } = device ?? { major: 0, minor: 0 };
	return kind === "block-device" || neverMajors.has(major) || (major === memory && neverMinorsOfMemory.has(minor));
}

/** Whether a device controls the machine in another way. Cages of earlier releases may have one. */
function controlsMachine(path: Path, { device }: FileStatus): boolean {
	const { major, minor } = device ?? { major: 0, minor: 0 };
	return major === flash || (major === miscellaneous && controllingMinors.has(minor)) || controllingNames.test(path);
}

/**
 * `give`: goes in if it was used. `ask`: only if the administrator names it. `refuse`: never. Block devices are the host's disks.
 */
export function judgeDevice(path: Path, status: FileStatus): "give" | "ask" | "refuse" {
	if (isMachine(status) || controlsMachine(path, status)) return "refuse";
	const { major } = status.device ?? { major: 0 };
	// A name in /dev can belong to any device.
	return harmless.has(path) && major === memory ? "give" : "ask";
}

/**
 * Returns the name below /dev that a device has in the cage. A link there becomes the device, because the launcher creates only
 * nodes.
 */
export function deviceName(path: Path, files: Files): Path | undefined {
	const real = placeOf(path, files);
	if (areaOf(real) !== "device" || !files.status(real)?.device) return undefined;
	const name = join(placeOf(parent(path), files), baseName(path));
	return areaOf(name) === "device" && normalise(name) === name ? name : real;
}

/** Resolves a rule's device. Throws `device-unknown` (exit 2), and `device-refused` (exit 4) for one that no cage may have. */
export function namedDevice(value: string, files: Files): Path {
	const path = deviceName(normalise(pathFromText(value)), files);
	const status = path === undefined ? undefined : files.status(placeOf(path, files));
	if (path === undefined || !status) throw new Failure("device-unknown", { path: value }, 2);
	if (judgeDevice(path, status) === "refuse") throw new Failure("device-refused", { path: showPath(path) }, 4);
	return path;
}
