import { isWithin, join, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import {
	coveredKernelFiles,
	coveredSysDirectories,
	emptyName,
	journalDirectory,
	launchDirectory,
	temporaryDirectories,
	temporaryLimits,
} from "../confine/places.ts";
import type { Entry } from "../plan/plan.ts";
import { initOf, mountedData, type UnitInput } from "./input.ts";
import { bindWord, pathText, pathWord, type UnitLines } from "./lines.ts";

const run = pathFromText("/run");
const homes = ["/home", "/root", "/run/user"].map(pathFromText);
/** Nodes of PrivateDevices= (systemd.exec(5)). */
const pseudoDevices = new Set(["null", "zero", "full", "random", "urandom", "tty", "ptmx"].map((name) => `/dev/${name}`));

/** Sets the root, its mounts, and which of them are writable or executable. */
export function files(unit: UnitLines, input: UnitInput): void {
	const { plan } = input;
	const data = mountedData(input);
	const stateInTemporary = data.some(({ path }) => temporaryDirectories.some((directory) => directory === path));
	const binds = input.binds.map((bind) => ({ ...bind, path: pathFromText(bind.path) }));

	if (!input.isPortable) {
		unit.comment("The cage's current generation; a new one takes effect at the next start.");
		unit.set("RootDirectory", pathText("RootDirectory", input.root));
	}
	// An image has them at their place.
	const launcher = input.isPortable ? undefined : initOf(input) ? input.launcher : input.confiner?.folder;
	if (launcher !== undefined) {
		unit.comment("Cagewright's programs: the confiner and, if needed, the init, which is PID 1 in the cage.");
		unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", launcher, launchDirectory));
	}
	if (data.length) unit.comment("The application's state, shared by all generations.");
	// Mounted before each command of the unit, so also before the one that creates what is below /run.
	const folder = input.publishes?.folder;
	const prefixOf = (source: Path) => (folder !== undefined && isWithin(source, folder) ? "-" : "");
	for (const { path, source } of data) {
		unit.set("BindPaths", bindWord("BindPaths", source, path, prefixOf(source)));
	}
	for (const { path, source } of input.files ?? []) {
		unit.comment("A file that only an account may read, whose number each machine chooses.");
		unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", source, path));
	}
	for (const { path, access, created, isSocket } of binds) {
		if (isSocket) unit.comment("The socket of a service of this machine, left out if the service does not run.");
		else if (created?.isFile) unit.comment("A file of the service, where the host's tools find it.");
		else {
			const purpose = created ? "of the service's sockets, where clients find them" : "that the administrator chose";
			unit.comment(`A host directory ${purpose}, without mounts below it.`);
		}
		const setting = access === "rw" ? "BindPaths" : "BindReadOnlyPaths";
		// Mounted before each command of the unit, so also before the one that creates it.
		unit.set(setting, bindWord(setting, path, path, created || isSocket ? "-" : ""));
	}
	unit.comment("The prefix + means a path in the cage; without it the path would be the host's.");
	unit.set("ReadOnlyPaths", "+/");
	const writable = [...data.map(({ path }) => path), ...binds.filter(({ access }) => access === "rw").map(({ path }) => path)];
	const list = (setting: string, paths = writable) => paths.map((path) => pathWord(setting, path, "+"));
	const passed = input.sockets?.length ? (input.socketPaths ?? []) : [];
	const inPlace = [...list("ReadWritePaths"), ...passed.map((path) => pathWord("ReadWritePaths", path, "-+"))];
	if (inPlace.length) unit.set("ReadWritePaths", inPlace.join(" "));
	const executable = plan.permissions.executableData ?? [];
	if (executable.length) unit.comment(`Executable by --allow: ${executable.map(showPath).join(", ")}.`);
	// The temporary directories belong here only if they are private, because the cage's own would become writable. /dev/shm
	// never belongs here: of two entries for a path systemd mounts this one, and the host's /dev/shm would remain visible
	// (measured with 257).
	const noexec = [
		...list(
			"NoExecPaths",
			writable.filter((path) => !executable.includes(path)),
		),
		...(stateInTemporary ? [] : temporaryDirectories).map((path) => pathWord("NoExecPaths", path, "-+")),
	];
	if (noexec.length) {
		unit.comment("Only for writable directories, because NoExecPaths=+/ with ExecPaths= would mount the others read-write.");
		unit.set("NoExecPaths", noexec.join(" "));
	}
	unit.set("ProtectSystem", "strict");
	const inHomes = [...writable, ...binds.map(({ path }) => path), pathFromText(plan.application.cwd)].some(inHome);
	const entryInHomes = plan.entries.find(
		(entry) => entry.decision === "include" && inHome(entry.path) && (entry.kind !== "directory" || isEntered(entry)),
	);
	if (inHomes) unit.comment(`No ProtectHome=, because it would hide or lock the cage's own files in ${homes.join(", ")}.`);
	else if (entryInHomes) {
		unit.comment(`Not yes, because it would hide ${showPath(entryInHomes.path)}.`);
		unit.set("ProtectHome", "read-only");
	} else unit.set("ProtectHome", "yes");
	if (stateInTemporary) unit.comment("No PrivateTmp=yes, because a temporary directory is part of the state.");
	else unit.set("PrivateTmp", "yes");
	devices(unit, input);
	unit.comment("Replaces what PrivateDevices= would share with the host, and hides kernel files that the trial did not have.");
	unit.set("TemporaryFileSystem", `/dev/shm:mode=1777,nosuid,nodev,noexec,${temporaryLimits}`);
	// ReadOnlyPaths=+/ does not affect that file system, which stays executable and writable by root inside (measured).
	if (![...data, ...binds].some(({ path }) => isWithin(run, path))) {
		unit.comment("Replaces systemd's writable /run.");
		unit.set("TemporaryFileSystem", "/run:ro,mode=0755,nosuid,nodev,noexec");
		belowRun(unit, input);
	}
	const { kernelProc, proc, sys } = plan.permissions;
	const isProcClosed = kernelProc === undefined && proc === undefined;
	const closed = [...(isProcClosed ? ["/proc"] : []), ...(sys === undefined ? ["/sys"] : [])].map(pathFromText);
	const empty = input.launcher === undefined || input.isPortable ? undefined : join(input.launcher, emptyName);
	if (empty !== undefined && closed.length) {
		unit.comment("Empty, as in the trial: some applications fail if a file is refused, but not if it is missing.");
		for (const path of closed) unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", empty, path));
	}
	if (empty !== undefined && sys === undefined) {
		unit.comment("systemd would mount a file below the empty /sys for it, and fail.");
		unit.set("MemoryPressureWatch", "skip");
	}
	const covered = [
		...(isProcClosed || kernelProc === undefined ? [] : coveredKernelFiles.map((name) => `/proc/${name}`)),
		// systemd's own mounts below an empty /sys would fail. It leaves out those below what it hides (measured with 252 and 257).
		...(sys === undefined ? (empty === undefined ? [] : ["/sys/fs"]) : coveredSysDirectories),
	];
	const hidden = ["/dev/pts", "/dev/hugepages", ...(empty === undefined ? closed : []), ...covered];
	unit.set("InaccessiblePaths", hidden.map((path) => pathWord("InaccessiblePaths", pathFromText(path), "-+")).join(" "));
	logSockets(unit, plan.permissions.syslog);
	passedSockets(unit, passed);
}

/**
 * systemd creates the sockets outside, so clients inside, such as a probe, need them at the same path. The paths are those of
 * the host's socket units, because the cage's description may come from an archive and could name any host file.
 */
function passedSockets(unit: UnitLines, paths: readonly Path[]): void {
	if (paths.length)
		unit.comment("The passed sockets, at the same paths in the cage. The service may change their modes, as on the host.");
	for (const path of paths) unit.set("BindPaths", bindWord("BindPaths", path, path, "-"));
}

/** systemd has its own mount point there, so nothing can be mounted over the whole directory (measured). */
const ofSystemd = pathFromText("/run/systemd");

/**
 * Mainly covers /run/systemd/system, which shows programs that systemd runs (sd_booted(3)). systemd mounts in the order of the paths
 * and looks up each source below what it has mounted before (measured), so the cage's own /run is mounted elsewhere first.
 */
function belowRun(unit: UnitLines, input: UnitInput): void {
	const { binds, data, isPortable, plan, root } = input;
	const mounted = [...data.map(({ path }) => path), ...binds.map(({ path }) => pathFromText(path))];
	const included = plan.entries.filter(({ decision }) => decision === "include");
	const own = shownBelowRun(included).filter(({ path }) => !mounted.includes(path));
	if (own.length) unit.comment("The cage's own files in /run.");
	const isEmpty = ({ kind, path }: (typeof own)[number]) =>
		kind === "directory" && !included.some((entry) => parent(entry.path) === path);
	const shown = isPortable || initOf(input) === undefined ? [] : own.filter((entry) => !isEmpty(entry));
	const elsewhere = join(launchDirectory, emptyName);
	if (shown.length) {
		unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", `${root}${run}` as Path, elsewhere));
	}
	for (const entry of own) {
		const { path } = entry;
		const source = `${root}${elsewhere}${path.slice(run.length)}` as Path;
		if (shown.includes(entry)) unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", source, path, "-"));
		else if (isPortable || isEmpty(entry))
			unit.set("TemporaryFileSystem", `${pathText("TemporaryFileSystem", path)}:ro,mode=0755,nosuid,nodev,noexec`);
	}
}

/** systemd puts the host's os-release there, and does not start a service that has it already (measured). */
const ofContainers = pathFromText("/run/host");

/** Entries that a unit mounts over systemd's own /run. The journal's directory only contains the socket of syslog. */
export function shownBelowRun<Entry extends Pick<UnitInput["plan"]["entries"][number], "kind" | "path">>(
	entries: readonly Entry[],
): Entry[] {
	return entries.filter(
		({ kind, path }) =>
			(parent(path) === run || parent(path) === ofSystemd) &&
			path !== ofSystemd &&
			path !== ofContainers &&
			path !== journalDirectory &&
			(kind === "directory" || kind === "file"),
	);
}

function devices(unit: UnitLines, { plan }: UnitInput): void {
	unit.set("PrivateDevices", "yes");
	unit.set("DevicePolicy", "closed");
	for (const { decision, kind, path } of plan.entries) {
		if (kind !== "device" || decision !== "include" || pseudoDevices.has(path)) continue;
		unit.comment("A device of the plan that PrivateDevices= does not include.");
		unit.set("BindPaths", bindWord("BindPaths", path, path));
		unit.set("DeviceAllow", `${pathText("DeviceAllow", path)} rw`);
	}
}

/**
 * Mounts only the journal's syslog socket, because BindLogSockets= mounts more. systemd holds it, so it survives a restart of
 * journald (measured).
 */
function logSockets(unit: UnitLines, syslog: Path | undefined): void {
	const socket = join(journalDirectory, "dev-log");
	if (syslog === socket) {
		unit.comment("The application writes to the host's syslog through this one socket of the journal.");
		unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", socket, pathFromText("/dev/log"), "-"));
	} else if (syslog !== undefined) {
		unit.comment(`Missing here: /dev/log for ${showPath(syslog)}; with PrivateDevices= only the journal's socket is possible.`);
	}
	unit.comment("Hides the sockets of the host's journal; output is logged without them.");
	unit.set("BindLogSockets", "no");
}

/** Whether the application used a directory as such, which ProtectHome=yes refuses to an account without capabilities. */
function isEntered({ reasons }: Pick<Entry, "reasons">): boolean {
	return reasons.some((reason) => reason.kind === "traced" && reason.calls.some((call) => /^(f?chdir|open)/.test(call)));
}

function inHome(path: Path): boolean {
	return homes.some((home) => isWithin(path, home));
}
