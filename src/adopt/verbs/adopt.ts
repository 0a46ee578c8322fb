import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { peopleAmong } from "../../base/machine/accounts.ts";
import type { User } from "../../base/machine/facts.ts";
import { isWithin, type Path, parent, pathFromText, pathToJson } from "../../base/path/path.ts";
import { printable, quoteShell, showPath } from "../../base/path/quote.ts";
import { knownCage, unlessDamaged } from "../../cage/engine/cages.ts";
import { hostFacts } from "../../cage/engine/plan-cage.ts";
import { ask } from "../../cli/ask.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { recordAcceptances } from "../../launch/verbs/run.ts";
import { makeCage } from "../../make/engine/make.ts";
import { checkName, identityOf } from "../../make/engine/steps.ts";
import { refuseUnused } from "../../make/engine/traced-cage.ts";
import { warningsOf } from "../../make/engine/unproven-notes.ts";
import { answersOf, dryRun as dryRunOfMake, requireProbe } from "../../make/verbs/make.ts";
import { withoutHonoured } from "../../options/equivalent.ts";
import type { GivenOptions } from "../../options/options.ts";
import { isInPlace } from "../../plan/binds.ts";
import type { Entry, Plan } from "../../plan/plan.ts";
import { optionsToInclude } from "../../plan/risks.ts";
import { checkRules } from "../../plan/rules.ts";
import { recordWriter } from "../../record/verbs/record.ts";
import { requireClientProbes } from "../../unit/engine/client-probes.ts";
import { refuseLockout, refuseSessions } from "../../unit/engine/lockout.ts";
import { failedAsService, hostService, isServiceOf } from "../../unit/engine/unit.ts";
import { dropinPlace } from "../../unit/installed.ts";
import type { HostService } from "../../unit/ports.ts";
import type { KeptSide } from "../adoption.ts";
import {
	type AdoptionPlan,
	type AdoptionResult,
	type AdoptRequest,
	adoptService,
	copiesState,
	planAdoption,
	requireSystemd,
} from "../engine/adopt.ts";
import { observeClients } from "../engine/clients.ts";
import { planRelease, type ReleasePlan, type ReleaseResult, releaseService } from "../engine/release.ts";
import { clientsJson, clientsText } from "./client-text.ts";

/** Options that `adopt` uses for a cage that exists. */
const ofPresentCages = [
	...(["name", "probe", "clientProbe", "timeout", "acceptFinding", "selftest", "copyData", "yes", "dryRun"] as const),
] as const;

/**
 * Finds the cage of a service, or makes it as `make SERVICE` does. Returns undefined if nobody confirmed that, or after a dry run.
 */
export async function requestFor(
	terminal: Terminal,
	context: Context,
	serviceName: string,
	options: GivenOptions,
): Promise<AdoptRequest | undefined> {
	requireSystemd(context);
	const host = hostService(context, serviceName);
	const service = host.name;
	terminal.refuseRequire(service);
	const known = await cageOf(context, service, options.name);
	// An attempt whose trial failed left a cage without a generation, and other options may help.
	const isBuilt = known !== undefined && (await context.machine.store.present(known)) !== undefined;
	const present = isBuilt ? known : undefined;
	if (present !== undefined) {
		const cage = await knownCage(context.machine.store, present);
		refuseUnused(withoutHonoured(cage, options), "adopt", ofPresentCages, "`make`");
	}
	if (present === undefined && options.name === undefined) await refuseSecondCage(terminal, context, host);
	const name = present ?? (await makeFirst(terminal, context, host, options));
	if (name === undefined) return undefined;
	return requestOf(options, name, service);
}

/** What the options ask of the move of a service into its cage. */
export function requestOf(options: GivenOptions, name: string, service: string): AdoptRequest {
	const { acceptFinding = [], clientProbe = [], copyData = false, probe = [], timeout } = options;
	return {
		name,
		service,
		probes: probe,
		clientProbes: clientProbe,
		accepted: acceptFinding,
		copyData,
		...omitUndefined({ timeout }),
	};
}

export async function adoptOne(terminal: Terminal, serviceName: string, options: GivenOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const request = await requestFor(terminal, context, serviceName, options);
		if (request === undefined) return options.dryRun ? 0 : 1;
		const { accepted: acceptFinding = [], name, service } = request;
		if (options.dryRun) {
			const plan = await planAdoption(context, request);
			return terminal.result("adopt", { dryRun: true, ...planJson(name, plan) }, () => planText(terminal, name, plan));
		}
		await recordAcceptances(context, name, acceptFinding);
		const adopted = await adoptService(context, request, async (plan) => options.yes || confirm(terminal, name, plan));
		if (!adopted) {
			terminal.say(terminal.messages.cli.adoption.stays(service));
			return 1;
		}
		showAdopted(terminal, name, adopted);
		return 0;
	});
}

/** Returns the name of the cage that belongs to the service, or of the named one. Throws `adopt-which-cage` or `adopt-other-application` (exit 2). */
export async function cageOf(context: Context, service: string, named: string | undefined): Promise<string | undefined> {
	const { store, units } = context.machine;
	const cages = await Promise.all((await store.names()).map((name) => store.cage(name)));
	const own = cages.flatMap((cage) => (cage?.unit !== undefined && fullName(context, cage.unit) === service ? [cage.name] : []));
	if (named === undefined) {
		if (own.length > 1) throw new Failure("adopt-which-cage", { service, names: own.join(", ") }, 2);
		return own[0];
	}
	const cage = await store.cage(named);
	const host = units.service(service);
	if (!cage || !host || isServiceOf(context, cage, host)) return cage?.name;
	const program = printable(cage.application.command[0] ?? "");
	throw new Failure("adopt-other-application", { name: named, service, program }, 2);
}

/**
 * A cage that `make TEMPLATE` made for the service's program is probably meant for it. Throws `adopt-has-cage` (exit 2), because only
 * the administrator knows whether a second one is wanted.
 */
async function refuseSecondCage(terminal: Terminal, context: Context, host: HostService): Promise<void> {
	const { store } = context.machine;
	const service = host.name;
	for (const name of await store.names()) {
		const cage = await unlessDamaged(store.cage(name));
		if (cage?.template === undefined || !isServiceOf(context, cage, host)) continue;
		if ((await store.present(name)) === undefined || (await store.adoption(name))) continue;
		const use = terminal.commandLine("adopt", service, "--name", name);
		const other = terminal.commandLine("adopt", service, "--name", service.replace(/\.service$/, ""));
		throw new Failure("adopt-has-cage", { name, service, use, other }, 2);
	}
}

function fullName({ machine }: Context, unit: string): string {
	return machine.units.service(unit)?.name ?? unit;
}

/** Makes the cage as `make SERVICE` does. Returns undefined if nobody confirmed it, or after a dry run. */
async function makeFirst(
	terminal: Terminal,
	context: Context,
	host: HostService,
	options: GivenOptions,
): Promise<string | undefined> {
	const service = host.name;
	if (options.dedicatedAccount !== undefined && !options.copyData) throw new Failure("adopt-dedicated", { service }, 2);
	const { clientProbe = [] } = options;
	const asked = await answersOf(context, { target: service, command: [], options }, terminal);
	const { application: first } = asked;
	const answers = {
		...asked,
		isServing: true,
		...(copiesState(asked, { copyData: options.copyData ?? false }) ? {} : { stateInPlace: true }),
		// The cage gets what the service needs to answer its clients.
		application: { ...first, exercises: [...new Set([...first.exercises, ...clientProbe])] },
	};
	refuseLockout(context, host, answers.application.command, answers.accepted);
	requireProbe(answers);
	const identity = identityOf(context, answers);
	await checkName(context, answers, false);
	checkRules(answers.rules, hostFacts(context.machine, answers.application, identity));
	if (options.dryRun) {
		const [program = ""] = answers.application.command;
		const { served } = await observeClients(context, { host, places: [], program });
		const lines = [
			terminal.messages.cli.adoption.wouldAdopt(service, answers.name, answers.stateInPlace ?? false),
			clientsText(terminal.messages, served.clients, clientProbe),
		];
		const fields = { clients: clientsJson(served.clients), clientProbes: clientProbe };
		await dryRunOfMake(terminal, context, answers, { verb: "adopt", lines, fields });
		return undefined;
	}
	if (!options.yes && !terminal.interactive) throw new Failure("adopt-consent", { service }, 2);
	await requireClientProbes(context, clientProbe, answers.application.timeout);
	const confirmed = async (plan: Plan) => {
		refuseSessions(service, plan.notes, answers.accepted);
		refuseDeclinedSecrets(service, plan);
		refuseUndecidedSockets(service, plan);
		refuseCopiedHomes(service, plan, peopleAmong(context.machine.accounts.users()));
		return options.yes || ask(terminal, terminal.messages.cli.buildQuestion(answers.name));
	};
	const made = await makeCage(
		context,
		answers,
		{ replace: false, requireExercises: true, selftest: options.selftest ?? true, confirm: confirmed },
		recordWriter(terminal),
	);
	if (made) for (const warning of warningsOf(made)) context.emit({ event: "warned", ...warning });
	// The move tries the service itself, and undoes what fails.
	const failed = made && failedAsService(made.cage, made.manifest.generation);
	if (failed) context.emit({ event: "warned", ...failed });
	return made?.cage.name;
}

/**
 * A service without a secret that it reads may answer everybody and still refuse those who know the secret. Throws
 * `adopt-secrets` (exit 4).
 */
function refuseDeclinedSecrets(service: string, plan: Plan): void {
	const secrets = plan.declined.filter(({ risk }) => risk === "secret").map(({ path }) => path);
	if (!secrets.length) return;
	// What checks the secret may be a setuid program.
	const isStarted = ({ reasons }: Entry) => reasons.some((one) => one.kind === "traced" && one.calls.includes("execve"));
	const started = plan.entries.filter(isStarted).map(({ path }) => path);
	const programs = plan.declined.flatMap(({ path, risk }) => (risk === "setuid" && started.includes(path) ? [path] : []));
	const paths = [...secrets, ...programs];
	const allow = paths.flatMap((path) => optionsToInclude(path, plan)).join(" ");
	const exclude = paths.map((path) => `--exclude ${quoteShell(showPath(path))}`).join(" ");
	throw new Failure("adopt-secrets", { service, paths: paths.map(showPath).join(", "), allow, exclude }, 4);
}

/**
 * A service that does not reach another one may answer its probe and fail for everybody who needs both. Throws `adopt-sockets` and
 * `adopt-socket-alone` (exit 4).
 */
function refuseUndecidedSockets(service: string, { notes }: Plan): void {
	const alone = notes.find(({ code }) => code === "socket-not-shared");
	if (alone) throw new Failure("adopt-socket-alone", { ...alone.values, service }, 4);
	const undecided = notes.flatMap(({ code, values }) => (code === "neighbour-undecided" ? [values] : []));
	if (!undecided.length) return;
	const options = (name: string) => undecided.map(({ word }) => `${name} ${quoteShell(String(word))}`).join(" ");
	const paths = undecided.map(({ path, service: other }) => `${path} (${other})`).join(", ");
	throw new Failure("adopt-sockets", { service, paths, allow: options("--allow"), refuse: options("--refuse") }, 4);
}

/**
 * Persons would not see what the service changes in copies of their homes. Throws `adopt-homes` (exit 4), unless the administrator
 * wants copies of all state.
 */
function refuseCopiedHomes(service: string, { stateInPlace, writable }: Plan, people: readonly User[]): void {
	if (stateInPlace === undefined) return;
	const homes = people.map(({ home }) => pathFromText(home));
	const own = homes.filter((home) =>
		writable.some(({ path }) => isWithin(path, home) && !isInPlace(path, { inPlace: stateInPlace })),
	);
	if (!own.length) return;
	const words = (option: (place: string) => string, paths: readonly Path[]) =>
		[...new Set(paths)].map((path) => option(quoteShell(showPath(path)))).join(" ");
	const all = words((place) => `--bind ${place}:rw --allow-write ${place}`, own.map(parent));
	const these = words((place) => `--allow-write ${place}`, own);
	throw new Failure("adopt-homes", { service, paths: own.map(showPath).join(", "), all, these }, 4);
}

async function confirm(terminal: Terminal, name: string, plan: AdoptionPlan): Promise<boolean> {
	if (!terminal.interactive) throw new Failure("adopt-consent", { service: plan.service }, 2);
	terminal.say(planText(terminal, name, plan));
	return ask(terminal, terminal.messages.cli.adoption.adoptQuestion(plan.service));
}

function dropinPath(service: string): string {
	return showPath(dropinPlace(service));
}

export function planText({ messages }: Terminal, name: string, plan: AdoptionPlan): string {
	const words = messages.cli.adoption;
	return [
		words.willAdopt(plan.service, name),
		words.stop,
		words.state(plan.inPlace.map(showPath), plan.places.map(showPath)),
		words.dropin(dropinPath(plan.service)),
		words.start(plan.probes.map(printable)),
		words.orElse,
		clientsText(messages, plan.clients.served.clients, [...plan.clientProbes, ...plan.foundClientProbes]),
	].join("\n");
}

export function planJson(name: string, plan: AdoptionPlan) {
	const { clientProbes, clients, dropin, foundClientProbes, inPlace, places, probes, service, timeout } = plan;
	return {
		name,
		service,
		places: places.map(pathToJson),
		inPlace: inPlace.map(pathToJson),
		probes,
		timeout,
		dropin: { path: dropinPath(service), text: dropin },
		clientProbes,
		foundClientProbes,
		clients: clientsJson(clients.served.clients),
	};
}

/** The result of one adoption. `away` are clients that have not connected again yet. */
export function adoptedJson(name: string, { away, interrupted, plan }: AdoptionResult) {
	const { layout } = plan.present;
	const cage = { root: pathToJson(layout.root), data: pathToJson(layout.data) };
	return { ...planJson(name, plan), ...cage, answered: true as const, away: clientsJson(away), seconds: { interrupted } };
}

function showAdopted(terminal: Terminal, name: string, adopted: AdoptionResult): void {
	if (terminal.options.json) terminal.printJson("adopt", adoptedJson(name, adopted));
	else terminal.print(adoptedText(terminal, name, adopted));
}

export function adoptedText(terminal: Terminal, name: string, { interrupted, plan }: AdoptionResult): string {
	const { cli, count } = terminal.messages;
	return cli.adoption.adopted(plan.service, name, count(interrupted), terminal.commandLine("release", plan.service));
}

export interface ReleaseOptions {
	readonly keep?: KeptSide;
	readonly yes?: boolean;
	readonly dryRun?: boolean;
}

export async function releaseOne(terminal: Terminal, called: string, options: ReleaseOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const words = terminal.messages.cli.adoption;
		if (options.dryRun) {
			const plan = await planRelease(context, called, options.keep);
			return terminal.result("release", { dryRun: true, ...releaseJson(plan) }, () => releaseText(terminal, plan));
		}
		const released = await releaseService(
			context,
			called,
			options.keep,
			async (plan) => options.yes || confirmRelease(terminal, plan),
		);
		if (!released) {
			terminal.say(words.stays(called));
			return 1;
		}
		return terminal.result("release", releasedJson(released), () => releasedText(terminal, released));
	});
}

/** The result of one release. */
export function releasedJson({ interrupted, kept, plan }: ReleaseResult) {
	const keptAt = kept === undefined ? {} : { kept: pathToJson(kept) };
	return { ...releaseJson(plan), answered: true as const, seconds: { interrupted }, ...keptAt };
}

export function releasedText({ messages: { cli, count } }: Terminal, { interrupted, kept, plan }: ReleaseResult): string {
	return cli.adoption.released(plan.adoption.service, count(interrupted), kept && showPath(kept));
}

async function confirmRelease(terminal: Terminal, plan: ReleasePlan): Promise<boolean> {
	const { service } = plan.adoption;
	if (!terminal.interactive) throw new Failure("adopt-consent", { service }, 2);
	terminal.say(releaseText(terminal, plan));
	return ask(terminal, terminal.messages.cli.adoption.releaseQuestion(service));
}

export function releaseText({ messages }: Terminal, { adoption, givenBack, name }: ReleasePlan): string {
	const words = messages.cli.adoption;
	return [
		words.willRelease(adoption.service, name),
		words.stop,
		words.giveBack(givenBack.map(showPath), (adoption.inPlace ?? []).map(showPath)),
		words.removeDropin(dropinPath(adoption.service)),
		words.start(adoption.probes.map(printable)),
		words.orElse,
	].join("\n");
}

export function releaseJson({ adoption, givenBack, name }: ReleasePlan) {
	const { inPlace = [], probes, service, since } = adoption;
	return { name, service, since, places: givenBack.map(pathToJson), inPlace: inPlace.map(pathToJson), probes };
}
