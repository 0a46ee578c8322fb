import type { Path } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import type { Addition } from "./make-plan.ts";
import { allowedReason, capabilityWord, executableWord, openingNames, openingWords } from "./opening-names.ts";
import type { Openings } from "./plan.ts";

/** One thing that the confinement allows beyond the default, with the call that shows the need. */
export interface Permission {
	/** As `--allow` and `--refuse` name it. */
	readonly word: string;
	/** The call, or what the trace shows of it, e.g. `setgroups` or `read /etc/shadow`. */
	readonly call: string;
	readonly program?: Path;
	/** `trace`: it succeeded on the host. `trial`: it was refused in that round. `option`: the administrator asked for it. */
	readonly source: "trace" | "trial" | "option";
	readonly round?: number;
}

/** Every permission of a plan in the order of its openings: capabilities first. */
export function permissionsOf(openings: Openings, trace: Trace, additions: readonly Addition[]): Permission[] {
	const describe = (
		word: string,
		call: string,
		use: { call: string; program?: Path } | undefined,
		addition?: Addition,
	): Permission => {
		if (call === allowedReason(word)) return { word, call, source: "option" };
		if (addition?.call === call) {
			const program = "program" in addition && addition.program !== undefined ? { program: addition.program } : {};
			return { word, call, ...program, source: "trial", round: addition.round };
		}
		const program = use?.call === call && use.program !== undefined ? { program: use.program } : {};
		return { word, call, ...program, source: "trace" };
	};
	return [
		...openings.capabilities.map(({ name, why }) => {
			const addition = additions.find((one) => one.kind === "capability" && one.name === name);
			return describe(capabilityWord(name), why, trace.capabilities.get(name), addition);
		}),
		...(openings.executableData ?? []).map((path) =>
			describe(executableWord(path), allowedReason(executableWord(path)), undefined),
		),
		...openingNames.flatMap((name) => {
			const why = openings[name];
			if (why === undefined) return [];
			const addition = additions.find((one) => one.kind === "opening" && one.name === name);
			return [describe(openingWords[name], why, undefined, addition)];
		}),
	];
}
