import { temporaryDirectories } from "../confinement/launch.ts";
import { isWithin, type Path, parent, pathFromText } from "../path/path.ts";

/** Parts of the tree that follow rules of their own. */
type Area = "kernel" | "device" | "temporary" | "launch" | "files";

const kernel = ["/proc", "/sys"].map(pathFromText);
const devices = pathFromText("/dev");
const launch = pathFromText("/.launch");

export function areaOf(path: Path): Area {
	if (kernel.some((directory) => isWithin(path, directory))) return "kernel";
	if (isWithin(path, devices)) return "device";
	if (isWithin(path, launch)) return "launch";
	if (temporaryDirectories.some((directory) => isWithin(path, directory))) return "temporary";
	return "files";
}

/** What is written directly into /tmp goes to the cage's own; a directory of the host below it is state like any other. */
export function isTemporaryTop(directory: Path): boolean {
	return areaOf(directory) === "temporary" && areaOf(parent(directory)) !== "temporary";
}

/** Directories of the system itself: nothing of a service's state belongs directly into them, and none becomes writable. */
const systemDirectories = new Set(
	(
		"/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /media /mnt /opt /proc /root /sbin /srv /sys /usr /var " +
		"/var/lib /var/log /var/cache /var/spool /tmp /var/tmp"
	).split(" "),
);
const usr = pathFromText("/usr");
const usrLocal = pathFromText("/usr/local");

export function isSystemDirectory(directory: Path): boolean {
	return (
		systemDirectories.has(directory) || (isWithin(directory, usr) && !isWithin(directory, usrLocal)) || directory === usrLocal
	);
}

/** Those of them whose content is everybody's: what an application makes for itself in one is its own, and one may be given as a whole. */
const ofEverybody = new Set(
	"/home /media /mnt /opt /root /srv /var /var/cache /var/lib /var/log /var/spool /tmp /var/tmp".split(" "),
);

export function holdsState(directory: Path): boolean {
	return ofEverybody.has(directory);
}

/** The root, configuration with its password files, the kernel's own trees, and programs. */
const neverBound = /^\/($|(etc|boot|root|run|usr|var|bin|sbin|lib\w*)$|(proc|sys|dev)(\/|$))/;

/** Whether a directory of the host may be seen in a cage: the host's own tree in it would be no cage. A real path. */
export function mayBeBound(directory: Path): boolean {
	return !neverBound.test(directory);
}

/** The home of a person itself: it holds everything of theirs, and no service's own. */
export function isHome(directory: Path): boolean {
	return /^\/(root|home\/[^/]+)$/.test(directory);
}

/** Directories that a cage lives from: nothing may lie over one, whoever asks for it. */
export function mustShow(directory: Path): boolean {
	return systemDirectories.has(directory) && !holdsState(directory);
}

/** What a start leaves for the next one is emptied at boot (FHS 3.15) or only written: neither is state to start from. */
export function startsEmpty(directory: Path): boolean {
	return ["/run", "/var/run", "/var/log"].some((top) => isWithin(directory, pathFromText(top)));
}

/** Python writes its byte code beside the source wherever it may, and works as well where it may not. */
export function isByteCode(path: Path): boolean {
	return path.includes("/__pycache__");
}

/** Manual pages, documentation and translations: whoever only looks at them lists them, or checks that a package is complete. */
export function isForReaders(path: Path): boolean {
	return /^\/usr(\/local)?\/share\/(man|info|doc|locale)\/./.test(path);
}

/** What the launcher puts there anew: no copy below it is ever seen. Directories of the host below /tmp are bound back. */
export function isMountedByLauncher(path: Path): boolean {
	const area = areaOf(path);
	return area === "kernel" || area === "device" || area === "launch";
}
