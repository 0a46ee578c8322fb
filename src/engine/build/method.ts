import type { Method, Weakness } from "../../core/confinement/method.ts";
import type { Context } from "../context.ts";

/** How cages are confined on this machine. With `warns`, emits a warning for each missing layer. Throws like `Launcher.method`. */
export function launchMethod(context: Context, warns: boolean): Method {
	const method = context.machine.launcher.method();
	if (warns) warnWeaker(context, method.weaker);
	return method;
}

export function warnWeaker({ emit }: Context, weaker: readonly Weakness[]): void {
	for (const weakness of weaker) emit({ event: "warned", code: `weaker-${weakness}`, values: {} });
}
