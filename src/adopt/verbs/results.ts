import * as v from "valibot";
import { code, fields, flag, listOf, number, optional, path, paths, text, texts, yes } from "../../base/report/descriptions.ts";
import { wouldMake } from "../../make/verbs/results.ts";
import { relations } from "../clients.ts";

const offer = v.union([
	fields({ kind: v.picklist(["socket", "file", "pid-file"]), path }),
	fields({ kind: v.literal("abstract"), name: text }),
	fields({ kind: v.literal("port"), address: text, port: number }),
]);

/** Somebody that the service serves, and by what. */
const client = fields({
	name: text,
	relation: code(relations),
	program: optional(text),
	package: optional(text),
	offer: optional(offer),
	processes: optional(listOf(fields({ pid: number, uid: number }))),
});

const adoption = {
	name: text,
	service: text,
	places: paths,
	inPlace: paths,
	probes: texts,
	timeout: number,
	dropin: fields({ path: text, text }),
	clientProbes: texts,
	foundClientProbes: texts,
	clients: listOf(client),
};

const dryRun = yes;
const seconds = fields({ interrupted: number });
const adoptionPlan = fields(adoption);
const adoptedService = fields({ ...adoption, root: path, data: path, answered: yes, away: listOf(client), seconds });

/** Of one service, or of several. */
const adopt = v.union([
	adoptedService,
	fields({ ...adoption, dryRun }),
	/** Without a cage: what `make` would do. */
	fields({ ...wouldMake, clients: listOf(client), clientProbes: texts }),
	fields({ services: listOf(adoptedService), answered: yes }),
	fields({ dryRun, services: listOf(adoptionPlan), withoutCage: texts }),
]);

const released = { name: text, service: text, since: text, places: paths, inPlace: paths, probes: texts };
const releasePlan = fields(released);
const releasedService = fields({ ...released, answered: flag, seconds, kept: optional(path) });

const release = v.union([
	releasedService,
	fields({ ...released, dryRun }),
	fields({ services: listOf(releasedService), answered: yes }),
	fields({ dryRun, services: listOf(releasePlan) }),
]);

export const results = { adopt, release };
