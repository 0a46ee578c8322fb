import { type Bind, launchEnvironment } from "../application/application.ts";
import { baseName, isWithin, join, type Path, pathFromText } from "../path/path.ts";
import { printable, showPath } from "../path/quote.ts";
import type { Plan } from "../plan/plan.ts";
import { systemdCaps } from "./capabilities.ts";
import { initCannotExecute } from "./init.ts";
import { initInside, journalDirectory, launchDirectory, temporaryDirectories } from "./launch.ts";
import { argumentWord, assignmentWord, bindWord, lineText, pathText, pathWord, programWord } from "./unit-quote.ts";

export interface UnitInput {
	/** Name of the cage. */
	readonly name: string;
	/** Host path of the present generation. */
	readonly root: Path;
	/** State of the application: host path `source`, mounted over `path`. */
	readonly data: readonly { readonly path: Path; readonly source: Path }[];
	readonly binds: readonly Bind[];
	readonly plan: Plan;
	/** As `systemctl --version` says. What is newer stands in the unit as a comment that names the version. */
	readonly systemdVersion: number;
	/** True where the application writes machine code as it runs; see `makesCode`. */
	readonly jit: boolean;
	/** Host path of the folder that holds our init, and nothing else; seen as `/.launch` inside. */
	readonly launcher?: Path;
}

/** Runtimes with a just-in-time compiler: they need memory that is writable and executable. */
const jitRuntimes =
	/^(node|nodejs|deno|bun|java|dotnet|mono|luajit|pypy3?|beam\.smp|erl|julia|qemu-.*|postgres|php.*|ruby.*|pwsh)$/;

/** Guesses from the program's name whether MemoryDenyWriteExecute= would break it. */
export function makesCode(program: Path): boolean {
	return jitRuntimes.test(baseName(program));
}

/** First version that knows a setting (the "Added in version" of systemd.exec(5), systemd.service(5)); the rest is older than 239. */
const since: Record<string, number> = {
	RestrictSUIDSGID: 242,
	ProtectHostname: 242,
	ProtectKernelLogs: 244,
	ProtectClock: 245,
	ProtectProc: 247,
	ProcSubset: 247,
	NoExecPaths: 248,
	PrivateIPC: 248,
	BindLogSockets: 257,
	PrivatePIDs: 257,
};

/** System calls that @privileged and @resources take away and that a capability is of no use without. */
const callsOf: Record<string, string> = {
	chown: "@chown",
	setuid: "@setuid",
	setgid: "@setuid",
	setpcap: "capset",
	sys_chroot: "chroot",
	sys_nice: "@resources",
	sys_resource: "@resources",
	sys_time: "@clock",
	syslog: "syslog",
};

/** What systemd gives every service and our launcher does not: what was tried in the trial is what runs. */
const systemdEnvironment = [
	...["HOME", "LOGNAME", "USER", "SHELL", "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID"],
	...["MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE"],
];

const homes = ["/home", "/root", "/run/user"].map(pathFromText);
/** Nodes that PrivateDevices= makes (systemd.exec(5)). */
const pseudoDevices = new Set(["null", "zero", "full", "random", "urandom", "tty", "ptmx"].map((name) => `/dev/${name}`));

/** Lines of a unit; `set` leaves out what this systemd does not know yet. */
class UnitText {
	readonly lines: string[] = [];
	private readonly version: number;

	constructor(version: number) {
		this.version = version;
	}
	section(name: string): void {
		this.lines.push(...(this.lines.length ? [""] : []), `[${name}]`);
	}
	because(text: string): void {
		this.lines.push(`# ${printable(text)}`);
	}
	set(setting: string, value: string): void {
		const needs = since[setting] ?? 0;
		if (this.version < needs) this.because(`Missing here, needs systemd ${needs}: ${setting}=${value}`);
		else this.lines.push(`${setting}=${value}`);
	}
	knows(setting: string): boolean {
		return this.version >= (since[setting] ?? 0);
	}
}

/**
 * A hardened service for a cage (systemd.exec(5), systemd.service(5)); what each setting is for was measured against the same ways
 * out as the launcher. Throws a Failure `unit-inexpressible` for what a unit file cannot say.
 */
export function systemdUnit(input: UnitInput): string {
	const unit = new UnitText(input.systemdVersion);
	const { application } = input.plan;
	unit.section("Unit");
	unit.set("Description", lineText("Description", `${input.name} in its cage`));
	unit.set("After", application.network === "host" ? "network.target" : "local-fs.target");
	unit.section("Service");
	start(unit, input);
	account(unit, input);
	files(unit, input);
	kernel(unit, input);
	network(unit, input);
	calls(unit, input);
	unit.section("Install");
	unit.set("WantedBy", "multi-user.target");
	return `${unit.lines.join("\n")}\n`;
}

/** Where PrivatePIDs= is not to be had, the application is no PID 1, and what the init is for does not arise. */
function initOf(unit: UnitText, input: UnitInput): Path | undefined {
	return unit.knows("PrivatePIDs") && input.launcher !== undefined ? initInside : undefined;
}

function start(unit: UnitText, input: UnitInput): void {
	const { application } = input.plan;
	const init = initOf(unit, input);
	unit.set("Type", input.systemdVersion >= 240 ? "exec" : "simple");
	const [program = "", ...args] = application.command;
	const words = init
		? [programWord(pathText("ExecStart", init)), ...[application.cwd, program, ...args].map(argumentWord)]
		: [programWord(program), ...args.map(argumentWord)];
	unit.set("ExecStart", words.join(" "));
	unit.set("WorkingDirectory", pathText("WorkingDirectory", pathFromText(application.cwd)));
	const environment = launchEnvironment(application);
	for (const [name, value] of Object.entries(environment)) unit.set("Environment", assignmentWord(name, value));
	unit.set("UnsetEnvironment", systemdEnvironment.filter((name) => !(name in environment)).join(" "));
	unit.set("StandardInput", "null");
	unit.because("As in the trial.");
	unit.set("UMask", "0022");
	unit.set("Restart", "on-failure");
	unit.set("RestartSec", "1s");
	unit.because(
		"The end of the main process ends all others; only that one gets the first signal, so that it can stop them in order.",
	);
	unit.set("KillMode", "mixed");
	if (!unit.knows("PrivatePIDs")) return;
	if (init) {
		unit.because("The init reports an end by signal N as 128+N; the kernel would leave PID 1 without default signal actions.");
		unit.set("SuccessExitStatus", "129 130 141 143");
		unit.set("RestartPreventExitStatus", String(initCannotExecute));
	} else {
		unit.because(
			"PID 1 gets no default signal actions: an application without a handler for TERM is ended by KILL after this time.",
		);
		unit.set("TimeoutStopSec", "15s");
	}
	// Measured with 257.13: systemd often takes a main process in its own PID namespace for somebody else's child
	// ("Supervising process ... which is not our child"), does not wait for it and sends KILL right after TERM.
	unit.because(
		"Waits for the end: with PrivatePIDs= systemd itself may send KILL at once. Runs outside of the cage (+, StartOnly).",
	);
	unit.set("RootDirectoryStartOnly", "yes");
	unit.set(
		"ExecStop",
		`-+/bin/sh -c ${argumentWord('kill "$1"; while kill -0 "$1"; do sleep 0.1; done 2>/dev/null')} sh $MAINPID`,
	);
}

function account(unit: UnitText, { plan }: UnitInput): void {
	const { identity, openings } = plan;
	const capabilities = openings.capabilities;
	if (identity.uid === 0) {
		unit.because("Starts as root, and keeps nothing of it but the capabilities below.");
	} else {
		// A number where the name is not one that systemd takes; the owner of the data is a number in any case.
		unit.set("User", /^[a-zA-Z_][a-zA-Z0-9_-]{0,30}$/.test(identity.name) ? identity.name : String(identity.uid));
		unit.set("Group", String(identity.gid));
		const others = identity.groups.filter((gid) => gid !== identity.gid);
		if (others.length) unit.set("SupplementaryGroups", others.join(" "));
	}
	for (const { name, why } of capabilities) unit.because(`${name} is needed for: ${why}`);
	const names = systemdCaps(capabilities.map(({ name }) => name));
	unit.set("CapabilityBoundingSet", names);
	unit.set("AmbientCapabilities", identity.uid === 0 ? "" : names);
	unit.set("NoNewPrivileges", "yes");
	unit.set("KeyringMode", "private");
	unit.set("RemoveIPC", "yes");
}

function files(unit: UnitText, input: UnitInput): void {
	const { plan } = input;
	// What lies in a writable directory already came with it.
	const data = input.data.filter(({ path }) => !input.data.some((other) => other.path !== path && isWithin(path, other.path)));
	const stateInTemporary = data.some(({ path }) => temporaryDirectories.some((directory) => directory === path));
	const binds = input.binds.map(({ path, access }) => ({ path: pathFromText(path), access }));
	const devices = plan.entries.filter(
		({ kind, decision, path }) => kind === "device" && decision === "include" && !pseudoDevices.has(path),
	);

	unit.set("RootDirectory", pathText("RootDirectory", input.root));
	if (input.launcher !== undefined && initOf(unit, input)) {
		unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", input.launcher, launchDirectory, "norbind"));
	}
	for (const { path, source } of data) unit.set("BindPaths", bindWord("BindPaths", source, path, "norbind"));
	for (const { path, access } of binds) {
		unit.because(`A directory of the host, by choice of the administrator.`);
		const setting = access === "rw" ? "BindPaths" : "BindReadOnlyPaths";
		unit.set(setting, bindWord(setting, path, path, "rbind"));
	}
	unit.because("With + the path is one of the cage; without it would be the host's.");
	unit.set("ReadOnlyPaths", "+/");
	const writable = [...data.map(({ path }) => path), ...binds.filter(({ access }) => access === "rw").map(({ path }) => path)];
	const list = (setting: string) => writable.map((path) => pathWord(setting, path, "+"));
	if (writable.length) unit.set("ReadWritePaths", list("ReadWritePaths").join(" "));
	unit.because("On what is writable only: NoExecPaths=+/ with ExecPaths= would mount those read-write.");
	// Those of the cage itself would become writable by it, so the temporary directories belong here only if they are private.
	const temporaries = [...(stateInTemporary ? [] : temporaryDirectories), pathFromText("/dev/shm")];
	unit.set("NoExecPaths", [...list("NoExecPaths"), ...temporaries.map((path) => pathWord("NoExecPaths", path, "-+"))].join(" "));
	unit.set("ProtectSystem", "strict");
	const inHomes = [...writable, ...binds.map(({ path }) => path), pathFromText(plan.application.cwd)].some(inHome);
	const entryInHomes = plan.entries.find(
		({ path, decision, kind }) => decision === "include" && kind !== "directory" && inHome(path),
	);
	if (inHomes || entryInHomes)
		unit.because(`No ProtectHome=yes: it would hide what the cage itself has below ${homes.join(", ")}.`);
	else unit.set("ProtectHome", "yes");
	if (stateInTemporary) unit.because("No PrivateTmp=yes: a temporary directory is part of the state.");
	else unit.set("PrivateTmp", "yes");
	unit.set("PrivateDevices", "yes");
	unit.set("DevicePolicy", "closed");
	for (const { path } of devices) {
		unit.because("A device of the plan, beyond null and its like.");
		unit.set("BindPaths", bindWord("BindPaths", path, path, "norbind"));
		unit.set("DeviceAllow", `${pathText("DeviceAllow", path)} rw`);
	}
	unit.because("What PrivateDevices= would share with the host, and kernel files that the trial did not have.");
	unit.set("TemporaryFileSystem", "/dev/shm:mode=1777,nosuid,nodev,noexec");
	const hidden = ["/dev/pts", "/dev/hugepages", "/sys", ...(plan.openings.proc === undefined ? ["/proc"] : [])];
	unit.set("InaccessiblePaths", hidden.map((path) => pathWord("InaccessiblePaths", pathFromText(path), "-+")).join(" "));
	logSockets(unit, plan.openings.syslog);
}

/**
 * With PrivateDevices=, /dev/log can only lead to the journal's socket. From 257 on BindLogSockets= makes that link and brings the
 * journal's three sockets (measured); before, PrivateDevices= makes it by itself.
 */
function logSockets(unit: UnitText, syslog: Path | undefined): void {
	if (syslog === join(journalDirectory, "dev-log")) {
		unit.because("The application writes to the host's syslog: the journal's sockets, and /dev/log.");
		if (unit.knows("BindLogSockets")) unit.set("BindLogSockets", "yes");
		else unit.set("BindReadOnlyPaths", bindWord("BindReadOnlyPaths", journalDirectory, journalDirectory, "norbind"));
		return;
	}
	if (syslog !== undefined) {
		unit.because(
			`Missing here: /dev/log for ${showPath(syslog)}; with PrivateDevices= it can only lead to the journal's socket.`,
		);
	}
	unit.because("Sockets of the host's journal; the output is logged without them.");
	unit.set("BindLogSockets", "no");
}

function inHome(path: Path): boolean {
	return homes.some((home) => isWithin(path, home));
}

function kernel(unit: UnitText, input: UnitInput): void {
	const opened = new Set(input.plan.openings.capabilities.map(({ name }) => name));
	unit.because("Without it, processes of the host under the same account are within reach: measured, that was a way out.");
	unit.set("PrivatePIDs", "yes");
	unit.set("PrivateIPC", "yes");
	if (input.plan.openings.proc !== undefined) unit.because(`/proc is needed for: ${input.plan.openings.proc}`);
	unit.set("ProtectProc", "invisible");
	unit.set("ProcSubset", "pid");
	if (!opened.has("sys_time") && !opened.has("wake_alarm")) unit.set("ProtectClock", "yes");
	unit.set("ProtectControlGroups", "yes");
	unit.set("ProtectHostname", "yes");
	if (!opened.has("syslog")) unit.set("ProtectKernelLogs", "yes");
	unit.set("ProtectKernelModules", "yes");
	unit.set("ProtectKernelTunables", "yes");
	unit.set("LockPersonality", "yes");
	if (input.jit) unit.because("No MemoryDenyWriteExecute=yes: the application makes machine code as it runs.");
	else unit.set("MemoryDenyWriteExecute", "yes");
	unit.set("RestrictNamespaces", "yes");
	if (!opened.has("sys_nice")) unit.set("RestrictRealtime", "yes");
	unit.set("RestrictSUIDSGID", "yes");
}

function network(unit: UnitText, { plan }: UnitInput): void {
	if (plan.application.network === "none") unit.set("PrivateNetwork", "yes");
	const { unixSockets } = plan.openings;
	if (unixSockets !== undefined) unit.because(`AF_UNIX is needed for: ${unixSockets}`);
	unit.set("RestrictAddressFamilies", `AF_INET AF_INET6 AF_NETLINK${unixSockets === undefined ? "" : " AF_UNIX"}`);
}

function calls(unit: UnitText, input: UnitInput): void {
	const { openings } = input.plan;
	unit.set("SystemCallArchitectures", "native");
	unit.set("SystemCallErrorNumber", "EPERM");
	unit.set("SystemCallFilter", "@system-service");
	unit.set("SystemCallFilter", "~@privileged @resources @mount @debug @keyring");
	unit.set(
		"SystemCallFilter",
		"~memfd_create execveat io_uring_setup io_uring_enter io_uring_register userfaultfd setns unshare",
	);
	unit.set("SystemCallFilter", "~open_by_handle_at name_to_handle_at process_vm_readv process_vm_writev process_madvise kcmp");
	if (openings.memfd !== undefined) {
		unit.because(`memfd is needed for: ${openings.memfd}`);
		unit.set("SystemCallFilter", "memfd_create");
	}
	const needed = new Set(openings.capabilities.flatMap(({ name }) => callsOf[name] ?? []));
	if (initOf(unit, input) && openings.capabilities.length) needed.add("capset");
	if (needed.size) {
		unit.because("What the capabilities above are used through; capset also to give them up.");
		unit.set("SystemCallFilter", [...needed].join(" "));
	}
}
