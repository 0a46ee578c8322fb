import { fields, flag, list as listOf, nullable, number, optional, reaction, recentAlarms, text, texts } from "./parts.ts";

/** A value that is unknown is null. */
export const listedCage = fields({
	...{
		name: text,
		generation: nullable(number),
		madeAt: nullable(text),
		running: flag,
		pids: listOf(number),
		as: nullable(text),
	},
	...{ service: nullable(text), serviceState: nullable(text), answers: nullable(flag), answered: flag },
	/** Packages with other files on the host, and open findings of the audit. */
	...{ outdated: nullable(number), findings: nullable(number) },
	/** Since the last look. */
	alarms: number,
	...{ approved: nullable(flag), command: texts, files: nullable(number), bytes: nullable(number), stale: flag },
	...{ recentAlarms, reaction: nullable(reaction), damage: optional(text) },
});

/** A wizard session that was left. */
const session = fields({
	...{ id: text, name: text, command: text, savedAt: text, step: number, screen: text, path: text },
	...{ holder: optional(number), problem: optional(text) },
});

export const list = fields({ cages: listOf(listedCage), sessions: listOf(session) });
