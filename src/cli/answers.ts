import { readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname } from "node:path";
import { type Application, type Limits, launchPath, noRules, type Rules, socketsOf } from "../core/application/application.ts";
import type { ApplicationDraft, Listening } from "../core/application/found.ts";
import { handedSocketText, parseHandedSocket } from "../core/application/handed-socket.ts";
import { proposeProbe } from "../core/application/probe.ts";
import { askingOf } from "../core/application/recognise.ts";
import { accountEnvironment, withoutAccount } from "../core/application/start-scripts.ts";
import { parseAcceptance } from "../core/cage/finding.ts";
import { Failure, type Note } from "../core/failure.ts";
import type { PinRules } from "../core/minimise/needs.ts";
import { parseAccountName } from "../core/plan/accounts.ts";
import { dedicatedName, isAccountName } from "../core/plan/dedicated.ts";
import { openingWord } from "../core/plan/permissions.ts";
import {
	type Answers,
	defaultRounds,
	defaultRoundsAttached,
	defaultTimeout,
	isName,
	parseBind,
} from "../core/questions/answers.ts";
import { limitsOf, type MergeError, mergeAnswers, mergeTemplate, type TemplateAnswers } from "../core/template/merge.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import { probeTools } from "../system/launch/probe-tools.ts";
import { isRootless } from "../system/launch/rootless.ts";
import { placeholders } from "../system/templates/builtin.ts";
import { here } from "../system/templates/here.ts";
import { directoriesOf } from "../system/units/find.ts";
import { lookUpProgram } from "../system/units/path-lookup.ts";
import type { ApplicationOptions, MinimiseRuleOptions } from "./options.ts";
import type { StartingPoint } from "./starting-point.ts";

/** From options, and what was named to begin with, to answers. Whatever is wrong is a Failure (exit 2), and nothing was changed. */
export function answersFrom(options: ApplicationOptions, command: readonly string[], start: StartingPoint | undefined): Answers {
	const given: TemplateAnswers = {
		...(command.length ? { command: resolveCommand(command) } : {}),
		...(options.user === undefined ? {} : { user: options.user }),
		...(options.cwd === undefined ? {} : { cwd: absolute("cwd", options.cwd) }),
		env: environmentFrom(options.env ?? []),
		probes: options.probe ?? [],
		exercises: options.exercise ?? [],
		...(options.timeout === undefined ? {} : { timeout: options.timeout }),
		...(options.network === undefined ? {} : { network: options.network }),
		limits: limitsFrom(options),
		directories: (options.directory ?? []).map((path) => absolute("directory", path)),
		sockets: (options.socket ?? []).map(socket),
		rules: rulesFrom(options),
	};
	const parameters = parametersFrom(options.set ?? []);
	if (options.set?.length && start?.kind !== "template") throw new Failure("set-without-template", {}, 2);
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
	if (!isName(name)) throw new Failure("name-invalid", { name }, 2);
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
		...(options.acceptFinding?.length ? { accepted: acceptances(options.acceptFinding) } : {}),
		...(dedicatedAccount === undefined ? {} : { dedicatedAccount }),
		onHost: options.onHost ?? false,
		...(options.attach === undefined
			? {}
			: { attach: { pid: options.attach, ...(options.for === undefined ? {} : { seconds: options.for }) } }),
		rounds: options.rounds ?? (options.attach === undefined ? defaultRounds : defaultRoundsAttached),
		...minimiseFrom(options),
	};
}

function minimiseFrom(options: ApplicationOptions): Pick<Answers, "minimise"> {
	const { giveUp, jobs, keep, keepKind, minimise } = options;
	if (minimise) return { minimise: pinRulesFrom(options) };
	if (giveUp || jobs || keep || keepKind) throw new Failure("minimise-not-asked", {}, 2);
	return {};
}

export function pinRulesFrom({ giveUp = [], keep = [], keepKind = [] }: MinimiseRuleOptions): PinRules {
	return { keep: keep.map((pattern) => absolute("keep", anywhere(pattern))), keepKinds: keepKind, giveUp };
}

/** Without root there is no account to choose: that of a template or a unit gives way, one that was asked for is refused later. */
function asOneself({ user: _, ...application }: Application, options: ApplicationOptions): Application {
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

/** As they were given, once each of them is known to mean something. */
export function acceptances(texts: readonly string[]): readonly string[] {
	texts.forEach(parseAcceptance);
	return texts;
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

function environmentFrom(pairs: readonly string[]): Record<string, string> {
	const environment: Record<string, string> = {};
	for (const pair of pairs) {
		const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair);
		if (!match?.[1] || pair.includes("\0")) throw new Failure("env-invalid", { value: pair }, 2);
		environment[match[1]] = match[2] ?? "";
	}
	return environment;
}

/** The options that give a template these values. */
export function withParameters(values: ParameterValues = {}): ApplicationOptions {
	return { set: Object.entries(values).map(([name, value]) => `${name}=${value}`) };
}

function parametersFrom(pairs: readonly string[]): ParameterValues {
	const values: Record<string, string> = {};
	for (const pair of pairs) {
		const match = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(pair);
		if (!match?.[1]) throw new Failure("set-invalid", { value: pair }, 2);
		values[match[1]] = match[2] ?? "";
	}
	return values;
}

function socket(text: string): string {
	const parsed = parseHandedSocket(text);
	if (!parsed) throw new Failure("socket-invalid", { value: text }, 2);
	return handedSocketText(parsed);
}

function limitsFrom({ limitFiles, limitMemory, limitProcesses }: ApplicationOptions): Limits {
	return {
		...(limitMemory === undefined ? {} : { memory: limitMemory }),
		...(limitProcesses === undefined ? {} : { processes: limitProcesses }),
		...(limitFiles === undefined ? {} : { files: limitFiles }),
	};
}

function rulesFrom(options: ApplicationOptions): Rules {
	const allow = (options.allow ?? []).map((text) => opening("allow", text));
	const refuse = (options.refuse ?? []).map((text) => opening("refuse", text));
	const both = allow.find((word) => refuse.includes(word));
	if (both !== undefined) throw new Failure("opening-both", { value: both }, 2);
	return {
		include: (options.include ?? []).map((path) => absolute("include", path)),
		exclude: (options.exclude ?? []).map((pattern) => absolute("exclude", anywhere(pattern))),
		writable: (options.writable ?? []).map((path) => absolute("writable", path)),
		seed: (options.seed ?? []).map((path) => absolute("seed", path)),
		binds: (options.bind ?? []).map((text) => {
			const bind = parseBind(text);
			if (!bind) throw new Failure("path-not-absolute", { option: "bind", path: text }, 2);
			return { ...bind, path: absolute("bind", bind.path) };
		}),
		devices: (options.device ?? []).map((path) => absolute("device", path)),
		allowSecret: (options.allowSecret ?? []).map((path) => absolute("allow-secret", path)),
		allowSetuid: (options.allowSetuid ?? []).map((path) => absolute("allow-setuid", path)),
		allow,
		refuse,
		accounts: (options.account ?? []).map((text) => account("account", text)),
		withoutAccounts: (options.withoutAccount ?? []).map((text) => account("without-account", text)),
	};
}

// `*.pem` and `**/*.pem` mean the name wherever it is.
function anywhere(pattern: string): string {
	if (!pattern.startsWith("*")) return pattern;
	return pattern.startsWith("**/") ? `/${pattern}` : `/**/${pattern}`;
}

function opening(option: string, text: string): string {
	const word = openingWord(text);
	if (word === undefined) throw new Failure("opening-unknown", { option, value: text }, 2);
	return word;
}

function account(option: string, text: string): string {
	if (!parseAccountName(text)) throw new Failure("account-word-invalid", { option, value: text }, 2);
	return text;
}

function absolute(option: string, path: string): string {
	if (!path.startsWith("/")) throw new Failure("path-not-absolute", { option, path }, 2);
	if (path.split("/").includes("..") || path.includes("\0")) throw new Failure("path-climbs", { option, path }, 2);
	return path;
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
