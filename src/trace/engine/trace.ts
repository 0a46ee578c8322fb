import { omitUndefined, sameTexts } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import { Failure, type Note } from "../../base/failure.ts";
import type { Files, Identity } from "../../base/machine/facts.ts";
import type { Path } from "../../base/path/path.ts";
import { traceableCapabilities } from "../../confine/capabilities.ts";
import type { Launch, StartedApplication } from "../../launch/ports.ts";
import type { Answers } from "../../options/answers.ts";
import { isDynamicId, privateTopOf } from "../../plan/dedicated.ts";
import { namedDevice } from "../../plan/devices.ts";
import { laterLeftovers, serviceLeftovers } from "../../plan/leftovers.ts";
import { placeNamed, placeOf } from "../../plan/links.ts";
import { capabilitiesIn } from "../../plan/permission-words.ts";
import { failedCopyUps, likelyWrittenDirectories } from "../../plan/plan-basis.ts";
import { becomesOwned, directoryOf } from "../../plan/writable.ts";
import {
	checkProbesFailFirst,
	firstTrySeconds,
	laterTimeout,
	probeAfterStart,
	probeAlternatives,
	probeUntilAnswered,
	runExercise,
} from "../../probe/engine/probing.ts";
import { showProbe } from "../../probe/lines.ts";
import { exercisesOfAnswer } from "../../probe/recognise.ts";
import type { Application, Rules } from "../../service/application.ts";
import { ownedDirectory } from "../../service/created-directory.ts";
import { errorText } from "../../service/error-text.ts";
import { reloadSignal } from "../../service/service-settings.ts";
import { addTraces, emptyTrace, type Trace } from "../trace.ts";
import type { CoverageTracker } from "./coverage.ts";
import { type Attempt, withNeighbours } from "./neighbours.ts";
import { ProbeSearch } from "./probe-search.ts";
import { graceSeconds, type LiveRun, type WatchRequest, watchedRun, withLog } from "./watched-run.ts";

export interface TraceOptions {
	/** Runs on the host itself, without the sandbox. */
	readonly onHost: boolean;
	/** Resolves with one more exercise from the user, or with undefined to finish. */
	readonly more?: (signal: AbortSignal) => Promise<string | undefined>;
	/** Measures coverage during the run. */
	readonly coverage?: CoverageTracker;
	/** Sockets of services that are harmless because of their cages: real paths. */
	readonly harmless?: readonly Path[];
	/** Alternative probes, as in `Answers.otherProbes`. */
	readonly otherProbes?: Answers["otherProbes"];
	/** Probes that the running service answers, as in `Answers.hostProbes`. */
	readonly hostProbes?: Answers["hostProbes"];
}

export interface TraceResult {
	readonly trace: Trace;
	readonly probes: readonly ProbeOutcome[];
	readonly exercises: readonly ProbeOutcome[];
	/** Signals that the application handled and survived. A trial sends them again. */
	readonly signals: readonly string[];
	/** It handles SIGTERM itself, so it can be PID 1 of a namespace. */
	readonly handlesTerm: boolean;
	readonly keepsAccount?: boolean;
	/** It did not end within `graceSeconds` after SIGTERM. */
	readonly endsSlowly?: boolean;
	/** The end of the application's output. */
	readonly output: string;
	/** Its exit status if it ended before it was asked to. */
	readonly ended?: number;
	readonly answered: boolean;
	/** Paths and calls that failed last if it did not answer in the sandbox; newest last. */
	readonly lastFailed?: readonly string[];
	/** Seconds from its start until it answered. Absent if it was already running. */
	readonly answeredAfter?: number;
	/** Notes about its probes: guesses from what the sandbox showed, and probes that only the running service answers. */
	readonly notes?: readonly Note[];
}

/**
 * Seconds to end if an earlier run already traced the whole end: a second start and a trial. Enough for most daemons; squid waits
 * thirty seconds for its clients.
 */
export const laterGraceSeconds = 2;
/** Exit status after SIGKILL. */
const killed = 137;

/**
 * Traces the whole life cycle: start, probes, exercises, log reopening, reload, stop, and a second start on the same data.
 * Capabilities of a root start are learned from all of it (nginx needs CAP_DAC_OVERRIDE only to reopen logs that it gave away).
 */
export async function traceApplication(context: Context, request: TraceRequest, options: TraceOptions): Promise<TraceResult> {
	const { application } = request;
	if (!application.probes.length && (options.onHost || !options.otherProbes))
		throw new Failure("no-probe", { command: application.command[0] ?? "" }, 2);
	const ways = [application.probes, ...(options.otherProbes ?? [])];
	await checkProbesFailFirst(context, [...new Set(ways.flat())], options.onHost);
	const { accounts, files } = context.machine;
	const places = sandboxPlaces(context, request);
	return withOverlays(accounts.own(), places.given, files, (given) => traceRuns(context, request, options, { ...places, given }));
}

interface TraceRequest {
	readonly application: Application;
	readonly rules: Rules;
	readonly identity: Identity;
}

type SandboxPlaces = Omit<Extract<Launch, { kind: "sandbox" }>, "kind" | "sandbox" | "sockets">;

/** What the application finds and may write in its sandbox. Throws what `namedDevice` throws. */
export function sandboxPlaces(
	{ machine: { accounts, files } }: Context,
	{ application, identity, rules }: TraceRequest,
): SandboxPlaces {
	// Real paths, because the launcher does not follow links.
	const [users, groups] = [accounts.users(), accounts.groups()];
	const directories = application.directories
		.map((text) => ownedDirectory(text, identity, users, groups))
		.map((directory) => ({ ...directory, path: placeNamed(directory.path, files) }));
	const writable = rules.writable
		.map((text) => directoryOf(text, files))
		.filter((path) => becomesOwned(path, rules, identity, files));
	const handedOver = directories.flatMap(({ path }) => {
		const status = privateTopOf(path) ? files.status(path) : undefined;
		return status && isDynamicId(status.uid) && status.uid !== identity.uid ? [path] : [];
	});
	const own = accounts.own();
	const likely = own ? likelyWrittenDirectories(application.command, application.cwd, own, files) : [];
	return {
		directories,
		leftovers: serviceLeftovers(application, files),
		given: [...writable, ...handedOver, ...likely],
		devices: rules.devices.flatMap((value) => {
			const path = namedDevice(value, files);
			const status = files.status(placeOf(path, files));
			return status?.device ? [{ path, type: "c" as const, ...status.device, mode: status.mode & 0o777 }] : [];
		}),
		capabilities: [...capabilitiesIn(rules.allow), ...traceableCapabilities(application.service?.capabilities ?? [])],
	};
}

/** Repeats the trace until no directory without a layer is found. */
async function withOverlays(
	own: Identity | undefined,
	first: readonly Path[],
	files: Files,
	trace: (given: readonly Path[]) => Promise<TraceResult>,
): Promise<TraceResult> {
	for (let given = first; ; ) {
		const result = await trace(given);
		const more = own ? failedCopyUps(result.trace, own.uid, files).filter((path) => !given.includes(path)) : [];
		if (!more.length) return result;
		given = [...given, ...more];
	}
}

function traceRuns(
	context: Context,
	{ application, identity, rules }: TraceRequest,
	options: TraceOptions,
	places: SandboxPlaces,
): Promise<TraceResult> {
	const { files, launcher } = context.machine;
	const { harmless = [] } = options;
	const policy = { uid: identity.uid, rules, harmless };
	// No host service may answer any of them.
	const probes = [...application.probes, ...(options.otherProbes ?? []).flat()];
	return withNeighbours(context, { ...application, probes }, policy, async ({ context: within, peers, sockets, watch }) => {
		await using sandbox = options.onHost ? undefined : await launcher.createSandbox(peers);
		const { capabilities } = places;
		const launch: Launch = sandbox ? { kind: "sandbox", sandbox, ...places, sockets } : { kind: "host", capabilities };
		const { coverage } = options;
		const started = { application, identity, launch };
		const watched = { ...started, ...(sandbox ? { watch } : {}), ...omitUndefined({ coverage }) };
		const first = await watchedRun(within, { ...watched, number: 1 }, (live) =>
			firstRun(within, application, live, { ...options, passed: { peers, sockets } }),
		);
		if (!first.value.answered) {
			const canRun = first.value.probes.every(({ status }) => status === undefined);
			const refused = sandbox && canRun && (await refusedBySandbox(within, started));
			return {
				...first.value,
				trace: refused ? addTraces(first.trace, refused.trace) : first.trace,
				output: sandbox ? withLog(within, sandbox, first) : first.output,
				...(sandbox ? { lastFailed: (refused || first).lastFailed } : {}),
				...(first.endedItself ? { ended: first.ended.status } : {}),
			};
		}
		const wasKilled = !first.endedItself && first.ended.status === killed;
		// If a reload ended the first run, its reaction to SIGTERM is still unknown.
		const isUnknown = first.endedItself || !sandbox;
		const again = {
			...watched,
			number: 2,
			...(launch.kind === "sandbox" ? { launch: { ...launch, leftovers: laterLeftovers(application, first.trace, files) } } : {}),
			...(sandbox ? { records: "refusals" as const } : {}),
			grace: isUnknown ? graceSeconds : wasKilled ? 0.5 : laterGraceSeconds,
		};
		const probes = first.value.probes.map(({ command }) => command);
		const quietly = { ...within, emit() {} };
		const second = await watchedRun(within, again, async ({ run }) => {
			const seconds = laterTimeout(application.timeout, first.value.answeredAfter);
			const early = await probeUntilAnswered(within, run, probes, { seconds });
			const late = await probeAfterStart(within, run, application, { first: early, seconds });
			const unanswered = late.some(({ ok }) => !ok);
			// Only this run shows the options of sockets, of which the plan needs those of datagram sockets.
			if (sandbox && [...first.trace.ports].some((port) => port.startsWith("udp ")))
				for (const { command, ok } of first.value.exercises) if (ok) await runExercise(quietly, run, command, application);
			return unanswered;
		});
		if (second.value) {
			const values = { status: second.ended.status, words: errorText(second.output) };
			context.emit({ event: "warned", code: "second-start-unanswered", values });
		}
		const trace = addTraces(first.trace, second.trace);
		const endsSlowly = wasKilled || (first.endedItself && !second.endedItself && second.ended.status === killed);
		return { ...first.value, trace, output: first.output, ...(endsSlowly ? { endsSlowly } : {}) };
	});
}

/** Seconds in which a start that does not answer shows what it was refused. */
const refusedSeconds = 3;

/** Starts an application that does not answer again, to record which calls the sandbox refuses. The trace has only these. */
async function refusedBySandbox(
	context: Context,
	started: Pick<WatchRequest, "application" | "identity" | "launch">,
): Promise<{ readonly trace: Trace; readonly lastFailed: readonly string[] }> {
	const { machine, signal } = context;
	const quietly = { ...context, emit() {} };
	const { lastFailed, trace } = await watchedRun(quietly, { ...started, number: 2, records: "refusals" }, async ({ run }) => {
		await Promise.race([run.ended, machine.sleep(refusedSeconds * 1000, signal)]);
	});
	return { trace: { ...emptyTrace(), refusals: trace.refusals }, lastFailed };
}

type FirstRun = Omit<TraceResult, "trace" | "output" | "ended"> & { readonly answeredAfter: number };

async function firstRun(
	context: Context,
	proposed: Application,
	live: LiveRun,
	{
		coverage,
		hostProbes,
		more,
		onHost,
		otherProbes,
		passed,
	}: TraceOptions & { readonly passed: Pick<Attempt, "peers" | "sockets"> },
): Promise<FirstRun> {
	const { run, settled } = live;
	// On the host, another process may answer at the port.
	const found = otherProbes && !onHost ? new ProbeSearch(context, proposed, live, passed) : undefined;
	const began = context.machine.elapsed();
	const ways = [proposed.probes, ...(otherProbes ?? [])].filter(({ length }) => length);
	const behind: ProbeOutcome[] = [];
	const alternatives = {
		alternatives: ways,
		...(found ? { elsewhere: () => found.ways() } : {}),
		...(hostProbes && sameTexts(hostProbes, proposed.probes)
			? { onFallingBehind: (failed: ProbeOutcome) => void behind.push(failed) }
			: {}),
	};
	const first = await probeAlternatives(context, run, alternatives, proposed.timeout);
	const answeredAfter = (context.machine.elapsed() - began) / 1000;
	const probes = await probeAfterStart(context, run, proposed, { first, seconds: proposed.timeout });
	const lines = probes.map(({ command }) => command);
	const own = exercisesOfAnswer(proposed.exercises, proposed.probes, lines);
	const application = { ...proposed, probes: lines, exercises: own };
	const answered = probes.length > 0 && probes.every((probe) => probe.ok);
	const exercises: ProbeOutcome[] = [];
	if (!answered) return { probes, exercises, signals: [], handlesTerm: false, answered, answeredAfter };
	const guesses = ways.some((way) => sameTexts(way, lines)) ? [] : (found?.notesAbout(lines) ?? []);
	const notes = [...guesses, ...behind.map((failed) => noteBehind(failed, lines))];
	const exercise = async (line: string) => {
		exercises.push(await runExercise(context, run, line, application));
		coverage?.exercised(line);
		// Keeps later effects of this exercise out of the next one's measurement.
		if (coverage) await settled();
	};
	if (coverage) coverage.signals = signalsOf(application, run);
	if (coverage) await settled();
	for (const line of application.exercises) await exercise(line);
	const next = async () => more?.(context.signal);
	for (let line = await next(); line !== undefined; line = await next()) await exercise(line);
	const handlesTerm = run.handledSignals().includes("SIGTERM");
	const keepsAccount = run.keepsAccount();
	if (coverage) coverage.signals = [];
	return {
		probes,
		exercises,
		signals: await sendSignals(context, application, run),
		handlesTerm,
		keepsAccount,
		answered,
		answeredAfter,
		notes,
	};
}

function noteBehind({ command, output }: ProbeOutcome, used: readonly string[]): Note {
	const values = { probe: showProbe(command), words: errorText(output), used: used.map(showProbe).join(" · ") };
	return { code: "probe-behind-host", values };
}

/** The signals for reopening logs and reloading that the application handles. Excludes Node's SIGUSR1, which opens the debugger's port. */
function signalsOf(application: Application, run: StartedApplication): string[] {
	const handled = run.handledSignals();
	const wanted = /\/(node|nodejs)$/.test(application.command[0] ?? "") ? ["SIGHUP"] : ["SIGUSR1", "SIGHUP"];
	const byCommand = application.service?.reload?.length ? [reloadSignal.name] : [];
	// First, because another signal may end the application.
	return [...byCommand, ...wanted.filter((name) => handled.includes(name))];
}

/**
 * Signals that the application survived. If it still runs but does not answer after one, an earlier signal may be the cause
 * (dictd unloads its databases on USR1 with the next request), so none counts.
 */
async function sendSignals(context: Context, application: Application, run: StartedApplication): Promise<string[]> {
	const lived: string[] = [];
	let over = false;
	void run.ended.then(() => {
		over = true;
	});
	for (const signal of signalsOf(application, run)) {
		if (!(await survives(context, application, run, signal))) return over ? lived : [];
		lived.push(signal);
	}
	return lived;
}

/** Seconds to answer again after a signal that reopens logs or reloads. */
const answersAfter = 10;

/** Sends a signal and probes the application after a moment. */
export async function survives(
	context: Context,
	application: Application,
	run: StartedApplication,
	signal: string,
): Promise<boolean> {
	run.signal(signal);
	context.emit({ event: "signal-sent", signal });
	await Promise.race([run.ended, context.machine.sleep(200, context.signal)]);
	const time = { seconds: Math.min(application.timeout, answersAfter), trySeconds: firstTrySeconds };
	const probes = await probeUntilAnswered(context, run, application.probes, time);
	return probes.every((probe) => probe.ok);
}
