import { expect, test } from "vitest";
import type { Adoption } from "../../../src/adopt/adoption.ts";
import { requestOf } from "../../../src/adopt/engine/several.ts";

test("a service that returns into its cage, because another one's release failed, returns as it was adopted", () => {
	const asked = { service: "db.service", probes: ["ask db"], clientProbes: ["ask as a client"], timeout: 90, copyData: true };
	const adoption: Adoption = {
		...asked,
		phase: "returning",
		since: "2026-12-01T00:00:00.000Z",
		companions: { triggers: [], dependents: [] },
		dropin: "",
		places: [],
		inPlace: [],
	};
	expect(requestOf({ name: "db", adoption })).toEqual({ name: "db", ...asked });
	const { copyData: _, ...inPlace } = adoption;
	expect(requestOf({ name: "db", adoption: inPlace })).toMatchObject({ copyData: false });
});
