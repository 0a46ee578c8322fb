import { omitUndefined } from "../../base/collections.ts";
import type { Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { openForReading } from "../../base/host/descriptor.ts";
import { writeNewFile } from "../../base/host/place.ts";
import type { PackageRef } from "../../base/machine/facts.ts";
import { type Path, pathFromText } from "../../base/path/path.ts";
import { quoteShellLine, showPath } from "../../base/path/quote.ts";
import { absolutePath } from "../../cli/arguments.ts";
import type { GlobalOptions } from "../../cli/options.ts";
import { outputPath } from "../../cli/output-file.ts";
import { answersFrom, baseOf } from "../../make/engine/answers.ts";
import { changesOf, replacedBy, templateOf } from "../../make/engine/save-template.ts";
import { resolveProbes } from "../../make/engine/try-probe.ts";
import type { Language, Messages } from "../../messages/messages.ts";
import type { Answers } from "../../options/answers.ts";
import { withParameters } from "../../options/read-options.ts";
import { launchPath } from "../../service/application.ts";
import { splitCommandLine } from "../../service/command-line.ts";
import type { FoundApplication, ListeningAddress } from "../../service/found.ts";
import { distributionIds } from "../../service/host/packages.ts";
import { lookUpProgram } from "../../service/host/process-application.ts";
import type { Packages } from "../../service/ports.ts";
import { fromFound, knownTemplate, refuseUnaccepted } from "../../template/engine/starting-point.ts";
import { findApplications, newestProgram } from "../../template/host/find.ts";
import { builtinTemplate, placeholders } from "../../template/host/sources.ts";
import { fillText, type ParameterValues } from "../../template/parameters.ts";
import { differencesText, templateCommands } from "../../template/report/template.ts";
import type { Template } from "../../template/template.ts";
import { asItRuns } from "../../trace/verbs/attach.ts";
import { dropinText, unitText } from "../../unit/engine/unit.ts";
import { ownUnitText } from "../../unit/verbs/unit.ts";
import type { Chooser } from "../session/session.ts";
import type { Choice } from "../state/choice.ts";
import { headOf, mostBytes } from "../state/file-head.ts";
import type { FileHead } from "../state/state.ts";
import type { SavedTemplate } from "../state/values.ts";
import { type ReviewRow, reviewText } from "../steps/build/review.ts";
import { isMissing } from "../steps/choose/reduce.ts";

/** Lists what the wizard offers on this machine: the demonstration, templates, units and running services. */
export class SystemChooser implements Chooser {
	readonly #machine: Machine;
	readonly #messages: Messages;
	readonly #options: Pick<GlobalOptions, "require" | "state">;
	readonly #found = new Map<string, FoundApplication>();

	constructor(machine: Machine, messages: Messages, options: Pick<GlobalOptions, "state"> = {}) {
		this.#machine = machine;
		this.#messages = messages;
		this.#options = options;
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
			...choiceOfTemplate(stored.template, this.#messages.language, found, stored.values),
			...(stored.accepted ? {} : { consent: { text: templateCommands(stored.template, this.#messages), hash: stored.hash } }),
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
		return resolveProbes({ machine: this.#machine, signal: new AbortController().signal }, answers, found.ports);
	}

	async proposeCommand(line: string): Promise<Answers> {
		const split = splitCommandLine(line);
		if ("error" in split) throw new Failure(split.error.code, {}, 2);
		return answersFrom(this.#machine, {}, split.words, undefined);
	}

	base(answers: Answers): Promise<Answers | undefined> {
		return baseOf({ machine: this.#machine }, answers);
	}

	fileHead(path: Path): Promise<FileHead> {
		return readHead(path);
	}

	async saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string> {
		const file = outputPath({ options: this.#options }, path);
		await writeNewFile(file, reviewText(name, rows, this.#messages));
		return absolutePath(path);
	}

	async unit(name: string, service: string | undefined): Promise<string> {
		const machine = this.#machine;
		if (machine.accounts.own()) return ownUnitText(machine, name, { full: this.#options.require === "full" });
		return service === undefined ? unitText({ machine }, name) : dropinText({ machine }, name, service);
	}

	serviceOf({ application, unit }: Answers): string | undefined {
		const [program] = application.command;
		// One interpreter runs many services, so the unit must also be named for the program.
		const name = program?.slice(program.lastIndexOf("/") + 1) ?? "";
		const same = (one: FoundApplication) => one.application.command?.[0] === program && one.unit?.startsWith(name);
		const known = unit ?? [...this.#found.values()].find(same)?.unit;
		return known === undefined ? undefined : this.#machine.units.service(known)?.name;
	}

	async saveTemplate(name: string, answers: Answers, replace: boolean): Promise<SavedTemplate> {
		const saved = await templateOf(this.#machine, name, answers);
		if (!replace && (await replacedBy(this.#machine, saved))) throw new Failure("template-there", { name }, 2);
		const path = await this.#machine.store.templates.save(saved.template, saved.values);
		return { path, hidesBuiltIn: builtinTemplate(name) !== undefined };
	}

	async changes(cage: string): Promise<string> {
		const { differences, template } = await changesOf(this.#machine, cage);
		const words = this.#messages.cli.template;
		if (!differences.length) return words.unchanged(cage, template);
		return `${words.changed(cage, template)}\n\n${differencesText(differences)}`;
	}

	async #fromTemplate(name: string, parameters: ParameterValues = {}): Promise<Answers> {
		const stored = await knownTemplate(this.#machine.store, name);
		await refuseUnaccepted(stored);
		return answersFrom(this.#machine, withParameters(parameters), [], {
			kind: "template",
			template: stored.template,
			values: stored.values,
		});
	}
}

/** Returns a template as a choice, with its missing programs and the running process. */
export function choiceOfTemplate(
	template: Template,
	language: Language,
	found: readonly FoundApplication[],
	values: ParameterValues = {},
): Choice {
	const { application, description, first, name, needs, notes, title } = template;
	const usual = Object.entries(template.parameters).flatMap(([key, { default: value }]) =>
		value === undefined ? [] : [[key, value]],
	);
	const filled: ParameterValues = { ...Object.fromEntries(usual), ...values };
	const shown = (text: string) => fillText(text, { ...placeholders(), ...filled });
	const command = application.command.map((word) => fillText(word, filled));
	const program = newestProgram(command[0] ?? "") ?? command[0] ?? "";
	const programs = [...new Set([program, ...needs.programs.map((one) => fillText(one, filled))])].filter(
		(one) => one !== "" && !one.includes("${") && !isHere(one),
	);
	const parameters = Object.entries(template.parameters).map(([name, { default: usual, kind, title }]) => {
		const value = values[name] ?? usual;
		return { name, kind, title: title[language], ...omitUndefined({ default: value }) };
	});
	const packages = distributionIds().flatMap((id) => (Object.hasOwn(needs.packages, id) ? [needs.packages[id]] : []))[0] ?? [];
	const running = found.find((one) => one.application.command?.[0] === program && one.ports.length > 0);
	const isPlain = title[language].toLowerCase() === name;
	return {
		id: `template:${name}`,
		kind: name === "demo" ? "demo" : "template",
		name,
		description: isPlain ? description[language] : `${title[language]}: ${description[language]}`,
		detail: description[language],
		command: [program, ...command.slice(1)].map(shown),
		...omitUndefined({ account: application.user }),
		probes: application.probes.map(shown),
		...(running ? factsOf(running) : {}),
		...(programs.length ? { missing: { programs, packages } } : {}),
		...(parameters.length ? { parameters } : {}),
		...(first.length || notes.length ? { advice: [...first, ...notes].map((note) => note[language]) } : {}),
	};
}

/** Returns a unit or process as a choice. */
function choiceOfFound(one: FoundApplication): Choice {
	const { application, description, notes } = one;
	const command = application.command ?? [];
	return {
		id: `${one.reason}:${one.unit ?? one.pid ?? one.name}`,
		kind: one.reason === "process" ? "process" : "unit",
		name: one.name,
		description: description || quoteShellLine(command),
		detail: [...(one.unit === undefined ? [] : [one.unit]), quoteShellLine(command)].join(": "),
		command,
		...omitUndefined({ account: application.user, enabled: one.enabled }),
		...(application.probes?.length ? { probes: application.probes } : {}),
		...(notes.length ? { notes } : {}),
		...factsOf(one),
	};
}

function factsOf({ package: owner, pid, ports, unit }: FoundApplication): Partial<Choice> {
	return {
		...omitUndefined({ package: owner, pid, unit }),
		...(ports.length ? { ports: [...new Set(ports.map(portText))] } : {}),
	};
}

function portText(port: ListeningAddress): string {
	return port.protocol === "unix" ? `unix ${port.path}` : `${port.protocol} ${port.port}`;
}

/** Adds the package of templates whose program is installed but not running. */
async function withPackages(choices: readonly Choice[], packages: Packages): Promise<Choice[]> {
	const place = ({ command }: Choice): Path => pathFromText(command?.[0] ?? "/");
	const unknown = choices.filter((choice) => choice.package === undefined && choice.kind === "template" && !choice.missing);
	const owners: ReadonlyMap<Path, PackageRef> = unknown.length ? await packages.owners(unknown.map(place)) : new Map();
	return choices.map((choice) => {
		const owner = choice.package ? undefined : owners.get(place(choice));
		return owner === undefined ? choice : { ...choice, package: owner };
	});
}

function isHere(program: string): boolean {
	return "path" in lookUpProgram(program, { path: launchPath });
}

/** Orders the demonstration, templates and services; those with missing programs come last. */
export function compareChoices(one: Choice, other: Choice): number {
	const rank = (choice: Choice) => (isMissing(choice) ? 3 : choice.kind === "demo" ? 0 : choice.kind === "template" ? 1 : 2);
	return rank(one) - rank(other);
}

/** Reads at most the beginning. Throws `file-not-shown` for what is no regular file: a FIFO or device would wait or answer forever. */
export async function readHead(path: Path): Promise<FileHead> {
	const refuse = (): never => {
		throw new Failure("file-not-shown", { path: showPath(path) });
	};
	await using file = await openForReading(path).catch(refuse);
	const stats = await file.stat();
	if (!stats.isFile()) return refuse();
	const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
	return headOf(path, buffer.toString("latin1", 0, bytesRead), stats.size);
}
