import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { layoutOf } from "../../cage/engine/cages.ts";
import type { CageDraft, MadeCage, RecordWriter } from "../../make/engine/draft.ts";
import { warningsOf } from "../../make/engine/unproven-notes.ts";
import { type Answers, withExercises } from "../../options/answers.ts";
import { nextSteps } from "../../options/next-steps.ts";
import { withDecisions } from "../../options/trial-decisions.ts";
import { recordOf } from "../../record/engine/record.ts";
import type { Responsible } from "../../record/record.ts";
import { installUnit } from "../../unit/engine/installed-unit.ts";
import { judgeUnit } from "../../unit/engine/unit.ts";
import { unitName } from "../../unit/installed.ts";
import type { FinishedCage, InstalledUnit, RecordNames } from "../state/values.ts";

/** The answers with which `make` creates the same cage. */
export function asMade(answers: Answers, draft: CageDraft | undefined): Answers {
	if (!draft) return answers;
	const { cage, proposed } = draft;
	const minimised = cage.minimised ? { ...answers, minimise: { keep: [], keepKinds: [], giveUp: [] } } : answers;
	return withDecisions(withExercises(minimised, cage.exercises), { proposed, added: cage.additions, rounds: cage.trials.length });
}

interface Afterwards {
	/** The state folder if it is not the default. */
	readonly state?: string;
	/** The host's service of the same application. */
	readonly service?: string;
	/** The equivalent command line. */
	readonly command: string;
	readonly names: RecordNames;
}

export function finishedWith(machine: Machine, made: MadeCage, { command, names, service, state }: Afterwards): FinishedCage {
	const { name } = made.cage;
	const layout = layoutOf(machine.store, made.manifest, made.cage);
	const installs = canInstall(machine);
	const known = service === undefined ? {} : { service };
	return {
		name,
		root: pathToText(layout.root) ?? "",
		data: pathToText(layout.data) ?? "",
		record: made.record,
		answered: made.answered,
		warnings: warningsOf(made),
		command,
		...known,
		installs,
		names,
		next: nextSteps({ name, installs, again: command, ...known, ...omitUndefined({ state }) }),
	};
}

export function canInstall({ accounts, services }: Machine): boolean {
	return accounts.own() === undefined && services.running();
}

/** Throws like `judgeUnit` and `installUnit`, and `no-systemd` (exit 3). */
export async function installFor(context: Context, name: string, service: string | undefined): Promise<InstalledUnit> {
	if (!canInstall(context.machine)) throw new Failure("no-systemd", {}, 3);
	await judgeUnit(context, name);
	const { action, place } = await installUnit(context, { name, ...omitUndefined({ service }) }, false);
	return { action, place: showPath(place), unit: service ?? unitName(name) };
}

/** The people that the record names. Proposes the person behind the current account, unless somebody was asked before. */
export async function recordNames({ machine }: Pick<Context, "machine">, name: string): Promise<RecordNames> {
	const { records } = machine.store;
	const { asked = false, ...always } = await records.names();
	const { implementedBy, initiatedBy }: Responsible = { ...always, ...(await records.responsible(name)) };
	return {
		initiatedBy: initiatedBy ?? "",
		implementedBy: implementedBy ?? "",
		...(implementedBy === undefined && !asked ? omitUndefined({ proposal: machine.recording.person() }) : {}),
	};
}

/**
 * Saves the names for this and later cages, and rewrites the record. An empty name leaves its line open. The caller holds the
 * cage's lock.
 */
export async function keepNames(
	context: Context,
	name: string,
	names: Pick<RecordNames, "initiatedBy" | "implementedBy">,
	writeRecord: RecordWriter,
): Promise<RecordNames> {
	const { store } = context.machine;
	const said = Object.fromEntries(Object.entries(names).filter(([, value]) => value !== ""));
	await store.records.saveNames({ ...said, asked: true });
	const { implementedBy: _, initiatedBy: __, ...known } = await store.records.responsible(name);
	await store.records.saveResponsible(name, { ...known, ...said });
	await store.log(name, "responsible-named", said);
	await store.records.saveText(name, writeRecord(await recordOf(context, name)));
	return recordNames(context, name);
}
