import { it } from "vitest";
import { temporaryState } from "../system/cagewright.ts";
import { keys } from "./terminal.ts";
import { leave, openWizard, plannedFiles, toTrace } from "./wizards.ts";

/** The files step with a plan of this machine, and its effect on the command. */

it("files of redis: keys in one read, resizes, search, undo", async () => {
	const state = temporaryState();
	const wizard = openWizard(state);
	await toTrace(wizard, "redis");
	await wizard.pressAt("It answers.", keys.enter);
	await wizard.sees(plannedFiles);
	await wizard.sees(/❯ ▸ \[✓\] Program/);

	// To the second row of the configuration in one read. It stays out in the new plan.
	wizard.press("\x1b[H", "jj", "l", "jj", " ");
	await wizard.sees(/❯ +\[ \] host\.conf/);
	await wizard.pressAt(/[1-9]\d* left out/, "/redis.conf");
	await wizard.pressAt(/\[All 1\]/, keys.enter);
	const configuration = /❯ \[.\] \/etc\/redis\/redis\.conf/;
	await wizard.sees(configuration);

	await wizard.seesAt(60, 15, configuration);
	await wizard.seesAt(200, 60, configuration);
	await wizard.seesAt(80, 24, configuration);

	wizard.press("/", keys.escape);
	await wizard.sees(/▸ \[✓\] Libraries/);
	// Undo everything; the first plan returns.
	wizard.press("u");
	await wizard.pressAt(/ 0 left out/, "\x12");
	await wizard.pressAt(/[1-9]\d* left out/, "u", "u");
	await wizard.sees("There is nothing to undo.");
	await wizard.sees(/ 0 left out/);

	// An empty writable directory becomes a rule of the equivalent command.
	wizard.press("/var/lib/redis", keys.enter);
	await wizard.pressAt(/❯ \[w\] \/var\/lib\/redis/, "e");
	await wizard.sees("starts empty");
	await wizard.sees(/filter: /);
	await leave(wizard, state);
});
