import fuzzysort from "fuzzysort";
import { omitUndefined } from "../../../base/collections.ts";
import { valueProblem } from "../../../template/parameters.ts";
import { toHome } from "../../home/reduce.ts";
import { hasHome } from "../../home/visible.ts";
import type { AskedParameter, Choice } from "../../state/choice.ts";
import type { Command } from "../../state/command.ts";
import type { Reduction, ToInstall, WizardState } from "../../state/state.ts";
import { ask, cursorOf, go, isBusy, notice, only, openPage, start, without } from "../../state/transitions.ts";
import type { Installation } from "../../state/values.ts";
import { formFor } from "../form/fields.ts";

/** The choices that match the search, the best first. */
export function visibleChoices(state: WizardState): readonly Choice[] {
	const choices = state.choices ?? [];
	const query = state.queries.choose ?? "";
	if (query === "") return choices;
	const keys = ["name", "description", "detail", wordsOf];
	return fuzzysort.go(query, choices, { keys, limit: 0, threshold: 0.3 }).map((result) => result.obj);
}

/** Other texts to search: sockets, package, account. */
function wordsOf({ account, package: owner, ports, unit }: Choice): string {
	return [unit, owner?.name, account, ...(ports ?? [])].filter(Boolean).join(" ");
}

export function selectedChoice(state: WizardState): Choice | undefined {
	return visibleChoices(state)[cursorOf(state)];
}

/** Whether the program itself is missing. A missing probe client does not count. */
export function isMissing({ command, missing }: Choice): boolean {
	return missing?.programs.includes(command?.[0] ?? "") ?? false;
}

export function reduceRequirements(state: WizardState, command: Command): Reduction {
	if (command !== "install") return only(state);
	const requirements = state.requirements ?? [];
	if (state.jobs.install !== undefined || state.jobs.requirements !== undefined) return only(state);
	// Something without a package may have been installed by hand, so check again.
	const installable = requirements.filter((one) => one.package !== undefined && one.asRoot === undefined);
	return installable.length ? start(state, { job: "install", requirements: installable }) : start(state, { job: "requirements" });
}

export function reduceChoose(state: WizardState, command: Command): Reduction {
	switch (command) {
		case "search":
			return ask(state, "search", state.queries.choose ?? "");
		case "type-command":
			return ask(state, "command");
		case "back":
			if ((state.queries.choose ?? "") === "" && hasHome(state)) return toHome(state);
			return only(withChosen({ ...state, queries: { ...state.queries, choose: "" } }, selectedChoice(state)));
		case "choose": {
			if (state.choices === undefined && state.jobs.choices === undefined) return start(state, { job: "choices" });
			const choice = selectedChoice(state);
			if (!choice || isBusy(state, "install", "propose")) return only(state);
			if (choice.kind === "session") return start(state, { job: "resume", id: choice.id });
			if (isMissing(choice)) return askToInstall(state, choice);
			// Choosing the same application again keeps the form.
			if (choice.id === state.chosen && state.answers) return openForm(state);
			// Its probe needs a program that is missing.
			if (choice.missing?.packages.length) return start(without(state, "notice"), toInstall(choice, choice));
			return chooseTemplate(state, choice);
		}
		case "watch-running": {
			const choice = selectedChoice(state);
			if (!choice || isBusy(state, "install", "propose")) return only(state);
			if (choice.pid === undefined) return only(notice(state, "does-not-run", { name: choice.name }));
			const chosen = `${choice.id} ${choice.pid}`;
			if (chosen === state.chosen && state.answers) return openForm(state);
			return start({ ...state, chosen }, { job: "propose", choice, watch: true });
		}
		case "discard": {
			const { id, kind, name } = visibleChoices(state)[cursorOf(state)] ?? {};
			if (id === undefined || name === undefined || kind !== "session") return only(state);
			return only({ ...state, question: { kind: "discard", id, name } });
		}
		default:
			return only(state);
	}
}

function toInstall({ missing }: Choice, instead?: Choice): { readonly job: "installation" } & ToInstall {
	const { packages = [], programs = [] } = missing ?? {};
	return { job: "installation", programs, packages, ...omitUndefined({ instead }) };
}

function askToInstall(state: WizardState, choice: Choice): Reduction {
	const { missing, name } = choice;
	if (!missing?.packages.length)
		return only(notice(state, "not-installed", { name, programs: missing?.programs.join(", ") ?? "" }));
	return start(without(state, "notice"), toInstall(choice));
}

/** Asks with the command that would run. A choice that can go on without the packages does so if they cannot be installed. */
export function askBeforeInstalling(state: WizardState, { command, isAllowed, ...wanted }: ToInstall & Installation): Reduction {
	const { instead, packages } = wanted;
	if (instead && (!isAllowed || command === undefined)) return chooseTemplate(state, instead);
	if (command === undefined) return only(notice(state, "no-package-manager", { packages: packages.join(" ") }));
	if (!isAllowed) return only(notice(state, "install-needs-root", { command }));
	return only({ ...state, question: { kind: "install", command, ...wanted } });
}

/** The answer no: goes on without the packages if that is possible. */
export function goOnWithout(state: WizardState, { instead }: ToInstall): Reduction {
	return instead ? chooseTemplate(state, instead) : only(state);
}

export function installPackages(state: WizardState, packages: readonly string[]): Reduction {
	const idle = { ...without(state, "question", "failure"), output: [], outputOpen: "" };
	return start(idle, { job: "install", requirements: packages.map((name) => ({ what: name, package: name })) });
}

/** Looks again at what the packages were installed for. */
export function afterInstalling(state: WizardState): Reduction {
	const { answers, screen } = state;
	if (screen === "choose") return start(state, { job: "choices" });
	if (screen === "requirements") return start(state, { job: "requirements" });
	if (screen === "form" && answers) return start(state, { job: "validate", answers, soon: false });
	return only(notice(state, "installed"));
}

/** Applies a new list. The cursor stays on its choice. */
export function foundChoices(state: WizardState, choices: readonly Choice[]): WizardState {
	return withChosen({ ...state, choices }, state.screen === "choose" ? selectedChoice(state) : undefined);
}

/** Moves the cursor to this choice in the present list. */
function withChosen(state: WizardState, chosen: Choice | undefined): WizardState {
	if (chosen === undefined) return state;
	const at = visibleChoices(state).findIndex((choice) => choice.id === chosen.id);
	return { ...state, cursors: { ...state.cursors, choose: Math.max(0, at) } };
}

export function openForm(state: WizardState): Reduction {
	if (!state.answers) return only(go(state, "choose"));
	const form = state.form ?? formFor(state.answers);
	return start({ ...go(state, "form"), form }, { job: "validate", answers: state.answers, soon: false });
}

/** Asks for consent to an unknown template's commands, then for its parameters. */
function chooseTemplate(state: WizardState, choice: Choice): Reduction {
	const { accepts, consent } = choice;
	if (!consent || accepts !== undefined) return askNext(state, choice);
	return only(openPage({ ...state, asked: choice, texts: { ...state.texts, consent: consent.text } }, "consent"));
}

export function consented(state: WizardState): Reduction {
	const { asked, ...rest } = without(state, "overlay", "scrollEnd", "find");
	if (!asked?.consent) return only(rest);
	return askNext(rest, { ...asked, accepts: asked.consent.hash });
}

/** The parameter that is being asked. */
export function askedParameter({ asked }: Pick<WizardState, "asked">): AskedParameter | undefined {
	return asked?.parameters?.find(({ name }) => asked.values?.[name] === undefined);
}

export function answerParameter(open: WizardState, closed: WizardState, text: string): Reduction {
	const { asked } = open;
	const parameter = askedParameter(open);
	if (!asked || !parameter) return only(closed);
	const { kind, name } = parameter;
	if (valueProblem(kind, text)) return only(notice(open, `parameter-${kind}`, { value: text }));
	return askNext(closed, { ...asked, values: { ...asked.values, [name]: text } });
}

function askNext(state: WizardState, choice: Choice): Reduction {
	const asking = { ...state, asked: choice };
	const parameter = askedParameter(asking);
	if (parameter) return ask(asking, "parameter", parameter.default ?? "");
	const usual = new Map(choice.parameters?.map((one) => [one.name, one.default]));
	const values = Object.entries(choice.values ?? {}).filter(([name, value]) => usual.get(name) !== value);
	const answered = choice.values === undefined ? choice : { ...choice, values: Object.fromEntries(values) };
	return start({ ...without(state, "asked"), chosen: choice.id }, { job: "propose", choice: answered });
}
