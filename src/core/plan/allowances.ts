import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, pathFromText } from "../path/path.ts";
import type { Plan } from "./plan.ts";

export interface UnusedAllowance {
	readonly option: "--allow-secret" | "--allow-setuid";
	readonly path: string;
}

/** What was allowed by name and is nothing of the plan: a typing error, as a rule, that leaves the real one out. */
export function unusedAllowances({ entries, rules, writable }: Plan, files: Files): UnusedAllowance[] {
	const unused = (option: UnusedAllowance["option"], paths: readonly string[], risk: "secret" | "setuid") =>
		paths.flatMap((text) => {
			const named = normalise(pathFromText(text));
			const real = files.resolve(named) ?? named;
			const isMeant = entries.some(({ path, risks }) => risks.includes(risk) && (path === named || isWithin(path, real)));
			// Seeds are no entries: what lies in the application's state is copied with its directory.
			const isState = writable.some(({ path }) => isWithin(real, path));
			return isMeant || isState ? [] : [{ option, path: text }];
		});
	return [...unused("--allow-secret", rules.allowSecret, "secret"), ...unused("--allow-setuid", rules.allowSetuid, "setuid")];
}
