import type { Note } from "../base/failure.ts";
import { pathToText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { type CageRecord, isMeasured, lastTrial, measuredAlarms, selftestOf } from "./record.ts";

/**
 * A remaining risk, derived from the record. The messages have a sentence for each code; `severity` tells a signatory how
 * important it is.
 */
export interface ResidualRisk extends Note<(typeof riskCodes)[number]> {
	readonly severity: "high" | "medium" | "low";
}

const riskCodes = [
	"escaped",
	"audit-danger",
	"never-tried",
	"root-start",
	"capabilities",
	"network-shared",
	"unix-sockets",
	"netlink",
	"uevents",
	"packet-sockets",
	"multicast",
	"proc",
	"own-process",
	"kernel-proc",
	"sys",
	"writable-code",
	"executable-data",
	"memfd",
	"ports",
	"abstract-sockets",
	"syslog",
	"bind-writable",
	"bind-read",
	"shared-account",
	"secret-inside",
	"setuid-inside",
	"no-limits",
	"weaker",
	"partly-watched",
	"silent-techniques",
	"minimised",
	"outdated",
	"kernel",
	"chroot",
] as const;

const weights = ["high", "medium", "low"];

/** Returns the most severe risks first. The last ones apply to every cage. */
export function residualRisks(record: CageRecord): ResidualRisk[] {
	const { cage, check, manifest } = record;
	const { permissions } = manifest;
	const found: ResidualRisk[] = [];
	const add = (
		isThere: boolean,
		code: ResidualRisk["code"],
		severity: ResidualRisk["severity"],
		values: ResidualRisk["values"] = {},
	) => {
		if (isThere) found.push({ code, severity, values });
	};
	const trial = lastTrial(record);
	const selftest = selftestOf(record);
	const failures = (selftest?.escaped.length ?? 0) + (selftest?.findings.length ?? 0);
	add(failures > 0, "escaped", "high", { count: failures });
	const dangers = (check?.findings ?? []).filter(({ severity }) => severity === "danger").length;
	add(dangers > 0, "audit-danger", "high", { count: dangers });
	add(selftest === undefined, "never-tried", "high");
	add(manifest.identity.uid === 0, "root-start", permissions.capabilities.length ? "high" : "medium");
	add(permissions.capabilities.length > 0, "capabilities", "medium", {
		names: permissions.capabilities.map(({ name }) => `CAP_${name.toUpperCase()}`).join(", "),
	});
	add(cage.application.network === "host", "network-shared", "medium");
	add(permissions.unixSockets !== undefined, "unix-sockets", cage.application.network === "host" ? "medium" : "low");
	add(permissions.netlink !== undefined, "netlink", "low");
	add(permissions.uevents !== undefined, "uevents", "low");
	add(permissions.packetSockets !== undefined, "packet-sockets", "high");
	add(permissions.multicast !== undefined, "multicast", "low");
	add(permissions.proc !== undefined, "proc", "medium");
	add(permissions.ownProcess !== undefined, "own-process", "medium");
	add(permissions.kernelProc !== undefined, "kernel-proc", "medium");
	add(permissions.sys !== undefined, "sys", "medium");
	add(permissions.writableCode !== undefined, "writable-code", "medium");
	add(permissions.executableData !== undefined, "executable-data", "medium", {
		paths: (permissions.executableData ?? []).map(showPath).join(", "),
	});
	add(permissions.memfd !== undefined, "memfd", "medium");
	add(permissions.ports !== undefined, "ports", "low");
	add(permissions.abstractSockets !== undefined, "abstract-sockets", cage.application.network === "host" ? "medium" : "low");
	add(permissions.syslog !== undefined, "syslog", "low");
	const writes = manifest.binds.filter(({ access }) => access === "rw").map(({ path }) => path);
	const reads = manifest.binds.filter(({ access }) => access === "ro").map(({ path }) => path);
	add(writes.length > 0, "bind-writable", "medium", { paths: writes.join(", ") });
	add(reads.length > 0, "bind-read", "low", { paths: reads.join(", ") });
	const notes = record.evidence?.notes ?? cage.notes ?? [];
	const accounts = [...notes.filter(({ code }) => code.startsWith("shares-account")), ...accountFindings(record)];
	const names = [...new Set(accounts.map(({ values }) => String(values.account)))];
	add(names.length > 0, "shared-account", "medium", { account: names.join(", ") });
	const inside = (risk: "secret" | "setuid") =>
		manifest.entries.filter(({ risks }) => risks.includes(risk)).flatMap(({ path }) => pathToText(path) ?? []);
	add(inside("secret").length > 0, "secret-inside", "medium", { paths: inside("secret").join(", ") });
	add(inside("setuid").length > 0, "setuid-inside", "medium", { paths: inside("setuid").join(", ") });
	add(isMeasured(trial) && !trial.measured.limits?.length, "no-limits", "low");
	add((trial?.weaker?.length ?? 0) > 0, "weaker", "high", { layers: (trial?.weaker ?? []).join(", ") });
	add(
		notes.some(({ code }) => ["gap-start-up", "attached-late"].includes(code)),
		"partly-watched",
		"low",
	);
	const alarms = measuredAlarms(record);
	const silent = alarms?.silent ?? [];
	add(silent.length > 0, "silent-techniques", "low", {
		count: silent.length,
		of: alarms?.filtered ?? 0,
		names: silent.join(", "),
	});
	const smaller = record.evidence?.minimised;
	if (smaller) {
		const { exercises, files, probes } = smaller;
		add(true, "minimised", exercises ? "low" : "medium", { files, probes, exercises });
	}
	add(check?.outdated === true, "outdated", check?.drift.some(({ security }) => security) ? "high" : "medium");
	add(true, "kernel", "low");
	add(true, "chroot", "low");
	return found.sort((a, b) => weights.indexOf(a.severity) - weights.indexOf(b.severity));
}

function accountFindings({ check }: CageRecord) {
	return (check?.findings ?? []).filter(({ code }) => code === "account-used-outside" || code === "account-of-other-cage");
}

/** Counts ports, accounts and directories that other services use too. Undefined if nobody looked. */
export function sharedThings(record: CageRecord): number | undefined {
	const known = record.evidence?.notes ?? record.cage.notes;
	if (!known || !record.check) return undefined;
	const notes = known.filter(({ code }) => code.startsWith("shares-"));
	const accounts = notes.some(({ code }) => code.startsWith("shares-account"));
	return notes.length + (accounts ? 0 : accountFindings(record).length);
}
