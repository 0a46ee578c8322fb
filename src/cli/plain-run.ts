import type { PlainRun } from "./start.ts";

/** What can be told of the arguments before the reader of all verbs and options is loaded, which takes about as long as auditing a cage. */

/** `[--state DIR] [--quiet] VERB …`: where the verb stands; undefined where anything else comes before it. */
export function plainVerb(args: readonly string[]) {
	let state: string | undefined;
	let quiet = false;
	for (let at = 0; at < args.length; at++) {
		const word = args[at];
		if (word === "--quiet") quiet = true;
		else if (word === "--state" && args[at + 1]) state = args[++at];
		else if (word?.startsWith("--state=") && word !== "--state=") state = word.slice("--state=".length);
		else if (word === undefined || word.startsWith("-")) return undefined;
		else return { verb: word, rest: args.slice(at + 1), options: { ...(state === undefined ? {} : { state }), quiet } };
	}
	return undefined;
}

/** `[--state DIR] [--quiet] run NAME [-- COMMAND…]`: undefined for everything else. The start of a service should not wait. */
export function plainRun(args: readonly string[]): PlainRun | undefined {
	const plain = plainVerb(args);
	if (plain?.verb !== "run") return undefined;
	const [name, separator, ...command] = plain.rest;
	if (name === undefined || name.startsWith("-") || (separator !== undefined && separator !== "--")) return undefined;
	return { name, command, options: plain.options };
}

/** Whether this is for the bundle that has these two verbs alone. */
export function isUpkeep(args: readonly string[]): boolean {
	return ["check", "update"].includes(plainVerb(args)?.verb ?? "");
}
