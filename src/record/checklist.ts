import type { Values } from "../base/failure.ts";
import { countEntries } from "../cage/manifest.ts";
import { launcherName } from "../confine/method.ts";
import { permittedByPlan } from "../selftest/verdict.ts";
import { type CageRecord, isApproved, isMeasured, lastTrial, measuredAlarms, selftestOf, trialsOf, updatesIn } from "./record.ts";
import { sharedThings } from "./residual-risks.ts";

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
 * `shown`: the record contains the evidence. `failed`: the evidence contradicts the requirement. `open`: the fact was not measured.
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
	const isTraced = manifest.entries.some(({ reasons }) => reasons.some(({ kind }) => kind === "traced"));
	const unhashed = files.filter(({ sha256 }) => sha256 === undefined).length;
	const unowned = files.filter((file) => !file.package).length;
	const when = (known: boolean, holds = true): ItemState => (known ? (holds ? "shown" : "failed") : "open");
	const inside = when(measured !== undefined, measured?.inside === true);
	const hasNamespace = measured?.namespaces.includes("mount") === true;
	const isLayered = measured?.seccomp === true && measured.noNewPrivileges;
	const tested = when(
		selftest !== undefined && selftest.tried > 0,
		selftest !== undefined && !selftest.escaped.length && !selftest.findings.length,
	);
	const answered = when(trial !== undefined, trial?.answered === true);
	const person = (name: string | undefined): ItemState => (name === undefined ? "person" : "shown");
	const passed = trial?.probes.filter(({ ok }) => ok).length ?? 0;
	const open = permittedByPlan(selftest?.openByDesign ?? []).length;
	const ways = { tried: selftest?.tried ?? 0, escaped: selftest?.escaped.length ?? 0, open };
	const shares = sharedThings(record);
	const { accounts } = manifest;
	const there = new Set<string>([...manifest.entries.map(({ path }) => path), ...manifest.writable.map(({ path }) => path)]);
	const hasAccounts = there.has("/etc/passwd") && there.has("/etc/group");
	const present = safeguardDirectories.filter((path) => there.has(path) || (path === "/dev" && counts.devices.length > 0));
	const approved = isApproved(responsible, manifest.generation);
	const appArmor = evidence?.machine.appArmor;
	const hasLandlock = trial?.weaker !== undefined && !trial.weaker.includes("landlock");
	const layers =
		[
			...(measured?.seccomp ? ["seccomp"] : []),
			...(hasLandlock ? ["Landlock"] : []),
			...(measured?.noNewPrivileges ? ["no_new_privs"] : []),
		].join(", ") || "–";
	const secrets = manifest.entries.filter(({ risks }) => risks.includes("secret")).length;
	const isHosts = ({ against, state }: CageRecord["configuration"][number]) => state === "host" && against === undefined;
	const changed = configuration.filter((one) => one.state !== "package" && !isHosts(one)).length;
	const uncompared = configuration.filter(isHosts).length;
	const updates = updatesIn(history);

	return [
		item("s1", person(responsible.initiatedBy), ["responsibilities"], { who: responsible.initiatedBy ?? "" }),
		item("s2", person(responsible.implementedBy), ["responsibilities"], { who: responsible.implementedBy ?? "" }),
		item("s3", "shown", ["application"], { name: cage.name, generation: manifest.generation, root: record.place.root }),
		item("s4", inside, ["confinement", "trials"], { at: trial?.at ?? "" }),
		item("s5", inside, ["confinement", "files"], { programs: programs.length }),
		item("s6", when(measured !== undefined, measured?.inside === true && hasNamespace), ["confinement"], {
			root: record.place.root,
		}),
		item("s7", tested, ["selftest"], ways),
		item("s8", when(shares !== undefined, shares === 0), ["accounts", "risks", "trials", "updates"], {
			account: manifest.identity.name,
			shares: shares ?? 0,
		}),
		item("s9", when(measured !== undefined, isLayered && hasNamespace), ["confinement"], {
			launcher: launcherName,
			name: cage.name,
			layers,
		}),
		item("s10", tested, ["selftest", "risks"], ways),
		item("s11", tested, ["selftest", "risks"], ways),
		item("s12", "explains", ["risks"]),
		item("s13", "explains", ["risks"]),
		detectionItem(record),
		item("s15", when(trial !== undefined, trial?.answered === true), ["files", "trials"], { files: counts.files, passed }),
		item("s16", when(isTraced && trial !== undefined, !unexplained), ["files", "coverage"], {
			unexplained,
			entries: manifest.entries.length,
		}),
		item("s17", "shown", ["files", "devices"], {
			there: present.join(", ") || "–",
			absent: safeguardDirectories.filter((path) => !present.includes(path)).join(", ") || "–",
		}),
		item("s18", when(trials.length > 0), ["trials"], {
			rounds: trials.length,
			seconds: totalSeconds(evidence?.seconds ?? cage.seconds),
		}),
		item("s19", unexplained ? "failed" : "shown", ["files", "configuration", "history"], { entries: manifest.entries.length }),
		item("s20", hasAccounts ? "shown" : "failed", ["devices", "accounts"], {
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
		item("r1", when(measured !== undefined, isLayered), ["confinement"], { layers }),
		item("r2", when(measured !== undefined, measured?.inside === true && hasNamespace), ["confinement"], { name: cage.name }),
		item("r3", profileState(record), ["confinement"], { profile: appArmor?.profile ?? "–", isOff: isUnused(evidence) ? 1 : 0 }),
		item("q1", unexplained || unhashed ? "failed" : "shown", ["files", "packages"], {
			files: counts.files,
			unowned,
			unexplained,
		}),
		item("q2", "shown", ["configuration"], { files: configuration.length, changed, uncompared }),
		item("q3", "shown", ["permissions"], { writable: manifest.writable.length, binds: manifest.binds.length }),
		item("q4", answered, ["trials"], { passed, of: trial?.probes.length ?? 0, at: trial?.at ?? "" }),
		item("q5", tested, ["selftest"], { ...ways, at: selftest?.at ?? "" }),
		// One comparison shows a state. Only the log shows that somebody keeps it.
		item("q6", when(check !== undefined && (check.outdated || updates.count > 0), !check?.outdated), ["updates", "history"], {
			at: check?.at ?? "",
			updates: updates.count,
			last: updates.last,
		}),
		item("q7", when(evidence !== undefined), ["left-out", "risks"], { secrets, declined: evidence?.declined.length ?? 0 }),
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

/**
 * Attacks are noticed if a watch runs and the self-test raised alarms. Otherwise only a person can say how an attack would be
 * noticed; the values tell what is there.
 */
function detectionItem(record: CageRecord): ChecklistItem {
	const alarms = measuredAlarms(record);
	const { active = false, covers = false, installed = false } = record.alarmService ?? {};
	const watches = installed && active && covers;
	const { at = "", filtered = 0, raised = 0, slowest = 0 } = alarms ?? {};
	return item("s14", watches && raised > 0 ? "shown" : "person", ["risks", "updates", "history"], {
		at,
		checkedAt: record.check?.at ?? "",
		filtered,
		raised,
		milliseconds: Math.round(slowest * 1000),
		name: record.cage.name,
		watches: watches ? 1 : 0,
	});
}

/**
 * Shown if the program's profile is loaded. Without a profile or mandatory access control there is nothing to activate; a person has to
 * decide whether that is right.
 */
function profileState({ evidence }: CageRecord): ItemState {
	if (!evidence) return "open";
	const { enabled, loaded, profile } = evidence.machine.appArmor;
	if (!enabled || profile === undefined) return "person";
	return loaded === true ? "shown" : "failed";
}

function isUnused(evidence: CageRecord["evidence"]): boolean {
	return evidence !== undefined && !evidence.machine.appArmor.enabled && !evidence.machine.selinux;
}

function totalSeconds(seconds: CageRecord["cage"]["seconds"]): number {
	return Math.round(Object.values(seconds).reduce((sum, one) => sum + one, 0) * 10) / 10;
}
