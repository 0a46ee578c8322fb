import type { Rules } from "../application/application.ts";
import { Failure } from "../failure.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, pathFromText } from "../path/path.ts";
import { isMountedByLauncher, mayBeBound, mustShow } from "./areas.ts";
import { namedDevice } from "./devices.ts";
import { expandInclude } from "./rules.ts";
import { directoryOf } from "./writable.ts";

/** What is wrong with the paths that rules name is found out before anything is started: the plan would tell of it only after the tracing. */

/**
 * Throws `include-matches-nothing`, `seed-unknown`, `bind-unknown` and `device-unknown` (exit 2) for what is not there, `bind-refused` and
 * `device-refused` (exit 4) for what no cage gets.
 */
export function checkPlaces({ binds, devices, include, seed }: Rules, files: Files): void {
	for (const path of seed) {
		if (files.resolve(normalise(pathFromText(path))) === undefined) throw new Failure("seed-unknown", { path }, 2);
	}
	for (const { path } of binds) checkBind(path, files);
	for (const value of devices) namedDevice(value, files);
	for (const value of include) {
		if (!expandInclude(value, files, 1).length) throw new Failure("include-matches-nothing", { value }, 2);
	}
}

/** The host's own tree seen in a cage is no cage. */
export function checkBind(path: string, files: Files): void {
	const real = files.resolve(normalise(pathFromText(path)));
	if (real === undefined) throw new Failure("bind-unknown", { path }, 2);
	if (!mayBeBound(real)) throw new Failure("bind-refused", { path }, 4);
}

const sharedMemory = pathFromText("/dev/shm");

/** The same, and `writable-refused` (exit 4) for a directory that no rule makes writable: a plan leaves it as it is. */
export function checkRules(rules: Rules, files: Files): void {
	checkPlaces(rules, files);
	for (const option of ["writable", "seed"] as const) {
		for (const value of rules[option]) {
			const directory = directoryOf(value, files);
			const isMounted = isMountedByLauncher(directory) && !isWithin(directory, sharedMemory);
			if (isMounted || mustShow(directory)) throw new Failure("writable-refused", { option, path: value }, 4);
		}
	}
}
