import { countEntries } from "../cage/manifest.ts";
import { launcherName } from "../confinement/method.ts";
import type { Values } from "../failure.ts";
import { permittedByPlan } from "../selftest/verdict.ts";
import { type CageRecord, isMeasured, lastTrial, measuredAlarms, selftestOf, trialsOf } from "./record.ts";
import { sharedThings } from "./residual-risks.ts";
import { isApproved } from "./responsible.ts";

/** Sections of the record, named as in its page. */
export const sectionNames = [
	"responsibilities",
	"application",
	"checklist",
	"risks",
	"trials",
	"selftest",
	"confinement",
	"accounts",
	"devices",
	"configuration",
	"permissions",
	"updates",
	"coverage",
	"pictures",
	"packages",
	"left-out",
	"files",
	"signatures",
	"history",
] as const;
export type SectionName = (typeof sectionNames)[number];

/**
 * `shown`: the record contains the evidence. `failed`: the evidence contradicts the requirement. `open`: nothing was measured.
 * `person`: only a person can state it, and nobody has. `explains`: the sentence only explains.
 */
export type ItemState = "shown" | "failed" | "open" | "person" | "explains";

export interface ChecklistItem {
	readonly id: ItemId;
	readonly state: ItemState;
	/** Values for the sentence that describes the evidence. */
	readonly values: Values;
	readonly sections: readonly SectionName[];
}

/**
 * Sentences of the safeguard in their order (s), of the requirement that replaced it (r), and an auditor's questions about
 * documentation and review (q), with which our copy of the safeguard ends.
 */
export type ItemId =
	| `s${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22}`
	| `r${1 | 2 | 3}`
	| `q${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}`;

/** Directories that the safeguard mentions. */
const safeguardDirectories = ["/dev", "/lib", "/usr/bin", "/var", "/var/run", "/etc"];

export function checklistOf(record: CageRecord): ChecklistItem[] {
	const { cage, check, configuration, evidence, history, manifest, responsible } = record;
	const trial = lastTrial(record);
	const trials = trialsOf(record);
	const selftest = selftestOf(record);
	const counts = countEntries(manifest);
	const measured = isMeasured(trial) ? trial.measured : undefined;
	const files = manifest.entries.filter(({ kind }) => kind === "file");
	const programs = files.filter(({ reasons }) =>
		reasons.some((reason) => reason.kind === "traced" && reason.calls.some((call) => call.startsWith("execve"))),
	);
	const unexplained = manifest.entries.filter(({ reasons }) => !reasons.length).length;
	const when = (known: boolean, holds = true): ItemState => (known ? (holds ? "shown" : "failed") : "open");
	const inside = when(measured !== undefined, measured?.inside === true);
	const tested = when(selftest !== undefined, selftest !== undefined && !selftest.escaped.length && !selftest.findings.length);
	const answered = when(trial !== undefined, trial?.answered === true);
	const person = (name: string | undefined): ItemState => (name === undefined ? "person" : "shown");
	const passed = trial?.probes.filter(({ ok }) => ok).length ?? 0;
	const open = permittedByPlan(selftest?.openByDesign ?? []).length;
	const ways = { tried: selftest?.tried ?? 0, escaped: selftest?.escaped.length ?? 0, open };
	const shares = sharedThings(record);
	const { accounts } = manifest;
	const there = new Set<string>([...manifest.entries.map(({ path }) => path), ...manifest.writable.map(({ path }) => path)]);
	const present = safeguardDirectories.filter((path) => there.has(path) || (path === "/dev" && counts.devices.length > 0));
	const approved = isApproved(responsible, manifest.generation);
	const appArmor = evidence?.machine.appArmor;
	const layers = [measured?.seccomp ? "seccomp" : "", trial?.weaker?.includes("landlock") ? "" : "Landlock"]
		.filter(Boolean)
		.join(", ");
	const secrets = manifest.entries.filter(({ risks }) => risks.includes("secret")).length;
	const changed = configuration.filter(({ state }) => state !== "package").length;

	return [
		item("s1", person(responsible.initiatedBy), ["responsibilities"], { who: responsible.initiatedBy ?? "" }),
		item("s2", person(responsible.implementedBy), ["responsibilities"], { who: responsible.implementedBy ?? "" }),
		item("s3", "shown", ["application"], { name: cage.name, generation: manifest.generation, root: record.place.root }),
		item("s4", inside, ["confinement", "trials"], { at: trial?.at ?? "" }),
		item("s5", inside, ["confinement", "files"], { programs: programs.length }),
		item("s6", inside, ["confinement"], { root: record.place.root }),
		item("s7", tested, ["selftest"], ways),
		item("s8", "shown", ["accounts", "risks", "trials", "updates"], { account: manifest.identity.name, shares }),
		item("s9", "shown", ["confinement"], { launcher: launcherName, name: cage.name }),
		item("s10", tested, ["selftest", "risks"], ways),
		item("s11", tested, ["selftest", "risks"], ways),
		item("s12", "explains", ["risks"]),
		item("s13", "explains", ["risks"]),
		detectionItem(record),
		item("s15", when(trial !== undefined, trial?.answered === true), ["files", "trials"], { files: counts.files, passed }),
		item("s16", "shown", ["files", "coverage"], { unexplained, entries: manifest.entries.length }),
		item("s17", "shown", ["files", "devices"], {
			there: present.join(", "),
			absent: safeguardDirectories.filter((path) => !present.includes(path)).join(", ") || "–",
		}),
		item("s18", when(trials.length > 0), ["trials"], {
			rounds: trials.length,
			seconds: totalSeconds(evidence?.seconds ?? cage.seconds),
		}),
		item("s19", unexplained ? "failed" : "shown", ["files", "configuration", "history"], { entries: manifest.entries.length }),
		item("s20", "shown", ["devices", "accounts"], {
			devices: counts.devices.length,
			users: accounts.users.length,
			groups: accounts.groups.length,
		}),
		item("s21", "shown", ["accounts"], {
			users: accounts.users.map(({ name }) => name).join(", ") || "–",
			usersLeftOut: accounts.usersLeftOut,
			groupsLeftOut: accounts.groupsLeftOut,
		}),
		item("s22", "shown", ["accounts"], { users: accounts.users.length, groups: accounts.groups.length }),
		item("r1", when(measured !== undefined, measured?.seccomp === true && measured.noNewPrivileges), ["confinement"], { layers }),
		item("r2", inside, ["confinement"], { name: cage.name }),
		item("r3", profileState(record), ["confinement"], { profile: appArmor?.profile ?? "–" }),
		item("q1", unexplained ? "failed" : "shown", ["files", "packages"], { files: counts.files, unexplained }),
		item("q2", "shown", ["configuration"], { files: configuration.length, changed }),
		item("q3", "shown", ["permissions"], { writable: manifest.writable.length, binds: manifest.binds.length }),
		item("q4", answered, ["trials"], { passed, of: trial?.probes.length ?? 0, at: trial?.at ?? "" }),
		item("q5", tested, ["selftest"], { ...ways, at: selftest?.at ?? "" }),
		item("q6", check === undefined ? "open" : check.outdated ? "failed" : "shown", ["updates"], { at: check?.at ?? "" }),
		item("q7", "shown", ["left-out", "risks"], { secrets, declined: evidence?.declined.length ?? 0 }),
		item("q8", responsible.purpose === undefined ? "person" : "shown", ["responsibilities"], {
			purpose: responsible.purpose ?? "",
		}),
		item("q9", approved ? "shown" : "person", ["responsibilities", "risks"], {
			who: responsible.approved?.by ?? "",
			generation: responsible.approved?.generation ?? 0,
		}),
		item("q10", history.length ? "shown" : "open", ["history"], { lines: history.length }),
	];
}

function item(
	id: ItemId,
	state: ItemState,
	sections: readonly SectionName[],
	values: ChecklistItem["values"] = {},
): ChecklistItem {
	return { id, state, values, sections };
}

/** Without a measurement, only a person can say how an attack would be noticed. */
function detectionItem(record: CageRecord): ChecklistItem {
	const alarms = measuredAlarms(record);
	if (!alarms) return item("s14", "person", ["updates", "history"], { at: record.check?.at ?? "" });
	const { at, filtered, raised, slowest } = alarms;
	return item("s14", "shown", ["risks", "history"], {
		at,
		filtered,
		raised,
		milliseconds: Math.round(slowest * 1000),
		name: record.cage.name,
	});
}

/** If the kernel's mandatory access control is off, no profile can be active; a person has to decide whether that is right. */
function profileState({ evidence }: CageRecord): ItemState {
	if (!evidence) return "open";
	const { appArmor, selinux } = evidence.machine;
	if (!appArmor.enabled && !selinux) return "person";
	return appArmor.enabled && appArmor.profile !== undefined && appArmor.loaded !== true ? "failed" : "shown";
}

function totalSeconds(seconds: CageRecord["cage"]["seconds"]): number {
	return Math.round(Object.values(seconds).reduce((sum, one) => sum + one, 0) * 10) / 10;
}
