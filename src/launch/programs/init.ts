import { words } from "../../base/native-program.ts";
import { type Capability, capabilityWords } from "../../confine/capabilities.ts";
import { endingSignal, type ServiceCommand, type ServiceSettings } from "../../service/service-settings.ts";

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
 * `+before=COUNT WORD…`, `+after=COUNT WORD…`, `+reload=COUNT WORD…`, `+stop=COUNT WORD…`. If there are any, `+shared=COUNT` says how many of the
 * application's words also begin these commands: the program that gives them their account and environment.
 */
export function stepWords(service: ServiceSettings, shared: number): string[] {
	const { after = [], before = [], reload = [], stop = [] } = service;
	const ending = endingSignal(service);
	const each = (name: string, commands: readonly ServiceCommand[]) =>
		commands.flatMap((words) => [`+${name}=${words.length}`, ...words]);
	const words = [...each("before", before), ...each("after", after), ...each("reload", reload), ...each("stop", stop)];
	return [
		...words,
		...(ending === undefined ? [] : [`+ending=${ending}`]),
		...(words.length && shared > 0 ? [`+shared=${shared}`] : []),
	];
}

/** The account of an application. */
interface ProgramAccount {
	readonly uid: number;
	readonly gid: number;
	/** Supplementary groups. */
	readonly groups: readonly number[];
}

interface EnvironmentKind {
	/** Absent without root: there is one account. */
	readonly account?: ProgramAccount;
	/**
	 * All that the next program and its children can have: for uid 0 the bounding set, for another account the ambient set too.
	 * Without `account`, they have none of a user namespace. Absent: they stay as they are.
	 */
	readonly capabilities?: readonly Capability[];
	/** Sockets are passed. */
	readonly listens?: boolean;
	/** The application also gets the variables of the launch, to see whether a test notices. */
	readonly inherits?: boolean;
	/** Only who can read the program finds them. */
	readonly variables?: Readonly<Record<string, string>>;
}

/** Returns `struct kind` of native/environment.c. */
export function environmentData({
	account,
	capabilities,
	inherits = false,
	listens = false,
	variables = {},
}: EnvironmentKind = {}): Buffer {
	const { gid = 0, groups = [], uid = 0 } = account ?? {};
	const texts = Object.entries(variables).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
	const text = Buffer.concat(texts);
	const numbers = words(
		listens,
		inherits,
		account !== undefined,
		uid,
		gid,
		capabilities !== undefined,
		...capabilityWords(capabilities ?? []),
		groups.length,
		text.length,
		...groups,
	);
	return Buffer.concat([numbers, text]);
}
