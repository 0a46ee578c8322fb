import { systemdCaps } from "../confine/capabilities.ts";
import { permittedNames } from "../confine/seccomp/filter.ts";
import { filterPermissions } from "../confine/seccomp/filter-permissions.ts";
import { files } from "./files.ts";
import { initCapabilities, initKeepsKill, type UnitInput } from "./input.ts";
import { argumentWord, lineText, programWord, sourceAssertions, UnitLines } from "./lines.ts";
import { start } from "./start.ts";

/**
 * Returns a hardened service for a cage (systemd.exec(5), systemd.service(5)). Each setting was measured against the same
 * escape techniques as the launcher. Throws a Failure `unit-inexpressible` for values that a unit file cannot express.
 */
export function systemdUnit(input: UnitInput): string {
	const { application } = input.plan;
	const section = (name: string, lines: readonly string[]) => [`[${name}]`, ...lines, ""];
	return [
		...section("Unit", [
			`Description=${lineText("Description", `${input.name} in its cage`)}`,
			`After=${application.network === "host" ? "network.target" : "local-fs.target"}`,
			...sourceAssertions(input),
		]),
		...section("Service", serviceLines(input).text()),
		...section("Install", ["WantedBy=multi-user.target"]),
	].join("\n");
}

/** Returns the `[Service]` settings of a caged service. */
export function serviceLines(input: UnitInput): UnitLines {
	const unit = new UnitLines();
	if (input.accepted?.length) unit.comment(`Accepted findings of the audit: ${input.accepted.join(", ")}`);
	start(unit, input);
	if (input.launch) {
		ownNetwork(unit, input);
		addresses(unit, input);
		return unit;
	}
	account(unit, input);
	files(unit, input);
	kernel(unit, input);
	network(unit, input);
	calls(unit, input);
	return unit;
}

/** Sets the application's account and root's remaining capabilities. */
function account(unit: UnitLines, input: UnitInput): void {
	const { identity, permissions } = input.plan;
	const capabilities = permissions.capabilities;
	if (identity.uid === 0) {
		unit.comment("Starts as root with only the capabilities below.");
	} else {
		// A number if systemd does not accept the name; the data's owner is a number anyway.
		unit.set("User", /^[a-zA-Z_][a-zA-Z0-9_-]{0,30}$/.test(identity.name) ? identity.name : String(identity.uid));
		const group = (gid: number) => input.groupNames?.get(gid) ?? String(gid);
		unit.set("Group", group(identity.gid));
		const others = identity.groups.filter((gid) => gid !== identity.gid);
		if (others.length) unit.set("SupplementaryGroups", others.map(group).join(" "));
	}
	for (const { name, why } of capabilities) unit.comment(`${name} is needed for: ${why}`);
	const names = systemdCaps(capabilities.map(({ name }) => name));
	const keepsKill = initKeepsKill(input);
	if (keepsKill) unit.comment("kill and setpcap are for the init, which removes both before it starts the application.");
	unit.set(
		"CapabilityBoundingSet",
		keepsKill ? systemdCaps([...capabilities.map(({ name }) => name), ...initCapabilities]) : names,
	);
	unit.set("AmbientCapabilities", identity.uid === 0 ? "" : names);
	unit.comment("Setuid files and file capabilities have no effect.");
	unit.set("NoNewPrivileges", "yes");
	unit.comment(
		"No access to keys, queues and shared memory of other processes with the same account; none remain after the service stops.",
	);
	unit.set("KeyringMode", "private");
	unit.set("RemoveIPC", "yes");
}

/** System calls in @privileged that a capability needs. */
const callsOf: Readonly<Record<string, string>> = {
	sys_chroot: "chroot",
	sys_time: "@clock",
	syslog: "syslog",
};

/** Sets the allowed system calls. */
function calls(unit: UnitLines, input: UnitInput): void {
	const { permissions } = input.plan;
	unit.comment("Calls of other ABIs (i386, x32) would bypass the filter.");
	unit.set("SystemCallArchitectures", "native");
	unit.set("SystemCallErrorNumber", "EPERM");
	if (permissions.calls) observedCalls(unit, input);
	else generalCalls(unit, input);
}

/** systemd's filter judges no arguments, so it would permit copying mounts. Libraries that only open files with it do without. */
const needsArguments: ReadonlySet<string> = new Set(["open_tree"]);

/** Only what the launcher's filter for this application permits, which the first program loads as well. */
function observedCalls(unit: UnitLines, input: UnitInput): void {
	unit.comment("What every program needs, what the application was observed to call, and related calls.");
	const lines: string[] = [];
	const permissions = filterPermissions(input.plan.permissions);
	const isUseful = (name: string) => !needsArguments.has(name) || permissions.calls?.made.includes(name);
	for (const name of permittedNames(permissions).filter(isUseful)) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + name.length < lineLength) lines[lines.length - 1] = `${last} ${name}`;
		else lines.push(name);
	}
	for (const line of lines) unit.set("SystemCallFilter", line);
}

const lineLength = 100;

function generalCalls(unit: UnitLines, input: UnitInput): void {
	const { permissions } = input.plan;
	unit.comment("The calls that services use, without those that change the machine, mount, or access other processes.");
	unit.set("SystemCallFilter", "@system-service");
	unit.set("SystemCallFilter", "~@privileged @resources @mount @debug @keyring");
	unit.set(
		"SystemCallFilter",
		"~memfd_create execveat io_uring_setup io_uring_enter io_uring_register userfaultfd setns unshare",
	);
	unit.set(
		"SystemCallFilter",
		"~open_by_handle_at name_to_handle_at process_vm_readv process_vm_writev process_madvise kcmp listmount statmount",
	);
	if (permissions.memfd !== undefined) {
		unit.comment(`memfd is needed for: ${permissions.memfd}`);
		unit.set("SystemCallFilter", "memfd_create");
	}
	if (permissions.scheduling !== undefined) {
		// A thread with explicit attributes sets its scheduling policy, and pthread_create fails if that is refused (measured:
		// rsyslog).
		unit.comment(
			`@resources is needed for: ${permissions.scheduling}. Without a capability it only lowers the account's own priorities and limits.`,
		);
		unit.set("SystemCallFilter", "@resources");
	}
	// As in the trial, whose filter checks arguments: a daemon that cannot give up privileges which it does not have exits
	// (measured: named).
	unit.comment("Without a capability these only give up privileges or change the account's own files.");
	unit.set("SystemCallFilter", "capset @setuid @chown");
	if (input.confiner) {
		unit.comment("The first program gives up more privileges with these; they cannot gain any.");
		unit.set("SystemCallFilter", "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self");
	}
	const needed = new Set(permissions.capabilities.flatMap(({ idle, name }) => (idle ? [] : (callsOf[name] ?? []))));
	if (needed.size) {
		unit.comment("Calls that the capabilities above need.");
		unit.set("SystemCallFilter", [...needed].join(" "));
	}
}

/** Sets which parts of the kernel the application can see and change. */
function kernel(unit: UnitLines, { plan }: UnitInput): void {
	const opened = new Set(plan.permissions.capabilities.map(({ name }) => name));
	unit.comment("Otherwise the application could reach host processes with the same account and escape (measured).");
	unit.set("PrivatePIDs", "yes");
	unit.set("PrivateIPC", "yes");
	if (plan.permissions.proc !== undefined) unit.comment(`/proc is needed for: ${plan.permissions.proc}`);
	unit.set("ProtectProc", "invisible");
	const { kernelProc, sys } = plan.permissions;
	if (kernelProc !== undefined) unit.comment(`The machine's files of /proc are needed for: ${kernelProc}`);
	unit.set("ProcSubset", kernelProc === undefined ? "pid" : "all");
	if (sys !== undefined) unit.comment(`/sys is needed for: ${sys}`);
	if (opened.has("sys_time") || opened.has("wake_alarm")) unit.comment("No ProtectClock=yes, because it removes the capability.");
	else unit.set("ProtectClock", "yes");
	unit.set("ProtectControlGroups", "yes");
	unit.set("ProtectHostname", "yes");
	if (opened.has("syslog")) unit.comment("No ProtectKernelLogs=yes, because the application reads the kernel's log.");
	else unit.set("ProtectKernelLogs", "yes");
	unit.set("ProtectKernelModules", "yes");
	unit.set("ProtectKernelTunables", "yes");
	unit.set("LockPersonality", "yes");
	const { writableCode } = plan.permissions;
	if (writableCode !== undefined)
		unit.comment(`No MemoryDenyWriteExecute=yes, because the application generates code: ${writableCode}`);
	else unit.set("MemoryDenyWriteExecute", "yes");
	unit.comment("A user namespace would grant every capability inside.");
	unit.set("RestrictNamespaces", "yes");
	if (opened.has("sys_nice")) unit.comment("No RestrictRealtime=yes, because the application sets priorities.");
	else unit.set("RestrictRealtime", "yes");
	unit.comment("A setuid file in a data directory would endanger those who run it outside.");
	unit.set("RestrictSUIDSGID", "yes");
}

function ownNetwork(unit: UnitLines, { joins, plan, systemdVersion }: UnitInput): void {
	// systemd 242 introduced it.
	if (joins !== undefined && systemdVersion >= 242) unit.set("NetworkNamespacePath", `/proc/${joins}/ns/net`);
	else if (plan.application.network === "none") unit.set("PrivateNetwork", "yes");
}

function network(unit: UnitLines, input: UnitInput): void {
	const { plan } = input;
	ownNetwork(unit, input);
	addresses(unit, input);
	const { netlink, packetSockets, uevents, unixSockets } = plan.permissions;
	if (netlink !== undefined) unit.comment(`AF_NETLINK is needed for: ${netlink}`);
	if (unixSockets !== undefined) unit.comment(`AF_UNIX is needed for: ${unixSockets}`);
	if (uevents !== undefined) unit.comment(`AF_NETLINK is needed for messages about devices: ${uevents}`);
	if (packetSockets !== undefined) unit.comment(`AF_PACKET is needed for: ${packetSockets}`);
	const opened = [
		...(netlink === undefined && uevents === undefined ? [] : ["AF_NETLINK"]),
		...(packetSockets === undefined ? [] : ["AF_PACKET"]),
		...(unixSockets === undefined ? [] : ["AF_UNIX"]),
	];
	unit.set("RestrictAddressFamilies", ["AF_INET", "AF_INET6", ...opened].join(" "));
}

/** All unicast addresses: everything except 224.0.0.0/4 and 240.0.0.0/4 (RFC 5771, RFC 1112) and ff00::/8 (RFC 4291). */
const oneMachine = [
	"0.0.0.0/1",
	"128.0.0.0/2",
	"192.0.0.0/3",
	"::/1",
	"8000::/2",
	"c000::/3",
	"e000::/4",
	"f000::/5",
	"f800::/6",
	"fc00::/7",
	"fe00::/8",
].join(" ");

function addresses(unit: UnitLines, { plan: { application, permissions } }: Pick<UnitInput, "plan">): void {
	// In its own network a packet would be dropped silently, so a connection attempt would wait for minutes (measured).
	if (application.network === "none") return;
	if (permissions.multicast !== undefined) {
		unit.comment(`No IPAddressDeny=: multicast is needed for: ${permissions.multicast}`);
		return;
	}
	unit.comment("No multicast and no broadcast, with which it could impersonate other machines.");
	unit.set("IPAddressDeny", "any");
	unit.set("IPAddressAllow", oneMachine);
}

/**
 * Returns a unit for a user's service manager. systemd cannot create the cage there: settings that need a namespace, such as
 * RootDirectory=, fail in a user's manager or are ignored silently (systemd.exec(5)). So the unit runs Cagewright, which
 * creates the cage.
 */
export function userUnit(name: string, [program = "", ...args]: readonly string[]): string {
	return [
		`# ~/.config/systemd/user/cage-${name}.service; \`loginctl enable-linger\` keeps it running without a session.`,
		"[Unit]",
		`Description=${lineText("Description", `${name} in its cage`)}`,
		"",
		"[Service]",
		`ExecStart=${[programWord(program), ...args.map(argumentWord)].join(" ")}`,
		"# Only Cagewright gets TERM, and forwards it.",
		"KillMode=mixed",
		"Restart=on-failure",
		"",
		"[Install]",
		"WantedBy=default.target",
		"",
	].join("\n");
}
