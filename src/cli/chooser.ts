import { splitCommandLine } from "../core/application/command-line.ts";
import type { FoundApplication } from "../core/application/found.ts";
import { Failure } from "../core/failure.ts";
import type { Answers } from "../core/questions/answers.ts";
import type { ReviewRow } from "../core/wizard/review.ts";
import type { Chooser } from "../engine/chooser.ts";
import type { Machine } from "../engine/context.ts";
import type { Choice } from "../engine/session.ts";
import { dropinText, unitText } from "../engine/unit.ts";
import { messagesFor } from "../messages/messages.ts";
import { reviewText } from "../report/review.ts";
import { writeNewFile } from "../system/files/write-new.ts";
import { findApplications } from "../system/units/find.ts";
import { answersFrom } from "./answers.ts";
import { asItRuns } from "./attach.ts";
import { choiceOfFound, choiceOfTemplate, compareChoices, withPackages } from "./choices.ts";
import { withGuess } from "./guessed-probe.ts";
import { ownUnitText } from "./own-unit.ts";
import { fromFound } from "./starting-point.ts";

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
		const templates = (await store.templates()).map(({ template }) => choiceOfTemplate(template, this.#language, found));
		return [...(await withPackages(templates, packages)), ...others].sort(compareChoices);
	}

	async propose(choice: Choice, watch = false): Promise<Answers> {
		const answers = await this.#proposed(choice);
		return watch && choice.pid !== undefined ? asItRuns(answers, choice.pid, choice.kind === "process") : answers;
	}

	async #proposed(choice: Choice): Promise<Answers> {
		if (choice.id.startsWith("template:")) return this.#fromTemplate(choice.name);
		const found = this.#found.get(choice.id);
		if (!found) throw new Failure("choice-gone", { name: choice.name }, 2);
		return withGuess(answersFrom({}, [], fromFound(found)), found.ports);
	}

	async proposeCommand(line: string): Promise<Answers> {
		const split = splitCommandLine(line);
		if ("error" in split) throw new Failure(split.error.code, {}, 2);
		return answersFrom({}, split.words, undefined);
	}

	async base(answers: Answers): Promise<Answers | undefined> {
		if (answers.template !== undefined) return this.#fromTemplate(answers.template);
		const unit = [...this.#found.values()].find((one) => answers.unit !== undefined && one.unit === answers.unit);
		return unit === undefined ? undefined : answersFrom({}, [], fromFound(unit));
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

	async #fromTemplate(name: string): Promise<Answers> {
		const stored = (await this.#machine.store.templates()).find((one) => one.template.name === name);
		if (!stored) throw new Failure("template-unknown", { name }, 2);
		return answersFrom({}, [], { kind: "template", template: stored.template });
	}
}
