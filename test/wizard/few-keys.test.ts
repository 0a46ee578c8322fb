import { expect, test } from "vitest";
import type { Choice } from "../../src/wizard/state/choice.ts";
import { hostView } from "../ui/scripted-plan.ts";
import { redis } from "../ui/scripted-session.ts";
import { answeredProbe, atChoices, down, enter, finished, planned, safe, started, traced, tried } from "./drive.ts";

test("an installed redis becomes a running unit with 14 keys, and no command is typed", () => {
	const others: Choice[] = ["demo", "nginx"].map((name) => ({ id: name, kind: "template", name, description: name }));
	const choice: Choice = { id: "template:redis", kind: "template", name: "redis", description: "The key-value store" };
	const wizard = atChoices(...others, choice);
	const pressed: string[] = [];
	const press = (...keys: readonly string[]) => {
		pressed.push(...keys);
		for (const key of keys) wizard.type(key);
		return wizard;
	};
	press("/", "r", "e", enter, enter).answer({ job: "propose", value: redis }).answer({ job: "validate", value: [] });
	press(enter).answer({ job: "validate", value: [] }).happen(started, answeredProbe);
	press(enter).answer({ job: "trace", value: traced });
	planned(wizard);
	press(enter, enter, enter)
		.answer({ job: "try", value: tried(true) })
		.answer(safe);
	wizard.answer({ job: "host-view", value: hostView });
	press(enter, down, enter).answer({ job: "finish", value: finished });
	const preview = { lines: ["It starts."], command: "cagewright unit redis --install", acts: true };
	wizard.answer({ job: "preview", value: preview });
	wizard.forget();
	press(enter);
	expect(wizard.intentions).toMatchObject([{ job: "act", request: { action: "install-unit", cage: "redis" } }]);
	expect(pressed).toHaveLength(14);
});
