import { omitUndefined } from "../../base/collections.ts";
import type { Cage } from "../../cage/cage.ts";
import { type Answers, defaultRounds } from "../../options/answers.ts";
import type { EditedCage } from "../state/values.ts";

/** A cage's answers, as if its trace had just ended. */
export function editedCage(cage: Cage): EditedCage {
	const { accepted, application, dedicatedAccount, exercises, name, notes, onHost, parameters, rules, signals } = cage;
	const { stateInPlace, template, unit } = cage;
	const answers: Answers = {
		name,
		application,
		rules,
		onHost,
		rounds: defaultRounds,
		...omitUndefined({ template, parameters, unit, notes, accepted, dedicatedAccount }),
		...(stateInPlace === undefined ? {} : { stateInPlace: true }),
	};
	const probes = application.probes.map((command) => ({ command, ok: true, output: "" }));
	const ran = exercises.map((command) => ({ command, ok: true, output: "" }));
	return { answers, traced: { probes, exercises: ran, signals, output: "", answered: true } };
}
