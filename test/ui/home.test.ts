import { expect, test } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { openScreen } from "./screen.ts";
import { cages } from "./scripted-home.ts";

test("the wizard opens at its first step if there is no cage", async () => {
	const screen = openScreen({}, 80, 24);
	await screen.sees(screen.words.choose.title.slice(0, 20));
	expect(screen.session.calls).toEqual([]);
});

test("keys that arrive in one read preview the action that they choose, and perform it only after its page", async () => {
	const screen = openScreen({ cages: cages(12) }, 80, 24);
	await screen.when(({ home }) => home?.cages[0]?.findings === 0);
	screen.type("j\r");
	await screen.when(({ cage }) => cage?.name === "nginx" && cage.page !== undefined);
	screen.type("jjjj\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	expect(screen.session.calls).toEqual(["preview rollback"]);
	screen.type("\r\r\r");
	await screen.when(({ action }) => action?.outcome !== undefined);
	expect(screen.session.calls).toEqual(["preview rollback", "perform rollback"]);
});

test("Esc leaves a preview without performing it", async () => {
	const screen = openScreen({ cages: cages(1) }, 80, 24);
	await screen.when(({ home }) => home !== undefined);
	screen.type("\r");
	await screen.when(({ cage }) => cage?.page !== undefined);
	screen.type("\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	screen.key("escape");
	await screen.when(({ overlay }) => overlay === undefined);
	expect(screen.session.calls).toEqual(["preview update"]);
});

test("a failed action is explained on the cage's page", async () => {
	const screen = openScreen(
		{ cages: cages(1), actionFailure: new Failure("nothing-before", { name: "redis", generation: 1 }) },
		80,
		24,
	);
	await screen.when(({ home }) => home !== undefined);
	screen.type("\r");
	await screen.when(({ cage }) => cage?.page !== undefined);
	screen.type("\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	screen.type("\r");
	await screen.when(({ failure }) => failure?.code === "nothing-before");
	expect(screen.store.state).toMatchObject({ screen: "cage" });
});

test("a plan is edited from a cage's page, at Files", async () => {
	const screen = openScreen({ cages: cages(1) }, 80, 24);
	await screen.when(({ home }) => home !== undefined);
	screen.type("\r");
	await screen.when(({ cage }) => cage?.page !== undefined);
	screen.type("jjjjjj\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	screen.type("\r");
	await screen.when(({ plan, screen: shown }) => shown === "files" && plan !== undefined);
	expect(screen.session.calls).toContain("edit redis");
});
