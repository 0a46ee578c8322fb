import type { UnitInput } from "./input.ts";
import type { UnitLines } from "./lines.ts";

/** What of the kernel the application sees and may change. */
export function kernel(unit: UnitLines, { plan }: UnitInput): void {
	const opened = new Set(plan.openings.capabilities.map(({ name }) => name));
	unit.because("Without it, processes of the host under the same account are within reach: measured, that was a way out.");
	unit.set("PrivatePIDs", "yes");
	unit.set("PrivateIPC", "yes");
	if (plan.openings.proc !== undefined) unit.because(`/proc is needed for: ${plan.openings.proc}`);
	unit.set("ProtectProc", "invisible");
	const { kernelProc, sys } = plan.openings;
	if (kernelProc !== undefined) unit.because(`The machine's files of /proc are needed for: ${kernelProc}`);
	unit.set("ProcSubset", kernelProc === undefined ? "pid" : "all");
	if (sys !== undefined) unit.because(`/sys is needed for: ${sys}`);
	if (opened.has("sys_time") || opened.has("wake_alarm")) unit.because("No ProtectClock=yes: that takes the capability away.");
	else unit.set("ProtectClock", "yes");
	unit.set("ProtectControlGroups", "yes");
	unit.set("ProtectHostname", "yes");
	if (opened.has("syslog")) unit.because("No ProtectKernelLogs=yes: it reads the kernel's log.");
	else unit.set("ProtectKernelLogs", "yes");
	unit.set("ProtectKernelModules", "yes");
	unit.set("ProtectKernelTunables", "yes");
	unit.set("LockPersonality", "yes");
	const { writableCode } = plan.openings;
	if (writableCode !== undefined)
		unit.because(`No MemoryDenyWriteExecute=yes: the application writes code as it runs: ${writableCode}`);
	else unit.set("MemoryDenyWriteExecute", "yes");
	unit.because("A user namespace would hand out every capability inside itself.");
	unit.set("RestrictNamespaces", "yes");
	if (opened.has("sys_nice")) unit.because("No RestrictRealtime=yes: it sets priorities.");
	else unit.set("RestrictRealtime", "yes");
	unit.because("A setuid file in a data directory would be a trap for whoever meets it outside.");
	unit.set("RestrictSUIDSGID", "yes");
}

export function network(unit: UnitLines, { plan }: UnitInput): void {
	if (plan.application.network === "none") unit.set("PrivateNetwork", "yes");
	addresses(unit, { plan });
	const { netlink, unixSockets } = plan.openings;
	if (netlink !== undefined) unit.because(`AF_NETLINK is needed for: ${netlink}`);
	if (unixSockets !== undefined) unit.because(`AF_UNIX is needed for: ${unixSockets}`);
	const opened = [...(netlink === undefined ? [] : ["AF_NETLINK"]), ...(unixSockets === undefined ? [] : ["AF_UNIX"])];
	unit.set("RestrictAddressFamilies", ["AF_INET", "AF_INET6", ...opened].join(" "));
}

/** Every address of one machine: all but 224.0.0.0/4 and 240.0.0.0/4 (RFC 5771, RFC 1112), and but ff00::/8 (RFC 4291). */
const oneMachine = [
	...["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"],
	...["::/1", "8000::/2", "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fc00::/7", "fe00::/8"],
].join(" ");

function addresses(unit: UnitLines, { plan: { application, openings } }: Pick<UnitInput, "plan">): void {
	// In a network of its own a packet would be dropped without a word: whoever tries a connection there waits for minutes (measured).
	if (application.network === "none") return;
	if (openings.multicast !== undefined) {
		unit.because(`No IPAddressDeny=: multicast is needed for: ${openings.multicast}`);
		return;
	}
	unit.because("It talks to single machines: no multicast and no broadcast, by which it could answer in the name of others.");
	unit.set("IPAddressDeny", "any");
	unit.set("IPAddressAllow", oneMachine);
}
