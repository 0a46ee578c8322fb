import type { ServiceUnit } from "../application/unit-file.ts";
import { quoteShellLine } from "../path/quote.ts";
import type { Gap } from "../trace/trace.ts";
import { serverSignals } from "../upkeep/signals.ts";

/** What happens to a service in its life. `socket-activation`: systemd opens its sockets and starts it for the first connection. */
export const lifeStages = ["start", "reload", "log-reopening", "stop", "second-start", "socket-activation"] as const;
export type LifeStage = (typeof lifeStages)[number];

export interface StageReach {
	readonly stage: LifeStage;
	/** False where no trace has seen it: what it needs is not known. */
	readonly cameUp: boolean;
	/** How it comes about: a signal (`SIGHUP`), the unit's line for it, or its sockets. */
	readonly by?: string;
}

export interface Lived {
	readonly command: readonly string[];
	/** Signals that it lived through while it was traced, e.g. `SIGHUP`. */
	readonly signals: readonly string[];
	readonly gaps: ReadonlySet<Gap>;
	/** Its service; without one only what is known of the program counts. */
	readonly unit?: Pick<ServiceUnit, "execReload">;
	/** Socket units that hand it their sockets. */
	readonly sockets?: readonly string[];
	/** The signal, without `SIG`, by which its unit reloads it. */
	readonly reloadSignal?: string;
}

/**
 * Which stages of its life a service has, and which of them came up in its traces. A trace starts, signals, stops and starts the application again;
 * one that watched what ran already saw none of that.
 */
export function lifeReach({ command, gaps, reloadSignal, signals, sockets = [], unit }: Lived): StageReach[] {
	const known = serverSignals(command);
	const wasStarted = !gaps.has("start-up");
	const bySignal = (stage: LifeStage, name: string | undefined): StageReach[] => {
		if (name === undefined || name === "none") return [];
		return [{ stage, cameUp: signals.includes(`SIG${name}`), by: `SIG${name}` }];
	};
	const reload = bySignal("reload", known?.reload ?? reloadSignal);
	const byCommand = (unit?.execReload ?? []).map(({ words }) => quoteShellLine(words)).join("; ");
	return [
		{ stage: "start", cameUp: wasStarted },
		...(reload.length || byCommand === "" ? reload : [{ stage: "reload" as const, cameUp: false, by: byCommand }]),
		...bySignal("log-reopening", known?.reopen),
		{ stage: "stop", cameUp: wasStarted },
		{ stage: "second-start", cameUp: wasStarted },
		...(sockets.length
			? [
					{
						stage: "socket-activation" as const,
						cameUp: /\/systemd-socket-activate$/.test(command[0] ?? ""),
						by: sockets.join(" "),
					},
				]
			: []),
	];
}

export function neverCameUp(life: readonly StageReach[]): StageReach[] {
	return life.filter(({ cameUp }) => !cameUp);
}
