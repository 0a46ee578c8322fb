import * as v from "valibot";
import { fields, listOf, number, only, optional, text, texts } from "../../base/report/descriptions.ts";
import { callFilters } from "../application.ts";
import { ruleNames } from "../rule-options.ts";
import { stopSignals } from "../service-settings.ts";

export const network = v.picklist(["host", "none"]);
const limits = fields({ memory: optional(number), processes: optional(number), files: optional(number) });
const stopSignal = v.picklist(Object.keys(stopSignals) as (keyof typeof stopSignals)[]);

export const service = fields({
	umask: optional(number),
	resourceLimits: optional(texts),
	oomScoreAdjust: optional(number),
	ignoresPipe: only,
	notifies: only,
	detaches: only,
	watchdog: optional(number),
	stopSignal: optional(stopSignal),
	pidFile: optional(text),
	runtimeDirectories: optional(texts),
	capabilities: optional(texts),
	before: optional(listOf(texts)),
	after: optional(listOf(texts)),
	reload: optional(listOf(texts)),
	stop: optional(listOf(texts)),
	pidFiles: optional(texts),
	credentials: optional(listOf(fields({ name: text, files: optional(texts), content: optional(text) }))),
});

export const applicationEntries = {
	command: texts,
	user: optional(text),
	cwd: text,
	env: v.pipe(v.record(text, text), v.readonly()),
	probes: texts,
	exercises: texts,
	timeout: number,
	network,
	calls: optional(v.picklist(callFilters)),
	directories: texts,
	sockets: optional(texts),
	limits: optional(limits),
};

export const application = fields({ ...applicationEntries, service: optional(service) });

const owned = { mode: number, uid: number, gid: number };
const below = optional(listOf(fields({ path: text, ...owned })));
const owner = fields({ ...owned, isRuntime: only, isFile: only, below });

export const bind = { path: text, access: v.picklist(["ro", "rw"]), created: optional(owner), isSocket: only };
const ruleLists = ruleNames.filter((name) => name !== "binds");
export const ruleEntries = { ...v.entriesFromList(ruleLists, texts), binds: listOf(fields(bind)) };
export const rules = fields(ruleEntries);
