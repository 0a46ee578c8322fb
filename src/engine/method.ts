import type { Method } from "../core/confinement/method.ts";
import type { Openings } from "../core/plan/plan.ts";
import type { Context } from "./context.ts";

/** How a cage with these openings is started here; what that cannot give is told, a line each. Throws as `Launcher.method` does. */
export function launchMethod({ emit, machine }: Context, openings: Openings, tells: boolean): Method {
	const method = machine.launcher.method({ proc: openings.proc !== undefined });
	if (tells) {
		for (const weakness of method.weaker) {
			emit({ event: "warned", code: `weaker-${weakness}`, values: { launcher: method.launcher } });
		}
	}
	return method;
}
