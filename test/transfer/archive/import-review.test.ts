import { expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import type { Cage } from "../../../src/cage/cage.ts";
import { withoutClaims } from "../../../src/transfer/archive/import-review.ts";
import { bareApplication } from "../../cage/plans.ts";
import { rules } from "../../plan/traces.ts";

test("an archive permits no socket and no state of the host by what it says about another machine", () => {
	const cage: Cage = {
		name: "web",
		application: bareApplication,
		rules: rules({}),
		stateInPlace: ["/var/lib/web" as Path],
		company: {
			neighbours: [{ path: "/run/docker.sock" as Path, service: "docker.service", by: "/etc/x" as Path, name: "/x" as Path }],
			clientFiles: ["/etc/x" as Path],
		},
		...{ onHost: false, additions: [], exercises: [], signals: [], handlesTerm: true, madeAt: "", trials: [] },
		seconds: { trace: 0, plan: 0, build: 0, trial: 0 },
	};
	const made = withoutClaims(cage, { startsProgram: () => false }, { allowSecret: [], allowSetuid: [], allowWrite: [] });
	expect(made.cage).not.toHaveProperty("company");
	expect(made.cage).not.toHaveProperty("stateInPlace");
});
