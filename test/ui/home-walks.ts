import type { Choice } from "../../src/wizard/state/choice.ts";
import { cages } from "./scripted-home.ts";
import type { Walk } from "./walk.ts";

const session: Choice = {
	id: "1234abcd",
	kind: "session" as const,
	name: "left",
	description: "",
	detail: "/usr/bin/left",
	left: { step: 3, ago: 7200 },
};

/** The list of cages, a cage's page and the pages of its actions. */
export const homeWalks: readonly Walk[] = [
	{
		name: "home with a dozen cages",
		script: { cages: cages(12), sessions: [session] },
		async go(screen, seen) {
			await screen.when(({ home }) => home?.cages[0]?.findings === 0);
			await seen("home");
			await seen("home-alarms", "j");
			for (let row = 2; row < 13; row++) await seen(`home-${row}`, "j");
			await seen("home-search", "/post", "postfix");
			screen.type("\r").key("escape");
			await screen.when(({ queries }) => queries.home === "");
			screen.type("g\r");
			await screen.when(({ cage }) => cage?.page !== undefined);
			await seen("cage-actions");
			await seen("cage-last", "G");
			// On a small screen, the command is further down.
			screen.type("g\r");
			await screen.when(({ action }) => action?.preview !== undefined);
			await seen("cage-update");
			screen.type("\r");
			await screen.when(({ action }) => action?.outcome !== undefined);
			await seen("cage-updated");
			screen.type("\r");
			for (const view of ["reach", "alarms", "findings", "log", "history", "files"] as const) {
				screen.type("\t");
				await screen.when(({ cage }) => cage?.view === view && cage.rows[view] !== undefined);
				await seen(`cage-${view}`);
			}
			await seen("cage-files-2", "G");
			screen.key("escape");
			await screen.when((state) => state.screen === "home");
		},
	},
	{
		name: "home with fifty cages, and from there to another one",
		script: { cages: cages(50) },
		async go(screen, seen) {
			await screen.when(({ home }) => home?.cages[0]?.findings === 0);
			await seen("home-50", "G");
			await seen("home-new", "n", screen.words.choose.title.slice(0, 20));
			screen.key("escape");
			await screen.when((state) => state.screen === "home");
		},
	},
];
