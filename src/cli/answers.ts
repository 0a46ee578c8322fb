import { readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname } from "node:path";
import { type Application, launchPath, noRules, type Rules, socketsOf } from "../core/application/application.ts";
import type { ApplicationDraft, Listening } from "../core/application/found.ts";
import { proposeProbe } from "../core/application/probe.ts";
import { askingOf } from "../core/application/recognise.ts";
import { accountEnvironment, withoutAccount } from "../core/application/start-scripts.ts";
import type { Note } from "../core/failure.ts";
import { Failure } from "../core/failure.ts";
import { dedicatedName, isAccountName } from "../core/plan/dedicated.ts";
import { type Answers, defaultRounds, defaultRoundsAttached, defaultTimeout, isName } from "../core/questions/answers.ts";
import type { GivenOptions } from "../core/questions/options.ts";
import { readAcceptances, readOptions, readParameters, readPinRules, withParameters } from "../core/questions/read-options.ts";
import { limitsOf, type MergeError, mergeAnswers, mergeTemplate, type TemplateAnswers } from "../core/template/merge.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import { probeTools } from "../system/launch/probe-tools.ts";
import { isRootless } from "../system/launch/rootless.ts";
import { placeholders } from "../system/templates/builtin.ts";
import { here } from "../system/templates/here.ts";
import { directoriesOf } from "../system/units/find.ts";
import { lookUpProgram } from "../system/units/path-lookup.ts";
import type { StartingPoint } from "./starting-point.ts";

/** From options, and what was named to begin with, to answers. Whatever is wrong is a Failure (exit 2), and nothing was changed. */
export function answersFrom(options: GivenOptions, command: readonly string[], start: StartingPoint | undefined): Answers {
	const given: TemplateAnswers = { ...(command.length ? { command: resolveCommand(command) } : {}), ...readOptions(options) };
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
			? fromTemplate(start.template, given, { ...start.values, ...parameters })
			: fromUnit(start, given);
	const name = options.name ?? nameOf(start) ?? defaultName(described.command[0] ?? "");
	const dynamicUser = start?.kind === "found" && options.user === undefined && !isRootless() ? start.dynamicUser : undefined;
	// An account that exists only while the service runs has nothing to own the cage's data with.
	const ownAccount = options.dedicatedAccount ?? (dynamicUser === undefined ? undefined : true);
	const dedicatedAccount = ownAccount === undefined ? undefined : dedicated(ownAccount, name);
	const application = isRootless()
		? asOneself(described, options)
		: dynamicUser === undefined || dedicatedAccount === undefined
			? described
			: asAccount(described, dynamicUser, dedicatedAccount);
	const serviceDirectories = start === undefined ? directoriesOf(application.command[0] ?? "") : [];
	if (!isName(name)) throw new Failure("bad-name", { name }, 2);
	const isLive = options.attach !== undefined || options.onHost === true;
	const probed =
		start?.kind === "template" && application.probes.length
			? { application }
			: withProbe(application, start?.kind === "found" ? start.ports : [], isLive);
	const told = start?.kind === "found" ? start.notes : ofTemplate.length ? ofTemplate : undefined;
	const notes = probed.guesses ? [...(told ?? []), ...probed.guesses] : told;
	return {
		name,
		...(start?.kind === "template" ? { template: start.template.name } : {}),
		...(Object.keys(parameters).length ? { parameters } : {}),
		...(start?.kind === "found" && start.unit !== undefined ? { unit: start.unit } : {}),
		...(notes ? { notes } : {}),
		application: probed.application,
		...(probed.otherProbes ? { otherProbes: probed.otherProbes } : {}),
		...(serviceDirectories.length ? { serviceDirectories } : {}),
		rules,
		...(accepted.length ? { accepted } : {}),
		...(dedicatedAccount === undefined ? {} : { dedicatedAccount }),
		onHost: options.onHost ?? false,
		...(options.attach === undefined
			? {}
			: { attach: { pid: options.attach, ...(options.for === undefined ? {} : { seconds: options.for }) } }),
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

/** Without root there is no account to choose: that of a template or a unit gives way, one that was asked for is refused later. */
function asOneself({ user: _, ...application }: Application, options: GivenOptions): Application {
	return options.user === undefined ? application : { ...application, user: options.user };
}

/** What a starting point says by itself. Variables that come with an account are those of `user`, because naming that brings them along. */
export function baseAnswers(start: StartingPoint, user: string | undefined, parameters?: ParameterValues): Answers {
	const base = answersFrom(withParameters(parameters), [], start);
	if (start.kind !== "found" || user === undefined || user === base.application.user) return base;
	const { env } = answersFrom({ ...withParameters(parameters), user }, [], start).application;
	return { ...base, application: { ...base.application, env } };
}

/** Another account in the place of one that the machine does not have, with the same groups and under its own name. */
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

interface Described {
	readonly application: Application;
	readonly rules: Rules;
	readonly notes?: readonly Note[];
}

function fromUnit({ application }: StartingPoint & { kind: "found" }, given: TemplateAnswers): Described {
	const merged = mergeAnswers({ application: startedAs(application, given.user), rules: noRules }, given);
	return { ...merged, application: { ...merged.application, command: resolveCommand(merged.application.command) } };
}

/** A unit's application as another account. Without root, that is the user who starts it. */
function startedAs<T extends Pick<ApplicationDraft, "env" | "user">>(application: T, given: string | undefined): T {
	const user = isRootless() ? userInfo().username : given;
	const before = nameIn(application.user);
	if (user === undefined || nameIn(user) === before) return application;
	const env = { ...accountEnvironment(nameIn(user), read), ...withoutAccount(application.env ?? {}, before, read) };
	return { ...application, env };
}

function nameIn(user = "root"): string {
	return user.split(":", 1)[0] ?? "root";
}

function read(path: string): string | undefined {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return undefined;
	}
}

function fromTemplate(template: Template, given: TemplateAnswers, parameters: ParameterValues): Described {
	const merged = mergeTemplate(startable(template, given), given, here(template, parameters));
	if ("error" in merged) throw mergeFailure(template, merged.error);
	const { alternative, application, rules } = merged;
	// A program that is named without its place, or that is not installed, is found out before anything starts.
	return {
		application: { ...application, command: resolveCommand(application.command) },
		rules,
		...(alternative && !alternative.tried
			? { notes: [{ code: "template-untried", values: { template: template.name, systems: alternative.systems.join(", ") } }] }
			: {}),
	};
}

function mergeFailure({ name: template, parameters }: Template, { code, ...values }: MergeError): Failure {
	return new Failure(code, { template, known: Object.keys(parameters).join(", ") || "-", ...values }, 2);
}

function fromCommand(given: TemplateAnswers): Described {
	if (!given.command) throw new Failure("nothing-to-cage", {}, 2);
	return {
		application: {
			command: given.command,
			...(given.user === undefined ? {} : { user: given.user }),
			cwd: given.cwd ?? "/",
			env: given.env ?? {},
			probes: given.probes ?? [],
			exercises: given.exercises ?? [],
			timeout: given.timeout ?? defaultTimeout,
			network: given.network ?? "host",
			directories: given.directories ?? [],
			...socketsOf(given),
			...limitsOf(given.limits),
		},
		rules: { ...noRules, ...given.rules },
	};
}

interface Probed extends Pick<Answers, "application" | "otherProbes"> {
	readonly guesses?: readonly Note[];
}

/**
 * A known protocol supplies the probe that nobody gave, at a port where the application listens already if that is known. What runs on the host
 * itself is asked nothing that changes its state.
 */
function withProbe(application: Application, ports: readonly Listening[], isLive: boolean): Probed {
	if (application.probes.length) {
		const job = isLive ? [] : application.probes.flatMap((line) => askingOf(line, process.execPath)?.job ?? []);
		return { application: { ...application, exercises: [...new Set([...application.exercises, ...job])] } };
	}
	const { command, env } = application;
	const [proposal, ...others] = proposeProbe({ command, ports, env, ...probeTools(command) });
	if (!proposal) return { application };
	const { also = [], exercises, job, probes, protocol, why } = proposal;
	const all = [...application.exercises, ...exercises, ...(isLive ? [] : job)];
	return {
		application: { ...application, probes, exercises: [...new Set(all)] },
		otherProbes: others.filter((other) => why.kind === "port" || other.why.port === why.port).map((other) => other.probes),
		// What a port is usually for is no more than that.
		...(why.kind === "port"
			? { guesses: [{ port: why.port, protocol }, ...also].map((values) => ({ code: "probe-guessed-port", values })) }
			: {}),
	};
}

export function resolveCommand(command: readonly string[]): string[] {
	const [program = "", ...args] = command;
	// The application gets the launcher's PATH: a name means what it would mean there, and only then what it means to the caller.
	const found = lookUpProgram(program, { path: `${launchPath}:${process.env.PATH ?? ""}` });
	if ("error" in found) throw new Failure(found.error.code, { program }, 2);
	return [found.path, ...args];
}

function defaultName(program: string): string {
	return (
		basename(program)
			.replace(/[^A-Za-z0-9._-]/g, "-")
			.replace(/^[^A-Za-z0-9]+/, "") || "cage"
	);
}

/**
 * The demonstration runs as nobody, who cannot read an installation below a private home such as /root. Then it starts as root
 * without any capability instead, so that a first look never fails for want of a mode bit.
 */
function startable(template: Template, options: TemplateAnswers): Template {
	const { user: _, ...application } = template.application;
	const readable = [placeholders().demo ?? "", placeholders().node ?? ""].every(isReadableByAll);
	return template.name !== "demo" || options.user !== undefined || readable ? template : { ...template, application };
}

function isReadableByAll(path: string): boolean {
	for (let at = path; ; at = dirname(at)) {
		const status = statSync(at, { throwIfNoEntry: false });
		if (!status || !(status.mode & (status.isDirectory() ? 0o001 : 0o004))) return false;
		if (at === dirname(at)) return true;
	}
}
