import { tellingWords } from "../core/application/telling-words.ts";
import { Failure } from "../core/failure.ts";
import type { Files } from "../core/machine/facts.ts";
import { showPath } from "../core/path/quote.ts";
import { lastRefusedWrite } from "../core/plan/refused-write.ts";
import type { TraceResult } from "./trace.ts";

/**
 * Why an application could not be traced, all with exit 1: `not-answered-on-host`, `ended-on-host` where it went into the
 * background, and `failed-on-host…` where it ended with an error.
 */
export function startFailure(commandWords: readonly string[], result: TraceResult, files: Files): Failure {
	const command = commandWords.join(" ");
	const { ended: status, output, trace } = result;
	if (status === undefined) {
		const probe = result.probes.find((one) => !one.ok);
		const values = { command, probe: probe?.command ?? "", words: wordsOf(output, probe?.output) };
		return new Failure("not-answered-on-host", values, 1);
	}
	const values = { command, status, words: tellingWords(output) };
	if (status === 0) return new Failure("ended-on-host", values, 1);
	const refused = lastRefusedWrite(trace, files);
	if (refused) {
		const { directory, error, path } = refused;
		const places = { path: showPath(path), error, directory: showPath(directory) };
		return new Failure("failed-on-host-writing", { ...values, ...places }, 1);
	}
	return new Failure(values.words === "" ? "failed-on-host-silent" : "failed-on-host", values, 1);
}

/** What the application said about it, or else what the probe said. */
export function wordsOf(output: string, probe = ""): string {
	return tellingWords(output) || tellingWords(probe);
}
