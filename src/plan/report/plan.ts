import { type Path, pathToJson } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { octal } from "../../base/text.ts";
import { type Difference, isSame } from "../../cage/difference.ts";
import { type ManifestEntry, reasonToJson } from "../../cage/manifest.ts";
import { changedText, indent, section, settingsText, table } from "../../cli/format.ts";
import { landlockSince } from "../../confine/landlock.ts";
import { countPermitted } from "../../confine/seccomp/filter.ts";
import { filterPermissions, limitsPorts } from "../../confine/seccomp/filter-permissions.ts";
import type { Messages } from "../../messages/messages.ts";
import { isInPlace } from "../binds.ts";
import { groupsOf } from "../groups.ts";
import { capabilityWord, permissionNames, permissionWords } from "../permission-words.ts";
import type { Entry, Plan } from "../plan.ts";
import { grantToJson, offerOption, offerText } from "./offers.ts";
import { callsToJson, openingsToJson, portsToJson } from "./permissions.ts";
import { showReason } from "./reasons.ts";

export function planText(plan: Plan, messages: Messages): string {
	const words = messages.cli.plan;
	const totals = planTotals(plan);
	const bytes = (count: number) => messages.bytes(count);
	const lines = [
		planTable(plan, messages),
		"",
		groupTable(plan, messages),
		"",
		`${words.files(totals.files, bytes(totals.bytes))}; ${words.others(totals.symlinks, totals.directories, totals.devices)}`,
		words.accounts(
			names(plan.accounts.users),
			names(plan.accounts.groups),
			plan.accounts.usersLeftOut,
			plan.accounts.groupsLeftOut,
		),
	];
	const { accounts, withoutAccounts } = plan.rules;
	if (accounts.length) lines.push(`${words.accountsChosen}: ${accounts.map(printable).join(", ")}`);
	if (withoutAccounts.length) lines.push(`${words.accountsWithout}: ${withoutAccounts.map(printable).join(", ")}`);
	const allow: Readonly<Record<string, string>> = words.allow;
	const [inPlace, copied] = bySource(plan);
	lines.push(
		...section(
			words.writable,
			copied.map(({ path, seeds }) => [showPath(path), seedsText(seeds, messages)]),
		),
		...section(
			words.stateInPlace,
			inPlace.map(({ path, reasons }) => [showPath(path), reasons[0] ? showReason(reasons[0], messages) : ""]),
		),
		...section(
			words.shared,
			plan.shared.map(({ example, kind, path }) => [
				showPath(path),
				showReason({ kind: "shared", what: kind, example }, messages),
			]),
		),
		...section(
			words.offeredSockets,
			plan.offeredSockets.map(({ path, reach }) => [showPath(path), words.socketReaches[reach]]),
		),
		...section(
			words.peers,
			(plan.accounts.peers ?? []).map(({ name, reason, uid }) => [printable(name), String(uid), words.peerReasons[reason]]),
		),
		...section(
			words.offers,
			plan.offers.map((offer) => [printable(offerOption(offer)), offerText(offer, messages)]),
		),
		...permissionLines(plan.permissions, messages),
		...limitLines(plan.permissions, messages),
		...section(
			words.declined,
			plan.declined.map(({ path, risk }) => [showPath(path), allow[risk] ?? risk]),
		),
		...plan.notes.map(({ code, values }) => messages.note(code, values)),
	);
	return lines.join("\n");
}

/** Entries without directories. Files that are only part of a library are one line, because nobody decides about them singly. */
function planTable({ entries }: Plan, messages: Messages): string {
	const shown: Parameters<typeof entryTable>[0][number][] = [];
	const trees = new Map<Path, { at: number; files: number; bytes: number }>();
	for (const entry of entries) {
		if (entry.decision !== "include" || entry.kind === "directory") continue;
		const [reason] = entry.reasons;
		if (reason?.kind !== "part-of" || entry.reasons.length > 1) {
			shown.push(entry);
			continue;
		}
		const tree = trees.get(reason.tree) ?? { at: shown.length, files: 0, bytes: 0 };
		if (!trees.has(reason.tree)) shown.push(entry);
		trees.set(reason.tree, { ...tree, files: tree.files + 1, bytes: tree.bytes + entry.size });
	}
	for (const [path, { at, bytes, files }] of trees) {
		const first = shown[at];
		if (first && files > 1)
			shown[at] = { ...first, kind: "file", path: `${path}/** (${files})` as Path, size: bytes, mode: 0o755 };
	}
	return entryTable(shown, messages);
}

/** The plan by group, with recommendations. */
function groupTable(plan: Plan, messages: Messages): string {
	const words = messages.cli.plan;
	return table(
		groupsOf(plan).map(({ bytes, name, paths, recommendation, spare }) => [
			words.groups[name],
			messages.count(paths.length),
			bytes ? messages.bytes(bytes) : "",
			spare === undefined
				? words.recommendations[recommendation]
				: `${words.recommendations[recommendation]}; ${words.spare(spare)}`,
		]),
	);
}

export function entryTable(
	entries: readonly Pick<Entry, "kind" | "mode" | "size" | "path" | "target" | "reasons">[],
	messages: Messages,
): string {
	return table(
		entries.map((entry) => [
			octal(entry.mode),
			entry.kind === "file" ? messages.bytes(entry.size) : "",
			entry.target === undefined ? showPath(entry.path) : `${showPath(entry.path)} -> ${showPath(entry.target)}`,
			entry.reasons[0] ? showReason(entry.reasons[0], messages) : "",
		]),
	);
}

/** Writable directories that are the host's own, and those in the cage's data. */
export function bySource<Directory extends { readonly path: Path }>({
	stateInPlace: inPlace = [],
	writable,
}: {
	readonly writable: readonly Directory[];
	readonly stateInPlace?: readonly Path[];
}): readonly [readonly Directory[], readonly Directory[]] {
	const isHosts = ({ path }: Directory) => isInPlace(path, { inPlace });
	return [writable.filter(isHosts), writable.filter((one) => !isHosts(one))];
}

function seedsText(seeds: Plan["writable"][number]["seeds"], messages: Messages): string {
	const words = messages.cli.plan;
	if (!seeds.length) return words.startsEmpty;
	return words.seeds(seeds.length, messages.bytes(seeds.reduce((sum, seed) => sum + seed.bytes, 0)));
}

/** Permissions by word, with reasons. */
function permissionRows(permissions: Plan["permissions"], messages: Messages): { word: string; text: string }[] {
	const words = messages.cli.plan;
	return [
		...permissions.capabilities.map(({ name, why }) => ({
			word: capabilityWord(name),
			text: words.capability(name, printable(why)),
		})),
		...permissionNames.flatMap((name) => {
			const why = permissions[name];
			if (why === undefined) return [];
			const reason = name === "syslog" ? showPath(why as Path) : printable(why);
			return [{ word: permissionWords[name], text: `${words.permissionNames[name]} (${reason})` }];
		}),
	];
}

export function permissionsText(permissions: Plan["permissions"], messages: Messages): string {
	const open = permissionRows(permissions, messages).map(({ text }) => text);
	return open.join(", ") || messages.cli.plan.noPermissions;
}

/** Granted permissions with the options that refuse them, and refused permissions. */
function permissionLines(permissions: Plan["permissions"], messages: Messages): string[] {
	const words = messages.cli.plan;
	const rows = permissionRows(permissions, messages).map(({ text, word }) => [text, `--refuse ${word}`]);
	const lines = rows.length ? section(words.permissions, rows) : [`${words.permissions}: ${words.noPermissions}`];
	const refused = (permissions.refused ?? []).map(({ name, why }) => `${name} (${printable(why)})`);
	return refused.length ? [...lines, `${words.refusedPermissions}: ${refused.join(", ")}`] : lines;
}

/** The limits of calls and ports. `landlock` is the version of the kernel's Landlock interface, if it is known. */
export function limitLines(
	permissions: Plan["permissions"],
	messages: Messages,
	landlock: number = landlockSince.ports,
): string[] {
	const { calls, tcpPorts } = permissions;
	const { general, permitted } = countPermitted(filterPermissions(permissions));
	return [
		...(calls ? [messages.cli.plan.calls(permitted, general)] : []),
		...(tcpPorts && limitsPorts(permissions) ? [portsText(tcpPorts, messages, landlock)] : []),
	];
}

function portsText(ports: readonly number[], { cli }: Messages, landlock: number): string {
	return landlock < landlockSince.ports ? cli.plan.portsUnlimited : cli.plan.tcpPorts(ports);
}

function names(accounts: readonly { readonly name: string }[]): string {
	return accounts.map((account) => printable(account.name)).join(", ");
}

export function planTotals(plan: Plan): {
	files: number;
	symlinks: number;
	directories: number;
	devices: number;
	bytes: number;
	declined: number;
} {
	const included = plan.entries.filter((entry) => entry.decision === "include");
	const of = (...kinds: Entry["kind"][]) => included.filter((entry) => kinds.includes(entry.kind));
	return {
		files: of("file", "generated").length,
		symlinks: of("symlink").length,
		directories: of("directory", "bind").length,
		devices: of("device").length,
		bytes: of("file", "generated").reduce((sum, entry) => sum + entry.size, 0),
		declined: plan.entries.length - included.length,
	};
}

/** Without what only a build uses. */
export function entryToJson({ content: _, copy: __, marks: ___, source: ____, ...entry }: Omit<ManifestEntry, "mtime">) {
	return {
		...entry,
		path: pathToJson(entry.path),
		mode: octal(entry.mode),
		...(entry.target === undefined ? {} : { target: pathToJson(entry.target) }),
		...(entry.origin === undefined ? {} : { origin: pathToJson(entry.origin) }),
		reasons: entry.reasons.map(reasonToJson),
	};
}

export function planToJson(plan: Plan) {
	return {
		application: plan.application,
		identity: plan.identity,
		...planTotals(plan),
		entries: plan.entries.map((entry) => ({ ...entryToJson(entry), decision: entry.decision, mtime: entry.mtime })),
		writable: plan.writable.map((directory) => ({
			...directory,
			path: pathToJson(directory.path),
			mode: octal(directory.mode),
			reasons: directory.reasons.map(reasonToJson),
			seeds: directory.seeds.map((seed) => ({ path: pathToJson(seed.path), bytes: seed.bytes })),
			...(directory.emptyFiles && { emptyFiles: directory.emptyFiles.map(pathToJson) }),
		})),
		...(plan.stateInPlace ? { stateInPlace: plan.stateInPlace.map(pathToJson) } : {}),
		shared: plan.shared.map((one) => ({ ...one, path: pathToJson(one.path), example: pathToJson(one.example) })),
		offeredSockets: plan.offeredSockets.map((socket) => ({ ...socket, path: pathToJson(socket.path) })),
		groups: groupsOf(plan).map((group) => ({ ...group, paths: group.paths.map(pathToJson) })),
		offers: plan.offers.map((offer) => ({ ...offer, path: pathToJson(offer.path), option: offerOption(offer) })),
		accounts: plan.accounts,
		openings: { capabilities: plan.permissions.capabilities, ...openingsToJson(plan.permissions) },
		tcpPorts: portsToJson(plan.permissions),
		calls: callsToJson(plan.permissions),
		permissions: plan.grants.map(grantToJson),
		declined: plan.declined.map(({ path, risk }) => ({ path: pathToJson(path), risk })),
		notes: plan.notes,
	};
}

/** Changes that a build of the plan would make to a generation. */
export function planDifferenceText(difference: Difference, generation: number, messages: Messages): string {
	const words = messages.cli.difference;
	if (isSame(difference)) return words.none(generation);
	const lines = [
		...difference.added.map((entry) => `+ ${showPath(entry.path)}`),
		...difference.changed.map((one) => `~ ${changedText(one, messages)}`),
		...difference.removed.map((entry) => `- ${showPath(entry.path)}`),
		...difference.settings.map((setting) => `~ ${settingsText([setting], messages)}`),
	];
	return `${words.title(generation)}\n${indent(lines.join("\n"))}`;
}

export function planDifferenceToJson({ added, changed, removed, settings }: Difference) {
	return {
		added: added.map((entry) => pathToJson(entry.path)),
		changed: changed.map(({ aspects, path }) => ({ path: pathToJson(path), aspects })),
		removed: removed.map((entry) => pathToJson(entry.path)),
		settings,
	};
}
