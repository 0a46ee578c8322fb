import { masked, maskLine, maskWords } from "../../base/mask.ts";
import type { Path } from "../../base/path/path.ts";
import { quoteShellLine, showPath } from "../../base/path/quote.ts";
import { octal } from "../../base/text.ts";
import { countEntries, type ManifestEntry } from "../../cage/manifest.ts";
import type { Messages } from "../../messages/messages.ts";
import type { DroppedFiles } from "../../plan/minimised.ts";
import type { Reason } from "../../plan/plan.ts";
import { showReason } from "../../plan/report/reasons.ts";
import type { MinimisedEvidence } from "../evidence.ts";
import { packagesOf, programOf } from "../packages.ts";
import type { CageRecord } from "../record.ts";
import { type Block, type Cell, code, facts, type Inline, joined, table, text } from "./document.ts";
import { yesNo } from "./trials.ts";

/** Sections about the cage's content: application, configuration, origin of the files, and newer files on the host. */

export function application(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	const { parts } = words;
	const { adopted, cage, evidence, manifest, place } = record;
	const { command, cwd, env, probes } = cage.application;
	const program = programOf(manifest);
	const known = evidence?.machine;
	const open: Cell = { state: "open", text: parts.noEvidence };
	return [
		facts([
			[words.command, code(quoteShellLine(maskWords(command)))],
			...(program ? [[parts.program, programText(command[0] ?? "", program.file.path)] as const] : []),
			[
				parts.version,
				program?.packages.length
					? messages.fill(parts.packageOf, {
							packages: program.packages.map(({ name, version }) => `${name} ${version}`).join(", "),
						})
					: parts.noPackage,
			],
			...(program?.file.sha256 ? [["SHA-256", code(program.file.sha256)] as const] : []),
			[words.account, [code(manifest.identity.name), ` (uid ${manifest.identity.uid}, gid ${manifest.identity.gid})`]],
			[words.directory, code(cwd)],
			...(Object.keys(env).length ? [[parts.variables, joined(Object.keys(env).map(code))] as const] : []),
			[parts.probes, joined(probes.map((line) => code(maskLine(line))))],
			[parts.network, parts.networks[cage.application.network]],
			cage.unit === undefined
				? [words.template, cage.template === undefined ? words.noTemplate : code(cage.template)]
				: [words.unit, code(cage.unit)],
			...(adopted
				? [[parts.adopted, messages.fill(parts.adoptedSince, { service: adopted.service, at: adopted.since })] as const]
				: []),
			[words.when, manifest.madeAt],
			...(known?.cagewright === undefined ? [] : [[parts.madeWith, `Cagewright ${known.cagewright}`] as const]),
			[words.generation, String(manifest.generation)],
			[words.where, code(place.root)],
			[words.data, code(place.data)],
			[parts.machine, known?.host ?? open],
			[
				parts.system,
				known
					? [known.system, `${parts.architecture} ${known.architecture}`, `${parts.kernel} ${known.kernel}`]
							.filter(Boolean)
							.join(", ")
					: open,
			],
		]),
	];
}

/** The started program, with its target if it is a link. */
function programText(started: string, file: Path): Cell {
	const shown = showPath(file);
	return started === shown ? code(shown) : [code(started), " → ", code(shown)];
}

export function configuration({ configuration: files }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const fill = messages.fill;
	const isUnseen = files.some(({ against, difference, state }) => state === "host" && against === "nothing" && !difference);
	const differences = files.flatMap(({ against, difference, path, withheld }): Block[] => {
		const where = showPath(path);
		if (withheld) return [text(fill(parts.withheld[withheld], { path: where }))];
		if (!difference || against === "nothing" || against === undefined) return [];
		return [{ kind: "difference", title: fill(parts.against[against], { path: where }), lines: difference }];
	});
	return [
		text(fill(parts.configurationIntro, { mask: masked })),
		...table(
			"configuration",
			parts.configurationHead,
			files.map(({ against, package: owner, path, state }) => [
				code(showPath(path)),
				state === "host" && against !== undefined ? parts.changedSincePackage : parts.configurationStates[state],
				owner ? `${owner.name} ${owner.version}` : "",
			]),
		),
		...(isUnseen ? [text(parts.noOriginal)] : []),
		...(differences.length ? differences : [text(parts.noDifference)]),
	];
}

export function updates({ check }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	if (!check) return [text({ state: "open", text: parts.notChecked })];
	const verdict = check.outdated ? parts.outdated : parts.upToDate;
	return [
		text(
			{ state: check.outdated ? "no" : "yes", text: check.outdated ? messages.record.no : messages.record.yes },
			" ",
			messages.fill(parts.checkedAt, { at: check.at, verdict }),
		),
		...table(
			"drift",
			parts.driftHead,
			check.drift.map(({ files, from, package: name, security, to }) => [
				name ?? parts.withoutPackage,
				from ?? "",
				to ?? "",
				String(files.length),
				yesNo(security, messages),
			]),
		),
		...table(
			"findings",
			parts.findingsHead,
			check.findings.map((finding) => [
				messages.finding(finding).what,
				placeOf(showPath(finding.path), messages),
				finding.acknowledged
					? messages.fill(parts.acknowledgedBy, finding.acknowledged)
					: parts.findingStates[finding.accepted ? "accepted" : finding.known ? "known" : "new"],
			]),
		),
	];
}

export function packages(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	const { parts } = words;
	return [
		...table(
			"packages",
			parts.packagesHead,
			packagesOf(record.manifest).map(({ bytes, files, kind, ref }) => [
				ref?.name ?? (kind === "made" ? parts.madeForCage : parts.withoutPackage),
				ref?.version ?? "",
				messages.count(files),
				messages.bytes(bytes),
			]),
		),
		...table(
			"groups-of-files",
			words.groupsHead,
			(record.evidence?.groups ?? []).map(({ bytes, entries, name, recommendation }) => [
				messages.cli.plan.groups[name],
				messages.count(entries),
				messages.bytes(bytes),
				messages.cli.plan.recommendations[recommendation],
			]),
		),
	];
}

export function leftOut({ evidence }: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	if (!evidence) return [text({ state: "open", text: words.parts.noEvidence })];
	const { declined, minimised } = evidence;
	if (!declined.length && !minimised) return [text(words.parts.none)];
	return [
		...table(
			"declined",
			words.declinedHead,
			declined.map(({ path, risk }) => [code(path), messages.risk(risk)]),
		),
		...(minimised ? minimisedBlocks(minimised, messages) : []),
	];
}

function minimisedBlocks(minimised: MinimisedEvidence, messages: Messages): Block[] {
	const { parts } = messages.record;
	const { groups, packages: owners } = minimised;
	const sums = ({ bytes, files: count }: DroppedFiles) => [messages.count(count), messages.bytes(bytes)];
	return [
		text(unneededText(minimised, messages)),
		...table(
			"unneeded-by-kind",
			parts.unneededHead,
			groups.map((one) => [messages.cli.plan.groups[one.group], ...sums(one)]),
		),
		...table(
			"unneeded-by-package",
			parts.unneededByPackageHead,
			owners.map((one) => [one.package ?? parts.withoutPackage, ...sums(one)]),
		),
	];
}

export function files({ manifest }: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	const counts = countEntries(manifest);
	const { head, kinds, made, same } = words.parts.files;
	const origin = ({ kind, origin: from, path }: ManifestEntry): Cell => {
		if (from !== undefined) return from === path ? same : code(showPath(from));
		return kind === "file" || kind === "symlink" ? same : made;
	};
	return [
		text(words.entriesCount(counts.files, counts.symlinks, counts.directories, messages.bytes(counts.bytes))),
		...table(
			"entries",
			head,
			manifest.entries.map((entry) => [
				code(entry.target === undefined ? showPath(entry.path) : `${showPath(entry.path)} → ${showPath(entry.target)}`),
				kinds[entry.kind],
				octal(entry.mode),
				`${entry.uid}:${entry.gid}`,
				entry.kind === "file" || entry.kind === "generated" ? messages.bytes(entry.size) : "",
				entry.package ? `${entry.package.name} ${entry.package.version}` : "",
				entry.sha256 === undefined ? "" : code(entry.sha256),
				origin(entry),
				reasonsText(entry.reasons, messages),
			]),
		),
	];
}

/** The place of a finding. A finding about the whole cage has the root as its path. */
export function placeOf(path: string, { record }: Messages): Inline {
	return path === "/" ? record.parts.wholeCage : code(path);
}

/** All reasons for an entry in one line. */
export function reasonsText(reasons: readonly Reason[], messages: Messages): string {
	return maskLine([...new Set(reasons.map((reason) => showReason(reason, messages)))].join("; "));
}

/** The files that were removed from a cage, and the extent of the proof. */
export function unneededText(minimised: MinimisedEvidence, messages: Messages): string {
	const { at, bytes, exercises, files, isComplete, probes, signals, trials } = minimised;
	const { unneeded, unneededStopped } = messages.record.parts;
	const counts = { files, bytes: messages.bytes(bytes), at, trials, probes, exercises, signals };
	return [messages.fill(unneeded, counts), ...(isComplete ? [] : [unneededStopped])].join(" ");
}
