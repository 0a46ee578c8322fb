import { descriptorPath, fieldOf, idOf, numberOf, pidOf } from "./argument.ts";
import type { CallEvent } from "./line.ts";
import type { Process } from "./process.ts";
import { type Effect, effect, type Recorder } from "./recorder.ts";
import type { Access } from "./trace.ts";

/** Calls of systemd's set @resources. A unit refuses them if the application makes none. */
const schedulingCalls: ReadonlySet<string> = new Set(
	(
		"ioprio_set mbind migrate_pages move_pages nice sched_setaffinity sched_setattr sched_setparam sched_setscheduler " +
		"set_mempolicy set_mempolicy_home_node setpriority setrlimit"
	).split(" "),
);

interface CallingProcess {
	readonly process: Process;
	/** Finds another process of the application. */
	readonly find: (pid: number) => Process | undefined;
}

/**
 * Records the capabilities that a successful call must have used (capabilities(7)). If the line is ambiguous, the capability
 * counts as needed unless something known makes the call free.
 */
export function noteNeeds(
	event: CallEvent,
	effect: Effect | undefined,
	{ find, process }: CallingProcess,
	recorder: Recorder,
): void {
	const { args, call } = event;
	if (schedulingCalls.has(call)) recorder.trace.scheduling ??= recorder.name(call);
	switch (call) {
		case "chown":
		case "lchown":
		case "chown32":
		case "lchown32":
		case "fchown":
		case "fchown32":
		case "fchownat": {
			const first = call === "fchownat" ? 2 : 1;
			noteOwner(
				event,
				{ uid: idOf(args[first]), gid: idOf(args[first + 1]), access: effect?.touches[0]?.access },
				process,
				recorder,
			);
			break;
		}
		case "chmod":
		case "fchmod":
		case "fchmodat":
		case "fchmodat2":
			noteModeChange(event, effect, process, recorder);
			break;
		case "utimensat":
		case "utimensat_time64":
			// utimensat(2): setting the current time needs only write permission.
			if (/\btv_sec=/.test(args[2] ?? "")) noteModeChange(event, effect, process, recorder);
			break;
		case "mknod":
		case "mknodat":
			if (/\bS_IF(CHR|BLK)\b/.test(args.join())) recorder.capability("mknod", call, process.program);
			break;
		case "mount":
		case "umount":
		case "umount2":
		case "pivot_root":
			recorder.capability("sys_admin", call, process.program);
			break;
		case "open_by_handle_at":
			recorder.capability("dac_read_search", call, process.program);
			break;
		case "chroot":
			recorder.capability("sys_chroot", call, process.program);
			break;
		case "kill":
		case "tkill":
		case "tgkill": {
			// 0 and negative numbers mean process groups, whose members are unknown.
			const target = find(pidOf(args[call === "tgkill" ? 1 : 0]) ?? 0);
			if (!target) recorder.trace.possibleNeeds.add("capability:kill");
			else if (!maySignal(process, target)) recorder.capability("kill", call, process.program);
			break;
		}
		case "setpriority":
			if ((numberOf(args[2]) ?? 0) < 0) recorder.capability("sys_nice", call, process.program);
			break;
		case "nice":
			if ((numberOf(args[0]) ?? 0) < 0) recorder.capability("sys_nice", call, process.program);
			break;
		case "sched_setscheduler":
		case "sched_setattr":
			if (/\bSCHED_(FIFO|RR|DEADLINE)\b/.test(args[1] ?? "")) recorder.capability("sys_nice", call, process.program);
			break;
		case "capset":
			for (const name of capabilitiesNamed(args[1])) recorder.trace.kept.add(name);
			break;
		case "prctl":
			for (const name of capabilitiesOfProcess(args)) recorder.trace.kept.add(name);
			break;
		case "settimeofday":
		case "clock_settime":
		case "clock_settime64":
			recorder.trace.clock ??= call;
			break;
		case "adjtimex":
		case "clock_adjtime":
		case "clock_adjtime64":
			// Without a mode, the call only reads.
			if (!/\bmodes=0\b/.test(args.join())) recorder.trace.clock ??= call;
			break;
		case "memfd_create":
			recorder.trace.memfd = true;
			break;
		case "mmap":
		case "mprotect":
		case "pkey_mprotect":
		case "shmat":
			if (writesCode(event)) recorder.trace.writableCode ??= codeCall(event);
			else if (call === "mmap") noteMapped(event, process, recorder);
			break;
	}
}

/** The name of a refusal to keep or raise capabilities; their names and a bracket follow. */
const refusedCapset = "capset(";

/** Returns the capabilities that a refused call named; empty for other refusals. */
export function refusedCapabilitiesIn(call: string): string[] {
	const names = call.startsWith(refusedCapset) ? call.slice(refusedCapset.length, -1) : "";
	return names === "" ? [] : names.split(",");
}

/** Returns the capability names in strace's text, as setpriv(1) writes them. */
function capabilitiesNamed(text = ""): string[] {
	return [...new Set(text.match(/\bCAP_[A-Z_]+/g)?.map((name) => name.slice("CAP_".length).toLowerCase()))];
}

/** Returns the capabilities that a prctl(2) about capabilities needs. */
function capabilitiesOfProcess([option = "", ...rest]: readonly string[]): string[] {
	if (option === "PR_CAPBSET_DROP" || option === "PR_SET_SECUREBITS") return ["setpcap"];
	return option === "PR_CAP_AMBIENT" && rest[0] === "PR_CAP_AMBIENT_RAISE" ? capabilitiesNamed(rest[1]) : [];
}

/** Names of refusals for socket families. */
export const refusedUnixSocket = "socket(AF_UNIX)";
export const refusedNetlink = "socket(AF_NETLINK)";
export const refusedUevents = "socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)";
export const refusedPacketSocket = "socket(AF_PACKET)";

/** Names of refusals for executable memory. */
export const refusedCode = /^(mmap|mprotect|pkey_mprotect|shmat)\(/;

function codeCall({ args, call }: CallEvent): string {
	if (call === "shmat") return "shmat(SHM_EXEC)";
	if (call !== "mmap") return `${call}(PROT_EXEC)`;
	return args[2]?.includes("PROT_WRITE") ? "mmap(PROT_WRITE|PROT_EXEC)" : "mmap(PROT_EXEC, MAP_ANONYMOUS)";
}

/** Code that comes from no file must be written through another mapping of the same memory. */
const mapsCode = (text: string) =>
	text.includes("PROT_WRITE|PROT_EXEC") || (text.includes("PROT_EXEC") && text.includes("MAP_ANONYMOUS"));

/** Whether the filter in seccomp/filter.ts denies this without a permission. */
function writesCode({ args, call }: CallEvent): boolean {
	const flags = args[2] ?? "";
	return call === "mmap" ? mapsCode(`${flags}, ${args[3] ?? ""}`) : /\b(PROT|SHM)_EXEC\b/.test(flags);
}

/** A file mapped as code from a directory for state. Libraries are elsewhere. */
const mapsState = /PROT_EXEC.*, [0-9]+<\/(home|run|srv|tmp|var)\//;

/** Most of these calls map a library or grow the heap and show nothing of interest. */
export function isOrdinaryMemory(line: string): boolean {
	if (line.startsWith("mmap(")) return !mapsCode(line) && !mapsState.test(line);
	return (line.startsWith("mprotect(") || line.startsWith("pkey_mprotect(")) && !line.includes("PROT_EXEC");
}

/** Mapping a file as code executes it. On a noexec mount, mmap(2) fails with EPERM. */
function noteMapped({ args, call, error }: CallEvent, process: Process, recorder: Recorder): void {
	const path = args[2]?.includes("PROT_EXEC") ? descriptorPath(args[4]) : undefined;
	if (path === undefined) return;
	const touches = [{ access: recorder.access(path), operations: ["execute" as const], error: error && recorder.name(error) }];
	recorder.apply(effect(recorder.name(call), touches, false), process);
}

/** Records a refused call without a path: a right was missing, or the filter refused the socket family. */
export function noteRefusal(event: CallEvent, error: string, process: Process, recorder: Recorder): void {
	const { args, call } = event;
	const { program } = process;
	if (refusedCode.test(`${call}(`)) {
		if (error === "EPERM" && writesCode(event)) recorder.refusal(codeCall(event), error, program);
		else if (error === "EPERM" && call === "mmap") noteMapped(event, process, recorder);
		return;
	}
	if (call === "capset" || call === "prctl") {
		const names = call === "capset" ? capabilitiesNamed(args.join()) : capabilitiesOfProcess(args);
		if (call === "capset" || (names.length && error === "EPERM")) {
			recorder.refusal(`${refusedCapset}${names.join(",")})`, error, program);
		}
		return;
	}
	if (error === "EPERM" || error === "EACCES") recorder.refusal(call, error, program);
	if (error === "EAFNOSUPPORT" && call === "socket") recorder.refusal(refusedSocket(args), error, program);
}

/** Other netlink protocols than that for addresses are named, because they control other parts of the machine. */
function refusedSocket([family = "", , protocol = ""]: readonly string[]): string {
	const isNamed = family === "AF_NETLINK" && /^NETLINK_[A-Z0-9_]+$/.test(protocol) && protocol !== "NETLINK_ROUTE";
	return isNamed ? `socket(${family}, ${protocol})` : `socket(${family})`;
}

/** kill(2): the sender's real or effective uid must be the target's real or saved uid. */
function maySignal(sender: Process, target: Process): boolean {
	const mine = [sender.uid.real, sender.uid.effective];
	return mine.includes(target.uid.real) || mine.includes(target.uid.saved);
}

/** chmod(2): changing another owner's file needs CAP_FOWNER. The plan checks files that the application did not give away. */
function noteModeChange(event: CallEvent, effect: Effect | undefined, process: Process, recorder: Recorder): void {
	const access = effect?.touches[0]?.access;
	const given = access && !recorder.removed.has(access) ? access.owner : undefined;
	const owner = given?.uid ?? (access && recorder.creators.get(access)) ?? 0;
	if (process.uid.effective === 0 && owner > 0) recorder.capability("fowner", event.call, process.program);
}

interface NewOwner {
	readonly uid: number | undefined;
	readonly gid: number | undefined;
	readonly access: Access | undefined;
}

/** chown(2): another owner needs CAP_CHOWN, and so does a group without the owner. Group membership is unknown here. */
function noteOwner(event: CallEvent, { access, gid, uid }: NewOwner, process: Process, recorder: Recorder): void {
	const known = access?.owner;
	const otherUser = uid !== undefined && uid !== known?.uid;
	const otherGroup = gid !== undefined && gid !== known?.gid;
	if (process.uid.effective === 0 && (otherUser || otherGroup)) recorder.capability("chown", event.call, process.program);
	if (!access || (!otherUser && !otherGroup)) return;
	access.owner = { uid: uid ?? known?.uid ?? -1, gid: gid ?? known?.gid ?? -1 };
	recorder.removed.delete(access);
}

/** Follows a process's hard limits. Raising one needs CAP_SYS_RESOURCE (setrlimit(2)). */
export function followLimits(event: CallEvent, process: Process, recorder: Recorder | undefined): void {
	const isNew = event.call === "prlimit64";
	// Ignore other processes' limits.
	if (isNew && pidOf(event.args[0]) !== 0 && pidOf(event.args[0]) !== process.pid) return;
	const resource = event.args[isNew ? 1 : 0] ?? "";
	const hard = (argument: string | undefined) => numberOf(argument?.startsWith("{") ? fieldOf(argument, "rlim_max") : undefined);
	const old = (isNew ? hard(event.args[3]) : undefined) ?? process.limits.get(resource);
	const asked = hard(event.args[isNew ? 2 : 1]);
	if (asked !== undefined && old === undefined) recorder?.trace.possibleNeeds.add("capability:sys_resource");
	if (asked !== undefined && old !== undefined && asked > old) recorder?.capability("sys_resource", event.call, process.program);
	const now = asked ?? old;
	if (now === undefined || now === process.limits.get(resource) || !/^RLIMIT_[A-Z]+$/.test(resource)) return;
	process.limits = new Map(process.limits).set(recorder?.name(resource) ?? resource, now);
}
