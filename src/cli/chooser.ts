import { splitCommandLine } from "../core/application/command-line.ts";
import type { FoundApplication } from "../core/application/found.ts";
import { Failure } from "../core/failure.ts";
import type { Answers } from "../core/questions/answers.ts";
import { withParameters } from "../core/questions/read-options.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import { answersFrom, baseAnswers } from "../engine/choose/answers.ts";
import { changesOf, templateOf } from "../engine/choose/save-template.ts";
import { fromFound, refuseUnaccepted } from "../engine/choose/starting-point.ts";
import type { Machine } from "../engine/context.ts";
import { dropinText, unitText } from "../engine/run/unit.ts";
import { asPassesOnHost, withGuess } from "../engine/trace/try-probe.ts";
import { messagesFor } from "../messages/messages.ts";
import { differencesText, templateCommands } from "../report/template.ts";
import { writeNewFile } from "../system/files/text-files.ts";
import { builtinTemplate } from "../system/templates/builtin.ts";
import { findApplications } from "../system/units/find.ts";
import type { Choice } from "../wizard/choice.ts";
import type { Chooser } from "../wizard/session/chooser.ts";
import type { TemplateSaved } from "../wizard/session/values.ts";
import type { ReviewRow } from "../wizard/steps/build/review.ts";
import { reviewText } from "../wizard/steps/build/review-text.ts";
import { asItRuns } from "./attach.ts";
import { choiceOfFound, choiceOfTemplate, compareChoices, withPackages } from "./choices.ts";
import { ownUnitText } from "./own-unit.ts";

/** What the wizard offers on this machine: the demonstration, templates, units and running services. */
export class SystemChooser implements Chooser {
	readonly #machine: Machine;
	readonly #language: "en" | "de";
	readonly #found = new Map<string, FoundApplication>();

	constructor(machine: Machine, language: "en" | "de") {
		this.#machine = machine;
		this.#language = language;
	}

	async choices(): Promise<Choice[]> {
		const { packages, store } = this.#machine;
		const found = (await findApplications({ packages })).filter((one) => one.startable && one.application.command?.length);
		const others = found.map((one) => {
			const choice = choiceOfFound(one);
			this.#found.set(choice.id, one);
			return choice;
		});
		const templates = (await store.templates.list()).map((stored) => ({
			...choiceOfTemplate(stored.template, this.#language, found, stored.values),
			...(stored.accepted
				? {}
				: { consent: { text: templateCommands(stored.template, messagesFor(this.#language)), hash: stored.hash } }),
		}));
		return [...(await withPackages(templates, packages)), ...others].sort(compareChoices);
	}

	async propose(choice: Choice, watch = false): Promise<Answers> {
		const answers = await this.#proposed(choice);
		return watch && choice.pid !== undefined ? asItRuns(answers, choice.pid, choice.kind === "process") : answers;
	}

	async #proposed(choice: Choice): Promise<Answers> {
		if (choice.id.startsWith("template:")) {
			if (choice.accepts !== undefined) await this.#machine.store.templates.accept(choice.accepts);
			return this.#fromTemplate(choice.name, choice.values);
		}
		const found = this.#found.get(choice.id);
		if (!found) throw new Failure("choice-gone", { name: choice.name }, 2);
		const answers = answersFrom(this.#machine, {}, [], fromFound(found));
		if (!found.ports.length) return answers;
		const signal = new AbortController().signal;
		return withGuess(this.#machine, await asPassesOnHost({ machine: this.#machine, signal }, answers), found.ports);
	}

	async proposeCommand(line: string): Promise<Answers> {
		const split = splitCommandLine(line);
		if ("error" in split) throw new Failure(split.error.code, {}, 2);
		return answersFrom(this.#machine, {}, split.words, undefined);
	}

	async base(answers: Answers): Promise<Answers | undefined> {
		if (answers.template !== undefined) return this.#fromTemplate(answers.template, answers.parameters);
		const unit = [...this.#found.values()].find((one) => answers.unit !== undefined && one.unit === answers.unit);
		return unit === undefined ? undefined : baseAnswers(this.#machine, fromFound(unit), answers.application.user);
	}

	saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string> {
		return writeNewFile(path, reviewText(name, rows, messagesFor(this.#language)));
	}

	async unit(name: string, service: string | undefined): Promise<string> {
		const machine = this.#machine;
		if (machine.accounts.own()) return ownUnitText(machine, name);
		return service === undefined ? unitText({ machine }, name) : dropinText({ machine }, name, service);
	}

	serviceOf({ application, unit }: Answers): string | undefined {
		const [program] = application.command;
		// One interpreter starts many services: the service has to have the name of the program as well.
		const name = program?.slice(program.lastIndexOf("/") + 1) ?? "";
		const same = (one: FoundApplication) => one.application.command?.[0] === program && one.unit?.startsWith(name);
		const known = unit ?? [...this.#found.values()].find(same)?.unit;
		return known === undefined ? undefined : this.#machine.units.service(known)?.name;
	}

	async saveTemplate(name: string, answers: Answers): Promise<TemplateSaved> {
		const { template, values } = await templateOf(this.#machine, name, answers);
		const path = await this.#machine.store.templates.save(template, values);
		return { path, hidesBuiltIn: builtinTemplate(name) !== undefined };
	}

	async changes(cage: string): Promise<string> {
		const { differences, template } = await changesOf(this.#machine, cage);
		const words = messagesFor(this.#language).cli.template;
		if (!differences.length) return words.unchanged(cage, template);
		return `${words.changed(cage, template)}\n\n${differencesText(differences)}`;
	}

	async #fromTemplate(name: string, parameters: ParameterValues = {}): Promise<Answers> {
		const stored = (await this.#machine.store.templates.list()).find((one) => one.template.name === name);
		if (!stored) throw new Failure("template-unknown", { name }, 2);
		await refuseUnaccepted(stored);
		return answersFrom(this.#machine, withParameters(parameters), [], {
			kind: "template",
			template: stored.template,
			values: stored.values,
		});
	}
}
