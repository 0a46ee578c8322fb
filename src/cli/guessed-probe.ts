import type { Listening } from "../core/application/found.ts";
import { reachable } from "../core/application/probe.ts";
import { greetingWord, guessProbe } from "../core/application/recognise.ts";
import type { Answers } from "../core/questions/answers.ts";
import { probeTools } from "../system/launch/probe-tools.ts";
import { greetingOf } from "../system/units/greeting.ts";

/** Ports that are asked; an application that has more of them listens for other things as well. */
const mostPorts = 3;

/**
 * Where no protocol is known, the ports at which the application listens now are asked once what they speak. What comes of it is a guess,
 * and a note says so.
 */
export async function withGuess(answers: Answers, ports: readonly Listening[]): Promise<Answers> {
	const { application, notes = [] } = answers;
	if (application.probes.length) return answers;
	const targets = ports.flatMap((port) => (port.protocol === "tcp" ? [{ host: reachable(port.address), port: port.port }] : []));
	for (const target of targets.slice(0, mostPorts)) {
		const greeting = await greetingOf(target.host, target.port);
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
