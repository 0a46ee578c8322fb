import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import type { Note } from "../../base/failure.ts";
import type { Answers } from "../../options/answers.ts";
import { guessFromGreetings } from "../../probe/engine/guess.ts";
import { requireRunnable } from "../../probe/engine/probing.ts";
import { showProbe } from "../../probe/lines.ts";
import { exercisesOfAnswer } from "../../probe/recognise.ts";
import { launchEnvironment, socketsOf } from "../../service/application.ts";
import { mergeCreatedDirectories } from "../../service/created-directory.ts";
import { errorText } from "../../service/error-text.ts";
import type { ListeningAddress } from "../../service/found.ts";
import { serviceOf } from "../../service/service-settings.ts";
import { cannotRun } from "../../service/shell.ts";
import { sandboxPlaces } from "../../trace/engine/trace.ts";
import { graceSeconds } from "../../trace/engine/watched-run.ts";
import { atRealPaths } from "./answers.ts";
import { identityOf } from "./steps.ts";

/** One try of a probe before tracing. */
export interface ProbeTry {
	/** `host`: against the running service; `rehearsal`: against the application in a sandbox. Stored in sessions. */
	readonly where: "host" | "rehearsal";
	readonly ok: boolean;
	readonly status: number;
	/** The end of the probe's output. */
	readonly output: string;
	readonly timedOut: boolean;
	/** The application's exit status if it ended before it answered. */
	readonly ended?: number;
	/** The end of the application's output if it did not answer. */
	readonly printed?: string;
}

/** Seconds for an answer: of a running service, and of one that was just started. */
const hostSeconds = 10;
const startSeconds = 15;
/** Seconds that a try takes at most. */
export const probeSeconds = hostSeconds + startSeconds;
const outputKept = 4096;
const guessedPort = "probe-guessed-port";

/**
 * Tries a probe before tracing: against what runs on the host, and if that does not answer, against the application in a
 * temporary sandbox. A failed try is a result, not an error. Throws what `requireRunnable` throws, or a Failure if the application
 * cannot be started.
 */
export async function tryProbe(context: Context, answers: Answers, line: string): Promise<readonly ProbeTry[]> {
	const { launcher } = context.machine;
	await requireRunnable(context, { probes: [line] });
	const { ok, output, status, timedOut } = await launcher.shell(line, onHost, hostSeconds, context.signal);
	context.signal.throwIfAborted();
	const host: ProbeTry = { where: "host", ok, status, output: output.trim(), timedOut };
	return ok || cannotRun(status) ? [host] : [host, await inSandbox(context, answers, line)];
}

/** Returns whether a note says that the running service refused the proposed probes. */
export function isRefused({ code }: Note): boolean {
	return code === "probe-guess-failed" || code === "probe-refused";
}

/** On the host's own file system, where unix sockets have their own paths. */
const onHost = { onHost: true, root: "" };

/**
 * Asks the service that listens at these addresses which of the proposed probes it answers. If its protocol is unknown, guesses a
 * probe from its greeting; a note names the guess, which counts only if the service answers it. A silent service would be silent in
 * its sandbox too, so nothing is searched there.
 */
export async function resolveProbes(
	context: Pick<Context, "machine" | "signal">,
	answers: Answers,
	addresses: readonly ListeningAddress[],
): Promise<Answers> {
	if (!addresses.length || (answers.application.probes.length && !answers.otherProbes)) return answers;
	const asked = await asPassesOnHost(context, answers);
	if (asked.application.probes.length) return asked;
	const { machine, signal } = context;
	const { otherProbes: _, ...rest } = asked;
	const places = atRealPaths(context.machine, addresses);
	const guesses = await guessFromGreetings(context, asked.application.command, places, onHost);
	// A server may answer one request of HTTP and no other.
	const passed = await Promise.all(guesses.map(({ probe }) => machine.launcher.shell(probe, onHost, hostSeconds, signal)));
	const guess = guesses.find((_, index) => passed[index]?.ok);
	if (guess === undefined) return rest;
	const notes = [...(asked.notes ?? []).filter((note) => !isRefused(note)), guess.note];
	return { ...rest, notes, application: { ...asked.application, probes: [guess.probe] } };
}

/**
 * Removes proposed probes that the running service does not answer. If it answers none, a note names the first: it would not
 * answer in its sandbox either.
 */
export async function asPassesOnHost(
	{ machine, signal }: Pick<Context, "machine" | "signal">,
	answers: Answers,
): Promise<Answers> {
	const { application, notes = [], otherProbes } = answers;
	if (!otherProbes || !application.probes.length) return answers;
	const ask = (line: string) => machine.launcher.shell(line, onHost, hostSeconds, signal);
	const ways = [application.probes, ...otherProbes];
	let words = "";
	for (const [index, probes] of ways.entries()) {
		const results = await Promise.all(probes.map(ask));
		if (results.every(({ ok }) => ok)) {
			const isAsked = ({ code, values }: Note) =>
				code !== guessedPort || probes.some((line) => line.includes(String(values.port)));
			const kept = answers.notes ? { notes: notes.filter(isAsked) } : {};
			const exercises = exercisesOfAnswer(application.exercises, application.probes, probes);
			const others = { hostProbes: probes, otherProbes: ways.slice(index + 1) };
			return { ...answers, ...kept, application: { ...application, probes, exercises }, ...others };
		}
		words ||= errorText(results.map(({ output }) => output).join("\n"));
	}
	const { otherProbes: _, ...rest } = answers;
	const others = notes.filter(({ code }) => code !== guessedPort);
	const code = others.length < notes.length ? "probe-guess-failed" : "probe-refused";
	const failed = { code, values: { probe: showProbe(application.probes[0] ?? ""), words } };
	const exercises = exercisesOfAnswer(application.exercises, application.probes, []);
	return { ...rest, notes: [...others, failed], application: { ...application, probes: [], exercises } };
}

async function inSandbox(context: Context, answers: Answers, line: string): Promise<ProbeTry> {
	const { machine, signal } = context;
	const { rules, serviceDirectories = [] } = answers;
	const identity = identityOf(context, answers);
	const directories = mergeCreatedDirectories([...answers.application.directories, ...serviceDirectories]);
	const application = { ...answers.application, directories };
	await using sandbox = await machine.launcher.createSandbox();
	let printed = "";
	const run = await machine.launcher.start({
		launch: { kind: "sandbox", sandbox, sockets: [], ...sandboxPlaces(context, { application, rules, identity }) },
		identity,
		command: application.command,
		cwd: application.cwd,
		env: launchEnvironment(application),
		...socketsOf(application),
		...serviceOf(application),
		network: "own",
		onOutput(chunk) {
			printed = (printed + Buffer.from(chunk).toString("utf8")).slice(-outputKept);
		},
		signal,
	});
	let over = false;
	void run.ended.then(() => {
		over = true;
	});
	try {
		const deadline = machine.elapsed() + startSeconds * 1000;
		for (;;) {
			const left = (deadline - machine.elapsed()) / 1000;
			const result = await machine.launcher.shell(line, { launched: run }, Math.max(0.1, left), signal);
			signal.throwIfAborted();
			// An answer after the application ended comes from something else.
			const ok = result.ok && !over;
			if (ok || over || cannotRun(result.status) || machine.elapsed() >= deadline) {
				const { output, status, timedOut } = result;
				const ended = over ? (await run.ended).status : undefined;
				return {
					where: "rehearsal",
					ok,
					status,
					output: output.trim(),
					timedOut,
					...omitUndefined({ ended }),
					...(ok ? {} : { printed: printed.trim() }),
				};
			}
			await Promise.race([run.ended, machine.sleep(200, signal)]);
		}
	} finally {
		await run.stop(graceSeconds);
	}
}
