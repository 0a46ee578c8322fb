import type { Context } from "../../base/engine/context.ts";

/** False if packages changed since the generation was made, or if the clock was set back and nobody knows. */
export function hasSamePackages({ machine }: Pick<Context, "machine">, { madeAt }: { readonly madeAt: string }): boolean {
	const made = Date.parse(madeAt);
	return machine.packages.changedAt() < made && made <= machine.now();
}
