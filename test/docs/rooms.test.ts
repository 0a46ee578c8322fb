import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { arrowsOf, objection, roomOf, rooms, wizardFolderOf, wizardFolders } from "../../scripts/reference/rooms.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const arrows = arrowsOf(root);

describe("rooms", () => {
	it("import only what stands below them", () => {
		const wrong = arrows.flatMap((arrow) => {
			const why = objection(arrow);
			return why === undefined ? [] : [`${arrow.from} → ${arrow.to}: ${why}`];
		});
		expect(wrong).toEqual([]);
		expect(arrows.length).toBeGreaterThan(3000);
	});

	it("are all in the order", () => {
		expect(rooms.filter((room) => !existsSync(`${root}/src/${room}`))).toEqual([]);
		const named = new Set<string>([...rooms, "messages", "wizard", "cli", "demo", "main.ts"]);
		expect([...new Set(arrows.map(({ from }) => roomOf(from)))].filter((room) => !named.has(room))).toEqual([]);
	});

	it("of the wizard's folders are all in their order", () => {
		expect(wizardFolders.filter((folder) => !existsSync(`${root}/src/wizard/${folder}`))).toEqual([]);
		const folders = new Set(arrows.flatMap(({ from }) => wizardFolderOf(from) ?? []));
		expect([...folders].filter((folder) => !wizardFolders.includes(folder))).toEqual([]);
	});

	it.each([
		[{ from: "trace/fold.ts", to: "plan/plan.ts" }, "plan stands above trace"],
		[{ from: "plan/plan.ts", to: "plan/engine/x.ts" }, "values imports use case"],
		[{ from: "cage/host/x.ts", to: "cage/engine/cages.ts" }, "adapter imports use case"],
		[{ from: "record/engine/x.ts", to: "make/engine/draft.ts" }, "make stands above record"],
		[{ from: "record/text/en.ts", to: "record/report/html.ts" }, "text imports face"],
		[{ from: "wizard/text/en.ts", to: "wizard/home/visible.ts" }, "text imports face"],
		[{ from: "wizard/home/reduce.ts", to: "wizard/steps/choose/reduce.ts" }, "steps/choose stands above home"],
		[{ from: "wizard/session/session.ts", to: "wizard/runner.ts" }, "wizard stands above session"],
	])("%o is refused", (arrow, why) => {
		expect(objection(arrow)).toBe(why);
	});
});
