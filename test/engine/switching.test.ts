import { expect, test } from "vitest";
import type { Cage } from "../../src/core/cage/cage.ts";
import { Failure } from "../../src/core/failure.ts";
import { makePresent } from "../../src/engine/build/switching.ts";
import type { Context } from "../../src/engine/context.ts";

const fails = (code: string) => () => Promise.reject(new Failure(code));

test("if a disk breaks after the switch, the first error is reported, not one of the repair", async () => {
	const store = {
		present: async () => 1,
		names: async () => ["redis"],
		cage: async () => ({ name: "redis" }),
		saveCage: async () => {},
		folder: () => "/state/cages/redis",
		building: { publish: async () => {}, restore: fails("read-only-file-system") },
	};
	const context = { machine: { store, units: { installed: async () => ({ kind: "none" }) } }, emit() {} } as unknown as Context;
	const steps = { note: fails("disk-error"), giveUp: fails("generation-in-use") };
	await expect(makePresent(context, { name: "redis" } as Cage, 2, steps)).rejects.toMatchObject({ code: "disk-error" });
});
