import type { Bind } from "../../application/application.ts";
import { baseName, type Path } from "../../path/path.ts";
import type { Plan } from "../../plan/plan.ts";
import { initInside } from "../launch.ts";
import { knows } from "./versions.ts";

/** What a unit for a cage is made from. */
export interface UnitInput {
	/** Name of the cage. */
	readonly name: string;
	/** Host path that leads to the present generation, whichever that is at the next start. */
	readonly root: Path;
	/** State of the application: host path `source`, mounted over `path`. */
	readonly data: readonly { readonly path: Path; readonly source: Path }[];
	readonly binds: readonly Bind[];
	readonly plan: Plan;
	/** As `systemctl --version` says. What is newer stands in the unit as a comment that names the version. */
	readonly systemdVersion: number;
	/** True where the application writes machine code as it runs; see `makesCode`. */
	readonly jit: boolean;
	/** Host path of the folder that holds our init, and nothing else; seen as `/.launch` inside. */
	readonly launcher?: Path;
	/** Socket units that hand their sockets to the application, by full name. */
	readonly sockets?: readonly string[];
	/** Signal, without `SIG`, by which the application reads its configuration again. */
	readonly reloadSignal?: string;
	/** Signal, without `SIG`, that asks the application to end; TERM where nothing else is known. */
	readonly stopSignal?: string;
	readonly limits?: UnitLimits;
	/** Dangers that the audit found and that were accepted by name: whoever starts the unit is not told by us. */
	readonly accepted?: readonly string[];
}

/** Most that the application may use of the machine. */
export interface UnitLimits {
	/** Bytes. */
	readonly memory?: number;
	/** Processes and threads together. */
	readonly processes?: number;
	/** Open files of each process. */
	readonly files?: number;
}

/** Runtimes with a just-in-time compiler: they need memory that is writable and executable. */
const jitRuntimes =
	/^(node|nodejs|deno|bun|java|dotnet|mono|luajit|pypy3?|beam\.smp|erl|julia|qemu-.*|postgres|php.*|ruby.*|pwsh)$/;

/** Guesses from the program's name whether MemoryDenyWriteExecute= would break it. */
export function makesCode(program: Path): boolean {
	return jitRuntimes.test(baseName(program));
}

/**
 * The init as PID 1. Where PrivatePIDs= is not to be had, the application is no PID 1 and what the init is for does not arise; and sockets
 * are handed to the main process, by descriptors that the init would close and under its own process id (sd_listen_fds(3)).
 */
export function initOf({ launcher, sockets, systemdVersion }: UnitInput): Path | undefined {
	const isNeeded = knows(systemdVersion, "PrivatePIDs") && !sockets?.length;
	return isNeeded && launcher !== undefined ? initInside : undefined;
}
