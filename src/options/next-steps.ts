import { quoteCommand } from "../base/path/quote.ts";

/** Actions with a finished cage, in the usual order. */
export type NextStepKind =
	| "run"
	| "adopt"
	| "unit"
	| "print-unit"
	| "update"
	| "watch"
	| "selftest"
	| "again"
	| "containers"
	| "fleet";

export interface NextStep {
	readonly kind: NextStepKind;
	/** A quoted shell line. */
	readonly line: string;
}

interface CageInUse {
	readonly name: string;
	/** The state folder, unless it is the default. */
	readonly state?: string;
	/** The host service that runs the same application. */
	readonly service?: string;
	/** systemd runs, and its services may be changed. */
	readonly installs: boolean;
	/** The command that makes the same cage again. */
	readonly again: string;
}

/** Returns the words before the verb that select the state folder. */
export function stateWords(state: string | undefined): string[] {
	return state === undefined ? [] : ["--state", state];
}

export function containerWords(name: string): string[] {
	return ["export", name, "--format", "oci", "-o", `${name}-image.tar`];
}

/** A template makes the same cage on each machine, from its own files. */
export function fleetWords(name: string): string[] {
	return ["template", "save", name];
}

export function nextSteps({ again, installs, name, service, state }: CageInUse): NextStep[] {
	const step = (kind: NextStepKind, ...words: string[]): NextStep => ({
		kind,
		line: quoteCommand(["cagewright", ...stateWords(state), ...words]),
	});
	const named = service?.replace(/\.service$/, "") === name ? [] : ["--name", name];
	return [
		step("run", "run", name),
		...(service === undefined || !installs ? [] : [step("adopt", "adopt", service, ...named)]),
		installs ? step("unit", "unit", name, "--install") : step("print-unit", "unit", name),
		step("update", "update", name),
		...(installs ? [step("watch", "watch", "--install")] : []),
		step("selftest", "selftest", name),
		step("containers", ...containerWords(name)),
		step("fleet", ...fleetWords(name)),
		{ kind: "again", line: again },
	];
}
