import { showPath } from "../core/path/quote.ts";
import type { Missing } from "../core/plan/missing.ts";
import type { Watched } from "../core/watch/watched.ts";
import type { CageWatch } from "../engine/watch/watch.ts";
import type { Messages } from "../messages/messages.ts";
import { indent } from "./format.ts";
import { missingToJson } from "./json.ts";
import { missingTable } from "./trial.ts";

/** What watching a cage in production has shown, in words and as JSON. */

export function watchedText(name: string, { missed, watched }: CageWatch, update: string, messages: Messages): string {
	const words = messages.cli.watch;
	const time = words.time(watched.seconds);
	if (!missed.length) return words.nothing(name, time);
	return [words.missed(name, time, missed.length), indent(missingTable(missed, messages)), words.take(update)].join("\n");
}

export function watchedToJson(name: string, { interrupted, missed, watched }: CageWatch): object {
	const { failures, ...times } = watched;
	return { name, interrupted, watched: { ...times, failures: failures.length }, missed: missed.map(missingToJson) };
}

/** One line for whoever checks or updates the cage. */
export function missedLine(name: string, watched: Watched | undefined, missed: readonly Missing[], messages: Messages): string {
	const words = messages.cli.watch;
	const some = missed.slice(0, 3).map(({ call, path }) => (path === undefined ? call : showPath(path)));
	const named = missed.length > some.length ? [...some, "…"] : some;
	const time = watched === undefined ? undefined : words.time(watched.seconds);
	return `${words.missed(name, time, missed.length)}: ${named.join(", ")}`;
}
