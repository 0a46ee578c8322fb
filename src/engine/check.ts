import { isAccepted, parseAcceptance } from "../core/cage/acceptance.ts";
import type { Finding } from "../core/cage/finding.ts";
import { Failure } from "../core/failure.ts";
import { showPath } from "../core/path/quote.ts";
import { findingsOf } from "./audit.ts";
import { isDamage, presentCage } from "./cages.ts";
import type { Context } from "./context.ts";

export interface CheckedFinding extends Finding {
	/** The administrator took it upon himself by name. */
	readonly accepted: boolean;
	/** A warning that the last trial gave already, so that it stands in the record: nothing new. */
	readonly known: boolean;
}

/** What is to be said of one cage. */
export interface CheckedCage {
	readonly name: string;
	readonly generation?: number;
	readonly findings: readonly CheckedFinding[];
	/** Why it could not be looked at: its description or its manifest is damaged. */
	readonly damage?: Failure;
}

/** False where somebody should look. */
export function isClean({ damage, findings }: CheckedCage): boolean {
	return damage === undefined && findings.every(({ accepted, known }) => accepted || known);
}

/**
 * The whole audit of a cage's present generation, every file read and compared with its manifest. Changes nothing. Throws what
 * `presentCage` throws for a cage that is not there; damage is a result.
 */
export async function checkCage(context: Context, name: string): Promise<CheckedCage> {
	try {
		const { cage, generation, layout, manifest } = await presentCage(context, name);
		const accepted = (cage.accepted ?? []).map(parseAcceptance);
		const findings = await findingsOf(context, manifest, layout, { thorough: true });
		const told = (cage.trials.at(-1)?.findings ?? []).map(({ code, path }) => `${code} ${path}`);
		const isKnown = ({ code, path, severity }: Finding) => severity === "warning" && told.includes(`${code} ${showPath(path)}`);
		return {
			name,
			generation,
			findings: findings.map((one) => ({ ...one, accepted: isAccepted(one, accepted), known: isKnown(one) })),
		};
	} catch (error) {
		if (!isDamage(error)) throw error;
		return { name, findings: [], damage: error };
	}
}

/** Every cage that was built. */
export async function checkAll(context: Context): Promise<CheckedCage[]> {
	const checked: CheckedCage[] = [];
	for (const name of await context.machine.store.names()) {
		try {
			checked.push(await checkCage(context, name));
		} catch (error) {
			if (!(error instanceof Failure) || error.code !== "cage-not-built") throw error;
		}
	}
	return checked;
}
