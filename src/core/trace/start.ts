import { environmentName } from "../confinement/environment.ts";
import { initName } from "../confinement/launch.ts";
import { baseName, type Path } from "../path/path.ts";

/**
 * Says where the application begins in a trace that also shows how it was launched. It is asked at every execve that succeeded, in order,
 * until it answers true.
 */
export interface StartMarker {
	isApplication(pid: number, program: Path): boolean;
	/** The process that is PID 1 of the cage, once known: nothing that it does is the application's. */
	readonly initPid: number | undefined;
}

/** For a command that strace starts by itself: its first execve is the application. */
export function startAtFirstExecve(): StartMarker {
	return { isApplication: () => true, initPid: undefined };
}

/**
 * For the launcher: the init is executed by the process that becomes PID 1; the first other process that executes anything after that is
 * the main process. It executes setpriv (itself or through the dynamic linker), the program that sets the environment, and then the
 * application.
 */
export function startAfterInit(): StartMarker {
	let initPid: number | undefined;
	let main: number | undefined;
	return {
		isApplication(pid, program) {
			if (initPid === undefined) {
				if (baseName(program) === initName) initPid = pid;
				return false;
			}
			if (pid === initPid) return false;
			if (main === undefined) {
				main = pid;
				return false;
			}
			return pid === main && baseName(program) !== environmentName;
		},
		get initPid() {
			return initPid;
		},
	};
}
