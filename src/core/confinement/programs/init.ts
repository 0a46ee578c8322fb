import type { ServiceCommand, ServiceSettings } from "../../application/service-settings.ts";
import { words } from "../../native-program.ts";

export interface InitKind {
	/** `ending` is 1 from the start: background processes do not keep the cage running. */
	readonly endsWithFirst?: boolean;
	/** False if systemd passes sockets, or if a self-test must find what was left open. */
	readonly closes?: boolean;
	/** Number of descriptors from 3 on that the application receives: sockets. */
	readonly passedSockets?: number;
	/** Begins a process group, because no setsid(1) came before, so that `kill(0, …)` reaches only the application. */
	readonly leadsGroup?: boolean;
}

/** Returns `struct kind` of native/init.c. */
export function initData({ closes = true, endsWithFirst = false, leadsGroup = false, passedSockets = 0 }: InitKind = {}): Buffer {
	return words(endsWithFirst, closes ? 3 + passedSockets : 0, leadsGroup);
}

/**
 * Returns the init's arguments for a start by systemd, whose bounding set also limits the init. With `keepsKill`, the init may
 * signal processes that changed their account, and the application has neither CAP_KILL nor the capability to drop it.
 */
export function initWords(program: string, cwd: string, keepsKill: boolean): string[] {
	return [program, ...(keepsKill ? [""] : []), cwd];
}

/**
 * Returns the init's arguments for the commands that it runs beside the application, before the application's own words:
 * `+before=COUNT WORD…`, `+after=COUNT WORD…`, `+reload=COUNT WORD…`. If there are any, `+shared=COUNT` says how many of the
 * application's words also begin these commands: the program that gives them their account and environment.
 */
export function stepWords({ after = [], before = [], reload = [] }: ServiceSettings, shared: number): string[] {
	const each = (name: string, commands: readonly ServiceCommand[]) =>
		commands.flatMap((words) => [`+${name}=${words.length}`, ...words]);
	const words = [...each("before", before), ...each("after", after), ...each("reload", reload)];
	return words.length && shared > 0 ? [...words, `+shared=${shared}`] : words;
}
