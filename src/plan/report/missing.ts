import { omitUndefined } from "../../base/collections.ts";
import { pathToJson } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { WatchResult } from "../../cage/cage.ts";
import { indent, table } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { remedyOption } from "../../options/trial-decisions.ts";
import type { Missing } from "../missing.ts";

/** Missing items with evidence, the likeliest cause first. */
export function missingTable(missing: readonly Missing[], messages: Messages): string {
	return table(
		missing.map((one) => [
			messages.missingKind(one.kind),
			one.path === undefined ? one.call : showPath(one.path),
			`${one.call}: ${one.error}`,
			...(one.importance ? [messages.importance(one.importance)] : []),
			...(one.private ? [messages.cli.watch.private] : []),
		]),
	);
}

export function missingToJson(missing: Missing) {
	const { kind, call, error, declined } = missing;
	return {
		kind,
		...(missing.path === undefined ? {} : { path: pathToJson(missing.path) }),
		call,
		error,
		...(missing.program === undefined ? {} : { program: pathToJson(missing.program) }),
		declined,
		...(missing.private ? { private: true as const } : {}),
		remedy: missing.remedy?.kind ?? null,
		option: remedyOption(missing) ?? null,
		...omitUndefined({ importance: missing.importance }),
	};
}

/** All missing items for the dry run of `update`. */
export function missedText(name: string, missed: readonly Missing[], messages: Messages): string[] {
	const words = messages.cli.watch;
	return missed.length ? [words.missed(name, undefined, missed.length), indent(missingTable(missed, messages))] : [];
}

/** One line for `check` and `update`. */
export function missedLine(
	name: string,
	watched: WatchResult | undefined,
	missed: readonly Missing[],
	messages: Messages,
): string {
	const words = messages.cli.watch;
	const mark = (one: Missing) => (one.private ? ` (${words.private})` : "");
	const some = missed.slice(0, 3).map((one) => (one.path === undefined ? one.call : showPath(one.path)) + mark(one));
	const named = missed.length > some.length ? [...some, "…"] : some;
	const time = watched === undefined ? undefined : words.time(watched.seconds);
	return `${words.missed(name, time, missed.length)}: ${named.join(", ")}`;
}
