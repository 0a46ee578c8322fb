import type { Path } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { octal } from "../../base/text.ts";
import type { ManifestEntry } from "../../cage/manifest.ts";
import { lackingAbilities, landlockSince } from "../../confine/landlock.ts";
import { launcherName, weaknesses } from "../../confine/method.ts";
import { countPermitted } from "../../confine/seccomp/filter.ts";
import { filterPermissions, limitsPorts } from "../../confine/seccomp/filter-permissions.ts";
import type { Messages } from "../../messages/messages.ts";
import { isInPlace } from "../../plan/binds.ts";
import { permissionNames } from "../../plan/permission-words.ts";
import { logDirectories } from "../../unit/rotation.ts";
import { type CageRecord, isMeasured, lastTrial } from "../record.ts";
import { placeOf, reasonsText } from "./contents.ts";
import { type Block, code, heading, joined, list, table, text } from "./document.ts";

/** Sections about the confinement: layers, accounts, devices and permissions. */

export function confinement(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	const { parts } = words;
	const { cage, manifest } = record;
	const last = lastTrial(record);
	const weaker = last?.weaker ?? [];
	const lacking = last?.landlock ? lackingAbilities(last.landlock) : [];
	return [
		text(...(last ? [`${words.layers(!weaker.includes("landlock"))} `] : []), words.launcher(launcherName)),
		...list(
			weaknesses.filter((weakness) => weaker.includes(weakness)).map((weakness) => messages.note(`weaker-${weakness}`, {})),
		),
		...(lacking.length ? [text(words.landlockLacks(last?.landlock ?? 0, lacking))] : []),
		...measured(record, messages),
		...callFilter(manifest, messages),
		...ports(manifest, last?.landlock, messages),
		text(words.network(cage.application.network, last?.measured?.namespaces.includes("net") === true)),
		...allowed(record, messages),
		...table(
			"refused",
			words.refusedHead,
			(manifest.permissions.refused ?? []).map(({ name, why }) => [code(name), why]),
		),
		...table(
			"limits",
			words.limitHead,
			(last?.measured?.limits ?? []).map(({ by, kind, value }) => [
				words.limits[kind],
				kind === "memory" ? messages.bytes(value) : String(value),
				words.limitsBy[by],
			]),
		),
		heading(words.audit),
		...(last?.findings.length
			? list(
					last.findings.map(({ code: finding, path, values }) => [
						placeOf(path, messages),
						`: ${messages.finding({ code: finding, values }).what}`,
					]),
				)
			: [text(last ? words.auditClean : parts.open)]),
		...(cage.accepted?.length ? [text(...acceptedText(cage.accepted, messages))] : []),
	];
}

function ports({ permissions }: CageRecord["manifest"], landlock: number = landlockSince.ports, messages: Messages): Block[] {
	return limitsPorts(permissions) && landlock >= landlockSince.ports
		? [text(messages.cli.plan.tcpPorts(permissions.tcpPorts ?? []))]
		: [];
}

function callFilter({ permissions }: CageRecord["manifest"], messages: Messages): Block[] {
	if (!permissions.calls) return [];
	const { general, permitted } = countPermitted(filterPermissions(permissions));
	const { allowed = [], refused = [] } = permissions.calls;
	const words = messages.record;
	return [
		text(words.calls(permitted, general)),
		...(allowed.length ? [text(`${words.callsAllowed}: `, ...joined(allowed.map(code)))] : []),
		...(refused.length ? [text(`${words.callsRefused}: `, ...joined(refused.map(code)))] : []),
	];
}

function acceptedText(findings: readonly string[], messages: Messages) {
	const [before = "", after = ""] = messages.record.accepted("\0").split("\0");
	return [before, ...joined(findings.map(code)), after];
}

function measured(record: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const last = lastTrial(record);
	if (!isMeasured(last)) return [text({ state: "open", text: parts.notMeasured })];
	const { capabilities, inside, namespaces, noNewPrivileges, seccomp } = last.measured;
	const names = (all: readonly string[]) => all.join(", ") || parts.none;
	const holds = (is: boolean, words: string) => [
		{ state: is ? ("yes" as const) : ("no" as const), text: is ? messages.record.yes : messages.record.no },
		`: ${words}`,
	];
	return [
		text(messages.fill(parts.layersMeasured, { at: last.at })),
		...list([
			holds(inside, parts.measured.inside),
			holds(seccomp, parts.measured.seccomp),
			holds(noNewPrivileges, parts.measured.noNewPrivileges),
			messages.fill(parts.measured.capabilities, { names: names(capabilities) }),
			messages.fill(parts.measured.namespaces, { names: names(namespaces) }),
		]),
	];
}

function allowed({ manifest }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const { permissions } = manifest;
	const rows = [
		...permissions.capabilities.map(({ name, why }) => [code(`CAP_${name.toUpperCase()}`), why]),
		...permissionNames.flatMap((name) => {
			const why = permissions[name];
			if (why === undefined) return [];
			return [[messages.cli.plan.permissionNames[name], name === "syslog" ? showPath(why as Path) : why]];
		}),
	];
	return rows.length ? table("allowed", parts.permissionHead, rows) : [text(parts.noPermissions)];
}

export function accounts({ evidence, manifest }: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	const { groups, groupsLeftOut, peers = [], users, usersLeftOut } = manifest.accounts;
	const without = evidence?.withoutAccounts ?? [];
	const [before = "", after = ""] = words.accountsLeftOut("\0").split("\0");
	return [
		...table(
			"users",
			words.userHead,
			users.map((user) => [code(user.name), String(user.uid), String(user.gid), messages.accountReason(user.reason)]),
		),
		...table(
			"groups",
			words.groupHead,
			groups.map((group) => [code(group.name), String(group.gid), messages.accountReason(group.reason)]),
		),
		...(peers.length ? [heading(messages.cli.plan.peers)] : []),
		...table(
			"peers",
			words.userHead,
			peers.map((peer) => [code(peer.name), String(peer.uid), String(peer.gid), messages.cli.plan.peerReasons[peer.reason]]),
		),
		text(words.leftOut(usersLeftOut, groupsLeftOut)),
		...(without.length ? [text(before, ...joined(without.map(code)), after)] : []),
	];
}

export function devices({ manifest }: CageRecord, messages: Messages): Block[] {
	return table(
		"devices",
		messages.record.deviceHead,
		manifest.entries.flatMap((entry) =>
			entry.device
				? [
						[
							code(showPath(entry.path)),
							`${entry.device.type} ${entry.device.major}:${entry.device.minor}`,
							reasonsText(entry.reasons, messages),
						],
					]
				: [],
		),
	);
}

export function permissions({ cage, evidence, manifest, place }: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	const { parts } = words;
	const special = manifest.entries.filter(isSpecial);
	const [before = "", after = ""] = words.logs("\0").split("\0");
	const { stateInPlace: inPlace = [] } = cage;
	const isOurs = (path: Path) => !isInPlace(path, { inPlace });
	return [
		text(manifest.permissions.executableData ? parts.groupWritingExecutable : parts.groupWriting),
		...table(
			"writable",
			words.writableHead,
			manifest.writable.map((directory) => [
				code(showPath(directory.path)),
				`${directory.uid}:${directory.gid}`,
				directory.mode.toString(8),
				code(`${isOurs(directory.path) ? place.data : ""}${showPath(directory.path)}`),
				reasonsText(directory.reasons, messages),
			]),
		),
		...(logDirectories(manifest).some(isOurs) ? [text(before, code(`cagewright unit ${cage.name} --logrotate`), after)] : []),
		...table(
			"binds",
			parts.bindsHead,
			manifest.binds.map(({ access, path }) => [code(path), parts.access[access]]),
		),
		...(manifest.offeredSockets?.length ? [heading(messages.cli.plan.offeredSockets)] : []),
		...table(
			"offered-sockets",
			parts.offeredHead,
			(manifest.offeredSockets ?? []).map(({ path, reach }) => [code(showPath(path)), messages.cli.plan.socketReaches[reach]]),
		),
		...(evidence?.shared.length ? [heading(words.shared)] : []),
		...table(
			"shared",
			words.sharedHead,
			(evidence?.shared ?? []).map(({ bytes, example, files, kind, path }) => [
				code(path),
				String(files),
				messages.bytes(bytes),
				messages.reasons.shared[kind](example),
			]),
		),
		heading(parts.special),
		...(special.length
			? list(special.map(({ mode, path }) => [code(showPath(path)), ` ${octal(mode)}`]))
			: [text(parts.noSpecial)]),
	];
}

/** Whether others than the owner may write to it, or it has a setuid or setgid bit. */
function isSpecial({ kind, mode }: ManifestEntry): boolean {
	return (kind === "file" || kind === "directory" || kind === "generated") && (mode & 0o7022) !== 0;
}
