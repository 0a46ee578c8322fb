import * as v from "valibot";
import { wouldMake } from "./made.ts";
import { fields, flag, list, number, optional, path, paths, text, texts } from "./parts.ts";

const offer = v.union([
	fields({ kind: v.picklist(["socket", "file", "pid-file"]), path }),
	fields({ kind: v.literal("abstract"), name: text }),
	fields({ kind: v.literal("port"), address: text, port: number }),
]);
/** Somebody that the service serves, and by what. */
export const client = fields({
	...{ name: text, relation: text, program: optional(text), package: optional(text), offer: optional(offer) },
	processes: optional(list(fields({ pid: number, uid: number }))),
});

const plan = {
	...{ name: text, service: text, places: paths, inPlace: paths, probes: texts, timeout: number },
	dropin: fields({ path: text, text }),
	...{ clientProbes: texts, foundClientProbes: texts, clients: list(client) },
};
const dryRun = v.literal(true);
const seconds = fields({ interrupted: number });
const yes = v.literal(true);

export const adoptionPlan = fields(plan);
export const adoptedService = fields({ ...plan, root: path, data: path, answered: yes, away: list(client), seconds });

/** Of one service, or of several. */
export const adopt = v.union([
	adoptedService,
	fields({ ...plan, dryRun }),
	/** Without a cage: what `make` would do. */
	fields({ ...wouldMake, clients: list(client), clientProbes: texts }),
	fields({ services: list(adoptedService), answered: yes }),
	fields({ dryRun, services: list(adoptionPlan), withoutCage: texts }),
]);

const released = { name: text, service: text, since: text, places: paths, inPlace: paths, probes: texts };
export const releasePlan = fields(released);
const releasedService = fields({ ...released, answered: flag, seconds });

export const release = v.union([
	releasedService,
	fields({ ...released, dryRun }),
	fields({ services: list(releasedService), answered: yes }),
	fields({ dryRun, services: list(releasePlan) }),
]);
