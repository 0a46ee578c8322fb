import { omitUndefined } from "../../base/collections.ts";
import { maskLine, maskWords } from "../../base/mask.ts";
import { pathToJson } from "../../base/path/path.ts";
import { octal } from "../../base/text.ts";
import { countEntries, permissionsToJson, reasonToJson } from "../../cage/manifest.ts";
import { driftToJson } from "../../check/report/check.ts";
import { coverageToJson } from "../../coverage/report/coverage.ts";
import { entryToJson } from "../../plan/report/plan.ts";
import { checklistOf } from "../checklist.ts";
import { packagesOf, packageUrlIn, programOf } from "../packages.ts";
import { type CageRecord, measuredAlarms, selftestOf, trialsOf } from "../record.ts";
import { residualRisks } from "../residual-risks.ts";

/** `cagewright/record/1`, as `templates/record-schema.json` describes it: codes and values, no sentences. Unknown values are null. */
export function recordToJson(record: CageRecord): object {
	const {
		adopted,
		cage,
		check,
		configuration,
		coverage,
		earlier,
		evidence,
		fingerprint,
		history,
		life,
		manifest,
		place,
		watched,
	} = record;
	const reached = coverageToJson({ ...omitUndefined({ coverage }), next: record.next ?? [] });
	const { application } = cage;
	const { purpose = null, initiatedBy = null, implementedBy = null, approved = null } = record.responsible;
	const program = programOf(manifest);
	const { devices: _, ...counts } = countEntries(manifest);
	return {
		name: cage.name,
		writtenAt: record.writtenAt,
		generation: manifest.generation,
		fingerprint,
		responsible: { purpose, initiatedBy, implementedBy, approved },
		made: { at: manifest.madeAt, who: evidence?.who ?? null, template: cage.template ?? null, unit: cage.unit ?? null },
		machine: evidence?.machine ?? null,
		place,
		application: {
			command: maskWords(application.command),
			cwd: application.cwd,
			account: manifest.identity,
			// Only names, because values may be secrets.
			variables: Object.keys(application.env),
			probes: application.probes.map(maskLine),
			network: application.network,
			program: program
				? { path: pathToJson(program.file.path), sha256: program.file.sha256 ?? null, packages: program.packages }
				: null,
			adopted: adopted ?? null,
		},
		seconds: evidence?.seconds ?? cage.seconds,
		notes: evidence?.notes ?? cage.notes ?? [],
		trials: trialsOf(record).map(({ probes, ...trial }) => ({
			...trial,
			added: trial.added.map(maskLine),
			failedExercises: trial.failedExercises.map(maskLine),
			probes: probes.map(({ command, ok }) => ({ command: maskLine(command), ok })),
		})),
		selftest: selftestOf(record) ?? null,
		alarms: measuredAlarms(record) ?? null,
		alarmService: record.alarmService ?? null,
		confinement: {
			network: application.network,
			openings: permissionsToJson(manifest.permissions),
			accepted: cage.accepted ?? [],
		},
		accounts: { ...manifest.accounts, withoutAccounts: evidence?.withoutAccounts ?? null },
		counts,
		entries: manifest.entries.map(({ mtime: _, ...entry }) => entryToJson(entry)),
		packages: packagesOf(manifest).map(({ bytes, files, kind, ref }) => {
			const purl = ref && packageUrlIn(record, ref);
			return { kind, ...ref, ...omitUndefined({ purl }), files, bytes };
		}),
		writable: manifest.writable.map(({ gid, mode, path: one, reasons, uid }) => ({
			path: pathToJson(one),
			mode: octal(mode),
			uid,
			gid,
			reasons: reasons.map(reasonToJson),
		})),
		binds: manifest.binds.map(({ access, path: one }) => ({ path: one, access })),
		offeredSockets: (manifest.offeredSockets ?? []).map(({ path: one, reach }) => ({ path: pathToJson(one), reach })),
		shared: evidence?.shared ?? null,
		declined: evidence?.declined ?? null,
		configuration: configuration.map(({ path: one, ...rest }) => ({ path: pathToJson(one), ...rest })),
		check: check
			? {
					at: check.at,
					outdated: check.outdated,
					findings: check.findings.map(({ path: one, ...finding }) => ({ ...finding, path: pathToJson(one) })),
					drift: check.drift.map(driftToJson),
				}
			: null,
		coverage: coverage ? reached.coverage : null,
		life: life ?? null,
		next: record.next ? reached.next : null,
		watched: watched ? { ...watched, missed: watched.missed.map(pathToJson) } : null,
		minimised: evidence?.minimised ?? null,
		risks: residualRisks(record),
		checklist: checklistOf(record),
		earlier: earlier.map(({ at, generation, selftest, trials, who }) => ({
			generation,
			at,
			who,
			rounds: trials.length,
			answered: trials.at(-1)?.answered ?? null,
			selftest: selftest ?? null,
		})),
		history: history.map(({ details, ...line }) => ({ ...line, details: maskLine(details) })),
	};
}
