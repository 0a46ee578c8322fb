import { expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import { planFor, rules, trace } from "./traces.ts";
import { directory, link, tree } from "./tree.ts";

const files = tree({ "/srv/app/data/in": directory(), "/srv/app/site/deep": directory(), "/srv/link": link("app/site") });
const bound = (...paths: string[]) => rules({ binds: paths.map((path) => ({ path, access: "ro" as const })) });
const failure = (make: () => unknown): Failure | undefined => {
	try {
		make();
	} catch (error) {
		if (error instanceof Failure) return error;
	}
	return undefined;
};

test("a bind is planned at its real place", () => {
	expect(planFor(files, trace({}), { rules: bound("/srv/link/deep") }).rules.binds).toEqual([
		{ path: "/srv/app/site/deep", access: "ro" },
	]);
});

test("a bind below a writable directory is refused", () => {
	const asked = { ...bound("/srv/app/data/in"), writable: ["/srv/app/data"] };
	expect(failure(() => planFor(files, trace({}), { rules: asked }))).toMatchObject({
		code: "bind-below-writable",
		exit: 2,
		values: { path: "/srv/app/data/in", above: "/srv/app/data" },
	});
});

test("a bind below another bind is refused under any of its names", () => {
	expect(failure(() => planFor(files, trace({}), { rules: bound("/srv/app/site", "/srv/link/deep") }))).toMatchObject({
		code: "bind-below-bind",
		exit: 2,
		values: { path: "/srv/app/site/deep", above: "/srv/app/site" },
	});
});
