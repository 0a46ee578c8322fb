import { isWithin, type Path, parent, pathFromText } from "../base/path/path.ts";
import { temporaryDirectories } from "../confine/places.ts";

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

/**
 * True for a directory directly in /tmp: the cage has its own /tmp, while deeper directories of the host's are ordinary state.
 */
export function isTemporaryTop(directory: Path): boolean {
	return areaOf(directory) === "temporary" && areaOf(parent(directory)) !== "temporary";
}

/** The system's own directories: no service keeps state directly in them, and none becomes writable. */
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

/**
 * System directories in which many services keep their state. A service's own directory in one may become writable, and one may
 * be given as a whole.
 */
const stateParents = new Set(
	"/home /media /mnt /opt /root /srv /var /var/cache /var/lib /var/log /var/spool /tmp /var/tmp".split(" "),
);

export function isStateParent(directory: Path): boolean {
	return stateParents.has(directory);
}

/** Places of content that others change while a service runs: web pages, shares, zones. Everything else is copied. */
const dataTops = ["/srv", "/var/www", "/mnt", "/media", "/data", "/tmp", "/var/tmp"].map(pathFromText);

/** Whether a directory is in one of the places of content, where others than the service may change it. */
export function isBelowDataTop(directory: Path): boolean {
	const top = dataTops.find((one) => isWithin(directory, one));
	return top !== undefined && directory !== top && !isSystemDirectory(directory) && !isTemporaryTop(directory);
}

/** The root, configuration with its password files, and programs: no cage sees one as a whole. */
export const neverBoundDirectories = "/ /etc /boot /root /run /usr /var /bin /sbin /lib /lib32 /lib64 /libx32"
	.split(" ")
	.map(pathFromText);

/** Whether a cage may see this host directory (a real path). The host's own tree inside a cage would defeat it. */
export function mayBeBound(directory: Path): boolean {
	const isKernel = isWithin(directory, devices) || kernel.some((top) => isWithin(directory, top));
	return !isKernel && !neverBoundDirectories.includes(directory) && !/^\/lib\w*$/.test(directory);
}

/** A person's home directory: everything of theirs is in it, and nothing of a service. */
export function isHome(directory: Path): boolean {
	return /^\/(root|home\/[^/]+)$/.test(directory);
}

/** Whether a directory contains files of many services or of a person. */
export function isCommon(directory: Path): boolean {
	return isStateParent(directory) || isTemporaryTop(directory) || isHome(directory);
}

/** Directories that a cage needs: nothing may be mounted over one. */
export function isEssential(directory: Path): boolean {
	return systemDirectories.has(directory) && !isStateParent(directory);
}

/** Directories that are emptied at boot or only written. The next start needs nothing from them. */
export function startsEmpty(directory: Path): boolean {
	return isEmptiedAtBoot(directory) || isWithin(directory, pathFromText("/var/log"));
}

/** FHS 3.15. */
export function isEmptiedAtBoot(path: Path): boolean {
	return ["/run", "/var/run"].some((top) => isWithin(path, pathFromText(top)));
}

/** Python writes byte code next to the source if it can, and works as well if it cannot. */
export function isByteCode(path: Path): boolean {
	return path.includes("/__pycache__");
}

/** Manual pages, documentation and translations. An application that only looks at them lists them or checks a package, unless something names them. */
export function isDocumentation(path: Path): boolean {
	return /^\/usr(\/local)?\/share\/(man|info|doc|locale)\/./.test(path);
}

/** A file with a command that everybody finds. */
export function isCommand(path: Path): boolean {
	return /^(\/usr(\/local)?)?\/s?bin\//.test(path);
}

export function isSharedObject(path: Path): boolean {
	return /\.so(\.\d+)*$/.test(path);
}

/**
 * Directories where the loader looks for every program: its defaults (ld.so(8)) and those that Debian's ld.so.conf and musl add.
 * A library there is linked, not a plug-in.
 */
export function isLibraryDirectory(directory: Path): boolean {
	return /^(\/usr(\/local)?)?\/lib(64|32|x32)?(\/[^/]+-linux-[^/]+)?(\/glibc-hwcaps\/.*)?$/.test(directory);
}

const sharedMemory = pathFromText("/dev/shm");

/** Whether a cage may have this directory in its data: neither the launcher nor the cage needs it as it is. */
export function mayBeWritable(directory: Path): boolean {
	const isMounted = isMountedByLauncher(directory) && !isWithin(directory, sharedMemory);
	return !isMounted && !isEssential(directory);
}

/**
 * The launcher mounts its own here, so that copies below would never be visible. /tmp does not count: host directories below it
 * are mounted back.
 */
export function isMountedByLauncher(path: Path): boolean {
	const area = areaOf(path);
	return area === "kernel" || area === "device" || area === "launch";
}

/** Whether a file of the application's package is read by other programs, or by none. */
export function isOutsideApplication(path: Path): boolean {
	return othersConfiguration.test(path) || documentation.test(path);
}

/**
 * Directories of /etc that others read: the service manager, logrotate, cron, the firewall. Files directly in them say nothing
 * about the application.
 */
const othersConfiguration =
	/^\/etc\/(init\.d|init|rc\w*\.d|default|sysconfig|logrotate\.d|cron[.\w]*|anacron|insserv[.\w]*|ufw|apparmor\.d|apport|bash_completion\.d|profile\.d|rsyslog\.d|logcheck|udev|sysctl\.d|systemd|dbus-1|network|ppp|runit|sv|NetworkManager|dhcp|resolvconf|X11|xdg|polkit-1|modprobe\.d)\//;

/** Files that no running application reads: documentation, packaging and editor files, headers, units. */
const documentation =
	/^\/usr\/(local\/)?(include|src|games)\/|^\/usr\/(local\/)?share\/(doc|doc-base|man|info|lintian|locale|bug|reportbug|apport|bash-completion|zsh|fish|vim|emacs|nano|runit|applications|pixmaps|icons|metainfo|appdata|menu|polkit-1|dbus-1|gtk-doc|pkgconfig|aclocal|licenses|initramfs-tools|debconf|dh-[^/]*|perl5\/Debian)\/|^(\/usr)?\/lib\/(systemd|sysusers\.d|tmpfiles\.d|sysctl\.d|udev|modules-load\.d|environment\.d|debug|\.build-id|NetworkManager|init)\/|\/(pkgconfig|cmake)\/|\.(a|la|h|pc)$/;
