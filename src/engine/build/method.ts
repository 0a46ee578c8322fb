import type { Method, Weakness } from "../../core/confinement/method.ts";
import type { Context } from "../context.ts";

/** How a cage is confined here. With `tells`, each missing layer is a warning. Throws as `Launcher.method` does. */
export function launchMethod(context: Context, tells: boolean): Method {
	const method = context.machine.launcher.method();
	if (tells) tellWeaker(context, method.weaker);
	return method;
}

export function tellWeaker({ emit }: Context, weaker: readonly Weakness[]): void {
	for (const weakness of weaker) emit({ event: "warned", code: `weaker-${weakness}`, values: {} });
}
