import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import type { CoverageReport } from "../../base/engine/events.ts";
import { Failure, type Note } from "../../base/failure.ts";
import { peopleAmong } from "../../base/machine/accounts.ts";
import type { Files, Identity } from "../../base/machine/facts.ts";
import { isWithin, normalise, type Path, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { type Cage, isSameApplication } from "../../cage/cage.ts";
import { readableCage } from "../../cage/engine/cages.ts";
import { hostFacts } from "../../cage/engine/plan-cage.ts";
import { mergeAcceptances } from "../../cage/finding.ts";
import type { Answers } from "../../options/answers.ts";
import { checkAccountRules, isLeftOut, wordNaming } from "../../plan/accounts.ts";
import { withPidFiles } from "../../plan/leftovers.ts";
import { placeNamed, placeOf } from "../../plan/links.ts";
import { refusedConnections } from "../../plan/neighbours.ts";
import { isInStateTop } from "../../plan/own-state.ts";
import { checkPlaces } from "../../plan/rules.ts";
import { namesAccounts } from "../../plan/sessions.ts";
import { laterTimeout, requireRunnable } from "../../probe/engine/probing.ts";
import { exercisesOfAnswer, protocolOf, withoutJobs } from "../../probe/recognise.ts";
import type { Application } from "../../service/application.ts";
import type { Company } from "../../service/company.ts";
import { mergeCreatedDirectories, parseCreatedDirectory } from "../../service/created-directory.ts";
import { commandBeforeRule, foregroundNote } from "../../service/daemons.ts";
import { serviceOf } from "../../service/service-settings.ts";
import { traceRunning } from "../../trace/engine/attach.ts";
import { CoverageTracker } from "../../trace/engine/coverage.ts";
import { observeCompany } from "../../trace/engine/neighbours.ts";
import { type TraceOptions, type TraceResult, traceApplication } from "../../trace/engine/trace.ts";
import { addRun, newInRun, type Trace, type TraceDifference } from "../../trace/trace.ts";
import { warnOfSessions } from "../../unit/engine/lockout.ts";
import { hostService } from "../../unit/engine/unit.ts";
import type { Services } from "../../unit/ports.ts";
import { orDiskFull, startFailure, usesHostService } from "./failures.ts";
import { harmlessSockets } from "./harmless-sockets.ts";
import { identityOf, timed } from "./steps.ts";
import { unprovenNotes } from "./unproven-notes.ts";

/** Notes about what differs without root, for the screen, the plan and the record. */
function limits({ accounts }: Machine): Note[] {
	const own = accounts.own();
	return own ? [{ code: "rootless", values: { user: own.name, port: own.lowestPort } }] : [];
}

/** Directories that are created before the start need not exist. Throws `no-such-directory` (exit 2). */
function requireWorkingDirectory({ cwd, directories }: Application, writable: readonly string[], files: Files): void {
	const path = normalise(pathFromText(cwd));
	const made = [...directories.map((text) => parseCreatedDirectory(text).path), ...writable];
	if (made.some((one) => isWithin(path, normalise(pathFromText(one))))) return;
	const real = files.resolve(path);
	if (real === undefined || files.status(real)?.kind !== "directory") {
		throw new Failure("no-such-directory", { path: showPath(path) }, 2);
	}
}

interface TraceStepOptions extends Pick<TraceOptions, "more"> {
	readonly replace?: boolean;
	/** A traced cage to which this run adds its observations. */
	readonly earlier?: { readonly cage: Cage; readonly trace: Trace };
	/** Measures the coverage of the application's packages and reports it while the application runs. */
	readonly coverage?: boolean;
}

interface TracedStep {
	readonly cage: Cage;
	/** Its trace is the sum of all runs. */
	readonly result: TraceResult;
	/** What this run observed beyond the earlier ones. */
	readonly added?: TraceDifference;
	readonly reached?: CoverageReport;
}

/** The unit, if systemd started it on this host since the boot, and it runs or was stopped without an error. */
async function workingService({ machine }: Context, unit: string | undefined): Promise<string | undefined> {
	if (unit === undefined || machine.accounts.own() || !machine.services.running()) return undefined;
	return (await machine.services.state(unit)).hasRun ? unit : undefined;
}

const unexplained: ReadonlySet<string> = new Set([
	"failed-on-host",
	"failed-on-host-silent",
	"failed-in-sandbox",
	"failed-only-in-sandbox",
	"failed-without-machine",
]);
/** The service may also fail to write to a missing directory on its host, and go on there. */
const requirementMayExplain: ReadonlySet<string> = new Set([
	...unexplained,
	"not-answered-on-host",
	"not-answered-in-sandbox",
	"failed-on-host-writing",
]);

/** Names services that the unit requires and that do not run, because systemd would have started them before it. */
export async function orRequirementsStopped(
	services: Pick<Services, "running" | "stoppedRequirements">,
	unit: string | undefined,
	failure: Failure,
): Promise<Failure> {
	if (unit === undefined || !requirementMayExplain.has(failure.code) || !services.running()) return failure;
	const stopped = await services.stoppedRequirements(unit);
	if (!stopped.length) return failure;
	return new Failure("failed-without-service", { ...failure.values, unit, units: stopped.join(" ") }, 1);
}

/** Names the host's own service as a possible cause if the application asked for something that only one process can have. */
async function orServiceRunning(
	{ machine }: Context,
	unit: string | undefined,
	{ failure, trace }: { readonly failure: Failure; readonly trace: Trace },
): Promise<Failure> {
	const isUnexplained = unexplained.has(failure.code) && usesHostService(trace);
	if (unit === undefined || !isUnexplained || !machine.services.running()) return failure;
	if ((await machine.services.state(unit)).active !== "active") return failure;
	const { triggers } = await machine.services.companions(unit);
	return new Failure("failed-beside-service", { ...failure.values, unit, units: [...triggers, unit].join(" ") }, 1);
}

/** Says that the service itself runs no process on this host, if systemd tried to start it. */
export async function orNothingRuns(
	services: Pick<Services, "running" | "state">,
	unit: string | undefined,
	failure: Failure,
): Promise<Failure> {
	if (unit === undefined || failure.code !== "ended-itself" || !services.running()) return failure;
	const { active, conditionFailed, mainPid } = await services.state(unit);
	if (conditionFailed) return new Failure("ended-condition", { ...failure.values, unit }, 1);
	return active === "active" && mainPid === 0 ? new Failure("ended-as-service", { ...failure.values, unit }, 1) : failure;
}

/** Traces the application and returns its cage, which `plan` and `build` continue. Throws what `requireRunnable` and `startFailure` name. */
export async function traceStep(
	context: Context,
	answers: Answers,
	{ coverage = false, earlier, more, replace = false }: TraceStepOptions,
): Promise<TracedStep> {
	const { machine } = context;
	// Find impossible requests before anything is started.
	const identity = identityOf(context, answers);
	checkPlaces(answers.rules, hostFacts(machine, answers.application, identity));
	checkAccountRules(answers.rules, identity, machine.accounts.users(), machine.accounts.groups());
	const all = [...(answers.notes ?? []), ...limits(machine)];
	for (const note of limits(machine)) context.emit({ event: "warned", ...note });
	const { attach, onHost, rules, serviceDirectories = [] } = answers;
	if (!namesAccounts(rules.accounts)) warnOfSessions(context, answers.application.command, answers.accepted);
	const asked = answers.application;
	const exercises = onHost || attach ? withoutJobs(asked.exercises, asked.probes) : asked.exercises;
	const directories = mergeCreatedDirectories([...asked.directories, ...serviceDirectories]);
	const application = { ...asked, directories, exercises };
	if (!attach) requireWorkingDirectory(application, rules.writable, machine.files);
	await requireRunnable(context, application);
	const tracker = coverage
		? new CoverageTracker(
				context,
				{ ...answers, application },
				earlier ? { traces: [earlier.trace], exercises: earlier.cage.exercises } : {},
			)
		: undefined;
	const { hostProbes, isServing, otherProbes, unit } = answers;
	const harmless = isServing && unit !== undefined ? await harmlessSockets(context, hostService(context, unit).name) : [];
	const traced = {
		harmless,
		...omitUndefined({ more, coverage: tracker, otherProbes, hostProbes }),
	};
	const trace = (started: Application) =>
		traceApplication(context, { application: started, rules, identity }, { ...traced, onHost });
	const { value, seconds } = attach
		? await timed(context, "attach", async () => ({
				run: await traceRunning(context, application, attach, traced),
				command: application.command,
				notes: all,
			}))
		: await timed(context, "trace", () => traceEither(application, all, trace), onHost);
	const { command, run } = value;
	if (!run.answered && !run.probes.length && run.ended === undefined) {
		throw new Failure("no-probe", { command: command[0] ?? "" }, 2);
	}
	if (!run.answered) {
		const sockets = refusedConnections(run.trace, { uid: identity.uid, rules }, machine.files);
		const failure = startFailure(command, run, machine.files, {
			account: identity,
			granted: application.service?.capabilities,
			cwd: application.cwd,
			own: machine.accounts.own(),
			sockets,
			isOnHost: onHost || attach !== undefined,
			service: await workingService(context, answers.unit),
		});
		const explained = await orRequirementsStopped(machine.services, answers.unit, failure);
		const named = await orServiceRunning(context, answers.unit, { failure: explained, trace: run.trace });
		throw await orDiskFull(machine.store, answers.name, await orNothingRuns(machine.services, answers.unit, named));
	}
	for (const note of run.notes ?? []) context.emit({ event: "warned", ...note });
	const result = earlier ? { ...run, trace: addRun(earlier.trace, run.trace) } : run;
	const known = await readableCage(machine.store, answers.name, replace);
	const started = { ...value, result, directories, seconds };
	// A service in its cage must never lose sight of its state, not even if the description is damaged.
	const { company, notes } = await companyOf(context, answers, { identity, trace: result.trace, harmless }, known);
	const inPlace = known?.stateInPlace ?? (await machine.store.adoption(answers.name))?.inPlace;
	const described = cageOf(machine, answers, started, { known, earlier: earlier?.cage });
	const cage = {
		...described,
		...(notes.length ? { notes: [...(described.notes ?? []), ...notes] } : {}),
		...(inPlace || answers.stateInPlace ? { stateInPlace: inPlace ?? [] } : {}),
		...omitUndefined({ company }),
	};
	const reached = await tracker?.measured(result.trace, cage.signals);
	if (reached) tracker?.report(reached);
	return {
		cage,
		result,
		...(earlier ? { added: newInRun(earlier.trace, run.trace) } : {}),
		...omitUndefined({ reached }),
	};
}

async function companyOf(
	context: Context,
	{ application, isServing, rules, unit }: Answers,
	{ harmless, identity, trace }: { readonly identity: Identity; readonly trace: Trace; readonly harmless: readonly Path[] },
	known: Cage | undefined,
): Promise<{ readonly company?: Company; readonly notes: readonly Note[] }> {
	if (!isServing || unit === undefined) return { ...(known?.company ? { company: known.company } : {}), notes: [] };
	const { command } = application;
	return observeCompany(context, { host: hostService(context, unit), command, trace, identity, rules, harmless });
}

interface EarlierCages {
	/** The cage of this name. */
	readonly known: Cage | undefined;
	/** The cage to which the run adds. */
	readonly earlier: Cage | undefined;
}

interface StartedTrace {
	readonly run: TraceResult;
	readonly command: readonly string[];
	readonly notes: readonly Note[];
}

/** The cage's description after a run. */
function cageOf(
	machine: Machine,
	answers: Answers,
	{
		command,
		directories,
		notes: noted,
		result,
		run,
		seconds,
	}: StartedTrace & {
		/** The sum of all runs. */
		readonly result: TraceResult;
		/** Including those of the unit, whether or not the application used them. */
		readonly directories: readonly string[];
		readonly seconds: number;
	},
	{ earlier, known }: EarlierCages,
): Cage {
	const asked = answers.application;
	// If the first answer took long, later starts may take as long.
	const requested = { ...asked, command, timeout: laterTimeout(asked.timeout, run.answeredAfter ?? 0) };
	const passed = run.exercises.filter((exercise) => exercise.ok).map((exercise) => exercise.command);
	// A cage's own account owns its data, so it stays even if it is not named again.
	const dedicated = answers.dedicatedAccount ?? known?.dedicatedAccount;
	// The application may have answered other probes than the first proposal.
	const probes = run.probes.map(({ command: line }) => line);
	const people = answers.template === undefined ? peopleServed(machine, answers, probes, result.trace) : noPeople;
	const notes = [
		...noted,
		...(run.notes ?? []),
		...people.notes,
		...(answers.template === undefined ? unprovenNotes(probes, run.exercises) : []),
	];
	const accepted = mergeAcceptances(known?.accepted ?? [], answers.accepted ?? []);
	const jobs = exercisesOfAnswer(requested.exercises, requested.probes, probes);
	return {
		name: answers.name,
		application: {
			...requested,
			probes,
			exercises: [...new Set([...(earlier?.application.exercises ?? []), ...jobs])],
			...serviceOf({ service: withPidFiles(requested, result.trace, machine.files) }),
			directories: usedDirectories(directories, result.trace, machine.files, {
				requested: requested.directories,
				isStateInPlace: answers.stateInPlace || known?.stateInPlace !== undefined,
			}),
		},
		rules: { ...answers.rules, accounts: [...answers.rules.accounts, ...people.accounts] },
		...omitUndefined({
			template: answers.template,
			parameters: answers.parameters,
			unit: answers.unit,
			requested: answers.requested,
		}),
		...(notes.length ? { notes } : {}),
		...omitUndefined({ dedicatedAccount: dedicated }),
		...(accepted.length ? { accepted } : {}),
		...(known?.retention ? { retention: known.retention } : {}),
		...(known?.minimised && isSameApplication(known.application, requested) ? { minimised: known.minimised } : {}),
		...clientsOf(machine, result.trace, earlier),
		onHost: answers.onHost,
		additions: earlier?.additions ?? [],
		exercises: [...new Set([...(earlier?.exercises ?? []), ...passed])],
		signals: [...new Set([...(earlier?.signals ?? []), ...run.signals])],
		handlesTerm: result.handlesTerm,
		...omitUndefined({ keepsAccount: result.keepsAccount }),
		...(result.endsSlowly ? { endsSlowly: true } : {}),
		madeAt: known?.madeAt ?? new Date(machine.now()).toISOString(),
		trials: [],
		seconds: { trace: Math.round((seconds + (earlier?.seconds.trace ?? 0)) * 100) / 100, plan: 0, build: 0, trial: 0 },
	};
}

/** Accounts with processes now. One of them is probably a client of each unix socket. */
function clientsOf(
	{ accounts, processesOf }: Machine,
	{ accesses }: Trace,
	earlier: Cage | undefined,
): Pick<Cage, "activeAccounts"> {
	if (![...accesses.values()].some(({ succeeded }) => succeeded.has("listen"))) return {};
	const users = accounts.users();
	const uids = new Set(processesOf(users.map(({ uid }) => uid)).map(({ uid }) => uid));
	const names = users.filter(({ uid }) => uids.has(uid)).map(({ name }) => name);
	return { activeAccounts: [...new Set([...(earlier?.activeAccounts ?? []), ...names])].sort() };
}

/**
 * If a command that was changed to stay in the foreground ends without an answer, the unit's own command is traced: the cage
 * follows it into the background.
 */
async function traceEither(
	application: Application,
	notes: readonly Note[],
	trace: (application: Application) => Promise<TraceResult>,
): Promise<StartedTrace> {
	const { command } = application;
	const run = await trace(application);
	const own = run.answered || run.ended === undefined ? undefined : commandBeforeRule(notes, command);
	if (own === undefined) return { run, command, notes };
	return {
		run: await trace({ ...application, command: own }),
		command: own,
		notes: notes.filter(({ code }) => code !== foregroundNote),
	};
}

/**
 * The requested directories, and those of the unit that the application used. State in place stays the service's even if this run did
 * not use it.
 */
function usedDirectories(
	all: readonly string[],
	{ accesses }: Trace,
	files: Files,
	{ isStateInPlace, requested }: { readonly isStateInPlace: boolean; readonly requested: readonly string[] },
): string[] {
	const places = [...accesses.values()].flatMap(({ path, succeeded }) => (succeeded.size ? [placeOf(path, files)] : []));
	const pathOf = (text: string) => parseCreatedDirectory(text).path;
	const named = new Set(requested.map(pathOf));
	return all.filter((text) => {
		const place = placeNamed(pathOf(text), files);
		const isState = isStateInPlace && isInStateTop(place) && files.status(place)?.kind === "directory";
		return named.has(pathOf(text)) || isState || places.some((one) => isWithin(one, place));
	});
}

interface PeopleServed {
	/** Same form as `Rules.accounts`. */
	readonly accounts: readonly string[];
	readonly notes: readonly Note[];
}

const noPeople: PeopleServed = { accounts: [], notes: [] };

/**
 * People whose accounts the server must know. A mail server refuses unknown recipients, and a server that let one person log in
 * must let others. Without passwords and shells, and without those that the rules leave out.
 */
function peopleServed(
	{ accounts }: Machine,
	{ application, rules }: Answers,
	probes: readonly string[],
	{ uids }: Pick<Trace, "uids">,
): PeopleServed {
	const people = peopleAmong(accounts.users());
	const serves = protocolOf(application.command, probes)?.people;
	const hasLoggedIn = people.some(({ uid }) => uids.has(uid));
	if (serves === undefined || (serves === "logins" && !hasLoggedIn) || accounts.own()) return noPeople;
	const added = people.flatMap(({ name }) =>
		wordNaming(rules.accounts, "user", name) === undefined && !isLeftOut(rules, "user", name) ? [`user:${name}`] : [],
	);
	if (!added.length) return noPeople;
	const names = added.map((word) => word.slice("user:".length)).join(", ");
	return { accounts: added, notes: [{ code: `people-${serves}`, values: { names, option: `--without-account ${added[0]}` } }] };
}
