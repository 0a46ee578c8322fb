import { describe, expect, test } from "vitest";
import type { Context } from "../../../src/base/engine/context.ts";
import type { FoundApplication } from "../../../src/service/found.ts";
import { startingPoint } from "../../../src/template/engine/starting-point.ts";

const found = (unit: string): FoundApplication => ({
	name: unit.replace(".service", ""),
	unit,
	reason: "unit",
	description: "",
	ports: [],
	application: { command: ["/bin/db"] },
	startable: true,
	notes: [],
});
const task = (unit: string, members: readonly string[]): FoundApplication => ({
	...found(unit),
	members,
	startable: false,
	notes: [{ code: "unit-oneshot", values: {} }],
});
const units = [
	task("db.service", ["db@main.service"]),
	task("vpn.service", ["vpn@a.service", "vpn@b.service"]),
	task("task.service", []),
	found("db@main.service"),
];
const machine = {
	applications: { unit: async (name: string) => units.find(({ unit }) => unit === name || unit === `${name}.service`) },
	store: { templates: { list: async () => [] } },
};
const pointOf = (name: string) => startingPoint({ machine } as unknown as Pick<Context, "machine">, name);

describe("a unit without a program of its own", () => {
	test("means the only service that it starts, which a note says", async () => {
		const note = { code: "unit-member", values: { unit: "db.service", member: "db@main.service" } };
		expect(await pointOf("db")).toMatchObject({ kind: "found", unit: "db@main.service", name: "db-main", notes: [note] });
	});
	test("is refused with the names of several", async () => {
		const values = { unit: "vpn.service", units: "vpn@a.service, vpn@b.service" };
		await expect(pointOf("vpn")).rejects.toMatchObject({ code: "unit-starts-several", exit: 2, values });
	});
	test("is refused as a task that ends if it starts none", async () => {
		await expect(pointOf("task")).rejects.toMatchObject({ code: "unit-ends", exit: 2 });
	});
});
