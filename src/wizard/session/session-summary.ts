import { omitUndefined } from "../../base/collections.ts";
import type { Machine } from "../../base/engine/context.ts";
import type { StoredSession } from "../../sessions/ports.ts";
import type { SavedSessionState } from "../state/choice.ts";
import { type Screen, stepOf, steps } from "../state/state.ts";

/** A session's summary, read without opening it. All texts are untrusted. */
export interface SessionSummary extends SavedSessionState {
	readonly id: string;
	/** The cage's name, or empty. */
	readonly name: string;
	readonly command: string;
	readonly screen: string;
	readonly savedAt: number;
	readonly path: string;
	readonly isSetAside: boolean;
}

export function summaryOf(stored: StoredSession, now: number): SessionSummary {
	const { fields, holder, id, path, problem, savedAt } = stored;
	const { command, name } = (fields.about ?? {}) as { command?: unknown; name?: unknown };
	const screen = typeof fields.screen === "string" ? fields.screen : "";
	const at = steps.indexOf(stepOf(screen as Screen));
	return {
		id,
		name: typeof name === "string" ? name : "",
		command: typeof command === "string" ? command : "",
		screen,
		savedAt,
		path,
		step: Math.max(0, at) + 1,
		ago: Math.max(0, Math.round((now - savedAt) / 1000)),
		...omitUndefined({ holder }),
		...(problem === undefined ? {} : { problem: problem === "newer" ? problem : "damaged" }),
		isSetAside: problem === "aside",
	};
}

export async function listSessions({
	machine,
}: {
	readonly machine: Pick<Machine, "now" | "sessions">;
}): Promise<SessionSummary[]> {
	return (await machine.sessions.list()).map((one) => summaryOf(one, machine.now()));
}

export function summaryToJson({ command, holder, id, isSetAside, name, path, problem, savedAt, screen, step }: SessionSummary) {
	return {
		id,
		name,
		command,
		savedAt: new Date(savedAt).toISOString(),
		step,
		screen,
		path,
		...omitUndefined({ holder }),
		...(problem === undefined ? {} : { problem: isSetAside ? ("aside" as const) : problem }),
	};
}
