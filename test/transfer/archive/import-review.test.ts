import { expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import type { Cage } from "../../../src/cage/cage.ts";
import { withoutClaims } from "../../../src/transfer/archive/import-review.ts";
import { bareApplication } from "../../cage/plans.ts";
import { rules } from "../../plan/traces.ts";

const described = (application: Cage["application"]): Cage => ({
	name: "web",
	application,
	rules: rules({}),
	onHost: false,
	additions: [],
	exercises: [],
	signals: [],
	handlesTerm: true,
	madeAt: "",
	trials: [],
	seconds: { trace: 0, plan: 0, build: 0, trial: 0 },
});
const review = (cage: Cage, allowSecret: readonly string[] = []) =>
	withoutClaims(cage, { startsProgram: () => false }, { allowSecret, allowSetuid: [], allowWrite: [] });

test("an archive gets no credential from this machine's files unless each of them is allowed", () => {
	const own = { name: "own", content: "YQ==" };
	const foreign = { name: "key", files: ["/etc/credstore/key", "/etc/shadow"] };
	const cage = described({ ...bareApplication, service: { notifies: true, credentials: [own, foreign] } });
	for (const allowed of [[], ["/etc/credstore/key"]]) {
		const { cage: made, dropped } = review(cage, allowed);
		expect(made.application.service).toEqual({ notifies: true, credentials: [own] });
		expect(dropped).toContainEqual({ what: "credentials", values: foreign.files });
	}
	expect(review(cage, foreign.files).cage.application.service?.credentials).toEqual([own, foreign]);
	const only = described({ ...bareApplication, service: { credentials: [foreign] } });
	expect(review(only).cage.application).toEqual(bareApplication);
});

test("an archive permits no socket and no state of the host by what it says about another machine", () => {
	const cage: Cage = {
		...described(bareApplication),
		stateInPlace: ["/var/lib/web" as Path],
		company: {
			neighbours: [{ path: "/run/docker.sock" as Path, service: "docker.service", by: "/etc/x" as Path, name: "/x" as Path }],
			clientFiles: ["/etc/x" as Path],
		},
	};
	const made = review(cage);
	expect(made.cage).not.toHaveProperty("company");
	expect(made.cage).not.toHaveProperty("stateInPlace");
});
