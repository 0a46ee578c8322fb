import { expect, test } from "vitest";
import type { Machine } from "../../src/engine/context.ts";
import { Wizard } from "../../src/wizard/session/engine-session.ts";
import { atTrace } from "./drive.ts";

const stored = (id: string) => ({ id, fields: {}, path: `/sessions/${id}`, savedAt: 0 });

test("a session that is opened while the list is made is not in the list", async () => {
	let written = () => {};
	const isWritten = new Promise<void>((resolve) => {
		written = resolve;
	});
	const machine = {
		commands: { listen: () => {} },
		now: () => 0,
		sessions: {
			list: async () => [stored("own"), stored("other")],
			create: async () => ({ id: "own", write: async () => written(), release: () => {} }),
		},
		store: {},
	} as unknown as Machine;
	const chooser = {
		async choices() {
			session.keep(atTrace().state);
			await isWritten;
			return [];
		},
	};
	const session = new Wizard(machine, chooser as never, {} as never, {} as never, {} as never);
	expect((await session.choices()).map(({ id }) => id)).toEqual(["other"]);
});
