import { expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import type { Cage } from "../../../src/cage/cage.ts";
import { reviewImport, withoutClaims } from "../../../src/transfer/archive/import-review.ts";
import { bareApplication, cageOf, manifestOf, plan } from "../../cage/plans.ts";
import { tree } from "../../plan/tree.ts";

const described = (application: Cage["application"]): Cage => cageOf({ application });
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

/** Reviews an archive with further fields in its files. */
function reviewed(cageJson: object, manifestJson: object = {}): object {
	const identity = { name: "app", uid: 900, gid: 900, groups: [], home: "/" };
	const cage = described({ ...bareApplication, user: "app" });
	const facts = {
		users: [{ ...identity, gecos: "", shell: "" }],
		groups: [],
		own: undefined,
		logSocket: undefined,
		stateFolder: "/var/lib/cagewright" as Path,
		files: tree({}),
		startsProgram: () => false,
	};
	const manifest = manifestOf(plan([]));
	const foreign = { cage, cageJson: { schema: "x", ...cage, ...cageJson }, manifest, manifestJson };
	return reviewImport(foreign, facts, { allowSecret: [], allowSetuid: [], allowWrite: [] });
}

test("a setting that this version does not know is refused wherever it is", () => {
	const message = expect.objectContaining({ code: "import-unknown", values: { what: "settings", name: "later" } });
	for (const json of [{ later: true }, { application: { later: true } }, { application: { service: { later: true } } }])
		expect(() => reviewed(json)).toThrow(message);
	expect(() => reviewed({}, { openings: { later: "x" } })).toThrow(expect.objectContaining({ code: "import-unknown" }));
});

test("every setting and permission that this version exports is known", () => {
	const openings = { triesUnixSockets: true, scheduling: "x", tcpPorts: [80], calls: { made: [] } };
	expect(reviewed({ trials: [], requested: "x", alarms: {} }, { openings })).toHaveProperty("cage.name", "app");
});
