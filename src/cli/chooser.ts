import { noRules } from "../core/application/application.ts";
import { splitCommandLine } from "../core/application/command-line.ts";
import type { FoundApplication } from "../core/application/found.ts";
import { proposeProbe } from "../core/application/probe.ts";
import { Failure } from "../core/failure.ts";
import { quoteShellLine } from "../core/path/quote.ts";
import { type Answers, defaultRounds, defaultTimeout } from "../core/questions/answers.ts";
import type { Machine } from "../engine/context.ts";
import type { Choice } from "../engine/session.ts";
import type { Chooser } from "../engine/wizard.ts";
import { findApplications } from "../system/units/find.ts";
import { answersFrom, probeTools } from "./answers.ts";
import { unitText } from "./unit.ts";

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
			};
		});
		return [...templates, ...others];
	}

	async propose(choice: Choice): Promise<Answers> {
		if (choice.id.startsWith("template:")) return answersFrom({}, [], await this.#template(choice.name));
		const found = this.#found.get(choice.id);
		if (!found) throw new Failure("choice-gone", { name: choice.name }, 2);
		const { application } = found;
		const command = application.command ?? [];
		const [probe] = proposeProbe({ command, ports: found.ports, env: application.env ?? {}, ...probeTools() });
		return {
			name: found.name.replace(/[^A-Za-z0-9._-]/g, "-"),
			application: {
				command,
				...(application.user === undefined ? {} : { user: application.user }),
				cwd: application.cwd ?? "/",
				env: application.env ?? {},
				probes: application.probes?.length ? application.probes : (probe?.probes ?? []),
				exercises: application.exercises?.length ? application.exercises : (probe?.exercises ?? []),
				timeout: application.timeout ?? defaultTimeout,
				network: application.network ?? "host",
				directories: application.directories ?? [],
			},
			rules: noRules,
			onHost: false,
			rounds: defaultRounds,
		};
	}

	async proposeCommand(line: string): Promise<Answers> {
		const split = splitCommandLine(line);
		if ("error" in split) throw new Failure(split.error.code, {}, 2);
		return answersFrom({}, split.words, undefined);
	}

	async base(answers: Answers): Promise<Answers | undefined> {
		return answers.template === undefined ? undefined : answersFrom({}, [], await this.#template(answers.template));
	}

	unit(name: string): Promise<string> {
		return unitText(this.#machine, name);
	}

	async #template(name: string) {
		const stored = (await this.#machine.store.templates()).find((one) => one.template.name === name);
		if (!stored) throw new Failure("template-unknown", { name }, 2);
		return stored.template;
	}
}
