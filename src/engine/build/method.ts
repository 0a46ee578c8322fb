import type { Method, Weakness } from "../../core/confinement/method.ts";
import type { Context } from "../context.ts";

/** How cages are confined on this machine. With `warns`, emits a warning for each missing layer. Throws like `Launcher.method`. */
export function launchMethod(context: Context, tells: boolean): Method {
	const method = context.machine.launcher.method();
	if (tells) tellWeaker(context, method.weaker);
	return method;
}

export function tellWeaker({ emit }: Context, weaker: readonly Weakness[]): void {
	for (const weakness of weaker) emit({ event: "warned", code: `weaker-${weakness}`, values: {} });
}
