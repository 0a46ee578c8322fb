import { argumentWord } from "./quote.ts";

/** Commands of a unit that run outside of its cage, as root. The environment of the unit is theirs too. */

/**
 * Variables of the application by which it would be decided what code such a command loads (ld.so(8)). A place that is root's alone,
 * as for a library of the distribution in LD_PRELOAD, may decide it.
 */
export function steeringVariables(environment: Readonly<Record<string, string>>): string[] {
	return Object.keys(environment).filter((name) => loaders.test(name) && !isOfTheSystem(environment[name] ?? ""));
}

const loaders = /^(LD_|GLIBC_|GCONV_PATH$|LOCPATH$|NLSPATH$)/;

function isOfTheSystem(value: string): boolean {
	return value.split(/[:\s]/).every((path) => /^\/(usr|lib|lib64)\//.test(path) && !/^\/usr\/local\/|\.\.|\$/.test(path));
}

/**
 * kill(1) is not installed everywhere; that of the shell is. The application's PATH is not for root's commands. `$MAINPID` is no word at all
 * where the main process has ended already (systemd.service(5)), so there is nothing to do then. `then` may use `$pid`.
 */
export function signalCommand(signal: string, then = ""): string {
	return `+/bin/sh -c ${argumentWord(`PATH=/usr/bin:/bin; for pid; do kill -s ${signal} "$pid"${then}; done`)} sh $MAINPID`;
}
