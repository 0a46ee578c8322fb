import type { Adoption } from "../../adopt/adoption.ts";
import { Failure } from "../../base/failure.ts";
import { readTextSync } from "../../base/host/text-files.ts";
import { baseName, join, type Path, parent, pathToJson } from "../../base/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../base/path/quote.ts";
import { knownCage, type PresentCage, presentCage } from "../../cage/engine/cages.ts";
import { countEntries } from "../../cage/manifest.ts";
import type { CageContent } from "../../cage/ports.ts";
import { confinementToJson, countsToJson } from "../../cage/report/cage-json.ts";
import { type Acknowledgement, isExpired, today } from "../../check/acknowledgement.ts";
import { acknowledgedText, acknowledgementToJson } from "../../check/report/check.ts";
import { fields, indent } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { coverageLine, coverageToJson } from "../../coverage/report/coverage.ts";
import type { Messages } from "../../messages/messages.ts";
import { sourceOf } from "../../plan/binds.ts";
import { bySource, entryTable, entryToJson, permissionsText } from "../../plan/report/plan.ts";
import { probeWords } from "../../probe/lines.ts";
import { unneededText } from "../../record/report/contents.ts";
import { historyText } from "../../record/report/history.ts";
import { coverageOf } from "../../trace/engine/coverage.ts";
import { logDirectories } from "../../unit/rotation.ts";
import { type RecentAlarms, recentAlarms } from "../../watch/alarm.ts";
import { reactionText, reactionToJson, recentAlarmsText, recentAlarmsToJson } from "../../watch/report/alarm.ts";
import { presentReaction } from "../engine/overview.ts";

/** Matches data that an update or `release` preserved. Only the administrator can decide when to delete it. */
function isPreserved(path: Path): boolean {
	return /^(data\.(before|undone-.*)|edited)$/s.test(baseName(path));
}

function preservedText(messages: Messages, preserved: readonly CageContent[]): string {
	const words = messages.cli.show;
	return `${words.aside}\n${indent(preserved.map(({ bytes, path }) => `${showPath(path)} (${messages.bytes(bytes)})`).join("\n"))}`;
}

export async function show(terminal: Terminal, name: string, options: { history?: boolean; record?: boolean }): Promise<number> {
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		if (options.history) {
			await knownCage(store, name);
			const lines = await store.history(name);
			return terminal.result("show", { name, history: lines }, () => historyText(lines, terminal.messages, terminal.width));
		}
		const present = await presentCage(context, name);
		const adoption = await store.adoption(name);
		const acknowledged = await store.upkeep.acknowledgements(name);
		const others = (await store.generations(name)).filter((one) => one !== present.generation);
		const trace = await store.trace(name);
		const preserved = (await store.removing.contents(name)).filter(({ path }) => isPreserved(path));
		if (options.record) {
			const record = readRecord(join(parent(store.data(name)), "record.md"), name);
			return terminal.result("show", { name, record }, () => record);
		}
		const alarms = recentAlarms(await store.alarms(name), context.machine.now());
		const reaction = await presentReaction(context.machine, name);
		const evidence = await store.records.evidence(name);
		const minimised = evidence.find(({ generation }) => generation === present.generation)?.minimised;
		// Cages of older versions may have no trace.
		const reached = trace && (await coverageOf(context, present.cage, trace, present.manifest));
		if (terminal.options.json) {
			const { coverage = null } = reached ? coverageToJson(reached) : {};
			terminal.printJson("show", {
				...showJson(present, adoption),
				generations: [...others, present.generation].sort((a, b) => a - b),
				...(preserved.length ? { aside: preserved.map(({ bytes, path }) => ({ path: pathToJson(path), bytes })) } : {}),
				coverage,
				minimised: minimised ?? null,
				alarms: recentAlarmsToJson(alarms, terminal.messages),
				reaction: reaction ? reactionToJson(reaction, terminal.messages) : null,
				acknowledged: acknowledged.map((one) => ({
					finding: one.id,
					...acknowledgementToJson(one),
					expired: isExpired(one, today(context.machine.now())),
				})),
			});
		} else {
			const start = terminal.commandLine("run", name);
			const reacted = reaction && `${reaction.at} ${reactionText(reaction, start, terminal.messages)}`;
			terminal.print(showText(terminal.messages, present, { adoption, alarms, others, acknowledged, reacted }));
			if (preserved.length) terminal.print(preservedText(terminal.messages, preserved));
			if (minimised) terminal.print(unneededText(minimised, terminal.messages));
			if (reached?.coverage) terminal.print(coverageLine(reached.coverage, terminal.messages));
		}
		return 0;
	});
}

function readRecord(path: Path, name: string): string {
	try {
		const text = readTextSync(path);
		if (text) return text;
	} catch (error) {
		// No record was written yet.
		if (error instanceof Failure) throw error;
	}
	throw new Failure("no-record", { name }, 1);
}

function showJson({ cage, generation, layout, manifest }: PresentCage, adoption: Adoption | undefined) {
	return {
		name: cage.name,
		generation,
		root: pathToJson(layout.root),
		data: pathToJson(layout.data),
		application: cage.application,
		...(adoption === undefined ? {} : { adopted: { service: adoption.service, since: adoption.since, phase: adoption.phase } }),
		...countsToJson(manifest),
		accounts: manifest.accounts,
		confinement: confinementToJson(manifest, cage),
		entries: manifest.entries.map((entry) => ({ ...entryToJson(entry), mtime: entry.mtime })),
		writable: manifest.writable.map((directory) => pathToJson(directory.path)),
		...(cage.stateInPlace ? { stateInPlace: cage.stateInPlace.map(pathToJson) } : {}),
		trials: cage.trials,
	};
}

function writableText(messages: Messages, { cage, manifest }: Pick<PresentCage, "cage" | "manifest">): string[] {
	const words = messages.cli.plan;
	const { stateInPlace = [] } = cage;
	const [inPlace, copied] = bySource({ writable: manifest.writable, stateInPlace });
	const sections = [[words.writable, copied] as const, [words.stateInPlace, inPlace] as const];
	return sections
		.filter(([, all]) => all.length)
		.flatMap(([title, all]) => [`${title}:`, indent(all.map(({ path }) => showPath(path)).join("\n"))]);
}

interface Shown {
	readonly acknowledged: readonly Acknowledgement[];
	readonly adoption: Adoption | undefined;
	readonly alarms: RecentAlarms;
	/** Older generations. */
	readonly others: readonly number[];
	/** What `watch` did that explains its state. */
	readonly reacted: string | undefined;
}

function showText(
	messages: Messages,
	{ cage, generation, layout, manifest }: PresentCage,
	{ acknowledged, adoption, alarms, others, reacted }: Shown,
): string {
	const words = messages.cli.show;
	const counts = countEntries(manifest);
	return [
		fields([
			[words.command, printable(quoteShellLine(cage.application.command))],
			[words.account, printable(manifest.identity.name)],
			[words.generation, `${generation}  ${showPath(layout.root)}`],
			[words.made, manifest.madeAt],
			[words.others, others.length ? others.join(", ") : undefined],
			[messages.cli.adoption.label, adoption && messages.cli.adoption.by(adoption.service, adoption.since)],
			[words.probes, cage.application.probes.map((probe) => printable(probeWords(probe)))],
			[words.trials, cage.trials.map(({ answered, at, round }) => words.trial(round, answered, at))],
			[messages.alarms.label, recentAlarmsText(alarms, messages)],
			[messages.alarms.reactions.label, reacted],
			[words.acknowledged, acknowledged.map((one) => `${printable(one.id)} ${acknowledgedText(one, messages)}`)],
			[messages.cli.plan.permissions, permissionsText(manifest.permissions, messages)],
			[words.logs, logDirectories(manifest).map((path) => showPath(sourceOf(path, layout)))],
		]),
		`${messages.cli.plan.files(counts.files, messages.bytes(counts.bytes))}; ${messages.cli.plan.others(counts.symlinks, counts.directories, counts.devices.length)}`,
		...writableText(messages, { cage, manifest }),
		`${words.entries}:`,
		indent(
			entryTable(
				manifest.entries.filter((entry) => entry.kind !== "directory"),
				messages,
			),
		),
	].join("\n");
}
