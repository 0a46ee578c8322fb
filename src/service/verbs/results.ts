import * as v from "valibot";
import {
	code,
	fields,
	flag,
	kinds,
	listOf,
	note,
	number,
	optional,
	packageRef,
	someOf,
	text,
	texts,
} from "../../base/report/descriptions.ts";
import { foundReasons } from "../found.ts";
import { applicationEntries, service } from "../report/descriptions.ts";

const port = kinds("protocol", [
	fields({ protocol: v.picklist(["tcp", "udp"]), address: text, port: number }),
	fields({ protocol: v.literal("unix"), path: text }),
]);

const found = fields({
	name: text,
	reason: code(foundReasons),
	description: text,
	unit: optional(text),
	file: optional(text),
	enabled: optional(flag),
	aliases: optional(texts),
	pid: optional(number),
	ports: listOf(port),
	application: fields({ ...someOf(applicationEntries), service: optional(service) }),
	dynamicUser: optional(text),
	package: optional(packageRef),
	startable: flag,
	notes: listOf(note),
});

const apps = fields({ applications: listOf(found) });

export const results = { apps };
