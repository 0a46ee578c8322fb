import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure, type Note } from "../../base/failure.ts";
import { ancestors, type Path, pathFromText, pathToText } from "../../base/path/path.ts";
import { type Answers, defaultRounds, defaultRoundsAttached, defaultTimeout, isName } from "../../options/answers.ts";
import type { GivenOptions } from "../../options/options.ts";
import { readAcceptances, readOptions, readParameters, readPinRules, withParameters } from "../../options/read-options.ts";
import { dedicatedName, isAccountName } from "../../plan/dedicated.ts";
import { placeNamed } from "../../plan/links.ts";
import { guessNotes, proposeProbe } from "../../probe/propose.ts";
import { queryOf } from "../../probe/recognise.ts";
import { type Application, noRules, type Rules, socketsOf } from "../../service/application.ts";
import type { ApplicationDraft, ListeningAddress } from "../../service/found.ts";
import { accountEnvironment, withoutAccount } from "../../service/start-scripts.ts";
import { type StartingPoint, startingPoint } from "../../template/engine/starting-point.ts";
import { limitsOf, type MergeError, mergeAnswers, mergeTemplate, type TemplateAnswers } from "../../template/merge.ts";
import { namesIn, type ParameterValues } from "../../template/parameters.ts";
import type { Template } from "../../template/template.ts";

/** The parts of the machine that templates, units and commands depend on. */
export type AnswersMachine = Pick<Machine, "accounts" | "applications" | "files" | "probeTools">;

/** Turns options and a starting point into answers. Throws a Failure (exit 2) for invalid input. Changes nothing. */
export function answersFrom(
	machine: AnswersMachine,
	options: GivenOptions,
	command: readonly string[],
	start: StartingPoint | undefined,
): Answers {
	const isRootless = machine.accounts.own() !== undefined;
	const given: TemplateAnswers = {
		...(command.length ? { command: resolveCommand(machine, command) } : {}),
		...readOptions(options),
	};
	const parameters = readParameters(options);
	if (options.set?.length && start?.kind !== "template") throw new Failure("set-without-template", {}, 2);
	const accepted = readAcceptances(options);
	const {
		application: described,
		notes: ofTemplate = [],
		rules,
	} = start === undefined
		? fromCommand(given)
		: start.kind === "template"
			? fromTemplate(machine, start.template, given, { ...start.values, ...parameters })
			: fromUnit(machine, start, given);
	const name = options.name ?? nameOf(start) ?? defaultName(described.command[0] ?? "");
	const dynamicUser = start?.kind === "found" && options.user === undefined && !isRootless ? start.dynamicUser : undefined;
	// An account that exists only while the service runs cannot own the cage's data.
	const ownAccount = options.dedicatedAccount ?? (dynamicUser === undefined ? undefined : true);
	const dedicatedAccount = ownAccount === undefined ? undefined : dedicated(ownAccount, name);
	const application = isRootless
		? dropAccount(described, options)
		: dynamicUser === undefined || dedicatedAccount === undefined
			? described
			: asAccount(described, dynamicUser, dedicatedAccount);
	const serviceDirectories = start === undefined ? machine.applications.directoriesOf(application.command[0] ?? "") : [];
	if (!isName(name)) throw new Failure("bad-name", { name }, 2);
	const isLive = options.attach !== undefined || options.onHost === true;
	const probed =
		start?.kind === "template" && application.probes.length
			? { application }
			: withProbe(machine, application, start?.kind === "found" && !command.length ? start.ports : [], isLive);
	const sourceNotes = start?.kind === "found" ? start.notes : ofTemplate.length ? ofTemplate : undefined;
	const notes = probed.guesses ? [...(sourceNotes ?? []), ...probed.guesses] : sourceNotes;
	return {
		name,
		...(start?.kind === "template" ? { template: start.template.name } : {}),
		...(Object.keys(parameters).length ? { parameters } : {}),
		...(start?.kind === "found" && start.unit !== undefined ? { unit: start.unit } : {}),
		...omitUndefined({ notes }),
		application: probed.application,
		...omitUndefined({ otherProbes: probed.otherProbes }),
		...(serviceDirectories.length ? { serviceDirectories } : {}),
		rules,
		...(accepted.length ? { accepted } : {}),
		...omitUndefined({ dedicatedAccount }),
		onHost: options.onHost ?? false,
		...(options.attach === undefined ? {} : { attach: { pid: options.attach, ...omitUndefined({ seconds: options.for }) } }),
		rounds: options.rounds ?? (options.attach === undefined ? defaultRounds : defaultRoundsAttached),
		...minimiseFrom(options),
	};
}

function minimiseFrom(options: GivenOptions): Pick<Answers, "minimise"> {
	const { giveUp, jobs, keep, keepKind, minimise } = options;
	if (minimise) return { minimise: readPinRules(options) };
	if (giveUp || jobs || keep || keepKind) throw new Failure("minimise-not-asked", {}, 2);
	return {};
}

/** Without root, a template's or unit's account is dropped. A requested account is refused later. */
function dropAccount({ user: _, ...application }: Application, options: GivenOptions): Application {
	return options.user === undefined ? application : { ...application, user: options.user };
}

/** A starting point's own answers. Variables that depend on the account are those of `user`, because naming `user` adds them. */
function baseAnswers(machine: AnswersMachine, start: StartingPoint, { application, parameters }: Answers): Answers {
	const options = withParameters(parameters);
	if (start.kind === "template") return baseOfTemplate(machine, start, application, options);
	const base = answersFrom(machine, options, [], start);
	const { user } = application;
	if (user === undefined || user === base.application.user) return base;
	const { env } = answersFrom(machine, { ...options, user }, [], start).application;
	return { ...base, application: { ...base.application, env } };
}

/** A part that lacks a parameter's value was replaced, so the base is without it. */
function baseOfTemplate(
	machine: AnswersMachine,
	start: StartingPoint & { kind: "template" },
	{ command, probes }: Application,
	options: GivenOptions,
): Answers {
	const { application, parameters } = start.template;
	const values = { ...start.values, ...readParameters(options) };
	const isReplaced = (part: readonly string[]) =>
		[...namesIn(part)].some(
			(name) => Object.hasOwn(parameters, name) && parameters[name]?.default === undefined && values[name] === undefined,
		);
	const replaced = { command: isReplaced(application.command), probes: isReplaced(application.probes) };
	const given = replaced.probes ? { ...options, probe: [...probes] } : options;
	const base = answersFrom(machine, given, replaced.command ? command : [], start);
	return {
		...base,
		application: {
			...base.application,
			...(replaced.command ? { command: [] } : {}),
			...(replaced.probes ? { probes: [] } : {}),
		},
	};
}

/**
 * The answers without any option, so that the equivalent command names only the difference. Returns undefined without a template
 * or unit.
 */
export async function baseOf(context: Pick<Context, "machine">, answers: Answers): Promise<Answers | undefined> {
	const name = answers.template ?? answers.unit;
	return name === undefined ? undefined : baseAnswers(context.machine, await startingPoint(context, name), answers);
}

/** Replaces an account that the machine does not have, keeping the groups. */
function asAccount(application: Application, before: string, account: string): Application {
	const [, ...groups] = (application.user ?? "").split(":");
	const named = Object.entries(application.env).map(([name, value]) => [
		name,
		(name === "USER" || name === "LOGNAME") && value === before ? account : value,
	]);
	return { ...application, user: [account, ...groups].join(":"), env: Object.fromEntries(named) };
}

function dedicated(option: string | true, cage: string): string {
	const name = option === true ? dedicatedName(cage) : option;
	if (!isAccountName(name)) throw new Failure("account-name-invalid", { name }, 2);
	return name;
}

function nameOf(start: StartingPoint | undefined): string | undefined {
	return start?.kind === "template" ? start.template.name : start?.name;
}

interface DescribedApplication {
	readonly application: Application;
	readonly rules: Rules;
	readonly notes?: readonly Note[];
}

function fromUnit(
	machine: AnswersMachine,
	{ application }: StartingPoint & { kind: "found" },
	given: TemplateAnswers,
): DescribedApplication {
	const merged = mergeAnswers({ application: startedAs(machine, application, given.user), rules: noRules }, given);
	return { ...merged, application: { ...merged.application, command: resolveCommand(machine, merged.application.command) } };
}

/** A unit's application under another account; without root, the user's own. */
function startedAs<T extends Pick<ApplicationDraft, "env" | "user">>(
	{ accounts, files }: AnswersMachine,
	application: T,
	given: string | undefined,
): T {
	const read = (path: string) => files.read(pathFromText(path))?.toString("latin1");
	const user = accounts.own()?.name ?? given;
	const before = nameIn(application.user);
	if (user === undefined || nameIn(user) === before) return application;
	const env = { ...accountEnvironment(nameIn(user), read), ...withoutAccount(application.env ?? {}, before, read) };
	return { ...application, env };
}

function nameIn(user = "root"): string {
	return user.split(":", 1)[0] ?? "root";
}

function fromTemplate(
	machine: AnswersMachine,
	template: Template,
	given: TemplateAnswers,
	parameters: ParameterValues,
): DescribedApplication {
	const merged = mergeTemplate(startable(machine, template, given), given, machine.applications.here(template, parameters));
	if ("error" in merged) throw mergeFailure(template, merged.error);
	const { alternative, application, rules } = merged;
	// Resolving finds a program that is not installed before anything starts.
	return {
		application: { ...application, command: resolveCommand(machine, application.command) },
		rules,
		...(alternative && !alternative.tried
			? { notes: [{ code: "template-untried", values: { template: template.name, systems: alternative.systems.join(", ") } }] }
			: {}),
	};
}

function mergeFailure({ name: template, parameters }: Template, { code, ...values }: MergeError): Failure {
	return new Failure(code, { template, known: Object.keys(parameters).join(", "), ...values }, 2);
}

function fromCommand(given: TemplateAnswers): DescribedApplication {
	if (!given.command) throw new Failure("nothing-to-cage", {}, 2);
	return {
		application: {
			command: given.command,
			...omitUndefined({ user: given.user }),
			cwd: given.cwd ?? "/",
			env: given.env ?? {},
			probes: given.probes ?? [],
			exercises: given.exercises ?? [],
			timeout: given.timeout ?? defaultTimeout,
			network: given.network ?? "host",
			...omitUndefined({ calls: given.calls }),
			directories: given.directories ?? [],
			...socketsOf(given),
			...limitsOf(given.limits),
		},
		rules: { ...noRules, ...given.rules },
	};
}

interface ProbedApplication extends Pick<Answers, "application" | "otherProbes"> {
	readonly guesses?: readonly Note[];
}

/**
 * Adds a probe from a known protocol if none is given, at a port where the application already listens if known. Jobs, which
 * change state, are skipped for an application that runs on the host itself. Of an unknown protocol, there are no probes at all
 * yet.
 */
function withProbe(
	machine: AnswersMachine,
	application: Application,
	addresses: readonly ListeningAddress[],
	isLive: boolean,
): ProbedApplication {
	const tools = machine.probeTools(application.command);
	if (application.probes.length) {
		const job = isLive ? [] : application.probes.flatMap((line) => queryOf(line, tools.node)?.job ?? []);
		return { application: { ...application, exercises: [...new Set([...application.exercises, ...job])] } };
	}
	const { command, env } = application;
	const ports = atRealPaths(machine, addresses);
	const [proposal, ...others] = proposeProbe({ command, ports, env, ...tools });
	// An application in a sandbox may still show one.
	if (!proposal) return isLive ? { application } : { application, otherProbes: [] };
	const { exercises, job, probes, why } = proposal;
	const all = [...application.exercises, ...exercises, ...(isLive ? [] : job)];
	return {
		application: { ...application, probes, exercises: [...new Set(all)] },
		otherProbes: others.map((other) => other.probes),
		...(why.kind === "port" ? { guesses: guessNotes(proposal) } : {}),
	};
}

/** Probes follow no symbolic links, such as /var/run, because an application could have created them. */
export function atRealPaths(
	{ files }: Pick<AnswersMachine, "files">,
	addresses: readonly ListeningAddress[],
): ListeningAddress[] {
	return addresses.map((address) => {
		const hasFile = address.protocol === "unix" && address.path.startsWith("/");
		const path = hasFile ? pathToText(placeNamed(address.path, files)) : undefined;
		return path === undefined ? address : { protocol: "unix", path };
	});
}

function resolveCommand({ applications }: AnswersMachine, [program = "", ...args]: readonly string[]): string[] {
	return [applications.program(program), ...args];
}

function defaultName(program: string): string {
	const base = program.slice(program.lastIndexOf("/") + 1);
	return base.replace(/[^A-Za-z0-9._-]/g, "-").replace(/^[^A-Za-z0-9]+/, "") || "cage";
}

/**
 * The demonstration runs as nobody, who cannot read an installation below a private home such as /root. There it starts as root
 * without capabilities, so that a first try does not fail because of a mode bit.
 */
function startable({ applications, files }: AnswersMachine, template: Template, { user: given }: TemplateAnswers): Template {
	if (template.name !== "demo" || given !== undefined) return template;
	const { demo = "", node = "" } = applications.here({ parameters: {} }, {}).placeholders ?? {};
	const isReadableByAll = (text: string) => {
		const path = files.resolve(pathFromText(text));
		const isOpen = (one: Path, bit: number) => ((files.status(one)?.mode ?? 0) & bit) !== 0;
		return path !== undefined && isOpen(path, 0o004) && ancestors(path).every((folder) => isOpen(folder, 0o001));
	};
	const { user: _, ...application } = template.application;
	return [demo, node].every(isReadableByAll) ? template : { ...template, application };
}
