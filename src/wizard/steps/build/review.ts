import { omitUndefined } from "../../../base/collections.ts";
import type { Note } from "../../../base/failure.ts";
import { pathToText } from "../../../base/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../../base/path/quote.ts";
import { limitsSet } from "../../../confine/limits.ts";
import { countPermitted } from "../../../confine/seccomp/filter.ts";
import { filterPermissions } from "../../../confine/seccomp/filter-permissions.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Answers } from "../../../options/answers.ts";
import { type Group, groupsOf } from "../../../plan/groups.ts";
import { capabilityWord, permissionNames, permissionWords } from "../../../plan/permission-words.ts";
import type { Grant, Offer, Plan, WritableDirectory } from "../../../plan/plan.ts";
import { offerOption, offerText } from "../../../plan/report/offers.ts";
import { showReason } from "../../../plan/report/reasons.ts";
import type { Fix } from "../../state/fix.ts";
import type { HostView } from "../../state/values.ts";
import { totalsOf } from "../files/pending.ts";

type Words = Messages["wizard"]["build"];
export type SectionName = keyof Words["sections"];

export interface ReviewLine {
	/** The title of a section. Empty if the line continues the one above it. */
	readonly label: string;
	readonly value: string;
	/** Details for the selected line and the saved review. */
	readonly more?: string;
	readonly section?: SectionName;
	readonly warns?: boolean;
	readonly isSentence?: boolean;
}

/** A line before its language is known. */
export interface ReviewRow {
	(messages: Messages): ReviewLine;
	/** The note whose advice a key can follow. */
	readonly advised?: Note;
	/** What that key does about the line. */
	readonly fix?: Fix;
}

const withFix = (shown: ReviewRow, fix: Fix): ReviewRow => Object.assign(shown, { fix });

interface ReviewSubject {
	readonly plan?: Plan;
	readonly answers?: Answers;
	readonly hostView?: HostView;
	readonly warnings: readonly Note[];
}

const remembered = new WeakMap<Plan, { of: ReviewSubject; rows: readonly ReviewRow[] }>();

/** Dangerous sections come first. Cached, because each frame and key needs them. */
export function reviewRows({ answers, plan, hostView, warnings }: ReviewSubject): readonly ReviewRow[] {
	if (!plan) return [];
	const known = remembered.get(plan);
	if (known?.of.answers === answers && known?.of.hostView === hostView && known?.of.warnings === warnings) return known.rows;
	const rows = makeRows(plan, answers, hostView, warnings);
	remembered.set(plan, { of: { ...omitUndefined({ answers, hostView }), warnings }, rows });
	return rows;
}

function makeRows(
	plan: Plan,
	answers: Answers | undefined,
	hostView: HostView | undefined,
	warnings: readonly Note[],
): readonly ReviewRow[] {
	const notes = noteRows(plan, warnings);
	const devices = groupsOf(plan).flatMap(({ name, paths }) => (name === "devices" ? paths : []));
	return [
		...(notes.length ? part("warnings", notes) : []),
		...part("permissions", permissionRows(plan)),
		...part("left-out", leftOutRows(plan), "nothing"),
		...part("application", applicationRows(plan, answers)),
		...part("existing", existingRows(hostView)),
		...part("disk", [spaceRow(plan, hostView)]),
		...part("limits", limitRows(plan), "noLimits"),
		...part("files", [
			row("totals", ({ fill, wizard }) => fill(wizard.build.contentsValue, { ...totalsOf(plan) })),
			...groupsOf(plan).map(groupRow),
		]),
		...part(
			"devices",
			devices.map((path) => row(undefined, showPath(path))),
		),
		...part("writable", plan.writable.map(writableRow)),
		...part("binds", bindRows(plan)),
		...part("accounts", accountRows(plan)),
	];
}

/** A section. `none` names the text of an empty one. */
function part(
	section: SectionName,
	rows: readonly ReviewRow[],
	none: "none" | "nothing" | "noLimits" = "none",
): readonly ReviewRow[] {
	const title: ReviewRow = ({ wizard }) => ({ label: wizard.build.sections[section], value: "", section });
	const empty = row(undefined, ({ wizard }) => wizard.build[none]);
	const limits = none === "noLimits" ? withFix(empty, { kind: "field", field: "limitMemory" }) : empty;
	return [title, ...(rows.length ? rows : [limits])];
}

function row(
	label: keyof Words["labels"] | undefined,
	value: string | ((messages: Messages) => string),
	more: Pick<ReviewLine, "warns" | "isSentence"> = {},
): ReviewRow {
	return (messages) => ({
		label: label === undefined ? "" : messages.wizard.build.labels[label],
		value: typeof value === "string" ? value : value(messages),
		...more,
	});
}

/** Values of variables may be secrets, so only their names are shown. */
function applicationRows({ application, identity }: Plan, answers: Answers | undefined): readonly ReviewRow[] {
	const { command, cwd, env, probes } = application;
	// The plan has only those that were known when the trace began.
	const { exercises } = answers?.application ?? application;
	const dedicated = answers?.dedicatedAccount;
	const names = Object.keys(env);
	const isRoot = identity.uid === 0;
	const account = ({ fill, wizard }: Messages) => {
		const own = dedicated === undefined ? "" : ` ${fill(wizard.build.dedicated, { name: dedicated })}`;
		return (isRoot ? wizard.accounts.runsAsRoot : `${printable(identity.name)} (uid ${identity.uid})`) + own;
	};
	return [
		row("command", printable(quoteShellLine(command))),
		row("account", account, { warns: isRoot }),
		...(cwd === "/" ? [] : [row("directory", printable(cwd))]),
		...(names.length ? [row("variables", names.map(printable).join(", "))] : []),
		...probes.map((line) => row("probe", printable(line))),
		...exercises.map((line) => row("exercise", printable(line))),
	];
}

/** Notes of the plan and warnings before it, without duplicates. */
function noteRows(plan: Plan, warnings: readonly Note[]): readonly ReviewRow[] {
	const all = [...plan.notes, ...warnings].map(({ code, values }) => ({ code, values }));
	const different = new Map(all.map((note) => [JSON.stringify(note), note])).values();
	return [...different].map((advised) => {
		const { code, values } = advised;
		return Object.assign(
			row("note", ({ note }) => note(code, values), { warns: true }),
			{ advised },
		);
	});
}

function permissionRows({ application, grants, permissions }: Plan): readonly ReviewRow[] {
	const open = [
		...permissions.capabilities.map(({ name, why }) =>
			grantRow("capability", capabilityWord(name), grants, { what: () => `CAP_${name.toUpperCase()}`, why, warns: true }),
		),
		...permissionNames.flatMap((name) => {
			const why = permissions[name];
			if (why === undefined) return [];
			const warns = ["proc", "kernelProc", "sys", "writableCode"].includes(name);
			// The socket says more than the call that opens it.
			const known = name === "syslog" ? [] : grants;
			const what = ({ cli }: Messages) => cli.plan.permissionNames[name];
			return [grantRow("permission", permissionWords[name], known, { what, why, warns })];
		}),
	];
	const { calls, refused = [] } = permissions;
	return [
		...(open.length ? open : [row(undefined, ({ wizard }) => wizard.build.closed)]),
		...refused.map(({ name, why }) => row("refused", `${printable(name)} (${printable(why)})`)),
		...(calls
			? [row("calls", ({ fill, wizard }) => fill(wizard.build.callsValue, { ...countPermitted(filterPermissions(permissions)) }))]
			: []),
		row("network", ({ wizard }) => wizard.build.networks[application.network]),
	];
}

/** A permission with its need, and the option that refuses it. */
function grantRow(
	label: "capability" | "permission",
	word: string,
	grants: readonly Grant[],
	{ warns, what, why }: { readonly what: (messages: Messages) => string; readonly why: string; readonly warns: boolean },
): ReviewRow {
	const grant = grants.find((one) => one.word === word);
	const shown: ReviewRow = (messages) => {
		const words = messages.wizard.build;
		const need = grant && grant.source !== "option" ? needText(grant, messages) : printable(why);
		return {
			label: words.labels[label],
			value: messages.fill(words.open, { what: what(messages), why: need }),
			more: messages.fill(words.refuse, { option: `--refuse ${word}` }),
			warns,
		};
	};
	return withFix(shown, { kind: "field", field: "refuse", text: word });
}

/** The call and program that need the permission, and where it was observed. */
function needText({ call, program, round, source }: Grant, { cli }: Messages): string {
	const need = cli.made.permissionNeed(printable(call), program === undefined ? undefined : showPath(program));
	return `${need}, ${cli.made.permissionSource(source, round)}`;
}

function leftOutRows(plan: Plan): readonly ReviewRow[] {
	const { attention } = totalsOf(plan);
	return [
		...(attention
			? [row("undecided", ({ fill, wizard }) => fill(wizard.build.undecidedValue, { count: attention }), { warns: true })]
			: []),
		...plan.declined.map(({ path, risk }) =>
			row("declined", ({ cli, risk: riskText }) => {
				const allowed: Readonly<Record<string, string>> = cli.plan.allow;
				return `${showPath(path)} (${allowed[risk] ?? riskText(risk)})`;
			}),
		),
		...plan.rules.exclude.map((pattern) => row("declined", `${printable(pattern)} (--exclude)`)),
		...plan.offers.map((offer) =>
			withFix(
				row("offer", (messages) => `${printable(offerOption(offer))}: ${offerText(offer, messages)}`),
				fixOfOffer(offer),
			),
		),
	];
}

function fixOfOffer({ kind, path }: Offer): Fix {
	const rule = kind === "state" ? "seed" : kind === "documented-writable" ? "writable" : "include";
	return { kind: rule, path: pathToText(path) ?? path };
}

function existingRows(hostView: HostView | undefined): readonly ReviewRow[] {
	if (!hostView) return [row(undefined, ({ wizard }) => wizard.looking)];
	const { cage, hasData } = hostView;
	const isSentence = true;
	if (!cage) {
		const kind = hasData ? "old-data" : "new-cage";
		return [row(undefined, ({ wizard }) => wizard.build.existing[kind], { warns: hasData, isSentence })];
	}
	const { adopted, command, generation } = cage;
	const values = { generation, command: quoteShellLine(command) };
	return [
		row(undefined, ({ fill, wizard }) => fill(wizard.build.existing.cage, values), { isSentence }),
		row(undefined, ({ wizard }) => wizard.build.existing["data-stays"], { isSentence }),
		...(adopted === undefined
			? []
			: [row(undefined, ({ fill, wizard }) => fill(wizard.build.existing.adopted, { service: adopted }), { warns: true })]),
	];
}

function spaceRow(plan: Plan, hostView: HostView | undefined): ReviewRow {
	const needed = bytesNeeded(plan);
	if (!hostView) return row("needed", ({ fill, wizard }) => fill(wizard.build.needed, { needed }));
	const { free } = hostView;
	return row("needed", ({ fill, wizard }) => fill(wizard.build.neededOf, { needed, free }), { warns: needed > free });
}

/** An upper limit: reflinked files and existing data take no space. */
export function bytesNeeded(plan: Plan): number {
	return totalsOf(plan).bytes + seedBytes(plan.writable.flatMap(({ seeds }) => seeds));
}

function seedBytes(seeds: WritableDirectory["seeds"]): number {
	return seeds.reduce((sum, { bytes }) => sum + bytes, 0);
}

function limitRows({ application }: Plan): readonly ReviewRow[] {
	return limitsSet(application.limits ?? {}).map(({ kind, value }) =>
		row(kind, ({ bytes, count }) => (kind === "memory" ? bytes(value) : count(value))),
	);
}

function groupRow({ bytes, name, paths, recommendation }: Group): ReviewRow {
	return (messages) => {
		const { groups, recommendations } = messages.cli.plan;
		const much = [messages.count(paths.length), ...(bytes ? [messages.bytes(bytes)] : [])].join(", ");
		return { label: groups[name], value: `${much}: ${recommendations[recommendation]}` };
	};
}

function writableRow({ path, seeds }: WritableDirectory): ReviewRow {
	const values = { bytes: seedBytes(seeds), from: seeds.map((seed) => showPath(seed.path)).join(", ") };
	return row(undefined, ({ fill, wizard: { build } }) => {
		return `${showPath(path)} (${seeds.length ? fill(build.seeded, values) : build.startsEmpty})`;
	});
}

function bindRows({ offeredSockets, rules, shared }: Plan): readonly ReviewRow[] {
	const others = rules.binds.filter(({ path }) => !shared.some((one) => one.path === path));
	return [
		...offeredSockets.map(({ path, reach }) =>
			row("offers", ({ cli }) => `${showPath(path)} (${cli.plan.socketReaches[reach]})`),
		),
		...shared.map(({ example, kind, path }) =>
			row("readOnly", (messages) => `${showPath(path)} (${showReason({ kind: "shared", what: kind, example }, messages)})`),
		),
		...others.map(({ access, created, path }) =>
			row(access === "ro" ? "readOnly" : "writes", printable(path), { warns: access === "rw" && !created }),
		),
	];
}

function accountRows({ accounts, rules }: Plan): readonly ReviewRow[] {
	const kept = (kind: "user" | "group", name: string, id: number, reason: string): ReviewRow => {
		return ({ accountReason, wizard }) => ({
			label: `${wizard.accounts[kind]} ${printable(name)}`,
			value: `${id}: ${accountReason(reason)}`,
		});
	};
	const out = { users: accounts.usersLeftOut, groups: accounts.groupsLeftOut };
	return [
		...accounts.users.map(({ name, reason, uid }) => kept("user", name, uid, reason)),
		...accounts.groups.map(({ gid, name, reason }) => kept("group", name, gid, reason)),
		...(accounts.peers ?? []).map(({ name, reason, uid }) =>
			row("clients", ({ cli }) => `${printable(name)} (${uid}): ${cli.plan.peerReasons[reason]}`),
		),
		row("notKept", ({ fill, wizard }) => fill(wizard.build.notKept, out)),
		...(rules.withoutAccounts.length ? [row("without", rules.withoutAccounts.map(printable).join(", "))] : []),
	];
}

const rememberedLines = new WeakMap<readonly ReviewRow[], { messages: Messages; lines: readonly ReviewLine[] }>();

/** Shows a repeated label once. Cached, because each frame needs them. */
export function reviewLines(rows: readonly ReviewRow[], messages: Messages): readonly ReviewLine[] {
	const known = rememberedLines.get(rows);
	if (known?.messages === messages) return known.lines;
	const all = rows.map((one) => one(messages));
	const lines = all.map((line, index) => {
		const repeats = !line.section && all[index - 1]?.label === line.label;
		return repeats ? { ...line, label: "" } : line;
	});
	rememberedLines.set(rows, { messages, lines });
	return lines;
}

/** The review as a text file. */
export function reviewText(name: string, rows: readonly ReviewRow[], messages: Messages): string {
	const lines = reviewLines(rows, messages);
	const width = Math.max(0, ...lines.map((line) => (line.section ? 0 : line.label.length)));
	const text = lines.map(({ label, more, section, value, warns }) => {
		const whole = more === undefined ? value : `${value}; ${more}`;
		return section ? `\n${label}` : `${warns ? "!" : " "} ${`${label.padEnd(width)}  ${whole}`.trimEnd()}`;
	});
	return `${messages.fill(messages.wizard.build.reviewOf, { name })}\n${text.join("\n")}\n`;
}
