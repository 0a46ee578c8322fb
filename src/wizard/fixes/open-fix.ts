import { pathFromText } from "../../base/path/path.ts";
import type { Messages } from "../../messages/messages.ts";
import { openAction, previewAction } from "../home/reduce.ts";
import { isAtHome } from "../home/visible.ts";
import type { Fix } from "../state/fix.ts";
import type { Reduction, WizardState } from "../state/state.ts";
import { andThen, go, only, start, without } from "../state/transitions.ts";
import { openForm } from "../steps/choose/reduce.ts";
import { decide } from "../steps/files/history.ts";
import { addRule, bind } from "../steps/files/toggle.ts";
import { toField } from "../steps/form/reduce.ts";
import { reduceTrace } from "../steps/trace/reduce.ts";
import { endSelftest } from "../steps/trial/reduce.ts";
import { currentFix } from "./fixes.ts";

/** Does what the message on the screen advises. */
export function openFix(state: WizardState): Reduction {
	const fix = currentFix(state);
	if (!fix) return only(state);
	const shown = without(state, "overlay", "covered", "scrollEnd", "find", "notice");
	return fix.kind === "install" ? perform(shown, fix) : andThen(endSelftest(shown), (next) => perform(next, fix));
}

function perform(state: WizardState, fix: Fix): Reduction {
	switch (fix.kind) {
		case "field":
			return toField(state, fix);
		case "step":
			if (fix.step === "choose" || !state.plan) return only(go(state, fix.step === "choose" ? "choose" : "form"));
			return only({ ...go(state, fix.step), detour: true });
		case "exclude":
		case "include":
		case "writable":
			return addRule(without(state, "failure"), fix.kind, fix.path);
		case "seed":
			return decide(state, { seed: [...(state.answers?.rules.seed ?? []), fix.path] });
		case "action": {
			const { kind: _, ...request } = fix;
			const cage = state.cage?.name ?? state.answers?.name ?? "";
			// On the cage's page, what is read stays open below.
			if (isAtHome(state)) return previewAction(without(state, "failure"), { ...request, cage });
			return openAction(without(state, "failure"), { ...request, cage });
		}
		case "mount":
			return bind(without(state, "failure"), pathFromText(fix.path));
		case "expose":
		case "write": {
			const kind = fix.kind === "expose" ? "bind" : "write";
			return only({ ...without(state, "failure"), question: { kind, path: pathFromText(fix.path), text: fix.path } });
		}
		case "install": {
			const { packages, programs } = fix;
			return start(state, { job: "installation", programs, packages });
		}
		case "new-start": {
			const { answers, ...rest } = without(state, "form");
			if (!answers) return only(go(state, "choose"));
			const { attach: _, ...started } = answers;
			return openForm({ ...rest, answers: started });
		}
		case "trace-again":
			return state.trace ? reduceTrace(go(state, "trace"), "start-over") : openForm(state);
	}
}

/** The key's label: where it leads, and what is proposed there as far as that fits into `room` columns. */
export function fixLabel(state: WizardState, messages: Messages, room: number): string | undefined {
	const fix = currentFix(state);
	if (!fix) return undefined;
	const labels = [longest, shorter].map((most) => labelOf(fix, messages, most));
	return labels.find((label) => label.length <= room) ?? labelOf(fix, messages, 0);
}

/** Characters of a proposal or path. The message names the whole. */
const [longest, shorter] = [40, 16];

function labelOf(fix: Fix, { fill, wizard }: Messages, most: number): string {
	const words = wizard.fixes;
	const whole = (text: string) => (text.length <= most ? text : undefined);
	const cut = (text: string) => (text.length > most ? `…${text.slice(text.length - most + 1)}` : text);
	switch (fix.kind) {
		case "field": {
			const name = wizard.form.fields[fix.field];
			const text = fix.text === undefined ? undefined : (wizard.form.values[fix.text] ?? fix.text);
			if (text === undefined || text.length > most) return fill(words.field, { name });
			return fill(text === "" ? words.emptied : words.proposed, { name, text });
		}
		case "step":
			return fill(words.step, { name: wizard.steps[fix.step] });
		case "install":
			return fill(words.install, { packages: cut(fix.packages.join(" ")) });
		case "new-start":
		case "trace-again":
			return words[fix.kind];
		case "action":
			if (fix.keep) return wizard.home.sides[fix.keep];
			return whole(fill(wizard.home.actions[fix.action], { value: fix.value ?? "" })) ?? words.act;
		default:
			return fill(fix.kind === "expose" ? words.mount : words[fix.kind], { path: cut(fix.path) });
	}
}
