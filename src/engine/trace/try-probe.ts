import { launchEnvironment, socketsOf } from "../../core/application/application.ts";
import type { Listening } from "../../core/application/found.ts";
import { mergeMadeDirectories } from "../../core/application/made-directory.ts";
import { reachable } from "../../core/application/probe.ts";
import { showProbe } from "../../core/application/probe-lines.ts";
import { greetingWord, guessProbe } from "../../core/application/recognise.ts";
import { tellingWords } from "../../core/application/telling-words.ts";
import type { Note } from "../../core/failure.ts";
import type { Answers } from "../../core/questions/answers.ts";
import { identityOf } from "../build/steps.ts";
import type { Context, Machine } from "../context.ts";
import { sandboxPlaces } from "./trace.ts";
import { graceSeconds } from "./watched-run.ts";

/** One try of a probe before tracing. */
export interface ProbeAttempt {
	/** `host`: the service that runs now was asked; `rehearsal`: the application, started in a sandbox. Stored in sessions. */
	readonly where: "host" | "rehearsal";
	readonly ok: boolean;
	readonly status: number;
	/** The end of what the probe printed. */
	readonly output: string;
	readonly timedOut: boolean;
	/** Exit status of the application, where it was over before it answered. */
	readonly ended?: number;
	/** The end of what it printed, where it did not answer. */
	readonly printed?: string;
}

/** Seconds that an answer may take: of what runs now, and of what was just started. */
const hostSeconds = 10;
const startSeconds = 15;
const outputKept = 4096;
const guessedPort = "probe-guessed-port";

/**
 * Tries a probe before anything is traced: against what runs on the host now, and where that does not answer, against the application itself, started
 * for a moment in a sandbox. A failed try is a result and never an error; what keeps the application from being started at all is
 * thrown (a Failure).
 */
export async function tryProbe(context: Context, answers: Answers, line: string): Promise<readonly ProbeAttempt[]> {
	const { launcher } = context.machine;
	const onHost = await launcher.shell(line, { onHost: true, root: "" }, hostSeconds, context.signal);
	context.signal.throwIfAborted();
	const { ok, output, status, timedOut } = onHost;
	const host: ProbeAttempt = { where: "host", ok, status, output: output.trim(), timedOut };
	return ok ? [host] : [host, await inSandbox(context, answers, line)];
}

/**
 * Of the ways to ask that were proposed, what is left from the first that the running service answers. Where it answers none, all of them, but for a
 * guess by its port: that was wrong then, and a note names it.
 */
export async function asPassesOnHost(
	{ machine, signal }: Pick<Context, "machine" | "signal">,
	answers: Answers,
): Promise<Answers> {
	const { application, notes = [], otherProbes } = answers;
	if (!otherProbes) return answers;
	const ask = (line: string) => machine.launcher.shell(line, { onHost: true, root: "" }, hostSeconds, signal);
	const ways = [application.probes, ...otherProbes];
	let words = "";
	for (const [index, probes] of ways.entries()) {
		const results = await Promise.all(probes.map(ask));
		if (results.every(({ ok }) => ok)) {
			const isAsked = ({ code, values }: Note) =>
				code !== guessedPort || probes.some((line) => line.includes(String(values.port)));
			const kept = answers.notes ? { notes: notes.filter(isAsked) } : {};
			return { ...answers, ...kept, application: { ...application, probes }, otherProbes: ways.slice(index + 1) };
		}
		words ||= tellingWords(results.map(({ output }) => output).join("\n"));
	}
	if (!notes.some(({ code }) => code === guessedPort)) return answers;
	const { otherProbes: _, ...rest } = answers;
	const failed = { code: "probe-guess-failed", values: { probe: showProbe(application.probes[0] ?? ""), words } };
	return {
		...rest,
		notes: [...notes.filter(({ code }) => code !== guessedPort), failed],
		application: { ...application, probes: [] },
	};
}

async function inSandbox(context: Context, answers: Answers, line: string): Promise<ProbeAttempt> {
	const { machine, signal } = context;
	const { rules, serviceDirectories = [] } = answers;
	const identity = identityOf(context, answers);
	const directories = mergeMadeDirectories([...answers.application.directories, ...serviceDirectories]);
	const application = { ...answers.application, directories };
	const sandbox = await machine.launcher.createSandbox();
	let printed = "";
	try {
		const run = await machine.launcher.start({
			spec: { kind: "sandbox", sandbox, sockets: [], ...sandboxPlaces(context, application, rules, identity) },
			identity,
			command: application.command,
			cwd: application.cwd,
			env: launchEnvironment(application),
			...socketsOf(application),
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
			const deadline = machine.now() + startSeconds * 1000;
			for (;;) {
				const left = (deadline - machine.now()) / 1000;
				const result = await machine.launcher.shell(line, { launched: run }, Math.max(0.1, left), signal);
				signal.throwIfAborted();
				// What answers for an application that has ended is not the application.
				const ok = result.ok && !over;
				if (ok || over || machine.now() >= deadline) {
					const { output, status, timedOut } = result;
					const ended = over ? (await run.ended).status : undefined;
					return {
						where: "rehearsal",
						ok,
						status,
						output: output.trim(),
						timedOut,
						...(ended === undefined ? {} : { ended }),
						...(ok ? {} : { printed: printed.trim() }),
					};
				}
				await Promise.race([run.ended, machine.sleep(200, signal)]);
			}
		} finally {
			await run.stop(graceSeconds);
		}
	} finally {
		await sandbox.dispose();
	}
}

/** Ports that are asked; an application that has more of them listens for other things as well. */
const mostPorts = 3;

/**
 * Where no protocol is known, the ports at which the application listens now are asked once what they speak. What comes of it is a guess,
 * and a note says so.
 */
export async function withGuess(
	{ applications, probeTools }: Pick<Machine, "applications" | "probeTools">,
	answers: Answers,
	ports: readonly Listening[],
): Promise<Answers> {
	const { application, notes = [] } = answers;
	if (application.probes.length) return answers;
	const targets = ports.flatMap((port) => (port.protocol === "tcp" ? [{ host: reachable(port.address), port: port.port }] : []));
	for (const target of targets.slice(0, mostPorts)) {
		const greeting = await applications.greeting(target.host, target.port);
		const probe = greeting && guessProbe(target, greeting, probeTools(application.command));
		if (greeting === undefined || probe === undefined) continue;
		const note =
			greeting.kind === "http"
				? { code: "probe-guessed-http", values: { port: target.port } }
				: { code: "probe-guessed-banner", values: { port: target.port, word: greetingWord(greeting.text) ?? "" } };
		return { ...answers, notes: [...notes, note], application: { ...application, probes: [probe] } };
	}
	return answers;
}
