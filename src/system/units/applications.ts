import { launchPath } from "../../core/application/application.ts";
import { Failure } from "../../core/failure.ts";
import type { HostApplications } from "../../engine/ports.ts";
import { here } from "../templates/here.ts";
import { directoriesOf, findUnit, unitNamed } from "./find.ts";
import { greetingOf } from "./greeting.ts";
import { lookUpProgram } from "./path-lookup.ts";

export const systemApplications: HostApplications = {
	unit: findUnit,
	unitNamed,
	directoriesOf,
	here,
	greeting: greetingOf,
	program(word) {
		const found = lookUpProgram(word, { path: `${launchPath}:${process.env.PATH ?? ""}` });
		if ("error" in found) throw new Failure(found.error.code, { program: word }, 2);
		return found.path;
	},
};
