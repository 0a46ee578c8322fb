import { isHonoured, isTracedStep } from "../options/options.ts";
import type { CageRequest } from "../template/engine/starting-point.ts";
import { argumentsOf } from "./arguments.ts";
import type { LoadVerb, VerbDefinition } from "./definition.ts";

type Step = "make" | "trace" | "plan" | "build" | "trial";

/** Defines `make` or one of its steps, whose options are those of the option table. */
export function step(name: Step, load: LoadVerb<[CageRequest]>, ...examples: string[]): VerbDefinition {
	return {
		usage: `${name} [${isTracedStep(name) ? "name" : "target"}] [command...]`,
		examples: examples.map((example) => `${name} ${example}`),
		longWork: name === "make" || name === "trace" ? "makes-cage" : "changes-cages",
		options(verb) {
			for (const option of verb.options) option.hideHelp(!isHonoured(name, option.attributeName()));
		},
		action: (perform, args) => (first, rest, options) =>
			perform(load, { ...argumentsOf(args, first as string | undefined, rest as string[]), options: options as object }),
	};
}
