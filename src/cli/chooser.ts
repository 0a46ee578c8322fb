import { splitCommandLine } from "../core/application/command-line.ts";
import type { FoundApplication } from "../core/application/found.ts";
import { Failure } from "../core/failure.ts";
import { quoteShellLine } from "../core/path/quote.ts";
import type { Answers } from "../core/questions/answers.ts";
import type { ReviewRow } from "../core/wizard/review.ts";
import type { Machine } from "../engine/context.ts";
import type { Choice } from "../engine/session.ts";
import { dropinText, unitText } from "../engine/unit.ts";
import type { Chooser } from "../engine/wizard.ts";
import { messagesFor } from "../messages/messages.ts";
import { reviewText } from "../report/review.ts";
import { writeNewFile } from "../system/files/write-new.ts";
import { findApplications } from "../system/units/find.ts";
import { answersFrom } from "./answers.ts";
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
		const templates = (await this.#machine.store.templates()).map(({ template }): Choice => {
			const kind = template.name === "demo" ? "demo" : "template";
			return {
				id: `template:${template.name}`,
				kind,
				name: template.name,
				description: template.title[this.#language],
				detail: template.description[this.#language],
			};
		});
		templates.sort((a, b) => Number(b.kind === "demo") - Number(a.kind === "demo"));
		const found = (await findApplications()).filter((one) => one.startable && one.application.command?.length);
		const others = found.map((one): Choice => {
			const id = `${one.reason}:${one.unit ?? one.pid ?? one.name}`;
			this.#found.set(id, one);
			return {
				id,
				kind: one.reason === "process" ? "process" : "unit",
				name: one.name,
				description: one.description || quoteShellLine(one.application.command ?? []),
				detail: [...(one.unit === undefined ? [] : [one.unit]), quoteShellLine(one.application.command ?? [])].join(": "),
			};
		});
		return [...templates, ...others];
	}

	async propose(choice: Choice): Promise<Answers> {
		if (choice.id.startsWith("template:")) return this.#fromTemplate(choice.name);
		const found = this.#found.get(choice.id);
		if (!found) throw new Failure("choice-gone", { name: choice.name }, 2);
		return answersFrom({}, [], fromFound(found));
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
