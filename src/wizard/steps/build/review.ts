import type { Bind } from "../../../core/application/application.ts";
import { filterPermissions } from "../../../core/confinement/filter-permissions.ts";
import { type LimitKind, limitsSet } from "../../../core/confinement/limits.ts";
import { countPermitted } from "../../../core/confinement/seccomp.ts";
import type { Note, Values } from "../../../core/failure.ts";
import type { AccountKind } from "../../../core/plan/accounts.ts";
import { type Group, groupsOf } from "../../../core/plan/groups.ts";
import { capabilityWord, type PermissionName, permissionNames, permissionWords } from "../../../core/plan/permissions.ts";
import type { Grant, Offer, Plan, Risk, SharedDirectory, WritableDirectory } from "../../../core/plan/plan.ts";
import type { Answers } from "../../../core/questions/answers.ts";
import type { HostView } from "../../session/host-view.ts";
import { type Totals, totalsOf } from "../files/pending.ts";

export type SectionName =
	| "application"
	| "warnings"
	| "permissions"
	| "left-out"
	| "existing"
	| "disk"
	| "limits"
	| "files"
	| "devices"
	| "writable"
	| "binds"
	| "accounts";

/** A row of the review. Dangerous sections come first. */
export type ReviewRow =
	| { readonly kind: "section"; readonly section: SectionName }
	| { readonly kind: "command"; readonly words: readonly string[] }
	| { readonly kind: "account"; readonly name: string; readonly uid: number; readonly dedicated?: string }
	| { readonly kind: "directory"; readonly path: string }
	/** Only names, because a value may be a secret. */
	| { readonly kind: "variables"; readonly names: readonly string[] }
	| { readonly kind: "probe" | "exercise"; readonly line: string }
	| { readonly kind: "note"; readonly code: string; readonly values: Values }
	| { readonly kind: "network"; readonly network: "host" | "none" }
	/** A system call filter for this application. */
	| { readonly kind: "calls"; readonly permitted: number; readonly general: number }
	| { readonly kind: "capability"; readonly name: string; readonly why: string; readonly grant?: Grant }
	| { readonly kind: "permission"; readonly name: PermissionName; readonly why: string; readonly grant?: Grant }
	/** There are no permissions. */
	| { readonly kind: "closed" }
	| { readonly kind: "refused"; readonly name: string; readonly why: string }
	| { readonly kind: "undecided"; readonly count: number }
	| { readonly kind: "declined"; readonly path: string; readonly risk: Risk }
	| { readonly kind: "offer"; readonly offer: Offer }
	| { readonly kind: "unknown" | "new-cage" | "data-stays" | "old-data" }
	| { readonly kind: "cage"; readonly generation: number; readonly command: readonly string[] }
	| { readonly kind: "adopted"; readonly service: string }
	| { readonly kind: "room"; readonly needed: number; readonly free?: number }
	| { readonly kind: "limit"; readonly limit: LimitKind; readonly value: number }
	| { readonly kind: "totals"; readonly totals: Totals }
	| { readonly kind: "group"; readonly group: Group }
	| { readonly kind: "device"; readonly path: string }
	| { readonly kind: "writable"; readonly directory: WritableDirectory }
	| { readonly kind: "shared"; readonly directory: SharedDirectory }
	| { readonly kind: "bind"; readonly bind: Bind }
	| { readonly kind: "kept"; readonly account: AccountKind; readonly name: string; readonly id: number; readonly reason: string }
	| { readonly kind: "not-kept"; readonly users: number; readonly groups: number }
	| { readonly kind: "without"; readonly names: readonly string[] }
	/** An empty section. */
	| { readonly kind: "none"; readonly section: SectionName };

interface Reviewed {
	readonly plan?: Plan;
	readonly answers?: Answers;
	readonly hostView?: HostView;
	readonly warnings: readonly Note[];
}

const remembered = new WeakMap<Plan, { of: Reviewed; rows: readonly ReviewRow[] }>();

/** Cached, because each frame and key needs them. */
export function reviewRows({ answers, plan, hostView, warnings }: Reviewed): readonly ReviewRow[] {
	if (!plan) return [];
	const known = remembered.get(plan);
	if (known?.of.answers === answers && known?.of.hostView === hostView && known?.of.warnings === warnings) return known.rows;
	const rows = makeRows(plan, answers, hostView, warnings);
	remembered.set(plan, { of: { ...(answers ? { answers } : {}), ...(hostView ? { hostView } : {}), warnings }, rows });
	return rows;
}

function makeRows(
	plan: Plan,
	answers: Answers | undefined,
	hostView: HostView | undefined,
	warnings: readonly Note[],
): readonly ReviewRow[] {
	const part = (section: SectionName, rows: readonly ReviewRow[]): readonly ReviewRow[] => [
		{ kind: "section", section },
		...(rows.length ? rows : [{ kind: "none" as const, section }]),
	];
	const notes = notesOf(plan, warnings);
	// Plans in sessions of earlier versions lack them.
	const { permissions, grants = [], rules } = plan;
	const grantOf = (word: string) => {
		const grant = grants.find((one) => one.word === word);
		return grant === undefined ? {} : { grant };
	};
	return [
		...part("application", applicationRows(plan, answers)),
		...(notes.length ? part("warnings", notes) : []),
		...part("permissions", [
			...(isClosed(permissions) ? [{ kind: "closed" as const }] : []),
			...permissions.capabilities.map((one) => ({ kind: "capability" as const, ...one, ...grantOf(capabilityWord(one.name)) })),
			...permissionNames.flatMap((name) => {
				const why = permissions[name];
				return why === undefined ? [] : [{ kind: "permission" as const, name, why, ...grantOf(permissionWords[name]) }];
			}),
			...(permissions.refused ?? []).map((one) => ({ kind: "refused" as const, ...one })),
			...(permissions.calls ? [{ kind: "calls" as const, ...countPermitted(filterPermissions(permissions)) }] : []),
			{ kind: "network", network: plan.application.network },
		]),
		...part("left-out", leftOutRows(plan)),
		...part("existing", existingRows(hostView)),
		...part("disk", [{ kind: "room", needed: bytesNeeded(plan), ...(hostView ? { free: hostView.free } : {}) }]),
		...part(
			"limits",
			limitsSet(plan.application.limits ?? {}).map(({ kind: limit, value }) => ({ kind: "limit", limit, value })),
		),
		...part("files", [
			{ kind: "totals", totals: totalsOf(plan) },
			...groupsOf(plan).map((group) => ({ kind: "group" as const, group })),
		]),
		...part(
			"devices",
			groupsOf(plan).flatMap(({ name, paths }) =>
				name === "devices" ? paths.map((path) => ({ kind: "device" as const, path })) : [],
			),
		),
		...part(
			"writable",
			plan.writable.map((directory) => ({ kind: "writable", directory })),
		),
		...part("binds", [
			...plan.shared.map((directory) => ({ kind: "shared" as const, directory })),
			...rules.binds
				.filter(({ path }) => !plan.shared.some((one) => one.path === path))
				.map((bind) => ({ kind: "bind" as const, bind })),
		]),
		...part("accounts", accountRows(plan)),
	];
}

function applicationRows({ application, identity }: Plan, answers: Answers | undefined): readonly ReviewRow[] {
	const { command, cwd, env, probes } = application;
	// The plan has only those that were known when the trace began.
	const { exercises } = answers?.application ?? application;
	const dedicated = answers?.dedicatedAccount;
	const names = Object.keys(env);
	return [
		{ kind: "command", words: command },
		{ kind: "account", name: identity.name, uid: identity.uid, ...(dedicated === undefined ? {} : { dedicated }) },
		...(cwd === "/" ? [] : [{ kind: "directory" as const, path: cwd }]),
		...(names.length ? [{ kind: "variables" as const, names }] : []),
		...probes.map((line) => ({ kind: "probe" as const, line })),
		...exercises.map((line) => ({ kind: "exercise" as const, line })),
	];
}

/** Notes of the plan and warnings before it, without duplicates. */
function notesOf(plan: Plan, warnings: readonly Note[]): readonly ReviewRow[] {
	const all = [...plan.notes, ...warnings].map(({ code, values }) => ({ kind: "note" as const, code, values }));
	return [...new Map(all.map((note) => [JSON.stringify(note), note])).values()];
}

function leftOutRows(plan: Plan): readonly ReviewRow[] {
	const { attention } = totalsOf(plan);
	return [
		...(attention ? [{ kind: "undecided" as const, count: attention }] : []),
		...plan.declined.map((one) => ({ kind: "declined" as const, ...one })),
		...plan.offers.map((offer) => ({ kind: "offer" as const, offer })),
	];
}

function existingRows(hostView: HostView | undefined): readonly ReviewRow[] {
	if (!hostView) return [{ kind: "unknown" }];
	const { cage, hasData } = hostView;
	if (!cage) return [{ kind: hasData ? "old-data" : "new-cage" }];
	const { adopted, command, generation } = cage;
	return [
		{ kind: "cage", generation, command },
		{ kind: "data-stays" },
		...(adopted === undefined ? [] : [{ kind: "adopted" as const, service: adopted }]),
	];
}

function isClosed(permissions: Plan["permissions"]): boolean {
	return !permissions.capabilities.length && permissionNames.every((name) => permissions[name] === undefined);
}

function accountRows({ accounts, rules }: Plan): readonly ReviewRow[] {
	return [
		...accounts.users.map(({ name, reason, uid }) => ({
			kind: "kept" as const,
			account: "user" as const,
			name,
			id: uid,
			reason,
		})),
		...accounts.groups.map(({ gid, name, reason }) => ({
			kind: "kept" as const,
			account: "group" as const,
			name,
			id: gid,
			reason,
		})),
		{ kind: "not-kept", users: accounts.usersLeftOut, groups: accounts.groupsLeftOut },
		...(rules.withoutAccounts.length ? [{ kind: "without" as const, names: rules.withoutAccounts }] : []),
	];
}

/** An upper limit: reflinked files and existing data take no space. */
export function bytesNeeded(plan: Plan): number {
	const seeds = plan.writable.flatMap((directory) => directory.seeds);
	return totalsOf(plan).bytes + seeds.reduce((sum, { bytes }) => sum + bytes, 0);
}
