import { describe, expect, test } from "vitest";
import { findMissing } from "../../../src/core/plan/find-missing.ts";
import { type Missing, permissionOf } from "../../../src/core/plan/missing.ts";
import { remedyOption } from "../../../src/core/questions/trial-decisions.ts";
import { planFor, rules, trace } from "./traces.ts";
import { tree } from "./tree.ts";

describe("a TCP port that the trace did not show", () => {
	const found = (refusedPorts: string[], onHost: Parameters<typeof trace>[1] = {}, allow: string[] = []) => {
		const files = tree({});
		const seen = trace({}, { ports: new Set(["tcp 80"]), ...onHost });
		const refusals = new Map([["bind", { call: "bind", error: "EACCES", count: 1 }]]);
		const cage = trace({}, { refusedPorts: new Set(refusedPorts), refusals });
		return findMissing(seen, cage, planFor(files, seen, { rules: rules({ allow }) }), files, 2);
	};

	test("is missing, and only the administrator can allow it", () => {
		const [missing, ...others] = found(["tcp 8080", "udp 53"]);
		expect([missing, others]).toMatchObject([{ kind: "port", call: "bind 8080", port: 8080, unseen: true }, []]);
		expect(permissionOf(missing as Missing)).toBe("port:8080");
		expect(remedyOption(missing as Missing)).toBe("--allow port:8080");
	});
	test("is noise if the host refused it too", () => {
		expect(
			found(["tcp 8080"], {
				refusedPorts: new Set(["tcp 8080"]),
				refusals: new Map([["bind", { call: "bind", error: "EACCES", count: 1 }]]),
			}),
		).toEqual([]);
	});
	test("is refused for another reason if the plan does not limit ports", () => {
		expect(found(["tcp 8080"], {}, ["ports"])).toMatchObject([{ kind: "capability", call: "bind" }]);
	});
});
