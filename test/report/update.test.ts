import { expect, test } from "vitest";
import { pathFromText } from "../../src/core/path/path.ts";
import type { UpdatePlan } from "../../src/engine/upkeep/update.ts";
import { messagesFor } from "../../src/messages/messages.ts";
import { updatePlanText } from "../../src/report/update.ts";

const plan = (...paths: string[]): UpdatePlan => ({
	name: "redis",
	from: 1,
	drift: [
		{
			package: "redis-server",
			from: "5:8",
			to: "5:8",
			security: false,
			files: paths.map((path) => ({ path: pathFromText(path), change: "changed" })),
		},
	],
	difference: { added: [], removed: [], changed: [], settings: [] },
	edits: [],
	conflicts: [],
	missed: [],
	isNeeded: true,
});

test("the plan of an update names the first changed files of a package", () => {
	const text = (...paths: string[]) => updatePlanText(plan(...paths), messagesFor("en"));
	expect(text("/etc/redis/redis.conf")).toContain("files of redis-server 5:8 were changed on the host: /etc/redis/redis.conf");
	expect(text("/a", "/b", "/c", "/d", "/e")).toContain(": /a, /b, /c, 2 more");
});
