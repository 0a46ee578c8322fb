import { reloadSignal as commandSignal } from "../application/service-settings.ts";
import type { ServiceUnit } from "../application/unit-file.ts";
import { serverSignals } from "../installation/signals.ts";
import { quoteShellLine } from "../path/quote.ts";
import type { Gap } from "../trace/trace.ts";

/** A service's lifecycle. `socket-activation`: systemd opens its sockets and starts it on the first connection. */
const lifecycleStages = ["start", "reload", "log-reopening", "stop", "second-start", "socket-activation"] as const;
export type LifecycleStage = (typeof lifecycleStages)[number];

export interface StageCoverage {
	readonly stage: LifecycleStage;
	/** False if no trace has seen this stage, so that its needs are unknown. */
	readonly cameUp: boolean;
	/** Its trigger: a signal (`SIGHUP`), the unit's command, or its sockets. */
	readonly by?: string;
}

interface LifecycleInput {
	readonly command: readonly string[];
	/** Signals that it survived while it was traced, e.g. `SIGHUP`. */
	readonly signals: readonly string[];
	readonly gaps: ReadonlySet<Gap>;
	/** The service's unit. Without one, only what is known about the program counts. */
	readonly unit?: Pick<ServiceUnit, "execReload">;
	/** Socket units that pass it their sockets. */
	readonly sockets?: readonly string[];
	/** The signal, without `SIG`, with which its unit reloads it. */
	readonly reloadSignal?: string;
}

/**
 * Returns the stages of a service's lifecycle and which of them its traces have seen. A trace starts, signals, stops and restarts
 * the application; a trace of a running process sees none of that.
 */
export function lifecycleCoverage({ command, gaps, reloadSignal, signals, sockets = [], unit }: LifecycleInput): StageCoverage[] {
	const known = serverSignals(command);
	const wasStarted = !gaps.has("start-up");
	const bySignal = (stage: LifecycleStage, name: string | undefined): StageCoverage[] => {
		if (name === undefined || name === "none") return [];
		return [{ stage, cameUp: signals.includes(`SIG${name}`), by: `SIG${name}` }];
	};
	const reload = bySignal("reload", known?.reload ?? reloadSignal);
	const byCommand = (unit?.execReload ?? []).map(({ words }) => quoteShellLine(words)).join("; ");
	const isActivated = /\/systemd-socket-activate$/.test(command[0] ?? "");
	return [
		{ stage: "start", cameUp: wasStarted },
		...(reload.length || byCommand === ""
			? reload
			: [{ stage: "reload" as const, cameUp: signals.includes(commandSignal.name), by: byCommand }]),
		...bySignal("log-reopening", known?.reopen),
		{ stage: "stop", cameUp: wasStarted },
		{ stage: "second-start", cameUp: wasStarted },
		...(sockets.length ? [{ stage: "socket-activation" as const, cameUp: isActivated, by: sockets.join(" ") }] : []),
	];
}

export function untracedStages(life: readonly StageCoverage[]): StageCoverage[] {
	return life.filter(({ cameUp }) => !cameUp);
}
