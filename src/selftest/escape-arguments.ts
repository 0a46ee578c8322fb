import { type Path, pathToText } from "../base/path/path.ts";
import { attemptsProgram } from "../confine/places.ts";
import type { ProcessState } from "./foreign.ts";
import { allTechniques } from "./techniques.ts";

/** Arguments and output of native/escape.c. */

/** What the bystander prints about itself: arguments of the techniques that need it. */
export interface BystanderFacts {
	readonly pid: number;
	/** Its secret. */
	readonly token: string;
	/** All facts, NAME=VALUE. */
	readonly words: readonly string[];
}

/** Returns undefined if the line is incomplete. */
export function parseBystander(line: string): BystanderFacts | undefined {
	const [, pid, token] = /^pid=(\d+)\t.*\ttoken=([^\t]+)\t.*\tabstract=[^\t]+$/.exec(line) ?? [];
	return token === undefined ? undefined : { pid: Number(pid), token, words: line.split("\t") };
}

/** The attempts' targets: numbers, names and paths of ours. */
export interface Target {
	/** `device:inode` of the host's root directory. */
	readonly host: string;
	readonly writable: readonly Path[];
	/** Read-only directories of the host. */
	readonly shared: readonly Path[];
	/** Names of the application's variables. */
	readonly environment: readonly string[];
	/** Device number of the disk with the host's root; 0 if there is none. */
	readonly disk: number;
	/** A TCP port that the plan does not contain. */
	readonly unplanned: number;
	readonly bystander: BystanderFacts;
}

interface AttemptsOptions {
	/** Techniques that are not attempted. */
	readonly omitted?: Iterable<string>;
	/** Omits attempts that would change the host if no layer stops them. */
	readonly spare?: boolean;
	/** Each attempt says that it is ready and waits for SIGUSR1. */
	readonly isGated?: boolean;
}

/** Seconds that the program waits at its end: the test observes it from outside and stops it. */
const lingering = 20;

/** Returns the program's arguments. Skips a directory whose name is not text; another of its kind is enough. */
export function attemptsArguments(
	target: Target,
	{ isGated = false, omitted = [], spare = false }: AttemptsOptions = {},
): string[] {
	const lines = (paths: readonly Path[]) => paths.flatMap((path) => pathToText(path) ?? []).join("\n");
	const { bystander, disk, environment, host, shared, unplanned, writable } = target;
	const values = {
		host,
		disk: disk || "",
		unplanned: unplanned || "",
		environment: environment.join("\n"),
		shared: lines(shared),
		writable: lines(writable),
		program: attemptsProgram,
		launcher: attemptsProgram,
		omitted: [...omitted].join("\n"),
		modules: spare ? "" : 1,
		gated: isGated ? 1 : "",
		wait: lingering,
	};
	return [...bystander.words, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)];
}

/** The technique whose process has this name, in the run with this token. */
export function techniqueNamed(name: string, token: string): string | undefined {
	const prefix = `${token.slice(0, 8)}-`;
	return name.startsWith(prefix) ? allTechniques[Number(name.slice(prefix.length))]?.id : undefined;
}

/** Whether a gated attempt waits for its signal. */
export const isReady = (output: string, id: string) => `\n${output}`.includes(`\n# ready ${id}\n`);
/** Whether it has ended. */
export const isEnded = (output: string, id: string) => new RegExp(`^(not )?ok \\d+ - ${id} `, "m").test(output);

/** Takes over the confinement of a process that somebody else started, in the process that then tries the escape techniques. */

interface EntryRequest {
	readonly state: ProcessState;
	/** Files of /proc/PID/ns whose namespace differs from ours. */
	readonly namespaces: readonly string[];
	/** It has seccomp filters that we do not have. */
	readonly hasFilters: boolean;
	/** Directories of its root that a tmpfs covers for the test, so that nothing is written to its files. */
	readonly covers: readonly Path[];
}

/** Returns arguments for native/escape-enter.h. */
export function enterArguments({ covers, hasFilters, namespaces, state }: EntryRequest): string[] {
	const { accounts, capabilities } = state;
	const values = {
		target: state.pid,
		namespaces: namespaces.join("\n"),
		ids: [...accounts.uids.slice(0, 3), ...accounts.gids.slice(0, 3)].join("\n"),
		groups: accounts.groups.join("\n"),
		...capabilities,
		covers: covers.flatMap((path) => pathToText(path) ?? []).join("\n"),
		filters: hasFilters ? 1 : "",
	};
	return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}
