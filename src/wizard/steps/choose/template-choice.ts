import { valueProblem } from "../../../core/template/parameters.ts";
import type { AskedParameter, Choice } from "../../choice.ts";
import type { Reduced, WizardState } from "../../state.ts";
import { ask, notice, only, openPage, start, without } from "../../transitions.ts";

/** Asks for consent to an unknown template's commands, then for its parameters. */
export function chooseTemplate(state: WizardState, choice: Choice): Reduced {
	const { accepts, consent } = choice;
	if (!consent || accepts !== undefined) return askNext(state, choice);
	return only(openPage({ ...state, asked: choice, texts: { ...state.texts, consent: consent.text } }, "consent"));
}

export function consented(state: WizardState): Reduced {
	const { asked, ...rest } = without(state, "overlay", "scrollEnd", "find");
	if (!asked?.consent) return only(rest);
	return askNext(rest, { ...asked, accepts: asked.consent.hash });
}

/** The parameter that is being asked. */
export function askedParameter({ asked }: Pick<WizardState, "asked">): AskedParameter | undefined {
	return asked?.parameters?.find(({ name }) => asked.values?.[name] === undefined);
}

export function answerParameter(open: WizardState, closed: WizardState, text: string): Reduced {
	const { asked } = open;
	const parameter = askedParameter(open);
	if (!asked || !parameter) return only(closed);
	const { kind, name } = parameter;
	if (valueProblem(kind, text)) return only(notice(open, `parameter-${kind}`, { value: text }));
	return askNext(closed, { ...asked, values: { ...asked.values, [name]: text } });
}

function askNext(state: WizardState, choice: Choice): Reduced {
	const asking = { ...state, asked: choice };
	const parameter = askedParameter(asking);
	if (parameter) return ask(asking, "parameter", parameter.default ?? "");
	const usual = new Map(choice.parameters?.map((one) => [one.name, one.default]));
	const values = Object.entries(choice.values ?? {}).filter(([name, value]) => usual.get(name) !== value);
	const answered = choice.values === undefined ? choice : { ...choice, values: Object.fromEntries(values) };
	return start({ ...without(state, "asked"), chosen: choice.id }, { job: "propose", choice: answered });
}
