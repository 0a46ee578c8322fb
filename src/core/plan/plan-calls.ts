import type { Application, Rules } from "../application/application.ts";
import type { ObservedCalls } from "../confinement/observed-calls.ts";
import { Failure } from "../failure.ts";
import type { Trace } from "../trace/trace.ts";
import { callsOfCapability } from "./capability-calls.ts";
import { callsIn, callWord, refuses } from "./permissions.ts";
import type { Addition, Permissions } from "./plan.ts";

/**
 * Returns what the application's own system call filter is made from; undefined for the general filter. A granted capability
 * permits its calls, which a trial may have found without the trace. Throws (exit 2) `calls-unobserved` if the trace has not all
 * calls, and `calls-general` if a rule names a call that the general filter does not judge.
 */
export function planCalls(
	{ calls }: Pick<Application, "calls">,
	rules: Pick<Rules, "allow" | "refuse">,
	{ systemCalls }: Pick<Trace, "systemCalls">,
	additions: readonly Addition[],
	capabilities: Permissions["capabilities"],
): ObservedCalls | undefined {
	const refused = callsIn(rules.refuse);
	const allowed = callsIn(rules.allow).filter((name) => !refuses(rules, callWord(name)));
	if (calls !== "observed") {
		const [name] = [...allowed, ...refused];
		if (name !== undefined) throw new Failure("calls-general", { word: callWord(name) }, 2);
		return undefined;
	}
	if (!systemCalls) throw new Failure("calls-unobserved", {}, 2);
	const found = additions.flatMap((one) => (one.kind === "call" ? [one.name] : []));
	const needed = capabilities.flatMap(({ idle, name }) => (idle ? [] : callsOfCapability(name)));
	const list = (names: readonly string[]) => [...new Set(names)].sort();
	return {
		made: list([...systemCalls, ...found]),
		...(allowed.length + needed.length ? { allowed: list([...allowed, ...needed]) } : {}),
		...(refused.length ? { refused: list(refused) } : {}),
	};
}
