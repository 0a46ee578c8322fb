import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { showPath } from "../../base/path/quote.ts";
import { presentCage } from "../../cage/engine/cages.ts";
import { type Finding, isAccepted, parseAcceptance } from "../../cage/finding.ts";
import { countingToday, reportedFinding, today } from "../../check/acknowledgement.ts";
import { findingsOf } from "../../check/engine/audit.ts";
import { type Alarm, isoTime } from "../alarm.ts";

interface Danger {
	readonly cage: string;
	readonly finding: Finding;
}

interface FoundDanger extends Danger {
	readonly isNew: boolean;
}

/** Milliseconds between two looks at the same danger. An update that switches generations is over by then, or has the next one. */
const confirmation = 1000;

/** Notices dangers in the files of cages: setuid files in their data, changed programs, and whatever else the audit before a launch refuses. */
export class DangerWatch {
	readonly #context: Context;
	readonly #names: readonly string[];
	/** Dangers of the last check, so that each is reported once as long as it stays. */
	#known = new Set<string>();

	/** Without names: every cage. */
	constructor(context: Context, names: readonly string[]) {
		this.#context = context;
		this.#names = names;
	}

	/** Every danger, and whether it is new since the last check. Reads only files that were touched. */
	async check(): Promise<readonly FoundDanger[]> {
		const { machine, signal } = this.#context;
		const found: Danger[] = [];
		for (const cage of this.#names.length ? this.#names : await machine.store.names()) {
			const dangers = await this.#dangersOf(cage);
			if (dangers.every(({ finding }) => this.#known.has(keyOf(cage, finding)))) {
				found.push(...dangers);
				continue;
			}
			await machine.sleep(confirmation, signal);
			const again = new Set((await this.#dangersOf(cage)).map(({ finding }) => keyOf(cage, finding)));
			found.push(...dangers.filter(({ finding }) => again.has(keyOf(cage, finding))));
		}
		const known = this.#known;
		this.#known = new Set(found.map(({ cage, finding }) => keyOf(cage, finding)));
		return found.map((danger) => ({ ...danger, isNew: !known.has(keyOf(danger.cage, danger.finding)) }));
	}

	/** The dangers that an administrator acknowledged (`check --accept`), by their ids. */
	async #acknowledged(cage: string, dangers: readonly Finding[]): Promise<ReadonlyMap<string, unknown>> {
		const { now, store } = this.#context.machine;
		const stored = await store.upkeep.acknowledgements(cage);
		return countingToday(dangers.map(reportedFinding), stored, today(now()));
	}

	/** None of a cage that is not built, or that somebody builds or removes at this moment. */
	async #dangersOf(cage: string): Promise<Danger[]> {
		try {
			const present = await presentCage(this.#context, cage);
			const findings = await findingsOf(this.#context, present.manifest, present.layout);
			if ((await this.#context.machine.store.present(cage)) !== present.generation) return [];
			const accepted = (present.cage.accepted ?? []).map(parseAcceptance);
			const dangers = findings.filter((finding) => finding.severity === "danger" && !isAccepted(finding, accepted));
			const seen = await this.#acknowledged(cage, dangers);
			return dangers.filter((finding) => !seen.has(reportedFinding(finding).id)).map((finding) => ({ cage, finding }));
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			return [];
		}
	}
}

const keyOf = (cage: string, { code, path }: Finding) => `${cage}\0${code}\0${showPath(path)}`;

export function driftAlarm({ cage, finding: { code, path, values } }: Danger, now: number): Alarm {
	return {
		time: isoTime(now),
		cage,
		kind: "drift",
		severity: "high",
		result: "found",
		knownBy: "file",
		count: 1,
		finding: code,
		values,
		path: showPath(path),
	};
}
