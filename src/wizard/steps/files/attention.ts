import type { Entry } from "../../../plan/plan.ts";

/** Risks that need consent for each item. */
const consents = ["secret", "setuid", "device"] as const;
export type Consent = (typeof consents)[number];

/** Whether the user must look at the entry. */
export function needsAttention(entry: Entry): boolean {
	return entry.decision === "declined" ? isUnanswered(entry) : isDangerous(entry);
}

/** Whether the entry stays out without consent. */
export function isUnanswered({ risks }: Entry): boolean {
	return risks.length > 0 && (risks.includes("refused-device") || consents.some((risk) => risks.includes(risk)));
}

export function isDangerous({ risks }: Entry): boolean {
	return risks.includes("secret") || risks.includes("setuid");
}

/** The consent that the entry needs, if consent is possible. */
export function questionOf({ risks }: Entry): Consent | undefined {
	return risks.includes("refused-device") ? undefined : consents.find((risk) => risks.includes(risk));
}
