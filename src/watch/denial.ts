import { describeFilter, type Denial as FilterDenial, type Why } from "../confine/seccomp/filter.ts";
import { type FilterPermissions, lackable } from "../confine/seccomp/filter-permissions.ts";
import { type Architecture, type SyscallName, syscalls } from "../confine/seccomp/syscalls.ts";

/** A system call that a filter refused, or for which it killed the process (audit record 1326, AUDIT_SECCOMP). */
export interface Denial {
	/** Milliseconds since 1970. */
	readonly time: number;
	/** Serial number of the audit record, the same in the kernel log and in the audit log. */
	readonly serial: number;
	readonly pid: number;
	/** Real user id in the host's numbering. */
	readonly uid: number;
	/** The process's audit session, which it inherits and cannot change; `unsetSession` if it has none. */
	readonly session: number;
	/** Name of the process (at most 15 bytes), which the process chooses itself. */
	readonly name: string;
	/** The executable's path as the process sees it; empty if the kernel does not know it. */
	readonly program: string;
	/** Name of the system call, or its number if the table does not contain it. */
	readonly call: SyscallName | `${number}`;
	readonly result: "refused" | "killed";
}

/** A process that a processor exception ended, as the kernel logs it (`show_unhandled_signals`). */
export interface Crash {
	readonly pid: number;
	readonly name: string;
}

/** The session of a process that no login has marked (AUDIT_SID_UNSET of linux/audit.h). */
export const unsetSession = 0xffff_ffff;

/** seccomp(2): the action without its data, as in the record's `code`. */
const refused = 0x50000;
const killed = [0x80000000, 0];
/** linux/audit.h: AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. Other architectures have other call numbers. */
const architectures: Readonly<Record<string, Architecture>> = { c000003e: "x64", c00000b7: "arm64" };

/**
 * Reads a record from the kernel log (`audit: type=1326 audit(…): …`) or from auditd's file (`type=SECCOMP msg=audit(…): …`).
 * Returns undefined for anything else, including incomplete records. A process chooses its name and its program's path, but the
 * kernel writes both in hexadecimal if they contain a quote, a space or a control character, so no name can imitate a field.
 */
export function parseDenial(text: string): Denial | undefined {
	const record = parseAudit(text);
	if (record?.type !== "SECCOMP") return undefined;
	const { fields, serial, time } = record;
	const number = (key: string, base = 10) => {
		const value = fields.get(key) ?? "";
		return (base === 16 ? /^(0x)?[0-9a-f]+$/ : /^\d+$/).test(value) ? Number.parseInt(value, base) : Number.NaN;
	};
	const [pid, uid, session, call, code] = [number("pid"), number("uid"), number("ses"), number("syscall"), number("code", 16)];
	const result = code === refused ? "refused" : killed.includes(code) ? "killed" : undefined;
	if ([pid, uid, session, call].some(Number.isNaN) || result === undefined) return undefined;
	return {
		time,
		serial: Number(serial),
		pid,
		uid,
		session,
		name: untrusted(fields.get("comm")),
		program: untrusted(fields.get("exe")),
		call: callName(call, architectures[fields.get("arch") ?? ""]),
		result,
	};
}

/** linux/audit.h: the records that we read, by number and by auditd's names. An older auditd writes `UNKNOWN[1423]`. */
const recordTypes = {
	"1300": "SYSCALL",
	"1326": "SECCOMP",
	"1423": "LANDLOCK_ACCESS",
	"1424": "LANDLOCK_DOMAIN",
} as const;
type RecordType = (typeof recordTypes)[keyof typeof recordTypes];

export interface AuditRecord {
	readonly type: RecordType;
	/** Milliseconds since 1970. */
	readonly time: number;
	readonly serial: string;
	/** Time and serial number as the record has them, `1795821997.790:1`. */
	readonly stamp: string;
	readonly fields: ReadonlyMap<string, string>;
}

/** The last text and its record: each of several readers asks for the same one, and a flood of records must not make us slow. */
let last: { readonly text: string; readonly record: AuditRecord | undefined } | undefined;

/** Reads a record of one of these types, as `parseDenial` does. */
export function parseAudit(text: string): AuditRecord | undefined {
	if (last?.text !== text) last = { text, record: readAudit(text) };
	return last.record;
}

function readAudit(text: string): AuditRecord | undefined {
	const [, number, word, unknown, stamp = "", seconds, milliseconds, serial, rest] =
		/^(?:audit: type=(\d+) |type=([A-Z_]+)(?:\[(\d+)\])? msg=)audit\(((\d+)\.(\d{3}):(\d+))\): ([^\n]*)$/.exec(
			text.split("\u001d", 1)[0] ?? "",
		) ?? [];
	const type =
		recordTypes[(number ?? unknown ?? "") as keyof typeof recordTypes] ??
		Object.values(recordTypes).find((name) => number === undefined && name === word);
	if (type === undefined || rest === undefined || serial === undefined) return undefined;
	const fields = new Map<string, string>();
	for (const [, key = "", value = ""] of rest.matchAll(/(?:^| )([a-z]+)=("[^"]*"|[^ "]*)/g)) {
		// The first one counts, so that appended text cannot replace the kernel's.
		if (!fields.has(key)) fields.set(key, value);
	}
	return { type, time: Number(seconds) * 1000 + Number(milliseconds), serial, stamp, fields };
}

/** Returns the name of a call, by the fields `syscall` and `arch` of a record. */
export function callOf(number = "", architecture = ""): Denial["call"] | undefined {
	return /^\d+$/.test(number) ? callName(Number(number), architectures[architecture]) : undefined;
}

/** audit_log_untrustedstring(): in quotes, or in hexadecimal without them. */
export function untrusted(value = ""): string {
	if (value.startsWith('"')) return value.slice(1, -1);
	return /^([0-9A-F]{2})+$/.test(value) ? Buffer.from(value, "hex").toString("latin1") : "";
}

function callName(number: number, architecture: Architecture | undefined): Denial["call"] {
	return (architecture && names[architecture].get(number)) ?? `${number}`;
}

/** By number; a flood of records must not make us slow. */
const names = { x64: namesOf(0), arm64: namesOf(1) };

function namesOf(column: 0 | 1): ReadonlyMap<number | undefined, SyscallName> {
	return new Map(Object.entries(syscalls).map(([name, numbers]) => [numbers[column], name as SyscallName]));
}

/**
 * Reads `redis-server[123]: segfault at …` and `traps: redis-server[123] trap …`. The process chooses its name, which may contain
 * anything. The pid is therefore the last number in brackets before the kernel's own words.
 */
export function parseCrash(text: string): Crash | undefined {
	const [, first, second] =
		/^[^\n]{1,15}\[(\d+)\]: segfault at [0-9a-f]+ ip [0-9a-f]+ |^traps: [^\n]{1,15}\[(\d+)\] (?:trap|general protection)/.exec(
			text,
		) ?? [];
	const pid = Number(first ?? second);
	if (!pid) return undefined;
	const name = text.replace(/^traps: /, "");
	return { pid, name: name.slice(0, name.indexOf(`[${pid}]`)) };
}

/** One record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): `priority,sequence,microseconds,flags;text`, then lines that begin with a space. */
export function parseKernelRecord(record: string): { readonly sequence: number; readonly text: string } | undefined {
	const [, priority, sequence, text] = /^(\d+),(\d+),\d+,[^;]*;([^\n]*)/.exec(record) ?? [];
	// The facility is above the three bits of the level. Only the kernel's own messages have facility 0 (devkmsg_write()).
	if (text === undefined || Number(priority) >> 3 !== 0) return undefined;
	return { sequence: Number(sequence), text };
}

/** Returns undefined for a call that no cage's filter denies. */
export function whyDenied(call: Denial["call"]): Why | undefined {
	return recorded.get(call)?.why;
}

const strictest: FilterPermissions = {
	unixSockets: false,
	memfd: false,
	account: { uid: 1, gid: 1, groups: 0, uids: [1], lacks: lackable },
};

/** The first rule of each call counts that the kernel records. */
const recorded: ReadonlyMap<string, Pick<FilterDenial, "notice" | "why">> = new Map(
	describeFilter(strictest)
		.filter(({ notice }) => notice !== "none")
		.map(({ call, notice, why }) => [call, { notice, why }] as const)
		.reverse(),
);

export function severityOf({ call, result }: Pick<Denial, "call" | "result">): "medium" | "high" {
	return result === "killed" || recorded.get(call)?.notice === "high" ? "high" : "medium";
}
