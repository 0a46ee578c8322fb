import { quoteShellLine } from "../path/quote.ts";

/** What there is to do with a cage that stands, in the order in which somebody would. */
export type NextStepKind = "run" | "adopt" | "unit" | "update" | "selftest" | "again";

export interface NextStep {
	readonly kind: NextStepKind;
	/** For a shell, quoted. */
	readonly line: string;
}

export interface CageInUse {
	readonly name: string;
	/** Where it lives, where that is not the place that is taken without a word. */
	readonly state?: string;
	/** The service of the host that is the same application. */
	readonly service?: string;
	/** systemd runs here, and its services may be changed. */
	readonly installs: boolean;
	/** What makes the same cage once more, after updates of the host from its new files. */
	readonly again: string;
}

/** The words before the verb: which cages are meant. */
export function stateWords(state: string | undefined): string[] {
	return state === undefined ? [] : ["--state", state];
}

export function nextSteps({ again, installs, name, service, state }: CageInUse): NextStep[] {
	const step = (kind: NextStepKind, ...words: string[]): NextStep => ({
		kind,
		line: quoteShellLine(["cagewright", ...stateWords(state), ...words]),
	});
	const named = service?.replace(/\.service$/, "") === name ? [] : ["--name", name];
	return [
		step("run", "run", name),
		...(service === undefined || !installs ? [] : [step("adopt", "adopt", service, ...named)]),
		installs ? step("unit", "unit", name, "--install") : step("unit", "unit", name),
		step("update", "update", name),
		step("selftest", "selftest", name),
		{ kind: "again", line: again },
	];
}
