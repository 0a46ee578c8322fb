import type { Method, Weakness } from "../../core/confinement/method.ts";
import type { Context } from "../context.ts";

/** How a cage is started here; what that cannot give is told, a line each. Throws as `Launcher.method` does. */
export function launchMethod(context: Context, tells: boolean): Method {
	const method = context.machine.launcher.method();
	if (tells) tellWeaker(context, method.weaker, method.launcher);
	return method;
}

export function tellWeaker({ emit }: Context, weaker: readonly Weakness[], launcher: string): void {
	for (const weakness of weaker) emit({ event: "warned", code: `weaker-${weakness}`, values: { launcher } });
}
