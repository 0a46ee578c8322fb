import type { Entry } from "../../../core/plan/plan.ts";

/** Risks to which one says yes by itself, each, and never for many at once. */
const consents = ["secret", "setuid", "device"] as const;
export type Consent = (typeof consents)[number];

/** True where a person has to look: it was wanted, and is left out until somebody says yes. */
export function needsAttention(entry: Entry): boolean {
	return entry.decision === "declined" ? isUnanswered(entry) : isDangerous(entry);
}

/** Whether a yes is asked for, where it stays out without one. */
export function isUnanswered({ risks }: Entry): boolean {
	return risks.length > 0 && (risks.includes("refused-device") || consents.some((risk) => risks.includes(risk)));
}

/** Secrets and setuid files, in or out. */
export function isDangerous({ risks }: Entry): boolean {
	return risks.includes("secret") || risks.includes("setuid");
}

/** The question that has to be answered before it may go in; none where nothing stands against it, or where no yes would help. */
export function questionOf({ risks }: Entry): Consent | undefined {
	return risks.includes("refused-device") ? undefined : consents.find((risk) => risks.includes(risk));
}
